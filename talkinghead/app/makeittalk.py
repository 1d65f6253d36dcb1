"""MakeItTalk's command lines, with its flags and their meaning, on top of this package."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

import talkinghead
from talkinghead.app.faces import photo_of_many
from talkinghead.app.files import check_film, check_inputs, named_after
from talkinghead.app.film import add_credentials, film, load
from talkinghead.app.guard import guarded
from talkinghead.app.jobs import Job, found, jobs_of, manners_of
from talkinghead.app.options import (
    Parser,
    add_borrowing,
    add_face,
    add_faces,
    add_fields,
    add_models,
    add_reporting,
    filled,
)
from talkinghead.app.plan import Plan, signature
from talkinghead.app.progress import Progress, reporter
from talkinghead.config import Output, Style
from talkinghead.media.formats import as_target, format_of
from talkinghead.puppet.store import find_puppet

PHOTO = """\
examples:
  python main_end2end.py --jpg face.jpg --amp_lip_x 2
  python main_end2end.py --jpg astronaut --audio speech.wav --output_folder results
The same work: talkinghead photo --help
"""
CARTOON = """\
examples:
  python main_end2end_cartoon.py --jpg wilk
  python main_end2end_cartoon.py --jpg wilk.png --jpg_bg forest.jpg --audio speech.wav
