"""Sync scores: the offset of a shifted copy, and confidence above that of unrelated clips."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.sync.score import MAX_OFFSET, MIN_EMBEDDINGS, offset_curve, sync_score


def unit(rng, count, size=16):
    vectors = rng.normal(size=(count, size))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(deadline=None, max_examples=25)
@given(st.integers(-MAX_OFFSET, MAX_OFFSET), st.integers(0, 9))
def test_a_picture_later_than_its_audio_has_that_offset(later, seed):
    everything = unit(np.random.default_rng(seed), 60 + 2 * MAX_OFFSET)
    faces = everything[MAX_OFFSET : MAX_OFFSET + 60]
    audio = everything[
        MAX_OFFSET + later : MAX_OFFSET + later + 60
    ]  # frame i matches audio i - later
    score = sync_score(faces, audio)
    assert score.offset == later
    assert score.curve.argmin() == later + MAX_OFFSET


def test_matching_embeddings_have_more_confidence_than_unrelated_ones(rng):
    faces, audio, noise = (unit(rng, 80) for _ in range(3))
    near = audio + noise
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    matching, unrelated = sync_score(near, audio), sync_score(faces, audio)
    assert matching.confidence > 3 * unrelated.confidence
    assert matching.distance < unrelated.distance


def test_equal_embeddings_have_no_distance_and_constant_ones_no_confidence(rng):
    faces = unit(rng, 40)
    assert_allclose(sync_score(faces, faces).distance, 0, atol=1e-6)
    constant = np.repeat(faces[:1], 40, axis=0)
    assert_allclose(sync_score(constant, constant).confidence, 0, atol=1e-6)


def test_offsets_with_few_frames_are_not_decided_by_noise(rng):
    """The spread of the curve of unrelated vectors is no larger at its ends."""
    curves = np.array([offset_curve(unit(rng, 20), unit(rng, 20)) for _ in range(200)])
    spread = curves.std(axis=0)
    assert spread[[0, 1, -2, -1]].max() < spread[MAX_OFFSET]


def test_too_short_a_clip_is_refused(rng):
    few = unit(rng, MIN_EMBEDDINGS - 1)
    with pytest.raises(InputError, match="at least 16 are needed"):
        sync_score(few, few)
