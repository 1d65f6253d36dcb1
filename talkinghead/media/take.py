"""An older take: the numbered pictures and the wav that a new one may replace, and no others."""

from pathlib import Path
from typing import Final

from talkinghead.errors import OutputError
from talkinghead.media.formats import number_in, sound_beside

# The text field that says who wrote a picture; without it, a picture is somebody else's.
SOFTWARE: Final = ("Software", "talkinghead")
_MARK: Final = "\0".join(SOFTWARE).encode()
_HEADER: Final = 128  # bytes of a PNG in which it stands


def older_take(target: Path) -> list[Path]:
    """The files of an older take of `target`, a pattern as in out/%06d.png; the wav is first.

    Raises OutputError for pictures of that pattern, or a wav, that were not written here.
    """
    folder = target.parent
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if number_in(target, path.name) is not None]
    sound = sound_beside(target)
    others = [path for path in found if not _ours(path)]
    if sound.exists() and not found:
        others = [sound]
    if others:
        raise OutputError(
            f"{target}: would replace {min(others)}, which does not say that talkinghead wrote "
            "it; choose another folder"
        )
    return [*([sound] if sound.exists() else []), *found]


def _ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _MARK in file.read(_HEADER)
