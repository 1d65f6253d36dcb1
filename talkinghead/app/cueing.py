"""`talkinghead cues`: which mouth to draw, and when, for animators with a rig of their own."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from talkinghead.app.files import check_inputs, check_target
from talkinghead.app.options import Parser, add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.errors import InputError, OutputError

if TYPE_CHECKING:
    from talkinghead.types import MouthCue

ENDINGS = (".tsv", ".json", ".xml", ".dat", ".csv")
RATES = (10.0, 120.0)  # frames a second: fewer would lose shapes
EXAMPLES = """\
examples:
  talkinghead cues speech.wav                       tab-separated, to the terminal
  talkinghead cues speech.wav -o cues.json
  talkinghead cues speech.wav -o switch.dat --dat-use-preston-blair    for OpenToonz
  talkinghead cues speech.wav -o weights.csv --fps 30                  weights that fade
Shapes: A shut for b, m and p; B teeth together; C open; D wide open; E rounded; F puckered;
and, where --extended-shapes names them, G teeth on lip for f and v; H tongue up for l; X at rest.
"""


def configure(parser: Parser) -> None:
    """The options of `cues`."""
    parser.epilog = EXAMPLES
    parser.add_argument("audio", metavar="AUDIO", help="a recording, or a video with sound")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT",
        help=f"the file to write; its ending is its format: {', '.join(ENDINGS)} (default: "
        "tab-separated on stdout)",
    )  # fmt: skip
    parser.add_argument(
        *_spellings("extended-shapes"), default="GHX", metavar="SHAPES",
        help="which of G, H and X are drawn, besides A to F; '' for none (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        *_spellings("dat-frame-rate"), type=_rate, default=24.0, metavar="N",
        help="frames a second of .dat (default: %(default)g)",
    )  # fmt: skip
    parser.add_argument(
        *_spellings("dat-use-preston-blair"), action="store_true",
        help="name the shapes in .dat as Preston Blair does: rest, MBP, etc, E, AI, O, U, FV, L",
    )  # fmt: skip
    parser.add_argument(
        "--fps", type=_rate, default=25.0, metavar="N",
        help="frames a second of .csv (default: %(default)g)",
    )  # fmt: skip
    add_models(parser, detector=False)
    add_reporting(parser)
    parser.set_defaults(run=cues)


def cues(args: Namespace, progress: Progress) -> None:
    """Listen, and print the cues or write them and print the path of what was written."""
    began, target = time.monotonic(), args.output
    extended = args.extended_shapes.upper()
    if not set(extended) <= set("GHX"):
        raise InputError(f"--extended-shapes {extended!r}: name some of G, H and X, or '' for none")
    check_inputs(None, args.audio)
    if target is not None:
        check_target(target, args.audio)
        if target.suffix.lower() not in ENDINGS:
            raise OutputError(
                f"{target}: unknown suffix {target.suffix!r}; name it {', '.join(ENDINGS)}"
            )

    from talkinghead.media.audio import read_audio  # imports FFmpeg: not for --help
    from talkinghead.media.files import replacing
    from talkinghead.models import pick_device
    from talkinghead.speech.cue_frames import drawn
    from talkinghead.speech.cues import CueMaker

    progress.stage("loading the networks")
    maker = CueMaker(device=pick_device(args.device), ckpt=args.ckpt)
    progress.stage("listening")
    made = drawn(maker(read_audio(args.audio)), extended)
    text = written(made, ".tsv" if target is None else target.suffix.lower(), extended, args)
    if target is None:
        progress.stop()
        print(text, end="", flush=True)
        return
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    progress.success(output=str(target), cues=len(made), seconds=round(time.monotonic() - began, 2))
    progress.wrote(target)


def written(made: list[MouthCue], ending: str, extended: str, args: Namespace) -> str:
    """The cues in the format of an ending."""
    from talkinghead.media.mouth_cues import as_json, dat, table, tsv, xml
    from talkinghead.speech.cue_frames import BASIC, STAND_IN, faded, shown
    from talkinghead.types import REST, SHAPES

    rest = REST if REST in extended else STAND_IN[REST]
    if ending == ".json":
        return as_json(made, args.audio)
    if ending == ".xml":
        return xml(made, args.audio)
    if ending == ".dat":
        rate = args.dat_frame_rate
        frames = max(1, round(made[-1].end * rate))
        return dat(shown(made, rate), frames, rest, blair=args.dat_use_preston_blair)
    if ending == ".csv":
        columns = [at for at, shape in enumerate(SHAPES) if shape in BASIC + extended]
        names = "".join(SHAPES[at] for at in columns)
        return table(faded(made, args.fps)[:, columns], names, args.fps)
    return tsv(made, rest)


def _spellings(name: str) -> list[str]:
    """`--dat-frame-rate` as shells write it, and `--datFrameRate` as Rhubarb Lip Sync does."""
    first, *rest = name.split("-")
    return [f"--{name}", f"--{first}{''.join(word.title() for word in rest)}"]


def _rate(text: str) -> float:
    """Frames a second, for argparse."""
    number = float(text)
    if not RATES[0] <= number <= RATES[1]:
        raise ArgumentTypeError(f"must lie in [{RATES[0]:g}, {RATES[1]:g}], got {number:g}")
    return number
