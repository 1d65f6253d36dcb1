"""`talkinghead plot`: look at what moves, without a picture being painted."""

from argparse import Namespace
from pathlib import Path

import numpy as np

from talkinghead.app.files import check_inputs, check_target
from talkinghead.app.film import load
from talkinghead.app.options import (
    Parser,
    add_borrowing,
    add_face,
    add_fields,
    add_models,
    add_reporting,
    filled,
)
from talkinghead.app.progress import Progress
from talkinghead.config import Style
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.media.audio import read_audio
from talkinghead.media.encode import write_video
from talkinghead.motion.style import settled
from talkinghead.pipeline import Animator, at_rest
from talkinghead.puppet.store import find_puppet
from talkinghead.render.plot import plot_landmarks, plot_track
from talkinghead.render.sketch import SketchRenderer
from talkinghead.types import (
    Array,
    Clip,
    FaceFrame,
    FaceShape,
    FaceTrack,
    Subject,
)

NOBODY = "none"  # in place of a picture
WRITTEN = ("track.png", "landmarks.png", "landmarks.mp4")
EXAMPLES = """\
examples:
  talkinghead plot astronaut speech.wav -o plots/
  talkinghead plot none speech.wav -o plots/
  talkinghead plot --puppet wilk speech.wav -o plots/ --style-from lively
writes in DIR
  track.png      mouth opening and width and head pose, under the sound
  landmarks.png  the 68 points on the picture; not without a picture
  landmarks.mp4  the points as they move, with the sound
"""


def configure(parser: Parser) -> None:
    """The options of `plot`."""
    parser.epilog = EXAMPLES
    add_mover(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder to write in"
    )
    add_face(parser)
    add_fields(parser, Style)
    add_borrowing(parser)
    add_models(parser, painter=False)
    add_reporting(parser)
    parser.set_defaults(run=plot)


def add_mover(parser: Parser) -> None:
    """Who moves, and to what sound."""
    parser.add_argument(
        "image", metavar="IMAGE", nargs="?",
        help="a picture with a face, or a sample (astronaut, grace_hopper), or 'none' for the "
        "average face",
    )  # fmt: skip
    parser.add_argument("audio", metavar="AUDIO", help="a recording, or a video with sound")
    parser.add_argument("--puppet", metavar="NAME", help="a puppet instead of IMAGE")


def plot(args: Namespace, progress: Progress) -> None:
    """Write the plots and the video."""
    style, image = filled(Style, args), checked_mover(args)
    track_to, points_to, film_to = (args.output / name for name in WRITTEN)
    for target in (track_to, points_to, film_to):
        check_target(target, image, args.audio, args.pose_from, args.style_from)
    animator = load(args, progress)
    progress.stage("finding the face")
    subject, picture, points = mover(args, animator)
    progress.stage("listening")
    wave = read_audio(args.audio)
    features = animator.listen(wave, args.style_from)
    reference = animator.reference(args.pose_from) if args.pose_from else None
    track = animator.move(features, subject.face, style, subject.lip_gain, reference)
    track = settled(track, subject.face)

    args.output.mkdir(parents=True, exist_ok=True)
    progress.stage("drawing")
    plot_track(track, wave, track_to, Path(args.audio).name)
    progress.wrote(track_to)
    if picture is not None:
        plot_landmarks(picture, points, points_to)
        progress.wrote(points_to)
    sketch = SketchRenderer()
    frames = sketch.render(subject.frame.place(track))
    clip = Clip(frames, len(track), sketch.size, track.fps, wave, args.audio)
    progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
    write_video(clip, film_to, progress=lambda done, _: progress.step(done))
    progress.success(output=str(args.output))
    progress.wrote(film_to)


def checked_mover(args: Namespace) -> str | None:
    """The picture of who moves, None where that is no file; files are looked at."""
    if (args.image is None) == (args.puppet is None):
        raise InputError("give either IMAGE (or 'none') or --puppet NAME, and one of them only")
    if args.face is not None and args.image in (None, NOBODY):
        raise InputError("--face chooses among the faces of a picture; leave it out, or give IMAGE")
    if args.puppet is not None:
        find_puppet(args.puppet)
    image = None if args.image in (None, NOBODY) else args.image
    check_inputs(image, args.audio, args.pose_from, args.style_from, args.ckpt)
    return image


def mover(args: Namespace, animator: Animator) -> tuple[Subject, Array | None, Array]:
    """Who moves, the picture to draw on, and the 68 points in its pixels."""
    if args.image == NOBODY:
        face, frame = FaceShape(close_mouth(mean_face())), FaceFrame(np.eye(3), 300.0, np.zeros(3))
        return Subject(face, frame, SketchRenderer()), None, face.points
    if args.puppet:
        subject = animator.cartoon(args.puppet)
        points = subject.frame.to_pixels(subject.face.points)
        rest = subject.frame.place(FaceTrack(subject.face.points[None], np.zeros((1, 6))))
        return subject, next(subject.renderer.render(rest)), points
    portrait = animator.portrait(args.image, args.face)
    return Subject(*at_rest(portrait), SketchRenderer()), portrait.image, portrait.landmarks
