"""Reads videos frame by frame or as a whole, with their audio in sync."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np

from talkinghead.errors import AudioError, InputError
from talkinghead.media.audio import read_audio
from talkinghead.media.container import open_container
from talkinghead.types import Array, Video, Waveform


@dataclass(frozen=True)
class VideoInfo:
    """Properties of a video file, from its header and first frame."""

    size: tuple[int, int]  # width, height in pixels, display rotation applied
    fps: float
    seconds: float  # 0 if unknown
    has_audio: bool
    video_codec: str
    audio_codec: str | None


def probe_video(path: str | Path) -> VideoInfo:
    """Size, frame rate, length and codecs of a video file. Raises InputError."""
    source = Path(path)
    with open_container(path, InputError, "video") as container:
        stream = _video_stream(container, source)
        first = next(container.decode(stream), None)
        if first is None:
            raise InputError(f"{source}: contains no frames; save it again")
        width, height = first.width, first.height
        if first.rotation % 180:
            width, height = height, width
        audio_streams = container.streams.audio
        return VideoInfo(
            size=(width, height),
            fps=_fps(stream, source),
            seconds=float(container.duration or 0) / av.time_base,
            has_audio=bool(audio_streams),
            video_codec=stream.codec_context.name,
            audio_codec=audio_streams[0].codec_context.name if audio_streams else None,
        )


@dataclass(frozen=True)
class VideoReader:
    """The frames of an open video, decoded as they are read."""

    frames: Iterator[Array]  # of (h, w, 3) uint8 RGB, display rotation applied; at least one
    fps: float
    audio_delay: float | None  # seconds from the first frame to the audio; None without audio


@contextmanager
def open_video(path: str | Path) -> Iterator[VideoReader]:
    """A reader that decodes one frame at a time: memory does not grow with the video's length.

    Raises InputError for a file that is not a video, and for damaged frames while they are read.
    """
    source = Path(path)
    with open_container(path, InputError, "video") as container:
        stream = _video_stream(container, source)
        stream.thread_type = "AUTO"
        delay = _audio_delay(container) if container.streams.audio else None
        yield VideoReader(_decode(container, stream, source), _fps(stream, source), delay)


def _decode(container: Any, stream: Any, source: Path) -> Iterator[Array]:
    frame = None
    for frame in container.decode(stream):
        yield _to_rgb(frame)
    if frame is None:
        raise InputError(f"{source}: contains no frames; save it again")


def read_video(path: str | Path, *, max_frames: int | None = None) -> Video:
    """All frames of a video, or the first `max_frames`, and the audio of the same length.

    Raises InputError for a file that is not a video.
    """
    with open_video(path) as reader:
        frames = list(islice(reader.frames, max_frames))
    audio = read_video_audio(path, reader)
    if audio is not None and max_frames is not None:
        end = max(1, round(len(frames) / reader.fps * audio.rate))
        audio = Waveform(audio.samples[:end], audio.rate)
    return Video(np.stack(frames), reader.fps, audio)


def read_video_audio(path: str | Path, reader: VideoReader) -> Waveform | None:
    """The audio of a video from its first frame on; None if there is none or it is damaged."""
    if reader.audio_delay is None:
        return None
    try:
        wave = read_audio(path)
    except AudioError:
        return None
    shift = round(reader.audio_delay * wave.rate)
    if shift >= 0:
        return Waveform(np.pad(wave.samples, (shift, 0)), wave.rate)
    return Waveform(wave.samples[-shift:], wave.rate) if -shift < wave.samples.size else None


def _audio_delay(container: Any) -> float:
    """Seconds from the start of the video stream to the start of the audio; may be negative."""
    starts = [
        float(stream.start_time * stream.time_base) if stream.start_time else 0.0
        for stream in (container.streams.audio[0], container.streams.video[0])
    ]
    return starts[0] - starts[1]


def _video_stream(container: Any, source: Path) -> Any:
    if not container.streams.video:
        raise InputError(f"{source}: has no video stream; give a video file")
    return container.streams.video[0]


def _fps(stream: Any, source: Path) -> float:
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    if not rate:
        raise InputError(f"{source}: has no frame rate; convert it to mp4")
    return float(rate)


def _to_rgb(frame: Any) -> Array:
    """(h, w, 3) uint8 RGB of a decoded frame, its display rotation applied."""
    image = frame.to_ndarray(format="rgb24")
    quarter_turns = round(frame.rotation / 90) % 4  # counter-clockwise
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
