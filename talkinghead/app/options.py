"""Options that commands share; amounts and defaults are read off the dataclasses they fill."""

import argparse
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

from talkinghead.config import Output, Style

T = TypeVar("T")

DETECTORS = ("mediapipe", "face-alignment")  # of face.detect, whose import takes seconds
DEVICES = ("auto", "cpu", "cuda")
MODES = ("auto", "bar", "json", "none")

HELP: dict[type, dict[str, str]] = {
    Style: {
        "amp_lip_x": "how far lips move sideways; 2 is natural, 1 half of it, 0 not at all",
        "amp_lip_y": "how far lips and jaw open; 2 is natural",
        "amp_pos": "how far the head moves; 1 is natural, 0 not at all",
        "amp_brow": "how far the brows move; 1 is natural, 0 not at all",
        "still": "hold the head still; lips and blinks go on",
        "blink": "how often the eyes blink; 1 is about 15 times a minute, 0 never",
        "seed": "chance in blinks and head motion: the same seed gives the same video",
        "yaw": "angles in degrees that the head turns through, spread evenly over the video; "
        "positive turns the nose to the viewer's right",
        "pitch": "the same, up and down; positive lowers the nose",
        "roll": "the same, to the side; positive tilts the head clockwise",
    },
    Output: {
        "fps": "frames per second of the video",
        "size": "pixels of the video's longer side (default: as large as the picture)",
        "side_by_side": "show the landmarks, drawn, to the left of the result",
        "crop": "cut a square around the head, or a box around those of --faces, and show no more "
        "than that",
    },
}

TITLES = {Style: "how the face moves", Output: "the video"}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, like every other error."""

    def __init__(self, **options: Any):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """All of the words: what a command does not know is refused by it, not by its parent."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Print the line and exit with status 2."""
        self.exit(2, f"talkinghead: error: {message}; see '{self.prog} --help'\n")


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def spellings(name: str) -> list[str]:
    """`--amp_lip_x` as MakeItTalk writes it, and `--amp-lip-x` as shells do."""
    return list(dict.fromkeys([f"--{name}", f"--{name.replace('_', '-')}"]))


def _add_field(group: argparse._ArgumentGroup, field: Field[Any], help: str) -> None:
    if field.type is bool:
        group.add_argument(*spellings(field.name), action="store_true", help=help)
        return
    kind: Any = next(iter(get_args(field.type)), field.type)
    if field.default == ():
        group.add_argument(
            f"--{field.name}", type=kind, nargs="+", default=(), metavar="DEG", help=help
        )
        return
    if field.default is not None and field.default is not MISSING:
        help += " (default: %(default)s)"
    group.add_argument(
        *spellings(field.name), type=kind, default=field.default, metavar="N", help=help
    )


def add_fields(parser: argparse.ArgumentParser, cls: type) -> None:
    """One option for each field of a dataclass in HELP."""
    group = parser.add_argument_group(TITLES[cls])
    for field in fields(cls):
        _add_field(group, field, HELP[cls][field.name])


def add_field(parser: argparse.ArgumentParser, cls: type, name: str) -> None:
    """The option for one field of a dataclass in HELP."""
    field = next(field for field in fields(cls) if field.name == name)
    _add_field(parser.add_argument_group(TITLES[cls]), field, HELP[cls][name])


def filled(cls: Callable[..., T], args: argparse.Namespace) -> T:
    """The dataclass with what was given. Raises InputError for a value out of range."""
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    given = {name: value for name, value in vars(args).items() if name in names}
    return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})


def add_borrowing(parser: argparse.ArgumentParser, *, listed: bool = False) -> None:
    """Whose motion is borrowed; `listed`: MakeItTalk's flag takes several, a video for each."""
    group = parser.add_argument_group("borrowed motion")
    group.add_argument(
        "--pose-from", metavar="VIDEO",
        help="move head and eyelids as the face in this video does; too short a one is played "
        "there and back; with --faces for all, or '0=a.mp4 1=b.mp4'",
    )  # fmt: skip
    group.add_argument(
        "--style-from", *([] if listed else ["--reuse_train_emb_list"]), dest="style_from",
        metavar="AUDIO|NAME",
        help="move as somebody with this voice would: head, brows and manner, not the words; a "
        "recording, or a name out of 'talkinghead styles'; with --faces for all, or "
        "'0=NAME 1=AUDIO'",
    )  # fmt: skip
    if listed:
        group.add_argument(
            "--reuse_train_emb_list", dest="styles", nargs="+", default=[], metavar="STYLE",
            help="the same for one or several styles, each with a video of its own",
        )  # fmt: skip


def add_backdrop(parser: argparse.ArgumentParser) -> None:
    """What is behind a puppet."""
    parser.add_argument(
        "--background", metavar="IMAGE", help="a picture to stand before (default: the puppet's)"
    )
    parser.add_argument(
        "--transparent",
        action="store_true",
        help="leave the background out; webm, webp, gif and png do without --background anyway",
    )


def add_face(parser: argparse.ArgumentParser) -> None:
    """Which of several faces."""
    parser.add_argument(
        "--face",
        type=int,
        metavar="N",
        help="which face, numbered from 0 from left to right (default: the largest)",
    )


def add_faces(parser: argparse.ArgumentParser) -> None:
    """Several faces of one picture."""
    parser.add_argument(
        "--faces",
        nargs="+",
        default=[],
        metavar="N=AUDIO",
        help="several faces, each with its own recording, as in '0=hers.wav 1=his.wav'; "
        "instead of one recording and --face",
    )


def add_models(
    parser: argparse.ArgumentParser, *, detector: bool = True, painter: bool = True
) -> None:
    """Where the networks are and run, and which of them find faces and, if so, paint them."""
    group = parser.add_argument_group("models")
    group.add_argument(
        "--device", choices=DEVICES, default="auto", help="where networks run (default: auto)"
    )
    group.add_argument(
        "--ckpt", type=Path, metavar="DIR", help="folder of the weights (default: ckpt/)"
    )
    if detector and painter:
        group.add_argument(
            "--unfinished",
            action="store_true",
            help="leave photos as the warp makes them, without the network that repaints the "
            "lips: several times as fast",
        )
    if detector:
        group.add_argument(
            "--detector",
            choices=DETECTORS,
            default=DETECTORS[0],
            help="what finds the face: mediapipe works offline, face-alignment downloads its "
            "network at the first use (default: mediapipe)",
        )


def add_reporting(parser: argparse.ArgumentParser) -> None:
    """How much is said meanwhile, on stderr."""
    group = parser.add_argument_group("reporting, on stderr")
    group.add_argument(
        "--progress",
        choices=MODES,
        default="auto",
        help="a bar, one JSON object a line, or nothing; auto is a bar on a terminal "
        "(default: auto)",
    )
    group.add_argument("--quiet", action="store_true", help="say nothing but errors")
