"""How a measurement reaches the user: counted meanwhile, then a table or JSON, and a file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from talkinghead.app.progress import Progress
from talkinghead.evaluate.report import Report
from talkinghead.media.files import replacing
from talkinghead.train.splits import talkers_in


def add_output(parser: ArgumentParser) -> None:
    """`--json` and `--out`, which `show` obeys."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON here as well")


def add_split(parser: ArgumentParser) -> None:
    """`--split`, for folders of clips."""
    parser.add_argument(
        "--split", choices=["train", "validation", "test"],
        help="only talkers of this split (train/splits.yaml), named by DIR/manifest.csv; "
        "of 'test' nothing was ever trained on",
    )  # fmt: skip


def counted(progress: Progress, unit: str) -> Callable[..., None]:
    """A callback of how many units are done and how many there are; its first call starts.

    What callers tell besides, such as the name of the next clip, is not shown.
    """
    started = False

    def step(done: int, total: int, *_: object) -> None:
        nonlocal started
        if not started:
            progress.start(total, unit)
            started = True
        progress.step(done)

    return step


def show(args: Namespace, progress: Progress, json: str, table: str) -> None:
    """Write the JSON to `--out`, whole or not at all, and print it or the table."""
    if args.out:
        with replacing(args.out) as temporary:
            temporary.write_text(json + "\n")
    progress.stop()
    print(json if args.json else table, flush=True)


def show_clips(args: Namespace, progress: Progress, report: Report) -> None:
    """`show` for the clips of `args.clips`, after a note on each that was left out.

    Means over talkers, too, where the folder's manifest says who they are.
    """
    report = replace(report, talkers=talkers_in(args.clips))
    for skip in report.left_out:
        progress.note(f"left out {skip}")
    show(args, progress, report.to_json(), report.to_table())
    progress.success(clips=len(report.clips), skipped=report.skipped)
