"""The results of a batch as a table: a row for each job, in the order of the jobs."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from talkinghead.batch.job import BatchJob
from talkinghead.batch.worker import JobResult
from talkinghead.media.atomic_write import atomic_write
from talkinghead.workers.job_queue import Finished

COLUMNS: Final = (
    "job", "output", "status", "frames", "seconds", "frames_per_second", "attempts", "machine",
    "error",
)  # fmt: skip


class ResultsTable:
    """What became of each job; those without a result are unchanged."""

    def __init__(self, jobs: Sequence[BatchJob]):
        self._rows: dict[int, dict[str, Any]] = {
            job.number: {"job": job.number, "output": job.output, "status": "unchanged"}
            for job in jobs
        }

    def add(self, finished: Finished[BatchJob, JobResult], result: JobResult) -> None:
        """Enter the result of a job."""
        made = result.error is None
        self._rows[finished.job.number] |= {
            "status": "made" if made else "failed",
            "frames": result.frame_count if made else "",
            "seconds": result.seconds,
            "frames_per_second": (
                round(result.frame_count / result.seconds, 1) if made and result.seconds else ""
            ),
            "attempts": finished.attempts,
            "machine": finished.place,
            "error": result.error or "",
        }

    def write(self, path: Path) -> None:
        """Write it as CSV, whole or not at all. Raises OutputError."""
        with atomic_write(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self._rows.values())
