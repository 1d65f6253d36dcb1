"""Laws of what is painted between the lips."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.render.mask import blend, box_around, polygon_mask, seam_mask
from talkinghead.render.mouth_interior import MouthInterior
from talkinghead.render.palette import palette
from talkinghead.render.teeth import paint

SQUARE = np.array([[2.0, 3.0], [6.0, 3.0], [6.0, 8.0], [2.0, 8.0]])


def portrait(unit=100.0, level=170):
    points = np.array(mean_face()) * unit + [100, 80, 0]
    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(level, 4, size=(220, 200, 3)), 0, 255).astype(np.uint8)
    return image, points


def test_a_polygon_covers_its_area_at_any_sub_pixel_place():
    box = (0, 0, 12, 12)
    for shift in (0.0, 0.25, 0.37, 0.5, 0.81):
        mask = polygon_mask(SQUARE + shift, box)
        rows, columns = np.indices(mask.shape)
        centre = [(columns * mask).sum() / mask.sum(), (rows * mask).sum() / mask.sum()]
        assert_allclose(centre, SQUARE.mean(axis=0) + shift, atol=0.15)
        assert_allclose(mask.sum(), 20, rtol=0.15)


def test_a_feather_keeps_the_polygons_weight():
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


def test_blending_touches_only_what_the_mask_shows():
    frame = np.full((10, 10, 3), 100, np.uint8)
    mask = np.zeros((4, 4), np.float32)
    mask[1, 1] = 0.5
    blend(frame, (3, 3, 4, 4), np.full((4, 4, 3), 200, np.float32), mask)
    assert frame[4, 4].tolist() == [150, 150, 150]
    assert (frame != 100).any(axis=2).sum() == 1


@pytest.mark.parametrize("unit", [40.0, 100.0, 900.0])
def test_the_canvas_is_the_same_mouth_at_any_size(unit):
    image, points = portrait()
    canvas = paint(palette(image, points), unit)
    assert canvas.upper.shape == canvas.lower.shape
    for layer in (canvas.upper, canvas.lower):
        assert layer.min() >= 0
        assert layer.max() <= 1 + 1e-4
    middle = np.linalg.inv(np.vstack([canvas.matrix(), [0, 0, 1]])) @ [0, 0, 1]
    x, y = middle[:2].round().astype(int)
    assert canvas.upper[y, x, 3] > 0.9  # the upper teeth reach below the closed lips


def test_painting_is_the_same_every_time():
    image, points = portrait()
    first, second = (paint(palette(image, points), 100.0) for _ in range(2))
    assert_array_equal(first.upper, second.upper)


def test_teeth_are_no_brighter_than_the_picture_allows():
    image, points = portrait(level=90)
    colours = palette(image, points)
    assert colours.teeth.max() * 255 < 120
    assert colours.cavity.max() < colours.teeth.min()


def test_upper_teeth_stay_while_the_jaw_moves():
    image, points = portrait()
    interior = MouthInterior(image, points, palette(image, points))
    box = (70, 100, 60, 60)
    mask = np.ones((60, 60), np.float32)
    # The picture's own mouth, which is open a little, is gone from the first.
    shut, wide = (
        interior.paint(mask, box, np.eye(2, 3), np.array([0.0, drop])) for drop in (4.0, 20.0)
    )
    line = round(points[[61, 62, 63, 65, 66, 67], 1].mean() - box[1])
    assert_allclose(shut[line - 4 : line - 1], wide[line - 4 : line - 1], atol=3)
    assert np.abs(shut[line + 6 : line + 20] - wide[line + 6 : line + 20]).mean() > 20


def test_the_head_carries_the_whole_mouth():
    image, points = portrait()
    interior = MouthInterior(image, points, palette(image, points))
    mask, jaw = np.ones((60, 60), np.float32), np.array([0.0, 12.0])
    here = interior.paint(mask, (70, 100, 60, 60), np.eye(2, 3), jaw)
    shift = np.array([[1.0, 0, 7], [0, 1.0, -5]])
    there = interior.paint(mask, (77, 95, 60, 60), shift, jaw)
    assert_allclose(here, there, atol=1e-3)
