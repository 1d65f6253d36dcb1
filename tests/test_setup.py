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
REPLACEMENTS = {"webrtcvad": "webrtcvad-wheels", "opencv-python": "opencv-python-headless"}
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


def test_conda_installs_a_python_that_the_project_supports():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = next(part for part in environment["dependencies"] if str(part).startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(
        python.partition("=")[2]
    )


def test_conda_installs_the_versions_of_the_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    [packages] = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    for line in packages:
        name, _, version = line.partition("==")
        assert RUNTIME[name.lower()] == version


def test_the_makefile_installs_what_the_files_pin():
    assert pins("Makefile")["numpy"] == RUNTIME["numpy"]


def test_there_is_one_opencv_and_it_needs_no_desktop():
    assert [name for name in ALL if "opencv" in name] == ["opencv-python-headless"]
    required = [Requirement(line).name for line in PROJECT["dependencies"]]
    assert [name for name in required if "opencv" in name] == ["opencv-python-headless"]


def test_the_project_leaves_the_choice_of_versions_to_its_user():
    """Ranges: exact versions are in requirements.txt, and would clash with other packages."""
    for line in PROJECT["dependencies"]:
        operators = {specifier.operator for specifier in Requirement(line).specifier}
        assert operators <= {">=", "!="}, line


def extras_of(name: str) -> set[str]:
    """An extra of the project and the extras that it contains."""
    requirements = map(Requirement, PROJECT["optional-dependencies"][name])
    own = [part for r in requirements if r.name == PROJECT["name"] for part in r.extras]
    return {name}.union(*map(extras_of, own))


def test_the_pins_satisfy_the_requirements_of_the_project():
    """Those of extras that `all` lacks are installed by whoever wants them."""
    versions = ALL | {"torch": pins("Makefile")["torch"]}
    extras = [PROJECT["optional-dependencies"][name] for name in extras_of("dev")]
    for line in sum(extras, PROJECT["dependencies"]):
        requirement = Requirement(line)
        if requirement.name != PROJECT["name"]:
            name = canonicalize_name(requirement.name)
            assert requirement.specifier.contains(versions[name]), line


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


@pytest.fixture
def torch_index(tmp_path):
    """Runs `scripts/torch_index` with a driver's file and a Python that says what is reachable."""

    def run(driver: bool, reachable: bool) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "version"
        if driver:
            file.touch()
        python = shutil.which("true" if reachable else "false") or ""
        environment = {"PATH": "/usr/bin:/bin", "NVIDIA_DRIVER": str(file)}
        command = ["/usr/bin/env", "bash", str(ROOT / "scripts" / "torch_index"), python]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    return run


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a driver")
def test_torch_comes_without_cuda_where_there_is_no_driver(torch_index):
    assert torch_index(driver=False, reachable=True).stdout.startswith("https://")
    assert torch_index(driver=False, reachable=False).stdout == ""


def test_torch_comes_with_cuda_where_there_is_a_driver(torch_index):
    process = torch_index(driver=True, reachable=True)
    assert process.stdout == ""
    assert "CUDA" in process.stderr
