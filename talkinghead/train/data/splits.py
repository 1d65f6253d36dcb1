"""Train, validation and test splits, by speaker and never by clip; fixed lists in splits.yaml."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import yaml

from talkinghead.errors import InputError

T = TypeVar("T")

HASHED_CORPORA = ("librispeech/", "espeak/")  # too many voices to list: a checksum splits them


@cache
def _listed_speakers() -> dict[str, frozenset[str]]:
    text = files("talkinghead.train.data").joinpath("splits.yaml").read_text()
    return {split: frozenset(names) for split, names in yaml.safe_load(text).items()}


def split_of(speaker: str) -> str:
    """`test` (only measured), `validation` (chooses the weights) or `train`.

    Of the voices of HASHED_CORPORA a tenth each is held out; those of espeak by their variant, for
    a variant sounds alike in all languages.
    """
    for split, names in _listed_speakers().items():
        if speaker in names:
            return split
    if speaker.startswith(HASHED_CORPORA):
        remainder = crc32(speaker.rsplit("+", 1)[-1].encode()) % 10
        return {0: "test", 1: "validation"}.get(remainder, "train")
    return "train"


def by_split(items: Iterable[T], speaker: Callable[[T], str]) -> dict[str, list[T]]:
    """`train`, `validation` and `test`: the items whose `speaker` is in each, in their order."""
    parts: dict[str, list[T]] = {"train": [], "validation": [], "test": []}
    for item in items:
        parts[split_of(speaker(item))].append(item)
    return parts


@dataclass(frozen=True)
class ClipInfo:
    """What the manifest of a data folder says of one clip."""

    speaker: str
    has_speech: bool = True  # False: the audio is music or silence, not the speaker's voice


def read_manifest(root: Path) -> dict[Path, ClipInfo]:
    """Relative path -> ClipInfo, from `root`/manifest.csv with columns path, identity and audio.

    The column `audio` was formerly called `sound`; both names are accepted, and it may be missing.
    Empty without a manifest: then the folder of a clip is its speaker, and the clip has speech.
    Raises InputError for missing columns.
    """
    manifest = root / "manifest.csv"
    if not manifest.exists():
        return {}
    with manifest.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"path", "identity"} <= rows[0].keys():
        raise InputError(f"{manifest}: columns 'path' and 'identity' are needed")
    return {
        Path(row["path"]): ClipInfo(
            row["identity"], row.get("audio", row.get("sound", "speech")) == "speech"
        )
        for row in rows
    }


def clip_speakers(root: Path) -> dict[str, str]:
    """Path of a clip below `root` -> speaker, for the clips in `root`/manifest.csv."""
    return {path.as_posix(): clip.speaker for path, clip in read_manifest(root).items()}


def clip_filter(root: Path, split: str | None, *, need_speech: bool) -> Callable[[str], bool]:
    """Whether a clip below `root` is in a split (None: any), and has speech if that is needed."""
    manifest = read_manifest(root)

    def is_selected(name: str) -> bool:
        path = Path(name)
        clip = manifest.get(path, ClipInfo(path.parent.name))
        return (clip.has_speech or not need_speech) and split in (None, split_of(clip.speaker))

    return is_selected
