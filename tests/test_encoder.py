"""An encoder that follows a stream says what it says of the whole."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from talkinghead.encoder import Encoder, Follower, hear


@pytest.mark.parametrize("frames", [1, 2, 9, 150, 151])
def test_a_follower_says_what_is_heard_in_one_pass(rng: np.random.Generator, frames: int) -> None:
    net = Encoder(12, 5, 8).eval()
    mel, voice = rng.normal(size=(frames, 12)).astype("f4"), rng.normal(size=5).astype("f4")
    cuts = np.sort(rng.integers(1, frames + 1, 20))
    for parts in (np.split(mel, cuts), [mel], np.split(mel, np.arange(1, frames))):
        follower = Follower(net)
        said = [follower(part, voice) for part in parts] + [follower(mel[:0], voice, True)]
        assert_allclose(np.concatenate(said), hear(net, mel, voice), atol=1e-5)


def test_a_follower_waits_no_longer_than_the_look_ahead(rng: np.random.Generator) -> None:
    net = Encoder(12, 5, 8).eval()
    follower, voice = Follower(net), np.zeros(5, np.float32)
    mel = rng.normal(size=(80, 12)).astype("f4")
    said = np.cumsum([len(follower(frame[None], voice)) for frame in mel])
    heard = np.arange(1, 81)
    assert (said == np.maximum(0, (heard - 1 - net.look_ahead) // 2 + 1)).all()
    assert torch.is_grad_enabled()
