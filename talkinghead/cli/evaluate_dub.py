"""`talkinghead evaluate dub`: dubbed clips against the clips themselves."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from talkinghead.cli.options import add_options, add_reporting, positive, read_options
from talkinghead.cli.reports import (
    add_report,
    add_split,
    count_steps,
    first_clips,
    print_clip_report,
)
from talkinghead.config import ModelConfig
from talkinghead.errors import InputError
from talkinghead.evaluate.dub import evaluate_dub
from talkinghead.evaluate.dubbed_files import DubWriter
from talkinghead.evaluate.identity import is_identity_available, load_identity
from talkinghead.models import checkpoint
from talkinghead.models.syncnet import SyncNet
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.requests.files import check_output
from talkinghead.requests.run import load_animator
from talkinghead.sync.score import SYNCNET_FILE, load_syncnet
from talkinghead.train.data.splits import clip_filter, clip_speakers

SUMMARY = "clips dubbed with their own audio, a stranger's and silence, against the clips"
EXAMPLES = """\
examples:
  talkinghead evaluate dub clips/
  talkinghead evaluate dub clips/ --split test --each 1 --json --out dub.json
Own audio: mouth_psnr, mouth_ssim, sharpness, m_lmd and seen_open (correlation of the opening) say
how well the dubbed clip matches the clip. A stranger's audio: offset, near, lse_c and lse_d are
those of 'evaluate sync', rest_psnr the pixels outside the face, identity the cosine of a face
embedding before and after (pip install 'talkinghead[identity]'). Silence: silent_open (% of the
face's width), silent_motion and silent_flicker (dubbed / filmed) say whether the mouth is shut and
still. Baselines: the clip only encoded again (copy), dubbed with silence (silent), its own picture
and audio (filmed), the stranger (another).
"""


def add_dub(kinds: Any) -> None:
    """`dub` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser(
        "dub", help=SUMMARY, description=f"Measure {SUMMARY}.", epilog=EXAMPLES
    )  # fmt: skip
    kind.add_argument("clips", metavar="DIR", type=Path, help="folder of talking clips")
    add_split(kind)
    kind.add_argument(
        "--each", type=positive, metavar="N", help="clips of each speaker (default: all)"
    )
    add_report(kind)
    add_options(kind, ModelConfig)
    add_reporting(kind)
    kind.set_defaults(run=evaluate_dubbing)


def evaluate_dubbing(args: Namespace, progress: Progress) -> None:
    """Measure dubbing, and print a table or JSON."""
    models = read_options(ModelConfig, args)
    if args.out:
        check_output(args.out)
    if not args.clips.is_dir():
        raise InputError(f"{args.clips}: no such folder; give a folder of talking clips")
    select = clip_filter(args.clips, args.split, need_speech=True)
    speakers = clip_speakers(args.clips)
    if args.each:
        select = first_clips(select, speakers, args.each)
    embed = load_identity() if is_identity_available() else None
    if embed is None:
        progress.note("identity is not measured; pip install 'talkinghead[identity]' to measure it")
    animator = load_animator(models, progress)
    syncnet = _syncnet(models, animator)
    if syncnet is None:
        progress.note(f"sync is not measured: the weights include no {SYNCNET_FILE}")
    report = evaluate_dub(
        args.clips, DubWriter(animator), animator.face_detector,
        syncnet=syncnet,
        embed=embed,
        speakers=speakers,
        select=select,
        progress=count_steps(progress, "clip"),
    )  # fmt: skip
    print_clip_report(args, progress, report)


def _syncnet(models: ModelConfig, animator: Animator) -> SyncNet | None:
    path = (models.ckpt or checkpoint.FOLDER) / SYNCNET_FILE
    return load_syncnet(path, animator.device) if path.exists() else None
