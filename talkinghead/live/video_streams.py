"""Live frames as streams of bytes: raw video, MJPEG and WebM, which other programs read."""

import io
import queue
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.sample_rates import FPS
from talkinghead.types import Array

BOUNDARY: Final = "frame"
MJPEG_TYPE: Final = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
WEBM_TYPE: Final = "video/webm"
_WAITING: Final = 2 * FPS  # packets that may wait for a viewer that reads slowly
_OPUS_RATE: Final = 48_000
# Without the limit a muxer holds back up to 5 seconds.
_WEBM_LIVE: Final = {"live": "1", "cluster_time_limit": "100", "flush_packets": "1"}
_VP8_LIVE: Final = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "50"}


def packets(broadcast: Broadcast) -> Iterator[Packet]:
    """Every packet until the broadcast is closed; a slow reader misses some."""
    waiting: queue.Queue[Packet] = queue.Queue(_WAITING)

    def receive(packet: Packet) -> None:
        if not waiting.full():
            waiting.put_nowait(packet)

    leave = broadcast.watch(receive)
    try:
        while not broadcast.is_closed():
            try:
                yield waiting.get(timeout=0.5)
            except queue.Empty:
                continue
    finally:
        leave()


def raw_frames(source: Iterator[Packet]) -> Iterator[Array]:
    """(h, w, 3) uint8 RGB at FPS without gaps: a frame that was dropped shows the one before."""
    last = None
    for packet in source:
        last = last if packet.image is None else packet.image[..., :3]
        if last is not None:
            yield last


def mjpeg(source: Iterator[Packet]) -> Iterator[bytes]:
    """Parts of a multipart response that browsers, OBS and FFmpeg show as video."""
    for packet in source:
        if packet.jpeg:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: "
            yield f"{head}{len(packet.jpeg)}\r\n\r\n".encode() + packet.jpeg + b"\r\n"


class _Pipe(io.RawIOBase):
    """What a muxer writes to; it cannot go back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since the last call."""
        data, self.parts = b"".join(self.parts), []
        return data


def webm(source: Iterator[Packet], sample_rate: int, bit_rate: int = 2_000_000) -> Iterator[bytes]:
    """A live WebM stream, VP8 and Opus, picture and sound on one clock."""
    pipe, first = _Pipe(), 0
    container: Any = None
    video: Any = None
    audio: Any = None
    resampler: Any = None
    for packet in source:
        if container is None:
            if packet.image is None:
                continue
            height, width = packet.image.shape[:2]
            container = av.open(pipe, "w", format="webm", options=_WEBM_LIVE)
            video = container.add_stream("libvpx", rate=FPS)
            video.width, video.height, video.pix_fmt = width // 2 * 2, height // 2 * 2, "yuv420p"
            video.bit_rate = bit_rate
            video.options = {
                "deadline": "realtime",
                "cpu-used": "8",
                "lag-in-frames": "0",
                "g": "50",
            }
            audio = container.add_stream("libopus", rate=_OPUS_RATE, layout="mono")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE)
            first = packet.index
        if packet.image is not None:
            even = packet.image[: video.height, : video.width, :3]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
            frame.pts, frame.time_base = packet.index - first, Fraction(1, FPS)
            for encoded in video.encode(frame):
                container.mux(encoded)
        sound = av.AudioFrame.from_ndarray(
            np.frombuffer(packet.pcm, "<i2")[None].copy(), format="s16", layout="mono"
        )
        sound.sample_rate = sample_rate
        sound.pts = (packet.index - first) * (sample_rate // FPS)
        sound.time_base = Fraction(1, sample_rate)
        for converted in resampler.resample(sound):
            for encoded in audio.encode(converted):
                container.mux(encoded)
        if data := pipe.take():
            yield data
    if container is not None:
        container.close()
