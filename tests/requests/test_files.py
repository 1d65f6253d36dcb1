"""Files are checked before the work: inputs can be read, outputs written without any loss."""

from pathlib import Path

import pytest

from talkinghead.errors import AudioError, ImageError, OutputError
from talkinghead.requests.files import (
    check_audio,
    check_image,
    check_image_output,
    check_output,
    check_output_folder,
    check_video_output,
    check_weights_output,
    default_output,
    free_path,
    is_demo_portrait,
    notes_on_replacing,
)


def test_inputs_are_files_with_content_or_demo_portraits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_demo_portrait("astronaut")
    assert check_image("astronaut") == "astronaut"
    (tmp_path / "astronaut").touch()
    assert not is_demo_portrait("astronaut")
    with pytest.raises(ImageError, match="empty"):
        check_image("astronaut")
    with pytest.raises(AudioError, match="is a folder"):
        check_audio(tmp_path)


def test_outputs_replace_no_input_and_leave_nothing_behind(tmp_path):
    source = tmp_path / "a.wav"
    source.write_text("kept")
    with pytest.raises(OutputError, match="would replace"):
        check_output(source, None, "a name", source)
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path)
    with pytest.raises(OutputError, match="cannot be written"):
        check_output_folder(source / "b", source / "b" / "c.mp4")
    check_output(tmp_path / "new" / "b.wav", source)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_outputs_have_the_suffix_of_a_format(tmp_path):
    for check in (check_image_output, check_video_output, check_weights_output):
        with pytest.raises(OutputError, match=r"\.xyz"):
            check(tmp_path / "a.xyz")
    with pytest.raises(OutputError, match="at most 50"):
        check_video_output(tmp_path / "a.gif", fps=60)


def test_an_output_is_named_after_picture_and_recording(tmp_path):
    assert (
        default_output("x/face.jpg", "speech.wav", folder=tmp_path) == tmp_path / "face_speech.mp4"
    )


def test_a_default_name_that_is_too_long_is_cut_and_different_names_stay_different(tmp_path):
    names = [f"{'ä' * 120}{end}" for end in "xy"]
    outputs = [default_output(name, "b" * 250, folder=tmp_path, suffix=".mp4") for name in names]
    assert outputs[0] != outputs[1]
    for output in outputs:
        output.touch()
        assert output.suffix == ".mp4"
    assert free_path(outputs[0]).name != outputs[0].name
    free_path(outputs[0]).touch()


@pytest.mark.parametrize("target", ["file:///x", "http://x/y.mp4", "s3://bucket/a.mp4", "", "."])
def test_an_address_or_an_empty_name_is_no_output(tmp_path, monkeypatch, target):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match=r"is an address|empty name"):
        check_output(Path(target))
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_not_taken_is_numbered_from_2(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_path(Path("a.mp4")) == Path("a.mp4")
    for number in (2, 3):
        free_path(Path("a.mp4")).touch()
        assert free_path(Path("a.mp4")) == Path(f"a-{number}.mp4")
    Path("link.mp4").symlink_to("nothing")  # would be written through
    assert free_path(Path("link.mp4")) == Path("link-2.mp4")


def test_a_frame_sequence_is_numbered_by_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_path(Path("f/%06d.png")) == Path("f/%06d.png")
    Path("f").mkdir()
    Path("f/other.png").touch()
    assert free_path(Path("f/%06d.png")) == Path("f/%06d.png")
    Path("f/000001.png").touch()
    assert free_path(Path("f/%06d.png")) == Path("f-2/%06d.png")
    Path("000001.png").touch()
    assert free_path(Path("%06d.png")) == Path("2_%06d.png")


def test_what_is_replaced_is_said(tmp_path):
    old, new = tmp_path / "old.mp4", tmp_path / "new.mp4"
    old.touch()
    assert notes_on_replacing(old, new) == (f"{old}: exists and will be replaced",)
    assert "--no-clobber" in notes_on_replacing(old, option=True)[0]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("wilk", "cartoon wilk"),
        ("wilk.png", "cartoon wilk"),
        ("wlik", "puppet wilk"),
        ("astronout", "demo portrait astronaut"),
        ("grace-hopper", "demo portrait grace_hopper"),
        ("none", "'motion' and 'plot'"),
        ("https://host/face.jpg", "is an address"),
        ("file:///face.jpg", "is an address"),
        ("faec.jpg", "did you mean face.jpg"),
        ("FACE.JPG", "did you mean face.jpg"),
        ("pictuers/her.png", "did you mean pictures/her.png"),
        ("zzz.qqq", "check the path"),
    ],
)
def test_a_picture_that_does_not_exist_is_answered_with_what_was_meant(
    tmp_path, monkeypatch, name, advice
):
    monkeypatch.chdir(tmp_path)
    Path("face.jpg").touch()
    Path("pictures").mkdir()
    Path("pictures/her.png").touch()
    with pytest.raises(ImageError, match=advice):
        check_image(name)


def test_a_recording_of_the_examples_is_named_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AudioError, match=r"did you mean .*examples.hello_slt\.wav"):
        check_audio("hello_slt.wav")
