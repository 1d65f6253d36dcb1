"""Loads pictures and recordings given as files, arrays or names of demo portraits."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import FaceError, ImageError
from talkinghead.media.audio import as_waveform, read_audio
from talkinghead.media.image import read_image
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

ImageSource = str | Path | Array  # a file, the name of a demo portrait, or (h, w, 3) uint8 RGB
AudioSource = str | Path | Waveform | tuple[Array, int]  # a file, a waveform, or samples and rate


def load_image(image: ImageSource) -> tuple[Array, str]:
    """(h, w, 3) uint8 RGB of a picture, and its name for messages. Raises ImageError."""
    if not isinstance(image, str | Path):
        return image, "picture"
    if str(image) in DEMO_PORTRAITS and not Path(image).exists():
        return demo_portrait(str(image)), str(image)
    return read_image(image), str(image)


def load_audio(audio: AudioSource) -> Waveform:
    """The waveform of a recording at RATE. Raises AudioError."""
    if isinstance(audio, str | Path):
        return read_audio(audio)
    if isinstance(audio, Waveform):
        return audio if audio.rate == RATE else as_waveform(audio.samples, audio.rate)
    return as_waveform(*audio)


def demo_portrait(name: str) -> Array:
    """(h, w, 3) uint8 RGB of a demo portrait. Raises ImageError."""
    if name not in DEMO_PORTRAITS:
        names = " or ".join(DEMO_PORTRAITS)
        raise ImageError(f"unknown demo portrait {name!r}; choose {names}")
    package, file = DEMO_PORTRAITS[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImageError(f"demo portrait {name}: needs the package {package}; install it")
    return read_image(Path(spec.origin).parent / file)


@contextmanager
def face_errors_at(size: int | None, where: str) -> Iterator[None]:
    """Add the name of the picture, and the size in pixels, to a FaceError of the block."""
    try:
        yield
    except FaceError as problem:
        at = "" if size is None else f"at size {size} "
        raise FaceError(f"{where}: {at}{problem}") from problem
