"""`talkinghead batch`: the videos that a table lists, made by several processes."""

import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from talkinghead.batch.job import BatchJob, RowErrors, conflicts, read_job
from talkinghead.batch.remote_files import RemoteFiles
from talkinghead.batch.results import ResultsTable
from talkinghead.batch.run_log import RunLog
from talkinghead.batch.table import SUFFIXES, read_table
from talkinghead.batch.worker import JobResult, Worker
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.field_options import options_by_name
from talkinghead.media.atomic_write import fit_name
from talkinghead.progress import Progress
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.files import check_output
from talkinghead.workers.engine import Engine, create_engine
from talkinghead.workers.job_queue import WorkerDied

SOME_FAILED = 1
_LISTED = 3  # existing videos in the note on them
_REPORTED = 20  # mistakes: of a column with a wrong name there are as many as rows
_OF_ONE_JOB = ("photo", "puppet", "audio", "faces", "motion", "output", "no_clobber")
EXAMPLES = f"""\
JOBS is a table ({SUFFIXES}; CSV with a header row). Each job has one of 'photo', 'puppet', 'scene'
and 'video' (to dub), 'audio' (except for a scene), 'output', and any option of its command by name.
Paths are relative to the table; files may lie on s3:// or gs://. Options on the command line apply
to all jobs that do not set them.

  photo,puppet,audio,output,size
  face.jpg,,hello.wav,out/face.mp4,512
  ,wilk,hello.wav,out/wilk.webm,

All jobs are validated before any starts. Videos that an earlier run made from the same files and
options are skipped. Exit status: 0; 1 if jobs failed, which does not stop the others; 2 if the
table is wrong.

examples:
  talkinghead batch jobs.csv
  talkinghead batch jobs.yaml --workers 4 --size 512 --still
  talkinghead batch jobs.csv --engine ray --address auto --cpus-per-job 2
"""


def configure(parser: Parser) -> None:
    """The options of `batch`."""
    parser.epilog = EXAMPLES
    parser.add_argument("jobs", metavar="JOBS", help=f"the table: {SUFFIXES}")
    parser.add_argument(
        "--force", action="store_true", help="render everything again, also what is unchanged"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE",
        help="what became of each job, one JSON object a line (default: JOBS.done.jsonl)",
    )  # fmt: skip
    parser.add_argument(
        "--results", type=Path, metavar="FILE.csv",
        help="a table of all jobs: made, unchanged or failed, frames, seconds, attempts, machine",
    )  # fmt: skip
    add_options(parser, EngineConfig)
    add_options(parser, PhotoRequest, CartoonRequest, leave_out=_OF_ONE_JOB)
    add_reporting(parser)
    parser.set_defaults(run=batch)


def batch(args: Namespace, progress: Progress) -> int:
    """Render what is missing or has changed. Returns the exit status."""
    progress.stage("checking the jobs")
    engine = create_engine(read_options(EngineConfig, args), progress.note)
    with TemporaryDirectory(prefix="talkinghead-") as folder:
        return _run_batch(args, engine, RemoteFiles(Path(folder)), progress)


