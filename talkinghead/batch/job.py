"""The jobs of a batch, each checked by itself and against the others before any begins."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.assets import asset_folder
from talkinghead.batch.remote_files import RemoteFiles, exists
from talkinghead.batch.table import Row
from talkinghead.errors import InputError, OutputError, TalkingHeadError
from talkinghead.field_options import (
    Option,
    describe_unknown,
    notes_on_former_names,
    options_by_name,
)
from talkinghead.media.formats import format_of, frame_number, frame_path, output_path
from talkinghead.requests.animation import CartoonRequest, PhotoRequest, VideoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.requests.scene import SceneRequest
from talkinghead.validation import FieldErrors, Problem

# The field that says what is animated -> the request.
KINDS: Mapping[str, type[VideoRequest]] = {
    "photo": PhotoRequest,
    "puppet": CartoonRequest,
    "scene": SceneRequest,
    "video": DubRequest,
}


@dataclass(frozen=True)
class BatchJob:
    """A row of the table, as a request that was checked."""

    place: str  # file and number, for messages
    number: int  # from 1
    request: VideoRequest
    notes: tuple[str, ...] = ()  # on the row, one line each
    remote: "RemoteJob | None" = None  # where files lie on an object store

    @property
    def target(self) -> Path:
        """The video that it makes, on this machine."""
        return self.request.target

    @property
    def output(self) -> str:
        """The path or the address of the video."""
        address = self.remote and self.remote.output
        return address or str(self.target)

    @property
    def subject_key(self) -> object:
        """The same for jobs of one photo, which a worker prepares once."""
        if isinstance(self.request, PhotoRequest):
            return self.request.photo, self.request.render_config.size
        return self.number

    @property
    def is_done(self) -> bool:
        """Whether its video exists, from whatever it was made."""
        first = frame_path(self.target, 1) if "%" in self.target.name else self.target
        if self.remote is not None and self.remote.output is not None:
            return exists(f"{self.remote.output.rpartition('/')[0]}/{first.name}")
        return first.exists()

    def name(self, table: Path) -> str:
        """Its video in the log: an address, or the path relative to the table, which may move."""
        if self.remote is not None and self.remote.output is not None:
            return self.remote.output
        return os.path.relpath(self.target.resolve(), table.parent.resolve())

    def fingerprint(self) -> str:
        """A hash of all that is read, the options, weights and version: equal for the same video.

        Files count by their content, so that a folder may be moved or copied.
        """
        models = self.request.models
        options = {
            name: value if name == "say" else _digest(value)
            for name, value in self.request.model_dump(exclude={"output", "models"}).items()
        }
        options["models"] = _digest(models.model_dump(exclude={"ckpt"}))
        weights = sorted((models.ckpt or asset_folder("ckpt")).glob("*.safetensors"))
        read = [_digest(source) for source in (*self.request.sources, *weights)]
        kind = type(self.request).__name__
        text = json.dumps([talkinghead.__version__, kind, options, read], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class RemoteJob:
    """A row that names files on an object store, for the worker that does its job."""

    row: Row
    base: Path
    shared: Mapping[str, Any]
    output: str | None  # the address of its video, if it has one

    def download(self, number: int, files: RemoteFiles) -> VideoRequest:
        """The request on files of this machine. Raises InputError, OSError."""
        files.keep_only([*self.row.fields.values(), *self.shared.values()])
        try:
            return read_job(self.row, number, self.base, self.shared, files).request
        except RowErrors as errors:
            raise InputError("; ".join(errors.lines)) from errors


class RowErrors(Exception):
    """What is wrong with a row, one line each."""

    def __init__(self, lines: Sequence[str]):
        self.lines = lines


def read_job(
    row: Row,
    number: int,
    base: Path,
    shared: Mapping[str, Any],
    files: RemoteFiles | None = None,
) -> BatchJob:
    """The job of a row, whose paths are relative to `base`. Raises RowErrors.

    A row's own fields override those in `shared`, whose paths are relative to the current folder.
    `files` gives local paths to files on an object store; without it they are refused.
    """
    problems = []
    if "output" not in row.fields:
        problems.append(Problem("output", "output is missing; name the video to write"))
    try:
        kind = _kind(row)
        fields, defaults, output = row.fields, shared, None
        if files is not None:
            fields, output = files.localize(row.fields, options_by_name(kind))
            defaults, _ = files.localize(shared, options_by_name(kind))
        request = kind.from_fields(fields, base, defaults)
    except FieldErrors as errors:
        problems += errors.problems
    except (TalkingHeadError, OSError) as error:
        problems.append(Problem("", str(error)))
    if problems:
        messages = [problem.for_row() for problem in problems]
        # Other mistakes may have come before the check of the output's format.
        format_error = _format_error(row, base)
        if format_error and not any(message.endswith(format_error) for message in messages):
            messages.append(f"field 'output': {format_error}")
        raise RowErrors([f"{row.place}: {message}" for message in messages])
    if request.no_clobber:
        raise RowErrors(
            [f"{row.place}: field 'no_clobber' is not for batches, which skip what is unchanged"]
        )
    notes = (*notes_on_former_names(kind, row.fields), *request.notes)
    is_remote = fields != row.fields or defaults != shared
    remote = RemoteJob(row, base, shared, output) if is_remote else None
    return BatchJob(row.place, number, request, notes, remote)


def _kind(row: Row) -> type[VideoRequest]:
    """The request that a row describes. Raises FieldErrors, also for unknown fields."""
    kinds = [kind for kind in KINDS if kind in row.fields]
    if len(kinds) == 1:
        return KINDS[kinds[0]]
    stated = f"has {' and '.join(kinds)}" if kinds else "has none"
    problems = [Problem("", f"needs exactly one of the fields {', '.join(KINDS)}; it {stated}")]
    known: dict[str, Option] = {}
    for request in KINDS.values():
        known = options_by_name(request) | known
    problems += [
        Problem(name, describe_unknown(name, known)) for name in row.fields if name not in known
    ]
    raise FieldErrors(problems)


def _format_error(row: Row, base: Path) -> str | None:
    """What is wrong with the suffix of the output, if anything."""
    try:
        if "output" in row.fields:
            format_of(output_path(str(base / str(row.fields["output"]))))
    except OutputError as error:
        return str(error)
    return None


def conflicts(jobs: Sequence[BatchJob], table: Path) -> Iterator[str]:
    """Outputs that two jobs write, or that the batch reads; one line each."""
    writers: dict[Path | str, BatchJob] = {}
    read = {table.resolve(): "which lists the jobs"}
    for job in jobs:
        for source in job.request.sources:
            if Path(source).exists():
                read.setdefault(Path(source).resolve(), f"which job {job.number} reads")
    for job in jobs:
        target = job.target.resolve()
        field = f"{job.place}: field 'output': {job.output}"
        writer = writers.setdefault(target if job.output == str(job.target) else job.output, job)
        if writer is not job:
            yield f"{field} is made by job {writer.number}, too; choose another name"
        for path in _overwritten_paths(target, read):
            yield f"{field} would replace {path}, {read[path]}; choose another name"


def _overwritten_paths(target: Path, read: Mapping[Path, str]) -> list[Path]:
    """What is read and would be replaced."""
    if "%" not in target.name:
        return [target] if target in read else []
    return [
        path for path in read
        if path.parent == target.parent and frame_number(target, path.name) is not None
    ]  # fmt: skip


def _digest(value: Any) -> Any:
    """A value with the digests of files in place of their names."""
    if isinstance(value, dict):
        return {str(key): _digest(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_digest(item) for item in value]
    if not isinstance(value, str | Path):
        return value
    path = Path(value)
    if path.is_file():
        return _file_digest(path)
    return None if path.is_dir() else str(value)  # the files in a puppet's folder are sources


@cache
def _file_digest(path: Path) -> str:
    """Of a file's content; read once in a run."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
