"""Fills a folder job by job in worker processes; a later run skips what is done."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.workers.engine import Engine, local_engine
from talkinghead.workers.job_queue import WorkerDied

SOURCE_RECORD = "made_of.txt"  # in a folder that is filled: the data folder it is filled from
SKIPPED_RECORD = "skipped.json"  # in the same folder: job -> why it was skipped
Progress = Callable[[int, int], None]  # jobs done, jobs in all


@dataclass(frozen=True)
class PreprocessJob:
    """One job for a worker process."""

    name: str
    work: Callable[..., str | None]  # returns why it was skipped, or None
    args: tuple[Any, ...]
    target: Path | None = None  # exists once the job is done; None: the job is always run


def run_jobs(
    jobs: Sequence[PreprocessJob],
    data: Path,
    out: Path,
    engine: Engine | int,
    progress: Progress | None,
) -> list[str]:
    """Run the jobs on `data` whose targets in `out` do not exist; returns the reasons for skips.

    `engine` may be a number of processes of this machine. Skipped jobs are recorded in `out` and
    not tried again; jobs whose process was killed are. Raises InputError where `out` was filled
    from other data, where its record is damaged, and where two jobs have the same target; and
    whatever a job raises.
    """
    targets = Counter(job.target for job in jobs if job.target)
    shared = [str(target) for target, count in targets.items() if count > 1]
    if shared:
        raise InputError(
            f"{min(shared)}: would be made of two files of {data} that differ in their endings "
            "alone; rename or remove one"
        )
    _claim_folder(out, data)
    record = out / SKIPPED_RECORD
    skipped = _read_skipped(record)
    died = []
    remaining = [
        job for job in jobs
        if job.name not in skipped and not (job.target and job.target.exists())
    ]  # fmt: skip
    engine = local_engine(engine) if isinstance(engine, int) else engine
    with closing(engine.run(_make_work, remaining)) as results:
        for done, finished in enumerate(results, len(jobs) - len(remaining) + 1):
            job, result = finished.job, finished.result
            if isinstance(result, Exception):
                raise result
            if isinstance(result, WorkerDied):
                died.append(f"{job.name}: its process was killed; the next run tries it again")
            elif result is not None:
                skipped[job.name] = result
                with atomic_write(record) as partial:
                    partial.write_text(json.dumps(skipped, indent=1))
            if progress is not None:
                progress(done, len(jobs))
    return sorted([*skipped.values(), *died])


def _make_work(number: int) -> Callable[[PreprocessJob], str | Exception | None]:
    """What worker `number` does with each job."""
    del number
    return _run_job


def _run_job(job: PreprocessJob) -> str | Exception | None:
    try:
        return job.work(*job.args)
    except Exception as error:  # raised again in the main process
        return error


def _claim_folder(out: Path, data: Path) -> None:
    """Record in `out` that it is filled from `data`. Raises InputError if it has another source.

    With two sources in one folder a speaker could have two names, one of them in the test split.
    """
    record, source = out / SOURCE_RECORD, str(data.resolve())
    previous = record.read_text().strip() if record.is_file() else source
    if previous != source:
        raise InputError(
            f"{out}: made of {previous}, not of {source}; give another folder, "
            f"or delete {record} if the data were moved"
        )
    out.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{source}\n")


def _read_skipped(record: Path) -> dict[str, str]:
    """Job -> why an earlier run skipped it."""
    if not record.exists():
        return {}
    try:
        reasons: dict[str, str] = json.loads(record.read_text())
    except ValueError as error:
        raise InputError(
            f"{record}: damaged ({error}); delete it, and what it names is tried again"
        ) from error
    return reasons
