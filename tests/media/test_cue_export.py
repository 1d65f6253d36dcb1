"""Standard parsers read the exported cues, and every format contains the same cues."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.cue_export import (
    PRESTON_BLAIR,
    format_csv,
    format_json,
    format_moho,
    format_tsv,
    format_xml,
)
from talkinghead.types import MOUTH_SHAPES, MouthCue

CUES = [MouthCue("X", 0, 0.05), MouthCue("D", 0.05, 0.27), MouthCue("B", 0.27, 0.4789)]
TIMED = [(0.0, 0.05, "X"), (0.05, 0.27, "D"), (0.27, 0.47, "B")]
AUDIO = Path('a "quoted" & <odd> näme.wav')


def test_tsv_ends_with_the_idle_mouth_at_the_end_of_the_audio():
    rows = [line.split("\t") for line in format_tsv(CUES).splitlines()]
    assert rows == [["0.00", "X"], ["0.05", "D"], ["0.27", "B"], ["0.47", "X"]]
    assert format_tsv(CUES, "A").endswith("0.47\tA\n")


def test_json_contains_the_audio_file_and_the_cues():
    parsed = json.loads(format_json(CUES, AUDIO))
    assert parsed["metadata"] == {"soundFile": str(AUDIO.absolute()), "duration": 0.47}
    assert [(c["start"], c["end"], c["value"]) for c in parsed["mouthCues"]] == TIMED


def test_xml_contains_the_same_cues():
    root = ElementTree.fromstring(format_xml(CUES, AUDIO).encode())
    assert root.tag == "rhubarbResult"
    assert root.findtext("metadata/soundFile") == str(AUDIO.absolute())
    assert root.findtext("metadata/duration") == "0.47"
    cues = root.findall("mouthCues/mouthCue")
    assert [(float(c.attrib["start"]), float(c.attrib["end"]), c.text) for c in cues] == TIMED


@pytest.mark.parametrize(
    ("preston_blair", "names"), [(False, "XDBX"), (True, ["rest", "AI", "etc", "rest"])]
)
def test_moho_frames_count_from_one_and_end_with_the_idle_mouth(preston_blair, names):
    first, *rows = format_moho(
        [(0, "X"), (1, "D"), (6, "B")], 11, preston_blair=preston_blair
    ).splitlines()
    assert first == "MohoSwitch1"
    assert [row.split() for row in rows] == [
        [str(at), name] for at, name in zip((1, 2, 7, 12), names, strict=True)
    ]


def test_every_shape_has_a_preston_blair_name_of_its_own():
    assert len(set(PRESTON_BLAIR.values())) == len(MOUTH_SHAPES)


def test_csv_has_a_column_for_each_shape(rng):
    weights = rng.dirichlet(np.ones(3), size=4)
    rows = list(csv.DictReader(io.StringIO(format_csv(weights, "ABX", 25))))
    assert [float(row["seconds"]) for row in rows] == [0, 0.04, 0.08, 0.12]
    parsed = [[float(row[s]) for s in "ABX"] for row in rows]
    np.testing.assert_allclose(parsed, weights, atol=5e-4)


@pytest.mark.parametrize(
    "fields", [("A B", 0, 1), ("", 0, 1), ("A", 1, 1), ("A", -1, 1), ("A", 0, np.nan)]
)
def test_invalid_cues_are_refused(fields):
    with pytest.raises(InputError):
        MouthCue(*fields)
