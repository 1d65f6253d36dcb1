"""Videos are read upright, frame by frame, with their audio in sync."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.video_reader import open_video, probe_video, read_video
from talkinghead.media.video_writer import write_video
from talkinghead.types import Clip

from .synthetic import moving_frames

MakeClip = Callable[..., Clip]


def test_max_frames_limits_frames_and_audio(tmp_path: Path, clip: MakeClip) -> None:
    write_video(clip(1.0), tmp_path / "a.mp4")
    video = read_video(tmp_path / "a.mp4", max_frames=5)
    assert len(video.frames) == 5
    assert video.audio is not None
    assert video.audio.seconds == pytest.approx(0.2, abs=0.001)


def test_frames_are_decoded_as_they_are_read(tmp_path: Path) -> None:
    images = moving_frames(60, (320, 240))
    write_video(Clip(iter(images), 60, (320, 240), 25, None), tmp_path / "a.mp4")
    with open_video(tmp_path / "a.mp4") as reader:
        next(reader.frames)  # the decoder's own threads have what they need
        tracemalloc.start()
        count = 1 + sum(1 for _ in reader.frames)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 60
    assert reader.fps == 25
    assert peak < 4 * images[0].nbytes
    assert reader.audio_delays == ()


def test_display_rotation_is_applied(tmp_path: Path) -> None:
    frame = np.zeros((32, 64, 3), np.uint8)
    frame[:, :16] = 255  # white on the left
    path = tmp_path / "a.mp4"
    write_video(Clip(iter([frame] * 2), 2, (64, 32), 25, None), path)
    content = path.read_bytes()
    matrix = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], ">i4").tobytes()
    rotated = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    at = content.index(matrix, content.index(b"tkhd"))
    path.write_bytes(content[:at] + rotated + content[at + 36 :])
    assert probe_video(path).size == (32, 64)
    upright = read_video(path).frames[0]
    assert upright.shape == (64, 32, 3)
    assert upright[:12].mean() > 240  # a quarter turn clockwise brings left to the top
    assert upright[20:].mean() < 15


def test_files_that_are_not_videos_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no picture\n" * 50)
    with pytest.raises(InputError, match="cannot be decoded"):
        read_video(tmp_path / "text.mp4")
    with pytest.raises(InputError, match="no such file"):
        probe_video(tmp_path / "missing.mp4")


def test_frames_whose_size_changes_are_scaled_to_the_first(tmp_path: Path) -> None:
    parts = []
    for number, size in enumerate(((64, 48), (96, 64))):
        path = tmp_path / f"{number}.ts"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg2video", rate=25, width=size[0], height=size[1])
            stream.pix_fmt = "yuv420p"
            for pixels in moving_frames(5, size):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode(None))
        parts.append(path.read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))
    video = read_video(tmp_path / "both.ts")
    assert video.frames.shape[1:] == (48, 64, 3)
    assert len(video.frames) > 5
