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
from talkinghead.media.audio import read_audio_track
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
    audio_delays: tuple[float, ...]  # seconds from the first frame to the audio, of each track


@contextmanager
def open_video(path: str | Path) -> Iterator[VideoReader]:
    """A reader that decodes one frame at a time: memory does not grow with the video's length.

    Raises InputError for a file that is not a video, and for damaged frames while they are read.
    """
    source = Path(path)
    with open_container(path, InputError, "video") as container:
        stream = _video_stream(container, source)
        stream.thread_type = "AUTO"
        delays = _audio_delays(container, stream)
        yield VideoReader(_decode(container, stream, source), _fps(stream, source), delays)


def _decode(container: Any, stream: Any, source: Path) -> Iterator[Array]:
    size = None
    for frame in container.decode(stream):
        size = size or (frame.width, frame.height)
        yield _to_rgb(frame, *size)
    if size is None:
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
    if not reader.audio_delays:
        return None
    try:
        wave, track = read_audio_track(path)
    except AudioError:
        return None
    shift = round(reader.audio_delays[track - 1] * wave.rate)
    if shift >= 0:
        return Waveform(np.pad(wave.samples, (shift, 0)), wave.rate)
    return Waveform(wave.samples[-shift:], wave.rate) if -shift < wave.samples.size else None


def _audio_delays(container: Any, video_stream: Any) -> tuple[float, ...]:
    """Seconds from the start of the video to that of each audio track; may be negative."""
    video, *audio = (
        float(stream.start_time * stream.time_base) if stream.start_time else 0.0
        for stream in (video_stream, *container.streams.audio)
        if stream is video_stream or stream.codec_context is not None
    )
    return tuple(start - video for start in audio)


def _video_stream(container: Any, source: Path) -> Any:
    known = (stream for stream in container.streams.video if stream.codec_context is not None)
    stream = next(known, None)
    if stream is None:
        raise InputError(f"{source}: has no video stream that can be decoded; give a video file")
    return stream


def _fps(stream: Any, source: Path) -> float:
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    if not rate:
        raise InputError(f"{source}: has no frame rate; convert it to mp4")
    return float(rate)


def _to_rgb(frame: Any, width: int, height: int) -> Array:
    """(h, w, 3) uint8 RGB of a decoded frame, its display rotation applied.

    A frame of another size, as of a recorded call, is scaled to `width` x `height` pixels.
    """
    image = frame.to_ndarray(format="rgb24", width=width, height=height)
    quarter_turns = round(frame.rotation / 90) % 4  # counter-clockwise
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
