"""A face in a Pipecat pipeline that needs no key: a text is spoken by a voice of this machine.

    pip install 'talkinghead[pipecat,espeak]'
    python examples/pipecat_face.py "Hello, I am a puppet." wilk pipecat.mp4

With a transport in place of `Recorder`, and a service for speech in place of `LocalVoice`, it is
the face of a voice agent.
"""

import asyncio
import sys
import time
from fractions import Fraction

import av
import numpy as np
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    OutputImageRawFrame,
    TextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from talkinghead.live.pipecat import TalkingHeadProcessor
from talkinghead.sample_rates import FPS
from talkinghead.speech.synthesis import synthesize_speech


class LocalVoice(FrameProcessor):
    """Speaks texts with Piper or espeak-ng."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Turn a text into speech; pass everything else on."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, TextFrame):
            await self.push_frame(frame, direction)
            return
        wave = await asyncio.to_thread(synthesize_speech, frame.text)
        pcm = (wave.samples * 32767).astype("<i2")
        await self.push_frame(TTSStartedFrame())
        for part in np.array_split(pcm, max(1, len(pcm) // 2000)):
            await self.push_frame(TTSAudioRawFrame(part.tobytes(), wave.rate, 1))
        await self.push_frame(TTSStoppedFrame())


class Recorder(FrameProcessor):
    """Writes what a transport would show and play to a video."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._container = av.open(path, "w")
        self._video = self._container.add_stream("libx264", rate=FPS)
        self._video.codec_context.time_base = Fraction(1, 1000)
        self._audio = self._container.add_stream("aac", rate=24_000, layout="mono")
        self._began: float | None = None
        self._shown = self._played = -1  # milliseconds of the last frame, samples of sound

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Write images and speech; pass everything on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputImageRawFrame):
            width, height = frame.size
            pixels = np.frombuffer(frame.image, np.uint8).reshape(height, width, 3)
            if self._began is None:
                self._began = time.monotonic()
                self._video.width, self._video.height = width, height
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            # Frames come at their time; a slow machine drops some.
            self._shown = max(self._shown + 1, round(1000 * (time.monotonic() - self._began)))
            picture.pts, picture.time_base = self._shown, Fraction(1, 1000)
            self._container.mux(self._video.encode(picture))
        elif isinstance(frame, TTSAudioRawFrame):
            samples = np.frombuffer(frame.audio, "<i2").astype("f4")[None] / 32768
            sound = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
            sound.sample_rate = frame.sample_rate
            # Speech is played while the frame before it is shown, without gaps.
            self._played = max(self._played, self._shown * frame.sample_rate // 1000)
            sound.pts, sound.time_base = self._played, Fraction(1, frame.sample_rate)
            self._played += samples.shape[1]
            self._container.mux(self._audio.encode(sound))
        elif isinstance(frame, EndFrame):
            for stream in (self._video, self._audio):
                self._container.mux(stream.encode(None))
            self._container.close()
        await self.push_frame(frame, direction)


async def main(text: str, subject: str, path: str) -> None:
    """Say a text, and record it."""
    face = TalkingHeadProcessor(subject, size=256)
    worker = PipelineWorker(Pipeline([LocalVoice(), face, Recorder(path)]))
    runner = WorkerRunner()
    await runner.add_workers(worker)
    await worker.queue_frames([TextFrame(text), EndFrame()])
    await runner.run()
    print(path)


if __name__ == "__main__":
    defaults = ["Hello, I am a puppet.", "wilk", "pipecat.mp4"]
    asyncio.run(main(*(sys.argv[1:] + defaults[len(sys.argv) - 1 :])))
