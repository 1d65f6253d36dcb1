"""Imports point down the layers, and modules are short, documented, tested and well named."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("talkinghead/**/*.py"))
}
MAX_LINES = 350
WITHOUT_TEST = {"talkinghead.__main__"}  # run in a process of its own, by the tests of the cli
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "base_utils"}


def test_imports_point_down_without_cycles():
    """The contracts of pyproject.toml: layers, and no cycle between siblings."""
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr


def test_the_readme_shows_the_layers():
    """Each row of its tree is a layer; the last one holds the remaining layers."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [
        {name.strip().removeprefix("talkinghead.") for name in layer.split("|")}
        for layer in contracts["contracts"][0]["layers"]
    ]
    lines = re.findall(r"```\n(cli .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]
    column = lines.index("command line")
    rows = [set(line[:column].split()) for line in lines.splitlines()]
    names = [row for row in rows if row]
    last = lines[lines.rindex("\nconfig ") :]
    assert names[:-1] == layers[: len(names) - 1]
    assert names[-1] < (remaining := set().union(*layers[len(names) - 1 :]))
    assert remaining <= set(re.findall(r"\w+", last))


def test_no_module_is_long():
    lengths = {name: len(path.read_text().splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lengths.items() if count > MAX_LINES} == {}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_states_its_purpose(name):
    docstring = ast.get_docstring(ast.parse(MODULES[name].read_text()), clean=False)
    assert docstring is not None, "has no docstring"
    first, *rest = docstring.splitlines()
    assert first.strip()
    assert first.endswith((".", "?")), "the first line must be a complete sentence"
    assert not rest or not rest[0].strip(), "an empty line must follow the first line"


def test_no_module_has_a_vague_name():
    assert [name for name in MODULES if name.rpartition(".")[2] in VAGUE] == []


def test_every_module_has_a_test():
    """`tests/<package>/test_<module>.py`, or a test that imports the module directly."""
    imported = {name for test in ROOT.glob("tests/**/*.py") for name in _imports(test.read_text())}
    untested = [
        name
        for name, path in MODULES.items()
        if path.name != "__init__.py"
        and name not in imported
        and not _mirrored_test(path).exists()
        and name not in WITHOUT_TEST
    ]
    assert untested == []


def _mirrored_test(path: Path) -> Path:
    inner = path.relative_to(ROOT / "talkinghead")
    return ROOT / "tests" / inner.parent / f"test_{inner.name}"


def _imports(code: str) -> set[str]:
    """The modules of the package that `code` imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = f"talkinghead.{node.module}" if node.level else node.module
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] == "talkinghead"}
