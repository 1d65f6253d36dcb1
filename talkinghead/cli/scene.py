"""`talkinghead scene`: a file that says who stands where and who speaks when, to a video."""

from __future__ import annotations  # evaluated, they would import rich: --help must not

from argparse import Namespace
from typing import TYPE_CHECKING

from talkinghead.cli.animate import render
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.requests.scene import SceneRequest

if TYPE_CHECKING:
    from talkinghead.progress import Progress

EXAMPLES = """\
examples:
  talkinghead scene examples/scene.yaml -o scene.mp4
  talkinghead scene talk.yaml -o talk.webm --size 640
the file, with paths relative to it:
  format: 1
  canvas: [1280, 720]            # pixels
  background: '#cfe3ee'          # or a picture; without it, webm and its like are transparent
  fps: 25
  end: 0.5                       # seconds after the last audio
  actors:
    wolf:
      puppet: wilk               # a name or a folder; or 'photo: face.jpg'
      at: [0.28, 0.56]           # its centre, as fractions of the canvas
      height: 0.9                # as a fraction of the canvas height
      mirror: true
      layer: 1                   # larger is nearer
      motion: {amp_pos: 1.5}     # as the options of 'talkinghead cartoon'
      style_from: lively         # as --style-from: a recording, or one of 'talkinghead styles'
      pose_from: nods.mp4        # as --pose-from
  lines:
    - {actor: wolf, audio: hello.wav}
    - {actor: wolf, audio: more.wav, pause: 0.6}    # seconds after the line before
    - {actor: wolf, audio: end.wav, start: 12.5}    # seconds from the beginning
"""


def configure(parser: Parser) -> None:
    """The options of `scene`."""
    parser.epilog = EXAMPLES
    add_options(parser, SceneRequest)
    add_reporting(parser)
    parser.set_defaults(run=scene)


def scene(args: Namespace, progress: Progress) -> None:
    """Render a scene."""
    render(read_options(SceneRequest, args), progress)
