"""Requests for motion and plots take a picture, a puppet or the mean face, and check the rest."""

from pathlib import Path

import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.requests.track import MotionRequest, PlotRequest


def test_who_moves_is_a_picture_a_puppet_or_the_mean_face(voice_file, tmp_path):
    def request(**who):
        return PlotRequest(audio=voice_file, output=tmp_path, **who)

    assert request(image="astronaut", face=0).picture == "astronaut"
    assert request(image="none").picture is None
    assert request(puppet="wilk").picture is None
    with pytest.raises(InputError, match="image is missing"):
        request()
    with pytest.raises(InputError, match="image and puppet exclude each other; leave one out"):
        request(image="astronaut", puppet="wilk")
    with pytest.raises(InputError, match="face chooses"):
        request(image="none", face=0)
    with pytest.raises(InputError, match="nosuch"):
        request(puppet="nosuch")


def test_outputs_have_a_known_suffix_and_replace_nothing_that_is_read(voice_file, tmp_path):
    with pytest.raises(OutputError, match=r"unknown suffix '\.txt'"):
        MotionRequest(image="none", audio=voice_file, output=tmp_path / "m.txt")
    with pytest.raises(OutputError, match="would replace"):
        MotionRequest(image="none", audio=voice_file, output=voice_file)
    video = tmp_path / "landmarks.mp4"
    video.write_text("kept")
    with pytest.raises(OutputError, match="would replace"):
        PlotRequest(image="none", audio=voice_file, output=tmp_path, pose_from=video)
    request = PlotRequest(image="none", audio=voice_file, output=tmp_path)
    assert [path.name for path in request.outputs] == [
        "track.png", "landmarks.png", "landmarks.mp4",
    ]  # fmt: skip
    assert request.outputs[0].parent == Path(tmp_path)


@pytest.mark.parametrize("name", ["text.txt", "new.png"])
def test_plots_go_into_a_folder_and_not_into_a_file(voice_file, tmp_path, name):
    (tmp_path / "text.txt").touch()
    with pytest.raises(OutputError, match=rf"{name}: is a file's name.*name a folder"):
        PlotRequest(image="none", audio=voice_file, output=tmp_path / name)


def test_motion_that_exists_is_kept_and_the_new_one_numbered(voice_file, tmp_path):
    (tmp_path / "m.npz").touch()
    request = MotionRequest(image="none", audio=voice_file, output=tmp_path / "m.npz")
    assert request.target == tmp_path / "m.npz"
    assert request.replace(no_clobber=True).target == tmp_path / "m-2.npz"
