"""`talkinghead photo` and `talkinghead cartoon`: a picture and a recording to an mp4."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.app.files import check_film, check_inputs, named_after
from talkinghead.app.options import (
    DETECTORS,
    Parser,
    add_borrowing,
    add_face,
    add_fields,
    add_models,
    add_reporting,
    filled,
)
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style

PHOTO = """\
examples:
  talkinghead photo face.jpg speech.wav -o speaking.mp4
  talkinghead photo astronaut speech.mp3 --size 512 --side-by-side
  talkinghead photo family.jpg speech.wav --face 1 --still --amp_lip_x 3
"""
CARTOON = """\
examples:
  talkinghead cartoon wilk speech.wav -o wilk.mp4
  talkinghead cartoon wilk speech.wav --background forest.jpg --amp_pos 0.5
  talkinghead puppet list
"""


def configure_photo(parser: Parser) -> None:
    """The options of `photo`."""
    parser.epilog = PHOTO
    parser.add_argument(
        "image",
        metavar="IMAGE",
        help="a picture with a face, of any kind Pillow reads; or a sample: astronaut, "
        "grace_hopper",
    )
    _common(parser)
    add_face(parser)
    add_models(parser)
    add_reporting(parser)
    parser.set_defaults(run=photo)


def configure_cartoon(parser: Parser) -> None:
    """The options of `cartoon`."""
    parser.epilog = CARTOON
    parser.add_argument(
        "puppet", metavar="PUPPET", help="a name out of 'talkinghead puppet list', or a folder"
    )
    _common(parser)
    parser.add_argument(
        "--background", metavar="IMAGE", help="a picture to stand before (default: the puppet's)"
    )
    add_models(parser, detector=False)
    add_reporting(parser)
    parser.set_defaults(run=cartoon)


def _common(parser: Parser) -> None:
    parser.add_argument(
        "audio", metavar="AUDIO", help="a recording, or a video with sound, of any usual kind"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT.mp4",
        help="the video to write (default: IMAGE_AUDIO.mp4 in the folder you are in)",
    )
    add_fields(parser, Style)
    add_borrowing(parser)
    add_fields(parser, Output)


def photo(args: Namespace, progress: Progress) -> None:
    """Let a photo speak."""
    target = args.output or named_after(args.image, args.audio, Path())
    style, output = filled(Style, args), filled(Output, args)
    check_inputs(args.image, args.audio, args.pose_from, args.style_from)
    check_film(target, args.image, args.audio)
    animator = load(args, progress)
    progress.stage("finding the face")
    subject = animator.photo(args.image, face=args.face, size=output.size)
    film(animator, subject, args.audio, target, style, output, progress, **borrowed(animator, args))


def cartoon(args: Namespace, progress: Progress) -> None:
    """Let a puppet speak."""
    target = args.output or named_after(args.puppet, args.audio, Path())
    style, output = filled(Style, args), filled(Output, args)
    check_inputs(args.background, args.audio, args.pose_from, args.style_from)
    check_film(target, args.audio, *filter(None, [args.background]))
    animator = load(args, progress)
    progress.stage("setting up the puppet")
    subject = animator.cartoon(args.puppet, background=args.background, size=output.size)
    film(animator, subject, args.audio, target, style, output, progress, **borrowed(animator, args))


def load(args: Namespace, progress: Progress) -> talkinghead.Animator:
    """The networks, as the options of a command ask for them."""
    progress.stage("loading the networks")
    return talkinghead.Animator(
        detector_name=getattr(args, "detector", DETECTORS[0]),
        device=args.device,
        ckpt=args.ckpt,
        content_weights=getattr(args, "content_weights", None),
        notify=progress.note,
    )


def borrowed(animator: talkinghead.Animator, args: Namespace) -> dict[str, Any]:
    """What `animate` borrows, as the options ask for it."""
    reference = animator.reference(args.pose_from) if args.pose_from else None
    return {"reference": reference, "manner": args.style_from}


def film(
    animator: talkinghead.Animator,
    subject: talkinghead.Subject,
    audio: str,
    target: Path,
    style: Style,
    output: Output,
    progress: Progress,
    *,
    reference: talkinghead.FaceTrack | None = None,
    manner: str | None = None,
) -> None:
    """Animate, write, and print the path of what was written."""
    began = time.monotonic()
    progress.stage("listening")
    clip = animator.animate(subject, audio, style, output, reference=reference, manner=manner)
    progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
    talkinghead.write_video(clip, target, progress=lambda done, _: progress.step(done))
    seconds = time.monotonic() - began
    progress.success(output=str(target), frames=clip.count, seconds=round(seconds, 2))
    progress.wrote(target)
