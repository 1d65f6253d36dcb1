"""The commands and Python programs that README and docs show."""

import re
import runpy
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from talkinghead.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "examples/README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:talkinghead|python main_\w+\.py|python benchmarks/\w+\.py) [^`]+)`")

# What makes training data, trains and measures: run in order by test_training.
TRAINING = re.compile(
    r"talkinghead (preprocess|train|evaluate|styles choose|compare(?! \S+ --dubbed))\b"
    r"|python benchmarks/(upper_bound|predictability)\.py "
)


@dataclass(frozen=True)
class Command:
    """A command line as a page shows it."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """The page and the command, as the name of a test."""
        return f"{self.page}: {shlex.join(self.words)}"


def fences(page: str, language: str) -> list[str]:
    """The contents of a page's fenced blocks of a language."""
    return [body for lang, body in FENCE.findall((ROOT / page).read_text()) if lang == language]


def commands() -> list[Command]:
    """Every command of a shell block, and every complete one in running text, once."""
    results: dict[tuple[str, ...], Command] = {}
    for page in sorted(PAGES):
        text = (ROOT / page).read_text()
        lines = [
            line for body in fences(page, "sh") for line in body.replace("\\\n", " ").split("\n")
        ]
        lines += [line for line in INLINE.findall(text) if "..." not in line]
        for line in lines:
            for part in re.split(r" && ", line):
                words = tuple(shlex.split(part.replace("<this repository>", "URL"), comments=True))
                if words:
                    results.setdefault(words, Command(page, words))
    return list(results.values())


def matching(pattern: re.Pattern[str]) -> list[Command]:
    """The shown commands that begin with a pattern."""
    return [command for command in commands() if pattern.match(" ".join(command.words))]


def run(words: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command, run in this process."""
    capfd.readouterr()
    if words[0] == "python":
        program = words[1] if Path(words[1]).exists() else str(ROOT / words[1])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", [program, *words[2:]])
            try:
                runpy.run_path(program, run_name="__main__")
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
    else:
        status = main(words[1:])
    return status, *capfd.readouterr()


def programs() -> list[tuple[str, str]]:
    """Page and code of every Python block."""
    return [
        (page, body)
        for page in sorted(PAGES)
        for body in fences(page, "python")
        if page != "examples/README.md"  # run by its commands
    ]
