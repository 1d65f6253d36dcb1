"""Talkers keep their opening absolute; who is silent cannot teach."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.clips import Example
from talkinghead.train.data import talkers_of
from tests.train.examples import example


def test_where_registration_put_the_mouth_does_not_matter():
    cuts = talkers_of([example(shift=0.0), example(shift=0.03, seed=1)])[0].cuts
    np.testing.assert_allclose(cuts[0].offsets, cuts[1].offsets, atol=1e-5)


def test_silent_examples_alone_cannot_teach():
    silent = example()
    mute = Example(silent.points, silent.pose, np.zeros(0, np.float32), "a", "x/y.mp4")
    with pytest.raises(InputError, match="sound"):
        talkers_of([mute])
