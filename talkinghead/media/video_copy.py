"""Writes changed frames of a video with its time stamps, rotation, pixel aspect and colours."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import InputError, OutputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.audio_track import AudioStreamEncoder, open_audio_track
from talkinghead.media.c2pa import Credentials
from talkinghead.media.container import open_container
from talkinghead.media.formats import FORMATS, Format
from talkinghead.media.synthetic_label import COMMENT
from talkinghead.media.video_frames import (
    VideoProperties,
    decode_video,
    read_properties,
    video_stream,
)
from talkinghead.media.yuv import as_planar
from talkinghead.types import AudioCue, Waveform

COPY_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")
# Pixel formats by encoder, beyond which frames are converted to the first.
_PIXEL_FORMATS: Final = {
    "libx264": (
        "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p",
        "yuv420p10le", "yuv422p10le", "yuv444p10le",
    ),
    "libvpx-vp9": ("yuv420p",),
}  # fmt: skip
_SIDE_STREAMS: Final = ("audio", "subtitle")


def check_copy_format(target: Path) -> Format:
    """The format of a path for copies of videos. Raises OutputError for other suffixes."""
    suffix = target.suffix.lower()
    if suffix not in COPY_SUFFIXES:
        raise OutputError(
            f"{target}: {suffix or 'a file without suffix'} cannot hold a dubbed video; name it "
            f"{', '.join(COPY_SUFFIXES)}"
        )
    return FORMATS[suffix]


def check_kept_streams(path: Path, target: Path) -> None:
    """Raise OutputError if a format cannot hold the other audio tracks and subtitles of a video."""
    with open_container(path, InputError, "video") as container:
        names = [stream.codec_context.name for stream in _side_streams(container)]
    with av.open(BytesIO(), "w", format=FORMATS[target.suffix.lower()].muxer) as empty:
        supported = set(empty.supported_codecs)
    for name in names:
        if name not in supported and name.replace("libopus", "opus") not in supported:
            raise OutputError(
                f"{target}: {target.suffix} cannot hold the track {name} of {path}; name it "
                f"{target.stem}.mkv, or leave --keep-streams out"
            )


class VideoCopyWriter:
    """Encodes frames at their time stamps, with new audio beside them."""

    def __init__(
        self,
        container: Any,
        properties: VideoProperties,
        pixel_format: str,
        output_format: Format,
        first_stamp: int,
    ) -> None:
        assert output_format.codec is not None
        encoder = output_format.codec.encoder
        options = dict(output_format.codec.options)
        stream = container.add_stream(encoder, rate=properties.frame_rate, options=options)
        stream.width, stream.height = properties.stored_size
        kinds = _PIXEL_FORMATS[encoder]
        stream.pix_fmt = pixel_format if pixel_format in kinds else _nearest(pixel_format, kinds)
        halves = encoder == "libx264" and "420" in stream.pix_fmt
        if halves and any(side % 2 for side in properties.stored_size):
            stream.pix_fmt = "yuv444p"  # H.264 halves only even sizes
        context = stream.codec_context
        context.time_base = stream.time_base = properties.time_base
        context.sample_aspect_ratio = properties.pixel_aspect
        for name, value in properties.color_tags.items():
            setattr(context, name, value)
        if properties.rotation:
            stream.set_display_rotation(properties.rotation)
        self._container, self._stream, self._properties = container, stream, properties
        self._start = float(first_stamp * properties.time_base)
        self._audio: AudioStreamEncoder | None = None
        self._side: _SidePackets | None = None

    def write(self, frame: Any, stamp: int) -> None:
        """Encode one PyAV frame, and the audio up to it."""
        if frame.format.name != self._stream.pix_fmt:
            frame = frame.reformat(format=self._stream.pix_fmt)
        frame.pts, frame.time_base = stamp, self._properties.time_base
        frame.pict_type = 0  # the encoder chooses its own key frames
        self._container.mux(self._stream.encode(frame))
        seconds = float(stamp * self._properties.time_base)
        if self._audio is not None:
            self._audio.encode_until(seconds)
        if self._side is not None:
            self._side.copy_until(seconds)

    def finish(self, end: float) -> None:
        """Encode what is left; other tracks of the video end at `end` seconds."""
        if self._audio is not None:
            self._audio.finish()
        if self._side is not None:
            self._side.copy_until(end)
        self._container.mux(self._stream.encode(None))


def _nearest(pixel_format: str, kinds: tuple[str, ...]) -> str:
    """The pixel format with the same chroma, or the first."""
    candidates = (pixel_format.replace("yuvj", "yuv"), pixel_format.replace("12le", "10le"))
    return next((name for name in candidates if name in kinds), kinds[0])


@contextmanager
def open_video_copy(
    target: Path,
    properties: VideoProperties,
    pixel_format: str,
    first_stamp: int,
    audio: tuple[AudioCue, ...],
    seconds: float,
    *,
    keep_streams: bool = False,
    credentials: Credentials | None = None,
) -> Iterator[VideoCopyWriter]:
    """A writer of a copy of a video whose picture and audio are new, whole or not at all.

    Frames keep their time stamps from `first_stamp` on. `audio` begins with the first frame and
    lasts `seconds`. With `keep_streams` the other audio tracks and the subtitles are copied.
    Raises OutputError when the file cannot be written.
    """
    output_format = check_copy_format(target)
    with atomic_write(target) as temporary:
        try:
            with ExitStack() as stack:
                container: Any = stack.enter_context(
                    av.open(
                        str(temporary), "w", format=output_format.muxer,
                        options=dict(output_format.muxer_options),
                    )
                )  # fmt: skip
                container.metadata["comment"] = COMMENT
                writer = VideoCopyWriter(
                    container, properties, pixel_format, output_format, first_stamp
                )
                start = float(first_stamp * properties.time_base)
                cues = tuple(AudioCue(cue.source, max(0.0, cue.start + start)) for cue in audio)
                length = max(0.0, start + seconds)
                writer._audio = stack.enter_context(
                    open_audio_track(
                        container, _silence(length), cues, output_format.audio_codec or "aac"
                    )
                )
                if keep_streams:
                    source = stack.enter_context(
                        open_container(properties.path, InputError, "video")
                    )
                    writer._side = _SidePackets(source, container, properties.path)
                yield writer
                writer.finish(length)
        except av.FFmpegError as problem:
            reason = problem.strerror or problem
            raise OutputError(f"{target}: the video cannot be written ({reason})") from problem
        if credentials is not None:
            credentials.sign(temporary, target.name)


def copy_video(path: Path, target: Path) -> int:
    """Decode a video and encode it again as dubbing does, silent; returns the number of frames.

    Raises InputError for a file that is not a video, OutputError when the copy cannot be written.
    """
    properties, count = read_properties(path), 0
    with decode_video(properties) as frames:
        first = as_planar(next(frames))
        silence = (AudioCue(_silence(0.1)),)
        with open_video_copy(
            target, properties, first.format.name, first.pts, silence, 0.1
        ) as writer:
            writer.write(first, first.pts)
            for count, frame in enumerate(frames, start=1):  # noqa: B007
                writer.write(as_planar(frame), frame.pts)
    return count + 1


def _silence(seconds: float, rate: int = 16_000) -> Waveform:
    """A waveform of zeros that takes no memory: it says how long the audio is."""
    count = max(1, round(seconds * rate))
    return Waveform(np.broadcast_to(np.zeros(1, np.float32), (count,)), rate)


def _side_streams(container: Any) -> list[Any]:
    """All audio tracks and subtitles."""
    return [s for s in container.streams if s.type in _SIDE_STREAMS and s.codec_context]


class _SidePackets:
    """Copies the packets of the other tracks of a video."""

    def __init__(self, source: Any, container: Any, path: Path) -> None:
        video_stream(source, path)
        streams = _side_streams(source)
        self._targets = {}
        for stream in streams:
            copy = container.add_stream_from_template(stream)
            copy.metadata.update(stream.metadata)
            self._targets[stream.index] = copy
        self._container = container
        self._packets = source.demux(streams) if streams else iter(())
        self._pending: Any = None

    def copy_until(self, seconds: float) -> None:
        """Copy the packets that begin before a time."""
        while True:
            packet = self._pending or next(self._packets, None)
            self._pending = None
            if packet is None:
                return
            if packet.dts is None:
                continue
            if float(packet.dts * Fraction(packet.time_base)) >= seconds:
                self._pending = packet
                return
            packet.stream = self._targets[packet.stream.index]
            self._container.mux(packet)
