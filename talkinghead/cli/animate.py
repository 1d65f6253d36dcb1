"""`talkinghead photo` and `talkinghead cartoon`: a picture and a recording to a video."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from typing import TYPE_CHECKING

from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.requests.animation import CartoonRequest, PhotoRequest, VideoRequest

if TYPE_CHECKING:
    from talkinghead.progress import Progress
    from talkinghead.requests.run import RenderedFile

PHOTO = """\
examples:
  talkinghead photo face.jpg speech.wav -o speaking.mp4
  talkinghead photo face.jpg --say "Hello"
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
    add_options(parser, PhotoRequest)
    add_reporting(parser)
    parser.set_defaults(run=photo)


def configure_cartoon(parser: Parser) -> None:
    """The options of `cartoon`."""
    parser.epilog = CARTOON
    add_options(parser, CartoonRequest)
    add_reporting(parser)
    parser.set_defaults(run=cartoon)


def photo(args: Namespace, progress: Progress) -> None:
    """Let a photo speak."""
    render(read_options(PhotoRequest, args), progress)


def cartoon(args: Namespace, progress: Progress) -> None:
    """Let a puppet speak."""
    render(read_options(CartoonRequest, args), progress)


def render(request: VideoRequest, progress: Progress) -> None:
    """Carry out a request, and print the path of what was written."""
    from talkinghead.requests.run import load_animator, render_video  # imports torch

    for note in (*request.notes, *request.notes_on_output):
        progress.note(note)
    animator = load_animator(request.models, progress)
    report(render_video(request, animator, progress), progress)


def report(rendered: RenderedFile, progress: Progress) -> None:
    """Say that a video was written, and print its path."""
    progress.success(
        output=str(rendered.path), frames=rendered.frame_count, seconds=rendered.seconds
    )
    progress.print_output(rendered.path)
