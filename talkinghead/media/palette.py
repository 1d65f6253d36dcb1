"""256 colours for a whole clip, and frames drawn with them. For GIF."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from talkinghead.types import Array

CLEAR: Final = 255  # number of the colour that is none
_BITS: Final = 5  # of each channel that decide on the colour
_AHEAD: Final = 50  # frames in which the colours are looked for
_AHEAD_BYTES: Final = 100_000_000  # and at most so much of them
_SAMPLES: Final = 120_000  # pixels
# Ordered dither (Bayer 1973): the same in every frame, where error diffusion would crawl.
_BAYER: Final = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
_DITHER: Final = 10.0  # grey levels from the least to the most


def gathered(frames: Iterator[Array]) -> tuple["Palette", Iterator[Array]]:
    """A palette of the first two seconds or so, and all frames, from the first on."""
    first = next(frames)
    count = int(np.clip(_AHEAD_BYTES // first.nbytes, 1, _AHEAD))
    ahead = [first, *islice(frames, count - 1)]
    return Palette(ahead), chain(ahead, frames)


class Palette:
    """Up to 255 colours and a clear one."""

    def __init__(self, frames: list[Array]) -> None:
        """Choose the colours of some frames (h, w, 3 or 4) uint8."""
        step = max(1, int(len(frames) * frames[0].shape[0] * frames[0].shape[1] / _SAMPLES))
        pixels = np.concatenate([_solid(frame)[::step] for frame in frames])
        if not len(pixels):
            pixels = np.zeros((1, 3), np.uint8)
        strip = Image.fromarray(pixels[None])
        chosen = strip.quantize(CLEAR, method=Image.Quantize.MEDIANCUT, kmeans=2)
        colours = np.array(chosen.getpalette(), np.uint8).reshape(-1, 3)[:CLEAR]
        self.colours = np.zeros((256, 4), np.uint8)  # alpha, red, green, blue: FFmpeg's order
        self.colours[:CLEAR, 0] = 255  # also of unused ones: only one number may be clear
        self.colours[: len(colours), 1:] = colours
        side = np.arange(1 << _BITS) * (256 >> _BITS) + (128 >> _BITS)
        cube = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1)
        _, nearest = cKDTree(colours.astype(float)).query(cube.reshape(-1, 3))
        self._nearest = nearest.astype(np.uint8)

    def __call__(self, frame: Array) -> tuple[Array, Array]:
        """(h, w) uint8 numbers and (256, 4) colours of a frame; half clear pixels are none."""
        height, width = frame.shape[:2]
        tiles = (-(-height // 4), -(-width // 4))
        offset = (np.tile(_BAYER, tiles)[:height, :width] / 15 - 0.5) * _DITHER
        rgb = frame[..., :3] + offset[..., None].astype(np.float32)
        small = rgb.clip(0, 255).astype(np.int32) >> (8 - _BITS)
        numbers = self._nearest[
            (small[..., 0] << (2 * _BITS)) | (small[..., 1] << _BITS) | small[..., 2]
        ]
        if frame.shape[2] == 4:
            numbers[frame[..., 3] < 128] = CLEAR
        return numbers, self.colours


def _solid(frame: Array) -> Array:
    """(n, 3) the colours of a frame that will be seen."""
    if frame.shape[2] == 3:
        return frame.reshape(-1, 3)
    return np.asarray(frame[frame[..., 3] >= 128][:, :3])
