"""MakeItTalk's two programs: their options, the names of their videos, and what they refuse."""

from pathlib import Path

import pytest

from talkinghead.cli.makeittalk import cartoon_main, photo_main
from talkinghead.config import MotionConfig


def test_it_names_videos_after_picture_and_audio(short_file, tiny_ckpt, tmp_path, capsys):
    for main, who in ((photo_main, "astronaut"), (cartoon_main, "wilk.png")):
        folder = tmp_path / "results"
        words = ["--jpg", who, "--audio", short_file, "--output_folder", folder]
        assert main([*map(str, words), "--ckpt", str(tiny_ckpt), "--amp_lip_x", "2"]) == 0
        expected = folder / f"{Path(who).stem}_short.mp4"
        assert capsys.readouterr().out.splitlines() == [str(expected)]
        assert expected.is_file()


def test_its_name_of_a_background_is_the_puppets_own(short_file, tiny_ckpt, tmp_path, capsys):
    words = ["--jpg", "wilk.png", "--audio", short_file, "--ckpt", tiny_ckpt, "--size", 64]
    videos = []
    for name, more in (("a", ()), ("b", ("--jpg_bg", "wilk_bg.jpg"))):
        out = tmp_path / f"{name}.mp4"
        assert cartoon_main([str(word) for word in (*words, *more, "--out", out)]) == 0
        assert capsys.readouterr().out.splitlines() == [str(out)]
        videos.append(out.read_bytes())
    assert videos[0] == videos[1]
    assert cartoon_main([str(word) for word in (*words, "--jpg_bg", "other_bg.jpg")]) == 2
    assert "other_bg.jpg: no such file" in capsys.readouterr().err


@pytest.mark.parametrize("main", [photo_main, cartoon_main])
def test_one_name_is_not_given_to_several_videos(main, short_file, tmp_path, capsys):
    out = tmp_path / "o.mp4"
    words = ["--jpg", "wilk", "--out", str(out)]
    several = ["--audio", str(short_file), "--reuse_train_emb_list", str(short_file), "calm"]
    for more in ([], several):
        assert main([*words, *more]) == 2
        assert "o.mp4: names one video" in capsys.readouterr().err


def test_weights_of_the_content_branch_can_be_named(short_file, tiny_ckpt, tmp_path, capsys):
    weights = tiny_ckpt / "content.safetensors"
    words = ["--jpg", "astronaut", "--audio", short_file, "--output_folder", tmp_path]
    words += ["--load_a2l_C_name", weights, "--close_input_face_mouth"]
    assert photo_main([str(word) for word in words]) == 0
    assert capsys.readouterr().err == ""


def test_it_replaces_nothing_that_is_read(voice_file, tmp_path, capsys):
    talk = tmp_path / f"astronaut_{voice_file.stem}.mp4"
    talk.write_text("kept")
    words = ["--jpg", "astronaut", "--audio", voice_file, "--output_folder", tmp_path]
    for option in ("--pose-from", "--style-from"):
        assert photo_main([*map(str, words), option, str(talk)]) == 2
        assert "would replace" in capsys.readouterr().err


def test_it_refuses_a_missing_picture(capsys, tmp_path):
    folder = str(tmp_path / "out")
    assert photo_main(["--jpg", "no.jpg", "--output_folder", folder, "--audio", __file__]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "no.jpg" in line
    assert not Path(folder).exists()


@pytest.mark.parametrize("main", [photo_main, cartoon_main])
def test_both_programs_have_help(main, capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"--{name}" in out for name in ("jpg", "audio", "amp_lip_x", "output_folder"))


def test_the_amounts_of_motion_are_those_of_makeittalk():
    config = MotionConfig()
    assert (config.amp_lip_x, config.amp_lip_y, config.amp_pos) == (2, 2, 1)
