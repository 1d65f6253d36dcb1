"""The command line of LipGAN and Wav2Lip, with its options and their meaning."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from talkinghead.cli.animate import render, report
from talkinghead.cli.errors import run_guarded
from talkinghead.cli.options import Parser, add_options, add_reporting, build
from talkinghead.errors import InputError
from talkinghead.field_options import options_by_name
from talkinghead.requests.animation import PhotoRequest, VideoRequest
from talkinghead.requests.dub import DubRequest, is_picture

if TYPE_CHECKING:
    from talkinghead.progress import Progress

EXAMPLES: Final = """\
examples:
  python main_dub.py --face interview.mp4 --audio speech.wav
  python main_dub.py --face face.jpg --audio speech.wav --fps 30 --outfile results/face.mp4
The same work: talkinghead dub --help
"""
# Options that change nothing here, and why.
IGNORED: Final = {
    "checkpoint_path": "the weights are those of --ckpt",
    "face_det_checkpoint": "the face detector is that of --detector",
    "model": "there is one kind of model",
    "pads": "the mouth is found by landmarks, not in a box around the face",
    "face_det_batch_size": "frames are tracked one after the other",
    "lipgan_batch_size": "frames are painted one after the other",
    "wav2lip_batch_size": "frames are painted one after the other",
    "n_gpu": "networks run on one device, that of --device",
    "max_sec": "memory does not grow with the length, so there is no limit",
}
# Options that are refused, and why.
REFUSED: Final = {
    "box": "the face is found in every frame; choose a person with --face_number or --face-like",
    "nosmooth": "landmarks are smoothed without lag, so nothing is gained by leaving that out",
}
_NAMES: Final = {"video": "--face", "audio": "--audio"}


def main(argv: Sequence[str] | None = None) -> int:
    """`main_dub.py`. Returns the exit status."""
    parser = Parser(
        prog="main_dub.py", description="Let a filmed face say other words.", epilog=EXAMPLES
    )
    _add_options(parser)
    add_options(parser, DubRequest, leave_out=("video", "audio", "output", "face", "faces"))
    add_reporting(parser)
    try:
        args = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    notes = [
        f"--{name} changes nothing: {reason}"
        for name, reason in IGNORED.items() if getattr(args, name) not in (None, [0] * 4)
    ]  # fmt: skip
    return run_guarded(args, _dub, notes)


def _add_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--face", required=True, metavar="FILE", help="a video or a picture with a face")
    add("--audio", required=True, metavar="FILE", help="a recording, or a video with audio")
    add(
        "--face_number",
        type=int,
        dest="number",
        metavar="N",
        help="which person, numbered from 0 from left to right (default: the largest)",
    )
    add(
        "--outfile",
        type=Path,
        metavar="FILE",
        help="the video to write (default: result_voice.mp4 in --results_dir)",
    )
    add(
        "--results_dir",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder of the video without --outfile (default: %(default)s)",
    )
    add(
        "--static",
        nargs="?",
        const="True",
        default="False",
        metavar="BOOL",
        help="use only the first frame of the video",
    )
    add(
        "--fps",
        type=float,
        metavar="N",
        help="frames per second, of a picture or with --static (default: 25)",
    )
    add(
        "--resize_factor",
        type=int,
        default=1,
        metavar="N",
        help="make the video smaller by this factor (default: 1)",
    )
    add(
        "--crop",
        type=int,
        nargs=4,
        default=(0, -1, 0, -1),
        metavar=("T", "B", "L", "R"),
        help="show only these rows and columns, after --resize_factor and --rotate; -1: to the end",
    )
    add("--rotate", action="store_true", help="turn the video clockwise by 90 degrees")
    ignored = parser.add_argument_group("accepted, but they change nothing")
    for name, reason in IGNORED.items():
        count: dict[str, Any] = {"nargs": 4, "type": int} if name == "pads" else {}
        ignored.add_argument(f"--{name}", help=reason, **count)
    refused = parser.add_argument_group("refused")
    refused.add_argument("--box", type=int, nargs=4, metavar="N", help=REFUSED["box"])
    refused.add_argument("--nosmooth", action="store_true", help=REFUSED["nosmooth"])  # fmt: skip


def _dub(args: Namespace, progress: Progress) -> None:
    for name, reason in REFUSED.items():
        given = getattr(args, name)
        if given and given != [-1] * 4:
            raise InputError(f"--{name}: {reason}; leave it out")
    if args.resize_factor < 1:
        raise InputError(f"--resize_factor: must be 1 or more, got {args.resize_factor}")
    target = args.outfile or args.results_dir / "result_voice.mp4"
    if is_picture(args.face):
        _check_plain(args)
        render(_still(args, args.face, target), progress)
        return
    if args.fps is not None and not _is_true(args.static):
        progress.note("--fps changes nothing: a video keeps its own frame rate")
    # Checked before the long work, with the file that the user named.
    request = _request(args, args.face, target)
    with tempfile.TemporaryDirectory() as folder:
        from talkinghead.media.video_transform import write_first_frame, write_transformed

        video = Path(args.face)
        if args.resize_factor > 1 or args.rotate or tuple(args.crop) != (0, -1, 0, -1):
            progress.stage("resizing the video")
            smaller = Path(folder) / f"{video.stem}.mp4"
            write_transformed(video, smaller, args.resize_factor, tuple(args.crop), args.rotate)
            video = smaller
        if _is_true(args.static):
            picture = Path(folder) / f"{video.stem}.png"
            write_first_frame(video, picture)
            _render(_still(args, str(picture), target), progress)
        else:
            is_whole = video == Path(args.face)
            _render(request if is_whole else _request(args, video, target), progress)


def _render(request: VideoRequest, progress: Progress) -> None:
    from talkinghead.requests.run import load_animator, render_video  # imports torch

    animator = load_animator(request.models, progress)
    report(render_video(request, animator, progress), progress)


def _check_plain(args: Namespace) -> None:
    """Refuse for pictures what only videos have. Raises InputError."""
    if args.resize_factor > 1 or args.rotate or tuple(args.crop) != (0, -1, 0, -1):
        raise InputError("--resize_factor, --crop and --rotate are for videos; resize the picture")


def _request(args: Namespace, video: str | Path, target: Path) -> DubRequest:
    """The dubbing of a video."""
    options = _options(DubRequest, args) | {"video": str(video), "output": target}
    if not _given(args, "extend"):
        options["extend"] = "loop"  # as LipGAN does
    return build(DubRequest, options | _speech(args), _NAMES)


def _still(args: Namespace, picture: str, target: Path) -> PhotoRequest:
    """A picture of which only the mouth moves."""
    options = _options(PhotoRequest, args) | {"photo": picture, "output": target}
    still: dict[str, Any] = {"still": True, "blink": 0}
    if args.fps is not None:
        still["fps"] = args.fps
    return build(PhotoRequest, options | still | _speech(args), _NAMES | {"photo": "--face"})


def _speech(args: Namespace) -> dict[str, Any]:
    return {"audio": args.audio} | ({} if args.number is None else {"face": args.number})


def _options(kind: type[VideoRequest], args: Namespace) -> dict[str, Any]:
    """What was given of a request's own options."""
    known = options_by_name(kind)
    taken = ("video", "photo", "audio", "output", "face", "crop", "fps", "number")
    return {
        name: value for name, value in vars(args).items() if name in known and name not in taken
    }


def _given(args: Namespace, name: str) -> bool:
    return hasattr(args, name)


def _is_true(text: str) -> bool:
    """LipGAN takes `--static` alone, Wav2Lip `--static True`."""
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise InputError(f"--static: must be True or False, got {text}")
    return text.lower() in ("true", "1", "yes")
