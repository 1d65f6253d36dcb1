"""Decodes videos into FFmpeg's own frames, with the properties that a copy of them needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from talkinghead.errors import InputError
from talkinghead.media.container import open_container
from talkinghead.media.yuv import YuvFrame

_FALLBACK_RATE: Final = Fraction(25)


@dataclass(frozen=True)
class VideoProperties:
    """What a video keeps when its frames are changed."""

    path: Path
    stored_size: tuple[int, int]  # width, height in pixels before rotation
    rotation: float  # degrees counter-clockwise at which it is displayed
    pixel_aspect: Fraction  # width of a stored pixel relative to its height
    frame_rate: Fraction  # average frames per second
    time_base: Fraction  # seconds per unit of the time stamps
    color_tags: dict[str, int]  # colorspace, color_range, color_primaries, color_trc of FFmpeg
    has_audio: bool

    @property
    def quarter_turns(self) -> int:
        """By how many quarter turns counter-clockwise it is displayed."""
        return round(self.rotation / 90) % 4

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture in pixels, which may not be square."""
        width, height = self.stored_size
        return (height, width) if self.quarter_turns % 2 else (width, height)

    @property
    def upright_aspect(self) -> float:
        """Width of a pixel of the upright picture relative to its height."""
        aspect = float(self.pixel_aspect)
        return 1 / aspect if self.quarter_turns % 2 else aspect


def read_properties(path: str | Path) -> VideoProperties:
    """The properties of a video file. Raises InputError for a file that is not a video."""
    source = Path(path)
    with open_container(path, InputError, "video") as container:
        stream = video_stream(container, source)
        first = next(container.decode(stream), None)
        if first is None:
            raise InputError(f"{source}: contains no frames; save it again")
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or _FALLBACK_RATE
        aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
        tags = ("colorspace", "color_range", "color_primaries", "color_trc")
        return VideoProperties(
            path=source,
            stored_size=(first.width, first.height),
            rotation=float(first.rotation),
            pixel_aspect=aspect if aspect else Fraction(1),
            frame_rate=Fraction(rate),
            time_base=Fraction(stream.time_base),
            color_tags={name: int(getattr(first, name)) for name in tags},
            has_audio=bool(container.streams.audio),
        )


def video_stream(container: Any, source: Path) -> Any:
    """The video stream of a container, not an embedded cover. Raises InputError without one."""
    streams = [
        stream for stream in container.streams.video
        if not (stream.disposition & stream.disposition.attached_pic)
    ]  # fmt: skip
    if not streams:
        raise InputError(f"{source}: has no video stream; give a video file")
    return streams[0]


@contextmanager
def decode_video(properties: VideoProperties, start: int | None = None) -> Iterator[Iterator[Any]]:
    """The frames of a video in the order in which they are shown, decoded as they are read.

    With `start`, a time stamp, decoding begins at the last key frame up to it. Memory does not
    grow with the length. Raises InputError for damaged frames while they are read.
    """
    with open_container(properties.path, InputError, "video") as container:
        stream = video_stream(container, properties.path)
        stream.thread_type = "AUTO"
        if start is not None:
            container.seek(start, stream=stream, backward=True)
        yield container.decode(stream)


def yuv_frames(frames: Iterator[Any], properties: VideoProperties) -> Iterator[YuvFrame]:
    """The decoded frames as upright pictures."""
    for frame in frames:
        yield YuvFrame(frame, properties.quarter_turns)
