"""A named style gives the motion of its recording; an unknown one is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from talkinghead.cli.makeittalk import cartoon_main, photo_main
from talkinghead.config import MotionConfig
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.media.audio import write_wav
from talkinghead.models import checkpoint
from talkinghead.pipeline import Animator
from talkinghead.speech.speaking_styles import SpeakingStyle, read_styles, user_file, write_styles
from talkinghead.types import FaceShape, Waveform


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """No style of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def ckpt(tiny_ckpt, tmp_path_factory):
    """Tiny weights, and two styles beside them."""
    folder = tmp_path_factory.mktemp("styled")
    shutil.copytree(tiny_ckpt, folder, dirs_exist_ok=True)
    axes = np.eye(256, dtype=np.float32)
    styles = [SpeakingStyle("calm", axes[0], "t-1"), SpeakingStyle("lively", axes[1], "t-2")]
    write_styles(styles, folder / "styles.safetensors")
    return folder


def refused(result, *named):
    status, out, err = result
    assert (status, out, len(err)) == (2, "", 1), err
    for part in named:
        assert part in err[0]


def test_a_saved_style_gives_the_motion_of_its_recording_and_the_same_each_time(
    cli, voice, voice_file, ckpt
):
    status, out, _ = cli("styles", "save", "rosa", voice_file, "--ckpt", ckpt)
    assert (status, out.strip()) == (0, str(user_file()))
    animator = Animator(ckpt=ckpt, device="cpu")
    named, heard = animator.speaking_style("rosa"), animator.speaking_style(voice_file)
    np.testing.assert_array_equal(named, heard)

    features = animator.extract_features(voice)
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))

    def pose(speaker, seed):
        told = type(features)(**{**vars(features), "speaker_embedding": speaker})
        return animator.predict_motion(told, face, MotionConfig(seed=seed)).pose

    np.testing.assert_array_equal(pose(named, 3), pose(heard, 3))
    assert not np.array_equal(pose(named, 3), pose(named, 4))
    assert not np.array_equal(pose(named, 3), pose(animator.speaking_style("calm"), 3))


def test_the_users_styles_are_listed_first_measured_and_removed(cli, ckpt):
    write_styles([SpeakingStyle("rosa", np.eye(256, dtype=np.float32)[2])], user_file())
    assert cli("styles", "measure", "--ckpt", ckpt)[0] == 0
    _, out, _ = cli("styles", "--ckpt", ckpt)
    rows = [line.split() for line in out.splitlines()]
    assert [row[0] for row in rows[2:5]] == ["rosa", "calm", "lively"]
    assert float(rows[2][1]) > 0
    assert rows[3][1] == "-"  # nobody measured it with these weights
    _, out, _ = cli("styles", "--json", "--ckpt", ckpt)
    assert set(json.loads(out)) == {"rosa", "calm", "lively"}
    assert cli("styles", "remove", "rosa")[0] == 0
    assert not user_file().exists()
    refused(cli("styles", "remove", "rosa"), "rosa", "none")


