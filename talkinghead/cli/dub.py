"""`talkinghead dub`: a video and a recording to a video in which the face says the new words."""

from __future__ import annotations  # evaluated, they would import rich: --help must not

from argparse import Namespace
from typing import TYPE_CHECKING

from talkinghead.cli.animate import render
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.requests.dub import DubRequest

if TYPE_CHECKING:
    from talkinghead.progress import Progress

EXAMPLES = """\
examples:
  talkinghead dub interview.mp4 translation.wav -o dubbed.mp4
  talkinghead dub interview.mp4 longer.wav --extend loop
  talkinghead dub debate.mp4 --faces "0=hers.wav 1=his.wav" -o debate-de.mp4
  talkinghead dub debate.mp4 speech.wav --face-like her.jpg --keep
"""


def configure(parser: Parser) -> None:
    """The options of `dub`."""
    parser.epilog = EXAMPLES
    add_options(parser, DubRequest)
    add_reporting(parser)
    parser.set_defaults(run=dub)


def dub(args: Namespace, progress: Progress) -> None:
    """Dub a video."""
    render(read_options(DubRequest, args), progress)
