"""One picture and a voice recording in, a video of that face saying those words out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from talkinghead.config import Output, Style
    from talkinghead.errors import TalkingHeadError
    from talkinghead.media.audio import read_audio
    from talkinghead.media.encode import write_video
    from talkinghead.media.image import read_image, write_image
    from talkinghead.pipeline import Animator
    from talkinghead.puppet.store import list_puppets, load_puppet
    from talkinghead.speech.sequence import cut_audio_sequence, get_audio_feature_extractor
    from talkinghead.types import (
        Clip,
        FaceTrack,
        LandmarkTrack,
        Portrait,
        Puppet,
        Subject,
        Waveform,
    )

    __version__: str

__all__ = [
    "Animator",
    "Clip",
    "FaceTrack",
    "LandmarkTrack",
    "Output",
    "Portrait",
    "Puppet",
    "Style",
    "Subject",
    "TalkingHeadError",
    "Waveform",
    "__version__",
    "cut_audio_sequence",
    "get_audio_feature_extractor",
    "list_puppets",
    "load_puppet",
    "read_audio",
    "read_image",
    "write_image",
    "write_video",
]

# Fetched when first asked for: torch takes two seconds to import, and --help must not.
_HOMES = {
    "config": ("Output", "Style"),
    "errors": ("TalkingHeadError",),
    "media.audio": ("read_audio",),
    "media.image": ("read_image", "write_image"),
    "media.encode": ("write_video",),
    "pipeline": ("Animator",),
    "speech.sequence": ("cut_audio_sequence", "get_audio_feature_extractor"),
    "puppet.store": ("list_puppets", "load_puppet"),
    "types": (
        "Clip", "FaceTrack", "LandmarkTrack", "Portrait", "Puppet", "Subject", "Waveform",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module 'talkinghead' has no attribute {name!r}")
    value = getattr(import_module(f"talkinghead.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("talkinghead")
    except PackageNotFoundError:
        return "unknown, not installed"
