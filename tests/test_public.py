"""The public names are exactly those promised, and cost nothing until they are used."""

import subprocess
import sys

import pytest

import talkinghead

PUBLIC = {
    "Animator",
    "Clip",
    "FaceTrack",
    "LandmarkTrack",
    "Output",
    "Portrait",
    "Puppet",
    "Style",
    "Subject",
    "TalkingHeadError",
    "Waveform",
    "__version__",
    "cut_audio_sequence",
    "get_audio_feature_extractor",
    "list_puppets",
    "load_puppet",
    "read_audio",
    "read_image",
    "write_image",
    "write_video",
}


def test_public_names_are_exact():
    assert set(talkinghead.__all__) == PUBLIC
    assert len(talkinghead.__all__) == len(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there(name):
    assert getattr(talkinghead, name) is not None
    assert name in dir(talkinghead)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = talkinghead.nothing


def test_importing_the_package_loads_no_library():
    code = "import sys, talkinghead; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
