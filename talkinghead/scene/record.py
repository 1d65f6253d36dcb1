"""The file of a scene: who stands where, who speaks when. Errors name the file and the field."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from talkinghead.config import Style
from talkinghead.errors import InputError
from talkinghead.media.files import readable
from talkinghead.scene.fields import background, file, known, near, number, wrong

FORMAT = 1
REQUIRED = ("format", "canvas", "actors", "lines")
OPTIONAL = ("background", "fps", "end")
ACTOR = (
    "puppet", "photo", "at", "height", "mirror", "layer", "style", "style_from", "pose_from",
)  # fmt: skip
LINE = ("actor", "audio", "start", "pause")
PAUSE = 0.3  # seconds between two lines, where nothing is said of it
LARGEST = 8192  # pixels to a side


@dataclass(frozen=True)
class Actor:
    """Who plays, and where."""

    name: str
    puppet: str | None  # its name or folder; exactly one of this and `photo`
    photo: str | None
    at: tuple[float, float]  # centre, in shares of the canvas
    height: float  # in shares of the canvas's
    mirror: bool
    layer: int  # larger is nearer; equal ones in the order of the file
    style: Style
    style_from: str | None = None  # a recording, or a stored style: whose manner is borrowed
    pose_from: Path | None = None  # a video, whose head motion and blinks are


@dataclass(frozen=True)
class Cued:
    """A line as it stands in the file."""

    actor: str
    audio: Path
    start: float | None  # seconds from the beginning; None: after the line before
    pause: float  # seconds after it


@dataclass(frozen=True)
class SceneRecord:
    """A scene as it stands in the file."""

    path: Path
    canvas: tuple[int, int]  # width, height in pixels
    background: Path | tuple[int, int, int] | None  # a picture, a colour, or nothing at all
    fps: float
    actors: tuple[Actor, ...]
    lines: tuple[Cued, ...]
    end: float  # seconds after the last sound

    @property
    def sources(self) -> list[str | Path]:
        """What is read for it: the file itself, and all that it names; some are names only."""
        behind = self.background if isinstance(self.background, Path) else None
        named = [
            name
            for actor in self.actors
            for name in (actor.puppet, actor.photo, actor.style_from, actor.pose_from)
        ]
        sounds = [line.audio for line in self.lines]
        return [name for name in (self.path, behind, *named, *sounds) if name is not None]


def read_scene(source: str | Path) -> SceneRecord:
    """A scene's file, every field looked at. Raises InputError that names file and field."""
    path = readable(source, InputError)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # such as a 99th day
        said = " ".join(str(error).split())
        raise InputError(f"{path}: is not YAML: {said}") from error
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold fields like 'canvas: [1280, 720]'")
    for name in REQUIRED:
        if name not in data:
            raise wrong(path, name, "is missing")
    known(path, "", data, REQUIRED + OPTIONAL)
    if data["format"] != FORMAT:
        raise wrong(path, "format", f"must be {FORMAT}, got {data['format']!r}")
    actors = _actors(path, data["actors"])
    return SceneRecord(
        path,
        _canvas(path, data["canvas"]),
        background(path, data.get("background")),
        number(path, "fps", data.get("fps", 25), 1, 120),
        actors,
        _lines(path, data["lines"], [actor.name for actor in actors]),
        number(path, "end", data.get("end", 0.5), 0, 600),
    )


def _canvas(path: Path, value: Any) -> tuple[int, int]:
    whole = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)
    if not whole or min(value) < 16 or max(value) > LARGEST:
        raise wrong(
            path, "canvas", f"must be [width, height] in pixels, 16 to {LARGEST}, got {value!r}"
        )
    return value[0], value[1]


def _actors(path: Path, value: Any) -> tuple[Actor, ...]:
    if not isinstance(value, dict) or not value:
        raise wrong(path, "actors", "must hold at least one, as in 'wolf: {puppet: wilk}'")
    return tuple(
        _actor(path, str(name), data, number) for number, (name, data) in enumerate(value.items())
    )


