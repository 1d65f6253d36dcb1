"""How long a recording is, counted and not believed."""

from pathlib import Path

from talkinghead.errors import AudioError
from talkinghead.media.container import opened


def seconds_of(source: str | Path, at_most: float) -> float:
    """Seconds of sound in a file; counting stops soon beyond `at_most`.

    Nothing is kept, so that an hour in a small file costs no memory. A file without a sound
    track has 0 seconds. Raises AudioError for what cannot be decoded.
    """
    seconds = 0.0
    with opened(source, AudioError, "sound") as container:
        if not container.streams.audio:
            return seconds
        for frame in container.decode(audio=0):
            seconds += frame.samples / frame.sample_rate
            if seconds > at_most:
                break
    return seconds
