"""What a training run was: run.json in its folder, beside its log, curves and checkpoints."""

import csv
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import torch

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.train.model_card import git_revision

RUN_RECORD: Final = "run.json"


@dataclass(frozen=True)
class RunSummary:
    """One run, as `train list` shows it."""

    folder: Path
    network: str
    began: str  # time of day, UTC
    step: int  # last that was validated; 0: none
    steps: int  # in all
    score: float | None  # best of the validations so far
    revision: str
    finished: bool


def begin_run(folder: Path, network: str, settings: Mapping[str, Any], command: list[str]) -> None:
    """Record how a run is started, or started again; earlier starts are kept."""
    path = folder / RUN_RECORD
    record: dict[str, Any] = {"network": network, "starts": []}
    if path.exists():
        record = _read(path)
    record |= {"settings": {name: _plain(value) for name, value in settings.items()}}
    record["starts"].append(
        {
            "began": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": command,
            "revision": git_revision(),
            "machine": describe_machine(),
        }
    )
    record.pop("result", None)
    _write(path, record)


def finish_run(folder: Path, weights: Path, metrics: Mapping[str, float]) -> None:
    """Record that a run is finished."""
    path = folder / RUN_RECORD
    result = {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "weights": str(weights),
        "metrics": dict(metrics),
    }
    _write(path, _read(path) | {"result": result})


def forget_unstarted_run(folder: Path) -> None:
    """Remove the record of a run that was refused before its first step: nothing is beside it."""
    record = folder / RUN_RECORD
    if folder.is_dir() and list(folder.iterdir()) == [record]:
        record.unlink()
        folder.rmdir()


def describe_machine() -> dict[str, Any]:
    """Processor, cores, accelerators and versions of this machine; no names of it or its user."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "accelerators": [torch.cuda.get_device_name(number) for number in range(count)],
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def list_runs(root: Path) -> list[RunSummary]:
    """The runs in a folder and below it, the newest first. Raises InputError without any."""
    records = sorted(root.rglob(RUN_RECORD)) if root.is_dir() else []
    if not records:
        raise InputError(f"{root}: holds no training run; give the folder of --run or one above it")
    return sorted((_summary(path) for path in records), key=lambda run: run.began, reverse=True)


def _summary(path: Path) -> RunSummary:
    record, folder = _read(path), path.parent
    rows: list[dict[str, str]] = []
    if (folder / "log.csv").is_file():
        with (folder / "log.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
    scores = [float(row["score"]) for row in rows if row.get("score", "nan") != "nan"]
    try:
        first, last = record["starts"][0], record["starts"][-1]
        return RunSummary(
            folder=folder,
            network=record["network"],
            began=first["began"],
            step=int(rows[-1]["step"]) if rows else 0,
            steps=int(record["settings"]["steps"]),
            score=max(scores) if scores else None,
            revision=last["revision"],
            finished="result" in record,
        )
    except (KeyError, IndexError, TypeError) as error:
        raise InputError(f"{path}: is no record of a run ({error}); delete it") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except ValueError as error:
        raise InputError(f"{path}: damaged ({error}); delete it") from error
    if not isinstance(record, dict):
        raise InputError(f"{path}: is no record of a run; delete it")
    return record


def _write(path: Path, record: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n")


def _plain(value: Any) -> Any:
    """A setting as JSON holds it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def command_line() -> list[str]:
    """The words of the running command, without the path of the program."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
