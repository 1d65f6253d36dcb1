"""Fields of requests refuse files that are missing, each with a message that names the file."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pydantic import TypeAdapter, ValidationError

from talkinghead.errors import InputError
from talkinghead.requests.animation import PhotoRequest
from talkinghead.requests.input_types import (
    Audio,
    AudioPerFace,
    Background,
    Image,
    InputFile,
    OptionalAudio,
    PoseVideoPerFace,
)

SINGLE = [Audio, Background, Image, InputFile, OptionalAudio]


@pytest.mark.parametrize("kind", SINGLE)
def test_a_missing_file_is_refused_and_one_that_exists_kept(kind, voice_file):
    adapter = TypeAdapter(kind)
    assert str(adapter.validate_python(voice_file)) == str(voice_file)
    with pytest.raises(ValidationError, match="no such file"):
        adapter.validate_python("none.wav")


@pytest.mark.parametrize("kind", [Background, InputFile, OptionalAudio, PoseVideoPerFace])
def test_an_optional_file_may_be_absent(kind):
    assert TypeAdapter(kind).validate_python(None) is None


@pytest.mark.parametrize("kind", [AudioPerFace, PoseVideoPerFace])
def test_the_file_of_every_face_is_checked(kind, voice_file):
    adapter = TypeAdapter(kind)
    files = {"0": str(voice_file), "2": str(voice_file)}
    assert adapter.validate_python(files) == {0: voice_file, 2: voice_file}
    with pytest.raises(ValidationError, match="no such file"):
        adapter.validate_python(files | {"1": "none.wav"})


def test_a_picture_may_be_a_demo_portrait():
    assert TypeAdapter(Image).validate_python("astronaut") == "astronaut"
    assert TypeAdapter(Image).validate_python(Path("astronaut")) == "astronaut"


@pytest.mark.parametrize("value", [None, b"bytes", np.zeros((99, 9)), PIL.Image.new("L", (9, 9))])
def test_a_picture_in_memory_is_refused_in_one_line(value):
    with pytest.raises(InputError, match=r"path of a picture.*Animator") as caught:
        PhotoRequest(photo=value)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="must be") as caught:
        PhotoRequest(photo="astronaut", audio=np.zeros((99, 9)))
    assert "\n" not in str(caught.value)
