"""Overlapping windows over a long recording with cross-fades, and smooth noise for them.

Windows start at fixed frames of the recording and the noise is a function of the frame index, so
a frame does not depend on how the work is divided, and overlapping windows see the same noise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.errors import InputError
from talkinghead.models.speaker_branch import NOISE_SCALES
from talkinghead.sample_rates import FPS
from talkinghead.types import Array

NOISE_BLOCK = 256  # frames of white noise from one generator
GAUSSIAN_TRUNCATE = 4.0  # standard deviations at which a Gaussian is cut off


@dataclass(frozen=True)
class Windows:
    """Windows of `width` frames, each overlapping the next one by `overlap` frames.

    The outer `margin` frames of a window have context on one side only and are dropped where
    another window covers them. Between the margins one window fades into the next.
    """

    width: int = 256
    overlap: int = 64
    margin: int = 16

    def __post_init__(self) -> None:
        fits = 0 <= 2 * self.margin < self.overlap and 2 * self.overlap <= self.width
        if not fits:
            raise InputError(
                f"windows of {self.width} frames cannot overlap by {self.overlap} with margins of "
                f"{self.margin}; need 2 * margin < overlap <= width / 2"
            )

    def spans(self, frames: int) -> Iterator[tuple[int, int]]:
        """(start, stop) of the windows that cover `frames` frames; at least one."""
        start, hop = 0, self.width - self.overlap
        while True:
            yield start, min(start + self.width, frames)
            if start + self.width >= frames:
                return
            start += hop

    def weights(self, start: int, stop: int, frames: int) -> Array:
        """(stop - start,) weights of the frames of one window; those of all windows add up to 1."""
        weight = np.ones(stop - start)
        fade = self.overlap - 2 * self.margin
        ramp = cross_fade_ramp(fade)
        rise = np.concatenate([np.zeros(self.margin), ramp, np.ones(self.margin)])
        if start > 0:
            count = min(len(rise), len(weight))
            weight[:count] *= rise[:count]
        if stop < frames:
            weight[-len(rise) :] *= rise[::-1]
        return weight


def cross_fade_ramp(frames: int) -> Array:
    """(frames,) weights of the later of two signals, from 0 to 1; the earlier has 1 - weight."""
    return np.asarray(np.sin(0.5 * np.pi * (np.arange(frames) + 0.5) / frames) ** 2)


def cross_fade_windows(
    compute: Callable[[int, int], Array], frames: int, windows: Windows
) -> Array:
    """(frames, ...) float64, cross-faded from `compute(start, stop)` -> (stop - start, ...).

    Beyond the result only one window is kept in memory. Raises InputError for 0 frames.
    """
    result: Array | None = None
    for start, stop in windows.spans(frames):
        values = compute(start, stop)
        weights = windows.weights(start, stop, frames).reshape(-1, *[1] * (values.ndim - 1))
        if result is None:
            result = np.zeros((frames, *values.shape[1:]))
        result[start:stop] += weights * values
    if result is None:
        raise InputError("no frames to move; give a recording of at least one sample")
    return result


def noise(seed: int, start: int, stop: int, channels: int) -> Array:
    """(stop - start, channels * len(NOISE_SCALES)) float32 smooth noise of unit variance.

    Column c * len(NOISE_SCALES) + b is channel c at scale b. A value depends on the seed and the
    frame only. Frames may be negative, because a recording begins in the middle of a movement.
    """
    columns = []
    for width in NOISE_SCALES:
        sigma = width * FPS
        reach = int(GAUSSIAN_TRUNCATE * sigma + 1)
        white = _white_noise(seed, start - reach, stop + reach, channels)
        unit = np.sqrt(2 * np.sqrt(np.pi) * sigma)  # undoes the filter's loss of power
        smooth = gaussian_filter1d(
            white, sigma, axis=0, truncate=GAUSSIAN_TRUNCATE, mode="constant"
        )
        columns.append(unit * smooth[reach : reach + stop - start])
        seed += 1_000_003  # scales are independent of each other
    return np.stack(columns, axis=-1).reshape(stop - start, -1).astype(np.float32)


def _white_noise(seed: int, start: int, stop: int, channels: int) -> Array:
    """(stop - start, channels) white noise; each block of frames has its own generator."""
    first, last = start // NOISE_BLOCK, (stop - 1) // NOISE_BLOCK
    blocks = [
        # Seeds must not be negative: blocks before 0 get odd numbers.
        np.random.default_rng([seed, 2 * b if b >= 0 else -2 * b - 1]).standard_normal(
            (NOISE_BLOCK, channels)
        )
        for b in range(first, last + 1)
    ]
    return np.concatenate(blocks)[start - first * NOISE_BLOCK : stop - first * NOISE_BLOCK]
