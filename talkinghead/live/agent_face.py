"""A live face for the asyncio programs of voice agents: speech in, frames and their sound out."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, Self

from talkinghead.config import FrameSize, MotionConfig
from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.live.session import DEFAULT_LOOK_AHEAD, LiveSession
from talkinghead.pipeline import Animator
from talkinghead.puppet.store import list_puppets
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, Subject

SAMPLE_RATE: Final = 24_000  # what speech synthesisers return
DEFAULT_SIZE: Final = 512
_WAITING: Final = 4 * FPS  # packets that may wait for the event loop
_loading = threading.Lock()
_shared: list[Animator] = []  # the networks, loaded once for all agents of a process


class AgentFace:
    """A subject that says what is pushed. All methods belong to one event loop."""

    def __init__(self, session: LiveSession) -> None:
        self.size, self.sample_rate = session.size, session.sample_rate
        self._broadcast = Broadcast(session)
        self._packets: asyncio.Queue[Packet] = asyncio.Queue(_WAITING)
        self._interruptions = 0
        loop = asyncio.get_running_loop()

        def receive(packet: Packet) -> None:
            with suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(self._enqueue, packet)

        self._leave = self._broadcast.watch(receive)

    @classmethod
    async def open(
        cls,
        subject: str | Subject,
        *,
        animator: Animator | None = None,
        size: FrameSize = DEFAULT_SIZE,
        look_ahead: float = DEFAULT_LOOK_AHEAD,
        sample_rate: int = SAMPLE_RATE,
        motion_config: MotionConfig | None = None,
    ) -> Self:
        """Load a puppet by name, or a picture by its path, in a thread, and show it.

        Without an `animator` one is loaded, and shared. Raises ImageError, FaceError, PuppetError.
        """

        def load() -> LiveSession:
            with _loading:
                if animator is None and not _shared:
                    _shared.append(Animator())
            networks = animator or _shared[0]
            shown = subject
            if isinstance(shown, str):
                make = networks.cartoon if shown in list_puppets() else networks.photo
                shown = make(shown, size=size)
            return LiveSession(
                networks, shown, motion_config, look_ahead=look_ahead, sample_rate=sample_rate
            )

        return cls(await asyncio.to_thread(load))

    def push_audio(self, samples: Array, rate: int) -> None:
        """Say (n,) or (n, channels) samples."""
        self._broadcast.push_audio(samples, rate)

    def end_speech(self) -> None:
        """What was pushed is complete; the packet with its last sample counts it in `ended`."""
        self._broadcast.end_speech()

    def interrupt(self) -> None:
        """Stop speaking: what waits here is forgotten, too."""
        self._broadcast.interrupt()
        self._interruptions += 1
        while not self._packets.empty():
            self._packets.get_nowait()

    async def packets(self) -> AsyncIterator[Packet]:
        """Every frame with its sound, each at its time, until `close`."""
        while not self._broadcast.is_closed():
            with suppress(TimeoutError):
                yield await asyncio.wait_for(self._packets.get(), 1)

    async def close(self) -> None:
        """End the face."""
        self._leave()
        await asyncio.to_thread(self._broadcast.close)

    def _enqueue(self, packet: Packet) -> None:
        if packet.interruptions < self._interruptions:  # it left before the session knew
            packet.speech = packet.ended = 0
        if not self._packets.full():
            self._packets.put_nowait(packet)
