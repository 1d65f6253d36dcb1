"""The packages that pyproject.toml requires make videos; what needs another one names its extra."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from talkinghead.errors import EXTRAS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Distributions that another one replaces here, whose modules have the same names.
REPLACED = {"opencv-python-headless": "opencv-contrib-python-headless"}

# Runs command lines in one process in which the modules of other packages cannot be imported.
PROGRAM = """
import contextlib, io, json, sys

blocked, commands = json.load(sys.stdin)

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
from talkinghead.cli import entry_point

results = []
for words in commands:
    sys.argv = ["talkinghead", *words]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            entry_point.start("talkinghead.cli.main")
        except SystemExit as end:
            status = end.code
    results.append([status, err.getvalue()])
json.dump(results, sys.stdout)
"""


def closure(names: list[str]) -> set[str]:
    """The distributions, and all that they require."""
    found: set[str] = set()
    queue = [canonicalize_name(name) for name in names]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        requirements = [Requirement(line) for line in lines]
        queue += [
            canonicalize_name(requirement.name)
            for requirement in requirements
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ]
    return found


@pytest.fixture(scope="module")
def blocked() -> list[str]:
    """The installed modules that a light install lacks."""
    base = [Requirement(line).name for line in PROJECT["dependencies"]]
    kept = closure(base) | set(REPLACED.values()) | {"talkinghead", "pip"}
    return sorted(
        module
        for module, owners in packages_distributions().items()
        if not kept & {canonicalize_name(owner) for owner in owners}
        and re.fullmatch(r"\w+", module)
    )


def run(blocked: list[str], commands: list[list[str]], folder: Path) -> list[Any]:
    """Status and messages of command lines without the blocked modules."""
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps([blocked, commands]),
        capture_output=True, text=True, cwd=folder, timeout=300,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    results: list[Any] = json.loads(process.stdout)
    return results


def test_videos_cues_and_motion_need_no_package_of_an_extra(
    blocked: list[str], tmp_path: Path
) -> None:
    assert {"matplotlib", "fastapi", "resemblyzer", "sklearn"} <= {*blocked}
    audio = str(ROOT / "examples" / "hello_slt.wav")
    commands = [
        ["photo", "astronaut", audio, "-o", "photo.mp4", "--size", "128", "--quiet"],
        ["cartoon", "wilk", audio, "-o", "cartoon.mp4", "--size", "128", "--quiet"],
        ["cues", audio, "-o", "cues.json", "--quiet"],
        ["motion", "astronaut", audio, "-o", "motion.csv", "--quiet"],
        ["puppet", "list"],
    ]
    assert run(blocked, commands, tmp_path) == [[0, ""]] * len(commands)
    assert {path.name for path in tmp_path.iterdir()} == {
        "photo.mp4", "cartoon.mp4", "cues.json", "motion.csv"
    }  # fmt: skip


def test_a_feature_without_its_package_is_refused_in_a_line_that_names_the_extra(
    blocked: list[str], tmp_path: Path
) -> None:
    audio = str(ROOT / "examples" / "hello_slt.wav")
    refused = {
        "serve": ["serve", "--no-browser"],
        "plot": ["plot", "astronaut", audio, "-o", "plots"],
        "face-alignment": ["photo", "astronaut", audio, "--detector", "face-alignment"],
        "evaluate": ["evaluate", "render", str(tmp_path)],
        "train": ["train", "voice", str(tmp_path)],
    }
    results = run(blocked, list(refused.values()), tmp_path)
    for extra, (status, message) in zip(refused, results, strict=True):
        assert (status, len(message.splitlines())) == (2, 1), message
        assert f"talkinghead[{extra}]" in message, message
    assert list(tmp_path.iterdir()) == []


def test_every_extra_that_a_message_names_installs_the_package() -> None:
    extras = {
        name: {canonicalize_name(Requirement(line).name) for line in lines}
        for name, lines in PROJECT["optional-dependencies"].items()
    }
    owners = packages_distributions()
    for module, extra in EXTRAS.items():
        names = {canonicalize_name(name) for name in owners.get(module, [])}
        installed = closure(sorted(extras[extra]))
        assert not names or names & installed, f"{module} is not in the extra {extra}"
