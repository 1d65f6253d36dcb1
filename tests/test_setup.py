"""The set-up: one set of versions, said in several files, that leaves nothing to resolve."""

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"([\w.-]+)==([\w.]+)")
# What the Makefile installs with its dependencies, and what they are.
TORCH = {"torch", "sympy", "mpmath", "networkx", "jinja2", "markupsafe", "fsspec"}
STAND_INS = {"webrtcvad": "webrtcvad-wheels"}
BUILT_IN = {"typing"}  # resemblyzer asks for what is part of Python now


def pins(*files: str) -> dict[str, str]:
    """Name -> version of every NAME==VERSION outside of comments."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    found = (match for line in lines for match in PIN.findall(line.split("#")[0]))
    return {canonicalize_name(name): version for name, version in found}


def demands(name: str) -> list[Requirement]:
    """What an installed package asks for on this machine, without extras."""
    try:
        asked = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:  # another one stands in for it here
        return []
    return [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]


RUNS = pins("requirements.txt")
ALL = RUNS | pins("requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_gets_the_versions_of_pip():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    [listed] = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    versions = dict(line.split("==") for line in listed if "==" in line)
    makefile = pins("Makefile")
    assert versions == {name: makefile[name] for name in ("torch", "numpy")}
    python = next(part for part in environment["dependencies"] if str(part).startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(
        python.partition("=")[2]
    )


def test_the_makefile_installs_what_the_files_pin():
    makefile = pins("Makefile")
    assert makefile["numpy"] == RUNS["numpy"]
    opencv = makefile["opencv-contrib-python-headless"]
    assert opencv == RUNS["opencv-python"] == RUNS["opencv-contrib-python"]


def test_the_pins_satisfy_the_project():
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    versions = ALL | {"torch": pins("Makefile")["torch"]}
    for line in wanted:
        one = Requirement(line)
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), line


@pytest.mark.parametrize("name", ALL)
def test_what_a_package_asks_for_is_listed(name):
    """They are installed without resolution: what is not listed would be missing."""
    for one in demands(name):
        other = canonicalize_name(one.name)
        other = STAND_INS.get(other, other)
        assert other in ALL.keys() | TORCH | BUILT_IN, f"{name} asks for {one}"
        assert other not in ALL or one.specifier.contains(ALL[other]), f"{name} asks for {one}"


@pytest.fixture
def make_venv(tmp_path):
    """`scripts/make_venv` where no Python is in reach: its exit status, stdout and stderr."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "ls", "head", "grep"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)

    def run(venv: Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(tools), "LC_ALL": "C"}
        command = ["/usr/bin/env", "bash", str(ROOT / "scripts" / "make_venv"), str(venv)]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_without_python_the_set_up_says_what_to_install(make_venv, tmp_path):
    done = make_venv(tmp_path / "venv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "apt install python3 python3-venv" in done.stderr


def test_the_set_up_clears_no_folder_that_is_not_a_virtual_environment(make_venv, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").touch()
    done = make_venv(mine)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert str(mine) in done.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
