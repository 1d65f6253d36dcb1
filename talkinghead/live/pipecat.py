"""A face for Pipecat: a processor that stands between speech synthesis and the output transport.

pipeline = Pipeline([..., tts, TalkingHeadProcessor("wilk"), transport.output()])
"""

import asyncio
from collections import deque
from typing import Any, Final

import numpy as np
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    OutputImageRawFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from talkinghead.config import FrameSize, MotionConfig
from talkinghead.live.agent_face import DEFAULT_SIZE, SAMPLE_RATE, AgentFace
from talkinghead.live.broadcast import Packet
from talkinghead.live.session import DEFAULT_LOOK_AHEAD
from talkinghead.pipeline import Animator
from talkinghead.types import Subject

_DRAIN: Final = 120.0  # seconds at most in which the last words are said before the pipeline ends


class TalkingHeadProcessor(FrameProcessor):  # type: ignore[misc]  # it may be missing
    """Takes TTSAudioRawFrame in; image frames come out without end, speech in step with them.

    An InterruptionFrame silences it at once. TTSStoppedFrame and EndFrame pass when what came
    before them has been said.
    """

    def __init__(
        self,
        subject: str | Subject,
        *,
        animator: Animator | None = None,
        size: FrameSize = DEFAULT_SIZE,
        look_ahead: float = DEFAULT_LOOK_AHEAD,
        sample_rate: int = SAMPLE_RATE,
        motion_config: MotionConfig | None = None,
        **options: Any,
    ) -> None:
        """`subject` is a puppet's name, the path of a picture, or what `Animator` made of one.

        `options` are those of FrameProcessor.
        """
        super().__init__(**options)
        self._subject = subject
        self._options: dict[str, Any] = {
            "animator": animator, "size": size, "look_ahead": look_ahead,
            "sample_rate": sample_rate, "motion_config": motion_config,
        }  # fmt: skip
        self._face: AgentFace | None = None
        self._showing: asyncio.Task[None] | None = None
        self._held: deque[Frame] = deque()  # TTSStoppedFrames whose speech is not said yet
        self._said = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take speech in; pass everything else on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            await self._start()
        elif isinstance(frame, TTSAudioRawFrame) and self._face is not None:
            samples = np.frombuffer(frame.audio, "<i2").reshape(-1, frame.num_channels)
            self._said.clear()
            self._face.push_audio(samples, frame.sample_rate)
            return
        elif isinstance(frame, TTSStoppedFrame) and self._face is not None:
            self._held.append(frame)
            self._said.clear()
            self._face.end_speech()
            return
        elif isinstance(frame, InterruptionFrame) and self._face is not None:
            self._face.interrupt()
            self._held.clear()
            self._said.set()
        elif isinstance(frame, EndFrame):
            if self._face is not None and self._held:
                await asyncio.wait_for(self._said.wait(), _DRAIN)
            await self._stop()
        elif isinstance(frame, CancelFrame):
            await self._stop()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Release the face."""
        await super().cleanup()
        await self._stop()

    async def _start(self) -> None:
        if self._face is None:
            self._face = await AgentFace.open(self._subject, **self._options)
            self._showing = self.create_task(self._show(self._face))

    async def _stop(self) -> None:
        face, showing = self._face, self._showing
        self._face = self._showing = None
        if showing is not None:
            await self.cancel_task(showing)
        if face is not None:
            await face.close()

    async def _show(self, face: AgentFace) -> None:
        async for packet in face.packets():
            await self._push(packet, face)

    async def _push(self, packet: Packet, face: AgentFace) -> None:
        if packet.image is not None:
            pixels = np.ascontiguousarray(packet.image[..., :3]).tobytes()
            image = OutputImageRawFrame(image=pixels, size=face.size, format="RGB")
            # The transport shows it when it has played what came before, the frame's sound.
            image.sync_with_audio = bool(packet.speech)
            await self.push_frame(image)
        if packet.speech:
            sound = packet.pcm[: 2 * packet.speech]
            await self.push_frame(TTSAudioRawFrame(sound, face.sample_rate, 1))
        for _ in range(min(packet.ended, len(self._held))):
            await self.push_frame(self._held.popleft())
            if not self._held:
                self._said.set()
