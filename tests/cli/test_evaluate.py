"""`talkinghead evaluate sync`: any video of one speaking face."""

import json

import numpy as np
import pytest
import torch

from talkinghead.media.video_writer import write_video
from talkinghead.models import checkpoint
from talkinghead.models.syncnet import SyncNet, SyncNetSize
from talkinghead.sync.score import SYNCNET_FILE
from talkinghead.types import Clip

FRAMES = 30


@pytest.fixture
def ckpt(tmp_path):
    """A folder with an untrained SyncNet."""
    torch.manual_seed(0)
    syncnet = SyncNet(SyncNetSize(side=16, face_channels=2, audio_channels=2, embedding_channels=8))
    checkpoint.save(syncnet, tmp_path / "ckpt" / SYNCNET_FILE, {"size": syncnet.size.as_dict()})
    return tmp_path / "ckpt"


@pytest.fixture
def video(portrait_image, voice, tmp_path):
    """A portrait that does not move, while somebody speaks."""
    still = np.ascontiguousarray(portrait_image[:256, 96:352])
    frames = (still for _ in range(FRAMES))
    write_video(Clip(frames, FRAMES, (256, 256), 25.0, voice), tmp_path / "videos" / "a.mp4")
    return tmp_path / "videos" / "a.mp4"


def test_a_video_and_its_folder_have_the_same_metrics(cli, ckpt, video, tmp_path):
    words = ("evaluate", "sync", video, "--json", "--ckpt", ckpt, "--out", tmp_path / "sync.json")
    status, out, err = cli(*words)
    assert status == 0, err
    report = json.loads(out)
    assert report == json.loads((tmp_path / "sync.json").read_text())
    assert set(report["mean"]) == {"offset", "near", "lse_c", "lse_d"}
    assert set(report["baselines"]) == {"shifted"}
    assert report["skipped"] == 0
    status, table, _ = cli("evaluate", "sync", video.parent, "--ckpt", ckpt)
    assert status == 0
    assert f"{report['mean']['lse_d']:.3f}" in table


def test_mistakes_end_with_one_line(cli, ckpt, video, tmp_path):
    for words, printed in (
        ((video, "--ckpt", tmp_path), "no such weights"),
        ((video, "--ckpt", ckpt, "--split", "test"), "one video"),
        ((tmp_path / "nothing", "--ckpt", ckpt), "no such folder"),
        ((tmp_path / "nothing.mp4", "--ckpt", ckpt), "or video"),
    ):
        status, out, err = cli("evaluate", "sync", *words)
        assert (status, out, len(err)) == (2, "", 1)
        assert printed in err[0]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate sync", ("--split", "--json", "--out", "--ckpt", "--detector", "--quiet")),
        ("preprocess mouth-crops", ("--workers", "--progress")),
        ("train sync", ("--data", "--out", "--run", "--steps", "--batch")),
    ],
)
def test_help_names_the_options(cli, command, options):
    status, out, _ = cli(*command.split(), "--help")
    assert status == 0
    assert [option for option in options if option not in out] == []
