"""Manners: a range is a range however long the clip, and ranks tell talkers apart."""

import numpy as np
import pytest

from talkinghead.clock import FPS
from talkinghead.errors import InputError
from talkinghead.evaluate.manner import FIGURES, Told, manner, manners, swapped
from talkinghead.types import FaceShape, FaceTrack, Waveform

FACE = FaceShape(np.zeros((68, 3), dtype=np.float32))
WAVE = Waveform(np.ones(100, dtype=np.float32), 16_000)


def track(swing: float, frames: int = 56) -> FaceTrack:
    """A head that swings once in 28 frames, and a mouth with it."""
    wave = swing * np.sin(2 * np.pi * np.arange(frames) / 28)
    points = np.zeros((frames, 68, 3), dtype=np.float32)
    points[:, 66, 1] = 0.01 * (wave + swing)
    return FaceTrack(points, np.repeat(wave[:, None], 6, axis=1).astype(np.float32))


TOLD = [Told(f"talker {swing}", WAVE, FACE, track(swing)) for swing in (1, 2, 3, 4, 5)]
VOICES = {one.talker: np.array([float(one.talker[-1])]) for one in TOLD}


def obedient(wave, face, voice):
    return track(2.0 if voice is None else float(voice[0]))


def test_a_long_clip_has_the_manner_of_a_short_one():
    np.testing.assert_allclose(manner(track(2, 28 * 9)), manner(track(2, 28)), rtol=0.1)


def test_twice_the_swing_is_twice_the_manner():
    np.testing.assert_allclose(manner(track(2)), 2 * manner(track(1)), rtol=1e-5)


def test_the_truth_ranks_perfectly_and_has_ratio_one():
    swings = iter((1, 2, 3, 4, 5))
    found = manners(TOLD, lambda wave, face, voice: track(next(swings)))
    assert found.ranks() == pytest.approx(dict.fromkeys(FIGURES, 1.0))
    assert found.ratios() == pytest.approx(dict.fromkeys(FIGURES, 1.0))


def test_one_manner_for_all_ranks_nobody():
    assert set(manners(TOLD, obedient).ranks().values()) == {0.0}


def test_exchanged_voices_are_seen_and_ignored_ones_too():
    rng = np.random.default_rng(0)
    followed = swapped(TOLD, obedient, VOICES, rng, 20)
    deaf = swapped(TOLD, lambda *_: track(2), VOICES, rng, 20)
    assert set(followed.values()) == {1.0}
    assert set(deaf.values()) == {0.0}


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(InputError, match="28 or more"):
        manner(track(1, 20))
    with pytest.raises(InputError, match=f"at {FPS} frames"):
        manner(FaceTrack(track(1).points, track(1).pose, fps=30))
    with pytest.raises(InputError, match="ranks need"):
        manners(TOLD[:2], obedient).ranks()
