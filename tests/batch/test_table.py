"""The table of a batch: equal rows from CSV, JSON lines and YAML, and errors with their place."""

import json

import pytest

from talkinghead.batch.table import read_table
from talkinghead.errors import InputError

ROWS = [
    {"photo": "a b.png", "amp_lip_y": "1", "output": "a.mp4"},
    {"puppet": "wilk", "output": "b.mp4"},
]
TEXTS = {
    "jobs.csv": "\ufeffphoto, puppet,amp-lip-y,output\na b.png,,1,a.mp4\n,wilk , ,b.mp4\n",
    "jobs.jsonl": "\n\n".join(map(json.dumps, ROWS)),
    "jobs.yaml": json.dumps(ROWS),
}


@pytest.mark.parametrize("name", TEXTS)
def test_rows_are_the_same_in_every_format(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXTS[name], encoding="utf-8")
    table = read_table(path)
    assert [row.fields for row in table] == ROWS
    assert [row.place for row in table] == [f"{path}: job 1", f"{path}: job 2"]


def test_values_keep_their_types_and_empty_fields_are_left_out(tmp_path):
    path = tmp_path / "jobs.yaml"
    path.write_text("- {still: false, yaw: [0, 10], size: null, blink: 0, photo: ''}")
    [row] = read_table(path)
    assert row.fields == {"still": False, "yaw": [0, 10], "blink": 0}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("jobs.csv", "photo,photo\na,b\n", "two columns are named 'photo'"),
        ("jobs.csv", "photo\na\nb,c\n", "job 2: has more cells than the header"),
        ("jobs.csv", "photo\n", "holds no jobs"),
        ("jobs.jsonl", '{"photo": "a.png"}\n{oops\n', "line 2"),
        ("jobs.jsonl", "3\n", "job 1: must hold fields"),
        ("jobs.yaml", "photo: a.png\n", "must be a list"),
        ("jobs.txt", "photo\n", "unknown suffix '.txt'"),
    ],
)
def test_an_error_names_file_and_place_in_one_line(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_table(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
