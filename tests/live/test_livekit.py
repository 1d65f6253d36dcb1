"""The face of a LiveKit agent, run by LiveKit's own AvatarRunner and audio queue; no server."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("livekit.agents", reason="livekit-agents is not installed")

from livekit import rtc
from livekit.agents.voice.avatar import QueueAudioOutput

from talkinghead.live import livekit as face_of_agent
from talkinghead.live.livekit import AvatarSession
from talkinghead.pipeline import Animator

RATE = 24_000
SPEECH = (9000 * np.sin(np.arange(RATE // 2) * 0.2)).astype("<i2")  # half a second


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


class Room(rtc.EventEmitter):
    """A room that one is in, without a server: it notes which tracks are published."""

    def __init__(self):
        super().__init__()
        self.published, self.name = [], "room"
        self.local_participant = SimpleNamespace(
            identity="agent", publish_track=self.publish, track_publications={}
        )
        self.remote_participants = {}

    def isconnected(self):
        return True

    async def publish(self, track, options):
        self.published.append(track.name)

        async def subscribed():
            return None

        return SimpleNamespace(wait_for_subscription=subscribed, kind=track.kind)


class Agent(rtc.EventEmitter):
    """As much of an AgentSession as a face needs: where its audio goes."""

    def __init__(self):
        super().__init__()
        self.output = SimpleNamespace(audio=None)


async def started(animator: Animator, monkeypatch) -> tuple[AvatarSession, Agent, Room]:
    agent, room = Agent(), Room()

    async def joined(self):
        return None

    monkeypatch.setattr(face_of_agent.avatar.AvatarSession, "_wait_avatar_join", joined)
    avatar = AvatarSession("wilk", animator=animator, size=64)
    await avatar.start(agent, room)
    return avatar, agent, room


async def say(output: QueueAudioOutput, samples: np.ndarray) -> None:
    for part in np.array_split(samples, max(1, samples.size // 2400)):
        await output.capture_frame(rtc.AudioFrame(part.tobytes(), RATE, 1, part.size))
    output.flush()


@pytest.mark.filterwarnings("default")
def test_both_tracks_are_published_and_the_end_of_speech_is_told(animator, monkeypatch):
    async def scenario():
        avatar, agent, room = await started(animator, monkeypatch)
        await say(agent.output.audio, SPEECH)
        event = await asyncio.wait_for(agent.output.audio.wait_for_playout(), 90)
        assert sorted(room.published) == ["avatar_audio", "avatar_video"]
        assert avatar.avatar_identity == "agent"
        await avatar.aclose()
        return event

    event = asyncio.run(scenario())
    assert not event.interrupted
    assert event.playback_position == pytest.approx(0.5, abs=0.001)


@pytest.mark.filterwarnings("default")
def test_a_cleared_buffer_ends_the_speech_at_once(animator, monkeypatch):
    async def scenario():
        avatar, agent, _ = await started(animator, monkeypatch)
        began = []
        agent.output.audio.on("playback_started", began.append)
        await say(agent.output.audio, np.tile(SPEECH, 20))  # 10 s
        while not began:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        agent.output.audio.clear_buffer()
        event = await asyncio.wait_for(agent.output.audio.wait_for_playout(), 60)
        await say(agent.output.audio, SPEECH)  # and the next words are said
        following = await asyncio.wait_for(agent.output.audio.wait_for_playout(), 90)
        await avatar.aclose()
        return event, following

    event, following = asyncio.run(scenario())
    assert event.interrupted
    assert 0 < event.playback_position < 10
    assert not following.interrupted
    assert following.playback_position == pytest.approx(0.5, abs=0.05)
