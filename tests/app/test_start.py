"""Before a command can guard itself, Ctrl-C and missing packages are one line, too."""

import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from talkinghead.app import start


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
        monkeypatch.setattr(start, "import_module", broken)
    with pytest.raises(SystemExit) as end:
        start.start("command")
    assert end.value.code == status
    [line] = capsys.readouterr().err.splitlines()
    assert told in line


def test_the_installed_command_starts_there() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"talkinghead": "talkinghead.app.start:main"}
