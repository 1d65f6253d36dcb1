"""`talkinghead styles`: the speaking styles that `--style-from` knows by name; keep your own."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import json
from argparse import Namespace
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkinghead.assets import asset_folder
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.config import ComputeConfig, MotionConfig
from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.progress import Progress
from talkinghead.requests.files import check_audio, check_output, check_weights_output

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator
    from talkinghead.speech.speaking_styles import SpeakingStyle
    from talkinghead.types import Array

EXAMPLES = """\
examples:
  talkinghead styles
  talkinghead styles save rosa interview.mp3 lecture.wav
  talkinghead photo face.jpg speech.wav --style-from rosa
Your own are kept in $XDG_DATA_HOME/talkinghead, which is ~/.local/share/talkinghead if that is
not set: a speaker embedding of 256 numbers each, which identifies the voice. Nothing is sent
anywhere.
"""
CHOOSE = """\
examples:
  talkinghead preprocess speech data/ speech.d/
  talkinghead styles choose speech.d/ --out ckpt/styles.safetensors
Speakers of LibriSpeech, speaker s1 of GRID and voices of flite that no split leaves out. The
speaker branch predicts how far each of them moves the head; a style is named for what it does
(calm, lively, nodding) where the measured motion confirms the name, and for its speaker otherwise.
Repeat it for every new speaker branch.
"""
MEASURED = (
    "what the speaker branch predicts for each voice, not what the speaker does: for most there is "
    "no video. Every recording of examples/ with 6 seeds on the mean face; "
)


def configure(parser: Parser) -> None:
    """The sub-commands of `styles`; without one, it lists them."""
    parser.epilog = EXAMPLES
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_options(parser, ComputeConfig, only=("ckpt",))
    parser.set_defaults(run=show)
    actions = parser.add_subparsers(metavar="ACTION", title="actions")
    saving = _action(actions, "save", "keep a speaking style under a name", EXAMPLES)
    saving.add_argument("name", metavar="NAME", help="letters, digits, '-', '_' and '.'")
    saving.add_argument(
        "audio", metavar="AUDIO", nargs="+", help="recordings of one speaker; a minute is plenty"
    )
    _add_networks(saving, save)
    removing = _action(actions, "remove", "remove a style of your own")
    removing.add_argument("name", metavar="NAME", help="of the style")
    removing.set_defaults(run=remove)
    measuring = _action(
        actions, "measure", "measure your own styles again, after a change of weights"
    )
    _add_networks(measuring, measure)
    choosing = _action(actions, "choose", "choose and measure the styles of the package", CHOOSE)
    choosing.add_argument("data", metavar="DIR", type=Path, help="what 'preprocess speech' made")
    choosing.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="styles to write, .safetensors"
    )
    _add_networks(choosing, choose)


def _action(actions: Any, name: str, summary: str, epilog: str = "") -> Parser:
    parser: Parser = actions.add_parser(
        name, help=summary, description=f"{name}: {summary}.", epilog=epilog
    )
    return parser


def _add_networks(parser: Parser, run: Callable[[Namespace, Progress], None]) -> None:
    add_options(parser, ComputeConfig)
    add_reporting(parser)
    parser.set_defaults(run=run)


def show(args: Namespace, progress: Progress) -> None:
    """Print the styles with their ranges of motion: the user's own, then the package's."""
    from talkinghead.evaluate.report import format_table
    from talkinghead.evaluate.speaking_style import RANGES, UNITS
    from talkinghead.speech.speaking_styles import read_styles, style_files

    ckpt = read_options(ComputeConfig, args).ckpt
    styles: dict[str, SpeakingStyle] = {}
    for path in style_files(ckpt):
        try:
            styles |= {
                name: style for name, style in read_styles(path).items() if name not in styles
            }
        except WeightsError as error:
            progress.note(str(error))
    if args.json:
        print(json.dumps({name: _style_fields(style) for name, style in styles.items()}, indent=1))
        return
    if not styles:
        print("no styles are stored; 'talkinghead styles save NAME AUDIO' keeps one")
        return
    branch = _branch_checksum(ckpt)
    rows = []
    for name, style in styles.items():
        ranges = style.motion_ranges if style.speaker_branch == branch else {}
        cells = [f"{ranges[key]:.2f}" if key in ranges else "-" for key in RANGES]
        rows.append([name, *cells, style.speaker])
    print(format_table(["style", *RANGES, "speaker"], rows))
    print(UNITS)
    if any(style.speaker_branch != branch for style in styles.values()):
        print("-: measured with other weights; 'talkinghead styles measure' repeats it for yours")


def _style_fields(style: SpeakingStyle) -> dict[str, Any]:
    return {
        key: value
        for key, value in asdict(style).items()
        if key not in ("name", "speaker_embedding")
    }


def save(args: Namespace, progress: Progress) -> None:
    """Keep the speaker of some recordings; a style of this name is replaced."""
    from talkinghead.media.loudness import normalise_loudness
    from talkinghead.speech.speaking_styles import (
        SpeakingStyle,
        check_name,
        merge_embeddings,
        user_file,
        write_styles,
    )

    models = read_options(ComputeConfig, args)
    check_name(args.name)
    for audio in args.audio:
        check_audio(audio)
    check_output(user_file())
    own = _own_styles()
    for note in _notes_on_name(args.name, own, models.ckpt):
        progress.note(note)
    animator = _animator(models, progress)
    progress.stage("encoding the audio")
    waves = [normalise_loudness(animator.load_audio(audio)[0]) for audio in args.audio]
    try:
        embeddings = [animator.models.speaker_encoder(wave) for wave in waves]
        voice = merge_embeddings(embeddings, [wave.seconds for wave in waves])
    except AudioError as error:
        raise AudioError(f"{args.audio[0]}: {error}") from error
    style = SpeakingStyle(args.name, voice, origin="saved by the user")
    progress.stage("measuring")
    motion_ranges = _range_meter(animator)(voice)
    style = replace(
        style, motion_ranges=motion_ranges, speaker_branch=_branch_checksum(models.ckpt)
    )
    write_styles((own | {args.name: style}).values(), user_file())
    progress.success(style=args.name, **style.motion_ranges)
    progress.print_output(user_file())


def _notes_on_name(name: str, own: Collection[str], ckpt: Path | None) -> Iterator[str]:
    """What a style of this name replaces among the user's `own`, or hides of the package."""
    from talkinghead.speech.speaking_styles import style_names

    if name in own:
        yield f"the style {name} of your own exists and will be replaced"
    elif name in style_names(ckpt):
        yield (
            f"{name} is a style of the package, too, and will name yours from now on; "
            f"'talkinghead styles remove {name}' brings the package's back"
        )


