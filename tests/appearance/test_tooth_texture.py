"""Single teeth can be told, have a gum, are lit from the light's side, and darken to the sides."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.appearance.dentition import LOWER_ARCH, UPPER_ARCH
from talkinghead.appearance.face_light import FaceLight
from talkinghead.appearance.tooth_texture import HALF_WIDTH, TOP, draw_teeth
from talkinghead.media.image import LUMA

TEETH, GUM = np.array([0.88, 0.84, 0.76]), np.array([0.6, 0.35, 0.35])


def light(x=0.0, ambient=0.5):
    direction = np.array([x, -0.3, 0.9])
    return FaceLight(direction / np.linalg.norm(direction), ambient, np.ones(3))


def row(texture, arch, above=4.0):
    """Luma along the row, `above` mm from the free edge."""
    y = arch.edge + arch.direction * above / 140
    return texture.pixels[round((y - TOP) * texture.scale), :, :3] @ LUMA


@pytest.mark.parametrize("scale", [200.0, 700.0])
@pytest.mark.parametrize("arch", [UPPER_ARCH, LOWER_ARCH])
def test_teeth_are_darker_where_they_touch(arch, scale):
    luma = row(draw_teeth(arch, TEETH, GUM, light(), scale), arch)
    contacts = arch.contacts()
    front = contacts[np.abs(contacts) < 0.1]
    at = ((front + HALF_WIDTH) * scale).astype(int)
    middles = (((front[1:] + front[:-1]) / 2 + HALF_WIDTH) * scale).astype(int)
    dark = [luma[x - 2 : x + 3].min() for x in at]
    assert max(dark) < 0.85 * min(luma[x] for x in middles)


def test_a_flat_drawing_has_no_single_teeth():
    luma = row(draw_teeth(UPPER_ARCH, TEETH, GUM, light(), 200.0, detail=0.0), UPPER_ARCH)
    middle = len(luma) // 2
    assert np.abs(np.diff(luma[middle - 12 : middle + 12])).max() < 0.03


def test_gum_lies_above_the_upper_teeth_and_scallops_between_them():
    texture = draw_teeth(UPPER_ARCH, TEETH, GUM, light(), 400.0)
    redness = texture.pixels[..., 0] - texture.pixels[..., 1]
    contacts = UPPER_ARCH.contacts()
    between, middle = (
        round((x + HALF_WIDTH) * 400) for x in (0.0, contacts[contacts > 1e-6][0] / 2)
    )
    gums = [np.flatnonzero(redness[:, x] > 0.12).max() for x in (between, middle)]
    assert gums[0] > gums[1] + 0.015 * 400  # it reaches further down between two teeth


def test_the_lit_side_is_brighter_and_the_far_teeth_darker():
    luma = row(draw_teeth(UPPER_ARCH, TEETH, GUM, light(x=0.6, ambient=0.3), 300.0), UPPER_ARCH)
    half = len(luma) // 2
    assert luma[half + 15 : half + 45].mean() > 1.05 * luma[half - 45 : half - 15].mean()
    even = row(draw_teeth(UPPER_ARCH, TEETH, GUM, light(), 300.0), UPPER_ARCH)
    assert even[half + 48 : half + 54].mean() < 0.7 * even[half - 20 : half + 20].mean()


def test_a_grey_picture_has_grey_teeth_and_drawing_is_deterministic():
    grey = np.full(3, 0.8), np.full(3, 0.5)
    first, second = (draw_teeth(UPPER_ARCH, *grey, light(), 150.0).pixels for _ in range(2))
    assert_array_equal(first, second)
    assert_allclose(np.ptp(first[..., :3], axis=2), 0, atol=1e-5)
