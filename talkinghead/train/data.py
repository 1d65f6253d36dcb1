"""Examples to talkers: clips with sound, and how each face moved from its own rest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from talkinghead.clock import FRAME, RATE, STRIDE
from talkinghead.errors import InputError
from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import JAW, MOUTH, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.mel import log_mel_of, power_spectrum
from talkinghead.train.clips import Example
from talkinghead.types import Array, Waveform

CLOSED_SHARE = 0.05  # of a talker's frames, the most closed: their mean is the face at rest
SHARE = 0.35  # power of a talker's frames that his share of the batches grows with


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
