"""Finds recordings and clips below a folder: which suffixes they have, and through which links."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

VIDEO_SUFFIXES: Final = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".qt",
        ".mkv",
        ".webm",
        ".avi",
        ".divx",
        ".mpg",
        ".mpeg",
        ".mpe",
        ".m1v",
        ".m2v",
        ".m2p",
        ".vob",
        ".ts",
        ".mts",
        ".m2ts",
        ".mxf",
        ".wmv",
        ".asf",
        ".flv",
        ".f4v",
        ".3gp",
        ".3g2",
        ".ogv",
        ".dv",
        ".rm",
        ".rmvb",
        ".y4m",
        ".nut",
    ]
)
AUDIO_SUFFIXES: Final = frozenset(
    [
        ".wav",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".spx",
        ".mp3",
        ".mp2",
        ".m4a",
        ".m4b",
        ".aac",
        ".ac3",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".snd",
        ".caf",
        ".wma",
        ".amr",
        ".mka",
        ".wv",
        ".w64",
    ]
)
_SHOWN: Final = 3  # names of each kind in a note
VIDEO_KINDS: Final = "mp4, mov, mkv, webm, avi, mpg, m4v, ts, wmv, flv and others"
AUDIO_KINDS: Final = "wav, flac, mp3, m4a, ogg, opus and others"


def walk_files(root: Path, unreadable: list[str] | None = None) -> list[Path]:
    """Every regular file below `root`, as paths that begin with it, sorted; hidden ones are not.

    Symbolic links are followed, each file and folder once: of several names of a file, the one
    without links is listed, else the first. What cannot be read, such as a link to nothing, is
    appended to `unreadable`, a line each.
    """
    files: dict[Path, Path] = {}  # real path -> path below root
    folders: set[Path] = set()
    links: list[Path] = []
    problems: list[str] = [] if unreadable is None else unreadable

    def visit(folder: Path) -> None:
        real = folder.resolve()
        if real in folders:
            return
        folders.add(real)
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            problems.append(f"{_within(folder, root)}: {error.strerror or error}")
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                links.append(entry)
            elif entry.is_dir():
                visit(entry)
            elif entry.is_file():
                files.setdefault(entry.resolve(), entry)

    visit(root)
    while links:
        pending, links[:] = sorted(links), []
        for link in pending:
            try:
                real = link.resolve(strict=True)
            except (OSError, RuntimeError):  # RuntimeError: a link to itself
                problems.append(f"{_within(link, root)}: is a link to nothing")
                continue
            if real.is_dir():
                visit(link)
            elif real.is_file():
                files.setdefault(real, link)
    return sorted(files.values())


def with_suffix_in(paths: Iterable[Path], suffixes: Collection[str]) -> Iterator[Path]:
    """The paths whose suffix, in lower case, is one of `suffixes`."""
    return (path for path in paths if path.suffix.lower() in suffixes)


def describe_others(root: Path, used: Iterable[Path], what: str) -> list[str]:
    """Notes on the files below `root` that are not `used`: how many of which suffix, and names.

    `what` is what they are not, such as "clips"; what cannot be read has a note of its own.
    """
    unreadable: list[str] = []
    taken = set(used)
    by_suffix: dict[str, list[str]] = defaultdict(list)
    for path in walk_files(root, unreadable):
        if path not in taken:
            by_suffix[path.suffix.lower() or "no suffix"].append(_within(path, root))
    notes = [f"left out {line}" for line in unreadable]
    if by_suffix:
        count = sum(map(len, by_suffix.values()))
        kinds = ", ".join(
            f"{len(names)} {suffix} ({', '.join(names[:_SHOWN])}"
            f"{', ...' if len(names) > _SHOWN else ''})"
            for suffix, names in sorted(by_suffix.items())
        )
        files = "1 file is" if count == 1 else f"{count} files are"
        notes.append(f"{root}: {files} no {what}, not read: {kinds}")
    return notes


def _within(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)
