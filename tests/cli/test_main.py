"""The command line: complete help that states the defaults and comes at once, and the version."""

import subprocess
import sys

import pytest

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.cli.main import COMMANDS
from talkinghead.cli.options import PROGRESS_MODES
from talkinghead.config import DetectorConfig, MotionConfig, RenderConfig
from talkinghead.face.detectors import DETECTORS
from talkinghead.field_options import options_of

REPORTING = ("--progress", "--quiet")
MOTION = tuple(f"--{option.name}" for option in options_of(MotionConfig))
RENDER = tuple(f"--{option.name}" for option in options_of(RenderConfig))


def test_help_of_the_command_names_every_sub_command(cli):
    status, out, err = cli("--help")
    assert (status, err) == (0, [])
    assert all(name in out and summary in out for name, (_, _, summary) in COMMANDS.items())


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("photo", (*MOTION, *RENDER, *REPORTING, "--face", "--detector", "--device", "--ckpt")),
        ("cartoon", (*MOTION, *RENDER, *REPORTING, "--background", "--device", "--ckpt")),
        ("plot", (*MOTION, *REPORTING, "--puppet", "--output")),
        ("motion", (*MOTION, *REPORTING, "--fps", "--puppet", "--output", "--pose-from")),
        ("cues", (*REPORTING, "--output", "--extended-shapes", "--datFrameRate", "--fps")),
        ("evaluate motion", (*REPORTING, "--json", "--out")),
        ("evaluate render", (*REPORTING, "--json", "--out", "--max-frames", "--sheet")),
        ("evaluate speech", (*REPORTING, "--json", "--out", "--split", "--confusion", "--pairs")),
        ("compare", (*REPORTING, "--output", "--video")),
        ("preprocess clips", (*REPORTING, "--workers")),
        ("train content", ("--data", "--out", "--run", "--steps", "--batch", "--lr", "--seed")),
        ("puppet list", ()),
    ],
)
def test_help_of_a_sub_command_names_its_options(cli, command, options):
    status, out, err = cli(*command.split(), "--help")
    assert (status, err) == (0, [])
    assert [option for option in options if option not in out] == []


def test_help_states_every_default_of_motion_and_video(cli):
    _, out, _ = cli("photo", "--help")
    flat = " ".join(out.split())
    for option in (*options_of(MotionConfig), *options_of(RenderConfig)):
        if option.default not in (None, (), False):
            assert f"{option.help} (default: {option.default})" in flat


def test_every_field_of_motion_and_video_is_an_option_with_help():
    for cls in (MotionConfig, RenderConfig):
        assert [option.name for option in options_of(cls)] == list(cls.model_fields)
        assert all(option.help for option in options_of(cls))


def test_names_in_the_help_are_those_of_the_library(cli):
    _, out, _ = cli("photo", "--help")
    [detector] = [option for option in options_of(DetectorConfig) if option.name == "detector"]
    assert set(detector.choices) == set(DETECTORS)
    assert all(name in out for name in (*DEMO_PORTRAITS, *PROGRESS_MODES))


def test_both_spellings_are_taken(cli):
    status, _, err = cli("photo", "nobody.jpg", "x.wav", "--amp_lip_x", 1, "--amp-lip-x", 1)
    assert status == 2
    assert "nobody.jpg" in err[0]


def test_help_needs_none_of_the_heavy_libraries():
    code = (
        "import sys; from talkinghead.cli.main import main; main(['photo', '--help']);"
        "sys.exit(bool({'torch', 'cv2', 'mediapipe', 'scipy', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version_is_printed(cli):
    status, out, _ = cli("--version")
    assert status == 0
    assert out.startswith("talkinghead ")


def test_puppets_are_listed(cli):
    status, out, err = cli("puppet", "list")
    assert (status, err) == (0, [])
    assert "wilk" in out.split()
