"""`talkinghead batch`: the videos that a file lists, made by several processes."""

import argparse
import os
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from talkinghead.app.batch.fingerprint import fingerprint
from talkinghead.app.batch.orders import Mistakes, Order, clashes, order
from talkinghead.app.batch.table import ENDINGS, read_table
from talkinghead.app.batch.worker import Outcome, Worker
from talkinghead.app.files import check_target
from talkinghead.app.film import add_credentials
from talkinghead.app.options import (
    Parser,
    add_backdrop,
    add_borrowing,
    add_face,
    add_fields,
    add_models,
    add_reporting,
    positive,
)
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.errors import InputError
from talkinghead.media.formats import numbered
from talkinghead.scale.cores import cores
from talkinghead.scale.lanes import Died, run
from talkinghead.scale.log import Log

SOME_FAILED = 1
_TOLD = 20  # mistakes: of a column with a wrong name there are as many as rows
EXAMPLES = f"""\
JOBS is a file of fields ({ENDINGS}; CSV with a header row). Each job names one of
'photo', 'puppet' and 'scene', 'audio' (a scene does without), 'output', and any flag of its
command by its name. Paths begin where the file lies. Flags given here are for all jobs that
do not say otherwise.

  photo,puppet,audio,output,size
  face.jpg,,hello.wav,out/face.mp4,512
  ,wilk,hello.wav,out/wilk.webm,

Nothing is begun before all jobs have been looked at. What an earlier run made of the same
files and settings is passed over. Exit status: 0; 1 where jobs failed, which does not stop
the others; 2 where the file is wrong.

examples:
  talkinghead batch jobs.csv
  talkinghead batch jobs.yaml --workers 4 --size 512 --still
"""


def configure(parser: Parser) -> None:
    """The options of `batch`."""
    parser.epilog = EXAMPLES
    parser.add_argument("jobs", metavar="JOBS", help=f"the file: {ENDINGS}")
    parser.add_argument(
        "--workers", type=positive, metavar="N",
        help="processes, each with its own networks (default: one for each core)",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="make all again, also what is there unchanged"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE",
        help="what became of each job, one JSON object a line (default: JOBS.done.jsonl)",
    )  # fmt: skip
    before = len(parser._actions)
    add_fields(parser, Style)
    add_borrowing(parser)
    add_fields(parser, Output)
    add_backdrop(parser)
    add_face(parser)
    add_credentials(parser)
    add_models(parser)
    for action in parser._actions[before:]:
        # What is not given here is as each job's own command has it.
        action.help = (action.help or "").replace("%(default)s", str(action.default))
        action.default = argparse.SUPPRESS
    shared = {action.dest for action in parser._actions[before:]}
    add_reporting(parser)
    parser.set_defaults(run=batch, shared=shared)


def batch(args: Namespace, progress: Progress) -> int:
    """Make what is not made; the exit status."""
    progress.stage("looking at the jobs")
    path = Path(args.jobs)
    orders = _orders(path, args, progress)
    kept = args.log or path.with_name(f"{path.name}.done.jsonl")
    check_target(kept, path, *(one.target for one in orders))
    log = Log(kept)
    made_of = {one.number: fingerprint(one.args, one.plan) for one in orders}
    names = {one.number: _name(one, path) for one in orders}
    left = [
        one for one in orders
        if args.force or not (_there(one) and log.has(names[one.number], made_of[one.number]))
    ]  # fmt: skip
    before, failed = len(orders) - len(left), 0
    progress.start(len(left), "job", unchanged=before)
    with closing(run(Worker, left, args.workers or cores(), _picture)) as outcomes:
        for done, (one, ended) in enumerate(outcomes, 1):
            outcome = _ended(ended)
            failed += outcome.error is not None
            facts = {"frames": outcome.frames, "seconds": outcome.seconds}
            log.add(names[one.number], made_of[one.number], outcome.error, **facts)
            _tell(one, outcome, progress)
            progress.step(done, failed=failed)
    progress.stop()
    made = len(left) - failed
    progress.note(f"{path}: {made} made, {before} unchanged, {failed} failed; see {kept}")
    return SOME_FAILED if failed else 0


def _tell(one: Order, outcome: Outcome, progress: Progress) -> None:
    for note in outcome.notes:
        progress.note(f"{one.place}: {note}")
    known = {"job": one.number, "output": str(one.target)}
    if outcome.error is not None:
        progress.fault(f"{one.place} ({one.target}): {outcome.error}", **known)
        return
    progress.success(**known, frames=outcome.frames, seconds=outcome.seconds)
    progress.wrote(one.target)


def _name(one: Order, path: Path) -> str:
    """What the record calls its film: the path from the file of the batch, wherever that lies."""
    return os.path.relpath(one.target.resolve(), path.parent.resolve())


def _ended(outcome: Outcome | Died) -> Outcome:
    """What came of a job, also of one whose process was killed."""
    if isinstance(outcome, Outcome):
        return outcome
    how = f"by signal {-outcome.status}" if outcome.status < 0 else f"status {outcome.status}"
    return Outcome(
        f"its process ended ({how}); if memory ran out, use fewer --workers or a smaller size, "
        "then run the batch again",
        (), 0, 0.0,
    )  # fmt: skip


def _picture(one: Order) -> object:
    """The same for two jobs of one photo, which a worker makes ready once."""
    image = getattr(one.args, "image", None)
    return one.number if image is None else (image, one.args.size)


def _orders(path: Path, args: Namespace, progress: Progress) -> list[Order]:
    """All jobs. Tells every mistake, and raises InputError where there is one."""
    defaults = {name: value for name, value in vars(args).items() if name in args.shared}
    orders: list[Order] = []
    wrong: list[str] = []
    for number, row in enumerate(read_table(path), 1):
        try:
            orders.append(order(row, number, path.parent, defaults))
        except Mistakes as mistakes:
            wrong += mistakes.lines
    wrong += clashes(orders, path)
    for line in wrong[:_TOLD]:
        progress.fault(line)
    if wrong:
        more = f", the first {_TOLD} of which are told" if len(wrong) > _TOLD else ""
        count = "1 mistake" if len(wrong) == 1 else f"{len(wrong)} mistakes"
        raise InputError(f"{path}: {count}{more}; nothing was begun")
    return orders


def _there(one: Order) -> bool:
    return (numbered(one.target, 1) if "%" in one.target.name else one.target).exists()
