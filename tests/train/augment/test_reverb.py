"""A room impulse response has its direct sound first, and a tail that decays."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.train.augment.reverb import reverberate, room_impulse_response

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_direct_sound_is_the_first_and_the_largest_sample(seed):
    response = room_impulse_response(np.random.default_rng(seed))
    assert response[0] == 1
    assert np.abs(response[1:]).max() < 1
    assert np.abs(response[1:16]).max() < 0.1  # the first reflection comes a millisecond later


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tail_decays_and_the_direct_to_reverberant_ratio_is_in_range(seed):
    response = room_impulse_response(np.random.default_rng(seed))
    assert 0.09 * RATE <= response.size <= 0.91 * RATE
    assert np.abs(response[-response.size // 10 :]).max() < 0.05
    ratio = 10 * np.log10(1 / np.sum(response[1:] ** 2))
    assert -4.1 < ratio < 18.5


def test_reverberation_starts_with_the_sound_and_keeps_its_level():
    click = np.zeros(4_000, np.float32)
    click[1_000] = 1
    for seed in range(8):
        sound = reverberate(click, room_impulse_response(np.random.default_rng(seed)))
        assert not (np.abs(sound[:1_000]) > 1e-5).any()
        assert np.argmax(np.abs(sound)) == 1_000
        assert sound[1_000] > 0.1
        assert np.sum(sound**2) == pytest.approx(1, rel=1e-3)
