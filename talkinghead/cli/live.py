"""`talkinghead live`: a face that says what arrives, in the browser, a window or a camera."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from typing import TYPE_CHECKING

from talkinghead.cli.options import (
    Parser,
    add_options,
    add_page_options,
    add_reporting,
    read_options,
)
from talkinghead.requests.live import LiveRequest

if TYPE_CHECKING:
    from talkinghead.progress import Progress

DEFAULT_PORT = 8485
EXAMPLES = """\
examples:
  talkinghead live wilk                        a page with a text field and the microphone
  talkinghead live face.jpg --say "Good morning"
  talkinghead live wilk --microphone --to camera
  arecord -f S16_LE -r 16000 | talkinghead live wilk --pcm 16000
  espeak-ng --stdout Hello | ffmpeg -i - -f s16le -ar 16000 - | talkinghead live wilk --pcm 16000 \\
      --to stdout --size 256 | ffplay -f rawvideo -pixel_format rgb24 -video_size 256x256 -
OBS and players read http://127.0.0.1:8485/api/live/live/video.webm, or video.mjpeg without sound.
docs/live.md describes latency, agents (LiveKit, Pipecat) and the protocol of the page.
"""


def configure(parser: Parser) -> None:
    """The options of `live`."""
    parser.epilog = EXAMPLES
    add_page_options(parser, DEFAULT_PORT)
    add_options(parser, LiveRequest)
    add_reporting(parser)
    parser.set_defaults(run=run)


def run(args: Namespace, progress: Progress) -> None:
    """Show the face until its speech ends, or until Ctrl-C."""
    request = read_options(LiveRequest, args)

    from talkinghead.web.live_show import show_live  # imports torch: not for --help

    show_live(request, progress, port=args.port, browser=not args.no_browser)
