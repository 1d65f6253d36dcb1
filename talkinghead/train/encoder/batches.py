"""Batches for the audio encoder: augmented log-mel in, the teacher's features of clean speech."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import filterbank, log_mel_from_power, power_spectrum
from talkinghead.sample_rates import HOP
from talkinghead.train.augment.speech import WARPS, distort, mask_bands
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.data.teacher_features import TaughtRecording
from talkinghead.types import Array

SAMPLING_POWER = 0.4  # a speaker is drawn in proportion to this power of the samples
UNKNOWN_SPEAKER = 0.3  # probability that the speaker embedding is zeros
WARPED = 0.8  # probability of a warped frequency axis
POOL = 3000  # rows that are augmented once and drawn again: augmentation is expensive


@dataclass(frozen=True)
class EncoderBatch(TensorBatch):
    """The training examples of one step: t mel frames, t // SUBSAMPLING teacher frames."""

    mel: Tensor  # (b, t, 80) log-mel, augmented
    speaker_embedding: Tensor  # (b, 256), zeros for some rows
    teacher: Tensor  # (b, t // SUBSAMPLING, TEACHER_CHANNELS) features of the clean recording
    mask: Tensor  # (b, t // SUBSAMPLING) 0 beyond the recording's end, else 1


class EncoderBatches:
    """Random excerpts, drawn by speaker: a function of seed and step."""

    def __init__(
        self,
        recordings: Sequence[TaughtRecording],
        *,
        size: int = 16,
        frames: int = 400,
        pool: int = POOL,
        seed: int = 0,
    ):
        self.size, self.frames, self.pool, self.seed = size, frames, pool, seed
        speakers: dict[str, list[TaughtRecording]] = defaultdict(list)
        for recording in recordings:
            speakers[recording.speaker].append(recording)
        self.speakers = list(speakers.values())
        samples = (sum(r.samples.size for r in own) for own in self.speakers)
        self.probabilities = sampling_weights(samples, SAMPLING_POWER)
        self.rows: dict[int, tuple[Array, ...]] = {}

    def __call__(self, step: int) -> EncoderBatch:
        rng = np.random.default_rng([self.seed, step])
        numbers = rng.integers(self.pool, size=self.size)
        return EncoderBatch.stack([self._draw_row(int(number), rng) for number in numbers])

    def _draw_row(self, number: int, rng: np.random.Generator) -> tuple[Array, ...]:
        if number not in self.rows:
            self.rows[number] = self._make_row(np.random.default_rng([self.seed, number, 1]))
        mel, embedding, teacher, mask = self.rows[number]
        known = np.float32(rng.random() >= UNKNOWN_SPEAKER)
        return mel.astype(np.float32), embedding * known, teacher.astype(np.float32), mask

    def _draw_recording(self, rng: np.random.Generator) -> TaughtRecording:
        own = self.speakers[int(rng.choice(len(self.speakers), p=self.probabilities))]
        return own[rng.integers(len(own))]

    def _make_row(self, rng: np.random.Generator) -> tuple[Array, ...]:
        recording, babble = self._draw_recording(rng), self._draw_recording(rng)
        count = self.frames // SUBSAMPLING
        hop = HOP * SUBSAMPLING
        start = int(rng.integers(max(1, len(recording.features) - count + 1)))
        samples = recording.samples[start * hop : (start + count) * hop]
        teacher = recording.features[start : start + count]
        mask = np.zeros(count, dtype=np.float32)
        mask[: min(len(teacher), samples.size // hop)] = 1
        teacher = np.pad(teacher, ((0, count - len(teacher)), (0, 0)))
        samples = np.pad(samples, (0, count * hop - samples.size))
        power = power_spectrum(distort(samples, rng, others=[babble.samples]))[: self.frames]
        warp = round(float(rng.uniform(*WARPS)), 2) if rng.random() < WARPED else 1.0
        mel = mask_bands(log_mel_from_power(power, filterbank(warp)), rng)
        return mel.astype(np.float16), recording.speaker_embedding, teacher, mask
