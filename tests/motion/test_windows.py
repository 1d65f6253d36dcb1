"""The weights of windows sum to 1 and leave no seam; noise is a function of seed and frame."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.models.speaker_branch import NOISE_SCALES
from talkinghead.motion.windows import Windows, cross_fade_windows, noise

SMALL = Windows(width=40, overlap=16, margin=3)


@pytest.mark.parametrize("frames", [1, 39, 40, 41, 63, 64, 65, 200])
def test_the_weights_of_all_windows_add_up_to_one(frames):
    total = np.zeros(frames)
    for start, stop in SMALL.spans(frames):
        total[start:stop] += SMALL.weights(start, stop, frames)
    np.testing.assert_allclose(total, 1)


def test_windows_that_agree_leave_no_seam():
    curve = np.sin(np.arange(300) / 7)[:, None]
    whole = cross_fade_windows(lambda a, b: curve[a:b], 300, SMALL)
    np.testing.assert_allclose(whole, curve)


def test_the_outer_frames_of_an_overlap_are_dropped():
    def part(start, stop):
        values = np.zeros(stop - start)
        values[:3] = 1e6 * (start > 0)
        values[-3:] = 1e6 * (stop < 200)
        return values

    assert not cross_fade_windows(part, 200, SMALL).any()


def test_windows_that_cannot_overlap_are_refused():
    with pytest.raises(InputError, match="cannot overlap"):
        Windows(width=30, overlap=20)


def test_noise_is_a_function_of_seed_and_frame():
    whole = noise(3, 0, 700, 2)
    np.testing.assert_allclose(noise(3, 250, 400, 2), whole[250:400], atol=1e-6)
    np.testing.assert_allclose(noise(3, -300, 10, 2)[300:], whole[:10], atol=1e-6)
    assert np.abs(noise(4, 0, 700, 2) - whole).max() > 1


def test_noise_has_unit_spread_and_independent_columns():
    columns = noise(0, 0, 12_000, 2)
    assert columns.shape == (12_000, 2 * len(NOISE_SCALES))
    np.testing.assert_allclose(columns.std(axis=0), 1, atol=0.25)
    together = np.corrcoef(columns[::25].T) - np.eye(columns.shape[1])
    assert np.abs(together).max() < 0.4
