"""Encoder features for training: log-mel in step with motion, embeddings once per speaker."""

import numpy as np

from talkinghead.sample_rates import FRAME_SAMPLES, STRIDE
from talkinghead.train.content.features import AudioEncoder, aligned_log_mel, log_mel_encoder
from talkinghead.train.data.speakers import Speaker, SpeechClip
from talkinghead.types import Array, Waveform


def test_only_embeddings_that_are_not_stored_are_computed() -> None:
    calls: list[Waveform] = []

    def embed(wave: Waveform) -> Array:
        calls.append(wave)
        return np.zeros(256, np.float32)

    encoder = AudioEncoder(lambda mel, _: mel, embed)
    clip = SpeechClip(np.ones(FRAME_SAMPLES, np.float32), np.zeros((1, 68, 3)), "x/1")
    face = np.zeros((68, 3), np.float32)
    encoder.speaker_embedding(Speaker("a", face, [clip]))
    encoder.speaker_embedding(Speaker("b", face, [clip], embedding=np.ones(256, np.float32)))
    assert len(calls) == 1


def test_log_mel_has_a_fixed_number_of_rows_per_motion_frame_also_beyond_the_end() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 3 * FRAME_SAMPLES).astype(np.float32)
    mel = aligned_log_mel(samples, 5)
    assert mel.shape == (5 * STRIDE, 80)
    np.testing.assert_array_equal(mel[-STRIDE:], np.repeat(mel[-1:], STRIDE, 0))
    np.testing.assert_array_equal(log_mel_encoder().encode(mel, np.zeros(256)), mel)
