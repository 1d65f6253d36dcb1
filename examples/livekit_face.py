"""A face for a LiveKit agent that needs no key: it repeats what you type, with a local voice.

    livekit-server --dev
    pip install 'talkinghead[livekit,espeak]'
    LIVEKIT_URL=ws://localhost:7880 LIVEKIT_API_KEY=devkey LIVEKIT_API_SECRET=secret \\
        python examples/livekit_face.py dev

Join the room at https://meet.livekit.io with the same address and a token of `lk token create`,
and write into its chat. A speech-to-text and an LLM in the AgentSession make it a voice agent.
"""

import asyncio

from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    Agent,
    AgentSession,
    APIConnectOptions,
    JobContext,
    WorkerOptions,
    cli,
    tts,
    utils,
)
from livekit.agents.voice.room_io import RoomOptions, TextInputEvent, TextInputOptions

from talkinghead.live.livekit import AvatarSession
from talkinghead.speech.synthesis import synthesize_speech

RATE = 22_050  # of espeak-ng


class LocalVoice(tts.TTS):
    """Speaks with Piper or espeak-ng."""

    def __init__(self) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1
        )

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Speak a text."""
        return _Speech(tts=self, input_text=text, conn_options=conn_options)


class _Speech(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        wave = await asyncio.to_thread(synthesize_speech, self.input_text)
        output_emitter.initialize(
            request_id=utils.shortuuid(), sample_rate=wave.rate, num_channels=1,
            mime_type="audio/pcm",
        )  # fmt: skip
        output_emitter.push((wave.samples * 32767).astype("<i2").tobytes())
        output_emitter.flush()


async def entrypoint(ctx: JobContext) -> None:
    """Show the face in the room, and repeat what is written there."""
    await ctx.connect()
    session: AgentSession = AgentSession(tts=LocalVoice())
    face = AvatarSession("wilk")
    await face.start(session, room=ctx.room)

    def repeat(session: AgentSession, event: TextInputEvent) -> None:
        session.interrupt()
        session.say(event.text)

    options = RoomOptions(
        text_input=TextInputOptions(text_input_cb=repeat), audio_input=False, audio_output=False
    )
    await session.start(Agent(instructions=""), room=ctx.room, room_options=options)
    session.say("Hello. I repeat what you write.")


if __name__ == "__main__":
    cli.run_app(WorkerOptions(entrypoint_fnc=entrypoint))
