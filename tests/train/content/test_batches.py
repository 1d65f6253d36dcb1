"""Batches are a function of seed and step, and keep sound and lips together."""

import numpy as np
import pytest
import torch

from talkinghead.sample_rates import STRIDE
from talkinghead.train.content import batches as content_batches
from talkinghead.train.content.batches import ContentBatches
from talkinghead.train.content.features import AudioEncoder
from talkinghead.train.data.speakers import group_speakers
from tests.train.examples import example


def test_the_same_seed_and_step_give_the_same_batch_and_another_step_another():
    speakers = group_speakers([example(), example(speaker="b", seed=1)])
    one, two = (ContentBatches(speakers, size=3, frames=40, seed=5)(2) for _ in range(2))
    other = ContentBatches(speakers, size=3, frames=40, seed=5)(3)
    torch.testing.assert_close(one.mel, two.mel)
    assert not torch.equal(one.mel, other.mel)
    assert one.mel.shape == (3, 160, 80)
    assert one.offsets.shape == (3, 40, 68, 3)
    assert torch.isfinite(one.mel).all()


@pytest.mark.parametrize("tempo", [0.85, 1.0, 1.18])
def test_sound_and_lips_change_tempo_together(tempo, monkeypatch):
    monkeypatch.setattr(content_batches, "TEMPI", (tempo, tempo))
    monkeypatch.setattr(content_batches, "distort", lambda samples, rng, others: samples)
    batch = ContentBatches(group_speakers([example(90)]), size=1, frames=40)(0)
    level = batch.mel[0].mean(dim=1).reshape(-1, STRIDE).mean(dim=1)
    drop = batch.offsets[0, :, 66, 1]
    assert np.corrcoef(torch.exp(2 * level), drop)[0, 1] > 0.9


def test_some_rows_have_no_speaker_embedding_and_rows_are_made_once(monkeypatch):
    made = []
    monkeypatch.setattr(
        content_batches, "distort", lambda samples, rng, others: made.append(1) or samples
    )
    encoder = AudioEncoder(lambda mel, _: mel, lambda wave: np.ones(256, np.float32))
    batches = ContentBatches(group_speakers([example()]), encoder, size=30, frames=20, pool=60)
    assert set(batches(0).speaker_embedding.sum(dim=1).tolist()) == {0.0, 256.0}
    batches(0)
    assert len(made) == len(batches.rows)


def test_frames_know_their_clip(monkeypatch):
    monkeypatch.setattr(content_batches, "TEMPI", (1.0, 1.0))
    batch = ContentBatches(group_speakers([example(30)]), size=4, frames=100)(0)
    assert batch.clip.dtype == torch.int64
    for clip in batch.clip:
        assert clip[0] == 0
        assert set(clip.diff().tolist()) == {0, 1}
