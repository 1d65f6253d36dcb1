"""`talkinghead styles`: whose manner `--style-from` knows by name; keep one of your own."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkinghead.app.files import check_inputs, check_target
from talkinghead.app.film import load
from talkinghead.app.options import Parser, add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.home import home

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator
    from talkinghead.speech.styles import SpeakingStyle
    from talkinghead.types import Array

EXAMPLES = """\
examples:
  talkinghead styles
  talkinghead styles save rosa interview.mp3 lecture.wav
  talkinghead photo face.jpg speech.wav --style-from rosa
Your own are kept in $XDG_DATA_HOME/talkinghead, which is ~/.local/share/talkinghead if that is
not set: 256 numbers a voice, from which the voice is known again. Nothing is sent anywhere.
"""
CHOOSE = """\
examples:
  talkinghead preprocess speech data/ speech.d/
  talkinghead styles choose speech.d/ --out ckpt/styles.safetensors
Voices of LibriSpeech, of GRID's talker s1 and of flite that no split leaves out. The speaker
branch says how far each of them moves a head; a style is named for what it does (calm, lively,
nodding) where the motion that is measured bears the name out, and for its talker otherwise. To be
done again for every new speaker branch.
"""
MEASURED = (
    "what the speaker branch makes of each voice, not what the talker does: most were never "
    "filmed. Every recording of examples/ with 6 seeds on the mean face; "
)


def configure(parser: Parser) -> None:
    """The sub-commands of `styles`; none lists them."""
    parser.epilog = EXAMPLES
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    _ckpt(parser)
    parser.set_defaults(run=show)
    actions = parser.add_subparsers(metavar="ACTION", title="actions")
    saving = _action(actions, "save", "keep a voice's style under a name", EXAMPLES)
    saving.add_argument("name", metavar="NAME", help="letters, digits, '-', '_' and '.'")
    saving.add_argument(
        "audio", metavar="AUDIO", nargs="+", help="recordings of one voice; a minute is plenty"
    )
    _measuring(saving, save)
    removing = _action(actions, "remove", "forget a style of your own")
    removing.add_argument("name", metavar="NAME", help="of the style")
    removing.set_defaults(run=remove)
    measuring = _action(
        actions, "measure", "tell the ranges of your own styles anew, after new weights"
    )
    _measuring(measuring, measure)
    choosing = _action(actions, "choose", "choose and measure the styles of the package", CHOOSE)
    choosing.add_argument("data", metavar="DIR", type=Path, help="what 'preprocess speech' made")
    choosing.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="styles to write, .safetensors"
    )
    _measuring(choosing, choose)


def _action(actions: Any, name: str, summary: str, epilog: str = "") -> Parser:
    parser: Parser = actions.add_parser(
        name, help=summary, description=f"{name}: {summary}.", epilog=epilog
    )
    return parser


def _ckpt(parser: Parser) -> None:
    parser.add_argument(
        "--ckpt", type=Path, metavar="DIR", help="folder of the weights (default: ckpt/)"
    )


def _measuring(parser: Parser, run: Callable[[Namespace, Progress], None]) -> None:
    add_models(parser, detector=False)
    add_reporting(parser)
    parser.set_defaults(run=run, unfinished=True)  # no picture is painted here


def show(args: Namespace, progress: Progress) -> None:
    """Print the styles with their ranges: the user's own, then the package's."""
    from talkinghead.evaluate.ranges import RANGES, UNITS
    from talkinghead.evaluate.report import grid
    from talkinghead.speech.styles import read_styles, style_files

    found: dict[str, SpeakingStyle] = {}
    for path in style_files(args.ckpt):
        try:
            found |= {name: one for name, one in read_styles(path).items() if name not in found}
        except WeightsError as error:
            progress.note(str(error))
    branch = _branch(args.ckpt)
    if args.json:
        known = {name: asdict(one) for name, one in found.items()}
        print(json.dumps({k: {f: v for f, v in one.items() if f not in ("name", "voice")}
                          for k, one in known.items()}, indent=1))  # fmt: skip
        return
    if not found:
        print("no styles are stored; 'talkinghead styles save NAME AUDIO' keeps one")
        return
    rows = []
    for name, one in found.items():
        told = one.ranges if one.branch == branch else {}
        figures = [f"{told[each]:.2f}" if each in told else "-" for each in RANGES]
        rows.append([name, *figures, one.talker])
    print(grid(["style", *RANGES, "talker"], rows))
    print(UNITS)
    if any(one.branch != branch for one in found.values()):
        print("-: measured with other weights; 'talkinghead styles measure' tells your own anew")


def save(args: Namespace, progress: Progress) -> None:
    """Keep the voice of some recordings; a style of this name is replaced."""
    from talkinghead.media.audio import normalise_loudness, read_audio
    from talkinghead.speech.styles import (
        SpeakingStyle,
        check_name,
        merged,
        user_file,
        write_styles,
    )

    check_name(args.name)
    for audio in args.audio:
        check_inputs(None, audio)
    check_target(user_file())
    own = _own()
    animator = load(args, progress)
    progress.stage("listening")
    waves = [normalise_loudness(read_audio(audio)) for audio in args.audio]
    try:
        voice = merged([animator.models.voices(w) for w in waves], [w.seconds for w in waves])
    except AudioError as error:
        raise AudioError(f"{args.audio[0]}: {error}") from error
    style = SpeakingStyle(args.name, voice, origin="saved by the user")
    progress.stage("measuring")
    style = measured(style, animator, _branch(args.ckpt))
    write_styles((own | {args.name: style}).values(), user_file())
    progress.success(style=args.name, **style.ranges)
    progress.wrote(user_file())


def remove(args: Namespace, progress: Progress) -> None:
    """Forget one of the user's own."""
    from talkinghead.speech.styles import user_file, write_styles

    own = _own()
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
    """The ranges of the user's own with the weights there are."""
    from talkinghead.speech.styles import user_file, write_styles

    own = _own()
    if not own:
        raise InputError("there are no styles of your own; 'talkinghead styles save' keeps one")
    animator, branch = load(args, progress), _branch(args.ckpt)
    progress.stage("measuring")
    write_styles([measured(one, animator, branch) for one in own.values()], user_file())
    progress.success(styles=len(own))
    progress.wrote(user_file())


