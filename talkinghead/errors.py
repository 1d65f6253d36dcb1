"""The exceptions of this package.

    TalkingHeadError
    ├── InputError            what the user handed over cannot be used
    │   ├── AudioError        no sound, unreadable, not a waveform
    │   ├── ImageError        unreadable or unusable picture
    │   ├── FaceError         no face, or not the face asked for
    │   └── PuppetError       unknown or broken puppet folder
    ├── OutputError           the result cannot be written
    └── WeightsError          a checkpoint is missing, damaged or does not fit

Every message says what is wrong, where, and what to do. The library raises;
only `talkinghead.app` prints and exits.
"""


class TalkingHeadError(Exception):
    """Base of every error a caller may want to catch."""


class InputError(TalkingHeadError, ValueError):
    """What was handed over cannot be used."""


class AudioError(InputError):
    """No sound, unreadable, or not a waveform."""


class ImageError(InputError):
    """An unreadable or unusable picture."""


class FaceError(InputError):
    """No face, or not the face asked for."""


class PuppetError(InputError):
    """An unknown or broken puppet."""


class OutputError(TalkingHeadError):
    """The result cannot be written."""


class WeightsError(TalkingHeadError):
    """A checkpoint is missing, damaged or does not fit its network."""
