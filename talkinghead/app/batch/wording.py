"""Fields of a job to the words of its command: what its parser refuses is refused here."""

from argparse import Action, ArgumentError, Namespace
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from talkinghead.app.faces import by_face
from talkinghead.app.film import configure_cartoon, configure_photo
from talkinghead.app.options import Parser, filled
from talkinghead.app.scenes import configure as configure_scene
from talkinghead.config import Output, Style
from talkinghead.errors import ImageError, InputError
from talkinghead.media.files import readable
from talkinghead.media.samples import PORTRAITS
from talkinghead.scene.fields import near

# Field that says who speaks -> the command that does it, and its words that are no flags.
KINDS: dict[str, tuple[Callable[[Parser], None], tuple[str, ...]]] = {
    "photo": (configure_photo, ("photo", "audio")),
    "puppet": (configure_cartoon, ("puppet", "audio")),
    "scene": (configure_scene, ("scene",)),
}
# These must be there.
_FILES = ("photo", "scene", "audio", "background", "pose_from", "motion", "credentials")
_NEAR = ("puppet", "style_from")  # files, or names that are known elsewhere
_PLACES = ("output", "ckpt")
_PAIRED = ("faces", "pose_from", "style_from")  # may differ from face to face
_OF_THE_BATCH = ("help", "progress", "quiet")
_SWITCH = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)


@cache
def parser_of(kind: str) -> Parser:
    """The parser of the command that does jobs of a kind; it raises ArgumentError."""
    parser = Parser(prog=f"talkinghead {kind}", exit_on_error=False)
    KINDS[kind][0](parser)
    return parser


@cache
def flags_of(kind: str) -> dict[str, Action]:
    """Field -> flag; where a flag has several names, all of them are fields."""
    return {
        name[2:].replace("-", "_"): action
        for action in parser_of(kind)._actions
        for name in action.option_strings
        if name.startswith("--") and action.dest not in _OF_THE_BATCH
    }


def switch(name: str, value: Any) -> bool:
    """Whether a flag without a value is on."""
    text = str(value).lower()
    if text not in _SWITCH:
        raise InputError(f"must be true or false, got {value!r}")
    return _SWITCH[text]


def flag(kind: str, name: str, value: Any, base: Path) -> list[str]:
    """The words of a field that is a flag. Raises InputError or ArgumentError."""
    action = flags_of(kind)[name]
    option = action.option_strings[-1]
    if action.nargs == 0:
        words = [option] if switch(name, value) else []
    elif action.dest == "faces":
        words = [option, located("faces", _paired(value), base)]
    elif action.nargs is not None:
        several = value if isinstance(value, list) else str(value).split()
        words = [option, *(located(action.dest, one, base) for one in several)]
    else:
        words = [f"{option}={located(action.dest, value, base)}"]
    said = parser_of(kind).parse_args([*("-" for _ in KINDS[kind][1]), *words])
    for options in (Style, Output):
        if action.dest in (field.name for field in fields(options)):
            filled(options, Namespace(**{action.dest: getattr(said, action.dest)}))
    return words


def _paired(value: Any) -> str:
    """`0=a.wav 1=b.wav`, also of a list of such pairs, or of `{0: a.wav, 1: b.wav}`."""
    if isinstance(value, dict):
        value = [f"{number}={audio}" for number, audio in value.items()]
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def located(name: str, value: Any, base: Path) -> str:
    """A value as one word; a path begins at `base`. Raises InputError for a missing file."""
    if isinstance(value, list | dict):
        raise InputError(f"must be one value, got {value!r}")
    text = str(value)
    if (name in _PAIRED and text.partition("=")[0].isdecimal()) or name == "faces":
        pairs = by_face(name, text, "file", "0=FILE 1=FILE")
        of = "audio" if name == "faces" else name
        return " ".join(f"{number}={located(of, one, base)}" for number, one in pairs.items())
    if name in _NEAR:
        return near(base / "jobs", text)
    path = f"{base / text}{'/' if text.endswith('/') else ''}"  # as_target tells folders by it
    if name == "photo" and text in PORTRAITS and not Path(path).exists():
        return text
    if name in _FILES:
        readable(path, ImageError if name == "photo" else InputError)
    return path if name in (*_FILES, *_PLACES) else text


def words_of(kind: str, row: dict[str, Any], base: Path) -> tuple[list[str], list[str]]:
    """The words of a job's command, and what is wrong with its fields, one line each."""
    bare, flags = KINDS[kind][1], flags_of(kind)
    heads: dict[str, str] = {}
    tails: list[str] = []
    needed = [name for name in (*bare, "output") if name != "audio" or "faces" not in row]
    wrong = [f"field '{name}' is missing" for name in needed if name not in row]
    for name, value in row.items():
        if name not in (*bare, *flags):
            wrong.append(f"field '{name}' is unknown; known: {', '.join((*bare, *flags))}")
            continue
        try:
            if name in bare:
                heads[name] = located(name, value, base)
            else:
                tails += flag(kind, name, value, base)
        except ArgumentError as error:
            wrong.append(f"field '{name}': {error.message}")
        except (InputError, OSError) as error:
            wrong.append(f"field '{name}': {error}")
    return [heads[name] for name in bare if name in heads] + tails, wrong
