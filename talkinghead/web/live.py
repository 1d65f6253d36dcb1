"""Live faces over HTTP: a WebSocket for the page, MJPEG and WebM for other programs."""

import asyncio
import json
import struct
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.live.errors import TooManyFaces
from talkinghead.live.session import LiveSession
from talkinghead.pipeline import Animator
from talkinghead.requests.live import LiveRequest
from talkinghead.sample_rates import FPS
from talkinghead.speech.synthesis import synthesize_speech
from talkinghead.web.errors import NotFound

SAMPLE_RATE: Final = 24_000  # of the sound that is sent
MAX_SESSIONS: Final = 2  # faces that are shown at the same time
MAX_VIEWERS: Final = 10  # of each
ABANDONED: Final = 20.0  # seconds without a viewer after which a session ends
MAX_QUEUED: Final = 600.0  # seconds of speech that may wait
_WAITING: Final = 2 * FPS  # packets that may wait for a viewer with a slow connection
_HEADER: Final = struct.Struct("<II")  # index of the frame, bytes of its audio; then audio, JPEG
_MAX_TEXT: Final = 2000  # characters that are said at once


class LiveFace(BaseModel):
    """A face that is shown: connect to /api/live/{id} with a WebSocket."""

    id: str
    size: tuple[int, int]
    fps: int = FPS
    sample_rate: int = SAMPLE_RATE
    look_ahead: float
    webrtc: bool


class LiveFaces:
    """The faces that are shown now. Safe to call from several threads."""

    def __init__(self, make_animator: Callable[[], Animator]) -> None:
        """`make_animator` is called once, for the first face."""
        self.webrtc = find_spec("aiortc") is not None
        self._make_animator = make_animator
        self._animator: Animator | None = None
        self._lock = threading.Lock()
        self._shown: dict[str, Broadcast] = {}
        self._kept: set[str] = set()

    def open(self, request: LiveRequest) -> LiveFace:
        """Show a face; it ends when nobody has watched it for a while.

        Raises TooManyFaces, and what loading the subject raises.
        """
        with self._lock:
            self._close_abandoned()
            if len(self._shown) >= MAX_SESSIONS:
                raise TooManyFaces(f"{MAX_SESSIONS} live faces are shown already; close one")
            if self._animator is None:
                self._animator = self._make_animator()
            subject = request.load_subject(self._animator)
            session = LiveSession(
                self._animator, subject, request.motion_config,
                look_ahead=request.look_ahead / 1000, sample_rate=SAMPLE_RATE,
            )  # fmt: skip
            return self.add(Broadcast(session))

    def add(self, broadcast: Broadcast, name: str | None = None) -> LiveFace:
        """Show a session that runs; under a `name` it is kept without viewers, too."""
        id = name or uuid.uuid4().hex
        self._shown[id] = broadcast
        if name is not None:
            self._kept.add(name)
        return self.describe(id)

    def describe(self, id: str) -> LiveFace:
        """The face of this id. Raises NotFound."""
        session = self.find(id).session
        return LiveFace(
            id=id, size=session.size, look_ahead=session.look_ahead, webrtc=self.webrtc,
            sample_rate=session.sample_rate,
        )  # fmt: skip

    def find(self, id: str) -> Broadcast:
        """The session of this id. Raises NotFound."""
        broadcast = self._shown.get(id)
        if broadcast is None or broadcast.is_closed():
            raise NotFound("there is no such live face; it was closed, or never existed")
        return broadcast

    def close(self, id: str | None = None) -> None:
        """End one, or all."""
        for name in [id] if id is not None else list(self._shown):
            broadcast = self._shown.pop(name, None)
            if broadcast is not None:
                broadcast.close()

    def _close_abandoned(self) -> None:
        now = time.monotonic()
        for id, broadcast in list(self._shown.items()):
            alone = not broadcast.viewers and now - broadcast.left_at > ABANDONED
            if id not in self._kept and (alone or broadcast.is_closed()):
                self.close(id)


async def show_face(socket: WebSocket, faces: LiveFaces, id: str) -> None:
    """Send every packet, and say what the other side sends, until one of both leaves.

    Binary messages are 16-bit mono PCM at the rate of the last {"rate": Hz}; {"say": text} is
    spoken, {"stop": true} interrupts.
    """
    await socket.accept()
    try:
        broadcast = faces.find(id)
        if broadcast.viewers >= MAX_VIEWERS:
            raise TooManyFaces(f"{MAX_VIEWERS} watch already; close another window")
    except TalkingHeadError as error:
        await socket.send_json({"error": str(error)})
        await socket.close(1008)
        return
    await socket.send_text(faces.describe(id).model_dump_json())
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue[Packet](_WAITING)

    def enqueue(packet: Packet) -> None:
        if waiting.full():
            waiting.get_nowait()  # a viewer with a slow connection misses the oldest
        waiting.put_nowait(packet)

    def receive(packet: Packet) -> None:
        with suppress(RuntimeError):  # the loop was closed
            loop.call_soon_threadsafe(enqueue, packet)

    leave = broadcast.watch(receive)
    sending = asyncio.create_task(_send_packets(socket, broadcast, waiting))
    listening = asyncio.create_task(_listen(socket, broadcast))
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leave()
        for task in (sending, listening):
            task.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await task
        if socket.client_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError):
                await socket.close()


async def _send_packets(
    socket: WebSocket, broadcast: Broadcast, waiting: "asyncio.Queue[Packet]"
) -> None:
    while not broadcast.is_closed():
        try:
            packet = await asyncio.wait_for(waiting.get(), 1)
        except TimeoutError:
            continue
        head = _HEADER.pack(packet.index, len(packet.pcm))
        await socket.send_bytes(head + packet.pcm + packet.jpeg)


async def _listen(socket: WebSocket, broadcast: Broadcast) -> None:
    rate = SAMPLE_RATE
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            if message.get("bytes"):
                data = message["bytes"][: len(message["bytes"]) // 2 * 2]
                if broadcast.session.queued_seconds < MAX_QUEUED:
                    broadcast.push_audio(np.frombuffer(data, "<i2"), rate)
                continue
            rate = await handle_order(broadcast, message.get("text") or "", rate)
        except TalkingHeadError as error:
            await socket.send_json({"error": str(error)})


async def handle_order(broadcast: Broadcast, text: str, rate: int) -> int:
    """Carry out a text message, and return the sample rate of the audio that follows it.

    Raises InputError.
    """
    order = _read_order(text)
    rate = order.get("rate", rate)
    if order.get("stop"):
        broadcast.interrupt()
    if order.get("complete"):
        broadcast.push_audio(np.zeros(0, np.float32), rate, complete=True)
    if words := order.get("say"):
        wave = await run_in_threadpool(synthesize_speech, words[:_MAX_TEXT])
        broadcast.push_audio(wave.samples, wave.rate, complete=True)
    return rate


def _read_order(text: str) -> dict[str, Any]:
    """What a text message asks for. Raises InputError for what is no such message."""
    try:
        order = json.loads(text)
    except ValueError:
        order = None
    if not isinstance(order, dict) or not isinstance(order.get("say", ""), str):
        raise InputError('a message must be JSON, as {"say": "Hello"}')
    rate = order.get("rate", SAMPLE_RATE)
    if not isinstance(rate, int) or not 8000 <= rate <= 192_000:
        raise InputError("rate: must be a whole number of 8000 to 192000 Hz")
    return order
