"""The jobs of a batch, each looked at by itself and beside the others before any begins."""

from argparse import ArgumentError, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkinghead.app.batch.table import Row
from talkinghead.app.batch.wording import KINDS, flags_of, parser_of, switch, words_of
from talkinghead.app.plan import Plan
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.formats import number_in


@dataclass(frozen=True)
class Order:
    """One job: the words of its command, looked at."""

    place: str  # where it stands, for people
    number: int
    args: Namespace
    plan: Plan

    @property
    def target(self) -> Path:
        """The film it makes."""
        return self.plan.target


class Mistakes(Exception):
    """What is wrong with a job, one line each."""

    def __init__(self, lines: Sequence[str]):
        self.lines = lines


def order(row: Row, number: int, base: Path, shared: dict[str, Any]) -> Order:
    """The job of a row, whose paths begin at `base`. Raises Mistakes.

    What the row does not say is as in `shared`, where its command knows that flag.
    """
    try:
        kind = _kind(row)
        words, wrong = words_of(kind, row.fields, base)
        if wrong:
            raise Mistakes([f"{row.place}: {line}" for line in wrong])
        flags = flags_of(kind)
        known = {name: value for name, value in shared.items() if name in flags}
        args = parser_of(kind).parse_args(words, Namespace(**known))
        for name, value in row.fields.items():  # 'still: false' has no word of its own
            if name in flags and flags[name].nargs == 0:
                setattr(args, flags[name].dest, switch(name, value))
        return Order(row.place, number, args, args.plan(args))
    except (TalkingHeadError, ArgumentError, OSError) as error:
        raise Mistakes([f"{row.place}: {error}"]) from error


def _kind(row: Row) -> str:
    kinds = [kind for kind in KINDS if kind in row.fields]
    if len(kinds) != 1:
        said = f"has {' and '.join(kinds)}" if kinds else "has none"
        raise InputError(f"needs exactly one of the fields {', '.join(KINDS)}; it {said}")
    return kinds[0]


def clashes(orders: Sequence[Order], file: Path) -> Iterator[str]:
    """Outputs that two jobs write, or that are read by one of them; one line each."""
    first: dict[Path, Order] = {}
    read = {file.resolve(): "which lists the jobs"}
    for one in orders:
        for source in one.plan.sources:
            if source is not None and Path(source).exists():
                read.setdefault(Path(source).resolve(), f"which job {one.number} reads")
    for one in orders:
        target = one.target.resolve()
        field = f"{one.place}: field 'output': {one.target}"
        before = first.setdefault(target, one)
        if before is not one:
            yield f"{field} is made by job {before.number}, too; choose another name"
        for path in _lost(target, read):
            yield f"{field} would replace {path}, {read[path]}; choose another name"


def _lost(target: Path, read: dict[Path, str]) -> list[Path]:
    """What is read and would be gone."""
    if "%" not in target.name:
        return [target] if target in read else []
    return [
        path for path in read
        if path.parent == target.parent and number_in(target, path.name) is not None
    ]  # fmt: skip
