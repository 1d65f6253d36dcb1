"""A session in its own thread: what is said reaches every viewer, and errors the one who asked."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.live.agent_face import AgentFace
from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.live.errors import TooManyFaces
from talkinghead.live.session import LiveSession
from talkinghead.pipeline import Animator
from talkinghead.web.errors import STATUSES


@pytest.fixture(scope="module")
def session(tiny_ckpt: Path) -> LiveSession:
    animator = Animator(ckpt=tiny_ckpt, device="cpu")
    return LiveSession(animator, animator.cartoon("wilk", size=64))


def test_viewers_get_the_speech_and_nobody_s_frames_are_rendered(session):
    broadcast, done = Broadcast(session), threading.Event()
    seen: list[Packet] = []

    def watch(packet: Packet) -> None:
        seen.append(packet)
        if packet.ended:
            done.set()

    leave = broadcast.watch(watch)
    with pytest.raises(AudioError):
        broadcast.push_audio(np.array([np.nan]), 16_000)
    with pytest.raises(AudioError):
        broadcast.push_audio(np.zeros(3), 0)
    broadcast.push_audio(np.full(2000, 0.25), 16_000, complete=True)
    assert done.wait(60)
    said = np.concatenate([packet.audio[: packet.speech] for packet in seen])
    assert said.tolist() == [0.25] * 2000
    pcm = np.frombuffer(b"".join(packet.pcm[: 2 * packet.speech] for packet in seen), "<i2")
    assert set(pcm.tolist()) == {8192}
    leave()
    assert broadcast.viewers == 0
    count, rendered = len(seen), session.dropped
    while session.dropped == rendered:
        assert not broadcast.wait(0.02)
    broadcast.close()
    assert broadcast.is_closed()
    assert len(seen) == count


def test_an_interruption_forgets_what_waits_for_the_event_loop(monkeypatch):
    async def scenario() -> tuple[int, list[str]]:
        calls: list[str] = []
        fake = SimpleNamespace(
            watch=lambda viewer: lambda: None, interrupt=lambda: calls.append("interrupt")
        )
        monkeypatch.setattr("talkinghead.live.agent_face.Broadcast", lambda session: fake)
        face = AgentFace(SimpleNamespace(size=(4, 4), sample_rate=24_000))
        face._enqueue(SimpleNamespace(interruptions=0, speech=5, ended=0))
        face.interrupt()
        waiting = face._packets.qsize()
        late = SimpleNamespace(interruptions=0, speech=5, ended=1)
        face._enqueue(late)  # it left before the session knew of the interruption
        assert (late.speech, late.ended) == (0, 0)
        return waiting, calls

    assert asyncio.run(scenario()) == (0, ["interrupt"])


def test_too_many_faces_are_answered_as_busy():
    status = next(code for kind, code in STATUSES.items() if issubclass(TooManyFaces, kind))
    assert status == 503
