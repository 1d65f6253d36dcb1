"""How `talkinghead evaluate` shows its progress, and prints a report as a table or JSON."""

from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from talkinghead.evaluate.clips import find_clips
from talkinghead.evaluate.report import Report
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.file_search import describe_others
from talkinghead.progress import Progress
from talkinghead.requests.files import notes_on_replacing
from talkinghead.train.data.splits import MANIFEST, TEST_SPLITS, clip_speakers


def add_report(parser: ArgumentParser) -> None:
    """`--json` and `--out`, for `print_report`."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON here as well")


def add_split(parser: ArgumentParser) -> None:
    """`--split`, for folders of clips."""
    parser.add_argument(
        "--split", choices=["train", "validation", *TEST_SPLITS],
        help="only speakers of this split (train/data/splits.yaml), named by DIR/manifest.csv; "
        "nothing was ever trained on those of 'test' and 'test2'",
    )  # fmt: skip


def first_clips(
    select: Callable[[str], bool], speakers: Mapping[str, str], each: int
) -> Callable[[str], bool]:
    """Whether a clip that `select` accepts is among the first `each` of its speaker.

    `speakers` says who speaks in a clip of that name; by default it is the clip's folder.
    """
    accepted: dict[str, list[str]] = defaultdict(list)

    def is_selected(name: str) -> bool:
        own = accepted[speakers.get(name, Path(name).parent.as_posix())]
        if select(name) and name not in own and len(own) < each:
            own.append(name)
        return name in own

    return is_selected


def count_steps(progress: Progress, unit: str) -> Callable[..., None]:
    """A callback that takes how many units are done and how many there are.

    Further arguments, such as the name of the next clip, are not shown.
    """
    started = False

    def step(done: int, total: int, *_: object) -> None:
        nonlocal started
        if not started:
            progress.start(total, unit)
            started = True
        progress.step(done)

    return step


def print_report(args: Namespace, progress: Progress, json: str, table: str) -> None:
    """Write the JSON to `--out`, whole or not at all, and print it or the table."""
    if args.out:
        for note in notes_on_replacing(args.out):
            progress.note(note)
        with atomic_write(args.out) as temporary:
            temporary.write_text(json + "\n")
    progress.stop()
    print(json if args.json else table, flush=True)


def print_clip_report(args: Namespace, progress: Progress, report: Report) -> None:
    """Print the report on `args.clips`, after a note on each clip that was left out.

    Adds means over speakers where the folder's manifest names them.
    """
    report = replace(report, speakers=clip_speakers(args.clips))
    for skip in report.skipped_clips:
        progress.note(f"left out {skip}")
    if args.clips.is_dir():
        for note in describe_others(args.clips, _used_files(args.clips), "clips"):
            progress.note(note)
    print_report(args, progress, report.to_json(), report.to_table())
    progress.success(clips=len(report.clips), skipped=report.skipped)


def _used_files(folder: Path) -> Iterator[Path]:
    """The clips below a folder, the wav files that replace their audio, and the manifest."""
    for clip in find_clips(folder):
        yield clip.path
        if clip.wav is not None:
            yield clip.wav
    yield folder / MANIFEST
