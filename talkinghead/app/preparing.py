"""`talkinghead preprocess`: clips, recordings and stills to what networks are trained on."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from talkinghead.app.files import check_folder
from talkinghead.app.options import Parser, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.app.reports import counted
from talkinghead.errors import InputError
from talkinghead.train.clips import preprocess
from talkinghead.train.mouths import preprocess_mouths
from talkinghead.train.pairing import preprocess_pairs
from talkinghead.train.pairs import SIDE

CLIPS = """\
examples:
  talkinghead preprocess clips data/ examples.d/ --workers 4
An interrupted run goes on where it was. A manifest.csv in DATA with the columns path and
identity names the talker of each clip; without it, the folder a clip lies in is its talker.
Its column sound, if there is one, says which clips hold speech.
"""
SPEECH = """\
examples:
  talkinghead preprocess speech data/ speech.d/ --workers 4
Recordings named as LibriSpeech names them are recognised by pocketsphinx, clips with a GRID
alignment beside them are aligned, other clips stay without phones. flite and espeak-ng speak
the synthetic ones. An interrupted run goes on where it was.
"""
PAIRS = """\
examples:
  talkinghead preprocess pairs data/ pairs.d/ --workers 4
Of each clip, frames are warped to one another's landmarks, and short runs of frames to theirs,
kept with what is heard meanwhile. Stills beside a landmarks68.npz
(file name -> 68 points set by hand) have their open mouths shut. Talkers of the test split
(train/splits.yaml), named by DATA/manifest.csv, are passed over. An interrupted run goes on
where it was.
"""
MOUTHS = """\
examples:
  talkinghead preprocess mouths data/ mouths.d/ --workers 4
Talkers are named by DATA/manifest.csv, and those of the test split (train/splits.yaml) are passed
over; its column sound, if there is one, says which clips hold speech. 8 minutes of a talker
suffice. An interrupted run goes on where it was.
"""
# kind -> summary, description, what DATA is, what OUT holds, epilog, what a job is
KINDS = {
    "clips": (
        "find, follow and register the face of every clip",
        "Find, follow and register the face of every video below DATA.",
        "folder of talking clips", "the examples", CLIPS, "clip",
    ),
    "speech": (
        "label and measure recordings, and synthesise more",
        "Find phones, pitch and voice of every recording and talking clip below DATA, and have "
        "synthesisers speak more.",
        "folder of speech", "the utterances", SPEECH, "job",
    ),
    "pairs": (
        "warp frames to one another's landmarks",
        "Make pairs of a warped frame and a true one of every clip below DATA.",
        "folder of clips and stills", "the pairs", PAIRS, "job",
    ),
    "mouths": (
        "take the mouth and the voice of every talking clip",
        "Register the mouths of every talking clip below DATA, beside its sound.",
        "folder of talking clips", "the mouths", MOUTHS, "clip",
    ),
}  # fmt: skip


def configure_preprocess(parser: Parser) -> None:
    """The sub-commands of `preprocess`."""
    kinds = parser.add_subparsers(metavar="KIND", title="kinds", required=True)
    for name, (summary, description, data, out, epilog, _) in KINDS.items():
        kind = kinds.add_parser(name, help=summary, description=description, epilog=epilog)
        kind.add_argument("data", metavar="DATA", type=Path, help=data)
        kind.add_argument("out", metavar="OUT", type=Path, help=f"folder for {out}")
        kind.add_argument(
            "--workers", type=positive, default=2, metavar="N",
            help="processes (default: %(default)s)",
        )  # fmt: skip
        if name == "speech":
            kind.add_argument(
                "--synthetic", type=int, default=2400, metavar="N",
                help="utterances to synthesise, about 5 seconds each (default: %(default)s)",
            )  # fmt: skip
        if name == "pairs":
            kind.add_argument(
                "--side", type=positive, default=SIDE, metavar="PIXELS",
                help="of the square about the mouth, a multiple of 8 (default: %(default)s)",
            )  # fmt: skip
        add_reporting(kind)
        kind.set_defaults(run=prepare, kind=name)


def prepare(args: Namespace, progress: Progress) -> None:
    """DATA to what a network is trained on, in OUT."""
    if not args.data.is_dir():
        raise InputError(f"{args.data}: no such folder; give one to look through")
    check_folder(args.out)
    progress.stage(f"looking through {args.data}")
    skipped = _prepared(args, counted(progress, KINDS[args.kind][-1]))
    for reason in skipped:
        progress.note(f"left out: {reason}")
    progress.success(output=str(args.out), skipped=len(skipped))
    progress.wrote(args.out)


def _prepared(args: Namespace, step: Callable[[int, int], None]) -> list[str]:
    """What was left out, and why."""
    if args.kind == "clips":
        return preprocess(args.data, args.out, args.workers, step)
    if args.kind == "pairs":
        return preprocess_pairs(args.data, args.out, args.workers, args.side, step)
    if args.kind == "mouths":
        return preprocess_mouths(args.data, args.out, args.workers, step)
    from talkinghead.train.corpus import preprocess_speech  # needs what only training needs

    return preprocess_speech(args.data, args.out, args.workers, args.synthetic, step)
