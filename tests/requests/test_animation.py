"""A request is the same from command line, table row and values; one that exists was checked."""

import pickle
from pathlib import Path

import pytest

from talkinghead.batch.job import read_job
from talkinghead.batch.table import Row
from talkinghead.cli.main import parser_for
from talkinghead.cli.options import read_options
from talkinghead.config import ModelConfig, MotionConfig, RenderConfig
from talkinghead.errors import InputError, OutputError
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.validation import FieldErrors


@pytest.fixture
def folder(voice_file, tmp_path, monkeypatch):
    """The current folder, with a recording."""
    (tmp_path / "say.wav").write_bytes(voice_file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def from_command_line(kind, *words):
    return read_options(kind, parser_for(words[0]).parse_args(list(words)))


def from_row(**fields):
    return read_job(Row("jobs: job 1", fields), 1, Path(), {}).request


def test_a_photo_is_the_same_from_command_line_row_and_values(folder):
    expected = PhotoRequest(
        photo="astronaut",
        audio=Path("say.wav"),
        output=Path("o/%06d.png"),
        motion_config=MotionConfig(amp_lip_x=3, yaw=(0, -15.5), still=True),
        render_config=RenderConfig(size=99),
        models=ModelConfig(fast=True),
    )
    words = ["photo", "astronaut", "say.wav", "-o", "o/", "--amp_lip_x", "3", "--yaw", "0", "-15.5"]
    words += ["--still", "--size", "99", "--fast"]
    assert from_command_line(PhotoRequest, *words) == expected
    fields = {"amp-lip-x": 3, "yaw": [0, -15.5], "still": True, "size": 99, "fast": "yes"}
    texts = {"amp_lip_x": "3", "yaw": "0 -15.5", "still": "true", "size": "99", "unfinished": "1"}
    for same in (fields, texts):
        same |= {"photo": "astronaut", "audio": "say.wav", "output": "o/"}
        assert from_row(**same) == PhotoRequest.from_fields(same) == expected


def test_a_cartoon_is_the_same_from_command_line_row_and_values(folder):
    expected = CartoonRequest(
        puppet="wilk", audio="say.wav", output="w.webm", transparent=True,
        render_config=RenderConfig(side_by_side=True, fps=12.5),
    )  # fmt: skip
    words = ["cartoon", "wilk", "say.wav", "-o", "w.webm", "--transparent", "--side-by-side"]
    assert from_command_line(CartoonRequest, *words, "--fps", "12.5") == expected
    fields = {"puppet": "wilk", "audio": "say.wav", "output": "w.webm", "fps": "12.5"}
    assert from_row(**fields, transparent=1, side_by_side="on") == expected
    assert pickle.loads(pickle.dumps(expected)) == expected


@pytest.mark.parametrize("faces", ["0=say.wav 2=my say.wav", ["0=say.wav", "2=my say.wav"],
                                   {0: "say.wav", "2": "my say.wav"}])  # fmt: skip
def test_faces_may_be_given_in_three_ways(folder, faces):
    (folder / "my say.wav").write_bytes((folder / "say.wav").read_bytes())
    request = from_row(photo="astronaut", faces=faces, output="a.mp4")
    assert request.faces == {0: Path("say.wav"), 2: Path("my say.wav")}
    assert set(request.faces.values()) < set(request.sources)
    words = ["photo", "astronaut", "-o", "a.mp4", "--faces", "0=say.wav", "2=my say.wav"]
    assert from_command_line(PhotoRequest, *words) == request


def test_faces_have_each_a_style_of_their_own_or_all_the_same(folder):
    faces = {0: "say.wav", 2: "say.wav"}

    def styles(style):
        request = PhotoRequest.from_fields(
            {"photo": "astronaut", "faces": faces, "style_from": style}
        )
        return request.speaking_styles

    assert styles(None) == {}
    assert styles("say.wav") == {0: "say.wav", 2: "say.wav"}
    assert styles("2=say.wav") == {2: "say.wav"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"faces": "0=say.wav 0=say.wav"}, "each face once"),
        ({"faces": "say.wav"}, "'0=RECORDING 1=RECORDING'"),
        ({"faces": "0=no.wav"}, "no.wav: no such file"),
        ({"faces": "0=say.wav", "face": 1}, "leave face out"),
        ({"faces": "0=say.wav", "audio": "say.wav"}, "leave audio out"),
        ({"faces": "0=say.wav", "style_from": "1=say.wav"}, "style_from: face 1"),
        ({"audio": "say.wav", "pose_from": "0=say.wav"}, "pose_from: face 0"),
        ({}, "audio is missing; name a recording, or faces"),
        ({"audio": ["say.wav"]}, "audio must be one value"),
        ({"audio": "say.wav", "style_from": "nobody"}, "'nobody'"),
        ({"audio": "say.wav", "credentials": "one.pem"}, "credentials"),
    ],
)
def test_mistakes_are_refused_before_any_network_is_loaded(folder, fields, named):
    with pytest.raises(InputError, match=named):
        PhotoRequest.from_fields({"photo": "astronaut", **fields})


