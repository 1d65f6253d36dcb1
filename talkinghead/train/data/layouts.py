"""Who speaks in a clip, by the folders in which well-known collections of clips are distributed.

- GRID: `s1/bbaf2n.mpg`, also `s1/video/...`, with `s1/align/bbaf2n.align`: speaker `grid_s1`
- LRS2 and LRS3: `main/<speaker>/<5 digits>.mp4`, also `pretrain`, `trainval` and `test`
- VoxCeleb2: `<id and 5 digits>/<video>/<5 digits>.mp4`
- HDTF: `<group>_<name>_<number>.mp4`, several videos in one folder: speaker `<group>_<name>`

Anything else: the folder of a clip is its speaker.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from talkinghead.errors import InputError

LRS_SPLITS: Final = ("main", "pretrain", "trainval", "train", "val", "test")
_GRID: Final = re.compile(r"s([1-9]|[12]\d|3[0-4])(_processed)?")
_GRID_SENTENCE: Final = re.compile(r"[a-z]{4}[0-9a-z][a-z]")
_VOXCELEB: Final = re.compile(r"id\d{5}")
_LRS_CLIP: Final = re.compile(r"\d{5}")
_HDTF: Final = re.compile(r"((?:RD|WDA|WRA)_.+?)_\d+")


def speaker_of(name: Path) -> str:
    """The speaker of a clip, by its path below the data folder."""
    folders = name.parent.parts
    for folder in folders:
        if _VOXCELEB.fullmatch(folder):
            return folder
    if _GRID_SENTENCE.fullmatch(name.stem):
        for folder in folders:
            if match := _GRID.fullmatch(folder):
                return f"grid_s{match[1]}"
    if match := _HDTF.fullmatch(name.stem):
        return match[1]
    return name.parent.name


def alignment_of(path: Path) -> Path | None:
    """GRID's word alignment of a clip: beside it, or in the folder `align` of its speaker."""
    speaker = path.parent
    folders = [speaker]
    for _ in range(3):
        folders.append(speaker / "align")
        speaker = speaker.parent
    found = (folder / f"{path.stem}.align" for folder in folders)
    return next((candidate for candidate in found if candidate.is_file()), None)


def read_filelist(folder: Path, split: str) -> frozenset[str]:
    """The clips `<speaker>/<5 digits>` that a split of LRS2 lists, in `folder`/`split`.txt.

    What follows on a line is not read. Raises InputError for a list that is missing or empty.
    """
    path = folder / f"{split}.txt"
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        splits = ", ".join(sorted(p.stem for p in folder.glob("*.txt"))) or "none"
        raise InputError(f"{path}: no such list; {folder} holds these splits: {splits}") from error
    names = frozenset(line.split()[0].removesuffix(".mp4") for line in lines if line.strip())
    if not names:
        raise InputError(f"{path}: lists no clip; a line is <speaker>/<5 digits>")
    return names


def is_listed(name: Path, listed: Collection[str]) -> bool:
    """Whether a list of `read_filelist` names a clip, by its path below the data folder."""
    return name.with_suffix("").as_posix().split("/", 1)[-1] in listed or (
        f"{name.parent.name}/{name.stem}" in listed
    )
