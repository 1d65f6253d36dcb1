"""`talkinghead motion`: the motion that a video would have, as a file; mistakes in one line."""

import numpy as np
import pytest

from talkinghead.media.audio import write_wav
from talkinghead.media.image import read_image
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import RATE
from talkinghead.types import FaceTrack, LandmarkTrack, Waveform
from tests.media.synthetic import encode_tracks


def test_the_written_motion_is_the_one_that_is_rendered(
    cli, voice_file, tiny_ckpt, tmp_path, monkeypatch
):
    out = tmp_path / "wilk.npz"
    words = ("motion", "--puppet", "wilk", voice_file, "-o", out, "--fps", 12, "--seed", 3)
    status, printed, _ = cli(*words, "--ckpt", tiny_ckpt)
    assert (status, printed) == (0, f"{out}\n")
    placed: list[LandmarkTrack] = []
    monkeypatch.setattr("talkinghead.requests.run.write_video", lambda *_, **__: None)
    monkeypatch.setattr(
        "talkinghead.render.cartoon.CartoonRenderer.render",
        lambda self, track: placed.append(track),
    )
    video = ("cartoon", "wilk", voice_file, "-o", tmp_path / "o.mp4", "--fps", 12, "--seed", 3)
    assert cli(*video, "--ckpt", tiny_ckpt)[0] == 0
    with np.load(out) as stored:
        subject = Animator(ckpt=tiny_ckpt).cartoon("wilk")
        track = FaceTrack(stored["points"], stored["pose"], float(stored["fps"]))
        assert len(track) == 24
    np.testing.assert_array_equal(subject.frame.place(track).points, placed[0].points)


def test_motion_that_is_written_and_read_renders_the_same_frames(
    cli, voice_file, tiny_ckpt, tmp_path
):
    out, style = tmp_path / "m.npz", ("--seed", 3, "--fps", 5, "--ckpt", tiny_ckpt)
    assert cli("motion", "--puppet", "wilk", voice_file, "-o", out, *style)[0] == 0
    size = ("--size", 128)
    cli("cartoon", "wilk", voice_file, "-o", f"{tmp_path}/a/", *style, *size)
    back = ("--motion", out, "--seed", 9, "--fps", 5, "--ckpt", tiny_ckpt)
    cli("cartoon", "wilk", voice_file, "-o", f"{tmp_path}/b/", *back, *size)
    first, second = (sorted((tmp_path / name).glob("*.png")) for name in "ab")
    assert len(first) == len(second) == 10
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(read_image(one), read_image(other))


def test_the_audio_track_is_chosen_by_its_number(cli, voice, tiny_ckpt, tmp_path):
    silent = np.zeros_like(voice.samples)
    path = encode_tracks(tmp_path / "two.mka", [voice.samples, silent], codec="flac", default=[0])
    tracks = []
    for words in ((), ("--audio-track", 1), ("--audio-track", 2)):
        out = tmp_path / "m.npz"
        status, _, notes = cli("motion", "none", path, "-o", out, *words, "--ckpt", tiny_ckpt)
        assert status == 0
        assert ("has 2 audio tracks; number 1 is used" in str(notes)) == (not words)
        with np.load(out) as stored:
            tracks.append(stored["points"])
    np.testing.assert_array_equal(tracks[0], tracks[1])
    assert abs(tracks[2] - tracks[1]).max() > 1e-2
    status, _, message = cli("motion", "none", path, "-o", out, "--audio-track", 3)
    assert status == 2
    assert "has no audio track 3; it has 2 audio tracks" in str(message)


def test_a_still_face_with_silence_is_constant(cli, tiny_ckpt, tmp_path):
    silent, out = tmp_path / "silent.wav", tmp_path / "m.npz"
    write_wav(Waveform(np.zeros(RATE, np.float32), RATE), silent)
    still = ("--still", "--blink", 0, "--amp_brow", 0)
    assert cli("motion", "none", silent, "-o", out, *still, "--ckpt", tiny_ckpt)[0] == 0
    with np.load(out) as stored:
        mouth_and_jaw = [*range(17), *range(48, 68)]
        moved = stored["points"][:, mouth_and_jaw] - stored["rest"][mouth_and_jaw]
        assert abs(moved).max() < 1e-3
        assert not stored["pose"].any()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("none", "no.wav", "-o", "m.npz"), "no.wav"),
        (("none", "voice", "-o", "m.txt"), "m.txt"),
        (("none", "voice", "-o", "voice"), "would replace"),
        (("none", "voice", "--puppet", "wilk", "-o", "m.npz"), "--puppet"),
        (("none", "voice", "-o", "m.npz", "--fps", "0"), "fps"),
    ],
)
def test_mistakes_are_one_line(cli, voice_file, words, named):
    status, out, err = cli("motion", *(voice_file if word == "voice" else word for word in words))
    assert (status, out, len(err)) == (2, "", 1), err
    assert named in err[0]
