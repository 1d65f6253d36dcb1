"""Stored speaking styles: speaker embeddings under names, whose way of moving others can take.

The package's styles lie beside its weights, the user's own in a file in the data directory.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.media.atomic_write import similar_name
from talkinghead.models import checkpoint
from talkinghead.speech.speaker_encoder import EMBEDDING_SIZE, encoder_identity
from talkinghead.types import Array

FILE = "styles.safetensors"
NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True)
class SpeakingStyle:
    """A speaker embedding to predict head and brow motion from, and what is known of it."""

    name: str
    speaker_embedding: Array  # (256,) float32 of unit norm
    speaker: str = ""  # such as librispeech-1034; `find_style` accepts it as a name, too
    origin: str = ""  # where the recording comes from, and under which licence
    # Of the motion that the speaker branch predicts: see `talkinghead.evaluate`.
    motion_ranges: dict[str, float] = field(default_factory=dict)
    speaker_branch: str = ""  # `checkpoint.identity` of the branch that they were measured with

    def __post_init__(self) -> None:
        check_name(self.name)
        embedding = self.speaker_embedding
        norm = float(np.linalg.norm(embedding)) if embedding.shape == (EMBEDDING_SIZE,) else np.nan
        if not abs(norm - 1) < 1e-3:
            raise InputError(
                f"style {self.name}: needs a speaker embedding of shape ({EMBEDDING_SIZE},) and "
                "norm 1"
            )


def check_embedding(embedding: Array) -> Array:
    """(256,) float32 of an array that is a speaker embedding. Raises InputError for others."""
    if embedding.shape != (EMBEDDING_SIZE,) or not np.issubdtype(embedding.dtype, np.floating):
        raise InputError(
            f"a speaker embedding must have shape ({EMBEDDING_SIZE},) and be floats, got "
            f"{embedding.shape} of {embedding.dtype}; give samples as (samples, rate)"
        )
    return embedding.astype(np.float32)


def check_name(name: str) -> None:
    """Raise InputError for a name that could be taken for a path or an option."""
    if not NAME.fullmatch(name):
        raise InputError(f"style name {name!r}: use letters, digits, '-', '_' and '.', 64 at most")


def user_file() -> Path:
    """The user's own styles: in $XDG_DATA_HOME or ~/.local/share."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "talkinghead" / FILE


def style_files(ckpt: Path | None = None) -> list[Path]:
    """The existing files in order of precedence: the user's, then the one beside the weights."""
    candidates = [folder / FILE for folder in (ckpt, checkpoint.FOLDER) if folder is not None]
    shipped = next((path for path in candidates if path.is_file()), None)
    return [path for path in (user_file(), shipped) if path is not None and path.is_file()]


def read_styles(path: Path) -> dict[str, SpeakingStyle]:
    """Name -> style, in the file's order.

    Raises WeightsError for a damaged file, and for embeddings of another speaker encoder, which
    mean nothing to the speaker branch.
    """
    card = checkpoint.read_card(path)
    encoder = card.get("speaker_encoder", {})
    if encoder.get("sha256") != encoder_identity()["sha256"]:
        raise WeightsError(
            f"{path}: these styles come from {encoder.get('name', 'an unknown speaker encoder')}, "
            f"and {encoder_identity()['name']} is installed; save them again with "
            "'talkinghead styles save'"
        )
    embeddings = checkpoint.read_tensors(path)
    try:
        return {
            name: SpeakingStyle(name, embeddings[name].numpy(), **fields)
            for name, fields in card["styles"].items()
        }
    except (KeyError, TypeError, AttributeError, InputError) as error:
        raise WeightsError(
            f"{path}: its card is damaged ({error}); save the styles again"
        ) from error


def write_styles(styles: Iterable[SpeakingStyle], path: Path, **card_fields: Any) -> None:
    """Write styles and their card, with `card_fields` added to it. Raises OutputError."""
    listed = list(styles)
    card = {
        "model": "speaking styles",
        "size": {"speaker_channels": EMBEDDING_SIZE},
        "speaker_encoder": encoder_identity(),
        **card_fields,
        "styles": {
            style.name: {
                "speaker": style.speaker,
                "origin": style.origin,
                "motion_ranges": {
                    name: round(value, 3) for name, value in style.motion_ranges.items()
                },
                "speaker_branch": style.speaker_branch,
            }
            for style in listed
        },
    }
    embeddings = {
        style.name: torch.from_numpy(style.speaker_embedding.astype(np.float32)) for style in listed
    }
    checkpoint.write_tensors(embeddings, path, card)


def _names(path: Path) -> Iterator[tuple[str, str]]:
    """(accepted name, style) pairs of a file, whatever speaker encoder it is of."""
    styles = checkpoint.read_card(path).get("styles", {})
    yield from ((name, name) for name in styles)
    yield from (
        (fields["speaker"], name) for name, fields in styles.items() if fields.get("speaker")
    )


def style_names(ckpt: Path | None = None) -> list[str]:
    """Every name that `find_style` accepts; speakers after styles."""
    return list(dict.fromkeys(name for path in style_files(ckpt) for name, _ in _names(path)))


def find_style(name: str, ckpt: Path | None = None) -> SpeakingStyle:
    """A style by its name or its speaker's; the user's own take precedence.

    Raises InputError, which lists the known names.
    """
    for path in style_files(ckpt):
        style = dict(reversed(list(_names(path)))).get(name)
        if style is not None:
            return read_styles(path)[style]
    names = style_names(ckpt)
    known, similar = ", ".join(names) or "none", similar_name(name, names)
    suggestion = "" if similar is None else f"did you mean {similar}? "
    raise InputError(
        f"{name!r} is neither a recording nor a stored style; {suggestion}give an "
        f"existing file, or one of the styles: {known}"
    )


def merge_embeddings(embeddings: Sequence[Array], seconds: Sequence[float]) -> Array:
    """(256,) of unit norm: the mean of several recordings' embeddings, weighted by length.

    Raises AudioError where none of them contains a voice.
    """
    voiced = [(e, s) for e, s in zip(embeddings, seconds, strict=True) if e.any()]
    if not voiced:
        raise AudioError("contains no voice; give half a second of speech or more")
    if len(voiced) == 1:
        return np.asarray(voiced[0][0], dtype=np.float32)
    total = np.sum([embedding.astype(np.float64) * length for embedding, length in voiced], axis=0)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)
