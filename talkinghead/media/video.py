"""Video in: footage for training and measurement; video out is in `encode`."""

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
from talkinghead.media.container import opened
from talkinghead.types import Array, Footage, Waveform


@dataclass(frozen=True)
class Probe:
    """What a video file holds; no more of it is decoded than a frame."""

    size: tuple[int, int]  # width, height in pixels as shown, rotation applied
    fps: float
    seconds: float  # 0 where the file does not say
    has_audio: bool
    video_codec: str
    audio_codec: str | None


def probe(path: str | Path) -> Probe:
    """Size, rate, length and streams of a video file. Raises InputError."""
    source = Path(path)
    with opened(path, InputError, "video") as container:
        stream = _video_stream(container, source)
        first = next(container.decode(stream), None)
        if first is None:
            raise InputError(f"{source}: holds no frames; save it again")
        width, height = first.width, first.height
        if first.rotation % 180:
            width, height = height, width
        sound = container.streams.audio
        return Probe(
            size=(width, height),
            fps=_fps(stream, source),
            seconds=float(container.duration or 0) / av.time_base,
            has_audio=bool(sound),
            video_codec=stream.codec_context.name,
            audio_codec=sound[0].codec_context.name if sound else None,
        )


@dataclass(frozen=True)
class Reel:
    """A video's picture, decoded as it is read."""

    frames: Iterator[Array]  # of (h, w, 3) uint8 RGB, turned as the file asks; at least one
    fps: float
    late: float | None  # seconds by which the sound starts after the picture; None without sound


@contextmanager
def frames_of(path: str | Path) -> Iterator[Reel]:
    """The frames of a video, one at a time: however long it is, memory stays flat.

    Raises InputError, also while frames are read.
    """
    source = Path(path)
    with opened(path, InputError, "video") as container:
        stream = _video_stream(container, source)
        stream.thread_type = "AUTO"
        late = _sound_delay(container) if container.streams.audio else None
        yield Reel(_decoded(container, stream, source), _fps(stream, source), late)


def _decoded(container: Any, stream: Any, source: Path) -> Iterator[Array]:
    frame = None
    for frame in container.decode(stream):
        yield _upright(frame)
    if frame is None:
        raise InputError(f"{source}: holds no frames; save it again")


def read_video(path: str | Path, *, max_frames: int | None = None) -> Footage:
    """Frames as RGB, turned as the file asks, and the sound as 16 kHz mono.

    With `max_frames` the sound is cut to the length of the frames read. Raises InputError.
    """
    with frames_of(path) as reel:
        frames = list(islice(reel.frames, max_frames))
    audio = sound_of(path, reel)
    if audio is not None and max_frames is not None:
        end = max(1, round(len(frames) / reel.fps * audio.rate))
        audio = Waveform(audio.samples[:end], audio.rate)
    return Footage(np.stack(frames), reel.fps, audio)


def _sound_delay(container: Any) -> float:
    """Seconds by which the sound starts after the picture; negative when before."""
    starts = [
        float(stream.start_time * stream.time_base) if stream.start_time else 0.0
        for stream in (container.streams.audio[0], container.streams.video[0])
    ]
    return starts[0] - starts[1]


def sound_of(path: str | Path, reel: Reel) -> Waveform | None:
    """A video's sound from its first frame on; None where there is none, or it is damaged."""
    if reel.late is None:
        return None
    try:
        wave = read_audio(path)
    except AudioError:
        return None
    shift = round(reel.late * wave.rate)
    if shift >= 0:
        return Waveform(np.pad(wave.samples, (shift, 0)), wave.rate)
    return Waveform(wave.samples[-shift:], wave.rate) if -shift < wave.samples.size else None


def _video_stream(container: Any, source: Path) -> Any:
    if not container.streams.video:
        raise InputError(f"{source}: has no picture; give a video file")
    return container.streams.video[0]


def _fps(stream: Any, source: Path) -> float:
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    if not rate:
        raise InputError(f"{source}: states no frame rate; convert it to mp4")
    return float(rate)


def _upright(frame: Any) -> Array:
    """(h, w, 3) uint8 RGB of a decoded frame, turned by its display rotation."""
    image = frame.to_ndarray(format="rgb24")
    turns = round(frame.rotation / 90) % 4  # degrees counter-clockwise
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image
