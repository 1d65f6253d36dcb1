"""A request for a dubbed video is checked before anything is tracked."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkinghead.errors import InputError, OutputError
from talkinghead.requests.animation import PhotoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.validation import FieldErrors
from tests.dub.videos import write_test_video


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    frames = [np.full((48, 64, 3), 60, np.uint8)] * 3
    return write_test_video(tmp_path_factory.mktemp("video") / "interview.mp4", frames)


def test_the_output_is_named_after_video_and_recording(video, voice_file):
    request = DubRequest(video=video, audio=voice_file)
    assert request.target == Path("interview_voice.mp4")
    assert request.speech == [(None, voice_file)]
    assert request.photo is None
    assert request.extend == "pingpong"


def test_several_people_have_a_recording_each(video, voice_file):
    request = DubRequest.from_fields({"video": video, "faces": f"0={voice_file} 2={voice_file}"})
    assert request.speech == [(0, voice_file), (2, voice_file)]
    assert request.target.name == "interview_faces.mp4"
    for other in ({"audio": voice_file}, {"face": 1}, {"face_like": voice_file}):
        with pytest.raises(FieldErrors, match="leave"):
            DubRequest.from_fields({"video": video, "faces": f"0={voice_file}", **other})


def test_what_contradicts_itself_or_is_missing_is_refused(video, voice_file, tmp_path):
    with pytest.raises(FieldErrors, match="audio"):
        DubRequest.from_fields({"video": video})
    with pytest.raises(FieldErrors, match="exclude each other"):
        DubRequest.from_fields(
            {"video": video, "audio": voice_file, "face": 0, "face_like": voice_file}
        )
    with pytest.raises(InputError, match=r"gone\.mp4"):
        DubRequest(video=tmp_path / "gone.mp4", audio=voice_file)
    with pytest.raises(OutputError, match=r"\.mp4, \.mov, \.mkv, \.webm"):
        DubRequest(video=video, audio=voice_file, output=tmp_path / "out.gif")
    with pytest.raises(OutputError, match="replace"):
        DubRequest(video=video, audio=voice_file, output=video)


def test_a_picture_becomes_a_request_for_a_photo(voice_file, tmp_path):
    picture = tmp_path / "face.png"
    Image.new("RGB", (64, 64)).save(picture)
    request = DubRequest(video=picture, audio=voice_file, output="a.gif", face=1)
    assert request.photo == PhotoRequest(
        photo=str(picture), audio=voice_file, output="a.gif", face=1
    )
    assert DubRequest(video="astronaut", audio=voice_file).photo is not None


def test_a_moving_picture_is_a_video(voice_file, tmp_path):
    path = tmp_path / "moving.gif"
    frames = [Image.new("L", (64, 64), 40 * i) for i in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert DubRequest(video=path, audio=voice_file).photo is None
