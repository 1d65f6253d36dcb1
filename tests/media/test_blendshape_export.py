"""CSV as Live Link Face writes it, JSON with Audio2Face's keys."""

import csv
import json

import numpy as np
import pytest

from talkinghead.media.blendshape_export import CSV_HEADER, timecode, write_blendshapes
from talkinghead.media.blendshape_names import BLENDSHAPES


@pytest.fixture
def frames(rng):
    return rng.uniform(0, 1, (5, 52)).astype(np.float32), rng.normal(0, 20, (5, 6))


def test_csv_has_the_61_values_of_live_link_face_and_rotations_in_half_turns(frames, tmp_path):
    weights, pose = frames
    write_blendshapes(weights, pose, 60, tmp_path / "face.csv")
    with (tmp_path / "face.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0])[:4] == ("Timecode", "BlendShapeCount", "EyeBlinkLeft", "EyeLookDownLeft")
    assert tuple(rows[0]) == CSV_HEADER
    assert len(CSV_HEADER) == 63
    assert {row["BlendShapeCount"] for row in rows} == {"61"}
    jaw = [float(row["JawOpen"]) for row in rows]
    np.testing.assert_allclose(jaw, weights[:, BLENDSHAPES.index("jawOpen")], atol=1e-6)
    for name, sign, column in (("HeadYaw", 1, 0), ("HeadPitch", -1, 1), ("HeadRoll", 1, 2)):
        turned = [float(row[name]) * 180 for row in rows]
        np.testing.assert_allclose(turned, sign * pose[:, column], atol=1e-3)
    assert {row["LeftEyeYaw"] for row in rows} == {"0.000000"}


@pytest.mark.parametrize(
    ("frame", "fps", "expected"),
    [(0, 60, "00:00:00:00.000"), (59, 60, "00:00:00:59.000"), (60, 60, "00:00:01:00.000"),
     (25 * 3725 + 3, 25, "01:02:05:03.000"), (1, 12.5, "00:00:00:00.960"),
     (30, 30000 / 1001, "00:00:01:00.030")],
)  # fmt: skip
def test_a_timecode_is_the_time_of_the_frame(frame, fps, expected):
    assert timecode(frame, fps) == expected


def test_json_has_audio2face_s_keys_and_the_head_pose_in_degrees(frames, tmp_path):
    weights, pose = frames
    write_blendshapes(weights, pose, 25, tmp_path / "face.json")
    content = json.loads((tmp_path / "face.json").read_text())
    assert (content["exportFps"], content["numPoses"], content["numFrames"]) == (25, 52, 5)
    assert tuple(content["facsNames"]) == BLENDSHAPES
    np.testing.assert_allclose(content["weightMat"], weights, atol=1e-6)
    np.testing.assert_allclose(content["headPoseMat"], pose, atol=1e-6)
    assert "Synthetic" in content["comment"]
