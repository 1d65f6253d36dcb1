"""The drawn oral cavity of a puppet lies in its mouth."""

import numpy as np

from talkinghead.appearance.colors import estimate_puppet_colors
from talkinghead.appearance.oral_cavity import draw_mouth_layers
from tests.puppet.drawing import drawn_face, drawn_points


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
