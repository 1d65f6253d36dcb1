"""Scenes, several faces, crops and transparent videos from the command line."""

import av
import pytest

from talkinghead.media.audio import read_audio
from talkinghead.media.video_reader import probe_video

SAID = ("--faces", "0={voice}")


def test_a_scene_becomes_a_video(cli, voice_file, tiny_ckpt, tmp_path):
    scene, out = tmp_path / "scene.yaml", tmp_path / "out.webm"
    scene.write_text(
        "{format: 1, canvas: [128, 72], end: 0, actors: {wolf: {puppet: wilk, at: [0.25, 0.5]},"
        " twin: {puppet: wilk, at: [0.8, 0.5]}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    status, printed, err = cli("scene", scene, "-o", out, "--fps", 10, "--ckpt", tiny_ckpt)
    assert (status, printed, err) == (0, f"{out}\n", [])
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (128, 72)
        assert stream.metadata["alpha_mode"] == "1"  # no background was named
        assert len(list(container.decode(stream))) == 20
    assert read_audio(out).seconds == pytest.approx(2, abs=0.02)


def test_a_former_name_in_the_file_is_noted_before_the_networks_are_loaded(
    cli, voice_file, tmp_path
):
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        "{format: 1, canvas: [64, 64], actors: {wolf: {puppet: wilk, style: {still: true}}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    status, _, err = cli("scene", scene, "-o", tmp_path / "o.mp4", "--ckpt", tmp_path)
    assert (status, len(err)) == (2, 2)
    assert err[0].endswith(f"{scene}: 'style' of wolf is now called 'motion'; rename it")


@pytest.mark.parametrize("key", ["style_from: nobody", "pose_from: '{voice}'"])
def test_a_transfer_that_fails_names_the_actors_field(cli, voice_file, tiny_ckpt, tmp_path, key):
    scene = tmp_path / "scene.yaml"
    more = key.format(voice=voice_file)
    scene.write_text(
        f"{{format: 1, canvas: [64, 64], actors: {{wolf: {{puppet: wilk, height: 0.5, {more}}}}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    status, _, err = cli("scene", scene, "-o", tmp_path / "o.mp4", "--ckpt", tiny_ckpt)
    assert (status, len(err)) == (2, 1)
    assert f"'actors.wolf.{key.split(':')[0]}'" in err[0]


def test_several_faces_take_the_options_of_one_face(cli, short_file, tiny_ckpt, tmp_path):
    out = tmp_path / "out.mp4"
    words = ("photo", "astronaut", "--faces", f"0={short_file}", "-o", out, "--ckpt", tiny_ckpt)
    more = ("--style-from", f"0={short_file}", "--crop", "--side-by-side", "--size", 64)
    assert cli(*words, *more) == (0, f"{out}\n", [])
    assert probe_video(out).size == (128, 64)


def test_a_crop_is_a_square_of_the_requested_size(cli, short_file, tiny_ckpt, tmp_path):
    for kind, who in (("photo", "astronaut"), ("cartoon", "wilk")):
        out = tmp_path / f"{kind}.mp4"
        words = (kind, who, short_file, "-o", out, "--crop", "--size", 96, "--ckpt", tiny_ckpt)
        assert cli(*words)[0] == 0
        assert probe_video(out).size == (96, 96)


def test_a_puppet_leaves_its_background_out_where_it_can(cli, short_file, tiny_ckpt, tmp_path):
    words = ("cartoon", "wilk", short_file, "--size", 64, "--ckpt", tiny_ckpt)
    pixels = {}
    for name, more in (("a.webm", ()), ("b.mov", ("--transparent",)), ("c.mov", ())):
        assert cli(*words, "-o", tmp_path / name, *more)[0] == 0
        with av.open(str(tmp_path / name)) as container:
            stream = container.streams.video[0]
            pixels[name] = stream.metadata.get("alpha_mode") or stream.codec_context.pix_fmt[:4]
    assert pixels == {"a.webm": "1", "b.mov": "yuva", "c.mov": "yuv4"}
    assert cli(*words, "-o", f"{tmp_path}/pictures/")[0] == 0
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names[0] == "000001.png"
    assert names[-1] == "sound.wav"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("photo", "astronaut"), "AUDIO"),
        (("photo", "astronaut", "--faces", "0"), "'0'"),
        (("photo", "astronaut", "--faces", "0=a.wav 0=b.wav"), "0=b.wav"),
        (("photo", "astronaut", "{voice}", *SAID), "AUDIO"),
        (("photo", "astronaut", "--faces", "0=no.wav"), "no.wav"),
        (("photo", "astronaut", "--faces", "0=my own.wav 1=b.wav"), "my own.wav"),
        (("photo", "astronaut", *SAID, "--style-from", "1=calm"), "face 1"),
        (("photo", "astronaut", *SAID, "--style-from", "0=calm 0=calm"), "each face once"),
        (("photo", "astronaut", *SAID, "--style-from", "0=clam"), "'clam'"),
        (("photo", "astronaut", *SAID, "--style-from", "clam"), "'clam'"),
        (("photo", "astronaut", *SAID, "--pose-from", "0=no.mp4"), "no.mp4"),
        (("photo", "astronaut", *SAID, "--pose-from", "0="), "video"),
        (("cartoon", "wilk", "{voice}", "--transparent", "-o", "a.mp4"), "transparency"),
        (("cartoon", "wilk", "{voice}", "-o", "a.png"), "%06d.png"),
        (("scene", "no.yaml"), "no.yaml"),
    ],
)
def test_options_that_exclude_each_other_are_refused_in_one_line(
    cli, voice_file, tiny_ckpt, tmp_path, monkeypatch, words, named
):
    monkeypatch.chdir(tmp_path)
    filled = [word.format(voice=voice_file) for word in words]
    status, _, err = cli(*filled, "--ckpt", tiny_ckpt)
    assert status == 2
    assert len(err) == 1
    assert named in err[0]
