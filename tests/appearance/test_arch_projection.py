"""A projected arch follows the jaw about its hinge and turns with the head."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.appearance.arch_projection import Movement, project_teeth
from talkinghead.appearance.dentition import LOWER_ARCH, UPPER_ARCH
from talkinghead.appearance.face_light import FaceLight
from talkinghead.appearance.tooth_texture import draw_teeth, texture_coordinates

LIGHT = FaceLight(np.array([0.0, -0.4, 0.9]), 0.6, np.ones(3))
TEETH, GUM = np.array([0.9, 0.87, 0.8]), np.array([0.6, 0.35, 0.35])
SCALE = 200.0


def project(arch, depth=(0.0, 0.0), jaw=(0.0, 0.0)):
    x, y = texture_coordinates(SCALE)
    x, y = np.broadcast_arrays(x, y)
    texture = draw_teeth(arch, TEETH, GUM, LIGHT, SCALE)
    movement = Movement(np.array(depth), np.array(jaw))
    return texture, project_teeth(texture, arch, x.copy(), y.copy(), movement)


def centre(teeth, columns=slice(None)):
    rows, found = np.nonzero(teeth[:, columns, 3] > 0.5)
    return found.mean(), rows.mean()


def test_a_frontal_arch_is_the_texture():
    texture, seen = project(UPPER_ARCH)
    assert_allclose(seen[..., 3], texture.pixels[..., 3], atol=0.15)


def test_a_dropping_jaw_lowers_incisors_more_than_molars():
    _, shut = project(LOWER_ARCH)
    _, dropped = project(LOWER_ARCH, jaw=(0.0, 0.06))
    middle = dropped.shape[1] // 2
    front, side = slice(middle - 6, middle + 6), slice(middle + 24, middle + 30)
    falls = [
        np.argmax(dropped[:, columns, 3].max(axis=1) > 0.5)
        - np.argmax(shut[:, columns, 3].max(axis=1) > 0.5)
        for columns in (front, side)
    ]
    assert_allclose(falls[0], 0.06 * SCALE, atol=1.5)
    assert 0.6 * falls[0] < falls[1] < falls[0]


def test_a_turning_head_foreshortens_the_far_side():
    """With the nose to the right, depth moves to the left: the right side turns away."""
    _, seen = project(UPPER_ARCH, depth=(-0.35, 0.0))
    columns = np.flatnonzero((seen[..., 3] > 0.5).any(axis=0)) - seen.shape[1] / 2
    assert -columns.min() > 1.1 * columns.max()
