"""The table of results has a row for every job, in the order of the jobs."""

import csv
from types import SimpleNamespace

from talkinghead.batch.results import ResultsTable
from talkinghead.batch.worker import JobResult
from talkinghead.workers.job_queue import Finished


def test_jobs_are_made_unchanged_or_failed(tmp_path):
    jobs = [SimpleNamespace(number=number, output=f"{number}.mp4") for number in (1, 2, 3)]
    table = ResultsTable(jobs)
    failed, made = JobResult("no face, at all", seconds=0.5), JobResult(None, (), 50, 2.0)
    table.add(Finished(jobs[2], failed, 3, "b"), failed)
    table.add(Finished(jobs[0], made, 1, "a"), made)
    table.write(tmp_path / "results.csv")
    rows = list(csv.DictReader((tmp_path / "results.csv").read_text().splitlines()))
    assert [(row["job"], row["output"], row["status"]) for row in rows] == [
        ("1", "1.mp4", "made"),
        ("2", "2.mp4", "unchanged"),
        ("3", "3.mp4", "failed"),
    ]
    assert (rows[0]["frames_per_second"], rows[0]["machine"]) == ("25.0", "a")
    assert (rows[2]["error"], rows[2]["attempts"]) == ("no face, at all", "3")
