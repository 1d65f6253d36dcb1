"""What users hand in: a picture or a recording, as a file, a name or an array."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkinghead.clock import RATE
from talkinghead.errors import FaceError
from talkinghead.media.audio import as_waveform, read_audio
from talkinghead.media.image import read_image
from talkinghead.media.samples import PORTRAITS, portrait
from talkinghead.types import Array, Waveform

ImageSource = str | Path | Array  # a file, the name of a sample portrait, or (h, w, 3) uint8 RGB
AudioSource = str | Path | Waveform | tuple[Array, int]  # a file, a waveform, or samples and rate


def picture(image: ImageSource) -> tuple[Array, str]:
    """(h, w, 3) uint8 RGB of a picture, and what messages call it."""
    if not isinstance(image, str | Path):
        return image, "picture"
    if str(image) in PORTRAITS and not Path(image).exists():
        return portrait(str(image)), str(image)
    return read_image(image), str(image)


@contextmanager
def at_size(size: int | None, where: str) -> Iterator[None]:
    """Whatever is wrong with a face at a `size` in pixels names the picture and the size."""
    try:
        yield
    except FaceError as problem:
        at = "" if size is None else f"at size {size} "
        raise FaceError(f"{where}: {at}{problem}") from problem


def sound(audio: AudioSource) -> Waveform:
    """What is heard in a recording, at RATE."""
    if isinstance(audio, str | Path):
        return read_audio(audio)
    if isinstance(audio, Waveform):
        return audio if audio.rate == RATE else as_waveform(audio.samples, audio.rate)
    return as_waveform(*audio)
