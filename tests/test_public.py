"""The public names are exactly the documented ones, and are imported on first use."""

import subprocess
import sys

import pytest

import talkinghead
from talkinghead.config import MotionConfig, RenderConfig

PUBLIC = {
    "Animator",
    "CartoonRequest",
    "Clip",
    "DubRequest",
    "FaceTrack",
    "LandmarkTrack",
    "MotionConfig",
    "PhotoRequest",
    "Portrait",
    "Puppet",
    "RenderConfig",
    "SceneRequest",
    "Subject",
    "TalkingHeadError",
    "Waveform",
    "__version__",
    "blendshape_weights",
    "cut_audio_sequence",
    "get_audio_feature_extractor",
    "list_puppets",
    "load_puppet",
    "read_audio",
    "read_image",
    "render_video",
    "synthesize_speech",
    "write_image",
    "write_video",
}


def test_public_names_are_exact():
    assert set(talkinghead.__all__) == PUBLIC
    assert len(talkinghead.__all__) == len(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_can_be_imported(name):
    assert getattr(talkinghead, name) is not None
    assert name in dir(talkinghead)


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = talkinghead.nothing


@pytest.mark.parametrize(("old", "new"), [("Style", MotionConfig), ("Output", RenderConfig)])
def test_old_names_work_with_a_warning(old, new):
    with pytest.warns(DeprecationWarning, match=f"talkinghead.{old} is now {new.__name__}"):
        assert getattr(talkinghead, old) is new
    assert old not in dir(talkinghead)


def test_importing_the_package_loads_no_library():
    code = "import sys, talkinghead; sys.exit('numpy' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
