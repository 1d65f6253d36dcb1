"""Fields of a scene's file: each looked at as it is read. Errors name the file and the field."""

from pathlib import Path
from typing import Any

from talkinghead.errors import InputError
from talkinghead.media.files import readable

COLOURS = {"white": "#ffffff", "black": "#000000", "grey": "#808080"}


def wrong(path: Path, field: str, why: str) -> InputError:
    """The error that names the file and the field."""
    return InputError(f"{path}: field '{field}' {why}")


def known(path: Path, within: str, data: dict[Any, Any], names: tuple[str, ...]) -> None:
    """Refuse a field that is not among `names`; `within` leads to where it stands."""
    for name in data:
        if name not in names:
            raise wrong(path, f"{within}{name}", f"is unknown; known: {', '.join(names)}")


def number(path: Path, field: str, value: Any, low: float, high: float) -> float:
    """A number within bounds."""
    counts = isinstance(value, int | float) and not isinstance(value, bool)
    if not counts or not low <= value <= high:
        raise wrong(path, field, f"must be a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def file(path: Path, field: str, value: Any) -> Path:
    """A file named in the scene's; relative names begin where the scene's file lies."""
    if not isinstance(value, str):
        raise wrong(path, field, f"must name a file, got {value!r}")
    try:
        return readable(path.parent / value, InputError)
    except InputError as error:
        raise wrong(path, field, f"cannot be used: {error}") from error


def near(path: Path, name: str) -> str:
    """A path from where the scene's file lies, where there is one; otherwise a name as it is."""
    beside = path.parent / name
    return str(beside) if beside.exists() else name


def background(path: Path, value: Any) -> Path | tuple[int, int, int] | None:
    """What is behind all: a picture, a colour, or nothing."""
    if value is None or value == "none":
        return None
    if not isinstance(value, str):
        raise wrong(path, "background", f"must be a picture, '#rrggbb' or 'none', got {value!r}")
    text = COLOURS.get(value, value)
    if text.startswith("#"):
        try:
            red, green, blue = bytes.fromhex(text[1:])
        except ValueError as error:
            raise wrong(
                path, "background", f"must be a colour as #rrggbb, got {value!r}"
            ) from error
        return red, green, blue
    return file(path, "background", value)
