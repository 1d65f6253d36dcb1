"""`talkinghead evaluate` and `compare`: predicted motion, rendering and lip sync on real clips."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from talkinghead.cli.clip_measures import ClipMeasure
from talkinghead.cli.evaluate_dub import add_dub
from talkinghead.cli.evaluate_speech import add_speech, add_style
from talkinghead.cli.options import Parser, add_options, add_reporting, positive, read_options
from talkinghead.cli.reports import add_report, add_split, count_steps, print_clip_report
from talkinghead.config import DetectorConfig, EngineConfig, ModelConfig
from talkinghead.errors import InputError
from talkinghead.evaluate.comparison import compare, compare_frames
from talkinghead.evaluate.extreme_frames import ExtremeFrames
from talkinghead.evaluate.render import read_render_clip
from talkinghead.evaluate.report import Report
from talkinghead.evaluate.sync import evaluate_sync
from talkinghead.evaluate.viseme_shapes import (
    VisemeCollector,
    VisemeLabeller,
    draw_shapes,
    timed_viseme_labeller,
    viseme_labeller,
)
from talkinghead.face.detectors import load_detector
from talkinghead.media.formats import output_path
from talkinghead.media.image import write_image
from talkinghead.media.synthetic_label import COMMENT
from talkinghead.media.video_reader import read_video
from talkinghead.media.video_writer import write_video
from talkinghead.model_set import pick_device
from talkinghead.models import checkpoint
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.render.photo import PhotoRenderer
from talkinghead.requests.files import (
    check_file,
    check_image_output,
    check_output,
    check_video_output,
    notes_on_replacing,
)
from talkinghead.requests.run import load_animator
from talkinghead.speech.content_encoder import ContentVoiceEncoder
from talkinghead.sync.score import SYNCNET_FILE, load_syncnet
from talkinghead.train.data.splits import clip_filter, clip_speakers
from talkinghead.workers.engine import create_engine

CLIPS = """\
examples:
  talkinghead evaluate motion clips/
  talkinghead evaluate render clips/ --json --out render.json
  talkinghead evaluate render clips/ --max-frames 50 --sheet extremes.png
  talkinghead evaluate render clips/ --workers 4
  talkinghead evaluate sync speaking.mp4
talkinghead/evaluate/motion_metrics.py defines the metrics. Baselines: a mouth that does not move
(still), one that opens with the loudness (energy), the branch trained on log-mel alone (mel); the
first frame repeated (copy), the warp without the translator (warp), with the head held
(fixed_head), and the clip's own frames, rotated and detected again (second_look).
r_open_in_step, r_width_in_step: the same with the clip's own video moved by the delay that SyncNet
measures (see 'evaluate sync'), where ckpt/ holds one.
"""
SYNC = """\
examples:
  talkinghead evaluate sync speaking.mp4
  talkinghead evaluate sync clips/ --json --out sync.json
offset: frames (25 a second) by which the video is later than its audio. near: share of clips where
that is 0 to within a frame. lse_c, lse_d: SyncNet's confidence and distance. Baselines: the same
clips with their audio 10 frames later (shifted), and with the audio of the clip before (stranger).
"""
COMPARE = """\
examples:
  talkinghead compare clip.mp4 -o mouths.png
  talkinghead compare clip.mp4 -o mouths.png --video both.mp4
  talkinghead compare interview.mp4 --dubbed dubbed.mp4 -o mouths.png --video both.mp4
"""
KINDS = {
    "motion": "the motion predicted from a clip's audio, against the clip's own",
    "render": "a clip's first frame moved by the clip's landmarks, against the clip",
}
SYNC_SUMMARY = "whether mouths fit their audio, in any video of one face that speaks"


def configure_evaluate(parser: Parser) -> None:
    """The sub-commands of `evaluate`."""
    kinds = parser.add_subparsers(metavar="WHAT", title="what", required=True)
    for name, summary in KINDS.items():
        kind = kinds.add_parser(
            name, help=summary, description=f"Measure {summary}.", epilog=CLIPS
        )  # fmt: skip
        kind.add_argument("clips", metavar="DIR", type=Path, help="folder of talking clips")
        add_split(kind)
        add_report(kind)
        if name == "motion":
            kind.add_argument(
                "--visemes", type=Path, metavar="PNG",
                help="draw the mean mouth shape of every viseme here, true and predicted",
            )  # fmt: skip
        if name == "render":
            kind.add_argument(
                "--max-frames", type=positive, metavar="N", help="of each clip (default: all)"
            )
            kind.add_argument(
                "--sheet", type=Path, metavar="PNG",
                help="draw the widest mouths and deepest blinks here, the truth above ours",
            )  # fmt: skip
        add_options(kind, EngineConfig)
        add_options(kind, ModelConfig if name == "render" else DetectorConfig)
        add_reporting(kind)
        kind.set_defaults(
            run=evaluate_clips, kind=name, max_frames=None, engine="local", workers=None
        )
    add_dub(kinds)
    add_speech(kinds)
    add_style(kinds)
    _add_sync(kinds)


def _add_sync(kinds: Any) -> None:
    """`sync` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser(
        "sync", help=SYNC_SUMMARY, description=f"Measure {SYNC_SUMMARY}.", epilog=SYNC
    )  # fmt: skip
    kind.add_argument(
        "clips", metavar="DIR|FILE", type=Path, help="folder of talking clips, or one video"
    )
    add_split(kind)
    add_report(kind)
    add_options(kind, DetectorConfig)
    add_reporting(kind)
    kind.set_defaults(run=evaluate_lip_sync)


