"""Batches are drawn alike for the same seed, and sound and lips keep together in them."""

import numpy as np
import pytest
import torch

from talkinghead.clock import STRIDE
from talkinghead.train import batches as room
from talkinghead.train.batches import Batches
from talkinghead.train.data import talkers_of
from talkinghead.train.ear import Ear
from tests.train.examples import example


def test_the_same_seed_and_step_give_the_same_batch_and_another_step_another():
    everyone = talkers_of([example(), example(talker="b", seed=1)])
    one, two = (Batches(everyone, size=3, frames=40, seed=5)(2) for _ in range(2))
    other = Batches(everyone, size=3, frames=40, seed=5)(3)
    torch.testing.assert_close(one.mel, two.mel)
    assert not torch.equal(one.mel, other.mel)
    assert one.mel.shape == (3, 160, 80)
    assert one.offsets.shape == (3, 40, 68, 3)
    assert torch.isfinite(one.mel).all()


@pytest.mark.parametrize("tempo", [0.85, 1.0, 1.18])
def test_sound_and_lips_are_hurried_together(tempo, monkeypatch):
    monkeypatch.setattr(room, "TEMPI", (tempo, tempo))
    monkeypatch.setattr(room, "distort", lambda samples, rng, others: samples)
    batch = Batches(talkers_of([example(90)]), size=1, frames=40)(0)
    loud = batch.mel[0].mean(dim=1).reshape(-1, STRIDE).mean(dim=1)
    drop = batch.offsets[0, :, 66, 1]
    assert np.corrcoef(torch.exp(2 * loud), drop)[0, 1] > 0.9


def test_some_rows_are_heard_as_a_strangers_and_rows_are_made_once(monkeypatch):
    made = []
    monkeypatch.setattr(room, "distort", lambda samples, rng, others: made.append(1) or samples)
    ear = Ear(lambda mel, _: mel, lambda wave: np.ones(256, np.float32))
    batches = Batches(talkers_of([example()]), ear, size=30, frames=20, pool=60)
    assert set(batches(0).voice.sum(dim=1).tolist()) == {0.0, 256.0}
    batches(0)
    assert len(made) == len(batches.rows)


def test_frames_know_their_clip(monkeypatch):
    monkeypatch.setattr(room, "TEMPI", (1.0, 1.0))
    batch = Batches(talkers_of([example(30)]), size=4, frames=100)(0)
    assert batch.clip.dtype == torch.int64
    for clip in batch.clip:
        assert clip[0] == 0
        assert set(clip.diff().tolist()) == {0, 1}
