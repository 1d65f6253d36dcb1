"""A form becomes the request of the command line, and what that refuses is refused here too."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import InputError, OutputError
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.web.form_request import read_form, video_title
from talkinghead.web.job_queue import Limits
from talkinghead.web.upload import Form
from tests.dub.videos import write_test_video
from tests.web.conftest import SMALL


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"blink": 9}, "blink must lie in [0, 4], got 9"),
        ({"fps": "x"}, "fps must be a number, or a ratio as in 30000/1001, got 'x'"),
        ({"yaw": "0 --output=/x"}, "yaw must be a number, got '--output=/x'"),
        ({"output": "/elsewhere/x.mp4"}, "there is no field 'output'"),
        ({"ckpt": "/elsewhere"}, "there is no field 'ckpt'"),
        ({"credentials": "/a /b"}, "there is no field 'credentials'"),
        ({"motion": "/elsewhere/x.npz"}, "there is no field 'motion'"),
        ({"pose-from": "/elsewhere/x.mp4"}, "there is no field 'pose_from'"),
        ({"style-from": "/etc/hostname"}, "styles: "),
        ({"style_from": "0=/etc/hostname"}, "styles: "),
        ({"style_from": ("none.wav", b"")}, "none.wav: the file is empty"),
        ({"background": "/etc/hostname"}, "background: send a file"),
        ({"size": ("size.txt", b"64")}, "size: takes a text, not a file"),
        ({"transparent": "on"}, ".mp4 keeps no transparency"),
        ({"transparent": "maybe"}, "transparent must be true or false, got 'maybe'"),
        ({"format": "../x.mp4"}, "cannot be written; choose mp4"),
        ({"puppet": "../wilk"}, "unknown puppet '../wilk'"),
        ({"photo": "astronaut"}, "exclude each other"),
        ({"video": "/elsewhere/x.mp4"}, "exclude each other"),
        ({"audio": "/etc/hostname"}, "audio: send a file"),
        ({"audio": ("notes.txt", b"hello")}, "notes.txt: cannot be decoded as"),
        ({"say": "Hello"}, "audio and say exclude each other"),
        ({"voice": "de"}, "voice speaks a text; give one to say"),
        ({"audio": None, "say": "..."}, "the text to say is empty"),
        ({"audio": None, "say": "long " * 9999}, "say: would last longer than 10 minutes"),
        ({"audio": None, "say": "Hi", "voice": "/etc/x.onnx"}, "is no name of a voice"),
        ({"audio": None, "say": "Hi", "voice": "x.onnx"}, "is no name of a voice"),
        ({"audio": ("../../no.wav", b"")}, "no.wav: the file is empty"),
    ],
)
def test_a_form_that_cannot_be_rendered_is_refused_in_one_line(client, audio_part, fields, message):
    sent = {**SMALL, "audio": audio_part, **fields}
    response = client.post(**{name: value for name, value in sent.items() if value is not None})
    error = response.json()["error"]
    assert response.status_code == 422
    assert message in error
    assert "\n" not in error
    assert str(client.queue.folder) not in error
    assert client.stored_files() == []


@pytest.fixture
def read(voice_file: Path, tmp_path: Path):
    """Reads a form with these texts and files."""

    def read(files: dict[str, Path] | None = None, **texts: str):
        form = Form(texts, files or {}, {path: path.name for path in (files or {}).values()})
        return read_form(form, tmp_path, {"hello": voice_file}, Limits(), None)

    return read


def test_the_options_of_a_form_are_those_of_the_request(read, voice_file, tmp_path):
    request = read(
        photo="astronaut", audio="hello", format="webm", yaw="0 15 -10", seed="3", still="on",
        size="256",
        style_from="lively", **{"amp-lip-x": "1.5"},
    )  # fmt: skip
    assert request == PhotoRequest(
        photo="astronaut",
        audio=voice_file,
        output=tmp_path / "video.webm",
        style_from="lively",
        motion_config=MotionConfig(amp_lip_x=1.5, yaw=(0, 15, -10), seed=3, still=True),
        render_config=RenderConfig(size=256),
    )


def test_uploaded_files_are_used_where_they_were_stored(read, voice_file, tmp_path):
    image = tmp_path / "file0"
    image.write_bytes(b"an image")
    request = read({"background": image, "audio": voice_file}, puppet="wilk")
    assert isinstance(request, CartoonRequest)
    assert (request.background, request.audio, request.puppet) == (image, voice_file, "wilk")
    assert video_title(request, {voice_file: "my voice.wav"}) == "wilk_my voice"


def test_a_video_is_dubbed(read, voice_file, tmp_path):
    video = write_test_video(tmp_path / "file0.mp4", [np.full((48, 64, 3), 60, np.uint8)] * 3)
    request = read({"video": video}, audio="hello", extend="loop", keep="on", face="1")
    assert request == DubRequest(
        video=video, audio=voice_file, output=tmp_path / "video.mp4", extend="loop", keep=True,
        face=1,
    )  # fmt: skip
    assert video_title(request, {video: "interview.mp4"}) == "interview_voice"
    with pytest.raises(OutputError, match=r"\.webm"):
        read({"video": video}, audio="hello", format="gif")
    with pytest.raises(InputError, match="video: send a file"):
        read(video="/elsewhere/x.mp4", audio="hello")
    form, short = Form({"audio": "hello"}, {"video": video}, {}), Limits(max_audio=0.001)
    with pytest.raises(InputError, match=r"longer than 0\.001 minutes"):
        read_form(form, tmp_path, {"hello": voice_file}, short, None)


def test_former_names_of_fields_are_accepted(read, voice_file):
    assert read(picture="astronaut", sound="hello") == read(photo="astronaut", audio="hello")
