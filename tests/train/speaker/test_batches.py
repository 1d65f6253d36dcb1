"""Recordings of the speaker branch, and batches that are a function of seed and step."""

import numpy as np
import pytest
import torch

from talkinghead.train.data.clips import Example
from talkinghead.train.speaker.batches import SpeakerBatches, build_recording, speaker_residual
from tests.train.examples import SPEAKER_SIZE, recordings


def test_blinks_and_speech_are_left_to_others():
    points = np.zeros((60, 68, 3))
    points[30:34, [37, 38, 43, 44], 1] = 0.04  # a blink
    points[::6, 60:68, 1] = 0.03  # fast speech
    residual = speaker_residual(points)
    assert np.ptp(residual[:, 36:48], axis=0).max() < 0.002
    assert np.abs(residual[:, 48:68]).std() < 0.003


def test_the_same_step_draws_the_same_batch_and_silent_clips_have_no_speaker_embedding():
    silent = Example(
        np.zeros((80, 68, 3), np.float32), np.zeros((80, 6), np.float32),
        np.zeros(0, np.float32), "mime", "mime/1",
    )  # fmt: skip
    recording = build_recording(silent, lambda wave: pytest.fail("no sound"), SPEAKER_SIZE)
    assert not recording.has_speech
    make_batch = SpeakerBatches([*recordings(), recording], SPEAKER_SIZE.stride, 8)
    first, again, other = make_batch(3), make_batch(3), make_batch(4)
    torch.testing.assert_close(first.pose, again.pose)
    assert first.pose.shape != other.pose.shape or (first.pose != other.pose).any()
    no_embedding = first.speaker_embedding.abs().sum(dim=1) == 0
    assert ((first.has_speech == 0) == no_embedding).all()
    assert first.with_speech().has_speech.all()
