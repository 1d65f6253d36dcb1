"""What a form may ask for: the options of the command line that name no file of this machine."""

import math
from argparse import Action
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, Final, NoReturn

from talkinghead.app.film import configure_cartoon, configure_photo
from talkinghead.app.options import Parser
from talkinghead.config import Output, Style
from talkinghead.errors import InputError
from talkinghead.media.formats import FORMATS

COMMANDS: Final[dict[str, Callable[[Parser], None]]] = {
    "photo": configure_photo,
    "cartoon": configure_cartoon,
}
FILES: Final = ("background", "style_from")  # options that a form sends a file for
NAMED: Final = ("style_from",)  # and those that it may name something stored for
OFFERED: Final = {field.name for cls in (Style, Output) for field in fields(cls)} | {
    "face", "transparent", *FILES,
}  # fmt: skip
ENDINGS: Final = [name[1:] for name, kind in FORMATS.items() if kind.muxer is not None]


class FormParser(Parser):
    """Raises what is wrong with a form, where the command line would exit."""

    def error(self, message: str) -> NoReturn:
        """Always raises InputError."""
        raise InputError(message)


@cache
def parser_of(command: str) -> FormParser:
    """The parser of `talkinghead photo` or `cartoon`."""
    parser = FormParser(prog=command, add_help=False)
    COMMANDS[command](parser)
    return parser


def options_of(command: str) -> list[Action]:
    """The options that a form may set, in the order of --help."""
    return [action for action in parser_of(command)._actions if action.dest in OFFERED]


def spelled(command: str) -> dict[str, Action]:
    """Every name of a field -> its option: `amp_lip_x`, `amp-lip-x`."""
    return {
        spelling.lstrip("-"): option
        for option in options_of(command)
        for spelling in option.option_strings
    }


def described() -> list[dict[str, Any]]:
    """The options as the page is told them: each with its commands, default and range."""
    found: dict[str, dict[str, Any]] = {}
    for command in COMMANDS:
        for option in options_of(command):
            name = option.option_strings[0].lstrip("-")
            found.setdefault(name, {**_told(option), "commands": []})["commands"].append(command)
    return [{"name": name, **said} for name, said in found.items()]


def _told(option: Action) -> dict[str, Any]:
    low, high = {**Style.RANGES, **Output.RANGES}.get(option.dest, (None, None))
    return {
        "kind": _kind(option),
        "help": (option.help or "").split(" (default")[0],
        "default": option.default or (False if option.nargs == 0 else option.default),
        "low": low,
        "high": None if high is None or math.isinf(high) else high,
    }


def _kind(option: Action) -> str:
    if option.dest in FILES:
        return "name or file" if option.dest in NAMED else "file"
    if option.nargs == 0:
        return "switch"
    return "numbers" if option.nargs else "whole" if option.type is int else "number"
