"""Who is left out of training: fixed lists in splits.yaml, by talker and never by clip."""

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


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = files("talkinghead.train").joinpath("splits.yaml").read_text()
    return {name: frozenset(talkers) for name, talkers in yaml.safe_load(text).items()}


CORPORA = ("librispeech/", "espeak/")  # of too many voices to list: a checksum divides them


def split_of(talker: str) -> str:
    """`test` (only ever measured), `validation` (chooses the weights) or `train`.

    Of the voices of CORPORA a tenth each is left out; espeak's are told apart by variant, for
    one variant sounds alike in all languages.
    """
    for name, talkers in _lists().items():
        if talker in talkers:
            return name
    if talker.startswith(CORPORA):
        rest = crc32(talker.rsplit("+", 1)[-1].encode()) % 10
        return {0: "test", 1: "validation"}.get(rest, "train")
    return "train"


def by_split(items: Iterable[T], talker: Callable[[T], str]) -> dict[str, list[T]]:
    """`train`, `validation` and `test`: the items whose `talker` is of each."""
    parts: dict[str, list[T]] = {"train": [], "validation": [], "test": []}
    for item in items:
        parts[split_of(talker(item))].append(item)
    return parts


@dataclass(frozen=True)
class Listing:
    """What a data folder's manifest says of one clip."""

    talker: str
    speech: bool = True  # False: the clip's sound is music or nothing, not the talker's voice


def listings(root: Path) -> dict[Path, Listing]:
    """Clip (relative path) -> listing, from `root`/manifest.csv (columns path, identity, sound).

    Empty without a manifest: then the folder a clip lies in is its talker, and it speaks.
    """
    manifest = root / "manifest.csv"
    if not manifest.exists():
        return {}
    with manifest.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    if rows and not {"path", "identity"} <= rows[0].keys():
        raise InputError(f"{manifest}: columns 'path' and 'identity' are needed")
    return {
        Path(row["path"]): Listing(row["identity"], row.get("sound", "speech") == "speech")
        for row in rows
    }


def talkers_in(root: Path) -> dict[str, str]:
    """Clip (as `find_clips` names it) -> talker, of those that `root`/manifest.csv names."""
    return {path.as_posix(): listing.talker for path, listing in listings(root).items()}


def selection(root: Path, split: str | None, *, need_speech: bool) -> Callable[[str], bool]:
    """Which clips below `root` are of a split (None: of any), and of a talker who is heard."""
    known = listings(root)

    def wanted(name: str) -> bool:
        path = Path(name)
        listing = known.get(path, Listing(path.parent.name))
        heard = listing.speech or not need_speech
        return heard and split in (None, split_of(listing.talker))

    return wanted
