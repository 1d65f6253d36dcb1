"""Each set of visemes shows every phone, and has the number of visemes that its makers state."""

import numpy as np
import pytest

from talkinghead.speech.mouth_cues import crossfade_weights, decode_cues, shape_changes
from talkinghead.speech.phonemes import PHONES
from talkinghead.speech.viseme_sets import VISEME_SETS
from talkinghead.speech.visemes import BREATH, viseme_probabilities


@pytest.mark.parametrize(("name", "count"), [("rhubarb", 9), ("oculus", 15), ("azure", 22)])
def test_every_phone_shows_one_viseme_and_every_viseme_is_shown(name, count):
    visemes = VISEME_SETS[name]
    assert len(visemes.shapes) == count
    shown = [phone for phones in visemes.phones.values() for phone in phones.split()]
    assert len(shown) == len(set(shown))
    assert {*shown, BREATH} == {*PHONES}
    assert {*visemes.viseme_of.values()} == {*visemes.shapes}
    assert {visemes.idle, visemes.closed, *visemes.glides.values()} <= {*visemes.shapes}


def test_azure_numbers_its_visemes_from_0():
    assert VISEME_SETS["azure"].shapes == tuple(map(str, range(22)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("oculus", ["sil", "E", "nn", "oh", "ou", "PP", "sil"]),
     ("azure", ["0", "12", "4", "14", "8", "21", "0"])],
)  # fmt: skip
def test_a_word_becomes_the_cues_of_the_set(name, expected):
    visemes = VISEME_SETS[name]
    word = ["SIL"] * 10 + ["HH"] * 4 + ["EH"] * 6 + ["L"] * 6 + ["OW"] * 12 + ["M"] * 6
    phones = np.eye(len(PHONES), dtype=np.float32)[[PHONES.index(p) for p in [*word, *word[:10]]]]
    weights = viseme_probabilities(phones, visemes)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
    cues = decode_cues(weights, np.ones(len(phones) // 2), 50, len(phones) / 50, visemes)
    assert [cue.shape for cue in cues] == expected
    assert [shape for _, shape in shape_changes(cues, 50, visemes)] == expected
    faded = crossfade_weights(cues, 25, visemes)
    assert faded.shape == (len(phones) // 2, len(visemes.shapes))
    np.testing.assert_allclose(faded.sum(axis=1), 1)
