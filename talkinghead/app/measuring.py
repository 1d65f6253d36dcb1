"""`talkinghead evaluate` and `compare`: against real clips; voices: `hearing`, lips: `syncing`."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from talkinghead import weights
from talkinghead.app.files import check_film, check_picture, check_target
from talkinghead.app.film import load
from talkinghead.app.hearing import add_voice
from talkinghead.app.mannering import add_manner
from talkinghead.app.options import Parser, add_models, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.app.reports import add_output, add_split, counted, show_clips
from talkinghead.app.syncing import add_sync
from talkinghead.errors import InputError
from talkinghead.evaluate.compare import compare
from talkinghead.evaluate.motion import Offset, evaluate_motion
from talkinghead.evaluate.render import evaluate_render, scene_of
from talkinghead.evaluate.sync import offset_of
from talkinghead.face.matte import person_matte
from talkinghead.media.encode import write_video
from talkinghead.media.formats import as_target
from talkinghead.media.image import write_image
from talkinghead.media.video import read_video
from talkinghead.pipeline import Animator
from talkinghead.render.photo import PhotoRenderer
from talkinghead.sync.net import SYNC, load_expert
from talkinghead.train.splits import selection
from talkinghead.types import FaceShape, FaceTrack, Portrait, Renderer, Waveform

MEL = "content_mel.safetensors"  # the content branch that hears log-mel, for comparison
EVALUATE = """\
examples:
  talkinghead evaluate motion clips/
  talkinghead evaluate render clips/ --json --out render.json
  talkinghead evaluate sync speaking.mp4
talkinghead/evaluate/metrics.py defines the figures. Beside ours: a mouth that does not move
(still), one that opens with the loudness (energy), the branch trained on log-mel alone (mel); the
first frame repeated (copy), and painted without the translator (warp).
r_open_in_step, r_width_in_step: the same with the clip's own picture moved by as many frames as
the sync expert finds it late (see 'evaluate sync'), where ckpt/ holds one.
"""
COMPARE = """\
examples:
  talkinghead compare clip.mp4 -o mouths.png
  talkinghead compare clip.mp4 -o mouths.png --video both.mp4
"""
KINDS = {
    "motion": "the motion predicted from a clip's sound, against the clip's own",
    "render": "a clip's first frame moved by the clip's landmarks, against the clip",
}


def configure_evaluate(parser: Parser) -> None:
    """The sub-commands of `evaluate`."""
    kinds = parser.add_subparsers(metavar="WHAT", title="what", required=True)
    for name, what in KINDS.items():
        kind = kinds.add_parser(
            name, help=what, description=f"Measure {what}.", epilog=EVALUATE
        )  # fmt: skip
        kind.add_argument("clips", metavar="DIR", type=Path, help="folder of talking clips (mp4)")
        add_split(kind)
        add_output(kind)
        if name == "render":
            kind.add_argument(
                "--max-frames", type=positive, metavar="N", help="of each clip (default: all)"
            )
        add_models(kind, painter=name == "render")
        add_reporting(kind)
        kind.set_defaults(run=evaluate, kind=name)
    add_voice(kinds)
    add_manner(kinds)
    add_sync(kinds)


def configure_compare(parser: Parser) -> None:
    """The options of `compare`."""
    parser.epilog = COMPARE
    parser.add_argument("clip", metavar="CLIP", type=Path, help="a video of one talking face")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PNG",
        help="contact sheet to write: true mouths above rendered ones",
    )  # fmt: skip
    parser.add_argument(
        "--video", type=as_target, metavar="MP4", help="both side by side, half speed"
    )
    parser.add_argument(
        "--max-frames", type=positive, default=250, metavar="N",
        help="of the clip (default: %(default)s)",
    )  # fmt: skip
    add_models(parser)
    add_reporting(parser)
    parser.set_defaults(run=show)


def mover(animator: Animator) -> Callable[[Waveform, FaceShape], FaceTrack]:
    """How an animator moves a face to a sound, in its natural style."""
    return lambda wave, face: animator.move(animator.listen(wave), face)


def baselines(args: Namespace) -> dict[str, Animator]:
    """The branch trained on log-mel alone, where the folder of weights holds one."""
    path = (args.ckpt or weights.FOLDER) / MEL
    if not path.exists():
        return {}
    return {"mel": Animator(device=args.device, ckpt=args.ckpt, content_weights=path)}


def lateness(args: Namespace, animator: Animator) -> Offset | None:
    """How late a clip's picture comes, where the folder of weights holds a sync expert."""
    path = (args.ckpt or weights.FOLDER) / SYNC
    if not path.exists():
        return None
    return partial(offset_of, load_expert(path, animator.device))


def _warp(portrait: Portrait) -> Renderer:
    """What the translator must beat: the renderer as it is, without one."""
    matte = person_matte(portrait.image, portrait.landmarks)
    return PhotoRenderer(replace(portrait, matte=matte))


def evaluate(args: Namespace, progress: Progress) -> None:
    """Measure, and print a table or JSON."""
    if args.out:
        check_target(args.out)
    select = selection(args.clips, args.split, need_speech=args.kind == "motion")
    animator = load(args, progress)
    step = counted(progress, "clip")
    if args.kind == "motion":
        others = {name: mover(other) for name, other in baselines(args).items()}
        report = evaluate_motion(
            args.clips, mover(animator), animator.faces,
            baselines=others, offset=lateness(args, animator), select=select, progress=step,
        )  # fmt: skip
    else:
        report = evaluate_render(
            args.clips,
            lambda portrait: animator.photo(portrait).renderer,
            animator.faces,
            baselines=None if animator.models.translator is None else {"warp": _warp},
            max_frames=args.max_frames,
            select=select,
            progress=step,
        )
    show_clips(args, progress, report)


def show(args: Namespace, progress: Progress) -> None:
    """Render a clip from its first frame and its landmarks, beside the clip itself."""
    check_picture(args.output, args.clip)
    if args.video:
        check_film(args.video, args.clip)
    animator: Animator = load(args, progress)
    progress.stage("following the face")
    footage = read_video(args.clip, max_frames=args.max_frames)
    try:
        scene = scene_of(footage, animator.faces)
    except InputError as error:  # it knows no file names
        raise InputError(f"{args.clip}: {error}; give a video of one visible face") from error
    progress.stage("painting")
    sheet, clip = compare(
        scene, lambda portrait: PhotoRenderer(portrait, None, animator.models.translator)
    )
    write_image(sheet, args.output)
    progress.wrote(args.output)
    if args.video:
        progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
        write_video(clip, args.video, progress=lambda done, _: progress.step(done))
        progress.wrote(args.video)
    progress.success(output=str(args.output))
