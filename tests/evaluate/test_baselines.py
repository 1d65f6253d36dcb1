"""Baselines: a face that holds still, and a mouth that follows the energy of the audio."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.evaluate.baselines import energy_track, static_face_track
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.types import FaceShape

from .synthetic_clips import babble, noise

FRAMES = 50


def test_the_energy_baseline_has_the_true_amplitude_and_follows_the_audio():
    face, wave = FaceShape(mean_face().astype(np.float32)), noise(2)
    wave.samples[16_000:] *= 0.01
    true_opening = babble(FRAMES)
    curve = mouth_opening(energy_track(wave, face, true_opening).points)
    assert_allclose(curve.std(), true_opening.std(), rtol=1e-3)
    assert curve[:20].mean() > curve[-20:].mean() + 0.02
    assert curve.min() >= mouth_opening(mean_face()) - 1e-6


def test_the_static_face_is_the_neutral_face_in_every_frame():
    face = FaceShape(mean_face().astype(np.float32))
    track = static_face_track(face, 7)
    assert track.points.shape == (7, 68, 3)
    assert (track.points == face.points).all()
    assert not track.pose.any()


def test_the_energy_baseline_holds_still_if_the_true_mouth_does():
    face = FaceShape(mean_face().astype(np.float32))
    points = energy_track(noise(2), face, np.full(FRAMES, 0.05)).points
    assert_allclose(points, np.broadcast_to(face.points, points.shape))
