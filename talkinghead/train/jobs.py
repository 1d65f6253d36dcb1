"""Fills a folder job by job, in processes: what is done already is passed over."""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def run_jobs(jobs: Sequence[Job], out: Path, workers: int, progress: Progress | None) -> list[str]:
    """Do what is not done; returns what was left out, with reasons, kept in `out`/skipped.json.

    An interrupted run goes on where it was; what was left out once is not tried again.
    """
    out.mkdir(parents=True, exist_ok=True)
    record = out / "skipped.json"
    skipped: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
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
                record.write_text(json.dumps(skipped, indent=1))
            if progress is not None:
                progress(done, len(jobs))
    return sorted(skipped.values())