@pytest.mark.parametrize("credentials", [["a.pem", "b.pem"], "a.pem b.pem"])
def test_paths_begin_at_the_base_those_of_defaults_in_the_current_folder(folder, credentials):
    deep = folder / "deep"
    deep.mkdir()
    for name in ("deep/a.pem", "deep/b.pem", "behind.png"):
        (folder / name).write_text("-")
    (deep / "say.wav").write_bytes((folder / "say.wav").read_bytes())
    fields = {"puppet": "wilk", "audio": "say.wav", "output": "o.mp4", "credentials": credentials}
    with pytest.raises(InputError, match=r"deep/b\.pem|c2pa"):  # nobody can sign with these
        CartoonRequest.from_fields(fields, Path("deep"))
    del fields["credentials"]
    shared = {"background": "behind.png", "photo": "ignored.jpg"}
    request = CartoonRequest.from_fields(fields, Path("deep"), shared)
    assert (request.audio, request.output) == (Path("deep/say.wav"), Path("deep/o.mp4"))
    assert request.background == Path("behind.png")


def test_a_puppet_loses_its_background_on_request_or_where_the_format_expects_it(folder):
    def is_transparent(output, **more):
        return CartoonRequest(puppet="wilk", audio="say.wav", output=output, **more).is_transparent

    assert [is_transparent(name) for name in ("a.mp4", "a.webm")] == [False, True]
    assert is_transparent("a.mov", transparent=True)
    assert not is_transparent("a.webm", keep_background=True)
    with pytest.raises(OutputError, match="keeps no transparency"):
        is_transparent("a.mp4", transparent=True)


def test_every_wrong_field_is_reported_at_once(folder):
    with pytest.raises(FieldErrors) as caught:
        PhotoRequest.from_fields({"photo": "no.jpg", "audio": "no.wav", "siez": 3, "amp_pos": 99})
    assert [problem.field for problem in caught.value.problems] == [
        "photo", "audio", "siez", "amp_pos",
    ]  # fmt: skip


def test_outputs_are_named_after_the_inputs_and_replace_none_of_them(folder):
    request = CartoonRequest(puppet="wilk", audio="say.wav")
    assert request.target == Path("wilk_say.mp4")
    with pytest.raises(OutputError, match="would replace"):
        CartoonRequest(puppet="wilk", audio="say.wav", output="say.wav")


def test_an_existing_video_is_said_or_kept(folder):
    fields = {"photo": "astronaut", "audio": "say.wav"}
    first = PhotoRequest.from_fields(fields)
    assert (first.target, first.notes_on_output) == (Path("astronaut_say.mp4"), ())
    first.target.touch()
    (note,) = first.notes_on_output
    assert "astronaut_say.mp4: exists and will be replaced" in note
    second = PhotoRequest.from_fields(fields | {"no_clobber": "yes"})
    assert (second.target, second.notes_on_output) == (Path("astronaut_say-2.mp4"), ())
    second.target.touch()
    assert second.target == Path("astronaut_say-2.mp4")  # the same before and after
    assert pickle.loads(pickle.dumps(second)).target == second.target


def test_every_video_of_a_recording_takes_an_audio_track(voice_file):
    for request in (
        PhotoRequest.from_fields({"photo": "astronaut", "audio": voice_file, "audio_track": "2"}),
        CartoonRequest.from_fields({"puppet": "wilk", "audio": voice_file, "audio-track": 2}),
    ):
        assert request.audio_track == 2
    for wrong in (0, -1, "two", 1.5):
        with pytest.raises(InputError, match="audio_track"):
            CartoonRequest.from_fields(
                {"puppet": "wilk", "audio": voice_file, "audio_track": wrong}
            )


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"say": "Hi", "audio": "say.wav"}, "audio and say exclude each other"),
        ({"say": "Hi", "faces": "0=say.wav"}, "leave say out"),
        ({"say": "?!"}, "the text to say is empty"),
        ({"say": "Hi", "voice": "nobody"}, "unknown voice 'nobody'"),
        ({"audio": "say.wav", "voice": "de"}, "voice speaks a text; give one to say"),
    ],
)
def test_a_text_and_its_voice_are_checked(folder, fields, named):
    with pytest.raises(InputError, match=named):
        PhotoRequest.from_fields({"photo": "astronaut", **fields})
    if "faces" not in fields:
        with pytest.raises(InputError, match=named):
            CartoonRequest.from_fields({"puppet": "wilk", **fields})


def test_a_video_of_a_text_is_named_after_its_first_words_and_the_same_from_a_row(folder):
    request = PhotoRequest(photo="astronaut", say="Hello, my name is Pam. How are you?")
    assert request.target == Path("astronaut_Hello-my-name-is-Pam.mp4")
    words = ["photo", "astronaut", "--say", request.say]
    assert from_command_line(PhotoRequest, *words) == request
    row = from_row(photo="astronaut", say=request.say, output="a.mp4")
    assert (row.say, row.audio) == (request.say, None)
    assert request.sources == ("astronaut",)


def test_the_fingerprint_of_a_batch_knows_the_text_however_long(folder):
    def job(text):
        row = Row("jobs: job 1", {"photo": "astronaut", "say": text, "output": "a.mp4"})
        return read_job(row, 1, Path(), {})

    long = "word " * 2000  # as a path it would be an error of the system
    assert job(long).fingerprint() != job(long + "more").fingerprint()
    (folder / "say").write_text("x")
    assert job("say").fingerprint() != job("x").fingerprint()
