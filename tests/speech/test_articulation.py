"""Sounds that show the tongue are recognised, and travel with the motion to the picture."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.motion.resample import resample
from talkinghead.speech import articulation as module
from talkinghead.speech.phonemes import PHONES
from talkinghead.types import ARTICULATIONS, FaceFrame, FaceTrack

SAMPLES = 640 * 10


def shown(monkeypatch, phone):
    """The articulation of ten motion frames, of which the middle one is certainly `phone`."""
    probabilities = np.zeros((20, len(PHONES)), np.float32)
    probabilities[:, PHONES.index("AA")] = 1
    probabilities[10:12] = np.eye(len(PHONES))[PHONES.index(phone)]
    monkeypatch.setattr(module, "phone_probabilities", lambda net, content: probabilities)
    return module.articulation(None, None, SAMPLES)


def test_each_sound_shows_its_own_articulation(monkeypatch):
    for name, phones in module.PHONES_OF.items():
        for phone in phones:
            values = shown(monkeypatch, phone)
            assert values.shape == (10, len(ARTICULATIONS))
            assert values[4:6, ARTICULATIONS.index(name)].max() == 1
            assert values.sum(axis=1).max() == 1
            assert values[:3].max() == 0  # nothing is shown during the vowel


def test_an_articulation_is_resampled_within_its_range_and_placed_with_the_face():
    values = np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 2]]
    points = np.repeat(np.array(mean_face(), np.float32)[None], 5, axis=0)
    track = FaceTrack(points, np.zeros((5, 6)), 25, values)
    faster = resample(track, 50, 10)
    assert faster.articulation.min() >= 0
    assert_allclose(faster.articulation.sum(axis=1), 1, atol=1e-6)
    assert_allclose(faster.articulation[::2], values)
    frame = FaceFrame(np.eye(3), 100.0, np.zeros(3))
    assert_allclose(frame.place(track).articulation, values)
    assert frame.place(replace(track, articulation=None)).articulation is None
