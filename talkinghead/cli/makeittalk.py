"""MakeItTalk's command lines, with its options and their meaning, on top of this package."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from talkinghead.assets import asset_folder
from talkinghead.cli.animate import report
from talkinghead.cli.errors import run_guarded
from talkinghead.cli.options import Parser, add_options, add_reporting, build
from talkinghead.errors import InputError
from talkinghead.field_options import options_by_name
from talkinghead.media.formats import output_path
from talkinghead.progress import Progress
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.files import (
    check_output_folder,
    check_video_output,
    default_output,
    name_of_speech,
)

EXAMPLES = asset_folder("examples")
PHOTO = """\
examples:
  python main_end2end.py --jpg face.jpg --amp_lip_x 2
  python main_end2end.py --jpg astronaut --audio speech.wav --output_folder results
  python main_end2end.py --jpg face.jpg --say "Hello"
The same work: talkinghead photo --help
"""
CARTOON = """\
examples:
  python main_end2end_cartoon.py --jpg wilk
  python main_end2end_cartoon.py --jpg wilk.png --jpg_bg forest.jpg --audio speech.wav
The same work: talkinghead cartoon --help
"""
# option -> the network whose weights it names
WEIGHTS = {
    "load_AUTOVC_name": ("voice", "the content-voice model"),
    "load_a2l_C_name": ("content", "the content branch"),
    "load_a2l_G_name": ("speaker", "the speaker branch"),
    "load_G_name": ("translator", "the translator"),
}
# Options that say with what input the weights of MakeItTalk's image translation network were
# trained. They change nothing in the video, so a command line that has them goes on.
IGNORED = {
    "add_audio_in": "whether the translator also gets the audio",
    "comb_fan_awing": "which landmark drawings the translator was trained on",
}
# What messages call options that have other names here.
_NAMES = {"audio": "--audio", "background": "--jpg_bg"}
_SET_HERE = ("photo", "puppet", "audio", "output", "motion", "style_from", "background",
             "transparent")  # fmt: skip


def photo_main(argv: Sequence[str] | None = None) -> int:
    """`main_end2end.py`. Returns the exit status."""
    parser = Parser(
        prog="main_end2end.py",
        description="Let a photo, painting or drawing speak.",
        epilog=PHOTO,
    )
    parser.add_argument(
        "--jpg", required=True, metavar="IMAGE",
        help="a picture with a face: a path, a name in examples/, or a demo portrait (astronaut, "
        "grace_hopper)",
    )  # fmt: skip
    _add_common(parser)
    add_options(parser, PhotoRequest, leave_out=_SET_HERE)
    add_reporting(parser)
    return _main(parser, _photo, argv)


def cartoon_main(argv: Sequence[str] | None = None) -> int:
    """`main_end2end_cartoon.py`. Returns the exit status."""
    parser = Parser(
        prog="main_end2end_cartoon.py", description="Let a puppet speak.", epilog=CARTOON
    )
    parser.add_argument(
        "--jpg", required=True, metavar="PUPPET",
        help="a puppet: its name, also with a suffix as in wilk.png, or its folder",
    )  # fmt: skip
    parser.add_argument(
        "--jpg_bg", metavar="IMAGE",
        help="a picture behind the puppet (default: its own, also under its name in MakeItTalk, as "
        "in wilk_bg.jpg)",
    )  # fmt: skip
    parser.add_argument(
        "--inner_lip", action="store_true",
        help="accepted; which points a puppet has is stored in the puppet here",
    )  # fmt: skip
    _add_common(parser)
    add_options(parser, CartoonRequest, leave_out=_SET_HERE)
    add_reporting(parser)
    return _main(parser, _cartoon, argv)


def _add_common(parser: Parser) -> None:
    parser.add_argument(
        "--audio", metavar="FILE",
        help="a recording; a path or a name in examples/ (default: every wav in examples/)",
    )  # fmt: skip
    parser.add_argument(
        "--output_folder", type=Path, default=Path("results"), metavar="DIR",
        help="folder for the videos, named IMAGE_AUDIO.mp4 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--out", dest="output", type=output_path, metavar="FILE",
        help="the one video to write, instead of a name in that folder",
    )  # fmt: skip
    parser.add_argument(
        "--style-from", "--style_from", metavar="AUDIO|NAME",
        help="the speaking style of somebody else: a recording, or a name out of 'talkinghead "
        "styles'",
    )  # fmt: skip
    parser.add_argument(
        "--reuse_train_emb_list", dest="styles", nargs="+", default=[], metavar="STYLE",
        help="the same for one or several styles, each with a video of its own",
    )  # fmt: skip
    group = parser.add_argument_group("MakeItTalk's options for its networks")
    for option, (name, what) in WEIGHTS.items():
        group.add_argument(
            f"--{option}", dest=f"{name}_weights", type=Path, metavar="PATH",
            help=f"weights of {what} (default: ckpt/{name}.safetensors)",
        )  # fmt: skip
    group.add_argument(
        "--close_input_face_mouth", action="store_true",
        help="accepted; the mouth of the neutral face is always closed here",
    )  # fmt: skip
    for option, what in IGNORED.items():
        help = f"accepted; {what} depends on its weights here"
        group.add_argument(f"--{option}", action="store_true", help=help)


def _main(
    parser: Parser, run: Callable[[Namespace, Progress], None], argv: Sequence[str] | None
) -> int:
    try:
        args = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    notes = [
        f"--{option} changes nothing: {what} depends on its weights here"
        for option, what in IGNORED.items() if getattr(args, option)
    ]  # fmt: skip
    return run_guarded(args, run, notes)


def _photo(args: Namespace, progress: Progress) -> None:
    image, styles = _example_or_path(args.jpg), _styles(args)
    if getattr(args, "faces", None):
        output = args.output or default_output(image, "faces", folder=args.output_folder)
        jobs = [{"audio": args.audio, "output": output, "style_from": styles[0]}]
    else:
        jobs = _jobs(args, image, styles)
    options = _options(PhotoRequest, args)
    requests = [build(PhotoRequest, options | {"photo": image} | job, _NAMES) for job in jobs]
    _render(requests, args, progress)


def _cartoon(args: Namespace, progress: Progress) -> None:
    background = _background(args)
    more: dict[str, Any] = {"puppet": args.jpg}
    if background is not None:
        more["background"] = background
    options = _options(CartoonRequest, args) | more
    requests = [
        build(CartoonRequest, options | job, _NAMES) for job in _jobs(args, args.jpg, _styles(args))
    ]
    if args.jpg_bg is not None and background is None:
        requests = [request.replace(keep_background=True) for request in requests]
    _render(requests, args, progress)


def _options(kind: type[PhotoRequest | CartoonRequest], args: Namespace) -> dict[str, Any]:
    """What was given of a request's options, apart from those that differ from video to video."""
    known = options_by_name(kind)
    return {
        name: value for name, value in vars(args).items()
        if name in known and name not in _SET_HERE
    }  # fmt: skip


