"""Utterances come back as they were saved."""

import numpy as np

from talkinghead.sample_rates import HOP
from talkinghead.speech.phonemes import PHONES, UNKNOWN, frame_labels
from talkinghead.train.data.speech import load_utterance, read_utterances, save_utterance
from tests.train.examples import utterance


def test_a_frame_belongs_to_the_phone_at_its_centre():
    labels = frame_labels([("SIL", -0.3, 0.1), ("B", 0.1, 0.2), ("X", 0.2, 0.3)], 40 * HOP)
    assert set(labels[:10]) == {PHONES.index("SIL")}
    assert set(labels[10:20]) == {PHONES.index("B")}
    assert set(labels[20:]) == {UNKNOWN}


def test_an_utterance_comes_back_as_it_was_saved(tmp_path):
    saved = utterance()
    save_utterance(saved, tmp_path / "flite" / "0.npz")
    loaded = load_utterance(tmp_path / "flite" / "0.npz")
    np.testing.assert_array_equal(loaded.phones, saved.phones)
    np.testing.assert_allclose(loaded.samples, saved.samples, atol=1 / 32767)
    np.testing.assert_array_equal(loaded.f0, saved.f0)
    np.testing.assert_array_equal(loaded.speaker_embedding, saved.speaker_embedding)
    assert (loaded.speaker, loaded.family) == ("flite/slt", "flite")
    assert [u.source for u in read_utterances(tmp_path)] == ["flite/0"]
