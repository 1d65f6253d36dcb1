"""A written track is the same track: exactly in npz, to a millionth in CSV and JSON."""

import csv
import json

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.motion_export import POINT_NAMES, POSE_NAMES, read_motion, write_motion
from talkinghead.types import FaceShape, FaceTrack


@pytest.fixture
def face(rng) -> FaceShape:
    return FaceShape(rng.normal(size=(68, 3)).astype(np.float32))


@pytest.fixture
def track(rng, face) -> FaceTrack:
    points = face.points + 0.01 * rng.normal(size=(5, 68, 3)).astype(np.float32)
    return FaceTrack(points, rng.normal(size=(5, 6)).astype(np.float32), 30.0)


def test_npz_is_lossless(track, face, tmp_path):
    write_motion(track, face, tmp_path / "new" / "m.npz")
    with np.load(tmp_path / "new" / "m.npz") as stored:
        np.testing.assert_array_equal(stored["points"], track.points)
        np.testing.assert_array_equal(stored["pose"], track.pose)
        np.testing.assert_array_equal(stored["rest"], face.points)
        assert float(stored["fps"]) == 30
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["m.npz"]


def test_csv_has_one_row_per_frame(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.csv")
    with (tmp_path / "m.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [round(float(row["seconds"]) * 30) for row in rows] == [0, 1, 2, 3, 4]
    points = [[float(row[name]) for name in POINT_NAMES] for row in rows]
    np.testing.assert_allclose(np.reshape(points, (5, 68, 3)), track.points, atol=1e-6)
    pose = [[float(row[name]) for name in POSE_NAMES] for row in rows]
    np.testing.assert_allclose(pose, track.pose, atol=1e-6)


def test_json_contains_the_same_motion(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.json")
    parsed = json.loads((tmp_path / "m.json").read_text())
    assert (parsed["fps"], tuple(parsed["pose"]), len(parsed["frames"])) == (30, POSE_NAMES, 5)
    np.testing.assert_allclose(parsed["rest"], face.points, atol=1e-6)
    np.testing.assert_allclose([f["points"] for f in parsed["frames"]], track.points, atol=1e-6)
    np.testing.assert_allclose([f["pose"] for f in parsed["frames"]], track.pose, atol=1e-6)


def test_a_written_track_reads_back(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.npz")
    read = read_motion(tmp_path / "m.npz", face)
    assert read.fps == track.fps
    np.testing.assert_array_equal(read.points, track.points)
    np.testing.assert_array_equal(read.pose, track.pose)


def test_tracks_of_other_faces_and_other_files_are_refused(track, face, tmp_path):
    path = tmp_path / "m.npz"
    write_motion(track, face, path)
    with pytest.raises(InputError, match="another face"):
        read_motion(path, FaceShape(face.points + 0.1))
    for arrays in ({"points": track.points}, {"points": 1, "pose": 2, "rest": 3, "fps": 4}):
        np.savez(path, **arrays)
        with pytest.raises(InputError, match=r"m\.npz"):
            read_motion(path, face)
    path.write_text("no archive")
    with pytest.raises(InputError, match="is not a motion file"):
        read_motion(path, face)
