"""Fields of a puppet's record: what is accepted, and errors that name file and field."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from talkinghead.errors import PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.puppet.schema import (
    parse_border,
    parse_canvas,
    parse_gain,
    parse_name,
    parse_text,
    parse_triangles,
    read_points,
    read_record,
)

RECORD = Path("rosa/puppet.yaml")
VALID = {"format": 1, "name": "rosa", "licence": "CC0-1.0", "canvas": [64, 48], "layers": {},
         "points": {}}  # fmt: skip


def refused(field: str, call, *args) -> None:
    with pytest.raises(PuppetError, match=rf"puppet\.yaml: field '{field}'"):
        call(*args)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "puppet.yaml"


def test_a_record_has_all_required_fields_and_no_unknown_one(record: Path) -> None:
    record.write_text(yaml.safe_dump(VALID))
    assert read_record(record) == VALID
    for field in VALID:
        record.write_text(yaml.safe_dump({k: v for k, v in VALID.items() if k != field}))
        refused(field, read_record, record)
    record.write_text(yaml.safe_dump(VALID | {"colour": "red"}))
    refused("colour", read_record, record)
    record.write_text(yaml.safe_dump(VALID | {"format": 2}))
    refused("format", read_record, record)


@pytest.mark.parametrize("text", ["name: [", "- 1", "drawn: 2024-01-99"])
def test_a_record_that_is_no_mapping_is_refused(record: Path, text: str) -> None:
    record.write_text(text)
    with pytest.raises(PuppetError, match=r"puppet\.yaml: "):
        read_record(record)


def test_a_name_is_one_line_that_can_be_a_file_name() -> None:
    assert parse_name(RECORD, " rosa ") == "rosa"
    assert parse_text(RECORD, "title", 7) == "7"
    for name in ("", "a\nb", None, [1], ".rosa", "a/b", "a:b", "a|b"):
        refused("name", parse_name, RECORD, name)


def test_sizes_and_gains_are_pairs_in_their_range() -> None:
    assert parse_canvas(RECORD, [64, 48]) == (64, 48)
    for canvas in ([64], [64, 8], [64.0, 64], "64x64"):
        refused("canvas", parse_canvas, RECORD, canvas)
    assert parse_gain(RECORD, [1, 2.5]) == [1, 2.5]
    for gain in ([1], [0, 1], [1, 11], ["1", 1], 1):
        refused("mouth_gain", parse_gain, RECORD, gain)


def test_triangles_refer_to_points_that_exist() -> None:
    assert parse_triangles(RECORD, "delaunay", 70) is None
    assert parse_triangles(RECORD, [[0, 1, 69]], 70).tolist() == [[0, 1, 69]]
    for triangles in ([[0, 1, 70]], [[-1, 0, 1]], [[0, 1]], [], "guess", None):
        refused("triangles", parse_triangles, RECORD, triangles, 70)


def test_a_border_has_three_finite_points_or_more() -> None:
    assert parse_border(RECORD, [[0, 0], [9, 0], [9, 9]]) == [[0, 0], [9, 0], [9, 9]]
    for border in ([[0, 0], [9, 0]], [[0, 0], [9, 0], [9, float("nan")]], [[0, 0, 0]] * 3, "all"):
        refused("points.border", parse_border, RECORD, border)


def test_landmarks_come_from_a_list_a_file_or_the_other_pose(record: Path) -> None:
    points = np.arange(2.0 * COUNT).reshape(COUNT, 2)
    rows = "\r\n".join(f"{x},{y}" for x, y in points)
    (record.parent / "closed.csv").write_text(rows, encoding="utf-8-sig")
    for value in (points.tolist(), "closed.csv"):
        fields = {"layout": "ibug68", "closed": value}
        np.testing.assert_array_equal(read_points(record, fields, "closed", None), points)
        copied = read_points(record, fields, "open", points)
        np.testing.assert_array_equal(copied, points)
        assert copied is not points
    refused("points.open", read_points, record, {"layout": "ibug68"}, "open", None)
    refused("points.ajar", read_points, record, {"layout": "ibug68", "ajar": []}, "open", None)
    refused("points.layout", read_points, record, {"layout": "dlib5"}, "open", None)
