"""What is written is read by the standard library, and says the same in every format."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.mouth_cues import PRESTON_BLAIR, as_json, dat, table, tsv, xml
from talkinghead.types import SHAPES, MouthCue

CUES = [MouthCue("X", 0, 0.05), MouthCue("D", 0.05, 0.27), MouthCue("B", 0.27, 0.4789)]
TIMED = [(0.0, 0.05, "X"), (0.05, 0.27, "D"), (0.27, 0.47, "B")]
SOUND = Path('a "quoted" & <odd> näme.wav')


def test_tsv_ends_with_rest_at_the_end_of_the_sound():
    rows = [line.split("\t") for line in tsv(CUES).splitlines()]
    assert rows == [["0.00", "X"], ["0.05", "D"], ["0.27", "B"], ["0.47", "X"]]
    assert tsv(CUES, "A").endswith("0.47\tA\n")


def test_json_tells_the_sound_and_the_cues():
    told = json.loads(as_json(CUES, SOUND))
    assert told["metadata"] == {"soundFile": str(SOUND.absolute()), "duration": 0.47}
    assert [(c["start"], c["end"], c["value"]) for c in told["mouthCues"]] == TIMED


def test_xml_tells_the_same():
    root = ElementTree.fromstring(xml(CUES, SOUND).encode())
    assert root.tag == "rhubarbResult"
    assert root.findtext("metadata/soundFile") == str(SOUND.absolute())
    assert root.findtext("metadata/duration") == "0.47"
    cues = root.findall("mouthCues/mouthCue")
    assert [(float(c.attrib["start"]), float(c.attrib["end"]), c.text) for c in cues] == TIMED


@pytest.mark.parametrize(
    ("blair", "names"), [(False, "XDBX"), (True, ["rest", "AI", "etc", "rest"])]
)
def test_dat_counts_frames_from_one_and_ends_with_rest(blair, names):
    first, *rows = dat([(0, "X"), (1, "D"), (6, "B")], 11, blair=blair).splitlines()
    assert first == "MohoSwitch1"
    assert [row.split() for row in rows] == [
        [str(at), name] for at, name in zip((1, 2, 7, 12), names, strict=True)
    ]


def test_every_shape_has_a_preston_blair_name_of_its_own():
    assert len(set(PRESTON_BLAIR.values())) == len(SHAPES)


def test_the_table_is_a_csv_with_a_column_for_each_shape(rng):
    weights = rng.dirichlet(np.ones(3), size=4)
    rows = list(csv.DictReader(io.StringIO(table(weights, "ABX", 25))))
    assert [float(row["seconds"]) for row in rows] == [0, 0.04, 0.08, 0.12]
    got = [[float(row[s]) for s in "ABX"] for row in rows]
    np.testing.assert_allclose(got, weights, atol=5e-4)


@pytest.mark.parametrize(
    "wrong", [("Y", 0, 1), ("", 0, 1), ("AB", 0, 1), ("A", 1, 1), ("A", -1, 1), ("A", 0, np.nan)]
)
def test_nonsense_is_no_cue(wrong):
    with pytest.raises(InputError):
        MouthCue(*wrong)
