"""Batches for the content branch: clips of a speaker joined, with the audio augmented."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from talkinghead.landmarks import COUNT, MIRROR
from talkinghead.models.mel import filterbank, log_mel_from_power, power_spectrum
from talkinghead.sample_rates import FRAME_SAMPLES, STRIDE
from talkinghead.train.augment.speech import WARPS, distort, mask_bands
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.content.features import AudioEncoder, log_mel_encoder
from talkinghead.train.data.speakers import Speaker
from talkinghead.types import Array

# A speaker is drawn in proportion to this power of the frames: almost evenly, for a minute of a new
# speaker teaches more than an hour of one.
SAMPLING_POWER = 0.15
JOIN_FRAMES = 3  # before a join, whose audio features see the next clip: not scored
UNKNOWN_SPEAKER = 0.3  # probability that a row's speaker embedding is zeros
TEMPI = (0.85, 1.18)
OTHER_FACE, MIRRORED = 0.3, 0.5  # probabilities
FACE_JITTER = 0.02  # face widths
PAUSE = 0.15  # probability of a pause after a clip
PAUSE_FRAMES = (10, 30)
CLOSING_FRAMES = 8  # at the start of a pause, in which the mouth is still closing: not scored


@dataclass(frozen=True)
class ContentBatch(TensorBatch):
    """The training examples of one step."""

    mel: Tensor  # (b, STRIDE * t, 80) log-mel, augmented
    speaker_embedding: Tensor  # (b, 256); zeros for some rows
    face: Tensor  # (b, 68, 3) neutral face
    offsets: Tensor  # (b, t, 68, 3) true displacements from the neutral face, face widths
    mask: Tensor  # (b, t) 1 where the truth is known
    clip: Tensor  # (b, t) int64 number, within its row, of the clip that a frame belongs to


@dataclass(frozen=True)
class _Row:
    speaker: Speaker
    mel: Array  # (STRIDE * t, 80) float16
    speaker_embedding: Array  # (256,) float32
    offsets: Array  # (t, 68, 3) float16
    mask: Array  # (t,) float32
    clip: Array  # (t,) int64


class ContentBatches:
    """Random batches: a function of seed and step.

    Augmentation is expensive: `pool` rows are made when they are first drawn, and kept. Face,
    mirroring and jitter are drawn anew each time.
    """

    def __init__(
        self,
        speakers: list[Speaker],
        encoder: AudioEncoder | None = None,
        *,
        size: int = 32,
        frames: int = 125,
        pool: int = 4000,
        seed: int = 0,
    ):
        encoder = encoder or log_mel_encoder()
        self.speakers = speakers
        self.size, self.frames, self.pool, self.seed = size, frames, pool, seed
        self.embeddings = [encoder.speaker_embedding(speaker) for speaker in speakers]
        self.probabilities = sampling_weights(
            (speaker.frames for speaker in speakers),
            SAMPLING_POWER,
            np.array([speaker.sampling_weight for speaker in speakers]),
        )
        self.rows: dict[int, _Row] = {}

    def __call__(self, step: int) -> ContentBatch:
        rng = np.random.default_rng([self.seed, step])
        numbers = rng.integers(self.pool, size=self.size)
        return ContentBatch.stack([self._draw_row(int(number), rng) for number in numbers])

    def _draw_row(self, number: int, rng: np.random.Generator) -> tuple[Array, ...]:
        if number not in self.rows:
            self.rows[number] = self._make_row(np.random.default_rng([self.seed, number, 1]))
        row = self.rows[number]
        # Displacements in face widths hardly depend on the face. Another speaker's face keeps the
        # network from recognising the speaker by it.
        face, offsets = row.speaker.neutral_face, row.offsets.astype(np.float32)
        if rng.random() < OTHER_FACE:
            face = self.speakers[rng.integers(len(self.speakers))].neutral_face
        if rng.random() < MIRRORED:
            face = face[MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
            offsets = offsets[:, MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
        jitter = rng.normal(0, FACE_JITTER, size=face.shape).astype(np.float32)
        mel = row.mel.astype(np.float32)
        return mel, row.speaker_embedding, face + jitter, offsets, row.mask, row.clip

    def _make_row(self, rng: np.random.Generator) -> _Row:
        number = int(rng.choice(len(self.speakers), p=self.probabilities))
        tempo = float(rng.uniform(*TEMPI))
        times = np.arange(self.frames) * tempo
        speaker, frames = self.speakers[number], int(times[-1]) + 2
        samples, offsets, mask, clip = _join_clips(speaker, frames, rng)
        other = self.speakers[rng.integers(len(self.speakers))]
        babble = other.clips[rng.integers(len(other.clips))].samples
        power = power_spectrum(distort(samples, rng, others=[babble]))
        mel_times = np.arange(self.frames * STRIDE) * tempo
        warp = round(float(rng.uniform(*WARPS)), 2)
        mel = log_mel_from_power(_interpolate(power, mel_times), filterbank(warp))
        mel = mask_bands(mel, rng)
        embedding = self.embeddings[number] * np.float32(rng.random() >= UNKNOWN_SPEAKER)
        return _Row(
            speaker,
            mel.astype(np.float16),
            embedding,
            _interpolate(offsets, times).astype(np.float16),
            mask[times.astype(int)] * mask[times.astype(int) + 1],
            clip[times.astype(int)],
        )


def _join_clips(
    speaker: Speaker, frames: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Samples, offsets, mask and clip numbers of `frames` motion frames of random clips."""
    samples = np.zeros(frames * FRAME_SAMPLES, dtype=np.float32)
    offsets = np.zeros((frames, COUNT, 3), dtype=np.float32)
    mask = np.zeros(frames, dtype=np.float32)
    numbers = np.zeros(frames, dtype=np.int64)
    at = 0
    while at < frames:
        numbers[at:] += at > 0
        clip = speaker.clips[rng.integers(len(speaker.clips))]
        start = int(rng.integers(max(1, len(clip.offsets) - frames + 1)))
        count = min(frames - at, len(clip.offsets) - start)
        part = clip.samples[start * FRAME_SAMPLES : (start + count) * FRAME_SAMPLES]
        samples[at * FRAME_SAMPLES : at * FRAME_SAMPLES + len(part)] = part
        offsets[at : at + count] = clip.offsets[start : start + count]
        mask[at : at + max(1, count - JOIN_FRAMES)] = 1
        at += count
        if rng.random() < PAUSE:  # silence, with the mouth closed
            count = min(frames - at, int(rng.integers(*PAUSE_FRAMES)))
            mask[at + CLOSING_FRAMES : at + count] = 1
            at += count
    return samples, offsets, mask, numbers


def _interpolate(values: Array, times: Array) -> Array:
    """Rows at fractional indices, interpolated linearly; the last row is repeated."""
    before = np.minimum(times.astype(int), len(values) - 1)
    after = np.minimum(before + 1, len(values) - 1)
    share = (times - before).clip(0, 1).astype(np.float32)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return values[before] * (1 - share) + values[after] * share
