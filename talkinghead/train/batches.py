"""Talkers to batches: their clips strung together, what is heard changed at random."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.clock import FRAME, STRIDE
from talkinghead.landmarks import COUNT, MIRROR
from talkinghead.speech.mel import filterbank, log_mel_of, power_spectrum
from talkinghead.train.augment import WARPS, distort, hide_bands
from talkinghead.train.data import SHARE, Talker
from talkinghead.train.ear import Ear, plain_ear
from talkinghead.types import Array

JOIN = 3  # frames before a join that see the next clip's sound: not scored
STRANGER = 0.3  # share of the rows whose hearing is not told the speaker
TEMPI = (0.85, 1.18)


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    mel: Tensor  # (b, STRIDE * t, 80) log-mel, distorted
    voice: Tensor  # (b, 256) speaker embedding; zeros for a stranger's
    face: Tensor  # (b, 68, 3) at rest
    offsets: Tensor  # (b, t, 68, 3) true displacements from rest, face widths
    mask: Tensor  # (b, t) 1 where the truth is known
    clip: Tensor  # (b, t) number of the clip in its row that a frame is of

    def to(self, device: str) -> "Batch":
        """The same batch on another device."""
        return Batch(*(part.to(device) for part in vars(self).values()))


def _read_at(values: Array, places: Array) -> Array:
    """Rows at fractional places, straight between neighbours; the last row is held."""
    before = np.minimum(places.astype(int), len(values) - 1)
    after = np.minimum(before + 1, len(values) - 1)
    share = (places - before).clip(0, 1).astype(np.float32)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return values[before] * (1 - share) + values[after] * share


@dataclass(frozen=True)
class _Row:
    talker: Talker
    mel: Array  # (STRIDE * t, 80) float16
    voice: Array  # (256,) float32
    offsets: Array  # (t, 68, 3) float16
    mask: Array  # (t,) float32
    clip: Array  # (t,) int64


class Batches:
    """Draws batches for ever; the same seed and step give the same batch.

    Distorting costs much: `pool` rows are made when they are first drawn, and kept.
    """

    def __init__(
        self,
        talkers: list[Talker],
        ear: Ear | None = None,
        *,
        size: int = 32,
        frames: int = 125,
        pool: int = 4000,
        seed: int = 0,
    ):
        self.talkers, self.ear = talkers, ear or plain_ear()
        self.size, self.frames, self.pool, self.seed = size, frames, pool, seed
        self.voices = [self.ear.voice_of(talker) for talker in talkers]
        # Many talkers bring more than many minutes of one.
        weights = np.array([talker.share * talker.frames**SHARE for talker in talkers])
        self.chances = weights / weights.sum()
        self.rows: dict[int, _Row] = {}

    def __call__(self, step: int) -> Batch:
        rng = np.random.default_rng([self.seed, step])
        rows = [self._shown(int(i), rng) for i in rng.integers(self.pool, size=self.size)]
        stacked = [torch.from_numpy(np.stack(part)) for part in zip(*rows, strict=True)]
        return Batch(*stacked)

    def _shown(self, place: int, rng: np.random.Generator) -> tuple[Array, ...]:
        if place not in self.rows:
            self.rows[place] = self._made(np.random.default_rng([self.seed, place, 1]))
        row = self.rows[place]
        # Displacements are in face widths and hardly depend on whose they are; a face that is
        # often somebody else's cannot serve the net as the talker's name.
        face, offsets = row.talker.face, row.offsets.astype(np.float32)
        if rng.random() < 0.3:
            face = self.talkers[rng.integers(len(self.talkers))].face
        if rng.random() < 0.5:
            face = face[MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
            offsets = offsets[:, MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
        jitter = rng.normal(0, 0.02, size=face.shape).astype(np.float32)
        mel = row.mel.astype(np.float32)
        return mel, row.voice, face + jitter, offsets, row.mask, row.clip

    def _made(self, rng: np.random.Generator) -> _Row:
        number = int(rng.choice(len(self.talkers), p=self.chances))
        tempo = float(rng.uniform(*TEMPI))
        times = np.arange(self.frames) * tempo
        talker, frames = self.talkers[number], int(times[-1]) + 2
        samples, offsets, mask, clip = self._strung(talker, frames, rng)
        stranger = self.talkers[rng.integers(len(self.talkers))]
        other = stranger.cuts[rng.integers(len(stranger.cuts))].samples
        power = power_spectrum(distort(samples, rng, others=[other]))
        places = np.arange(self.frames * STRIDE) * tempo
        warp = round(float(rng.uniform(*WARPS)), 2)
        mel = hide_bands(log_mel_of(_read_at(power, places), filterbank(warp)), rng)
        voice = self.voices[number] * np.float32(rng.random() >= STRANGER)
        return _Row(
            talker,
            mel.astype(np.float16),
            voice,
            _read_at(offsets, times).astype(np.float16),
            mask[times.astype(int)] * mask[times.astype(int) + 1],
            clip[times.astype(int)],
        )

    def _strung(
        self, talker: Talker, frames: int, rng: np.random.Generator
    ) -> tuple[Array, Array, Array, Array]:
        """Samples, offsets, mask and clips of `frames` motion frames: cuts strung together."""
        samples = np.zeros(frames * FRAME, dtype=np.float32)
        offsets = np.zeros((frames, COUNT, 3), dtype=np.float32)
        mask = np.zeros(frames, dtype=np.float32)
        clip = np.zeros(frames, dtype=np.int64)
        at = 0
        while at < frames:
            clip[at:] += at > 0
            cut = talker.cuts[rng.integers(len(talker.cuts))]
            start = int(rng.integers(max(1, len(cut.offsets) - frames + 1)))
            take = min(frames - at, len(cut.offsets) - start)
            heard = cut.samples[start * FRAME : (start + take) * FRAME]
            samples[at * FRAME : at * FRAME + len(heard)] = heard
            offsets[at : at + take] = cut.offsets[start : start + take]
            mask[at : at + max(1, take - JOIN)] = 1
            at += take
            if rng.random() < 0.15:  # a pause: lips closed, nothing heard
                rest = min(frames - at, int(rng.integers(10, 30)))
                mask[at + 8 : at + rest] = 1
                at += rest
        return samples, offsets, mask, clip
