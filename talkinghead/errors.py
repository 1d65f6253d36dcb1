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
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if _is_out_of_memory(error):
        return "memory ran out; use a smaller --size or a shorter recording"
    return None


def _is_out_of_memory(error: Exception) -> bool:
    """Whether Python, NumPy, torch or OpenCV report with this error that memory ran out."""
    message = str(error).lower()
    return (
        isinstance(error, MemoryError) or "out of memory" in message or "failed to alloc" in message
    )