def remove(args: Namespace, progress: Progress) -> None:
    """Remove one of the user's own."""
    from talkinghead.speech.speaking_styles import user_file, write_styles

    own = _own_styles()
    if args.name not in own:
        known = ", ".join(own) or "none"
        raise InputError(f"{args.name!r} is no style of your own; there are: {known}")
    del own[args.name]
    if own:
        write_styles(own.values(), user_file())
    else:
        user_file().unlink()
        user_file().with_suffix(".json").unlink()
    progress.success(removed=args.name)


def measure(args: Namespace, progress: Progress) -> None:
    """Measure the user's own with the present weights."""
    from talkinghead.speech.speaking_styles import user_file, write_styles

    models = read_options(ComputeConfig, args)
    own = _own_styles()
    if not own:
        raise InputError("there are no styles of your own; 'talkinghead styles save' keeps one")
    animator, branch = _animator(models, progress), _branch_checksum(models.ckpt)
    progress.stage("measuring")
    meter = _range_meter(animator)
    measured = [
        replace(style, motion_ranges=meter(style.speaker_embedding), speaker_branch=branch)
        for style in own.values()
    ]
    write_styles(measured, user_file())
    progress.success(styles=len(own))
    progress.print_output(user_file())


def choose(args: Namespace, progress: Progress) -> None:
    """Choose the styles of the package among the speakers of a training folder."""
    import torch

    from talkinghead.evaluate.speaking_style import UNITS
    from talkinghead.speech.speaking_styles import write_styles
    from talkinghead.train.model_card import OPEN_DATA, git_revision
    from talkinghead.train.speaker.styles import make_styles

    models = read_options(ComputeConfig, args)
    check_weights_output(args.out)
    animator = _animator(models, progress)
    branch = animator.models.speaker_branch
    if branch is None:
        raise WeightsError("the speaker branch is not the content branch's; train them together")

    def predicted_ranges(voices: Array) -> Array:
        with torch.inference_mode():
            ranges = branch.predict_style(torch.from_numpy(voices).to(animator.device)).exp()
            return ranges.cpu().numpy()

    meter = _range_meter(animator)
    progress.stage("choosing")
    styles = make_styles(args.data, predicted_ranges, meter, _branch_checksum(models.ckpt))
    write_styles(
        styles, args.out, measurement=MEASURED + UNITS, revision=git_revision(),
        licence_class=OPEN_DATA,
    )  # fmt: skip
    progress.success(styles=[style.name for style in styles])
    progress.print_output(args.out)


def _animator(models: ComputeConfig, progress: Progress) -> Animator:
    from talkinghead.requests.run import load_animator  # imports torch: not for --help

    return load_animator(models, progress)


def _own_styles() -> dict[str, SpeakingStyle]:
    from talkinghead.speech.speaking_styles import read_styles, user_file

    return read_styles(user_file()) if user_file().is_file() else {}


def _range_meter(animator: Animator) -> Callable[[Array], dict[str, float]]:
    """What measures a voice: the example recordings in its style, on the mean face."""
    import numpy as np

    from talkinghead.evaluate.speaking_style import motion_ranges
    from talkinghead.geometry.align import mean_face
    from talkinghead.geometry.mouth import close_mouth
    from talkinghead.media.audio import read_audio
    from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures

    recordings = sorted(asset_folder("examples").glob("*.wav"))
    if not recordings:
        raise InputError(
            f"{asset_folder('examples')}: holds no wav to measure with; fetch them again"
        )
    features = [animator.extract_features(read_audio(path)) for path in recordings]
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))

    def predict(speech: SpeechFeatures, voice: Array, seed: int) -> FaceTrack:
        speech = replace(speech, speaker_embedding=voice)
        return animator.predict_motion(speech, face, MotionConfig(seed=seed))

    return lambda voice: motion_ranges(voice, features, predict)


def _branch_checksum(ckpt: Path | None) -> str:
    """The checksum of the speaker branch, '' where there is none."""
    from talkinghead.model_set import SPEAKER_BRANCH_FILE
    from talkinghead.models import checkpoint

    path = (ckpt or checkpoint.FOLDER) / SPEAKER_BRANCH_FILE
    return checkpoint.identity(path) if path.is_file() else ""
