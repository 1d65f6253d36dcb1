"""Sounds other than voices and music: each kind is finite, is heard, and follows its seed."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.train.augment.sounds import SOUNDS, make_sound


@pytest.mark.parametrize("name", SOUNDS)
def test_every_kind_of_sound_is_heard(name: str) -> None:
    make = SOUNDS[name][1]
    first, again = (make(RATE, np.random.default_rng(3)) for _ in range(2))
    assert first.shape == (RATE,)
    assert np.isfinite(first).all()
    assert first.std() > 0
    np.testing.assert_array_equal(first, again)


def test_sounds_are_equally_loud() -> None:
    for seed in range(5):
        sound = make_sound(RATE, np.random.default_rng(seed))
        assert sound.dtype == np.float32
        assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.1, rel=1e-3)
