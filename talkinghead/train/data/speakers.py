"""Examples grouped by speaker: speech clips, and how each face moved from its neutral state."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from talkinghead.errors import InputError
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import JAW, MOUTH, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.loudness import normalise_loudness
from talkinghead.sample_rates import FRAME_SAMPLES, RATE
from talkinghead.train.data.clips import Example
from talkinghead.types import Array, Waveform

CLOSED_FRACTION = 0.05  # of a speaker's frames, the most closed: their mean is the neutral face
MIN_EXAMPLE_FRAMES = 10
_EMBEDDED_SECONDS = 60  # of a speaker's speech, for the speaker embedding


@dataclass(frozen=True)
class SpeechClip:
    """The audio of one clip, and the lip motion that goes with it."""

    samples: Array  # (FRAME_SAMPLES * t,) float32 at RATE, loudness normalised
    offsets: Array  # (t, 68, 3) float32 displacements from the neutral face, face widths
    source: str  # path of the clip below the data folder


@dataclass(frozen=True)
class Speaker:
    """One speaker's clips and neutral face."""

    name: str
    neutral_face: Array  # (68, 3) float32 face units
    clips: list[SpeechClip]
    sampling_weight: float = 1.0  # relative to another speaker of as many frames
    embedding: Array | None = None  # (256,) speaker embedding, where it is stored

    @property
    def frames(self) -> int:
        """The number of motion frames of all clips."""
        return sum(len(clip.offsets) for clip in self.clips)

    @property
    def speech(self) -> Waveform:
        """The first minute of the speaker's clips, one after another."""
        samples = np.concatenate([clip.samples for clip in self.clips])
        return Waveform(samples[: _EMBEDDED_SECONDS * RATE], RATE)


def corpus_of(source: str) -> str:
    """The corpus that a clip belongs to: the folder it lies in."""
    return source.rsplit("/", 2)[-2] if "/" in source else ""


def group_speakers(examples: Iterable[Example]) -> list[Speaker]:
    """The speakers of all examples with audio, by name. Raises InputError if there are none."""
    grouped: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        has_audio = example.samples.size and np.ptp(example.samples) > 0
        if has_audio and len(example.points) >= MIN_EXAMPLE_FRAMES:
            grouped[example.speaker].append(example)
    if not grouped:
        raise InputError("no example has audio; speech clips are needed to train on")
    return [build_speaker(name, group) for name, group in sorted(grouped.items())]


def build_speaker(name: str, examples: list[Example]) -> Speaker:
    """One speaker, with a neutral face common to all clips.

    Registration shifts the mouth slightly from clip to clip. That shift is taken out of lips and
    jaw by aligning the corners of the mouth, so that the mouth opening stays absolute: a clip that
    starts in mid-speech is not measured from a half-open mouth.
    """
    corners = [MOUTH_LEFT, MOUTH_RIGHT]
    centre = np.mean([e.points[:, corners].mean(axis=(0, 1)) for e in examples], axis=0)
    aligned = []
    for example in examples:
        points = example.points.copy()
        shift = points[:, corners].mean(axis=(0, 1)) - centre
        points[:, MOUTH] -= shift
        points[:, JAW] -= shift
        aligned.append(points)
    all_points = np.concatenate(aligned)
    order = np.argsort(mouth_opening(all_points))
    face = all_points[order[: max(3, int(CLOSED_FRACTION * len(order)))]].mean(axis=0)
    clips = []
    for example, points in zip(examples, aligned, strict=True):
        samples = normalise_loudness(Waveform(example.samples, RATE)).samples
        offsets = (points - face).astype(np.float32)
        clips.append(SpeechClip(samples[: len(offsets) * FRAME_SAMPLES], offsets, example.source))
    return Speaker(name, face.astype(np.float32), clips)
