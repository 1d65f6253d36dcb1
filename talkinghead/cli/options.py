"""Command-line options out of the fields of a model, and the model out of what was given."""

from __future__ import annotations  # evaluated, they would import pydantic: --help must not

import argparse
import difflib
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

if TYPE_CHECKING:
    from talkinghead.field_options import Option
    from talkinghead.validation import FrozenModel

M = TypeVar("M", bound="FrozenModel")

PROGRESS_MODES = ("auto", "bar", "json", "none")
_MAKEITTALK = "amp_"  # how MakeItTalk's options for the motion begin
RENAMED = "renamed"  # of a Namespace: notes on former names that were used


class _Container(Protocol):
    """A parser, or a group of its options."""

    def add_argument(self, *names: str, **options: Any) -> Any: ...


class Parser(argparse.ArgumentParser):
    """Reports what is wrong with a command line in one line, like every other error."""

    def __init__(self, **options: Any):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)
        self._intermixed = False  # whether words and options are parsed separately

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """All of the words: a sub-command refuses what it does not know, not its parent.

        Options may be spelled with - or _.
        """
        words = [self._known_spelling(word) for word in (sys.argv[1:] if args is None else args)]
        before = None if namespace is None else argparse.Namespace(**vars(namespace))
        namespace, unknown = super().parse_known_args(words, namespace)
        if self._intermixed:
            return namespace, unknown
        if unknown and any(item.nargs == argparse.OPTIONAL for item in self._positional_actions()):
            # argparse leaves an optional word out if there is an option in front of it.
            self._intermixed = True
            try:
                namespace, unknown = self.parse_known_intermixed_args(words, before)
            finally:
                self._intermixed = False
        if unknown:
            similar = [
                f"; did you mean {option}?" for word in unknown if word.startswith("--")
                for option in difflib.get_close_matches(
                    word.partition("=")[0], self._option_string_actions, n=1
                )
            ]  # fmt: skip
            self.error(f"unrecognized arguments: {' '.join(unknown)}{''.join(similar[:1])}")
        return namespace, unknown

    def _positional_actions(self) -> list[argparse.Action]:
        return [action for action in self._actions if not action.option_strings]

    def _known_spelling(self, word: str) -> str:
        """A word as it is, or an option by the other spelling, if only that one exists."""
        name, equals, value = word.partition("=")
        if not name.startswith("--") or name in self._option_string_actions:
            return word
        for other in (name.replace("_", "-"), "--" + name[2:].replace("-", "_")):
            if other in self._option_string_actions:
                return f"{other}{equals}{value}"
        return word

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse what is none of an option's choices, or no sub-command; name the likely one."""
        if action.choices is None or value in action.choices:
            return
        choices = list(map(str, action.choices))
        similar = difflib.get_close_matches(str(value).lower(), choices, n=1)
        if similar:
            advice = f"; did you mean {similar[0]}?"
        elif action.option_strings or not Path(str(value)).exists():
            advice = ""
        else:
            advice = f"; a command comes first, as in '{self.prog} {choices[0]} {value}'"
        raise argparse.ArgumentError(
            action, f"invalid choice: {str(value)!r}{advice} (choose from {', '.join(choices)})"
        )

    def error(self, message: str) -> NoReturn:
        """Print the line and exit with status 2."""
        self.exit(2, f"talkinghead: error: {message}; see '{self.prog} --help'\n")


class _FormerName(argparse.Action):
    """A name that an option once had: accepted, with a note."""

    def __init__(self, *args: Any, current: str, **options: Any):
        super().__init__(*args, **options)
        self.current = current

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Set the value, and keep a note for `notes_on_former_names`."""
        setattr(namespace, self.dest, True if self.nargs == 0 else values)
        notes = [*getattr(namespace, RENAMED, ()), f"{option_string} is now called {self.current}"]
        setattr(namespace, RENAMED, notes)


def add_former_name(parser: _Container, old: str, current: str, dest: str, **options: Any) -> None:
    """A hidden option that stands for another one; `options` are that one's, for argparse."""
    parser.add_argument(
        old, action=_FormerName, current=current, dest=dest,
        default=argparse.SUPPRESS, help=argparse.SUPPRESS, **options,
    )  # fmt: skip


def former_names(args: argparse.Namespace) -> list[str]:
    """A note on each former name that was used."""
    return list(getattr(args, RENAMED, ()))


