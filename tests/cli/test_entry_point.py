"""Before a command can guard itself, Ctrl-C and missing packages are one line, too."""

import io
import os
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from talkinghead.cli import entry_point


@pytest.mark.parametrize("early", [True, False], ids=["importing", "reading the options"])
@pytest.mark.parametrize(
    ("trouble", "status", "told"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ModuleNotFoundError(name="numpy"), 2, "'numpy' is not installed"),
    ],
)
def test_trouble_at_the_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    early: bool,
    trouble: BaseException,
    status: int,
    told: str,
) -> None:
    def broken(*_: str) -> ModuleType:
        raise trouble

    module = ModuleType("command")
    module.__dict__["main"] = broken
    monkeypatch.setitem(sys.modules, "command", module)
    if early:
        monkeypatch.setattr(entry_point, "import_module", broken)
    with pytest.raises(SystemExit) as end:
        entry_point.start("command")
    assert end.value.code == status
    [line] = capsys.readouterr().err.splitlines()
    assert told in line


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("utf-8", os.fsdecode(b"b\xff.mp4"), b"b\xff.mp4"),
        ("ascii", os.fsdecode(b"b\xff.mp4"), b"b\xff.mp4"),
        ("ascii", "Zo\u00eb", b"Zo\\xeb"),
        ("utf-8", "Zo\u00eb", "Zo\u00eb".encode()),
    ],
)
def test_what_is_printed_never_fails_for_its_letters(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str, expected: bytes
) -> None:
    module = ModuleType("command")
    module.__dict__["main"] = lambda: print(text)
    monkeypatch.setitem(sys.modules, "command", module)
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stdout)
    with pytest.raises(SystemExit) as end:
        entry_point.start("command")
    stdout.flush()
    assert end.value.code is None
    assert isinstance(stdout.buffer, io.BytesIO)
    assert stdout.buffer.getvalue() == expected + b"\n"


def test_the_installed_command_starts_there() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"talkinghead": "talkinghead.cli.entry_point:main"}