The same work: talkinghead cartoon --help
"""
# flag -> the network whose weights it names
NAMED = {
    "load_AUTOVC_name": ("voice", "the voice network"),
    "load_a2l_C_name": ("content", "the content branch"),
    "load_a2l_G_name": ("speaker", "the speaker branch"),
    "load_G_name": ("translator", "the translator"),
}
# Flags that say with what input the weights of MakeItTalk's image translation network were
# trained: flag -> what. They choose nothing that is seen, so a command line that has them goes on.
TOLD = {
    "add_audio_in": "whether the translator hears the sound, too",
    "comb_fan_awing": "which landmark drawings the translator was trained on",
}


def photo_main(argv: Sequence[str] | None = None) -> int:
    """`main_end2end.py`; the exit status."""
    parser = Parser(
        prog="main_end2end.py",
        description="Let a photo, painting or drawing speak.",
        epilog=PHOTO,
    )
    parser.add_argument(
        "--jpg", required=True, metavar="IMAGE",
        help="a picture with a face: a path, a name in examples/, or a sample (astronaut, "
        "grace_hopper)",
    )  # fmt: skip
    _common(parser)
    add_face(parser)
    add_faces(parser)
    add_models(parser)
    add_reporting(parser)
    return _main(parser, _photo, argv)


def cartoon_main(argv: Sequence[str] | None = None) -> int:
    """`main_end2end_cartoon.py`; the exit status."""
    parser = Parser(
        prog="main_end2end_cartoon.py", description="Let a puppet speak.", epilog=CARTOON
    )
    parser.add_argument(
        "--jpg", required=True, metavar="PUPPET",
        help="a puppet: its name, also with an ending as in wilk.png, or its folder",
    )  # fmt: skip
    parser.add_argument(
        "--jpg_bg", metavar="IMAGE",
        help="a picture to stand before (default: the puppet's background, whose name in "
        "MakeItTalk, as in wilk_bg.jpg, is taken for it, too)",
    )  # fmt: skip
    parser.add_argument(
        "--inner_lip", action="store_true",
        help="accepted; which points a puppet has is stored in the puppet here",
    )  # fmt: skip
    _common(parser)
    add_models(parser, detector=False)
    add_reporting(parser)
    return _main(parser, _cartoon, argv)


def _common(parser: Parser) -> None:
    parser.add_argument(
        "--audio", metavar="FILE",
        help="a recording; a path or a name in examples/ (default: every wav in examples/)",
    )  # fmt: skip
    parser.add_argument(
        "--output_folder", type=Path, default=Path("results"), metavar="DIR",
        help="folder for the videos, named IMAGE_AUDIO.mp4 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--out", dest="output", type=as_target, metavar="FILE",
        help="the one video to write, instead of a name in that folder",
    )  # fmt: skip
    add_credentials(parser)
    add_fields(parser, Style)
    add_borrowing(parser, listed=True)
    add_fields(parser, Output)
    group = parser.add_argument_group("MakeItTalk's flags for its networks")
    for flag, (name, what) in NAMED.items():
        group.add_argument(
            f"--{flag}", dest=f"{name}_weights", type=Path, metavar="PATH",
            help=f"weights of {what} (default: ckpt/{name}.safetensors)",
        )  # fmt: skip
    group.add_argument(
        "--close_input_face_mouth", action="store_true",
        help="accepted; the mouth is always closed at rest here",
    )  # fmt: skip
    for flag, what in TOLD.items():
        help = f"accepted; {what} is settled by its weights here"
        group.add_argument(f"--{flag}", action="store_true", help=help)


def _note_told(args: Namespace, progress: Progress) -> None:
    for flag, what in TOLD.items():
        if getattr(args, flag):
            progress.note(f"--{flag} changes nothing: {what} is settled by its weights here")


def _photo(args: Namespace, progress: Progress) -> None:
    _note_told(args, progress)
    image, manners = found(args.jpg), manners_of(args)
    if args.faces:
        args.image = image
        args.output = args.output or named_after(image, "faces", args.output_folder)
        args.style_from = manners[0]
        photo_of_many(args, progress)
        return
    style, output, jobs = filled(Style, args), filled(Output, args), jobs_of(args, image, manners)
    _check(args, jobs, image, output.fps)
    animator = load(args, progress)
    progress.stage("finding the face")
    subject = animator.photo(image, face=args.face, size=output.size, crop=output.crop)
    _films(args, animator, subject, jobs, style, output, progress)


def _cartoon(args: Namespace, progress: Progress) -> None:
    _note_told(args, progress)
    style, output = filled(Style, args), filled(Output, args)
    jobs = jobs_of(args, args.jpg, manners_of(args))
    behind = _background(args)
    _check(args, jobs, behind, output.fps)
    find_puppet(args.jpg)
    animator = load(args, progress)
    progress.stage("setting up the puppet")
    subject = animator.cartoon(
        args.jpg,
        background=behind,
        size=output.size,
        crop=output.crop,
        transparent=args.jpg_bg is None and format_of(jobs[0].target).cutout,
    )
    _films(args, animator, subject, jobs, style, output, progress)


def _background(args: Namespace) -> str | None:
    """The picture to stand before; None: the puppet's own, which MakeItTalk calls wilk_bg.jpg."""
    named: str | None = args.jpg_bg
    if named is None or Path(named).exists():
        return named
    return None if Path(named).stem == f"{Path(args.jpg).stem}_bg" else named


def _check(args: Namespace, jobs: list[Job], picture: str | None, fps: float) -> None:
    read = [name for job in jobs for name in (job.audio, job.manner)]  # by the later ones, too
    for job in jobs:
        check_inputs(picture, job.audio, args.pose_from, job.manner, args.ckpt)
        check_film(job.target, picture, args.pose_from, *read, fps=fps)
        signature(args, job.target)


def _films(
    args: Namespace,
    animator: talkinghead.Animator,
    subject: talkinghead.Subject,
    jobs: list[Job],
    style: Style,
    output: Output,
    progress: Progress,
) -> None:
    reference = animator.reference(args.pose_from) if args.pose_from else None
    for job in jobs:
        plan = Plan(job.target, (), style, output, signature(args, job.target))
        film(animator, subject, job.audio, plan, progress, reference=reference, manner=job.manner)


def _main(
    parser: Parser, work: Callable[[Namespace, Progress], None], argv: Sequence[str] | None
) -> int:
    try:
        args = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    progress = reporter(args.progress, args.quiet)
    return guarded(lambda: work(args, progress), progress)
