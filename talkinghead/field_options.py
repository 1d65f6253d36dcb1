"""Options derived from the fields of pydantic models, for command line, batch tables and forms."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from talkinghead.errors import InputError

Kind = Literal[
    "number", "integer", "numbers", "switch", "choice", "text",
    "file", "files", "name or file", "output", "folder",
]  # fmt: skip


_SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True)
class Flag:
    """Properties of an option that the type of its field does not state; used in `Annotated`."""

    kind: Kind | None = None  # None: derived from the type
    unit: str = ""
    metavar: str | tuple[str, ...] | None = None  # in the help; a tuple for several values
    letter: str | None = None  # the short option, as in -o
    aliases: tuple[str, ...] = ()  # additional names, spelled as on the command line
    old: tuple[str, ...] = ()  # former names: accepted, but not in the help
    group: str = ""  # heading in the help; by default the TITLE of its model
    positional: int = 0  # position among the positional arguments, from 1; 0: an option
    also: str = ""  # what the value may be besides that kind, for messages
    numbered: str = ""  # kind of value given per face number, as in 0=VIDEO 1=VIDEO
    help_with: tuple[str, str] = ("", "")  # another option, and what the help adds where it exists


@dataclass(frozen=True)
class Option:
    """A field of a model, or of a nested model, as command line, table and form present it."""

    name: str
    parent: str | None  # the field of the outer model that contains its model; None: top level
    group: str
    kind: Kind
    help: str
    default: Any  # None if there is none
    required: bool
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    flag: Flag

    @property
    def is_file(self) -> bool:
        """Whether its value names, or may name, input files."""
        return self.kind in ("file", "files", "name or file")

    @property
    def is_path(self) -> bool:
        """Whether its value is, or may be, a path."""
        return self.is_file or self.kind in ("output", "folder")


@cache
def options_of(model: type[BaseModel]) -> tuple[Option, ...]:
    """The options of a model: its fields with a description, and those of nested models."""
    options: list[Option] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            for inner_name, inner_field in inner.model_fields.items():
                if inner_field.description:
                    options.append(_option(inner_name, inner_field, inner, name))
        elif field.description:
            options.append(_option(name, field, model, None))
    return tuple(options)


@cache
def options_by_name(model: type[BaseModel]) -> dict[str, Option]:
    """Option by name, with underscores; aliases and former names are included."""
    return {
        name.replace("-", "_"): option
        for option in options_of(model)
        for name in (option.name, *option.flag.aliases, *option.flag.old)
    }


def notes_on_former_names(model: type[BaseModel], names: Iterable[str]) -> list[str]:
    """A note on each of the names that an option no longer has."""
    known = options_by_name(model)
    return [
        f"'{name}' is now called '{known[name].name}'"
        for name in names if name in known and name in known[name].flag.old
    ]  # fmt: skip


def describe_unknown(name: str, known: Mapping[str, Option]) -> str:
    """The message about an unknown option name, with the most similar known one."""
    current = [option.name for option in dict.fromkeys(known.values())]
    similar = difflib.get_close_matches(name.replace("-", "_"), known, n=1)
    suggestion = f"did you mean '{similar[0]}'? " if similar else ""
    return f"{name} is unknown; {suggestion}known: {', '.join(current)}"


def parse_text(option: Option, value: Any) -> Any:
    """The value of an option from a text, or from a table, whose numbers may stand for texts.

    '2' becomes a number, 'yes' true, '0 -15' a list of numbers, and one number a list of it.
    What cannot be converted is returned as it is, for the model to refuse.
    """
    if option.kind == "switch" and isinstance(value, str | int):
        return _SWITCH.get(str(value).lower(), value)
    if option.kind == "numbers":
        if isinstance(value, list | tuple):
            return [_number(item, float) for item in value]
        if isinstance(value, str):
            return [_number(item, float) for item in value.split()]
        return [value] if isinstance(value, int | float) else value
    if option.kind in ("number", "integer"):
        return _number(value, int if option.kind == "integer" else float)
    return value


def _number(value: Any, kind: type[int | float]) -> Any:
    """A number from a text; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return kind(value)
    except ValueError:
        return value


