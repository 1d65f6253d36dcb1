"""Drawn teeth take height, width and colour from those that the picture shows."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.appearance.dentition import UPPER_ARCH
from talkinghead.appearance.face_light import FaceLight
from talkinghead.appearance.own_teeth import continue_teeth, fit_contacts, fit_edge
from talkinghead.appearance.tooth_texture import TOP, draw_teeth

LIGHT = FaceLight(np.array([0.0, -0.4, 0.9]), 0.6, np.ones(3))
TEETH, GUM = np.array([0.9, 0.87, 0.8]), np.array([0.6, 0.35, 0.35])
SCALE = 250.0


def seen_part(pixels, first, last):
    """The part of a texture between two heights below the closed lips."""
    own = pixels.copy()
    own[: round((first - TOP) * SCALE)] = 0
    own[round((last - TOP) * SCALE) :] = 0
    return own


def test_a_visible_free_edge_sets_the_height_of_the_row():
    x = np.linspace(-0.06, 0.06, 20)
    edge = np.column_stack([x, np.full(20, 0.041)])
    assert_allclose(fit_edge(UPPER_ARCH, edge, np.ones(20, bool)).edge, 0.041)
    covered = fit_edge(UPPER_ARCH, edge, np.zeros(20, bool)).edge
    assert 0.041 < covered < 0.05  # it goes on behind the lip
    assert fit_edge(UPPER_ARCH, edge[:2], np.ones(2, bool)) == UPPER_ARCH


def test_the_widths_of_visible_teeth_are_found():
    narrow = replace(UPPER_ARCH, breadth=0.9, middle=0.01)
    texture = draw_teeth(narrow, TEETH, GUM, LIGHT, SCALE)
    own = seen_part(texture.pixels, -0.015, 0.02)
    found = fit_contacts(UPPER_ARCH, own, SCALE)
    assert abs(found.breadth - 0.9) < 0.04
    assert abs(found.middle - 0.01) < 0.006


def test_the_continuation_has_the_colour_of_the_visible_teeth():
    texture = draw_teeth(UPPER_ARCH, TEETH, GUM, LIGHT, SCALE)
    darker = texture.pixels * np.array([0.7, 0.65, 0.5, 1.0], np.float32)
    own = seen_part(darker, -0.02, 0.01)
    nothing = np.zeros(own.shape[:2], np.float32)
    joined = continue_teeth(texture, own, nothing).pixels
    row = round((0.018 - TOP) * SCALE)  # below the visible part
    columns = slice(round(0.15 * SCALE), round(0.27 * SCALE))
    ratio = joined[row, columns, :3].mean(axis=0) / texture.pixels[row, columns, :3].mean(axis=0)
    assert_allclose(ratio, [0.7, 0.65, 0.5], atol=0.06)


def test_no_teeth_are_drawn_where_the_picture_shows_none():
    texture = draw_teeth(UPPER_ARCH, TEETH, GUM, LIGHT, SCALE)
    own = seen_part(texture.pixels, -0.02, 0.01)
    beyond = np.zeros(own.shape[:2], np.float32)
    beyond[round((0.01 - TOP) * SCALE) :] = 1
    joined = continue_teeth(texture, own, beyond).pixels
    assert joined[round((0.016 - TOP) * SCALE), :, 3].max() < 0.2
