"""Video out and in: length, size, colours, and never half a file."""

import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.media.encode import write_video
from talkinghead.media.video import frames_of, probe, read_video
from talkinghead.types import Array, Clip

from .making import moving_frames

MakeClip = Callable[..., Clip]


class Tracked(np.ndarray[Any, np.dtype[Any]]):
    """A frame that can be counted: told apart by identity, as plain arrays are not."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("seconds", "fps", "rate"),
    [(1.013, 25, 16_000), (0.7, 29.97, 44_100), (0.5, 62.5, 16_000), (0.02, 12.5, 12_345)],
)
def test_picture_and_sound_last_equally_long(
    tmp_path: Path, clip: MakeClip, suffix: str, seconds: float, fps: float, rate: int
) -> None:
    made = clip(seconds, fps=fps, rate=rate)
    write_video(made, tmp_path / f"a{suffix}")
    footage = read_video(tmp_path / f"a{suffix}")
    assert len(footage.frames) == made.count
    assert footage.fps == pytest.approx(fps, rel=1e-3)
    assert footage.audio is not None
    block = 0 if suffix != ".mkv" else 1024 / 16_000  # only mp4 and mov say where AAC ends
    assert abs(footage.audio.seconds - made.count / fps) <= 1 / fps + block + 0.005


@pytest.mark.parametrize(("size", "even"), [((65, 64), (66, 64)), ((63, 49), (64, 50))])
def test_odd_sizes_become_even_by_one_more_pixel(
    tmp_path: Path, clip: MakeClip, size: tuple[int, int], even: tuple[int, int]
) -> None:
    write_video(clip(0.2, size=size), tmp_path / "a.mp4")
    assert probe(tmp_path / "a.mp4").size == even
    kept = read_video(tmp_path / "a.mp4").frames[0][: size[1], : size[0]]
    assert np.abs(kept.astype(int) - moving_frames(1, size)[0]).mean() < 4


def test_colours_survive_and_are_tagged(tmp_path: Path) -> None:
    patches = np.array([[200, 40, 40], [40, 180, 60], [50, 60, 200], [230, 230, 230]], np.uint8)
    frame = patches[np.repeat(np.arange(4), 16)][None].repeat(64, axis=0)
    write_video(Clip(iter([frame] * 3), 3, (64, 64), 25, None), tmp_path / "a.mp4")
    shown = read_video(tmp_path / "a.mp4").frames[1]
    assert np.abs(shown[32, 8::16].astype(int) - patches).max() <= 8
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


def test_a_browser_can_start_before_the_end(tmp_path: Path, clip: MakeClip) -> None:
    write_video(clip(), tmp_path / "a.mp4")
    content = (tmp_path / "a.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_transparent_frames_are_laid_on_white(tmp_path: Path) -> None:
    frame = np.zeros((32, 32, 4), np.uint8)
    write_video(Clip(iter([frame]), 1, (32, 32), 25, None), tmp_path / "a.mp4")
    assert read_video(tmp_path / "a.mp4").frames.min() > 245


def test_progress_counts_every_frame(tmp_path: Path, clip: MakeClip) -> None:
    seen: list[tuple[int, int]] = []
    write_video(clip(0.2), tmp_path / "a.mp4", progress=lambda *step: seen.append(step))
    assert seen == [(i, 5) for i in range(1, 6)]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_an_interrupted_write_leaves_the_older_file(
    tmp_path: Path, clip: MakeClip, failure: type[BaseException]
) -> None:
    def broken(frames: Iterator[Array]) -> Iterator[Array]:
        yield next(frames)
        yield next(frames)
        raise failure

    target = tmp_path / "a.mp4"
    target.write_text("older")
    made = clip()
    with pytest.raises(failure):
        write_video(replace(made, frames=broken(made.frames)), target)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_written_is_said(tmp_path: Path, clip: MakeClip) -> None:
    with pytest.raises(OutputError, match=r"unknown suffix '.avi'.*\.mp4"):
        write_video(clip(), tmp_path / "a.avi")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_video(clip(), tmp_path / "file" / "a.mp4")
    with pytest.raises(InputError, match="no frames"):
        write_video(replace(clip(), frames=iter([])), tmp_path / "a.mp4")
    mixed = iter([np.zeros((32, 32, 3), np.uint8), np.zeros((34, 32, 3), np.uint8)])
    with pytest.raises(InputError, match="differ in size"):
        write_video(replace(clip(), frames=mixed), tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reading_stops_where_told_and_cuts_the_sound(tmp_path: Path, clip: MakeClip) -> None:
    write_video(clip(1.0), tmp_path / "a.mp4")
    footage = read_video(tmp_path / "a.mp4", max_frames=5)
    assert len(footage.frames) == 5
    assert footage.audio is not None
    assert footage.audio.seconds == pytest.approx(0.2, abs=0.001)


def test_frames_are_decoded_as_they_are_read(tmp_path: Path) -> None:
    images = moving_frames(60, (320, 240))
    write_video(Clip(iter(images), 60, (320, 240), 25, None), tmp_path / "a.mp4")
    with frames_of(tmp_path / "a.mp4") as reel:
        next(reel.frames)  # the decoder's own threads have what they need
        tracemalloc.start()
        count = 1 + sum(1 for _ in reel.frames)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 60
    assert reel.fps == 25
    assert most < 4 * images[0].nbytes
    assert reel.late is None


def test_a_turned_video_is_read_upright(tmp_path: Path) -> None:
    frame = np.zeros((32, 64, 3), np.uint8)
    frame[:, :16] = 255  # white on the left
    path = tmp_path / "a.mp4"
    write_video(Clip(iter([frame] * 2), 2, (64, 32), 25, None), path)
    content = path.read_bytes()
    matrix = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], ">i4").tobytes()
    turned = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    at = content.index(matrix, content.index(b"tkhd"))
    path.write_bytes(content[:at] + turned + content[at + 36 :])
    assert probe(path).size == (32, 64)
    shown = read_video(path).frames[0]
    assert shown.shape == (64, 32, 3)
    assert shown[:12].mean() > 240  # a quarter turn clockwise brings left to the top
    assert shown[20:].mean() < 15


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no picture\n" * 50)
    with pytest.raises(InputError, match="cannot be decoded"):
        read_video(tmp_path / "text.mp4")
    with pytest.raises(InputError, match="no such file"):
        probe(tmp_path / "missing.mp4")


def test_frames_are_let_go_as_they_are_written(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Array] = weakref.WeakSet()
    most = 0

    def frames() -> Iterator[Array]:
        nonlocal most
        for image in moving_frames(1, (32, 32)) * 60:
            frame = image.copy().view(Tracked)
            alive.add(frame)
            most = max(most, len(alive))
            yield frame

    write_video(Clip(frames(), 60, (32, 32), 25, None), tmp_path / "a.mp4")
    assert most <= 4
