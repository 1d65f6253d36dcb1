"""The drawn oral cavity is independent of size, deterministic, and lies inside the mouth."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.appearance.colors import estimate_photo_colors, estimate_puppet_colors
from talkinghead.appearance.oral_cavity import draw_mouth_canvas, draw_mouth_layers
from talkinghead.geometry.align import mean_face
from tests.puppet.drawing import drawn_face, drawn_points


def portrait(unit=100.0, level=170):
    points = np.array(mean_face()) * unit + [100, 80, 0]
    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(level, 4, size=(220, 200, 3)), 0, 255).astype(np.uint8)
    return image, points


@pytest.mark.parametrize("unit", [40.0, 100.0, 900.0])
def test_the_canvas_is_the_same_mouth_at_any_size(unit):
    image, points = portrait()
    canvas = draw_mouth_canvas(estimate_photo_colors(image, points), unit)
    assert canvas.upper.shape == canvas.lower.shape
    for layer in (canvas.upper, canvas.lower):
        assert layer.min() >= 0
        assert layer.max() <= 1 + 1e-4
    middle = np.linalg.inv(np.vstack([canvas.matrix(), [0, 0, 1]])) @ [0, 0, 1]
    x, y = middle[:2].round().astype(int)
    assert canvas.upper[y, x, 3] > 0.9  # the upper teeth reach below the closed lips


def test_drawing_is_deterministic():
    image, points = portrait()
    first, second = (
        draw_mouth_canvas(estimate_photo_colors(image, points), 100.0) for _ in range(2)
    )
    assert_array_equal(first.upper, second.upper)


def test_teeth_are_no_brighter_than_the_picture_allows():
    image, points = portrait(level=90)
    colours = estimate_photo_colors(image, points)
    assert colours.teeth.max() * 255 < 120
    assert colours.cavity.max() < colours.teeth.min()


def test_the_layers_of_a_puppet_lie_in_and_around_its_mouth():
    picture, points = drawn_face(), drawn_points()
    layers = draw_mouth_layers(points, estimate_puppet_colors(picture, points), (256, 256))
    assert set(layers) == {"mouth", "jaw", "teeth"}
    lips = points[60:68].mean(axis=0)
    for layer in layers.values():
        rows, columns = np.nonzero(layer[..., 3])
        assert np.abs(np.column_stack([columns, rows]).mean(axis=0) - lips).max() < 20


def test_upper_teeth_hang_from_above_and_end_below_the_line_of_the_lips():
    picture, points = drawn_face(), drawn_points()
    teeth = draw_mouth_layers(points, estimate_puppet_colors(picture, points), (256, 256))["teeth"]
    x, y = np.round(points[[61, 62, 63, 65, 66, 67]].mean(axis=0)).astype(int)
    assert teeth[y - 2, x, 3] == 255
    assert teeth[y + 12, x, 3] == 0


def test_a_mouth_outside_the_canvas_has_empty_layers():
    picture, points = drawn_face(), drawn_points()
    colors = estimate_puppet_colors(picture, points)
    layers = draw_mouth_layers(points + 1000, colors, (256, 256))
    assert not any(layer.any() for layer in layers.values())