def choose(args: Namespace, progress: Progress) -> None:
    """The styles of the package, chosen among the voices of a training folder."""
    import torch

    from talkinghead.evaluate.ranges import UNITS
    from talkinghead.speech.styles import write_styles
    from talkinghead.train.card import revision
    from talkinghead.train.styles import make_styles

    check_target(args.out)
    animator = load(args, progress)
    net = animator.models.speaker
    if net is None:
        raise WeightsError("the speaker branch is not the content branch's; train them together")

    def head(voices: Array) -> Array:
        with torch.inference_mode():
            return net.manner_of(torch.from_numpy(voices).to(animator.device)).exp().cpu().numpy()

    measure = measurer(animator)
    progress.stage("choosing")
    chosen = make_styles(args.data, head, measure, _branch(args.ckpt))
    write_styles(chosen, args.out, measured=MEASURED + UNITS, revision=revision())
    progress.success(styles=[one.name for one in chosen])
    progress.wrote(args.out)


def measured(style: SpeakingStyle, animator: Animator, branch: str) -> SpeakingStyle:
    """The style with its ranges under these weights."""
    return replace(style, ranges=measurer(animator)(style.voice), branch=branch)


def measurer(animator: Animator) -> Callable[[Array], dict[str, float]]:
    """What measures a voice: the example recordings, moved with its manner, on the mean face."""
    import numpy as np

    from talkinghead.config import Style
    from talkinghead.evaluate.ranges import ranges
    from talkinghead.geometry.align import mean_face
    from talkinghead.geometry.mouth import close_mouth
    from talkinghead.media.audio import read_audio
    from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures

    recordings = sorted(home("examples").glob("*.wav"))
    if not recordings:
        raise InputError(f"{home('examples')}: holds no wav to measure with; fetch them again")
    spoken = [animator.listen(read_audio(path)) for path in recordings]
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))

    def move(features: SpeechFeatures, voice: Array, seed: int) -> FaceTrack:
        return animator.move(replace(features, speaker=voice), face, Style(seed=seed))

    return lambda voice: ranges(voice, spoken, move)


def _own() -> dict[str, SpeakingStyle]:
    from talkinghead.speech.styles import read_styles, user_file

    return read_styles(user_file()) if user_file().is_file() else {}


def _branch(ckpt: Path | None) -> str:
    """The checksum of the speaker branch, '' where there is none."""
    from talkinghead import weights
    from talkinghead.models import SPEAKER

    path = (ckpt or weights.FOLDER) / SPEAKER
    return str(weights.read_card(path)["sha256"]) if path.is_file() else ""
