"""`talkinghead styles`: whose manner `--style-from` knows by name; keep one of your own."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkinghead.app.choosing import CHOOSE, branch_of, choose, measurer
from talkinghead.app.files import check_inputs, check_target
from talkinghead.app.film import load
from talkinghead.app.options import Parser, add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.errors import AudioError, InputError, WeightsError

if TYPE_CHECKING:
    from talkinghead.speech.styles import SpeakingStyle

EXAMPLES = """\
examples:
  talkinghead styles
  talkinghead styles save rosa interview.mp3 lecture.wav
  talkinghead photo face.jpg speech.wav --style-from rosa
Your own are kept in $XDG_DATA_HOME/talkinghead, which is ~/.local/share/talkinghead if that is
not set: 256 numbers a voice, from which the voice is known again. Nothing is sent anywhere.
"""


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
    parser.set_defaults(run=run)


def show(args: Namespace, progress: Progress) -> None:
    """Print the styles with their ranges: the user's own, then the package's."""
    from talkinghead.evaluate.ranges import RANGES, UNITS
    from talkinghead.evaluate.table import grid
    from talkinghead.speech.styles import read_styles, style_files

    found: dict[str, SpeakingStyle] = {}
    for path in style_files(args.ckpt):
        try:
            found |= {name: one for name, one in read_styles(path).items() if name not in found}
        except WeightsError as error:
            progress.note(str(error))
    branch = branch_of(args.ckpt)
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
        voices = [animator.models.speaker_encoder(wave) for wave in waves]
        voice = merged(voices, [wave.seconds for wave in waves])
    except AudioError as error:
        raise AudioError(f"{args.audio[0]}: {error}") from error
    style = SpeakingStyle(args.name, voice, origin="saved by the user")
    progress.stage("measuring")
    ranges = measurer(animator)(voice)
    style = replace(style, ranges=ranges, branch=branch_of(args.ckpt))
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
    animator, branch = load(args, progress), branch_of(args.ckpt)
    progress.stage("measuring")
    measure = measurer(animator)
    told = [replace(one, ranges=measure(one.voice), branch=branch) for one in own.values()]
    write_styles(told, user_file())
    progress.success(styles=len(own))
    progress.wrote(user_file())


def _own() -> dict[str, SpeakingStyle]:
    from talkinghead.speech.styles import read_styles, user_file

    return read_styles(user_file()) if user_file().is_file() else {}
