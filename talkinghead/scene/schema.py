"""Schema of a scene file: fields and validation. Errors name the file and the field."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from talkinghead.config import DEFAULT_FPS, MAX_FPS, MIN_FPS, MotionConfig
from talkinghead.errors import InputError
from talkinghead.media.atomic_write import require_readable
from talkinghead.puppet.schema import MIN_CANVAS_SIDE, is_canvas_size
from talkinghead.sample_rates import exact_frame_rate, parse_frame_rate

FORMAT = 1
DEFAULT_PAUSE = 0.3  # seconds between two lines that define neither start nor pause
MAX_CANVAS_SIDE = 8192  # pixels per side of the canvas
NAMED_COLORS = {"white": "#ffffff", "black": "#000000", "grey": "#808080"}
REQUIRED_FIELDS = ("format", "canvas", "actors", "lines")
OPTIONAL_FIELDS = ("background", "fps", "end")
ACTOR_FIELDS = (
    "puppet", "photo", "at", "height", "mirror", "layer", "motion", "style_from", "pose_from",
)  # fmt: skip
FORMER_MOTION_FIELD = "style"  # of an actor: accepted in place of `motion`
LINE_FIELDS = ("actor", "audio", "audio_track", "start", "pause")


@dataclass(frozen=True)
class Actor:
    """A puppet or a photo, its place on the canvas and its motion."""

    name: str
    puppet: str | None  # name or folder; exactly one of `puppet` and `photo` is set
    photo: str | None
    at: tuple[float, float]  # centre, relative to the canvas
    height: float  # relative to that of the canvas
    mirror: bool  # flip horizontally
    layer: int  # larger is in front; equal layers in the order of the file
    motion_config: MotionConfig
    style_from: str | None = None  # recording or stored style that defines the speaking style
    pose_from: Path | None = None  # video from which head pose and blinks are transferred


@dataclass(frozen=True)
class SceneLine:
    """A line as defined in the file."""

    actor: str
    audio: Path
    start: float | None  # seconds from the beginning of the scene; None: after the previous line
    pause: float  # seconds after the previous line, if there is no start
    audio_track: int | None = None  # of a file with several, numbered from 1


@dataclass(frozen=True)
class SceneRecord:
    """A scene as defined in its file."""

    path: Path
    canvas: tuple[int, int]  # width, height in pixels
    background: Path | tuple[int, int, int] | None  # a picture, RGB, or None for nothing
    fps: float  # Hz
    actors: tuple[Actor, ...]
    lines: tuple[SceneLine, ...]
    end: float  # seconds after the last line
    notes: tuple[str, ...] = ()  # on former names in the file, a line each

    @property
    def sources(self) -> list[str | Path]:
        """The file itself and everything it refers to: paths, and names of puppets or styles."""
        background = self.background if isinstance(self.background, Path) else None
        names = [
            name
            for actor in self.actors
            for name in (actor.puppet, actor.photo, actor.style_from, actor.pose_from)
        ]
        recordings = [line.audio for line in self.lines]
        return [name for name in (self.path, background, *names, *recordings) if name is not None]


def read_scene(source: str | Path) -> SceneRecord:
    """Read and validate a scene file. Raises InputError, which names the file and the field."""
    path = require_readable(source, InputError)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2020-99-99
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: is not YAML: {reason}") from error
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold fields like 'canvas: [1280, 720]'")
    for name in REQUIRED_FIELDS:
        if name not in data:
            raise field_error(path, name, "is missing")
    _check_fields(path, "", data, REQUIRED_FIELDS + OPTIONAL_FIELDS)
    if data["format"] != FORMAT:
        raise field_error(path, "format", f"must be {FORMAT}, got {data['format']!r}")
    actors = _actors(path, data["actors"])
    return SceneRecord(
        path,
        _canvas(path, data["canvas"]),
        _background(path, data.get("background")),
        _frame_rate(path, data.get("fps", DEFAULT_FPS)),
        actors,
        _lines(path, data["lines"], [actor.name for actor in actors]),
        _number(path, "end", data.get("end", 0.5), 0, 600),
        _notes(path, data["actors"]),
    )


def field_error(path: Path, field: str, problem: str) -> InputError:
    """An InputError that names the file and the field."""
    return InputError(f"{path}: field '{field}' {problem}")


def _canvas(path: Path, value: Any) -> tuple[int, int]:
    if not is_canvas_size(value, MAX_CANVAS_SIDE):
        sides = f"{MIN_CANVAS_SIDE} to {MAX_CANVAS_SIDE}"
        raise field_error(
            path, "canvas", f"must be [width, height] in pixels, {sides}, got {value!r}"
        )
    return value[0], value[1]


def _background(path: Path, value: Any) -> Path | tuple[int, int, int] | None:
    """A picture, an RGB colour, or None for nothing."""
    field = "background"
    if value is None or value == "none":
        return None
    if not isinstance(value, str):
        raise field_error(path, field, f"must be a picture, '#rrggbb' or 'none', got {value!r}")
    text = NAMED_COLORS.get(value, value)
    if not text.startswith("#"):
        return _file(path, field, value)
    try:
        red, green, blue = bytes.fromhex(text[1:])
    except ValueError as error:
        raise field_error(path, field, f"must be a colour as #rrggbb, got {value!r}") from error
    return red, green, blue


def _actors(path: Path, value: Any) -> tuple[Actor, ...]:
    if not isinstance(value, dict) or not value:
        raise field_error(path, "actors", "must hold at least one, as in 'wolf: {puppet: wilk}'")
    return tuple(
        _actor(path, str(name), data, seed) for seed, (name, data) in enumerate(value.items())
    )


def _actor(path: Path, name: str, data: Any, seed: int) -> Actor:
    field = f"actors.{name}"
    if not isinstance(data, dict):
        raise field_error(path, field, f"must hold fields as in 'puppet: wilk', got {data!r}")
    motion = FORMER_MOTION_FIELD if FORMER_MOTION_FIELD in data else "motion"
    others = {name: value for name, value in data.items() if name != motion}
    if "motion" in others:
        raise field_error(
            path, f"{field}.{motion}", "is now called 'motion'; leave one of them out"
        )
    _check_fields(path, f"{field}.", others, ACTOR_FIELDS)
    puppet, photo = data.get("puppet"), data.get("photo")
    if (puppet is None) == (photo is None):
        raise field_error(path, field, "must name either a puppet or a photo")
    kind = "puppet" if photo is None else "photo"
    if not isinstance(data[kind], str):
        raise field_error(path, f"{field}.{kind}", f"must be a name or a path, got {data[kind]!r}")
    at = data.get("at", [0.5, 0.5])
    if not isinstance(at, list) or len(at) != 2:
        raise field_error(
            path, f"{field}.at", f"must be [x, y] in shares of the canvas, got {at!r}"
        )
    x, y = (_number(path, f"{field}.at", v, -1, 2) for v in at)
    layer, mirror = data.get("layer", 0), data.get("mirror", False)
    pose = data.get("pose_from")
    if type(layer) is not int:
        raise field_error(path, f"{field}.layer", f"must be a whole number, got {layer!r}")
    if not isinstance(mirror, bool):
        raise field_error(path, f"{field}.mirror", f"must be true or false, got {mirror!r}")
    return Actor(
        name,
        None if puppet is None else _path_or_name(path, puppet),
        None if photo is None else _path_or_name(path, photo),
        (x, y),
        _number(path, f"{field}.height", data.get("height", 1.0), 0.05, 4),
        mirror,
        layer,
        _motion_config(path, f"{field}.{motion}", data.get(motion, {}), seed),
        _speaking_style(path, f"{field}.style_from", data.get("style_from")),
        None if pose is None else _file(path, f"{field}.pose_from", pose),
    )


def _notes(path: Path, actors: dict[Any, Any]) -> tuple[str, ...]:
    """A note on the actors that have a field by its former name."""
    names = [str(name) for name, data in actors.items() if FORMER_MOTION_FIELD in data]
    if not names:
        return ()
    old = f"{FORMER_MOTION_FIELD!r} of {', '.join(names)}"
    return (f"{path}: {old} is now called 'motion'; rename it",)


def _motion_config(path: Path, field: str, data: Any, seed: int) -> MotionConfig:
    """Motion options of an actor; `seed` is the default seed, so that no two blink together."""
    if not isinstance(data, dict):
        raise field_error(path, field, f"must hold fields as in 'amp_pos: 1.5', got {data!r}")
    _check_fields(path, f"{field}.", data, tuple(MotionConfig.model_fields))
    options: dict[str, Any] = {"seed": seed}
    options |= {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    try:
        return MotionConfig(**options)
    except InputError as error:
        raise field_error(path, field, f"cannot be used: {error}") from error


def _speaking_style(path: Path, field: str, value: Any) -> str | None:
    """A recording or the name of a style; which styles exist depends on the checkpoint folder."""
    if value is not None and not isinstance(value, str):
        raise field_error(path, field, f"must be a recording or a name, got {value!r}")
    return None if value is None else _path_or_name(path, value)


def _lines(path: Path, value: Any, actors: list[str]) -> tuple[SceneLine, ...]:
    if not isinstance(value, list) or not value:
        raise field_error(
            path, "lines", "must hold at least one, as in '- {actor: wolf, audio: a.wav}'"
        )
    return tuple(_line(path, f"lines[{i}]", data, actors) for i, data in enumerate(value))


def _line(path: Path, field: str, data: Any, actors: list[str]) -> SceneLine:
    if not isinstance(data, dict):
        raise field_error(path, field, f"must hold 'actor' and 'audio', got {data!r}")
    _check_fields(path, f"{field}.", data, LINE_FIELDS)
    for name in ("actor", "audio"):
        if name not in data:
            raise field_error(path, f"{field}.{name}", "is missing")
    if str(data["actor"]) not in actors:
        names = ", ".join(actors)
        raise field_error(path, f"{field}.actor", f"is {data['actor']!r}; actors: {names}")
    if "start" in data and "pause" in data:
        raise field_error(path, field, "has both 'start' and 'pause'; leave one out")
    start, track = data.get("start"), data.get("audio_track")
    if track is not None and (type(track) is not int or track < 1):
        raise field_error(
            path, f"{field}.audio_track", f"must be a whole number from 1, got {track!r}"
        )
    return SceneLine(
        str(data["actor"]),
        _file(path, f"{field}.audio", data["audio"]),
        None if start is None else _number(path, f"{field}.start", start, 0, 86_400),
        _number(path, f"{field}.pause", data.get("pause", DEFAULT_PAUSE), -60, 600),
        track,
    )


def _check_fields(path: Path, prefix: str, data: dict[Any, Any], names: tuple[str, ...]) -> None:
    """Raise for a field that is not in `names`; `prefix` is the parent field, with a dot."""
    for name in data:
        if name not in names:
            allowed = ", ".join(names)
            raise field_error(path, f"{prefix}{name}", f"is unknown; known: {allowed}")


def _number(path: Path, field: str, value: Any, low: float, high: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise field_error(path, field, f"must be a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def _frame_rate(path: Path, value: Any) -> float:
    """Frames per second, from a number or a text such as '24000/1001'."""
    parsed = parse_frame_rate(value) if isinstance(value, str) else None
    number = _number(path, "fps", value if parsed is None else parsed, MIN_FPS, MAX_FPS)
    return float(exact_frame_rate(number))


def _file(path: Path, field: str, value: Any) -> Path:
    """A readable file; paths are relative to the folder of the scene file."""
    if not isinstance(value, str):
        raise field_error(path, field, f"must name a file, got {value!r}")
    try:
        return require_readable(path.parent / value, InputError)
    except InputError as error:
        raise field_error(path, field, f"cannot be used: {error}") from error


def _path_or_name(path: Path, value: str) -> str:
    """The path relative to the folder of the scene file if it exists, otherwise the name itself."""
    candidate = path.parent / value
    return str(candidate) if candidate.exists() else value
