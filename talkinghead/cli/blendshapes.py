"""`talkinghead blendshapes`: ARKit's 52 blendshapes in files, or sent as they are spoken."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from contextlib import ExitStack
from typing import TYPE_CHECKING

from talkinghead.cli.export import predict_track, with_recording
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.progress import Progress
from talkinghead.requests.files import notes_on_replacing
from talkinghead.requests.track import BlendshapesRequest

if TYPE_CHECKING:
    from pathlib import Path

    from talkinghead.types import Array, FaceShape, FaceTrack

EXAMPLES = """\
examples:
  talkinghead blendshapes none speech.wav -o face.csv           as Live Link Face records it
  talkinghead blendshapes astronaut speech.wav -o face.glb      an animated face of this portrait
  talkinghead blendshapes none --say "Hello" --live-link 127.0.0.1          to Unreal Engine
  talkinghead blendshapes none --say "Hello" --vmc 127.0.0.1                to VSeeFace and others
31 of the 52 shapes are given, as far as 68 landmarks show them; the others are 0. Left and right
are the subject's.
"""


def configure(parser: Parser) -> None:
    """The options of `blendshapes`."""
    parser.epilog = EXAMPLES
    add_options(parser, BlendshapesRequest)
    add_reporting(parser)
    parser.set_defaults(run=blendshapes)


def blendshapes(args: Namespace, progress: Progress) -> None:
    """Predict the motion, fit the blendshapes, and write or send them."""
    request = read_options(BlendshapesRequest, with_recording(args))
    for note in notes_on_replacing(*request.outputs, option=True):
        progress.note(note)

    from talkinghead.media.rig_stream import open_streams, play
    from talkinghead.motion.blendshapes import blendshape_weights

    with ExitStack() as opened:
        streams = open_streams(request.live_link, request.vmc, opened)
        subject, track = predict_track(request, progress)
        weights = blendshape_weights(track, subject.face)
        if request.target is not None:
            write(weights, track, subject.face, request.target)
        if streams:
            progress.start(len(track), "frame", fps=track.fps)
            play(streams, weights, track.pose, track.fps, progress.step)
    output = "" if request.target is None else str(request.target)
    progress.success(output=output, frames=len(track))
    if request.target is not None:
        progress.print_output(request.target)


def write(weights: Array, track: FaceTrack, face: FaceShape, target: Path) -> None:
    """Write (t, 52) weights in the format of the suffix."""
    from talkinghead.media.blendshape_export import write_blendshapes
    from talkinghead.motion.blendshapes import write_face

    if target.suffix.lower() == ".glb":
        write_face(weights, track, face, target)
    else:
        write_blendshapes(weights, track.pose, track.fps, target)
