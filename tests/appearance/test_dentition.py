"""Teeth have the widths of the table, and lie symmetrically along a curved arch."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.appearance.dentition import LOWER_ARCH, MILLIMETRE, UPPER_ARCH


@pytest.mark.parametrize("arch", [UPPER_ARCH, LOWER_ARCH])
def test_teeth_touch_symmetrically_and_look_narrower_towards_the_sides(arch):
    contacts = arch.contacts()
    assert_allclose(contacts, -contacts[::-1], atol=1e-9)
    right = np.diff(contacts[contacts >= 0]) / MILLIMETRE
    widths = [crown.width for crown in arch.crowns][: len(right)]
    assert_allclose(right[0], widths[0], rtol=0.05)  # the front tooth is seen at its own width
    foreshortening = right / widths
    assert (np.diff(foreshortening) < 0).all()


def test_the_sides_of_an_arch_lie_deeper_and_face_outwards():
    x = np.array([-0.15, 0.0, 0.15])
    depth, turn = UPPER_ARCH.depth(x), UPPER_ARCH.turn(x)
    assert depth[1] < min(depth[0], depth[2]) - 0.05
    assert turn[0] < -0.3
    assert turn[2] > 0.3