def _actor(path: Path, name: str, data: Any, place: int) -> Actor:
    field = f"actors.{name}"
    if not isinstance(data, dict):
        raise wrong(path, field, f"must hold fields as in 'puppet: wilk', got {data!r}")
    known(path, f"{field}.", data, ACTOR)
    puppet, photo = data.get("puppet"), data.get("photo")
    if (puppet is None) == (photo is None):
        raise wrong(path, field, "must name either a puppet or a photo")
    kind = "puppet" if photo is None else "photo"
    if not isinstance(data[kind], str):
        raise wrong(path, f"{field}.{kind}", f"must be a name or a path, got {data[kind]!r}")
    at = data.get("at", [0.5, 0.5])
    if not isinstance(at, list) or len(at) != 2:
        raise wrong(path, f"{field}.at", f"must be [x, y] in shares of the canvas, got {at!r}")
    x, y = (number(path, f"{field}.at", v, -1, 2) for v in at)
    layer, mirror = data.get("layer", 0), data.get("mirror", False)
    pose = data.get("pose_from")
    if type(layer) is not int:
        raise wrong(path, f"{field}.layer", f"must be a whole number, got {layer!r}")
    if not isinstance(mirror, bool):
        raise wrong(path, f"{field}.mirror", f"must be true or false, got {mirror!r}")
    return Actor(
        name,
        None if puppet is None else near(path, puppet),
        None if photo is None else near(path, photo),
        (x, y),
        number(path, f"{field}.height", data.get("height", 1.0), 0.05, 4),
        mirror,
        layer,
        _style(path, f"{field}.style", data.get("style", {}), place),
        _manner(path, f"{field}.style_from", data.get("style_from")),
        None if pose is None else file(path, f"{field}.pose_from", pose),
    )


def _manner(path: Path, field: str, value: Any) -> str | None:
    """A recording or a style's name; whether there is one is known only to the weights' folder."""
    if value is not None and not isinstance(value, str):
        raise wrong(path, field, f"must be a recording or a name, got {value!r}")
    return None if value is None else near(path, value)


def _style(path: Path, field: str, data: Any, place: int) -> Style:
    if not isinstance(data, dict):
        raise wrong(path, field, f"must hold fields as in 'amp_pos: 1.5', got {data!r}")
    known(path, f"{field}.", data, tuple(each.name for each in fields(Style)))
    given: dict[str, Any] = {"seed": place}  # actors of the same seed would blink as one
    given |= {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    try:
        return Style(**given)
    except InputError as error:
        raise wrong(path, field, f"cannot be used: {error}") from error


def _lines(path: Path, value: Any, actors: list[str]) -> tuple[Cued, ...]:
    if not isinstance(value, list) or not value:
        raise wrong(path, "lines", "must hold at least one, as in '- {actor: wolf, audio: a.wav}'")
    return tuple(_line(path, f"lines[{at}]", data, actors) for at, data in enumerate(value))


def _line(path: Path, field: str, data: Any, actors: list[str]) -> Cued:
    if not isinstance(data, dict):
        raise wrong(path, field, f"must hold 'actor' and 'audio', got {data!r}")
    known(path, f"{field}.", data, LINE)
    for name in ("actor", "audio"):
        if name not in data:
            raise wrong(path, f"{field}.{name}", "is missing")
    if str(data["actor"]) not in actors:
        there = ", ".join(actors)
        raise wrong(path, f"{field}.actor", f"is {data['actor']!r}; actors: {there}")
    if "start" in data and "pause" in data:
        raise wrong(path, field, "has both 'start' and 'pause'; leave one out")
    start = data.get("start")
    return Cued(
        str(data["actor"]),
        file(path, f"{field}.audio", data["audio"]),
        None if start is None else number(path, f"{field}.start", start, 0, 86_400),
        number(path, f"{field}.pause", data.get("pause", PAUSE), -60, 600),
    )
