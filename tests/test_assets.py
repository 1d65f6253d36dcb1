"""An installed package contains its data files and finds them from any working directory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from talkinghead.assets import DEMO_PORTRAITS, asset_folder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the built package."""
    folder = tmp_path_factory.mktemp("built")
    arguments = [
        "setup.py",
        "-q",
        "egg_info",
        "--egg-base",
        folder,
        "build_py",
        "--build-lib",
        folder,
    ]
    process = subprocess.run(
        [sys.executable, "-W", "ignore", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return folder


def test_a_checkout_uses_the_folders_next_to_the_package():
    assert asset_folder("ckpt") == ROOT / "ckpt"


def test_the_wheel_contains_every_weight_with_its_card_and_every_puppet(built):
    shipped = built / "talkinghead" / "shipped"
    names = {path.stem for path in (shipped / "ckpt").glob("*.safetensors")}
    assert names == {path.stem for path in (ROOT / "ckpt").glob("*.safetensors")} - {"content_mel"}
    for name in names:
        assert (shipped / "ckpt" / f"{name}.json").is_file()
    assert not list(shipped.rglob("*.py"))
    assert sorted((shipped / "examples").glob("*.wav"))
    assert all((shipped / "examples" / file).is_file() for file in DEMO_PORTRAITS.values())


def test_the_wheel_is_typed(built):
    package = built / "talkinghead"
    assert (package / "py.typed").is_file()
    assert (package / "__init__.pyi").is_file()  # which also lists the lazy imports


def test_an_installed_package_uses_its_own_folders(built, tmp_path):
    code = (
        "import json; from talkinghead.assets import asset_folder;"
        "from talkinghead import list_puppets;"
        "from talkinghead.puppet.store import load_puppet;"
        "load_puppet('wilk');"
        "print(json.dumps([str(asset_folder('ckpt')), list_puppets()]))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(built)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    ckpt, puppets = json.loads(process.stdout)
    assert Path(ckpt) == built / "talkinghead" / "shipped" / "ckpt"
    assert puppets == sorted(path.parent.name for path in (ROOT / "puppets").glob("*/puppet.yaml"))
