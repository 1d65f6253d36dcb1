"""Frame sequences are complete or absent, and never replace foreign files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkinghead.errors import OutputError
from talkinghead.media.video_writer import write_video
from talkinghead.types import Array

from .synthetic import COUNT, disc_clip, moving_disc, tone_onset, write_older_frame


def test_a_sequence_is_lossless_with_a_wav_beside_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_older_frame(tmp_path / "out" / "000099.png")  # the older sequence was longer
    (tmp_path / "out" / "notes.txt").touch()
    calls: list[tuple[int, int]] = []
    write_video(disc_clip(), f"{tmp_path}/out/", progress=lambda *step: calls.append(step))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    numbers = [f"{number:06d}.png" for number in range(1, COUNT + 1)]
    assert names == [*numbers, "notes.txt", "sound.wav"]
    third = np.asarray(Image.open(tmp_path / "out" / "000003.png"))
    np.testing.assert_array_equal(third, moving_disc(2))
    assert tone_onset(tmp_path / "out" / "sound.wav") == pytest.approx(0.4, abs=1e-3)
    assert calls[-1] == (COUNT, COUNT)


def test_a_sequence_replaces_the_older_one(tmp_path: Path) -> None:
    for _ in range(2):
        write_video(disc_clip(), f"{tmp_path}/out/")
    assert len(list((tmp_path / "out").iterdir())) == COUNT + 1


@pytest.mark.parametrize("name", ["000100.png", "sound.wav"])
def test_foreign_files_are_never_replaced(tmp_path: Path, name: str) -> None:
    foreign = tmp_path / name
    Image.fromarray(moving_disc(0)).save(foreign, format="png")
    before = foreign.read_bytes()
    if name.endswith("png"):
        write_older_frame(tmp_path / "000001.png")
    calls: list[tuple[int, int]] = []
    with pytest.raises(OutputError, match=f"would replace .*{name}.*another folder"):
        write_video(disc_clip(), f"{tmp_path}/", progress=lambda *step: calls.append(step))
    assert calls == []
    assert foreign.read_bytes() == before


def test_an_interrupted_sequence_leaves_nothing(tmp_path: Path) -> None:
    def broken(frames: Iterator[Array]) -> Iterator[Array]:
        yield next(frames)
        raise KeyboardInterrupt

    source = disc_clip()
    with pytest.raises(KeyboardInterrupt):
        write_video(replace(source, frames=broken(source.frames)), tmp_path / "out" / "%06d.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exists", [False, True])
def test_an_interrupted_replacement_never_mixes_two_sequences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    folder = tmp_path / "out"
    if exists:
        folder.mkdir()
        write_older_frame(folder / "000002.png")
        write_older_frame(folder / "000099.png")
    move, moved = Path.replace, []

    def broken(self: Path, target: Path) -> Path:
        if len(moved) == int(exists):
            raise KeyboardInterrupt
        moved.append(target)
        return move(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        write_video(disc_clip(), folder / "%06d.png")
    left = sorted(path.name for path in tmp_path.rglob("*"))
    assert left == (["000001.png", "out"] if exists else [])


def test_the_folder_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    write_video(disc_clip(), f"{tmp_path}/out/")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode
