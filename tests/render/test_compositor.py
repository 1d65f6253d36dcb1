"""Compositing: alpha is kept, and later renderers cover earlier ones."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.render.compositor import (
    Compositor,
    Placement,
    blend_over,
    premultiply,
    unpremultiply,
)
from talkinghead.types import LandmarkTrack

from .pictures import ColorRenderer


def composite(placements, transparent=False, canvas=(10, 20, 30, 255)):
    background = np.zeros((20, 40, 4), np.uint8)
    background[...] = canvas
    compositor = Compositor(background, placements, transparent)
    track = LandmarkTrack(np.zeros((2, 68, 3), np.float32), 25.0)
    return list(compositor.render(*[track] * len(placements)))


def test_frames_are_placed_at_their_corners_later_ones_in_front():
    back = Placement(ColorRenderer((20, 10), (200, 1, 1)), (-5, 5))
    front = Placement(ColorRenderer((8, 8), (200, 2, 2, 255)), (10, 10), mirror=True)
    _, frame = composite([back, front])
    assert frame.shape == (20, 40, 3)
    assert tuple(frame[0, 0]) == (10, 20, 30)
    assert tuple(frame[6, 0]) == (1, 1, 1)
    assert tuple(frame[6, 8]) == (200, 1, 1)
    assert tuple(frame[12, 11]) == (200, 2, 2)
    assert tuple(frame[12, 16]) == (1, 2, 2)  # mirrored: the left half is on the right
    assert tuple(frame[19, 30]) == (10, 20, 30)


def test_a_transparent_canvas_stays_clear_where_nothing_covers_it():
    veil = Placement(ColorRenderer((10, 10), (0, 100, 50, 128)), (0, 0))
    _, frame = composite([veil], transparent=True, canvas=(0, 0, 0, 0))
    assert frame.shape == (20, 40, 4)
    assert_allclose(frame[5, 8], (0, 100, 50, 128), atol=1)
    assert frame[15, 30, 3] == 0


def test_unpremultiply_undoes_premultiply_where_alpha_is_not_small() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (20, 20, 4), dtype=np.uint8)
    image[..., 3] = np.maximum(image[..., 3], 128)
    assert abs(unpremultiply(premultiply(image)).astype(int) - image.astype(int)).max() <= 1


def test_layers_are_composited_row_by_row_as_at_once() -> None:
    rng = np.random.default_rng(0)
    under, top = (premultiply(rng.integers(0, 256, (150, 9, 4), dtype=np.uint8)) for _ in range(2))
    once = under.copy()
    for row in range(150):
        blend_over(once[row : row + 1], top[row : row + 1])
    blend_over(under, top)
    np.testing.assert_array_equal(under, once)
