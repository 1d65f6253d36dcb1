"""Examples to batches: talkers' clips strung together, their sound changed at random."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.clock import FRAME, RATE, STRIDE
from talkinghead.errors import InputError
from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import JAW, MIRROR, MOUTH, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.mel import filterbank, log_mel_of, power_spectrum
from talkinghead.train.augment import distort
from talkinghead.train.clips import Example
from talkinghead.types import Array, Waveform

CLOSED_SHARE = 0.05  # of a talker's frames, the most closed: their mean is the face at rest
SHARE = 0.35  # power of a talker's frames that his share of the batches grows with
JOIN = 3  # frames before a join that see the next clip's sound: not scored
STRANGER = 0.3  # share of the rows whose hearing is not told the speaker
TEMPI = (0.85, 1.18)
WARPS = (0.84, 1.2)  # of the frequency axis: shorter and longer vocal tracts


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    mel: Tensor  # (b, STRIDE * t, 80) log-mel, distorted
    voice: Tensor  # (b, 256) speaker embedding; zeros for a stranger's
    face: Tensor  # (b, 68, 3) at rest
    offsets: Tensor  # (b, t, 68, 3) true displacements from rest, face widths
    mask: Tensor  # (b, t) 1 where the truth is known

    def to(self, device: str) -> "Batch":
        """The same batch on another device."""
        return Batch(*(part.to(device) for part in vars(self).values()))


@dataclass(frozen=True)
class Cut:
    """Sound, and what the face did meanwhile."""

    samples: Array  # (FRAME * t,) float32 at RATE, loudness normalised
    offsets: Array  # (t, 68, 3) float32
    source: str


@dataclass(frozen=True)
class Talker:
    """One talker's clips and face at rest."""

    name: str
    face: Array  # (68, 3) float32
    cuts: list[Cut]
    share: float = 1.0  # how often drawn, beside another of as many frames
    voice: Array | None = None  # (256,) where it is known

    @property
    def frames(self) -> int:
        """Frames over all clips."""
        return sum(len(cut.offsets) for cut in self.cuts)

    @property
    def speech(self) -> Waveform:
        """The beginning of all that the talker says, a minute at most."""
        samples = np.concatenate([cut.samples for cut in self.cuts])
        return Waveform(samples[: 60 * RATE], RATE)


@dataclass(frozen=True)
class Ear:
    """How a branch hears: what turns log-mel and speaker into hidden states, and on."""

    hear: Callable[[Array, Array], Array]  # (t, 80) log-mel, (256,) -> (t * fps / 100, w)
    voice: Callable[[Waveform], Array]  # speech to a (256,) embedding
    narrow: Callable[[Array], Array] = np.asarray  # (t, w) hidden states to (t, c) content

    def voice_of(self, talker: "Talker") -> Array:
        """(256,) of a talker: as measured before, or now."""
        return self.voice(talker.speech) if talker.voice is None else talker.voice


def plain_ear() -> Ear:
    """Log-mel as it is, whoever speaks."""
    return Ear(lambda mel, _: mel, lambda _: np.zeros(256, np.float32))


def mel_in(samples: Array, frames: int) -> Array:
    """(STRIDE * frames, 80) log-mel of samples, the last of it held where they end early."""
    mel = log_mel_of(power_spectrum(samples[: frames * FRAME]))[: frames * STRIDE]
    return np.pad(mel, ((0, frames * STRIDE - len(mel)), (0, 0)), mode="edge")


def group_of(source: str) -> str:
    """The recording family a clip belongs to: the folder it lies in."""
    return source.rsplit("/", 2)[-2] if "/" in source else ""


