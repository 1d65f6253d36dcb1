"""Quick movements get their range back, slow ones and rest stay as they are."""

import numpy as np
import pytest

from talkinghead.motion.crisp import crisp


@pytest.mark.parametrize(
    ("period", "least", "most"), [(100, 1.0, 1.02), (8, 1.2, 1.4), (4, 1.6, 1.9)]
)
def test_the_quicker_the_more(period, least, most):
    wave = np.sin(2 * np.pi * (np.arange(400) + 0.5) / period)[:, None, None]
    ratio = np.ptp(crisp(wave)[50:-50]) / np.ptp(wave[50:-50])
    assert least <= ratio <= most


def test_a_mouth_that_is_held_is_not_moved():
    held = np.full((30, 68, 3), 0.05, np.float32)
    np.testing.assert_allclose(crisp(held), held, atol=1e-7)
    assert crisp(held).dtype == np.float32


def test_no_frame_comes_earlier_or_later():
    pulse = np.zeros((41, 1, 1))
    pulse[20] = 1
    assert crisp(pulse)[:, 0, 0].argmax() == 20
    np.testing.assert_allclose(crisp(pulse), crisp(pulse)[::-1])
