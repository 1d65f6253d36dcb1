"""Head motion, filmed speech and expression come apart."""

from dataclasses import replace

import numpy as np
import pytest

from talkinghead.dub.tracked_face import LOCAL_SIZE, UNIT, measure_face, stretches
from talkinghead.dub.tracking import PersonTrack
from talkinghead.errors import FaceError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import face_width, join_inner_lips, lip_gaps
from talkinghead.landmarks import CHIN, INNER_LOWER, JAW, MOUTH, OUTER_LOWER
from talkinghead.rotation import euler_to_matrix

COUNT, FPS = 60, 25.0


def person_track(degrees, opening=0.0, shots=None):
    """A mean face of 120 pixels that turns by `degrees` (t, 3) and opens its mouth."""
    degrees = np.asarray(degrees, float)
    faces = np.repeat(join_inner_lips(mean_face())[None], len(degrees), axis=0)
    opening = np.broadcast_to(opening, len(degrees))
    for part, share in ((INNER_LOWER, 1.0), (OUTER_LOWER, 1.0), ([CHIN - 1, CHIN, CHIN + 1], 0.7)):
        faces[:, part, 1] += share * opening[:, None]
    turned = np.einsum("tij,tpj->tpi", euler_to_matrix(degrees), faces)
    points = (120 * turned + (200, 150, 0)).astype(np.float32)
    stamps = list(range(len(points)))
    shots = np.zeros(len(points), int) if shots is None else shots
    return PersonTrack(points, shots, stamps, np.array(stamps) / FPS, True)


def nod(count=COUNT, degrees=8.0):
    angles = np.zeros((count, 3))
    angles[:, 1] = degrees * np.sin(np.arange(count) / 9)
    return angles


def test_a_pose_takes_the_face_back_to_the_video_without_lag():
    track = person_track(nod())
    face = measure_face(track, FPS)
    placed = np.stack([p.to_pixels(s) for p, s in zip(face.poses, face.local, strict=True)])
    assert np.abs(placed - track.points)[3:-3].max() < 0.5
    assert float(face_width(face.neutral)) == pytest.approx(UNIT, rel=0.02)
    assert np.abs(face.neutral[:, :2].mean(axis=0) - np.array(LOCAL_SIZE) / 2).max() < 20
    assert face.share.tolist() == [1.0] * COUNT


def test_lips_at_rest_are_closed_and_still_while_the_video_talks():
    talk = 0.12 * np.maximum(np.sin(np.arange(COUNT) * 0.9), 0)
    face = measure_face(person_track(nod(), talk), FPS)
    assert lip_gaps(face.local).max() > 0.09 * UNIT
    assert np.abs(lip_gaps(face.silent)).max() < 1e-6
    steps = np.linalg.norm(np.diff(face.silent[:, MOUTH], axis=0), axis=-1)
    assert steps.max() < 0.004 * UNIT
    filmed, rest = (np.ptp(points[:, CHIN, 1]) for points in (face.local, face.silent))
    assert rest < 0.35 * filmed
    others = np.r_[17:48]
    assert np.array_equal(face.silent[:, others], face.local[:, others])


def test_jitter_is_smoothed(rng):
    track = person_track(nod())
    noisy = track.points + rng.normal(0, 0.6, track.points.shape).astype(np.float32)
    face = measure_face(replace(track, points=noisy), FPS)
    placed = np.stack([p.to_pixels(s) for p, s in zip(face.poses, face.local, strict=True)])
    upper = np.r_[17:48]
    before, after = (np.std((p - track.points)[:, upper, :2]) for p in (noisy, placed))
    assert after < 0.7 * before


def test_frames_without_a_face_are_faded_to_but_not_across_a_cut():
    track = person_track(nod(), shots=np.repeat([0, 1], COUNT // 2))
    points = track.points.copy()
    points[10:20] = np.nan
    points[40] = np.nan  # a single frame is interpolated
    points[56:] = np.nan
    face = measure_face(replace(track, points=points), FPS)
    assert all(pose is None for pose in face.poses[10:20])
    assert (face.share[10:20] == 0).all()
    assert (np.diff(face.share[2:11]) <= 0).all()
    assert 0 < face.share[8] < 1
    assert face.share[29] == face.share[30] == face.share[40] == 1
    assert (face.share[56:] == 0).all()


def test_a_head_that_turns_away_is_passed_through():
    angles = np.zeros((COUNT, 3))
    angles[:, 0] = np.linspace(0, 70, COUNT)
    share = measure_face(person_track(angles), FPS).share
    assert share[0] == 1
    assert share[-1] == 0
    assert (np.diff(share) <= 1e-9).all()
    assert np.abs(np.diff(share)).max() < 0.5


def test_what_covers_the_mouth_is_passed_through():
    visible = np.ones(COUNT, bool)
    visible[20:30] = False
    share = measure_face(person_track(nod()), FPS, visible).share
    assert (share[20:30] == 0).all()
    assert share[5] == share[45] == 1


def test_a_video_without_a_face_is_refused():
    track = person_track(nod())
    with pytest.raises(FaceError, match="no frame"):
        measure_face(replace(track, points=np.full_like(track.points, np.nan)), FPS)


def test_stretches_end_at_gaps_and_cuts():
    kept = np.array([1, 1, 0, 1, 1, 1, 1], bool)
    shots = np.array([0, 0, 0, 0, 0, 1, 1])
    found = [(s.start, s.stop) for s in stretches(kept, shots)]
    assert found == [(0, 2), (3, 5), (5, 7)]
    assert JAW.stop == 17
