"""`talkinghead cues`: to the terminal or to a file, in each format; mistakes in one line."""

import json

import numpy as np
import pytest

from talkinghead.media.cue_export import PRESTON_BLAIR
from talkinghead.types import MouthCue


@pytest.fixture(autouse=True)
def quick_ears(monkeypatch):
    """Everybody is heard to say the same."""
    cues = [MouthCue(s, at / 4, (at + 1) / 4) for at, s in enumerate("XAGDHCEX")]
    monkeypatch.setattr(
        "talkinghead.speech.mouth_cues.MouthCueExtractor", lambda **_: lambda wave, visemes: cues
    )


def test_without_a_file_tabs_go_to_stdout(cli, voice_file):
    status, out, err = cli("cues", voice_file)
    assert (status, err) == (0, [])
    assert out.splitlines()[0] == "0.00\tX"
    assert out.splitlines()[-1] == "2.00\tX"


def test_a_recording_without_speech_is_noted(cli, voice_file, monkeypatch):
    silent = [MouthCue("X", 0.0, 2.0)]
    monkeypatch.setattr(
        "talkinghead.speech.mouth_cues.MouthCueExtractor", lambda **_: lambda wave, visemes: silent
    )
    status, _, (note,) = cli("cues", voice_file)
    assert status == 0
    assert f"no speech was heard in {voice_file}" in note


@pytest.mark.parametrize("ending", ["tsv", "json", "xml", "dat", "csv"])
def test_the_suffix_is_the_format_and_the_path_is_printed(cli, voice_file, tmp_path, ending):
    out = tmp_path / "new" / f"cues.{ending}"
    status, printed, _ = cli("cues", voice_file, "-o", out)
    assert (status, printed) == (0, f"{out}\n")
    first = {"tsv": "0.00\tX", "json": "{", "dat": "MohoSwitch1", "csv": "frame,seconds,A"}
    assert out.read_text().startswith(first.get(ending, "<?xml"))
    assert [file.name for file in out.parent.iterdir()] == [out.name]


def test_only_the_drawn_shapes_are_written(cli, voice_file, tmp_path):
    out = tmp_path / "cues.json"
    cli("cues", voice_file, "-o", out, "--extended-shapes", "g")
    assert "".join(c["value"] for c in json.loads(out.read_text())["mouthCues"]) == "AGDCEA"
    cli("cues", voice_file, "-o", tmp_path / "cues.csv", "--extendedShapes", "")
    head, *rows = (tmp_path / "cues.csv").read_text().splitlines()
    assert head == "frame,seconds,A,B,C,D,E,F"
    sums = [sum(map(float, row.split(",")[2:])) for row in rows]
    np.testing.assert_allclose(sums, 1, atol=2e-3)


def test_dat_has_its_frame_rate_and_names(cli, voice_file, tmp_path):
    out = tmp_path / "cues.dat"
    cli("cues", voice_file, "-o", out, "--datFrameRate", 12, "--datUsePrestonBlair")
    _, *rows = out.read_text().splitlines()
    assert rows[0] == "1 rest"
    assert rows[-1] == "25 rest"
    assert {row.split()[1] for row in rows} <= set(PRESTON_BLAIR.values())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("no.wav",), "no.wav"),
        (("voice", "-o", "cues.mp4"), "cues.mp4"),
        (("voice", "-o", "voice"), "would replace"),
        (("voice", "--extended-shapes", "Q"), "--extended-shapes"),
        (("voice", "--dat-frame-rate", "0"), "--dat-frame-rate"),
    ],
)
def test_mistakes_are_one_line(cli, voice_file, words, named):
    status, out, err = cli("cues", *(voice_file if word == "voice" else word for word in words))
    assert (status, out, len(err)) == (2, "", 1), err
    assert named in err[0]
