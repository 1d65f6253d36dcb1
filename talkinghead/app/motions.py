"""`talkinghead motion`: how a face moves, as numbers for a rig of one's own."""

from argparse import Namespace
from pathlib import Path

from talkinghead.app.files import check_target
from talkinghead.app.film import borrowed, load
from talkinghead.app.options import (
    Parser,
    add_borrowing,
    add_face,
    add_field,
    add_fields,
    add_models,
    add_reporting,
    filled,
)
from talkinghead.app.plots import add_mover, checked_mover, mover
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.errors import OutputError
from talkinghead.media.motion_files import ENDINGS, write_motion

EXAMPLES = """\
examples:
  talkinghead motion astronaut speech.wav -o motion.npz
  talkinghead motion none speech.wav -o motion.csv --fps 24 --still
  talkinghead motion --puppet wilk speech.wav -o motion.json
The 68 points in face units: the face 1 wide and upright, x right, y down, z away. The head apart:
yaw, pitch and roll in degrees, x, y and z in face widths.
"""


def configure(parser: Parser) -> None:
    """The options of `motion`."""
    parser.epilog = EXAMPLES
    add_mover(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT",
        help=f"the file to write; its ending is its format: {', '.join(ENDINGS)}",
    )  # fmt: skip
    add_face(parser)
    add_field(parser, Output, "fps")
    add_fields(parser, Style)
    add_borrowing(parser)
    add_models(parser, painter=False)
    add_reporting(parser)
    parser.set_defaults(run=motion)


def motion(args: Namespace, progress: Progress) -> None:
    """Listen, move, write, and print the path of what was written."""
    style, fps, image = filled(Style, args), filled(Output, args).fps, checked_mover(args)
    target: Path = args.output
    check_target(target, image, args.audio, args.pose_from, args.style_from)
    if target.suffix.lower() not in ENDINGS:
        raise OutputError(
            f"{target}: unknown suffix {target.suffix!r}; name it {', '.join(ENDINGS)}"
        )
    animator = load(args, progress)
    progress.stage("finding the face")
    subject, _, _ = mover(args, animator)
    progress.stage("listening")
    track = animator.motion(subject, args.audio, style, fps, **borrowed(animator, args))
    write_motion(track, subject.face, target)
    progress.success(output=str(target), frames=len(track))
    progress.wrote(target)
