"""`talkinghead blendshapes`: files of three kinds, and frames over UDP."""

import csv
import json
import socket

import pytest


@pytest.mark.parametrize("suffix", ["csv", "json", "glb"])
def test_the_suffix_is_the_format(cli, short_file, tiny_ckpt, tmp_path, suffix):
    out = tmp_path / f"face.{suffix}"
    words = ("blendshapes", "none", short_file, "-o", out, "--ckpt", tiny_ckpt, "--fps", 30)
    status, printed, _ = cli(*words)
    assert (status, printed) == (0, f"{out}\n")
    if suffix == "csv":
        with out.open(newline="") as file:
            assert {row["BlendShapeCount"] for row in csv.DictReader(file)} == {"61"}
    elif suffix == "json":
        assert json.loads(out.read_text())["exportFps"] == 30
    else:
        assert out.read_bytes().startswith(b"glTF")


def test_frames_are_sent_while_they_last(cli, short_file, tiny_ckpt):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        address = f"127.0.0.1:{receiver.getsockname()[1]}"
        words = ("blendshapes", "--puppet", "wilk", short_file, "--live-link", address)
        assert cli(*words, "--ckpt", tiny_ckpt)[0] == 0
        assert b"talkinghead" in receiver.recv(9000)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "face.fbx"), "unknown suffix '.fbx'; name it .csv, .json, .glb"),
        ((), "name a file, or where to send to with --live-link or --vmc"),
        (("--vmc", "host:x"), "'host:x' is no address"),
        (("-o", "face.csv", "--say", "Hello"), "AUDIO and --say exclude each other"),
    ],
)
def test_mistakes_are_one_line(cli, short_file, words, message):
    status, _, (error,) = cli("blendshapes", "none", short_file, *words)
    assert status == 2
    assert message in error
