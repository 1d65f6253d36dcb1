"""Visemes: one per phone, two for long diphthongs, the next phone's for breath."""

import numpy as np

from talkinghead.speech.phonemes import PHONES
from talkinghead.speech.visemes import BREATH, SHAPE_OF, viseme_probabilities
from talkinghead.types import MOUTH_SHAPES


def shapes_of(*phones: str) -> str:
    """The most likely shape of each frame of these phones."""
    phones = np.eye(len(PHONES), dtype=np.float32)[[PHONES.index(phone) for phone in phones]]
    return "".join(MOUTH_SHAPES[at] for at in viseme_probabilities(phones).argmax(axis=1))


def test_every_phone_but_breath_shows_one_shape():
    assert set(SHAPE_OF) == {*PHONES} - {BREATH}
    assert set(SHAPE_OF.values()) == {*MOUTH_SHAPES}


def test_a_long_diphthong_shows_two_shapes_and_a_short_one_the_first():
    assert shapes_of(*["AW"] * 10) == "DDDDDDFFFF"
    assert shapes_of("S", "AW", "AW", "AW", "S") == "BDDDB"


def test_breath_takes_the_shape_of_the_next_phone():
    assert shapes_of("SIL", "HH", "HH", "UW", "UW", "UW") == "XFFFFF"


def test_breath_at_the_end_has_a_shape():
    assert len(shapes_of("AA", "HH")) == 2


def test_probabilities_sum_to_one(rng):
    phones = rng.dirichlet(np.ones(len(PHONES)), size=50).astype(np.float32)
    weights = viseme_probabilities(phones)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
