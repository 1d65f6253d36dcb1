"""The command line of LipGAN and Wav2Lip: its options, its names, and what is refused."""

import pytest

from talkinghead.cli.lipgan import main as lipgan
from tests.dub.videos import frame_facts


def run_lipgan(capsys, *words: object) -> tuple[int, str, list[str]]:
    status = lipgan([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err.splitlines()


def test_lipgans_command_writes_result_voice(video, short_file, tiny_ckpt, tmp_path, capsys):
    status, printed, err = run_lipgan(
        capsys, "--face", video, "--audio", short_file, "--results_dir", tmp_path / "results",
        "--checkpoint_path", "unet_residual.h5", "--model", "residual", "--pads", 0, 20, 0, 0,
        "--resize_factor", 2, "--ckpt", tiny_ckpt, "--no-refiner",
    )  # fmt: skip
    out = tmp_path / "results" / "result_voice.mp4"
    assert (status, printed) == (0, f"{out}\n")
    assert [line.split(" changes")[0].split("--")[1] for line in err] == [
        "checkpoint_path", "model", "pads",
    ]  # fmt: skip
    assert frame_facts(out)["size"] == (80, 80)


@pytest.mark.parametrize("static", [["--static"], ["--static", "True"]])
def test_its_static_keeps_the_first_frame(video, short_file, tiny_ckpt, tmp_path, capsys, static):
    out = tmp_path / "o.mp4"
    status, _, err = run_lipgan(
        capsys, "--face", video, "--audio", short_file, "--outfile", out, "--fps", 10,
        "--ckpt", tiny_ckpt, "--no-refiner", *static,
    )  # fmt: skip
    assert (status, err) == (0, [])
    assert frame_facts(out)["seconds"] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_what_it_cannot_do_is_refused_with_a_reason(video, short_file, capsys):
    words = ["--face", video, "--audio", short_file]
    for more, message in (
        (["--nosmooth"], "--nosmooth: landmarks are smoothed without lag"),
        (["--box", 1, 2, 3, 4], "--box: the face is found in every frame"),
        (["--resize_factor", 0], "must be 1 or more"),
        (["--static", "perhaps"], "--static: must be True or False"),
    ):
        status, _, err = run_lipgan(capsys, *words, *more)
        assert status == 2
        assert message in err[-1]
