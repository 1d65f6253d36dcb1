"""Live faces over WebRTC, where aiortc is installed: picture, sound and microphone as tracks."""

import asyncio
from contextlib import suppress
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from pydantic import BaseModel, ValidationError

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.sample_rates import FPS
from talkinghead.web.live import handle_order

if TYPE_CHECKING:
    from aiortc import RTCPeerConnection

_WAITING: Final = FPS // 2  # packets that may wait: a late picture is of no use in a call
_VIDEO_CLOCK: Final = 90_000


class Offer(BaseModel):
    """A description of one side of a connection, as browsers make it."""

    type: str
    sdp: str


def read_offer(body: bytes) -> Offer:
    """The offer in the body of a request. Raises InputError."""
    try:
        return Offer.model_validate_json(body)
    except ValidationError as error:
        raise InputError("the offer cannot be answered; send its type and sdp as JSON") from error


class Connections:
    """The open WebRTC connections of a service."""

    def __init__(self) -> None:
        self._open: set[RTCPeerConnection] = set()

    async def answer(self, broadcast: Broadcast, offer: Offer) -> Offer:
        """Connect a viewer. Raises InputError for an offer that cannot be answered."""
        if find_spec("aiortc") is None:
            raise InputError("WebRTC needs aiortc: pip install 'talkinghead[webrtc]'")
        from aiortc import RTCPeerConnection, RTCSessionDescription

        connection = RTCPeerConnection()
        self._open.add(connection)
        video, audio = _tracks(broadcast)
        leave = _watch(broadcast, video, audio)

        async def change() -> None:
            if connection.connectionState in ("failed", "closed", "disconnected"):
                leave()
                self._open.discard(connection)
                await connection.close()

        def receive_track(track: Any) -> None:
            if track.kind == "audio":
                task = asyncio.ensure_future(_receive_speech(track, broadcast))
                connection.on("close", task.cancel)

        def control(channel: Any) -> None:
            async def order(text: Any) -> None:
                try:
                    await handle_order(broadcast, text if isinstance(text, str) else "", 48_000)
                except TalkingHeadError as error:
                    channel.send(str(error))

            channel.on("message", order)

        connection.on("connectionstatechange", change)
        connection.on("track", receive_track)
        connection.on("datachannel", control)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, offer.type))
            connection.addTrack(video)
            connection.addTrack(audio)
            await connection.setLocalDescription(await connection.createAnswer())
        except Exception as error:  # whatever a foreign description makes it raise
            leave()
            self._open.discard(connection)
            await connection.close()
            raise InputError("the offer cannot be answered; send what a browser makes") from error
        local = connection.localDescription
        return Offer(type=local.type, sdp=local.sdp)

    async def close(self) -> None:
        """Close all."""
        for connection in list(self._open):
            await connection.close()


def _tracks(broadcast: Broadcast) -> tuple[Any, Any]:
    """A video and an audio track, of one stream: browsers keep them in step."""
    from aiortc import MediaStreamTrack
    from aiortc.mediastreams import MediaStreamError

    class Track(MediaStreamTrack):  # type: ignore[misc,unused-ignore]  # aiortc may be missing
        def __init__(self) -> None:
            super().__init__()
            self.waiting: asyncio.Queue[Packet] = asyncio.Queue(_WAITING)

        async def next(self) -> Packet:
            """The next packet."""
            while True:
                if broadcast.is_closed():
                    self.stop()
                    raise MediaStreamError
                with suppress(TimeoutError):
                    return await asyncio.wait_for(self.waiting.get(), 1)

    class Video(Track):
        kind = "video"

        async def recv(self) -> av.VideoFrame:
            """The next picture."""
            packet = await self.next()
            while packet.image is None:
                packet = await self.next()
            pixels = np.ascontiguousarray(packet.image[..., :3])
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = packet.index * _VIDEO_CLOCK // FPS
            frame.time_base = Fraction(1, _VIDEO_CLOCK)
            return frame

    class Audio(Track):
        kind = "audio"

        async def recv(self) -> av.AudioFrame:
            """The sound of the next frame."""
            packet, rate = await self.next(), broadcast.session.sample_rate
            samples = np.frombuffer(packet.pcm, "<i2")[None].copy()
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
            frame.pts = packet.index * (rate // FPS)
            return frame

    return Video(), Audio()


def _watch(broadcast: Broadcast, *tracks: Any) -> Any:
    """Hand packets to tracks; returns what ends that."""
    loop = asyncio.get_running_loop()

    def enqueue(packet: Packet) -> None:
        for track in tracks:
            if track.waiting.full():
                track.waiting.get_nowait()
            track.waiting.put_nowait(packet)

    def receive(packet: Packet) -> None:
        with suppress(RuntimeError):  # the loop was closed
            loop.call_soon_threadsafe(enqueue, packet)

    return broadcast.watch(receive)


async def _receive_speech(track: Any, broadcast: Broadcast) -> None:
    """Say what a viewer's microphone records. A track that is muted sends silence: it is not."""
    from aiortc.mediastreams import MediaStreamError

    with suppress(MediaStreamError, asyncio.CancelledError):
        while not broadcast.is_closed():
            frame = await track.recv()
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            speaks = bool(np.any(samples))
            if speaks and broadcast.session.queued_seconds < 0.5:
                broadcast.push_audio(samples, frame.sample_rate)