def talker_of(name: str, examples: list[Example]) -> Talker:
    """Give all clips of one talker a common face at rest.

    Registration puts the mouth a little elsewhere in every clip; that shift is taken out of
    lips and jaw, so that the opening stays absolute and a clip cut in mid-speech is not
    measured from a half-open mouth.
    """
    corners = [MOUTH_LEFT, MOUTH_RIGHT]
    centre = np.mean([e.points[:, corners].mean(axis=(0, 1)) for e in examples], axis=0)
    levelled = []
    for example in examples:
        points = example.points.copy()
        shift = points[:, corners].mean(axis=(0, 1)) - centre
        points[:, MOUTH] -= shift
        points[:, JAW] -= shift
        levelled.append(points)
    everything = np.concatenate(levelled)
    order = np.argsort(opening(everything))
    face = everything[order[: max(3, int(CLOSED_SHARE * len(order)))]].mean(axis=0)
    cuts = []
    for example, points in zip(examples, levelled, strict=True):
        wave = normalise_loudness(Waveform(example.samples, RATE))
        offsets = (points - face).astype(np.float32)
        cuts.append(Cut(wave.samples[: len(offsets) * FRAME], offsets, example.source))
    return Talker(name, face.astype(np.float32), cuts)


def talkers_of(examples: Iterable[Example]) -> list[Talker]:
    """All examples with sound, grouped by talker."""
    grouped: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.samples.size and len(example.points) >= 10 and np.ptp(example.samples) > 0:
            grouped[example.talker].append(example)
    if not grouped:
        raise InputError("no example has sound; speech clips are needed to train on")
    return [talker_of(name, group) for name, group in sorted(grouped.items())]


def _read_at(values: Array, places: Array) -> Array:
    """Rows at fractional places, straight between neighbours; the last row is held."""
    before = np.minimum(places.astype(int), len(values) - 1)
    after = np.minimum(before + 1, len(values) - 1)
    share = (places - before).clip(0, 1).astype(np.float32)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return values[before] * (1 - share) + values[after] * share


def hide_bands(content: Array, rng: np.random.Generator) -> Array:
    """Log-mel with up to two random stretches of bands levelled (Park et al. 2019, SpecAugment)."""
    hidden = content.copy()
    for _ in range(int(rng.integers(0, 3))):
        first = int(rng.integers(0, content.shape[1] - 12))
        bands = slice(first, first + int(rng.integers(1, 13)))
        hidden[:, bands] = content[:, bands].mean()
    return hidden


@dataclass(frozen=True)
class _Row:
    talker: Talker
    mel: Array  # (STRIDE * t, 80) float16
    voice: Array  # (256,) float32
    offsets: Array  # (t, 68, 3) float16
    mask: Array  # (t,) float32


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
        return row.mel.astype(np.float32), row.voice, face + jitter, offsets, row.mask

    def _made(self, rng: np.random.Generator) -> _Row:
        number = int(rng.choice(len(self.talkers), p=self.chances))
        tempo = float(rng.uniform(*TEMPI))
        times = np.arange(self.frames) * tempo
        samples, offsets, mask = self._strung(self.talkers[number], int(times[-1]) + 2, rng)
        stranger = self.talkers[rng.integers(len(self.talkers))]
        other = stranger.cuts[rng.integers(len(stranger.cuts))].samples
        power = power_spectrum(distort(samples, rng, others=[other]))
        places = np.arange(self.frames * STRIDE) * tempo
        warp = round(float(rng.uniform(*WARPS)), 2)
        mel = hide_bands(log_mel_of(_read_at(power, places), filterbank(warp)), rng)
        voice = self.voices[number] * np.float32(rng.random() >= STRANGER)
        return _Row(
            self.talkers[number],
            mel.astype(np.float16),
            voice,
            _read_at(offsets, times).astype(np.float16),
            mask[times.astype(int)] * mask[times.astype(int) + 1],
        )

    def _strung(
        self, talker: Talker, frames: int, rng: np.random.Generator
    ) -> tuple[Array, Array, Array]:
        """Samples, offsets and mask of `frames` motion frames: cuts strung together."""
        samples = np.zeros(frames * FRAME, dtype=np.float32)
        offsets = np.zeros((frames, 68, 3), dtype=np.float32)
        mask = np.zeros(frames, dtype=np.float32)
        at = 0
        while at < frames:
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
        return samples, offsets, mask
