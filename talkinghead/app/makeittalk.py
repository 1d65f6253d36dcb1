"""MakeItTalk's command lines, with its flags and their meaning, on top of this package."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import talkinghead
from talkinghead.app.faces import photo_of_many
from talkinghead.app.files import check_folder, check_inputs, check_target, named_after
from talkinghead.app.film import film, load
from talkinghead.app.guard import guarded
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
from talkinghead.app.progress import Progress, reporter
from talkinghead.config import Output, Style
from talkinghead.errors import InputError
from talkinghead.home import home

EXAMPLES = home("examples")
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


class Job(NamedTuple):
    """One video to make."""

    audio: str
    manner: str | None  # a recording or a stored style
    target: Path


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
        help="a picture to stand before (default: the puppet's background)",
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
    add_fields(parser, Style)
    add_borrowing(parser, listed=True)
    add_fields(parser, Output)


def _photo(args: Namespace, progress: Progress) -> None:
    for flag, what in TOLD.items():
        if getattr(args, flag):
            progress.note(f"--{flag} changes nothing: {what} is settled by its weights here")
    image, manners = _found(args.jpg), _manners(args)
    if args.faces:
        args.image, args.output = image, named_after(image, "faces", args.output_folder)
        args.style_from = manners[0]
        photo_of_many(args, progress)
        return
    style, output, jobs = filled(Style, args), filled(Output, args), _jobs(args, image, manners)
    _check(args, jobs, image)
    animator = load(args, progress)
    progress.stage("finding the face")
    subject = animator.photo(image, face=args.face, size=output.size, crop=output.crop)
    _films(args, animator, subject, jobs, style, output, progress)


def _cartoon(args: Namespace, progress: Progress) -> None:
    style, output = filled(Style, args), filled(Output, args)
    jobs = _jobs(args, args.jpg, _manners(args))
    _check(args, jobs, args.jpg_bg)
    animator = load(args, progress)
    progress.stage("setting up the puppet")
    subject = animator.cartoon(args.jpg, background=args.jpg_bg, size=output.size, crop=output.crop)
    _films(args, animator, subject, jobs, style, output, progress)


def _check(args: Namespace, jobs: list[Job], picture: str | None) -> None:
    for job in jobs:
        check_inputs(picture, job.audio, args.pose_from, job.manner, args.ckpt)
        check_target(job.target, job.audio, *filter(None, [picture]))


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
        borrowed: dict[str, Any] = {"reference": reference, "manner": job.manner}
        film(animator, subject, job.audio, job.target, style, output, progress, **borrowed)


def _manners(args: Namespace) -> list[str | None]:
    """Whose manner is borrowed, one video each; None: the speaker's own."""
    if args.styles and args.style_from:
        raise InputError("--style-from and --reuse_train_emb_list say the same; leave one out")
    return list(dict.fromkeys(args.styles)) or [args.style_from]


def _found(name: str) -> str:
    """A path as it stands; otherwise, as in MakeItTalk, a file in examples/."""
    example = EXAMPLES / name
    return str(example) if not Path(name).exists() and example.is_file() else name


def _jobs(args: Namespace, image: str, manners: list[str | None]) -> list[Job]:
    """The recording that is named, or every wav in examples/, with each of the manners."""
    check_folder(args.output_folder)
    if args.audio:
        recordings = [_found(args.audio)]
    else:
        recordings = [str(path) for path in sorted(EXAMPLES.glob("*.wav"))]
    if not recordings:
        raise InputError(f"{EXAMPLES}: holds no wav; name a recording with --audio")
    jobs = []
    for audio in recordings:
        for manner in manners:
            target = named_after(image, audio, args.output_folder)
            if manner is not None and len(manners) > 1:
                target = target.with_stem(f"{target.stem}_{Path(manner).stem}")
            jobs.append(Job(audio, manner, target))
    if len({job.target for job in jobs}) < len(jobs):
        raise InputError("--reuse_train_emb_list: two styles would name one video; rename one")
    return jobs


def _main(
    parser: Parser, work: Callable[[Namespace, Progress], None], argv: Sequence[str] | None
) -> int:
    try:
        args = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    progress = reporter(args.progress, args.quiet)
    return guarded(lambda: work(args, progress), progress)
