"""Which frame of a video is shown when, where the new words are longer or shorter."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, get_args

import numpy as np

from talkinghead.types import Array

Extension = Literal["loop", "pingpong", "hold"]
EXTENSIONS: Final[tuple[str, ...]] = get_args(Extension)


@dataclass(frozen=True)
class Timeline:
    """The frames of the dubbed video, in the order in which they are shown."""

    indices: Array  # (n,) number of the video's frame
    stamps: Array  # (n,) int64 time stamp in units of the video's time base
    times: Array  # (n,) seconds from the first frame
    seconds: float  # length of the dubbed video


def frame_timeline(
    stamps: list[int],
    time_base: Fraction,
    frame_rate: Fraction,
    spoken: float,
    extend: Extension,
    keep: bool = False,
) -> Timeline:
    """The frames to show while `spoken` seconds of words last.

    A video that is longer is cut, or with `keep` shown to its end; one that is shorter is extended:
    played again, played back and forth, or held at its last frame. Time stamps `stamps` of the
    video are kept as they are as long as it plays for the first time.
    """
    original = np.array(stamps, dtype=np.int64)
    step = max(1, round(1 / frame_rate / time_base))  # stamps between frames, on average
    durations = np.append(np.diff(original), step)
    length = int(durations.sum())
    needed = max(1, round(Fraction(spoken) / time_base))
    if needed <= length:
        count = (
            len(original) if keep else max(1, int(np.searchsorted(original - original[0], needed)))
        )
        indices = np.arange(count)
        total = length if keep else needed
        return _timeline(indices, original[:count], original[0], total, time_base)
    order = _extended(len(original), extend)
    indices_list, stamps_list = [np.arange(len(original))], [original - original[0]]
    reached, cycle = length, 1
    while reached < needed:
        indices = order if extend != "pingpong" or cycle % 2 else order[::-1]
        lengths = np.full(len(indices), step) if extend == "hold" else durations[indices]
        indices_list.append(indices)
        stamps_list.append(reached + np.append(0, np.cumsum(lengths)[:-1]))
        reached += int(lengths.sum())
        cycle += 1
    indices, offsets = np.concatenate(indices_list), np.concatenate(stamps_list)
    count = max(1, int(np.searchsorted(offsets, needed)))
    return _timeline(indices[:count], offsets[:count] + original[0], original[0], needed, time_base)


def _extended(count: int, extend: Extension) -> Array:
    """The frames of one repetition of a video of `count` frames."""
    if extend == "hold":
        return np.array([count - 1])
    if extend == "pingpong" and count > 1:
        return np.arange(count)[::-1]
    return np.arange(count)


def _timeline(
    indices: Array, stamps: Array, first: int, total: int, time_base: Fraction
) -> Timeline:
    times = (stamps - first) * float(time_base)
    return Timeline(indices, stamps.astype(np.int64), times, float(total * time_base))
