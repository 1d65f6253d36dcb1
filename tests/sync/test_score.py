"""Laws of offset and confidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.sync.score import LEAST, REACH, agreement, curve_of


def unit(rng, count, size=16):
    vectors = rng.normal(size=(count, size))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(deadline=None, max_examples=25)
@given(st.integers(-REACH, REACH), st.integers(0, 9))
def test_a_picture_that_comes_later_than_its_sound_has_that_offset(later, seed):
    everything = unit(np.random.default_rng(seed), 60 + 2 * REACH)
    faces = everything[REACH : REACH + 60]
    sounds = everything[REACH + later : REACH + later + 60]  # frame i is heard at i - later
    found = agreement(faces, sounds)
    assert found.offset == later
    assert found.curve.argmin() == later + REACH


def test_strangers_are_less_sure_than_those_who_belong_together(rng):
    faces, sounds, noise = (unit(rng, 80) for _ in range(3))
    near = sounds + noise
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    together, apart = agreement(near, sounds), agreement(faces, sounds)
    assert together.confidence > 3 * apart.confidence
    assert together.distance < apart.distance


def test_perfect_agreement_has_no_distance_and_sameness_no_confidence(rng):
    faces = unit(rng, 40)
    assert_allclose(agreement(faces, faces).distance, 0, atol=1e-6)
    alike = np.repeat(faces[:1], 40, axis=0)
    assert_allclose(agreement(alike, alike).confidence, 0, atol=1e-6)


def test_offsets_that_few_frames_reach_are_not_decided_by_chance(rng):
    """The spread of the curve of unrelated vectors is no larger at its ends."""
    curves = np.array([curve_of(unit(rng, 20), unit(rng, 20)) for _ in range(200)])
    spread = curves.std(axis=0)
    assert spread[[0, 1, -2, -1]].max() < spread[REACH]


def test_too_short_a_clip_is_refused(rng):
    few = unit(rng, LEAST - 1)
    with pytest.raises(InputError, match="can be measured"):
        agreement(few, few)
