"""`talkinghead cues`: which mouth shape to draw when, for animators with a rig of their own."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from talkinghead.cli.options import (
    Parser,
    add_no_clobber,
    add_options,
    add_reporting,
    build,
    read_options,
)
from talkinghead.config import ComputeConfig
from talkinghead.errors import InputError, OutputError
from talkinghead.progress import Progress
from talkinghead.requests.animation import SpokenAudio
from talkinghead.requests.files import check_output, free_path, notes_on_replacing
from talkinghead.requests.input_types import AUDIO_TRACK_HELP, SAY_HELP, VOICE_HELP
from talkinghead.sample_rates import exact_frame_rate, parse_frame_rate

if TYPE_CHECKING:
    from talkinghead.types import MouthCue

SUFFIXES = (".tsv", ".json", ".xml", ".dat", ".csv")
VISEMES = ("rhubarb", "oculus", "azure")
EXTENDED = "GHX"
RATES = (10.0, 120.0)  # frames a second: fewer would lose shapes
EXAMPLES = """\
examples:
  talkinghead cues speech.wav                       tab-separated, to the terminal
  talkinghead cues speech.wav -o cues.json
  talkinghead cues speech.wav -o switch.dat --dat-use-preston-blair    for OpenToonz
  talkinghead cues speech.wav -o weights.csv --fps 30                  weights that fade
  talkinghead cues speech.wav -o visemes.json --visemes oculus
  talkinghead cues --say "Hello"
Shapes: A shut for b, m and p; B teeth together; C open; D wide open; E rounded; F puckered;
and, where --extended-shapes names them, G teeth on lip for f and v; H tongue up for l; X at rest.
"""


def configure(parser: Parser) -> None:
    """The options of `cues`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "audio", metavar="AUDIO", nargs="?", type=Path, help="a recording, or a video with audio"
    )
    parser.add_argument("--say", metavar="TEXT", help=SAY_HELP)
    parser.add_argument("--voice", metavar="VOICE", help=VOICE_HELP)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT",
        help=f"the file to write; its suffix is its format: {', '.join(SUFFIXES)} (default: "
        "tab-separated on stdout)",
    )  # fmt: skip
    parser.add_argument(
        "--visemes", choices=VISEMES, default=VISEMES[0],
        help="Rhubarb's nine shapes, the 15 visemes of Oculus Lipsync, or Azure's ids 0 to 21 "
        "(default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        *_spellings("extended-shapes"), default=EXTENDED, metavar="SHAPES",
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
    parser.add_argument(*_spellings("audio-track"), type=int, metavar="N", help=AUDIO_TRACK_HELP)
    add_no_clobber(parser)
    add_options(parser, ComputeConfig)
    add_reporting(parser)
    parser.set_defaults(run=cues)


def cues(args: Namespace, progress: Progress) -> None:
    """Extract the cues, and print them, or write them and print the path of what was written."""
    began, target = time.monotonic(), args.output
    extended = args.extended_shapes.upper()
    if not set(extended) <= set(EXTENDED):
        raise InputError(f"--extended-shapes {extended!r}: name some of G, H and X, or '' for none")
    if args.visemes != VISEMES[0] and (extended != EXTENDED or args.dat_use_preston_blair):
        raise InputError(
            f"--visemes {args.visemes}: has no extended shapes and no names of Preston Blair"
        )
    models = read_options(ComputeConfig, args)
    speech = build(SpokenAudio, {name: getattr(args, name) for name in ("audio", "say", "voice")})
    if target is not None:
        target = free_path(target) if args.no_clobber else target
        check_output(target, args.audio)
        if target.suffix.lower() not in SUFFIXES:
            raise OutputError(
                f"{target}: unknown suffix {target.suffix!r}; name it {', '.join(SUFFIXES)}"
            )
        for note in notes_on_replacing(target, option=True):
            progress.note(note)

    from talkinghead.media.atomic_write import atomic_write
    from talkinghead.media.loading import load_audio  # imports FFmpeg: not for --help
    from talkinghead.model_set import pick_device
    from talkinghead.requests.run import speech_source
    from talkinghead.speech.mouth_cues import MouthCueExtractor, restrict_shapes
    from talkinghead.speech.vad import holds_speech
    from talkinghead.speech.viseme_sets import VISEME_SETS

    progress.stage("loading the networks")
    maker = MouthCueExtractor(device=pick_device(models.device), ckpt=models.ckpt)
    audio = speech_source(speech.audio, speech, progress)
    progress.stage("encoding the audio")
    wave = load_audio(
        audio, track=args.audio_track, notify=progress.note, holds_speech=holds_speech
    )
    visemes = VISEME_SETS[args.visemes]
    cues = maker(wave, visemes)
    if all(cue.shape == visemes.idle for cue in cues):
        progress.note(f"no speech was heard in {args.audio or 'it'}; the mouth stays closed")
    shapes = restrict_shapes(cues, extended) if args.visemes == VISEMES[0] else cues
    text = format_cues(shapes, ".tsv" if target is None else target.suffix.lower(), extended, args)
    if target is None:
        progress.stop()
        print(text, end="", flush=True)
        return
    with atomic_write(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    progress.success(
        output=str(target), cues=len(shapes), seconds=round(time.monotonic() - began, 2)
    )
    progress.print_output(target)


def format_cues(cues: list[MouthCue], suffix: str, extended: str, args: Namespace) -> str:
    """The cues in the format of a file's suffix."""
    from talkinghead.media.cue_export import (
        format_csv,
        format_json,
        format_moho,
        format_tsv,
        format_xml,
    )
    from talkinghead.speech.mouth_cues import (
        BASIC_SHAPES,
        FALLBACK_SHAPE,
        crossfade_weights,
        shape_changes,
    )
    from talkinghead.speech.viseme_sets import VISEME_SETS

    visemes, names = VISEME_SETS[args.visemes], VISEME_SETS[args.visemes].shapes
    idle = visemes.idle
    if args.visemes == VISEMES[0]:
        idle = idle if idle in extended else FALLBACK_SHAPE[idle]
        names = tuple(shape for shape in names if shape in BASIC_SHAPES + extended)
    source = args.audio or "speech"
    if suffix == ".json":
        return format_json(cues, source)
    if suffix == ".xml":
        return format_xml(cues, source)
    if suffix == ".dat":
        rate = args.dat_frame_rate
        frames = max(1, round(cues[-1].end * rate))
        return format_moho(
            shape_changes(cues, rate, visemes),
            frames,
            idle,
            preston_blair=args.dat_use_preston_blair,
        )
    if suffix == ".csv":
        weights = crossfade_weights(cues, args.fps, visemes)
        columns = [visemes.shapes.index(name) for name in names]
        return format_csv(weights[:, columns], names, args.fps)
    return format_tsv(cues, idle)


def _spellings(name: str) -> list[str]:
    """`--dat-frame-rate` as shells write it, and `--datFrameRate` as Rhubarb Lip Sync does."""
    first, *words = name.split("-")
    return [f"--{name}", f"--{first}{''.join(word.title() for word in words)}"]


def _rate(text: str) -> float:
    """Frames a second, for argparse."""
    number = parse_frame_rate(text)
    if number is None or not RATES[0] <= number <= RATES[1]:
        raise ArgumentTypeError(f"must lie in [{RATES[0]:g}, {RATES[1]:g}], got {text}")
    return float(exact_frame_rate(number))
