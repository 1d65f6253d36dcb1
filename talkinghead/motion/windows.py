"""Long recordings in overlapping windows that cross-fade, and the chance they share. Pure.

Windows stand at fixed places of the recording, and noise is a function of its frame; so a
frame comes out the same however the work is cut up, and two windows see the same noise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.clock import FPS
from talkinghead.errors import InputError
from talkinghead.types import Array

# Widths (seconds) of the Gaussians that smooth the noise: from a nod to a change of posture.
BANDS = (0.1, 0.2, 0.4, 0.8, 2.0)
BLOCK = 256  # frames of white noise drawn from one generator
REACH = 4.0  # widths of a Gaussian beyond which it counts as nothing


@dataclass(frozen=True)
class Windows:
    """Stretches of `width` frames, each sharing `overlap` with the next one.

    The `margin` outer frames of a shared stretch are heard and not shown: a frame at a
    window's edge sees only one side. Between the margins one window fades into the next.
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
        """(start, stop) of the windows that cover `frames` frames, at least one."""
        start, hop = 0, self.width - self.overlap
        while True:
            yield start, min(start + self.width, frames)
            if start + self.width >= frames:
                return
            start += hop

    def share(self, start: int, stop: int, frames: int) -> Array:
        """(stop - start,) weight of one window's frames; all windows' add up to 1."""
        weight = np.ones(stop - start)
        fade = self.overlap - 2 * self.margin
        ramp = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
        rise = np.concatenate([np.zeros(self.margin), ramp, np.ones(self.margin)])
        if start > 0:
            count = min(len(rise), len(weight))
            weight[:count] *= rise[:count]
        if stop < frames:
            weight[-len(rise) :] *= rise[::-1]
        return weight


def in_windows(part: Callable[[int, int], Array], frames: int, windows: Windows) -> Array:
    """(frames, ...) from `part(start, stop)`, which gives (stop - start, ...) of one window.

    Only one window is worked on at a time: memory beyond the result does not grow.
    """
    result: Array | None = None
    for start, stop in windows.spans(frames):
        values = part(start, stop)
        share = windows.share(start, stop, frames).reshape(-1, *[1] * (values.ndim - 1))
        if result is None:
            result = np.zeros((frames, *values.shape[1:]))
        result[start:stop] += share * values
    if result is None:
        raise InputError("no frames to move; give a recording of at least one sample")
    return result


def noise(seed: int, start: int, stop: int, channels: int) -> Array:
    """(stop - start, channels * len(BANDS)) float32 smooth noise of unit variance.

    Channel c of band b is column c * len(BANDS) + b. The value at a frame depends on seed
    and frame alone, also before 0: recordings begin in the middle of a movement.
    """
    columns = []
    for width in BANDS:
        sigma = width * FPS
        reach = int(REACH * sigma + 1)
        white = _white(seed, start - reach, stop + reach, channels)
        unit = np.sqrt(2 * np.sqrt(np.pi) * sigma)  # undoes the filter's loss of power
        smooth = gaussian_filter1d(white, sigma, axis=0, truncate=REACH, mode="constant")
        columns.append(unit * smooth[reach : reach + stop - start])
        seed += 1_000_003  # bands are independent of each other
    return np.stack(columns, axis=-1).reshape(stop - start, -1).astype(np.float32)


def _white(seed: int, start: int, stop: int, channels: int) -> Array:
    """(stop - start, channels) white noise, each block of frames from its own generator."""
    first, last = start // BLOCK, (stop - 1) // BLOCK
    blocks = [
        # Generators take no negative numbers; blocks before 0 get the odd ones.
        np.random.default_rng([seed, 2 * b if b >= 0 else -2 * b - 1]).standard_normal(
            (BLOCK, channels)
        )
        for b in range(first, last + 1)
    ]
    return np.concatenate(blocks)[start - first * BLOCK : stop - first * BLOCK]
