"""The exceptions of this package.

    TalkingHeadError
    ├── InputError            an invalid argument or file
    │   ├── AudioError        missing, unreadable or invalid audio
    │   ├── ImageError        an unreadable or invalid picture
    │   ├── FaceError         no face, or not the requested one
    │   └── PuppetError       an unknown or invalid puppet
    ├── OutputError           the result cannot be written
    └── WeightsError          a checkpoint is missing, damaged or does not fit

Every message says in one line what is wrong, where, and what to do. The library raises them;
only `talkinghead.cli` and `talkinghead.web` report them.
"""

from typing import Final

# Module that an optional feature imports -> extra of pyproject.toml that installs it.
EXTRAS: Final = {
    "fastapi": "serve",
    "starlette": "serve",
    "uvicorn": "serve",
    "python_multipart": "serve",
    "matplotlib": "plot",
    "face_alignment": "face-alignment",
    "c2pa": "credentials",
    "cryptography": "credentials",
    "pillow_heif": "heic",
    "skimage": "evaluate",
    "sklearn": "evaluate",
    "lightning_fabric": "train",
    "pocketsphinx": "train",
    "espeakng_loader": "espeak",
    "websockets": "serve",
    "sounddevice": "live",
    "pyvirtualcam": "live",
    "aiortc": "webrtc",
    "pipecat": "pipecat",
    "livekit": "livekit",
    "ray": "ray",
    "s3fs": "storage",
    "gcsfs": "storage",
}


class TalkingHeadError(Exception):
    """Base class of the errors of this package."""


class InputError(TalkingHeadError, ValueError):
    """An invalid argument or file."""


class AudioError(InputError):
    """Missing, unreadable or invalid audio."""


class ImageError(InputError):
    """An unreadable or invalid picture."""


class FaceError(InputError):
    """No face, or not the requested one."""


class PuppetError(InputError):
    """An unknown or invalid puppet."""


class OutputError(TalkingHeadError):
    """The result cannot be written."""


class WeightsError(TalkingHeadError):
    """A checkpoint is missing, damaged or does not fit its network."""


def describe_error(error: Exception) -> str | None:
    """The message for the user, one or more lines; None for a bug of the program itself."""
    if isinstance(error, TalkingHeadError):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return describe_missing_package(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if _is_out_of_memory(error):
        return "memory ran out; use a smaller --size or a shorter recording"
    return None


def describe_missing_package(error: ModuleNotFoundError) -> str | None:
    """The message that names the extra to install; None for a package of no extra."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        return None
    return (
        f"this needs the Python package {package!r}, which is not installed; "
        f"pip install 'talkinghead[{EXTRAS[package]}]'"
    )


def _is_out_of_memory(error: Exception) -> bool:
    """Whether Python, NumPy, torch or OpenCV report with this error that memory ran out."""
    message = str(error).lower()
    return (
        isinstance(error, MemoryError) or "out of memory" in message or "failed to alloc" in message
    )
