"""`talkinghead train`: options of each network, and training of a small one."""

import json

import pytest

from talkinghead.cli.main import parser_for
from talkinghead.cli.train import NETWORKS
from talkinghead.sync.score import load_syncnet
from talkinghead.train.data.mouth_crops import save_mouth_clip
from talkinghead.train.loop import TrainConfig
from tests.train.examples import mouth_clip

PATHS = ("--data", "d", "--out", "o", "--run", "r")
SCHEDULE = ("steps", "lr", "eval_every", "seed", "devices", "batches_per_step", "precision")


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_has_the_defaults_of_the_config_and_its_own_batch_size(network):
    args = parser_for("train").parse_args(["train", network, *PATHS])
    assert [getattr(args, name) for name in SCHEDULE] == [
        getattr(TrainConfig, name) for name in SCHEDULE
    ]
    assert (args.network, args.batch) == (network, NETWORKS[network][2])


@pytest.mark.parametrize(
    ("network", "option"),
    [("sync", "--voice"), ("voice", "--teachers"), ("content", "--side"), ("speaker", "--sync")],
)
def test_an_option_of_another_network_is_refused(cli, network, option):
    status, _, err = cli("train", network, *PATHS, option, "x")
    assert status == 2
    assert option in err[-1]


def test_training_writes_weights_and_prints_their_path(cli, tmp_path):
    for seed, speaker in enumerate(("someone", "other", "hd_05")):
        save_mouth_clip(mouth_clip(speaker, 60, seed), tmp_path / "data" / f"{speaker}.npz")
    out, run = tmp_path / "sync.safetensors", tmp_path / "run"
    words = ("train", "sync", "--data", tmp_path / "data", "--out", out, "--run", run)
    status, printed, err = cli(
        *words, "--steps", 1, "--batch", 2, "--device", "cpu", "--progress", "json"
    )
    assert (status, printed) == (0, f"{out}\n"), err
    events = [json.loads(line) for line in err]
    assert events[0] == {"event": "start", "steps": 1}
    assert events[-1]["event"] == "success"
    assert events[-1]["output"] == str(out)
    assert (run / "log.csv").is_file()
    load_syncnet(out)
    record = json.loads((run / "run.json").read_text())
    assert record["settings"]["batch"] == 2
    assert record["settings"]["data"] == str(tmp_path / "data")
    assert record["result"]["weights"] == str(out)
    status, table, _ = cli("train", "list", tmp_path)
    assert status == 0
    [row] = table.splitlines()[2:]
    assert row.split()[:2] == ["run", "sync"]
    assert "1 of 1" in row
    assert "finished" in row
