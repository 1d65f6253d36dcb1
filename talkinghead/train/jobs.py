"""Fills a folder job by job, in processes: what is done already is passed over."""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkinghead.errors import InputError
from talkinghead.media.files import replacing

MADE_OF = "made_of.txt"  # in a folder that is filled: what it is filled with
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """One piece of work, for a process of its own."""

    name: str
    work: Callable[..., str | None]  # what was left out and why, or None
    args: tuple[Any, ...]
    target: Path | None = None  # the file that is there when the job is done; None: always work


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool that, when something goes wrong, ends with the jobs that run: an executor's own
    way is to do all that wait first.
    """
    # An interrupt reaches every process of the terminal; the one that gave the jobs deals with it.
    deaf = (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(workers, initializer=signal.signal, initargs=deaf)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _claim(out: Path, data: Path) -> None:
    """Note in `out` what it is made of; raises InputError where that is another folder.

    Two in one would name a talker twice, who may be for testing by one of the names.
    """
    record, source = out / MADE_OF, str(data.resolve())
    before = record.read_text().strip() if record.is_file() else source
    if before != source:
        raise InputError(
            f"{out}: made of {before}, not of {source}; give another folder, "
            f"or delete {record} if the data were moved"
        )
    out.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{source}\n")


def _left_out(record: Path) -> dict[str, str]:
    """Reasons by the name of the job, as an earlier run noted them; none where there was none."""
    if not record.exists():
        return {}
    try:
        reasons: dict[str, str] = json.loads(record.read_text())
    except ValueError as error:
        raise InputError(
            f"{record}: damaged ({error}); delete it, and what it names is tried again"
        ) from error
    return reasons


def run_jobs(
    jobs: Sequence[Job], data: Path, out: Path, workers: int, progress: Progress | None
) -> list[str]:
    """Do what is not done of `data`; returns what was left out, with reasons, kept in
    `out`/skipped.json.

    An interrupted run goes on where it was; what was left out once is not tried again. Raises
    InputError where `out` is made of other data, or its skipped.json is damaged, and where two
    jobs would make one file.
    """
    made = Counter(job.target for job in jobs if job.target)
    twice = [str(target) for target, count in made.items() if count > 1]
    if twice:
        raise InputError(
            f"{min(twice)}: would be made of two files of {data} that differ in their endings "
            "alone; rename or remove one"
        )
    _claim(out, data)
    record = out / "skipped.json"
    skipped = _left_out(record)
    left = [
        job for job in jobs
        if job.name not in skipped and not (job.target and job.target.exists())
    ]  # fmt: skip
    with _processes(workers) as pool:
        running = {pool.submit(job.work, *job.args): job for job in left}
        for done, future in enumerate(as_completed(running), len(jobs) - len(left) + 1):
            reason = future.result()
            if reason is not None:
                skipped[running[future].name] = reason
                with replacing(record) as partial:
                    partial.write_text(json.dumps(skipped, indent=1))
            if progress is not None:
                progress(done, len(jobs))
    return sorted(skipped.values())
