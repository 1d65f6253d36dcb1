"""Estimated colours match the light and the chroma of the picture."""

import cv2
import numpy as np
import pytest

from talkinghead.appearance.colors import estimate_photo_colors, estimate_puppet_colors
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LEFT_EYE, OUTER_LIP, RIGHT_EYE
from tests.puppet.drawing import drawn_face, drawn_points


def teeth(lips):
    """Lightness of the teeth in a face with light skin and lips of a given grey level."""
    points = np.array(mean_face()) * 100 + [150, 150, 0]
    image = np.full((300, 300, 3), 180, np.uint8)
    corners = np.round(points[:, :2]).astype(np.int32)
    for eye in (LEFT_EYE, RIGHT_EYE):
        cv2.fillPoly(image, [corners[eye]], (170, 170, 170))
    cv2.fillPoly(image, [corners[OUTER_LIP]], (lips, lips, lips))
    return float(estimate_photo_colors(image, points).teeth.mean())


def test_teeth_behind_lips_in_shade_are_in_shade_too():
    assert teeth(30) < 0.7 * teeth(120)


def test_dark_lips_alone_do_not_mean_shade():
    assert teeth(120) == pytest.approx(teeth(160))


def test_a_grey_picture_gets_a_grey_mouth():
    grey = drawn_face()
    grey[..., :3] = grey[..., :3].mean(axis=2, keepdims=True)
    colours = estimate_puppet_colors(grey, drawn_points())
    for colour in (colours.teeth, colours.tongue, colours.cavity):
        assert np.ptp(colour) < 0.02


@pytest.mark.parametrize("skin", [(240, 200, 170), (90, 60, 45)])
def test_photos_and_puppets_sample_the_same_skin(skin):
    points = np.array(mean_face())[:, :2] * 100 + 150
    image = np.full((300, 300, 3), skin, np.uint8)
    assert estimate_puppet_colors(image, points).skin * 255 == pytest.approx(skin)
    teeth = estimate_photo_colors(image, points).teeth
    assert (np.diff(teeth) <= 0).all()  # in the order of the skin's red, green and blue


def test_a_drawing_in_flat_colours_is_told_from_a_photo():
    points = np.array(mean_face()) * 100 + [150, 150, 0]
    drawing = np.full((300, 300, 3), (250, 220, 200), np.uint8)
    drawing[:, 150:] = (230, 190, 170)
    assert estimate_photo_colors(drawing, points).detail == 0
    noise = np.random.default_rng(0).normal(scale=3, size=drawing.shape)
    photo = np.clip(drawing + noise, 0, 255).astype(np.uint8)
    assert estimate_photo_colors(photo, points).detail == 1
