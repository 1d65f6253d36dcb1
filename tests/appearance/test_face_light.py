"""The estimated light comes from the side that is brighter."""

import numpy as np
import pytest

from talkinghead.appearance.face_light import estimate_light
from tests.appearance.faces import plain_face


@pytest.mark.parametrize("side", [-1, 1])
def test_light_comes_from_the_brighter_side(side):
    image, points = plain_face()
    ramp = 1 + side * np.linspace(-0.5, 0.5, image.shape[1])[None, :, None]
    lit = np.clip(0.8 * image * ramp, 0, 255).astype(np.uint8)
    light = estimate_light(lit, points, 0.9)
    assert side * light.direction[0] > 0.2
    assert light.direction[2] > 0.3


def test_an_evenly_lit_face_has_mostly_ambient_light_from_the_front():
    light = estimate_light(*plain_face(), 0.9)
    assert abs(light.direction[0]) < 0.1
    assert light.ambient > 0.5
    np.testing.assert_allclose(np.linalg.norm(light.direction), 1)


def test_a_face_without_enough_skin_has_a_default_light():
    image, points = plain_face(unit=30.0)
    points[:, 1] += 500
    light = estimate_light(image, points, 0.9)
    np.testing.assert_allclose(np.linalg.norm(light.direction), 1, atol=0.01)
