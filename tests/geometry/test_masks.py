"""Laws of masks: polygons, seams, boxes and blending at sub-pixel positions."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.geometry.masks import (
    blend,
    box_around,
    polygon_mask,
    polygon_pixels,
    seam_mask,
    smoothstep,
)

SQUARE = np.array([[2.0, 3.0], [6.0, 3.0], [6.0, 8.0], [2.0, 8.0]])


def test_a_polygon_covers_its_area_at_any_sub_pixel_position():
    box = (0, 0, 12, 12)
    for shift in (0.0, 0.25, 0.37, 0.5, 0.81):
        mask = polygon_mask(SQUARE + shift, box)
        rows, columns = np.indices(mask.shape)
        centre = [(columns * mask).sum() / mask.sum(), (rows * mask).sum() / mask.sum()]
        assert_allclose(centre, SQUARE.mean(axis=0) + shift, atol=0.15)
        assert_allclose(mask.sum(), 20, rtol=0.15)


def test_softness_keeps_the_area_of_the_mask():
    box = (0, 0, 24, 24)
    sharp, soft = (polygon_mask(SQUARE + 6, box, sigma) for sigma in (0, 1.2))
    assert_allclose(soft.sum(), sharp.sum(), rtol=0.01)
    assert soft.max() <= 1


def test_a_polygon_without_area_covers_almost_nothing():
    line = np.array([[2.0, 5.0], [8.0, 5.0], [8.0, 5.0], [2.0, 5.0]])
    assert polygon_mask(line, (0, 0, 12, 12)).max() < 0.5


def test_a_seam_is_thick_in_the_middle_and_thin_at_its_ends():
    chain = np.stack([np.linspace(4, 36, 13), np.full(13, 10.0)], axis=1)
    mask = seam_mask(chain, (0, 0, 40, 20), 6.0, np.array([0.0, 1.0]), 0.0)
    thick = mask.sum(axis=0)
    assert thick[20] > 2 * thick[5] > 0


def test_boxes_stay_inside_the_picture():
    assert box_around(SQUARE, 5, (10, 7)) == (0, 0, 10, 7)
    assert box_around(SQUARE + 100, 5, (10, 7)) is None


def test_blending_changes_only_pixels_inside_the_mask():
    frame = np.full((10, 10, 3), 100, np.uint8)
    mask = np.zeros((4, 4), np.float32)
    mask[1, 1] = 0.5
    blend(frame, (3, 3, 4, 4), np.full((4, 4, 3), 200, np.float32), mask)
    assert frame[4, 4].tolist() == [150, 150, 150]
    assert (frame != 100).any(axis=2).sum() == 1


def test_polygon_pixels_are_those_whose_centre_is_inside():
    inside = polygon_pixels((12, 12, 3), SQUARE)
    assert inside.shape == (12, 12)
    assert inside[4:8, 3:6].all()
    assert not inside[:2].any()
    assert not inside[:, 8:].any()


def test_smoothstep_is_monotonic_from_0_to_1_and_symmetric():
    t = np.linspace(-1, 2, 61)
    values = smoothstep(t)
    assert_allclose(values[t <= 0], 0)
    assert_allclose(values[t >= 1], 1)
    assert (np.diff(values) >= 0).all()
    assert_allclose(values + smoothstep(1 - t), 1, atol=1e-12)
