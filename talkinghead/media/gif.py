"""Quantizes the frames of a clip to one GIF palette of 256 colours."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from talkinghead.types import Array

TRANSPARENT: Final = 255  # palette index of transparent pixels
_BITS: Final = 5  # highest bits of each channel, which select the palette index
_LOOKAHEAD: Final = 50  # frames from whose colours the palette is chosen
_LOOKAHEAD_BYTES: Final = 100_000_000  # upper limit of the size of these frames
_SAMPLES: Final = 120_000  # pixels sampled from these frames
# Ordered dither (Bayer 1973): the same in every frame, where error diffusion would flicker.
_BAYER: Final = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
_DITHER: Final = 10.0  # grey levels between the lowest threshold and the highest


def choose_palette(frames: Iterator[Array]) -> tuple["GifPalette", Iterator[Array]]:
    """A palette from at most the first 50 frames (h, w, 3 or 4) uint8, and all the frames.

    FFmpeg's palettegen and paletteuse reach the same quality but take two to five times as long.
    """
    first = next(frames)
    count = int(np.clip(_LOOKAHEAD_BYTES // first.nbytes, 1, _LOOKAHEAD))
    lookahead = [first, *islice(frames, count - 1)]
    return GifPalette(lookahead), chain(lookahead, frames)


class GifPalette:
    """Up to 255 opaque colours and a transparent one."""

    def __init__(self, frames: list[Array]) -> None:
        """Choose the colours of some frames (h, w, 3 or 4) uint8 by median cut and k-means."""
        step = max(1, int(len(frames) * frames[0].shape[0] * frames[0].shape[1] / _SAMPLES))
        pixels = np.concatenate([_opaque_pixels(frame)[::step] for frame in frames])
        if not len(pixels):
            pixels = np.zeros((1, 3), np.uint8)
        strip = Image.fromarray(pixels[None])
        quantized = strip.quantize(TRANSPARENT, method=Image.Quantize.MEDIANCUT, kmeans=2)
        colours = np.array(quantized.getpalette(), np.uint8).reshape(-1, 3)[:TRANSPARENT]
        self.colours = np.zeros((256, 4), np.uint8)  # alpha, red, green, blue: FFmpeg's order
        self.colours[:TRANSPARENT, 0] = 255  # unused ones too: only one index may be transparent
        self.colours[: len(colours), 1:] = colours
        side = np.arange(1 << _BITS) * (256 >> _BITS) + (128 >> _BITS)
        cube = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1)
        _, nearest = cKDTree(colours.astype(float)).query(cube.reshape(-1, 3))
        self._nearest = nearest.astype(np.uint8)

    def __call__(self, frame: Array) -> tuple[Array, Array]:
        """(h, w) uint8 indices and (256, 4) uint8 ARGB colours; alpha below 128 is transparent."""
        height, width = frame.shape[:2]
        tiles = (-(-height // 4), -(-width // 4))
        offset = (np.tile(_BAYER, tiles)[:height, :width] / 15 - 0.5) * _DITHER
        rgb = frame[..., :3] + offset[..., None].astype(np.float32)
        coarse = rgb.clip(0, 255).astype(np.int32) >> (8 - _BITS)
        indices = self._nearest[
            (coarse[..., 0] << (2 * _BITS)) | (coarse[..., 1] << _BITS) | coarse[..., 2]
        ]
        if frame.shape[2] == 4:
            indices[frame[..., 3] < 128] = TRANSPARENT
        return indices, self.colours


def _opaque_pixels(frame: Array) -> Array:
    """(n, 3) colours of the opaque pixels of a frame."""
    if frame.shape[2] == 3:
        return frame.reshape(-1, 3)
    return np.asarray(frame[frame[..., 3] >= 128][:, :3])
