"""Loads pictures and recordings given as files, arrays or names of demo portraits."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL.Image import Image

from talkinghead.assets import DEMO_PORTRAITS, asset_folder
from talkinghead.errors import AudioError, FaceError, ImageError
from talkinghead.media.audio import as_recording, as_waveform, read_audio_track
from talkinghead.media.image import as_image, read_image
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, AudioCue, Waveform

# A file, the name of a demo portrait, a PIL image, or (h, w), (h, w, 3) or (h, w, 4) uint8.
ImageSource = str | Path | Array | Image
AudioSource = str | Path | Waveform | tuple[Array, int]  # a file, a waveform, or samples and rate


def load_image(
    image: ImageSource, notify: Callable[[str], None] | None = None
) -> tuple[Array, str]:
    """(h, w, 3) uint8 RGB of a picture, and its name for messages.

    `notify` is that of `read_image`. Raises ImageError.
    """
    if not isinstance(image, str | os.PathLike):
        return as_image(image), "picture"
    if str(image) in DEMO_PORTRAITS and not Path(image).exists():
        return demo_portrait(str(image)), str(image)
    return read_image(image, notify), str(image)


def load_audio(
    audio: AudioSource,
    *,
    track: int | None = None,
    notify: Callable[[str], None] | None = None,
    holds_speech: Callable[[Waveform], bool] | None = None,
) -> Waveform:
    """The waveform of a recording at RATE. Raises AudioError.

    Other arguments are those of `read_audio`, for a file.
    """
    return load_audio_cue(audio, track=track, notify=notify, holds_speech=holds_speech)[0]


def load_audio_cue(
    audio: AudioSource,
    *,
    track: int | None = None,
    notify: Callable[[str], None] | None = None,
    holds_speech: Callable[[Waveform], bool] | None = None,
) -> tuple[Waveform, AudioCue]:
    """As `load_audio`; also the same audio at its own rate and channels, for the video."""
    if isinstance(audio, str | Path):
        wave, track = read_audio_track(audio, track, notify, holds_speech)
        return wave, AudioCue(audio, track=track)
    if track not in (None, 1):
        raise AudioError(f"there is no audio track {track}: samples are one track")
    if isinstance(audio, Waveform):
        wave = audio if audio.rate == RATE else as_waveform(audio.samples, audio.rate)
        return wave, AudioCue(audio)
    samples, rate = _samples_and_rate(audio)
    return as_waveform(samples, rate), AudioCue(as_recording(samples, rate))


def _samples_and_rate(audio: object) -> tuple[Any, Any]:
    if isinstance(audio, tuple) and len(audio) == 2:
        return audio
    given = "samples without their rate" if hasattr(audio, "__array__") else repr(audio)
    raise AudioError(
        "audio must be the path of a file, a Waveform, or a pair (samples, rate), got "
        f"{given if len(given) < 40 and given.isprintable() else type(audio).__name__}"
    )


def demo_portrait(name: str) -> Array:
    """(h, w, 3) uint8 RGB of a demo portrait. Raises ImageError."""
    if name not in DEMO_PORTRAITS:
        names = " or ".join(DEMO_PORTRAITS)
        raise ImageError(f"unknown demo portrait {name!r}; choose {names}")
    return read_image(asset_folder("examples") / DEMO_PORTRAITS[name])


@contextmanager
def face_errors_at(size: int | None, where: str) -> Iterator[None]:
    """Add the name of the picture, and the size in pixels, to a FaceError of the block."""
    try:
        yield
    except FaceError as problem:
        at = "" if size is None else f"at size {size} "
        raise FaceError(f"{where}: {at}{problem}") from problem
