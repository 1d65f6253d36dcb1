"""`talkinghead photo` and `talkinghead cartoon`: a picture and a recording to a video."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.app.options import (
    DETECTORS,
    Parser,
    add_backdrop,
    add_borrowing,
    add_face,
    add_faces,
    add_fields,
    add_models,
    add_reporting,
)
from talkinghead.app.plan import Plan, clear, plan_cartoon, plan_photo
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.media.formats import KNOWN, as_target
from talkinghead.media.provenance import MEDIA_TYPES

Load = Callable[[Namespace, Progress], "talkinghead.Animator"]

# Set by MakeItTalk's flags.
WEIGHTS = ("voice_weights", "content_weights", "speaker_weights", "translator_weights")
PHOTO = """\
examples:
  talkinghead photo face.jpg speech.wav -o speaking.mp4
  talkinghead photo astronaut speech.mp3 --size 512 --side-by-side
  talkinghead photo family.jpg speech.wav --face 1 --still --amp_lip_x 3
  talkinghead photo couple.jpg --faces "0=hers.wav 1=his.wav" -o couple.mp4
"""
CARTOON = """\
examples:
  talkinghead cartoon wilk speech.wav -o wilk.mp4
  talkinghead cartoon wilk speech.wav --background forest.jpg --amp_pos 0.5
  talkinghead cartoon wilk speech.wav -o wilk.webm            without its background
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
    _common(parser, several=True)
    add_face(parser)
    add_faces(parser)
    add_models(parser)
    add_reporting(parser)
    parser.set_defaults(run=photo, plan=plan_photo)


def configure_cartoon(parser: Parser) -> None:
    """The options of `cartoon`."""
    parser.epilog = CARTOON
    parser.add_argument(
        "puppet", metavar="PUPPET", help="a name out of 'talkinghead puppet list', or a folder"
    )
    _common(parser)
    add_backdrop(parser)
    add_models(parser, detector=False)
    add_reporting(parser)
    parser.set_defaults(run=cartoon, plan=plan_cartoon)


def add_output(parser: Parser, default: str) -> None:
    """Where the video goes, whose ending is its format."""
    known = KNOWN.replace("%", "%%")  # argparse formats what it prints
    parser.add_argument(
        "-o",
        "--output",
        type=as_target,
        metavar="OUT",
        help=f"the video to write: {known}, or a folder with / at its end for such pictures; "
        f"webp and gif have no sound (default: {default} in the folder you are in)",
    )
    add_credentials(parser)


def add_credentials(parser: Parser) -> None:
    """Who signs the video."""
    parser.add_argument(
        "--credentials",
        nargs=2,
        type=Path,
        metavar=("CHAIN.pem", "KEY.pem"),
        help="sign the video as synthetic, with C2PA Content Credentials: the signer's "
        f"certificates and private key ({', '.join(MEDIA_TYPES)}; needs c2pa-python)",
    )


def _common(parser: Parser, *, several: bool = False) -> None:
    parser.add_argument(
        "audio",
        metavar="AUDIO",
        nargs="?" if several else None,
        help="a recording, or a video with sound, of any usual kind",
    )
    add_output(parser, "IMAGE_AUDIO.mp4")
    add_fields(parser, Style)
    add_borrowing(parser)
    parser.add_argument(
        "--motion", metavar="FILE.npz",
        help="move as this says, which 'talkinghead motion' wrote of the same face; the flags of "
        "how the face moves then change nothing",
    )  # fmt: skip
    add_fields(parser, Output)


def load(args: Namespace, progress: Progress) -> talkinghead.Animator:
    """The networks, as the options of a command ask for them."""
    progress.stage("loading the networks")
    return talkinghead.Animator(**networks(args), notify=progress.note)


def networks(args: Namespace) -> dict[str, Any]:
    """Which networks the options of a command ask for, and where these are to run."""
    return {
        "detector_name": getattr(args, "detector", DETECTORS[0]),
        "device": args.device,
        "ckpt": args.ckpt,
        "finish": not getattr(args, "unfinished", True),  # without that flag no photo is painted
        **{name: getattr(args, name, None) for name in WEIGHTS},
    }


def photo(args: Namespace, progress: Progress, load: Load = load) -> None:
    """Let a photo speak."""
    if args.faces:
        from talkinghead.app.faces import photo_of_many

        photo_of_many(args, progress, load)
        return
    plan = plan_photo(args)
    size, crop = plan.output.size, plan.output.crop
    animator = load(args, progress)
    progress.stage("finding the face")
    subject = animator.photo(args.image, face=args.face, size=size, crop=crop)
    borrows = borrowed(animator, args)
    film(animator, subject, args.audio, plan, progress, **borrows, motion=args.motion)


def cartoon(args: Namespace, progress: Progress, load: Load = load) -> None:
    """Let a puppet speak."""
    plan = plan_cartoon(args)
    animator = load(args, progress)
    progress.stage("setting up the puppet")
    subject = animator.cartoon(
        args.puppet,
        background=args.background,
        size=plan.output.size,
        crop=plan.output.crop,
        transparent=clear(args, plan.target),
    )
    borrows = borrowed(animator, args)
    film(animator, subject, args.audio, plan, progress, **borrows, motion=args.motion)


def borrowed(animator: talkinghead.Animator, args: Namespace) -> dict[str, Any]:
    """What `animate` borrows, as the options ask for it."""
    reference = animator.reference(args.pose_from) if args.pose_from else None
    return {"reference": reference, "manner": args.style_from}


def film(
    animator: talkinghead.Animator,
    subject: talkinghead.Subject,
    audio: str,
    plan: Plan,
    progress: Progress,
    *,
    reference: talkinghead.FaceTrack | None = None,
    manner: str | None = None,
    motion: str | None = None,
) -> None:
    """Animate, write, and print the path of what was written."""
    began = time.monotonic()
    track = None
    if motion is not None:
        from talkinghead.media.motion_files import read_motion  # imports numpy: not for --help

        track = read_motion(motion, subject.face)
    progress.stage("listening")
    clip = animator.animate(
        subject,
        audio,
        plan.style,
        plan.output,
        reference=reference,
        manner=manner,
        motion=track,
    )
    develop(clip, plan, progress, began)


def develop(clip: talkinghead.Clip, plan: Plan, progress: Progress, began: float) -> None:
    """Write a clip, and print the path of what was written; `began` is on the monotonic clock."""
    progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
    talkinghead.write_video(
        clip,
        plan.target,
        credentials=plan.credentials,
        progress=lambda done, _: progress.step(done),
    )
    seconds = time.monotonic() - began
    progress.success(output=str(plan.target), frames=clip.count, seconds=round(seconds, 2))
    progress.wrote(plan.target)
