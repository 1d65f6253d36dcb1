"""Frozen pydantic models: strict on construction, errors in one line, values from texts."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.field_options import (
    Option,
    describe_unknown,
    options_by_name,
    parse_text,
    resolve_paths,
)

# First word of pydantic's error type -> message.
_TYPE_ERRORS: Final[Mapping[str, str]] = {
    "bool": "must be true or false",
    "int": "must be a whole number",
    "float": "must be a number",
    "string": "must be text",
    "path": "must be a path",
    "is": "must be a path",  # is_instance_of
    "list": "must be a list",
    "literal": "has an unknown value",
    "dict": "must name a file for each face, as in '0=FILE 1=FILE'",
    "tuple": "must be a list",
}
_MAX_REPR: Final = 120  # characters of a value in a message
_RANGE_ERRORS: Final = ("greater_than_equal", "less_than_equal", "finite_number")


def text_to_path(value: Any) -> Any:
    """A text as a path; anything else as it is."""
    return Path(value) if isinstance(value, str) else value


def list_to_tuple(value: Any) -> Any:
    """A list as a tuple; anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


AnyPath = Annotated[Path, BeforeValidator(text_to_path)]


def require_type(name: str, value: object, expected: type, hint: str) -> None:
    """Raise InputError for an argument that is no `expected`; `hint` says where to get one."""
    if not isinstance(value, expected):
        given = repr(value) if isinstance(value, str | Path) else type(value).__name__
        raise InputError(f"{name} must be a {expected.__name__} {hint}, got {given}")


class CombinationError(InputError):
    """Fields that do not fit together, or of which one is needed.

    The template has their names in braces, so that the command line can show its own: the message
    '{audio} is missing' says audio there, and AUDIO here. `field` is the field to change, if it is
    one.
    """

    def __init__(self, template: str, field: str = ""):
        self.template, self.field = template, field
        super().__init__(re.sub(r"{(\w+)}", r"\1", template))

    def __reduce__(self) -> tuple[type["CombinationError"], tuple[str, str]]:
        return type(self), (self.template, self.field)


class Problem(NamedTuple):
    """What is wrong with a field; an empty name stands for the combination of several fields."""

    field: str
    message: str  # a whole sentence
    template: str = ""  # of a CombinationError

    def for_row(self) -> str:
        """The message for a table row, which starts with the field's name."""
        if not self.field:
            return self.message
        if self.message.startswith(f"{self.field} "):
            return f"field '{self.field}'{self.message.removeprefix(self.field)}"
        return f"field '{self.field}': {self.message.removeprefix(f'{self.field}: ')}"


class FieldErrors(InputError):
    """Invalid fields of a model. The message is that of the first one; `problems` lists all."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(problems[0].message)

    def __reduce__(self) -> tuple[type["FieldErrors"], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class FrozenModel(BaseModel):
    """Base of all configs and requests. Values must have the type of their field.

    Only `from_fields` converts text: '3' to a number, 'yes' to true. Raises FieldErrors, an
    InputError, for invalid values. A field with a description is an option (see
    `talkinghead.field_options`); other fields are set by programs only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)
    TITLE: ClassVar[str] = ""  # of its options in the help

    if not TYPE_CHECKING:  # type checkers know the fields

        def __init__(self, /, **data: Any) -> None:
            try:
                super().__init__(**data)
            except ValidationError as error:
                raise FieldErrors(list(_problems(type(self), error))) from error

    @classmethod
    def of(cls, value: Self | None) -> Self:
        """The value, or the defaults for None. Raises InputError for anything else."""
        if value is None or isinstance(value, cls):
            return cls() if value is None else value
        raise InputError(
            f"options must be a {cls.__name__}, as in {cls.__name__}(...), got "
            f"{type(value).__name__}"
        )

    def replace(self, **changes: Any) -> Self:
        """A copy with changed fields, validated like a new model."""
        return type(self)(**{name: getattr(self, name) for name in self.model_fields_set} | changes)

    @classmethod
    def from_fields(
        cls,
        fields: Mapping[str, Any],
        base: Path = Path(),
        defaults: Mapping[str, Any] = MappingProxyType({}),
    ) -> Self:
        """Build the model from values or text by option name, without nesting; None means unset.

        Former names are accepted. Paths are relative to `base`. `defaults` are for options that
        are not in `fields`: their paths are relative to the current folder, and those that the
        model does not have are ignored. Raises FieldErrors with everything that is wrong.
        """
        known = options_by_name(cls)
        data: dict[str | None, dict[str, Any]] = {None: {}}  # by the nested model; None: this one
        problems: list[Problem] = []
        invalid: list[Problem] = []  # their fields are not passed on

        def fill(name: str, value: Any, folder: Path) -> None:
            option = known[name.replace("-", "_")]
            holder = data.setdefault(option.parent, {})
            try:
                holder[option.name] = resolve_paths(option, parse_text(option, value), folder)
            except InputError as error:
                invalid.append(Problem(name, str(error)))

        for name, value in defaults.items():
            if name.replace("-", "_") in known and value is not None:
                fill(name, value, Path())
        for name, value in fields.items():
            if name.replace("-", "_") not in known:
                problems.append(Problem(name, describe_unknown(name, known)))
            elif value is not None:
                fill(name, value, base)
        values = data.pop(None)
        for parent, inner_values in data.items():
            assert parent is not None
            inner = cls.model_fields[parent].annotation
            assert isinstance(inner, type)
            try:
                values[parent] = inner(**inner_values)
            except FieldErrors as errors:
                invalid += errors.problems
        problems += invalid
        try:
            model = cls(**values)
        except FieldErrors as errors:
            reported = {problem.field for problem in problems}
            for problem in errors.problems:
                # A problem of several fields may only be a consequence of an invalid one.
                is_consequence = bool(invalid) and (not problem.field or problem.template != "")
                if not is_consequence and (not problem.field or problem.field not in reported):
                    problems.append(problem)
        except TalkingHeadError as error:
            if not problems:
                raise
            if not invalid:
                problems.append(Problem("", str(error)))
        if problems:
            order = list(fields)
            raise FieldErrors(
                sorted(problems, key=lambda p: order.index(p.field) if p.field in order else -1)
            )
        return model