def _render(
    requests: Sequence[PhotoRequest | CartoonRequest], args: Namespace, progress: Progress
) -> None:
    """Carry out the requests, with one animator."""
    read = [source for request in requests for source in request.sources]
    for request in requests:  # must not replace what a later one reads
        check_video_output(request.target, *read, fps=request.frame_rate)

    from talkinghead.batch.subject_cache import CachingAnimator
    from talkinghead.requests.run import LOADING, render_video

    progress.stage(LOADING)
    weights = {f"{name}_weights": getattr(args, f"{name}_weights") for name, _ in WEIGHTS.values()}
    options = requests[0].models.animator_options() | weights
    animator = CachingAnimator(**options, notify=progress.note)
    for request in requests:
        for note in (*request.notes, *request.notes_on_output):
            progress.note(note)
        report(render_video(request, animator, progress), progress)


def _background(args: Namespace) -> str | None:
    """The picture behind; None for the puppet's own, which MakeItTalk calls wilk_bg.jpg."""
    named: str | None = args.jpg_bg
    if named is None or Path(named).exists():
        return named
    return None if Path(named).stem == f"{Path(args.jpg).stem}_bg" else named


def _styles(args: Namespace) -> list[str | None]:
    """The speaking styles, one for each video; None: the speaker's own."""
    if args.styles and args.style_from:
        raise InputError("--style-from and --reuse_train_emb_list say the same; leave one out")
    styles = list(dict.fromkeys(args.styles))
    if len(styles) > 1 and getattr(args, "faces", None):
        raise InputError(
            "--reuse_train_emb_list: with --faces name one style for all, or --style-from '0=A 1=B'"
        )
    return styles or [args.style_from]


def _example_or_path(name: str) -> str:
    """A path as it is; otherwise, as in MakeItTalk, a file in examples/."""
    example = EXAMPLES / name
    return str(example) if not Path(name).exists() and example.is_file() else name


def _jobs(args: Namespace, image: str, styles: Sequence[str | None]) -> list[dict[str, Any]]:
    """The recording that is named, or every wav in examples/, with each of the styles."""
    if args.output is None:
        check_output_folder(args.output_folder)
    say: str | None = getattr(args, "say", None)
    recordings: list[str | None]
    if args.audio:
        recordings = [_example_or_path(args.audio)]
    elif say is not None:
        recordings = [None]
    else:
        recordings = [str(path) for path in sorted(EXAMPLES.glob("*.wav"))]
    if not recordings:
        raise InputError(f"{EXAMPLES}: holds no wav; name a recording with --audio")
    if args.output is not None and len(recordings) * len(styles) > 1:
        raise InputError(
            f"--out {args.output}: names one video; give one recording with --audio, and one style"
        )
    jobs = []
    for audio in recordings:
        for style in styles:
            parts = [image, name_of_speech(audio, say)]
            parts += [style] if style is not None and len(styles) > 1 else []
            target = args.output or default_output(*parts, folder=args.output_folder)
            jobs.append({"audio": audio, "output": target, "style_from": style})
    if len({job["output"] for job in jobs}) < len(jobs):
        raise InputError("--reuse_train_emb_list: two styles would name one video; rename one")
    return jobs
