"""An installed package finds its weights, puppets and recordings, wherever the user stands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from talkinghead.home import home

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The package as a wheel holds it."""
    folder = tmp_path_factory.mktemp("built")
    words = ["setup.py", "-q", "egg_info", "--egg-base", folder, "build_py", "--build-lib", folder]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *map(str, words)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_a_checkout_reads_what_lies_beside_the_package():
    assert home("ckpt") == ROOT / "ckpt"


def test_the_wheel_holds_every_weight_with_its_card_and_every_puppet(built):
    shipped = built / "talkinghead" / "shipped"
    names = {path.stem for path in (shipped / "ckpt").glob("*.safetensors")}
    assert names == {path.stem for path in (ROOT / "ckpt").glob("*.safetensors")} - {"content_mel"}
    for name in names:
        assert (shipped / "ckpt" / f"{name}.json").is_file()
    assert not list(shipped.rglob("*.py"))
    assert sorted((shipped / "examples").glob("*.wav"))


def test_what_is_installed_looks_inside_itself(built, tmp_path):
    code = (
        "import json; from talkinghead.home import home; from talkinghead import list_puppets;"
        "from talkinghead.puppet.store import load_puppet;"
        "load_puppet('wilk');"
        "print(json.dumps([str(home('ckpt')), list_puppets()]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(built)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ckpt, puppets = json.loads(done.stdout)
    assert Path(ckpt) == built / "talkinghead" / "shipped" / "ckpt"
    assert puppets == sorted(path.parent.name for path in (ROOT / "puppets").glob("*/puppet.yaml"))
