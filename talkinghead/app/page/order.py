"""A form that was sent, as the command line it stands for."""

import re
from argparse import Action, Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import talkinghead
from talkinghead.app.film import cartoon, photo
from talkinghead.app.page.limits import Limits
from talkinghead.app.page.offer import ENDINGS, FILES, NAMED, parser_of, spelled
from talkinghead.app.plan import plan_cartoon, plan_photo
from talkinghead.app.progress import Progress
from talkinghead.errors import AudioError, ImageError, InputError
from talkinghead.media.files import readable
from talkinghead.media.length import seconds_of
from talkinghead.media.samples import PORTRAITS
from talkinghead.puppet.store import list_puppets
from talkinghead.speech.styles import find_style

YES, NO = ("true", "1", "on", "yes"), ("false", "0", "off", "no")
OWN: Final = ("picture", "puppet", "sound", "format")  # fields that are no options


@dataclass(frozen=True)
class Order:
    """A video to be made, with all that can be checked beforehand checked."""

    command: str  # photo or cartoon
    args: Namespace
    target: Path

    def make(self, animator: "talkinghead.Animator", progress: Progress) -> None:
        """Let it speak."""
        film = cartoon if self.command == "cartoon" else photo
        film(self.args, progress, lambda args, progress: animator)


@dataclass(frozen=True)
class Form:
    """What was sent: texts, and files under names of our own choosing."""

    texts: Mapping[str, str]  # field -> what it says; empty ones are left out
    files: Mapping[str, Path]  # field -> where its file was put


def read_order(
    form: Form, folder: Path, recordings: Mapping[str, Path], limits: Limits, ckpt: Path | None
) -> Order:
    """The order in a form, its video to be written into `folder`.

    Names of recordings, portraits, puppets and styles are looked up among those there are: no
    text becomes a path. Raises TalkingHeadError for what could not be made.
    """
    command = "cartoon" if "puppet" in form.texts else "photo"
    if command == "cartoon" and "picture" in (*form.texts, *form.files):
        raise InputError("picture and puppet exclude each other; send one of them")
    subject = _puppet(form) if command == "cartoon" else _picture(form)
    sound = _sound(form, recordings, limits)
    ending = form.texts.get("format", ENDINGS[0])
    if ending not in ENDINGS:
        raise InputError(f"format: {ending!r} cannot be written; choose {', '.join(ENDINGS)}")
    words = _words(form, command, limits, ckpt)
    args = parser_of(command).parse_args([*words, "--", subject, sound])
    args.ckpt, args.output = ckpt, folder / f"video.{ending}"
    plan = plan_cartoon(args) if command == "cartoon" else plan_photo(args)
    return Order(command, args, plan.target)


def _picture(form: Form) -> str:
    if path := form.files.get("picture"):
        return str(readable(path, ImageError))
    named = form.texts.get("picture")
    if named is None:
        raise InputError("no picture and no puppet was sent; send one of them")
    if named not in PORTRAITS:
        raise ImageError(f"picture: send a file, or one of the names {', '.join(PORTRAITS)}")
    return named


def _puppet(form: Form) -> str:
    named, known = form.texts["puppet"], list_puppets()
    if named not in known:
        raise InputError(f"unknown puppet {named!r}; there are: {', '.join(known)}")
    return named


def _sound(form: Form, recordings: Mapping[str, Path], limits: Limits) -> str:
    if path := form.files.get("sound"):
        _check_length(path, limits)
        return str(path)
    named = form.texts.get("sound")
    if named is None:
        raise InputError("no sound was sent; send a recording")
    if named not in recordings:
        raise AudioError(f"sound: send a file, or one of the names {', '.join(recordings)}")
    return str(recordings[named])


def _check_length(path: Path, limits: Limits) -> None:
    if seconds_of(path, 60 * limits.max_sound) > 60 * limits.max_sound:
        raise AudioError(f"{path}: is longer than {limits.max_sound:g} minutes; cut it")


def _words(form: Form, command: str, limits: Limits, ckpt: Path | None) -> list[str]:
    """The options of a form as a command line has them."""
    known = spelled(command)
    words: list[str] = []
    for name, path in form.files.items():
        if name not in OWN:
            option = _option(name, known)
            if option.dest not in FILES:
                raise InputError(f"{name}: takes a text, not a file")
            readable(path, InputError)
            if option.dest in NAMED:
                _check_length(path, limits)
            words.append(f"{option.option_strings[0]}={path}")
    for name, text in form.texts.items():
        if name not in OWN:
            words += _said(name, text, _option(name, known), ckpt)
    return words


def _option(name: str, known: Mapping[str, Action]) -> Action:
    if name not in known:
        raise InputError(f"there is no field {name!r}; there are: {', '.join([*OWN, *known])}")
    return known[name]


def _said(name: str, text: str, option: Action, ckpt: Path | None) -> list[str]:
    flag = option.option_strings[0]
    if option.dest in NAMED:
        find_style(text, ckpt)
    elif option.dest in FILES:
        raise InputError(f"{name}: send a file")
    elif option.nargs == 0:
        if text.lower() not in (*YES, *NO):
            raise InputError(f"{name} must be true or false, got {text!r}")
        return [flag] if text.lower() in YES else []
    elif option.nargs == "+":
        # No word may become an option of its own.
        if not all(re.fullmatch(r"[-+]?\d*\.?\d+", part) for part in text.split()):
            raise InputError(f"{name} must be numbers with spaces between them, got {text!r}")
        return [flag, *text.split()]
    return [f"{flag}={text}"]