def configure_compare(parser: Parser) -> None:
    """The options of `compare`."""
    parser.epilog = COMPARE
    parser.add_argument("clip", metavar="CLIP", type=Path, help="a video of one talking face")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PNG",
        help="contact sheet to write: true mouths above rendered ones",
    )  # fmt: skip
    parser.add_argument(
        "--video", type=output_path, metavar="MP4", help="both side by side, half speed"
    )
    parser.add_argument(
        "--dubbed", type=Path, metavar="VIDEO",
        help="compare the clip with this, dubbed from it (default: with its first frame, moved by "
        "its landmarks)",
    )  # fmt: skip
    parser.add_argument(
        "--max-frames", type=positive, default=250, metavar="N",
        help="of the clip (default: %(default)s)",
    )  # fmt: skip
    add_options(parser, ModelConfig)
    add_reporting(parser)
    parser.set_defaults(run=compare_clip)


def evaluate_clips(args: Namespace, progress: Progress) -> None:
    """Measure motion or rendering, and print a table or JSON."""
    is_motion = args.kind == "motion"
    models = read_options(DetectorConfig if is_motion else ModelConfig, args)
    if args.out:
        check_output(args.out)
    picture: Path | None = args.visemes if is_motion else args.sheet
    if picture:
        check_image_output(picture, args.clips)
    select = clip_filter(args.clips, args.split, need_speech=is_motion)
    animator = load_animator(models, progress)
    measured = ClipMeasure(args.clips, models, args.max_frames)
    if args.engine == "ray" or args.workers:
        engine = create_engine(read_options(EngineConfig, args), progress.note)
        measure: Callable[..., Report] = partial(measured.measure_on, engine)
    else:
        measure = measured.prepare(animator)
    step = count_steps(progress, "clip")
    if is_motion:
        label = _viseme_labeller(animator, progress)
        visemes = VisemeCollector(label, clip_speakers(args.clips)) if label else None
        report = measure(select, step, observe=visemes)
        shapes = visemes.shapes() if visemes else None
        if shapes:
            totals = {"visemes_r": shapes.correlation, "visemes_size": shapes.size}
            report = replace(report, totals=totals)
            if args.visemes:
                draw_shapes(shapes, args.visemes)
                progress.print_output(args.visemes)
    else:
        extremes = ExtremeFrames() if picture else None
        report = measure(select, step, extremes=extremes)
        if picture and extremes:
            write_image(extremes.sheet(), picture)
            progress.print_output(picture)
    print_clip_report(args, progress, report)


def _viseme_labeller(animator: Animator, progress: Progress) -> VisemeLabeller | None:
    """How the visemes of clips are found; None for log-mel content, which has no phones."""
    try:
        from talkinghead.train.labels.transcript import TranscriptLabeller

        return timed_viseme_labeller(TranscriptLabeller())
    except (ImportError, InputError):
        encoder = animator.models.content_encoder
        if not isinstance(encoder, ContentVoiceEncoder):
            return None
        progress.note(
            "visemes are those of the content-voice model, whose errors the motion shares; "
            "pip install 'talkinghead[teachers]' to measure by Whisper's words (English clips)"
        )
        return viseme_labeller(encoder)


def evaluate_lip_sync(args: Namespace, progress: Progress) -> None:
    """Measure lip sync, and print a table or JSON."""
    models = read_options(DetectorConfig, args)
    if args.out:
        check_output(args.out)
    if not args.clips.exists():
        raise InputError(f"{args.clips}: no such folder or video; check the path")
    if args.split and args.clips.is_file():
        raise InputError(f"--split: {args.clips} is one video; give a folder of clips")
    device = pick_device(models.device)
    syncnet = load_syncnet((models.ckpt or checkpoint.FOLDER) / SYNCNET_FILE, device)
    report = evaluate_sync(
        args.clips,
        syncnet,
        load_detector(models.detector, device),
        select=clip_filter(args.clips, args.split, need_speech=True),
        progress=count_steps(progress, "clip"),
    )
    print_clip_report(args, progress, report)


def compare_clip(args: Namespace, progress: Progress) -> None:
    """Show a clip beside what was dubbed from it, or rendered from its first frame."""
    models = read_options(ModelConfig, args)
    check_file(args.clip)
    inputs = [args.clip]
    if args.dubbed:
        inputs.append(check_file(args.dubbed))
    check_image_output(args.output, *inputs)
    if args.video:
        check_video_output(args.video, *inputs)
    for note in notes_on_replacing(*filter(None, (args.output, args.video))):
        progress.note(note)
    animator = load_animator(models, progress)
    progress.stage("tracking the face")
    video = read_video(args.clip, max_frames=args.max_frames)
    if len(video.frames) < 2:
        raise InputError(f"{args.clip}: is a single picture; give a video of one talking face")
    try:
        clip = read_render_clip(video, animator.face_detector)
    except InputError as error:  # it knows no file names
        raise InputError(f"{args.clip}: {error}; give a video of one visible face") from error
    if args.dubbed:
        start = len(video.frames) - len(clip.frames)  # of the first frame with a face
        dubbed = read_video(args.dubbed, max_frames=args.max_frames).frames[start:]
        if not len(dubbed):
            raise InputError(f"{args.dubbed}: ends before {args.clip} shows a face")
        sheet, both = compare_frames(clip.frames, dubbed, clip.track.points, clip.track.fps)
    else:
        progress.stage("rendering")
        sheet, both = compare(
            clip, lambda portrait: PhotoRenderer(portrait, None, animator.models.translator)
        )
    write_image(sheet, args.output, synthetic=COMMENT)
    progress.print_output(args.output)
    if args.video:
        progress.start(both.count, "frame", fps=both.fps, size=list(both.size))
        write_video(both, args.video, progress=lambda done, _: progress.step(done))
        progress.print_output(args.video)
    progress.success(output=str(args.output))
