"""Examples to batches: talkers' clips strung together, their sound changed at random."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import lfilter
from torch import Tensor

from talkinghead.clock import STRIDE
from talkinghead.errors import InputError
from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import JAW, MIRROR, MOUTH, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.mel import FFT, filterbank, log_mel_of, power_spectrum
from talkinghead.train.clips import Example
from talkinghead.types import Array, Waveform

CLOSED_SHARE = 0.05  # of a talker's frames, the most closed: their mean is the face at rest
SHARE = 0.35  # power of a talker's frames that his share of the batches grows with
JOIN = 3  # frames before a join that see the next clip's sound: not scored
BINS = FFT // 2 + 1


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    content: Tensor  # (b, STRIDE * t, 80) log-mel
    face: Tensor  # (b, 68, 3) at rest
    offsets: Tensor  # (b, t, 68, 3) true displacements from rest, face widths
    mask: Tensor  # (b, t) 1 where the truth is known

    def to(self, device: str) -> "Batch":
        """The same batch on another device."""
        parts = (self.content, self.face, self.offsets, self.mask)
        return Batch(*(part.to(device) for part in parts))


@dataclass(frozen=True)
class _Cut:
    power: Array  # (STRIDE * t, BINS) float32 power of the clean sound
    offsets: Array  # (t, 68, 3) float32
    source: str


@dataclass(frozen=True)
class Talker:
    """One talker's clips and face at rest."""

    name: str
    face: Array  # (68, 3) float32
    cuts: list[_Cut]

    @property
    def frames(self) -> int:
        """Frames over all clips."""
        return sum(len(cut.offsets) for cut in self.cuts)


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
        wave = normalise_loudness(Waveform(example.samples, 16_000))
        cuts.append(
            _Cut(power_spectrum(wave.samples), (points - face).astype(np.float32), example.source)
        )
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


def corrupt(power: Array, rng: np.random.Generator) -> Array:
    """(t, BINS) power of clean speech to the power another room and microphone would give."""
    bins = np.linspace(0, 1, BINS)
    tilt = sum(
        rng.normal(0, 1.0 / (k + 1)) * np.cos(np.pi * k * bins + rng.uniform(0, 6.3))
        for k in range(1, 6)
    )
    gain = 10 ** (rng.uniform(0, 0.9) * np.asarray(tilt) + rng.normal(0, 0.25))
    out = power * gain.astype(np.float32)
    if rng.random() < 0.4:  # late reverberation: energy that decays with the room's T60
        decay = 10 ** (-6 / (rng.uniform(0.15, 0.7) * 100))
        tail = lfilter([1 - decay], [1, -decay], out, axis=0)
        out = out + rng.uniform(0.05, 0.5) * tail
    if rng.random() < 0.7:  # noise of a random colour
        colour = 10 ** (rng.normal(0, 0.8) * bins + rng.normal(0, 0.5) * np.cos(np.pi * bins))
        snr = 10 ** (rng.uniform(0.3, 3.5))
        grain = rng.standard_exponential(size=out.shape, dtype=np.float32)
        out = out + power.mean() / snr * colour / colour.mean() * grain
    if rng.random() < 0.15:  # telephone or low-rate codec: nothing above
        top = int(rng.uniform(0.43, 0.9) * BINS)
        out[:, top:] = 1e-6 * out[:, top:]
    return np.asarray(out, dtype=np.float32)


def spoken_faster(cut: _Cut, rate: float) -> tuple[Array, Array]:
    """Power and offsets of a cut at `rate` times its tempo, the pitch unchanged."""
    frames = int((len(cut.offsets) - 1) / rate)
    return (
        _read_at(cut.power, np.arange(frames * STRIDE) * rate),
        _read_at(cut.offsets, np.arange(frames) * rate),
    )


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


class Batches:
    """Draws batches for ever; the same seed and step give the same batch."""

    def __init__(self, talkers: list[Talker], *, size: int = 32, frames: int = 125, seed: int = 0):
        self.talkers, self.size, self.frames, self.seed = talkers, size, frames, seed
        # Many talkers bring more than many minutes of one.
        weights = np.array([talker.frames**SHARE for talker in talkers])
        self.chances = weights / weights.sum()

    def __call__(self, step: int) -> Batch:
        rng = np.random.default_rng([self.seed, step])
        chosen = rng.choice(len(self.talkers), size=self.size, p=self.chances)
        rows = [self._row(self.talkers[i], rng) for i in chosen]
        stacked = [torch.from_numpy(np.stack(part)) for part in zip(*rows, strict=True)]
        return Batch(*stacked)

    def _row(self, talker: Talker, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
        frames = self.frames
        offsets = np.zeros((frames, 68, 3), dtype=np.float32)
        mask = np.zeros(frames, dtype=np.float32)
        power = np.full((frames * STRIDE, BINS), 1e-10, dtype=np.float32)
        at = 0
        while at < frames:
            cut = talker.cuts[rng.integers(len(talker.cuts))]
            heard, shown = spoken_faster(cut, float(rng.uniform(0.85, 1.18)))
            start = int(rng.integers(max(1, len(shown) - frames + 1)))
            take = min(frames - at, len(shown) - start)
            heard = heard[start * STRIDE : (start + take) * STRIDE]
            power[at * STRIDE : at * STRIDE + len(heard)] = heard
            offsets[at : at + take] = shown[start : start + take]
            mask[at : at + max(1, take - JOIN)] = 1
            at += take
            if rng.random() < 0.15:  # a pause: lips closed, nothing heard
                rest = min(frames - at, int(rng.integers(10, 30)))
                mask[at + 8 : at + rest] = 1
                at += rest
        # Displacements are in face widths and hardly depend on whose they are; a face that is
        # often somebody else's cannot serve the net as the talker's name.
        face = talker.face
        if rng.random() < 0.3:
            face = self.talkers[rng.integers(len(self.talkers))].face
        if rng.random() < 0.5:
            face = face[MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
            offsets = offsets[:, MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
        warp = round(float(rng.uniform(0.84, 1.2)), 2)
        content = hide_bands(log_mel_of(corrupt(power, rng), filterbank(warp)), rng)
        jitter = rng.normal(0, 0.02, size=face.shape).astype(np.float32)
        return content, face + jitter, offsets, mask