def _run_batch(args: Namespace, engine: Engine, files: RemoteFiles, progress: Progress) -> int:
    table = Path(args.jobs)
    jobs = _read_jobs(table, args, files, progress)
    log_path = args.log or table.with_name(fit_name(table.name, ".done.jsonl"))
    check_output(log_path, table, *(job.target for job in jobs))
    if args.results:
        check_output(args.results, table, log_path, *(job.target for job in jobs))
    log = RunLog(log_path)
    fingerprints = {job.number: job.fingerprint() for job in jobs}
    names = {job.number: job.name(table) for job in jobs}
    pending, replaced = [], []
    for job in jobs:
        is_done = job.is_done
        if args.force or not (is_done and log.has(names[job.number], fingerprints[job.number])):
            pending.append(job)
            replaced += [job.output] if is_done else []
    unchanged, failed, frames = len(jobs) - len(pending), 0, 0
    if replaced:
        videos = "1 existing video" if len(replaced) == 1 else f"{len(replaced)} existing videos"
        progress.note(f"{table}: {videos} will be replaced: {_shortened(replaced)}")
    progress.start(len(pending), "job", unchanged=unchanged)
    began = time.monotonic()
    results = ResultsTable(jobs)
    with closing(engine.run(Worker, pending, _subject_key, _may_succeed_later)) as all_finished:
        for done, finished in enumerate(all_finished, 1):
            job, outcome = finished.job, _outcome(finished.result)
            failed += outcome.error is not None
            frames += outcome.frame_count
            facts = {"frames": outcome.frame_count, "seconds": outcome.seconds}
            if finished.attempts > 1:
                facts["attempts"] = finished.attempts
            log.add(names[job.number], fingerprints[job.number], outcome.error, **facts)
            results.add(finished, outcome)
            _report(job, outcome, progress)
            rate = round(frames / max(time.monotonic() - began, 1e-6), 1)
            progress.step(done, failed=failed, frames_per_second=rate)
    progress.stop()
    if args.results:
        results.write(args.results)
    speed = f" ({frames / (time.monotonic() - began):.1f} frames/s)" if frames else ""
    progress.note(
        f"{table}: {len(pending) - failed} made, {unchanged} unchanged, {failed} failed{speed}; "
        f"see {log_path}"
    )
    return SOME_FAILED if failed else 0


def _subject_key(job: BatchJob) -> object:
    return job.subject_key


def _may_succeed_later(result: JobResult) -> bool:
    return result.may_succeed_later


def _shortened(paths: Sequence[str]) -> str:
    """The first of some paths."""
    shown = ", ".join(paths[:_LISTED])
    return shown if len(paths) <= _LISTED else f"{shown}, ..."


def _report(job: BatchJob, result: JobResult, progress: Progress) -> None:
    for note in result.notes:
        progress.note(f"{job.place}: {note}")
    facts = {"job": job.number, "output": job.output}
    if result.error is not None:
        progress.item_failed(f"{job.place} ({job.output}): {result.error}", **facts)
        return
    progress.success(**facts, frames=result.frame_count, seconds=result.seconds)
    progress.print_output(job.output)


def _outcome(result: JobResult | WorkerDied) -> JobResult:
    """What became of a job, also of one whose process was killed."""
    if isinstance(result, JobResult):
        return result
    if result.status is None:
        how = "with its machine"
    else:
        how = f"by signal {-result.status}" if result.status < 0 else f"status {result.status}"
    where = f" on {result.place}" if result.place else ""
    return JobResult(
        f"its process ended{where} ({how}); if memory ran out, use fewer --workers or a "
        "smaller size, then run the batch again"
    )


def _read_jobs(
    table: Path, args: Namespace, files: RemoteFiles, progress: Progress
) -> list[BatchJob]:
    """All jobs. Reports every mistake, and raises InputError if there is any."""
    known = {**options_by_name(PhotoRequest), **options_by_name(CartoonRequest)}
    shared = {
        name: value for name, value in vars(args).items()
        if name in known and name not in EngineConfig.model_fields
    }  # fmt: skip
    jobs: list[BatchJob] = []
    mistakes: list[str] = []
    for number, row in enumerate(read_table(table), 1):
        try:
            jobs.append(read_job(row, number, table.parent, shared, files))
        except RowErrors as errors:
            mistakes += errors.lines
    mistakes += conflicts(jobs, table)
    for line in mistakes[:_REPORTED]:
        progress.item_failed(line)
    for job in jobs:
        for note in job.notes:
            progress.note(f"{job.place}: {note}")
    if mistakes:
        more = f", the first {_REPORTED} of which are shown" if len(mistakes) > _REPORTED else ""
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise InputError(f"{table}: {count}{more}; nothing was started")
    return jobs
