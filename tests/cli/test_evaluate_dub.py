"""`talkinghead evaluate dub` and `compare --dubbed`, from clips to a table and a picture."""

import json

import cv2
import numpy as np
import pytest

from talkinghead.evaluate import identity
from talkinghead.media.image import read_image
from talkinghead.media.video_writer import write_video
from talkinghead.types import Clip

FRAMES, SIDE = 12, 160


@pytest.fixture
def clip(portrait_image, voice, tmp_path):
    still = cv2.resize(portrait_image[20:320, 80:380], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    frames = [np.ascontiguousarray(np.roll(still, i % 3, axis=1)) for i in range(FRAMES)]
    path = tmp_path / "clips" / "ann" / "a.mp4"
    write_video(Clip(iter(frames), FRAMES, (SIDE, SIDE), 25.0, voice), path)
    return path


def test_a_clip_is_dubbed_and_measured(cli, clip, tiny_ckpt, tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "find_spec", lambda name: None)  # as without the extra
    words = ("evaluate", "dub", clip.parents[1], "--ckpt", tiny_ckpt, "--fast", "--json")
    status, out, err = cli(*words, "--out", tmp_path / "dub.json")
    assert status == 0, err
    report = json.loads(out)
    assert report == json.loads((tmp_path / "dub.json").read_text())
    assert [row["path"] for row in report["clips"]] == ["ann/a.mp4"]
    assert report["mean"]["mouth_psnr"] > 8
    assert report["mean"]["identity"] is None  # there is no stranger
    assert report["baselines"]["copy"]["m_lmd"] < 1
    assert any("identity is not measured; pip install" in line for line in err)
    assert any("sync is not measured" in line for line in err)


def test_a_video_is_compared_with_what_was_dubbed_from_it(cli, clip, tiny_ckpt, tmp_path):
    sheet = tmp_path / "mouths.png"
    words = ("compare", clip, "--dubbed", clip, "-o", sheet, "--ckpt", tiny_ckpt, "--fast")
    status, _, err = cli(*words)
    assert status == 0, err
    height = read_image(sheet).shape[0]
    status, _, err = cli("compare", clip, "--dubbed", tmp_path / "none.mp4", "-o", sheet)
    assert status == 2
    assert "none.mp4" in err[-1]
    assert height > 150


def test_mistakes_end_with_one_line(cli, tmp_path):
    status, out, err = cli("evaluate", "dub", tmp_path / "nothing")
    assert (status, out, len(err)) == (2, "", 1)
    assert "no such folder" in err[0]
