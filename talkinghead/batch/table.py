"""The table of a batch: rows of fields in CSV, JSON lines or YAML."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import require_readable

SUFFIXES = ".csv, .jsonl, .yaml"
_LINES = (".jsonl", ".ndjson")
_LISTS = (".yaml", ".yml", ".json")  # JSON is YAML


@dataclass(frozen=True)
class Row:
    """The fields of one job."""

    place: str  # the file and the number of the job, from 1, for messages
    fields: dict[str, Any]  # without those that are empty


def read_table(source: str | Path) -> list[Row]:
    """The rows of a file. Raises InputError for a file that is no table of jobs."""
    path = require_readable(source, InputError)
    kind = path.suffix.lower()
    if kind not in (".csv", *_LINES, *_LISTS):
        raise InputError(f"{path}: unknown suffix {path.suffix!r}; name it {SUFFIXES}")
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets begin with a mark
        rows = _csv(text) if kind == ".csv" else _json(text) if kind in _LINES else _yaml(text)
    except (ValueError, yaml.YAMLError, csv.Error) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: is no list of jobs: {reason}") from error
    if not rows:
        raise InputError(f"{path}: holds no jobs; write one a line")
    table = []
    for number, row in enumerate(rows, 1):
        place = f"{path}: job {number}"
        if not isinstance(row, dict):
            raise InputError(f"{place}: must hold fields as in 'photo: face.jpg', got {row!r}")
        if None in row:
            raise InputError(f"{place}: has more cells than the header; quote those with commas")
        fields = {str(name).strip().replace("-", "_"): value for name, value in row.items()}
        table.append(Row(place, {k: v for k, v in fields.items() if v is not None and v != ""}))
    return table


def _csv(text: str) -> list[Any]:
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    header = [name.strip() for name in reader.fieldnames or ()]
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ValueError(f"two columns are named {min(twice)!r}")
    return [
        {name: cell if name is None else (cell or "").strip() for name, cell in row.items()}
        for row in reader
    ]


def _json(text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            rows += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return rows


def _yaml(text: str) -> list[Any]:
    rows = yaml.safe_load(text)
    if not isinstance(rows, list | None):
        raise ValueError("must be a list, as in '- {photo: face.jpg, audio: a.wav, output: a.mp4}'")
    return rows or []