def _problems(model: type[FrozenModel], error: ValidationError) -> Iterator[Problem]:
    """The problems of a validation error, at most one per field."""
    reported: set[str] = set()
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        inner = cause.problems if isinstance(cause, FieldErrors) else [_problem(model, detail)]
        for problem in inner:
            if problem.field not in reported:
                reported.add(problem.field)
                yield problem


def shorten_repr(value: object) -> str:
    """A value for a message: as in code if that is short, otherwise its type."""
    text = repr(value)
    return text if len(text) <= _MAX_REPR and "\n" not in text else type(value).__name__


def _problem(model: type[FrozenModel], detail: ErrorDetails) -> Problem:
    """One of pydantic's errors as a problem with a message for the user."""
    field = str(detail["loc"][0]) if detail["loc"] else ""
    value, kind = detail["input"], detail["type"]
    cause = detail.get("ctx", {}).get("error")
    option = options_by_name(model).get(field)
    if isinstance(cause, CombinationError):
        return Problem(cause.field, str(cause), cause.template)
    if isinstance(cause, Exception):  # raised by a validator of ours
        message = str(cause)
    elif kind == "missing":
        message = f"{field} is missing"
    elif kind == "extra_forbidden":
        message = describe_unknown_field(model, field)
    elif option is not None and option.low is not None and kind in _RANGE_ERRORS:
        given = value if isinstance(value, str) else f"{float(value):g}"  # text such as '1/2'
        message = f"{field} must {_range(option)}, got {given}"
    elif option is not None and option.choices:
        message = f"{field} must be one of {', '.join(option.choices)}, got {shorten_repr(value)}"
    elif "[key]" in detail["loc"]:
        message = f"{field} must have face numbers as keys, got {shorten_repr(value)}"
    elif class_name := detail.get("ctx", {}).get("class_name"):
        message = f"{field} must be a {class_name}, got {shorten_repr(value)}"
    else:
        what = describe_type_error(kind)
        if what == "must be a list" and option is not None and option.flag.unit:
            what += f" of {option.flag.unit}"
        if option is not None and option.flag.also and what.startswith("must be a "):
            what += f", or {option.flag.also}"
        message = f"{field} {what}, got {shorten_repr(value)}"
    return Problem(field, message)


def describe_type_error(kind: str) -> str:
    """What a value must be, out of the type of pydantic's error."""
    return _TYPE_ERRORS.get(kind.split("_")[0], "has a value of the wrong type")


def describe_unknown_field(model: type[FrozenModel], name: str) -> str:
    """The message about an argument that a model does not have, with the one that was meant."""
    known = options_by_name(model)
    fields = {field: field for field in model.model_fields}
    for option_name, option in known.items():
        fields.setdefault(option_name, _argument(model, option))
    if name in known and known[name].parent is not None:
        return f"{name} is a field of {known[name].parent}; give {fields[name]}"
    similar = difflib.get_close_matches(name, fields, n=1)
    suggestion = f"did you mean '{fields[similar[0]]}'? " if similar else ""
    return f"{name} is unknown; {suggestion}known: {', '.join(model.model_fields)}"


def _argument(model: type[FrozenModel], option: Option) -> str:
    """How Python code gives an option to the constructor of a model."""
    if option.parent is None:
        return option.name
    inner = model.model_fields[option.parent].annotation
    return f"{option.parent}={getattr(inner, '__name__', inner)}({option.name}=...)"


def _range(option: Option) -> str:
    if option.high is None:
        return f"be {option.low:g} or more"
    unit = f" {option.flag.unit}" if option.kind == "numbers" else ""
    return f"lie in [{option.low:g}, {option.high:g}]{unit}"
