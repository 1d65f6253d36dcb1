"""Frame labels: the phone at each frame's centre, and nothing where none is known."""

import numpy as np

from talkinghead.sample_rates import HOP, MEL_FPS
from talkinghead.speech.phonemes import CONSONANTS, PHONES, SILENCE, UNKNOWN, VOWELS, frame_labels


def test_the_phone_set_has_no_duplicates():
    assert len(set(PHONES)) == len(PHONES) == 1 + len(VOWELS) + len(CONSONANTS)
    assert PHONES[0] == SILENCE


def test_a_frame_has_the_phone_at_its_centre_and_others_are_unknown():
    labels = frame_labels([("AA", 0.02, 0.05), ("??", 0.05, 0.07), ("M", 0.07, 9.0)], 10 * HOP)
    expected = [UNKNOWN] * 2 + [PHONES.index("AA")] * 3 + [UNKNOWN] * 2 + [PHONES.index("M")] * 3
    assert labels.tolist() == expected
    assert labels.dtype == np.int8


def test_there_is_a_label_for_every_hop_begun():
    assert len(frame_labels([], HOP + 1)) == 2
    assert len(frame_labels([("AA", 0, 1 / MEL_FPS)], 1)) == 1
