"""Where live speech comes from: raw PCM, or the microphone."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, Final

import numpy as np

from talkinghead.errors import AudioError
from talkinghead.live.broadcast import Broadcast

MICROPHONE_RATE: Final = 48_000
CHUNK_SECONDS: Final = 0.02
MAX_DELAY: Final = 0.5  # seconds of a live voice that may wait: its clock may be the faster one


def push_pcm(source: BinaryIO, rate: int, broadcast: Broadcast) -> None:
    """Push raw 16-bit mono PCM until it ends; a source that is faster than speech may wait."""
    size = 2 * round(CHUNK_SECONDS * rate)
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    odd = b""
    while data := read(size):
        data = odd + data
        odd = data[len(data) // 2 * 2 :]
        broadcast.push_audio(np.frombuffer(data[: len(data) - len(odd)], "<i2"), rate)
        while broadcast.session.queued_seconds > 10 and not broadcast.is_closed():
            broadcast.wait(1)
    broadcast.push_audio(np.zeros(0, np.float32), rate, complete=True)


def open_microphone(broadcast: Broadcast, load: Callable[[str], Any] = import_module) -> Any:
    """Start to push what the microphone records; the stream to close.

    Raises AudioError without sounddevice, or without a microphone.
    """
    try:
        sounddevice = load("sounddevice")
    except (ImportError, OSError) as error:  # OSError: PortAudio is missing
        raise AudioError(
            "--microphone needs sounddevice and PortAudio: pip install 'talkinghead[live]', "
            "and apt install libportaudio2 on Linux"
        ) from error

    def receive(samples: Any, frames: int, time: Any, status: Any) -> None:
        del frames, time, status
        if broadcast.session.queued_seconds < MAX_DELAY:
            broadcast.push_audio(np.frombuffer(bytes(samples), "<i2"), MICROPHONE_RATE)

    try:
        stream = sounddevice.RawInputStream(
            samplerate=MICROPHONE_RATE,
            blocksize=round(CHUNK_SECONDS * MICROPHONE_RATE),
            channels=1,
            dtype="int16",
            callback=receive,
        )
        stream.start()
    except sounddevice.PortAudioError as error:
        line = " ".join(str(error).split())
        raise AudioError(f"--microphone: no microphone can be opened: {line}") from error
    return stream
