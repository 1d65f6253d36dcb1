"""A streaming encoder gives what one pass over the recording gives."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from talkinghead.models.conv_encoder import ConvEncoder, StreamingEncoder, encode_mel


@pytest.mark.parametrize("frames", [1, 2, 9, 150, 151])
def test_a_stream_gives_what_one_pass_gives(rng: np.random.Generator, frames: int) -> None:
    net = ConvEncoder(12, 5, 8).eval()
    mel, speaker = rng.normal(size=(frames, 12)).astype("f4"), rng.normal(size=5).astype("f4")
    cuts = np.sort(rng.integers(1, frames + 1, 20))
    for parts in (np.split(mel, cuts), [mel], np.split(mel, np.arange(1, frames))):
        stream = StreamingEncoder(net)
        outputs = [stream(part, speaker) for part in parts] + [stream(mel[:0], speaker, True)]
        assert_allclose(np.concatenate(outputs), encode_mel(net, mel, speaker), atol=1e-5)


def test_a_stream_waits_no_longer_than_the_look_ahead(rng: np.random.Generator) -> None:
    net = ConvEncoder(12, 5, 8).eval()
    stream, speaker = StreamingEncoder(net), np.zeros(5, np.float32)
    mel = rng.normal(size=(80, 12)).astype("f4")
    outputs = np.cumsum([len(stream(frame[None], speaker)) for frame in mel])
    received = np.arange(1, 81)
    assert (outputs == np.maximum(0, (received - 1 - net.look_ahead) // 2 + 1)).all()
    assert torch.is_grad_enabled()
