"""A user's mistake is one line on stderr that names it, and exit status 2."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from talkinghead.media.image import write_image


def refused(result: tuple[int, str, list[str]], *named: str) -> None:
    status, out, err = result
    assert (status, out, len(err)) == (2, "", 1), err
    assert err[0].startswith("talkinghead: error: ")
    for part in named:
        assert part in err[0]


def test_missing_image(cli, voice_file, tmp_path):
    refused(cli("photo", tmp_path / "no.jpg", voice_file, "-o", tmp_path / "o.mp4"), "no.jpg")


def test_missing_audio(cli, tmp_path):
    refused(cli("photo", "astronaut", tmp_path / "no.wav", "-o", tmp_path / "o.mp4"), "no.wav")


@pytest.mark.parametrize("name", ["empty.wav", "empty.jpg"])
def test_empty_file(cli, voice_file, tmp_path, name):
    empty = tmp_path / name
    empty.touch()
    words = ("astronaut", empty) if name.endswith("wav") else (empty, voice_file)
    refused(cli("photo", *words, "-o", tmp_path / "o.mp4"), name, "empty")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_is_not_called_empty(cli, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    words = ("cartoon", "wilk", pipe, "-o", tmp_path / "o.mp4")
    refused(cli(*words), "is a pipe", "save it to a file")


def test_truncated_image(cli, voice_file, tiny_ckpt, portrait_image, tmp_path):
    whole, cut = tmp_path / "whole.jpg", tmp_path / "cut.jpg"
    write_image(portrait_image, whole)
    cut.write_bytes(whole.read_bytes()[:4000])
    refused(cli("photo", cut, voice_file, "-o", tmp_path / "o.mp4", "--ckpt", tiny_ckpt), "cut.jpg")


def test_truncated_video_as_sound(cli, tiny_ckpt, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0\0\1\0mdat" + bytes(50))
    refused(cli("cartoon", "wilk", cut, "-o", tmp_path / "o.mp4", "--ckpt", tiny_ckpt), "cut.mp4")


def test_picture_without_a_face(cli, voice_file, tiny_ckpt, tmp_path):
    blank = tmp_path / "blank.png"
    write_image(np.full((200, 200, 3), 128, np.uint8), blank)
    refused(
        cli("photo", blank, voice_file, "-o", tmp_path / "o.mp4", "--ckpt", tiny_ckpt),
        "blank.png",
        "no face",
    )


def test_a_face_that_is_not_there(cli, voice_file, tiny_ckpt, tmp_path):
    words = ("photo", "astronaut", voice_file, "--face", 3, "--ckpt", tiny_ckpt)
    refused(cli(*words, "-o", tmp_path / "o.mp4"), "astronaut", "face 3")


def test_unknown_puppet_names_those_there_are(cli, voice_file, tiny_ckpt, tmp_path):
    words = ("cartoon", "nosuch", voice_file, "--ckpt", tiny_ckpt, "-o", tmp_path / "o.mp4")
    refused(cli(*words), "nosuch", "wilk")


def test_missing_weights(cli, voice_file, tmp_path):
    words = ("photo", "astronaut", voice_file, "--ckpt", tmp_path, "-o", tmp_path / "o.mp4")
    refused(cli(*words), "content.safetensors")


@pytest.mark.parametrize("place", ["file.txt/o.mp4", "folder", "file.txt/deep/er/o.mp4"])
def test_unwritable_output_is_known_before_the_work_starts(cli, voice_file, tmp_path, place):
    (tmp_path / "file.txt").touch()
    (tmp_path / "folder").mkdir()
    # No weights are there either: had the work begun, the message would be about them.
    words = ("photo", "astronaut", voice_file, "--ckpt", tmp_path / "none")
    refused(cli(*words, "-o", tmp_path / place), place)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.txt", "folder"]


@pytest.mark.parametrize("out", ["net.txt", "folder"])
def test_weights_that_could_not_be_used_are_known_before_the_training(cli, tmp_path, out):
    (tmp_path / "folder").mkdir()
    words = ("train", "content", "--data", tmp_path / "none", "--run", tmp_path / "run")
    refused(cli(*words, "--out", tmp_path / out), out)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def scene_of(folder: Path, voice: Path, actor: str) -> Path:
    path = folder / "scene.yaml"
    printed = f"lines: [{{actor: wolf, audio: '{voice}'}}]"
    path.write_text(f"{{format: 1, canvas: [64, 64], actors: {{wolf: {{{actor}}}}}, {printed}}}")
    return path


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("cartoon", "nosuch", "{voice}"), "unknown puppet 'nosuch'"),
        (("cartoon", "wilk", "{voice}", "-o", "o.gif", "--fps", "60"), "at most 50 frames"),
        (("cartoon", "wilk", "{voice}", "--transparent", "-o", "o.mp4"), "transparency"),
        (("photo", "astronaut", "{voice}", "-o", "o.gif", "--fps", "60"), "at most 50 frames"),
        (("photo", "astronaut", "--faces", "0={voice}", "-o", "o.gif", "--fps", "60"), "at most"),
        (("photo", "astronaut", "{voice}", "--style-from", os.devnull), "is a pipe or a device"),
        (("scene", "puppet: nosuch"), "'actors.wolf.puppet' cannot be used"),
        (("scene", "photo: no.jpg"), "'actors.wolf.photo' cannot be used"),
        (("scene", "puppet: wilk, style_from: nosuch"), "'actors.wolf.style_from' cannot be used"),
        (("scene", "puppet: wilk", "-o", "o.gif", "--fps", "60"), "at most 50 frames"),
        (("plot", "--puppet", "nosuch", "{voice}", "-o", "p"), "unknown puppet 'nosuch'"),
        (("plot", "none", "{voice}", "-o", "p", "--face", "0"), "--face"),
        (("compare", "{voice}", "-o", "sheet.mp4"), "unknown suffix '.mp4'"),
        (("compare", "{voice}", "-o", "a.png", "--video", "b.avi"), "unknown suffix '.avi'"),
    ],
)
def test_mistakes_are_known_before_the_networks_are_loaded(
    cli, voice_file, tmp_path, monkeypatch, words, named
):
    monkeypatch.chdir(tmp_path)
    command, first, *more = (word.format(voice=voice_file) for word in words)
    if command == "scene":
        first = str(scene_of(tmp_path, voice_file, first))
    before = sorted(tmp_path.iterdir())
    refused(cli(command, first, *more, "--ckpt", tmp_path / "none"), named)
    assert sorted(tmp_path.iterdir()) == before


def test_output_that_is_an_input_is_refused(cli, voice_file):
    before = voice_file.read_bytes()
    refused(cli("cartoon", "wilk", voice_file, "-o", voice_file), voice_file.name, "replace")
    assert voice_file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (("photo", "astronaut", "{voice}", "--pose-from", "talk.mp4"), "talk.mp4"),
        (("photo", "astronaut", "{voice}", "--style-from", "talk.mp4"), "talk.mp4"),
        (("cartoon", "wilk", "{voice}", "--pose-from", "talk.mp4"), "talk.mp4"),
        (("cartoon", "wilk", "{voice}", "--style-from", "talk.mp4"), "talk.mp4"),
        (("photo", "astronaut", "--faces", "0={voice}", "--pose-from", "talk.mp4"), "talk.mp4"),
        (("photo", "astronaut", "--faces", "0={voice}", "--style-from", "0=talk.mp4"), "talk.mp4"),
        (("photo", "f/000001.png", "{voice}"), "f/"),
        (("photo", "f/../f/000901.png", "{voice}"), "f/%06d.png"),
        (("cartoon", "wilk", "{voice}", "--background", "f/000001.png"), "f/"),
        (("cartoon", "wilk", "f/sound.wav"), "f/"),
    ],
)
def test_nothing_that_is_read_is_replaced(cli, voice_file, tmp_path, monkeypatch, words, target):
    monkeypatch.chdir(tmp_path)
    Path("f").mkdir()
    for name in ("talk.mp4", "f/000001.png", "f/000901.png", "f/sound.wav"):
        Path(name).write_text("kept")
    filled = [word.format(voice=voice_file) for word in words]
    refused(cli(*filled, "-o", target, "--ckpt", tmp_path / "none"), target, "would replace")


def test_pictures_of_others_are_refused_before_the_work_starts(cli, voice_file, tmp_path):
    (tmp_path / "000100.png").write_text("kept")
    words = ("cartoon", "wilk", voice_file, "-o", f"{tmp_path}/", "--ckpt", tmp_path / "none")
    refused(cli(*words), "000100.png", "would replace", "another folder")
    assert (tmp_path / "000100.png").read_text() == "kept"


@pytest.mark.parametrize(
    ("behind", "actor"),
    [
        ("background: g.gif, ", "puppet: wilk"),
        ("", "puppet: wilk, pose_from: g.gif"),
        ("", "puppet: wilk, style_from: g.gif"),
        ("", "photo: g.gif"),
    ],
)
def test_nothing_that_a_scene_reads_is_replaced(cli, voice_file, tmp_path, behind, actor):
    (tmp_path / "g.gif").write_text("kept")
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        f"{{format: 1, canvas: [64, 64], {behind}actors: {{wolf: {{{actor}}}}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    words = ("scene", scene, "-o", tmp_path / "g.gif", "--ckpt", tmp_path / "none")
    refused(cli(*words), "g.gif", "would replace")


def test_plots_replace_nothing_that_is_read(cli, voice_file, tmp_path):
    for name, option in (("track.png", None), ("landmarks.mp4", "--pose-from")):
        (tmp_path / name).write_text("kept")
        words = ("astronaut", voice_file, option, tmp_path / name)
        words = words if option else (tmp_path / name, voice_file)
        result = cli("plot", *words, "-o", tmp_path, "--ckpt", tmp_path / "none")
        refused(result, name, "would replace")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--amp_lip_x", "-1"),
        ("--amp_lip_x", "nan"),
        ("--amp_lip_y", "much"),
        ("--fps", "0"),
        ("--seed", "-1"),
        ("--size", "3"),
        ("--blink", "5"),
        ("--device", "toaster"),
        ("--detector", "eyes"),
    ],
)
def test_option_out_of_range(cli, voice_file, tmp_path, option, value):
    words = ("photo", "astronaut", voice_file, "-o", tmp_path / "o.mp4")
    refused(cli(*words, f"{option}={value}"), option.lstrip("-"))


@pytest.mark.parametrize(("option", "value"), [("--fps", "0"), ("--fps", "-1"), ("--size", "0")])
def test_option_of_a_scene_out_of_range(cli, voice_file, tmp_path, option, value):
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        "{format: 1, canvas: [64, 64], actors: {wolf: {puppet: wilk}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    words = ("scene", scene, "-o", tmp_path / "o.mp4", "--ckpt", tmp_path / "none")
    refused(cli(*words, f"{option}={value}"), option.lstrip("-"), value)


def test_a_video_of_unknown_format_is_refused_before_the_work(cli, voice_file, tmp_path):
    refused(cli("cartoon", "wilk", voice_file, "-o", tmp_path / "o.avi"), "o.avi", ".mp4")


def test_a_missing_package_is_one_line(tmp_path):
    bare = [sys.executable, "-S", "main_end2end.py", "--jpg", "astronaut"]
    root = Path(__file__).parents[2]
    ended = subprocess.run(bare, cwd=root, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "make setup" in ended.stderr


@pytest.mark.parametrize("words", [["photo"], ["dance"], ["photo", "a", "b", "--no-such-option"]])
def test_wrong_command_line(cli, words):
    refused(cli(*words), "--help")


@pytest.mark.parametrize(
    "words",
    [
        ("preprocess", "clips", ".", "out", "--workers", "0"),
        ("train", "content", "--data", ".", "--out", "o", "--run", "r", "--batch", "-1"),
        ("evaluate", "render", ".", "--max-frames", "0"),
    ],
)
def test_counts_start_at_one(cli, words):
    refused(cli(*words), words[-2].lstrip("-"), "1 or more")


def test_folders_without_clips(cli, tiny_ckpt, tmp_path):
    refused(cli("evaluate", "motion", tmp_path, "--ckpt", tiny_ckpt), str(tmp_path))
    refused(cli("preprocess", "clips", tmp_path, tmp_path / "out"), str(tmp_path))
    words = ("train", "content", "--data", tmp_path, "--out", tmp_path / "o.safetensors")
    refused(cli(*words, "--run", tmp_path / "run"), str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_plot_needs_one_subject(cli, voice_file, tmp_path):
    words = ("plot", voice_file, "-o", tmp_path)
    refused(cli(*words), "IMAGE")
    refused(cli("plot", "astronaut", voice_file, "--puppet", "wilk", "-o", tmp_path), "IMAGE")


def test_json_progress_reports_failure_in_json(cli, tmp_path):
    status, _, err = cli("photo", tmp_path / "no.jpg", "no.wav", "--progress", "json")
    assert status == 2
    [event] = [json.loads(line) for line in err]
    assert event["event"] == "failure"
    assert "no.jpg" in event["error"]
