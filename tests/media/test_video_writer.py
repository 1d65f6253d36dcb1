"""Every format keeps frames, length, colours, alpha and audio sync, and writes are atomic."""

import itertools
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.media.formats import FORMATS
from talkinghead.media.video_reader import probe_video, read_video
from talkinghead.media.video_writer import write_video
from talkinghead.types import Array, Clip

from .synthetic import (
    COUNT,
    FPS,
    SIZE,
    SKIN,
    decode_rgba,
    disc_clip,
    moving_disc,
    moving_frames,
    tone_onset,
)

MakeClip = Callable[..., Clip]


class Tracked(np.ndarray[Any, np.dtype[Any]]):
    """A frame that a WeakSet can count: compared by identity, unlike plain arrays."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


@pytest.mark.parametrize(("size", "even"), [((65, 64), (66, 64)), ((63, 49), (64, 50))])
def test_odd_sizes_are_extended_by_one_pixel(
    tmp_path: Path, clip: MakeClip, size: tuple[int, int], even: tuple[int, int]
) -> None:
    write_video(clip(0.2, size=size), tmp_path / "a.mp4")
    assert probe_video(tmp_path / "a.mp4").size == even
    cropped = read_video(tmp_path / "a.mp4").frames[0][: size[1], : size[0]]
    assert np.abs(cropped.astype(int) - moving_frames(1, size)[0]).mean() < 4


def test_colours_survive_and_are_tagged(tmp_path: Path) -> None:
    patches = np.array([[200, 40, 40], [40, 180, 60], [50, 60, 200], [230, 230, 230]], np.uint8)
    frame = patches[np.repeat(np.arange(4), 16)][None].repeat(64, axis=0)
    write_video(Clip(iter([frame] * 3), 3, (64, 64), 25, None), tmp_path / "a.mp4")
    decoded = read_video(tmp_path / "a.mp4").frames[1]
    assert np.abs(decoded[32, 8::16].astype(int) - patches).max() <= 8
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


def test_mp4_starts_playing_before_it_is_loaded(tmp_path: Path, clip: MakeClip) -> None:
    write_video(clip(), tmp_path / "a.mp4")
    content = (tmp_path / "a.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_transparent_frames_are_composited_on_white(tmp_path: Path) -> None:
    frame = np.zeros((32, 32, 4), np.uint8)
    write_video(Clip(iter([frame]), 1, (32, 32), 25, None), tmp_path / "a.mp4")
    assert read_video(tmp_path / "a.mp4").frames.min() > 245


def test_progress_counts_every_frame(tmp_path: Path, clip: MakeClip) -> None:
    calls: list[tuple[int, int]] = []
    write_video(clip(0.2), tmp_path / "a.mp4", progress=lambda *step: calls.append(step))
    assert calls == [(i, 5) for i in range(1, 6)]


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
    source = clip()
    with pytest.raises(failure):
        write_video(replace(source, frames=broken(source.frames)), target)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_invalid_output_is_an_error(tmp_path: Path, clip: MakeClip) -> None:
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


def test_written_frames_are_released(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Array] = weakref.WeakSet()
    peak = 0

    def frames() -> Iterator[Array]:
        nonlocal peak
        for image in moving_frames(1, (32, 32)) * 60:
            frame = image.copy().view(Tracked)
            alive.add(frame)
            peak = max(peak, len(alive))
            yield frame

    write_video(Clip(frames(), 60, (32, 32), 25, None), tmp_path / "a.mp4")
    assert peak <= 4


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("seconds", "fps", "rate"),
    [(1.013, 25, 16_000), (0.7, 29.97, 44_100), (0.5, 62.5, 16_000), (0.02, 12.5, 12_345)],
)
def test_video_and_audio_have_the_same_length(
    tmp_path: Path, clip: MakeClip, suffix: str, seconds: float, fps: float, rate: int
) -> None:
    source = clip(seconds, fps=fps, rate=rate)
    write_video(source, tmp_path / f"a{suffix}")
    video = read_video(tmp_path / f"a{suffix}")
    assert len(video.frames) == source.count
    assert video.fps == pytest.approx(fps, rel=1e-3)
    assert video.audio is not None
    block = 0 if suffix != ".mkv" else 1024 / 16_000  # only mp4 and mov say where AAC ends
    assert abs(video.audio.seconds - source.count / fps) <= 1 / fps + block + 0.005


@pytest.mark.parametrize("suffix", [".webm", ".mov", ".webp", ".gif"])
def test_alpha_colours_and_length_are_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(disc_clip(), path)
    frames, seconds = decode_rgba(path)
    assert frames.shape == (COUNT, SIZE[1], SIZE[0], 4)
    assert seconds == pytest.approx(COUNT / FPS, abs=0.025)
    for number in (0, COUNT - 1):
        expected = moving_disc(number)
        alpha = expected[..., 3].astype(int)
        if suffix == ".gif":
            alpha = np.where(alpha < 128, 0, 255)
        assert np.abs(frames[number, ..., 3] - alpha).mean() < 1.5
        visible = expected[..., 3] > 200  # to the very rim: no dark edge
        assert np.abs(frames[number][visible][:, :3].astype(int) - SKIN).max() < 25


@pytest.mark.parametrize("suffix", [".webm", ".mov", ".webp", ".gif", ".mkv"])
def test_opaque_frames_stay_opaque(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(disc_clip(channels=3), path)
    frames, _ = decode_rgba(path)
    assert frames.shape[0] == COUNT
    assert frames[..., 3].min() == 255


@pytest.mark.parametrize(
    ("suffix", "video_codec", "audio_codec"),
    [(".webm", "vp9", "opus"), (".mov", "prores", "pcm_s16le"), (".mp4", "h264", "aac")],
)
def test_audio_is_in_sync_with_the_video(
    tmp_path: Path, suffix: str, video_codec: str, audio_codec: str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(disc_clip(), path)
    with av.open(str(path)) as container:
        assert video_codec in container.streams.video[0].codec_context.name
        assert audio_codec in container.streams.audio[0].codec_context.name
    assert tone_onset(path) == pytest.approx(0.4, abs=0.02)


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as raised:
        write_video(disc_clip(), tmp_path / "a.avi")
    assert all(suffix in str(raised.value) for suffix in FORMATS)
    with pytest.raises(OutputError, match="a png file contains one frame"):
        write_video(disc_clip(), tmp_path / "a.png")
    with pytest.raises(OutputError, match="at most 50 frames"):
        write_video(disc_clip(fps=60), tmp_path / "a.gif")


def test_frames_cannot_change_between_opaque_and_transparent(tmp_path: Path) -> None:
    mixed = iter([moving_disc(0), moving_disc(1)[..., :3]])
    with pytest.raises(InputError, match="transparency"):
        write_video(replace(disc_clip(), frames=mixed), tmp_path / "a.webm")


@pytest.mark.parametrize("suffix", [".mp4", "/"])
def test_a_clip_of_which_frames_were_taken_is_refused(tmp_path: Path, suffix: str) -> None:
    frames = moving_frames(5, (32, 32))
    begun = Clip((frame for frame in frames), 5, (32, 32), 25, None)
    next(begun.frames)
    with pytest.raises(InputError, match="frames were taken from the clip before"):
        write_video(begun, f"{tmp_path}/a{suffix}")
    assert len(list(begun.frames)) == 4  # none was taken in vain
    iterator = Clip(iter(frames), 5, (32, 32), 25, None)
    next(iterator.frames)
    with pytest.raises(InputError, match="states 5 frames and gives only 4"):
        write_video(iterator, f"{tmp_path}/a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_of_more_frames_than_it_states_is_refused(tmp_path: Path) -> None:
    clip = Clip(itertools.cycle(moving_frames(5, (32, 32))), 5, (32, 32), 25, None)
    with pytest.raises(InputError, match="states 5 frames and gives more"):
        write_video(clip, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fps", "exact"), [(29.97, Fraction(30000, 1001)), (24000 / 1001, Fraction(24000, 1001))]
)
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_ntsc_rates_are_written_exactly(
    tmp_path: Path, suffix: str, fps: float, exact: Fraction
) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(Clip(iter(moving_frames(9, (32, 32))), 9, (32, 32), fps, None), path)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == exact
