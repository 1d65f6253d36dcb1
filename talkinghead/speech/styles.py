"""Stored speaking styles: voices under names, whose way of moving others borrow.

Those that come with the package lie beside its weights, the user's own in a file of theirs.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from talkinghead import weights
from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.speech.speaker_encoder import SIZE, identity
from talkinghead.types import Array

FILE = "styles.safetensors"
NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True)
class SpeakingStyle:
    """A voice to be moved by, and what is known of it."""

    name: str
    voice: Array  # (256,) float32 of unit norm
    talker: str = ""  # whose voice, as in librispeech-1034; answers to this name, too
    origin: str = ""  # where the voice comes from, and under which terms
    ranges: dict[str, float] = field(default_factory=dict)  # see talkinghead.evaluate.ranges
    branch: str = ""  # SHA-256 of the speaker branch that the ranges were measured with

    def __post_init__(self) -> None:
        check_name(self.name)
        norm = float(np.linalg.norm(self.voice)) if self.voice.shape == (SIZE,) else np.nan
        if not abs(norm - 1) < 1e-3:
            raise InputError(f"style {self.name}: needs a voice of shape ({SIZE},) and norm 1")


def check_name(name: str) -> None:
    """Refuse a name that a style cannot have: it could be a path, or an option."""
    if not NAME.fullmatch(name):
        raise InputError(f"style name {name!r}: use letters, digits, '-', '_' and '.', 64 at most")


def user_file() -> Path:
    """Where `talkinghead styles save` keeps the user's own: in $XDG_DATA_HOME or ~/.local/share."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "talkinghead" / FILE


def style_files(ckpt: Path | None = None) -> list[Path]:
    """The files there are, the first one wins: the user's, then the one beside the weights."""
    beside = [folder / FILE for folder in (ckpt, weights.FOLDER) if folder is not None]
    shipped = next((path for path in beside if path.is_file()), None)
    return [path for path in (user_file(), shipped) if path is not None and path.is_file()]


def read_styles(path: Path) -> dict[str, SpeakingStyle]:
    """Name -> style, in the file's order.

    Raises WeightsError for a damaged file, and for voices that another speaker encoder heard:
    its embeddings mean nothing to the speaker branch.
    """
    card = weights.read_card(path)
    if card.get("encoder", {}).get("sha256") != identity()["sha256"]:
        heard = card.get("encoder", {}).get("name", "an unknown speaker encoder")
        raise WeightsError(
            f"{path}: these styles were heard by {heard}, here voices are heard by "
            f"{identity()['name']}; save them again with 'talkinghead styles save'"
        )
    voices = weights.read(path)
    try:
        return {
            name: SpeakingStyle(name, voices[name].numpy(), **said)
            for name, said in card["styles"].items()
        }
    except (KeyError, TypeError, AttributeError, InputError) as error:
        raise WeightsError(
            f"{path}: its card is damaged ({error}); save the styles again"
        ) from error


def write_styles(styles: Iterable[SpeakingStyle], path: Path, **said: Any) -> None:
    """Write styles and their card, which also holds what is `said`."""
    listed = list(styles)
    card = {
        "model": "speaking styles",
        "size": {"speaker": SIZE},
        "encoder": identity(),
        **said,
        "styles": {
            one.name: {
                "talker": one.talker, "origin": one.origin,
                "ranges": {name: round(value, 3) for name, value in one.ranges.items()},
                "branch": one.branch,
            }
            for one in listed
        },
    }  # fmt: skip
    voices = {one.name: torch.from_numpy(one.voice.astype(np.float32)) for one in listed}
    weights.write(voices, path, card)


def _names(path: Path) -> Iterator[tuple[str, str]]:
    """(what a style is asked for by, its name) of a file, stale or not."""
    styles = weights.read_card(path).get("styles", {})
    yield from ((name, name) for name in styles)
    yield from ((said["talker"], name) for name, said in styles.items() if said.get("talker"))


def style_names(ckpt: Path | None = None) -> list[str]:
    """Every name that `find_style` takes; talkers after styles."""
    return list(dict.fromkeys(asked for path in style_files(ckpt) for asked, _ in _names(path)))


def find_style(asked: str, ckpt: Path | None = None) -> SpeakingStyle:
    """A style by its name or its talker's; one of the user's own goes before the package's.

    Raises InputError, which lists the names there are.
    """
    for path in style_files(ckpt):
        name = dict(reversed(list(_names(path)))).get(asked)
        if name is not None:
            return read_styles(path)[name]
    known = ", ".join(style_names(ckpt)) or "none"
    raise InputError(
        f"{asked!r} is neither a recording nor a stored style; give an existing file, or one of "
        f"the styles: {known}"
    )


def merged(voices: Sequence[Array], seconds: Sequence[float]) -> Array:
    """(256,) of unit norm: one voice out of several recordings, each by its length.

    Raises AudioError where nobody is heard in any of them.
    """
    heard = [(v, s) for v, s in zip(voices, seconds, strict=True) if v.any()]
    if not heard:
        raise AudioError("no voice is heard; give half a second of speech or more")
    if len(heard) == 1:
        return np.asarray(heard[0][0], dtype=np.float32)
    total = np.sum([voice.astype(np.float64) * length for voice, length in heard], axis=0)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)
