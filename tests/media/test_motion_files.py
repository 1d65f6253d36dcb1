"""A track in a file is the same track: to the last bit in npz, to a millionth in CSV and JSON."""

import csv
import json

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.motion_files import NAMES, POSE, read_motion, write_motion
from talkinghead.types import FaceShape, FaceTrack


@pytest.fixture
def face(rng) -> FaceShape:
    return FaceShape(rng.normal(size=(68, 3)).astype(np.float32))


@pytest.fixture
def track(rng, face) -> FaceTrack:
    points = face.points + 0.01 * rng.normal(size=(5, 68, 3)).astype(np.float32)
    return FaceTrack(points, rng.normal(size=(5, 6)).astype(np.float32), 30.0)


def test_npz_holds_all_of_it(track, face, tmp_path):
    write_motion(track, face, tmp_path / "new" / "m.npz")
    with np.load(tmp_path / "new" / "m.npz") as stored:
        np.testing.assert_array_equal(stored["points"], track.points)
        np.testing.assert_array_equal(stored["pose"], track.pose)
        np.testing.assert_array_equal(stored["rest"], face.points)
        assert float(stored["fps"]) == 30
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["m.npz"]


def test_csv_has_a_row_a_frame(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.csv")
    with (tmp_path / "m.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [round(float(row["seconds"]) * 30) for row in rows] == [0, 1, 2, 3, 4]
    points = [[float(row[name]) for name in NAMES] for row in rows]
    np.testing.assert_allclose(np.reshape(points, (5, 68, 3)), track.points, atol=1e-6)
    pose = [[float(row[name]) for name in POSE] for row in rows]
    np.testing.assert_allclose(pose, track.pose, atol=1e-6)


def test_json_says_the_same(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.json")
    told = json.loads((tmp_path / "m.json").read_text())
    assert (told["fps"], tuple(told["pose"]), len(told["frames"])) == (30, POSE, 5)
    np.testing.assert_allclose(told["rest"], face.points, atol=1e-6)
    np.testing.assert_allclose([f["points"] for f in told["frames"]], track.points, atol=1e-6)
    np.testing.assert_allclose([f["pose"] for f in told["frames"]], track.pose, atol=1e-6)


def test_reading_undoes_writing(track, face, tmp_path):
    write_motion(track, face, tmp_path / "m.npz")
    again = read_motion(tmp_path / "m.npz", face)
    assert again.fps == track.fps
    np.testing.assert_array_equal(again.points, track.points)
    np.testing.assert_array_equal(again.pose, track.pose)


def test_what_is_no_motion_of_this_face_is_refused(track, face, tmp_path):
    path = tmp_path / "m.npz"
    write_motion(track, face, path)
    with pytest.raises(InputError, match="another face"):
        read_motion(path, FaceShape(face.points + 0.1))
    for wrong in ({"points": track.points}, {"points": 1, "pose": 2, "rest": 3, "fps": 4}):
        np.savez(path, **wrong)
        with pytest.raises(InputError, match=r"m\.npz"):
            read_motion(path, face)
    path.write_text("no archive")
    with pytest.raises(InputError, match="is no motion"):
        read_motion(path, face)
