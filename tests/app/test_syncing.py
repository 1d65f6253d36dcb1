"""`evaluate sync` from the command line: any video of a face that speaks."""

import json

import numpy as np
import pytest
import torch

from talkinghead import weights
from talkinghead.media.encode import write_video
from talkinghead.sync.net import SYNC, SyncExpert, SyncSize
from talkinghead.types import Clip

FRAMES = 30


@pytest.fixture
def ckpt(tmp_path):
    """A folder with an expert who knows nothing yet."""
    torch.manual_seed(0)
    expert = SyncExpert(SyncSize(side=16, face=2, sound=2, vector=8))
    weights.save(expert, tmp_path / "ckpt" / SYNC, {"size": expert.size.as_dict()})
    return tmp_path / "ckpt"


@pytest.fixture
def film(portrait_image, voice, tmp_path):
    """A portrait that does not move, while somebody speaks."""
    still = np.ascontiguousarray(portrait_image[:256, 96:352])
    frames = (still for _ in range(FRAMES))
    write_video(Clip(frames, FRAMES, (256, 256), 25.0, voice), tmp_path / "films" / "a.mp4")
    return tmp_path / "films" / "a.mp4"


def test_a_film_and_its_folder_have_the_same_figures(cli, ckpt, film, tmp_path):
    words = ("evaluate", "sync", film, "--json", "--ckpt", ckpt, "--out", tmp_path / "sync.json")
    status, out, err = cli(*words)
    assert status == 0, err
    found = json.loads(out)
    assert found == json.loads((tmp_path / "sync.json").read_text())
    assert set(found["mean"]) == {"offset", "near", "lse_c", "lse_d"}
    assert set(found["baselines"]) == {"shifted"}
    assert found["skipped"] == 0
    status, table, _ = cli("evaluate", "sync", film.parent, "--ckpt", ckpt)
    assert status == 0
    assert f"{found['mean']['lse_d']:.3f}" in table


def test_mistakes_end_with_one_line(cli, ckpt, film, tmp_path):
    for words, said in (
        ((film, "--ckpt", tmp_path), "no such weights"),
        ((film, "--ckpt", ckpt, "--split", "test"), "one video"),
        ((tmp_path / "nothing", "--ckpt", ckpt), "no such folder"),
        ((tmp_path / "nothing.mp4", "--ckpt", ckpt), "or video"),
    ):
        status, out, err = cli("evaluate", "sync", *words)
        assert (status, out, len(err)) == (2, "", 1)
        assert said in err[0]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate sync", ("--split", "--json", "--out", "--ckpt", "--detector", "--quiet")),
        ("preprocess mouths", ("--workers", "--progress")),
        ("train sync", ("--data", "--out", "--run", "--steps", "--batch")),
    ],
)
def test_help_names_the_options(cli, command, options):
    status, out, _ = cli(*command.split(), "--help")
    assert status == 0
    assert [option for option in options if option not in out] == []
