"""Every phone has its drawn mouth; long diphthongs have two; breath has that of what follows."""

import numpy as np

from talkinghead.speech.mouth_shapes import BREATH, SHAPE_OF, shape_weights
from talkinghead.speech.phones import PHONES
from talkinghead.types import SHAPES


def seen(*phones: str) -> str:
    """The likeliest shape of each frame where these phones are heard for certain."""
    shares = np.eye(len(PHONES), dtype=np.float32)[[PHONES.index(phone) for phone in phones]]
    return "".join(SHAPES[at] for at in shape_weights(shares).argmax(axis=1))


def test_every_phone_but_breath_shows_one_shape():
    assert set(SHAPE_OF) == {*PHONES} - {BREATH}
    assert set(SHAPE_OF.values()) == {*SHAPES}


def test_a_long_diphthong_has_two_parts_and_a_short_one_the_first():
    assert seen(*["AW"] * 10) == "DDDDDDFFFF"
    assert seen("S", "AW", "AW", "AW", "S") == "BDDDB"


def test_breath_takes_the_shape_of_what_comes_next():
    assert seen("SIL", "HH", "HH", "UW", "UW", "UW") == "XFFFFF"


def test_breath_at_the_end_stays_a_mouth():
    assert len(seen("AA", "HH")) == 2


def test_weights_are_shares(rng):
    shares = rng.dirichlet(np.ones(len(PHONES)), size=50).astype(np.float32)
    weights = shape_weights(shares)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