def add_options(
    parser: argparse.ArgumentParser,
    *models: type[FrozenModel],
    only: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> None:
    """One option for each field of some models: all, `only` some, or without some.

    A field that several models have becomes one option, as the first of them describes it.
    What is not given stays out of the Namespace, so `read_options` leaves it to the defaults.
    """
    from talkinghead.field_options import options_of

    options: dict[str, Option] = {}
    for model in models:
        options = {option.name: option for option in options_of(model)} | options
    groups: dict[str, _Container] = {"": parser}
    offered = {
        name: option for name, option in options.items()
        if (not only or name in only) and name not in leave_out
    }  # fmt: skip
    for option in sorted(offered.values(), key=_order):
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        _add_option(groups[option.group], option, offered)


def read_options(model: type[M], args: argparse.Namespace) -> M:
    """The model with what was given. Raises FieldErrors."""
    from talkinghead.field_options import options_by_name

    known = options_by_name(model)
    return build(model, {name: value for name, value in vars(args).items() if name in known})


def build(
    model: type[M], values: Mapping[str, Any], names: Mapping[str, str] = MappingProxyType({})
) -> M:
    """The model with values by option name; messages name the options as the command line does.

    `names` has those that the command line calls otherwise. Raises FieldErrors.
    """
    from talkinghead.field_options import options_by_name
    from talkinghead.validation import FieldErrors

    try:
        return model.from_fields(values)
    except FieldErrors as errors:
        shown = {name: _shown(option) for name, option in options_by_name(model).items()}
        raise FieldErrors(
            [
                problem._replace(message=problem.template.format_map({**shown, **names}))
                if problem.template
                else problem
                for problem in errors.problems
            ]
        ) from errors


def _shown(option: Option) -> str:
    """AUDIO, or --pose-from: what the help calls an option."""
    return str(option.flag.metavar) if option.flag.positional else spellings(option.name)[0]


def _order(option: Option) -> tuple[int, bool]:
    """Words before options, those of the networks last."""
    return option.flag.positional or 99, option.parent == "models"


def _add_option(container: _Container, option: Option, offered: Collection[str]) -> None:
    flag = option.flag
    shape = _shape(option)
    help = _help(option, offered)
    if flag.positional:
        if not option.required:
            shape["nargs"] = "?"
        container.add_argument(option.name, default=argparse.SUPPRESS, help=help, **shape)
        return
    names = [f"-{flag.letter}"] if flag.letter else []
    names += [*spellings(option.name), *(f"--{alias}" for alias in flag.aliases)]
    action: dict[str, Any] = {"required": True} if option.required else {}
    if option.kind == "switch":
        action["action"] = "store_true"
    container.add_argument(
        *names, dest=option.name, default=argparse.SUPPRESS, help=help, **action, **shape
    )
    for old in flag.old:
        more: dict[str, Any] = {"nargs": 0} if option.kind == "switch" else shape
        add_former_name(container, f"--{old}", spellings(option.name)[0], option.name, **more)


def _shape(option: Option) -> dict[str, Any]:
    """How many values of which form, for argparse."""
    if option.kind == "switch":
        return {}
    if option.kind == "choice":
        return {"choices": option.choices}
    metavar = option.flag.metavar or "N"
    if isinstance(metavar, tuple):
        return {"metavar": metavar, "nargs": len(metavar)}
    return {"metavar": metavar, **({"nargs": "+"} if option.kind in ("numbers", "files") else {})}


def _help(option: Option, offered: Collection[str]) -> str:
    other, addition = option.flag.help_with
    stated = option.default not in (None, (), False)
    text = option.help + (addition if other in offered else "")
    text += f" (default: {option.default})" if stated else ""
    return text.replace("%", "%%")  # argparse formats what it prints


def spellings(name: str) -> list[str]:
    """`--pose-from` and `--pose_from`; MakeItTalk's own, as `--amp_lip_x`, first with _."""
    both = [f"--{name.replace('_', '-')}", f"--{name}"]
    return list(dict.fromkeys(reversed(both) if name.startswith(_MAKEITTALK) else both))


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def add_no_clobber(parser: argparse.ArgumentParser) -> None:
    """`--no-clobber`, for commands without a request."""
    parser.add_argument(
        "--no-clobber", action="store_true",
        help="keep an existing file, and number the new one: OUT-2",
    )  # fmt: skip


def add_page_options(parser: argparse.ArgumentParser, port: int) -> None:
    """`--port` and `--no-browser`, of a command that serves a page at `port`."""
    parser.add_argument(
        "--port", type=int, default=port, metavar="P",
        help="of the page; 0 is any free port (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, and open no browser"
    )


def add_reporting(parser: argparse.ArgumentParser) -> None:
    """How progress is shown, on stderr."""
    group = parser.add_argument_group("reporting, on stderr")
    group.add_argument(
        "--progress", choices=PROGRESS_MODES, default="auto",
        help="a bar, one JSON object a line, or nothing; auto is a bar on a terminal "
        "(default: auto)",
    )  # fmt: skip
    group.add_argument("--quiet", action="store_true", help="print nothing but errors")
