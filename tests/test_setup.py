"""All installation files agree on one complete set of versions."""

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
# The package that the Makefile installs with its dependencies, and these dependencies.
TORCH = {"torch", "sympy", "mpmath", "networkx", "jinja2", "markupsafe", "fsspec"}
REPLACEMENTS = {"webrtcvad": "webrtcvad-wheels"}
BUILT_IN = {"typing"}  # required by resemblyzer, but part of Python


def pins(*files: str) -> dict[str, str]:
    """Name -> version of every NAME==VERSION outside of comments."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    matches = (match for line in lines for match in PIN.findall(line.split("#")[0]))
    return {canonicalize_name(name): version for name, version in matches}


def requirements_of(name: str) -> list[Requirement]:
    """The requirements of an installed package on this machine, without extras."""
    try:
        requirements = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:  # another package replaces it here
        return []
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]


RUNTIME = pins("requirements.txt")
ALL = RUNTIME | pins("requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_installs_the_same_versions_as_pip():
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
    assert makefile["numpy"] == RUNTIME["numpy"]
    opencv = makefile["opencv-contrib-python-headless"]
    assert opencv == RUNTIME["opencv-python"] == RUNTIME["opencv-contrib-python"]


def test_the_pins_satisfy_the_requirements_of_the_project():
    extras = dict(PROJECT["optional-dependencies"])
    # Installed for one step of training alone, and pinned there.
    assert all("==" in line for line in extras.pop("teachers"))
    versions = ALL | {"torch": pins("Makefile")["torch"]}
    for line in sum(extras.values(), PROJECT["dependencies"]):
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:  # other extras of its own
            assert requirement.extras <= extras.keys(), line
            continue
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), line


@pytest.mark.parametrize("name", ALL)
def test_every_requirement_of_a_package_is_pinned(name):
    """Packages are installed without dependency resolution: an unpinned one would be missing."""
    for requirement in requirements_of(name):
        other = canonicalize_name(requirement.name)
        other = REPLACEMENTS.get(other, other)
        assert other in ALL.keys() | TORCH | BUILT_IN, f"{name} requires {requirement}"
        assert other not in ALL or requirement.specifier.contains(ALL[other]), (
            f"{name} requires {requirement}"
        )


@pytest.fixture
def make_venv(tmp_path):
    """Runs `scripts/make_venv` on a PATH without Python."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "ls", "head", "grep"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)

    def run(venv: Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(tools), "LC_ALL": "C"}
        command = ["/usr/bin/env", "bash", str(ROOT / "scripts" / "make_venv"), str(venv)]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_make_venv_without_python_names_the_packages_to_install(make_venv, tmp_path):
    process = make_venv(tmp_path / "venv")
    assert (process.returncode, process.stdout) == (2, "")
    assert "apt install python3 python3-venv" in process.stderr


def test_make_venv_clears_only_virtual_environments(make_venv, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "thesis.txt").touch()
    process = make_venv(folder)
    assert (process.returncode, len(process.stderr.splitlines())) == (2, 1)
    assert str(folder) in process.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