def resolve_paths(option: Option, value: Any, base: Path) -> Any:
    """The value of an option, with relative paths resolved against the folder `base`.

    Raises InputError for several values of a single path, and for invalid pairs of face and file.
    """
    if option.flag.numbered:
        pairs = parse_numbered(option, value)
        if pairs is not None:
            return {number: _resolve(option, text, base) for number, text in pairs.items()}
    if option.kind == "files":
        several = value if isinstance(value, list | tuple) else str(value).split()
        return [base / str(item) for item in several]
    if option.is_path and isinstance(value, list | tuple | dict):
        raise InputError(f"{option.name} must be one value, got {value!r}")
    return _resolve(option, str(value), base) if option.is_path else value


def parse_numbered(option: Option, value: Any) -> dict[int, str] | None:
    """Value by face number, from '0=a.wav 1=b.wav', a list of such pairs, or {0: 'a.wav'}.

    None for text without pairs, if the option accepts that as well. Raises InputError for
    invalid pairs.
    """
    what = option.flag.numbered
    if isinstance(value, dict):
        value = [f"{number}={item}" for number, item in value.items()]
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).strip()
    if option.kind != "files" and not re.match(r"\d+=", text):
        return None
    texts: dict[int, str] = {}
    for pair in re.split(r"\s+(?=\d+=)", text):  # paths may contain spaces
        number, _, item = pair.partition("=")
        if not number.isdecimal() or not item or int(number) in texts:
            raise InputError(
                f"{option.name}: {pair!r} is not a face number with its {what}; give each face "
                f"once, as in '0={what.upper()} 1={what.upper()}'"
            )
        texts[int(number)] = item
    return texts


def _resolve(option: Option, text: str, base: Path) -> str:
    path = base / text
    if option.kind == "name or file":
        return str(path) if path.exists() else text
    return f"{path}{'/' if text.endswith('/') else ''}"  # which means a folder


def _option(name: str, field: FieldInfo, model: type[BaseModel], parent: str | None) -> Option:
    flag = next((item for item in field.metadata if isinstance(item, Flag)), Flag())
    low, high = _range(field)
    annotation = field.annotation
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return Option(
        name,
        parent,
        flag.group or getattr(model, "TITLE", ""),
        flag.kind or ("choice" if choices else _kind(annotation)),
        field.description or "",
        None if field.default is PydanticUndefined else field.default,
        field.is_required(),
        low,
        high,
        choices,
        flag,
    )


def _kind(annotation: Any) -> Kind:
    """The kind of option for an annotation, ignoring None and metadata."""
    if get_origin(annotation) is tuple:
        return "numbers"
    types = {annotation, *(getattr(item, "__origin__", item) for item in get_args(annotation))}
    kinds: tuple[tuple[type, Kind], ...] = (
        (bool, "switch"), (float, "number"), (int, "integer"), (Path, "folder"),
    )  # fmt: skip
    return next((kind for type_, kind in kinds if type_ in types), "text")


def _range(field: FieldInfo) -> tuple[float | None, float | None]:
    """The lower and upper bound of a field, or of the items of its tuple; None: unbounded."""
    bounds = [*field.metadata, *_inner_metadata(field.annotation)]
    lows = [float(item.ge) for item in bounds if isinstance(item, Ge)]  # type: ignore[arg-type]
    highs = [float(item.le) for item in bounds if isinstance(item, Le)]  # type: ignore[arg-type]
    return next(iter(lows), None), next(iter(highs), None)


def _inner_metadata(annotation: Any) -> Iterator[Any]:
    for item in get_args(annotation):
        for data in getattr(item, "__metadata__", ()):
            yield from getattr(data, "metadata", [data])  # a FieldInfo contains several
        if get_origin(item) is not None:
            yield from _inner_metadata(item)
