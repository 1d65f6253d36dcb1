"""Help is complete, states the defaults, and comes at once."""

import subprocess
import sys
from dataclasses import fields

import pytest

from talkinghead.app.cli import COMMANDS
from talkinghead.app.makeittalk import cartoon_main, photo_main
from talkinghead.app.options import DETECTORS, HELP, MODES
from talkinghead.config import Output, Style
from talkinghead.face.detect import DETECTORS as FINDERS
from talkinghead.media.samples import PORTRAITS

REPORTING = ("--progress", "--quiet")
STYLE = tuple(f"--{field.name}" for field in fields(Style))
OUTPUT = tuple(f"--{field.name}" for field in fields(Output))


def test_help_of_the_command_names_every_sub_command(cli):
    status, out, err = cli("--help")
    assert (status, err) == (0, [])
    assert all(name in out and summary in out for name, (_, _, summary) in COMMANDS.items())


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("photo", (*STYLE, *OUTPUT, *REPORTING, "--face", "--detector", "--device", "--ckpt")),
        ("cartoon", (*STYLE, *OUTPUT, *REPORTING, "--background", "--device", "--ckpt")),
        ("plot", (*STYLE, *REPORTING, "--puppet", "--output")),
        ("motion", (*STYLE, *REPORTING, "--fps", "--puppet", "--output", "--pose-from")),
        ("cues", (*REPORTING, "--output", "--extended-shapes", "--datFrameRate", "--fps")),
        ("evaluate motion", (*REPORTING, "--json", "--out")),
        ("evaluate render", (*REPORTING, "--json", "--out", "--max-frames")),
        ("evaluate voice", (*REPORTING, "--json", "--out", "--split", "--confusion", "--pairs")),
        ("compare", (*REPORTING, "--output", "--video")),
        ("preprocess clips", (*REPORTING, "--workers")),
        ("train content", ("--data", "--out", "--run", "--steps", "--batch", "--rate", "--seed")),
        ("puppet list", ()),
    ],
)
def test_help_of_a_sub_command_names_its_options(cli, command, options):
    status, out, err = cli(*command.split(), "--help")
    assert (status, err) == (0, [])
    assert [option for option in options if option not in out] == []


def test_help_states_every_default_of_the_style(cli):
    _, out, _ = cli("photo", "--help")
    flat = " ".join(out.split())
    for field in (*fields(Style), *fields(Output)):
        if field.default not in (None, ()) and field.type is not bool:
            assert f"{HELP_OF[field.name]} (default: {field.default})" in flat


HELP_OF = HELP[Style] | HELP[Output]


def test_every_field_of_style_and_output_has_help():
    assert set(HELP_OF) == {field.name for cls in (Style, Output) for field in fields(cls)}


def test_names_said_in_the_help_are_those_of_the_library(cli):
    _, out, _ = cli("photo", "--help")
    assert set(DETECTORS) == set(FINDERS)
    assert all(name in out for name in (*PORTRAITS, *MODES))


@pytest.mark.parametrize("main", [photo_main, cartoon_main])
def test_makeittalks_commands_have_help(main, capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"--{name}" in out for name in ("jpg", "audio", "amp_lip_x", "output_folder"))


def test_both_spellings_are_taken(cli):
    status, _, err = cli("photo", "nobody.jpg", "x.wav", "--amp_lip_x", 1, "--amp-lip-x", 1)
    assert status == 2
    assert "nobody.jpg" in err[0]


def test_help_needs_none_of_the_heavy_libraries():
    code = (
        "import sys; from talkinghead.app.cli import main; main(['photo', '--help']);"
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
