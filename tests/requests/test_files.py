"""Files are checked before the work: inputs can be read, outputs written without any loss."""

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
    is_demo_portrait,
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
    assert default_output("x/face.jpg", "speech.wav", tmp_path) == tmp_path / "face_speech.mp4"
