"""`talkinghead evaluate sync`: do mouths fit their sound?"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from talkinghead import weights
from talkinghead.app.files import check_target
from talkinghead.app.options import add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.app.reports import add_output, add_split, counted, show_clips
from talkinghead.errors import InputError
from talkinghead.evaluate.sync import evaluate_sync
from talkinghead.face.detect import detector
from talkinghead.models import pick_device
from talkinghead.sync.net import SYNC, load_expert
from talkinghead.train.splits import selection

EXAMPLES = """\
examples:
  talkinghead evaluate sync speaking.mp4
  talkinghead evaluate sync clips/ --json --out sync.json
offset: frames (25 a second) by which the picture comes later than its sound. near: share of
clips where that is 0 to within a frame. lse_c, lse_d: SyncNet's confidence and distance. Beside
them the same clips with their sound 10 frames later (shifted), and with the sound of the clip
before (stranger).
"""
WHAT = "whether mouths fit their sound, in any video of one face that speaks"


def add_sync(kinds: Any) -> None:
    """`sync` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser("sync", help=WHAT, description=f"Measure {WHAT}.", epilog=EXAMPLES)
    kind.add_argument(
        "clips", metavar="DIR|FILE", type=Path, help="folder of talking clips (mp4), or one video"
    )
    add_split(kind)
    add_output(kind)
    add_models(kind, painter=False)
    add_reporting(kind)
    kind.set_defaults(run=evaluate)


def evaluate(args: Namespace, progress: Progress) -> None:
    """Measure, and print a table or JSON."""
    if args.out:
        check_target(args.out)
    if not args.clips.exists():
        raise InputError(f"{args.clips}: no such folder or video; check the path")
    if args.split and args.clips.is_file():
        raise InputError(f"--split: {args.clips} is one video; give a folder of clips")
    device = pick_device(args.device)
    expert = load_expert((args.ckpt or weights.FOLDER) / SYNC, device)
    report = evaluate_sync(
        args.clips,
        expert,
        detector(args.detector, device),
        select=selection(args.clips, args.split, need_speech=True),
        progress=counted(progress, "clip"),
    )
    show_clips(args, progress, report)
