"""`evaluate manner` tells ranges of predicted and true motion, talker by talker."""

import json

import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.train.clips import Example, save_example

TALKERS = ("grid_s2", "hd_02", "hd_04", "vx_02")  # of the test split


def test_every_figure_is_told_for_the_left_out_talkers(cli, voice, tiny_ckpt, tmp_path):
    face = close_mouth(mean_face()).astype(np.float32)
    for number, talker in enumerate((*TALKERS, "grid_s1")):
        pose = np.zeros((50, 6), np.float32)
        pose[:, 0] = number * np.sin(np.arange(50) / 5)
        points = np.repeat(face[None], 50, axis=0)
        one = Example(points, pose, voice.samples, talker, f"x/{talker}.mp4")
        save_example(one, tmp_path / "data" / f"{talker}.npz")
    words = ("evaluate", "manner", tmp_path / "data", "--json", "--pairs", 2, "--ckpt", tiny_ckpt)
    status, out, _ = cli(*words)
    assert status == 0
    found = json.loads(out)
    assert found["talkers"] == sorted(TALKERS)
    assert set(found["figures"]["yaw"]) == {"rank", "ratio", "swap"}
    assert found["figures"]["mouth"]["swap"] is None  # no two mouths are apart


def test_too_few_talkers_are_refused(cli, voice, tiny_ckpt, tmp_path):
    face = close_mouth(mean_face()).astype(np.float32)
    points = np.repeat(face[None], 50, axis=0)
    one = Example(points, np.zeros((50, 6), np.float32), voice.samples, "hd_02", "x/y.mp4")
    save_example(one, tmp_path / "data" / "a.npz")
    status, _, err = cli("evaluate", "manner", tmp_path / "data", "--ckpt", tiny_ckpt)
    assert status == 2
    assert "one talker" in err[-1]
