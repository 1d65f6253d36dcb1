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
from talkinghead.train.data.layouts import speaker_of

T = TypeVar("T")

MANIFEST = "manifest.csv"  # of a data folder: path, identity and audio of each clip
TEST_SPLITS = ("test", "test2")  # of speakers that are only measured
CERTAIN_LAG = 4.0  # of a measured delay, below which it is a guess

HASHED_CORPORA = ("librispeech/", "espeak/")  # too many voices to list: a checksum splits them


@cache
def _listed_speakers() -> dict[str, frozenset[str]]:
    text = files("talkinghead.train.data").joinpath("splits.yaml").read_text()
    return {split: frozenset(names) for split, names in yaml.safe_load(text).items()}


def split_of(speaker: str) -> str:
    """`test` or `test2` (only measured), `validation` (chooses the weights) or `train`.

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


def is_test_speaker(speaker: str) -> bool:
    """Whether nothing may be trained on this speaker, nor chosen by one."""
    return split_of(speaker) in TEST_SPLITS


def by_split(items: Iterable[T], speaker: Callable[[T], str]) -> dict[str, list[T]]:
    """Split -> the items whose `speaker` is in it, in their order."""
    parts: dict[str, list[T]] = {split: [] for split in ("train", "validation", *TEST_SPLITS)}
    for item in items:
        parts[split_of(speaker(item))].append(item)
    return parts


@dataclass(frozen=True)
class ClipInfo:
    """What the manifest of a data folder says of one clip."""

    speaker: str
    has_speech: bool = True  # False: the audio is music or silence, not the speaker's voice
    audio_delay: float = 0.0  # seconds by which the audio is later than the picture
    is_frontal: bool = True  # False: the face is turned away too far to learn from


def read_manifest(root: Path) -> dict[Path, ClipInfo]:
    """Relative path -> ClipInfo, from the manifest.csv of `root` and those of its sub-folders.

    The columns `path` (below `root`) and `identity` are needed. `audio` says which clips hold
    `speech`; it was formerly called `sound`, and both names are accepted. `lag` is the audio's
    delay in seconds, taken where the certainty `z` is at least CERTAIN_LAG; `frontal` (0 to 3) is 0
    for a face turned away. Empty without a manifest: then the folder of a clip is its speaker, and
    the clip has speech. Raises InputError for missing columns and for numbers that are none.
    """
    clips: dict[Path, ClipInfo] = {}
    for manifest in (root / MANIFEST, *sorted(root.glob(f"*/{MANIFEST}"))):
        if manifest.exists():
            clips |= _read_rows(manifest)
    return clips


def _read_rows(manifest: Path) -> dict[Path, ClipInfo]:
    with manifest.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"path", "identity"} <= rows[0].keys():
        raise InputError(f"{manifest}: columns 'path' and 'identity' are needed")
    try:
        return {Path(row["path"]): _clip_info(row) for row in rows}
    except ValueError as error:
        raise InputError(f"{manifest}: {error}; lag, z and frontal must be numbers") from error


def _clip_info(row: dict[str, str]) -> ClipInfo:
    has_speech = row.get("audio", row.get("sound", "speech")) == "speech"
    certain = float(row.get("z") or 0) >= CERTAIN_LAG
    delay = float(row.get("lag") or 0) if certain else 0.0
    return ClipInfo(row["identity"], has_speech, delay, float(row.get("frontal") or 3) > 0)


def clip_speakers(root: Path) -> dict[str, str]:
    """Path of a clip below `root` -> speaker, for the clips in `root`/manifest.csv."""
    return {path.as_posix(): clip.speaker for path, clip in read_manifest(root).items()}


def clip_filter(root: Path, split: str | None, *, need_speech: bool) -> Callable[[str], bool]:
    """Whether a clip below `root` is in a split (None: any), and has speech if that is needed."""
    manifest = read_manifest(root)

    def is_selected(name: str) -> bool:
        path = Path(name)
        clip = manifest.get(path, ClipInfo(speaker_of(path)))
        return (clip.has_speech or not need_speech) and split in (None, split_of(clip.speaker))

    return is_selected
