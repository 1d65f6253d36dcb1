"""A face for LiveKit Agents, rendered in the agent's own process and published in its room.

await AvatarSession(subject="face.jpg").start(session, room=ctx.room)
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import numpy as np
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import avatar
from livekit.agents.voice.avatar import (
    AudioSegmentEnd,
    AvatarOptions,
    AvatarRunner,
    QueueAudioOutput,
    VideoGenerator,
)

from talkinghead.config import FrameSize, MotionConfig
from talkinghead.live.agent_face import DEFAULT_SIZE, SAMPLE_RATE, AgentFace
from talkinghead.live.session import DEFAULT_LOOK_AHEAD
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, Subject

PROVIDER: Final = "talkinghead"


class FaceGenerator(VideoGenerator):  # type: ignore[misc]  # it may be missing
    """Audio frames of an agent to video frames, and the audio in step with them."""

    def __init__(self, face: AgentFace) -> None:
        self.face = face

    async def push_audio(self, frame: rtc.AudioFrame | AudioSegmentEnd) -> None:
        """Say a frame, or end a segment."""
        if isinstance(frame, AudioSegmentEnd):
            self.face.end_speech()
            return
        samples = np.frombuffer(frame.data, np.int16).reshape(-1, frame.num_channels)
        self.face.push_audio(samples, frame.sample_rate)

    def clear_buffer(self) -> None:
        """Stop speaking."""
        self.face.interrupt()

    def __aiter__(self) -> AsyncIterator[rtc.VideoFrame | rtc.AudioFrame | AudioSegmentEnd]:
        """Video without end, audio where there is speech, and the ends of segments."""
        return self._frames()

    async def _frames(self) -> AsyncIterator[rtc.VideoFrame | rtc.AudioFrame | AudioSegmentEnd]:
        async for packet in self.face.packets():
            if packet.image is not None:
                yield _video_frame(packet.image)
            if packet.speech:
                sound = packet.pcm[: 2 * packet.speech]
                yield rtc.AudioFrame(sound, self.face.sample_rate, 1, packet.speech)
            for _ in range(packet.ended):
                yield AudioSegmentEnd()


class AvatarSession(avatar.AvatarSession[Any]):  # type: ignore[misc]
    """The face of an agent. Its tracks are those of the agent's own participant."""

    def __init__(
        self,
        subject: str | Subject,
        *,
        animator: Animator | None = None,
        size: FrameSize = DEFAULT_SIZE,
        look_ahead: float = DEFAULT_LOOK_AHEAD,
        motion_config: MotionConfig | None = None,
    ) -> None:
        """`subject` is a puppet's name, the path of a picture, or what `Animator` made of one."""
        super().__init__()
        self._room: rtc.Room | None
        self._subject = subject
        self._options: dict[str, Any] = {
            "animator": animator, "size": size, "look_ahead": look_ahead,
            "sample_rate": SAMPLE_RATE, "motion_config": motion_config,
        }  # fmt: skip
        self._identity = ""
        self._runner: AvatarRunner | None = None
        self._face: AgentFace | None = None

    @property
    def avatar_identity(self) -> str:
        """That of the agent's participant."""
        return self._identity

    @property
    def provider(self) -> str:
        """The name in metrics."""
        return PROVIDER

    async def start(self, agent_session: AgentSession[Any], room: rtc.Room) -> None:
        """Publish the face in the room, and let the session speak through it.

        Start the session with `RoomOptions(audio_output=False)`: the face publishes the audio.
        """
        face = await AgentFace.open(self._subject, **self._options)
        self._identity = room.local_participant.identity
        await super().start(agent_session, room)
        audio = QueueAudioOutput(sample_rate=SAMPLE_RATE, wait_playback_start=True)
        width, height = face.size
        options = AvatarOptions(width, height, FPS, SAMPLE_RATE, 1)
        self._runner = AvatarRunner(
            room, audio_recv=audio, video_gen=FaceGenerator(face), options=options
        )
        self._face = face
        await self._runner.start()
        agent_session.output.audio = audio

    async def aclose(self) -> None:
        """End the face; the agent stays in the room."""
        runner, face = self._runner, self._face
        self._runner = self._face = None
        if runner is not None:
            await runner.aclose()
        if face is not None:
            await face.close()
        if self._room is not None:
            self._room.off("connection_state_changed", self._on_connection_state_changed)
            self._room = None  # the base class would remove the participant: the agent itself
        await super().aclose()


def _video_frame(image: Array) -> rtc.VideoFrame:
    height, width = image.shape[:2]
    pixels = np.ascontiguousarray(image[..., :3]).tobytes()
    return rtc.VideoFrame(width, height, rtc.VideoBufferType.RGB24, pixels)