def test_an_existing_file_goes_before_a_name(ckpt, voice, voice_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    animator = Animator(ckpt=ckpt, device="cpu")
    before = animator.speaking_style("calm")
    write_wav(voice, tmp_path / "c.wav")
    (tmp_path / "c.wav").rename("calm")
    after = animator.speaking_style("calm")
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(after, animator.speaking_style(voice_file))


@pytest.mark.parametrize("command", [("photo", "astronaut"), ("cartoon", "wilk"), ("plot", "none")])
def test_an_unknown_style_lists_those_there_are(cli, voice_file, ckpt, tmp_path, command):
    words = (*command, voice_file, "-o", tmp_path / "o.mp4", "--ckpt", ckpt)
    refused(cli(*words, "--style-from", "clam"), "'clam'", "calm, lively, t-1, t-2")


def test_a_plot_shows_the_requested_style(cli, voice, ckpt, tmp_path):
    short = tmp_path / "short.wav"
    write_wav(Waveform(voice.samples[:16_000], voice.rate), short)
    drawn = {}
    for style in ("calm", "t-1", "lively"):
        words = ("plot", "none", short, "-o", tmp_path / style, "--ckpt", ckpt)
        assert cli(*words, "--style-from", style)[0] == 0
        drawn[style] = (tmp_path / style / "track.png").read_bytes()
    assert drawn["calm"] == drawn["t-1"]
    assert drawn["calm"] != drawn["lively"]


def test_makeittalks_flag_takes_names_and_refuses_unknown_ones(ckpt, voice_file, tmp_path, capsys):
    words = ["--jpg", "astronaut", "--audio", str(voice_file), "--ckpt", str(ckpt)]
    words += ["--output_folder", str(tmp_path), "--reuse_train_emb_list", "calm", "clam"]
    assert photo_main(words) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "'clam'" in line
    assert "calm, lively" in line
    assert photo_main([*words, "--style-from", "calm"]) == 2
    assert "leave one out" in capsys.readouterr().err


@pytest.mark.parametrize(("main", "image"), [(photo_main, "astronaut"), (cartoon_main, "wilk")])
def test_makeittalks_list_makes_a_video_for_each_style(ckpt, voice, tmp_path, capsys, main, image):
    short = tmp_path / "short.wav"
    write_wav(Waveform(voice.samples[:3200], voice.rate), short)
    words = ["--jpg", image, "--audio", str(short), "--ckpt", str(ckpt), "--size", "64"]
    words += ["--output_folder", str(tmp_path / "out"), "--reuse_train_emb_list", "calm", "t-2"]
    assert main([*words, "--comb_fan_awing", "--add_audio_in"]) == 0
    out, err = capsys.readouterr()
    names = [f"{image}_short_calm.mp4", f"{image}_short_t-2.mp4"]
    assert [Path(line).name for line in out.splitlines()] == names
    assert [flag in err for flag in ("--add_audio_in", "--comb_fan_awing")] == [True, True]


def test_several_faces_take_one_style_of_makeittalks_list(ckpt, voice_file, tmp_path, capsys):
    words = ["--jpg", "astronaut", "--faces", f"0={voice_file}", "--ckpt", str(ckpt)]
    words += ["--output_folder", str(tmp_path), "--reuse_train_emb_list"]
    assert photo_main([*words, "calm", "lively"]) == 2
    assert "name one style for all" in capsys.readouterr().err
    assert photo_main([*words, "0=clam"]) == 2
    assert "'clam'" in capsys.readouterr().err


def test_silence_is_no_style(cli, ckpt, tmp_path):
    silence = tmp_path / "silence.wav"
    write_wav(Waveform(np.zeros(16_000, np.float32), 16_000), silence)
    refused(cli("styles", "save", "nobody", silence, "--ckpt", ckpt), "silence.wav", "no voice")
    assert not user_file().exists()


def test_a_bad_name_is_refused_before_any_audio_is_read(cli, tmp_path):
    refused(cli("styles", "save", "a/b", tmp_path / "none.wav"), "a/b")


def test_the_packages_styles_fit_the_encoder_and_were_measured_with_its_speaker_branch():
    styles = read_styles(checkpoint.FOLDER / "styles.safetensors").values()
    branch = checkpoint.identity(checkpoint.FOLDER / "speaker.safetensors")
    stale = [one.name for one in styles if one.speaker_branch != branch]
    assert not stale, "a new speaker branch: run 'talkinghead styles choose' again"


def test_a_style_that_hides_one_of_the_package_is_said(tmp_path):
    from talkinghead.cli.styles import _notes_on_name

    assert list(_notes_on_name("nobody", (), None)) == []
    assert "style of the package" in next(_notes_on_name("lively", (), None))
    assert "will be replaced" in next(_notes_on_name("rosa", ("rosa",), None))
