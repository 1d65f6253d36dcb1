"""Types of the fields that several requests have: files that are checked, with their help."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from talkinghead.config import Integer
from talkinghead.errors import ImageError
from talkinghead.field_options import Flag
from talkinghead.media.atomic_write import describe_type
from talkinghead.requests.files import check_audio, check_file, check_image
from talkinghead.validation import AnyPath

AUDIO_HELP: Final = "a recording, or a video with audio, of any usual kind"
AUDIO_TRACK_HELP: Final = (
    "which audio track of a file with several, numbered from 1 (default: the one marked as "
    "default, else the first that holds speech)"
)
FACE_HELP: Final = "which face, numbered from 0 from left to right (default: the largest)"
POSE_HELP: Final = (
    "move head and eyelids as the face in this video does; a video that is too short is played "
    "there and back"
)
STYLE_HELP: Final = (
    "the speaking style of somebody else: head motion, brows and amplitudes, not the words; a "
    "recording, or a name out of 'talkinghead styles'"
)
SAY_HELP: Final = (
    "say this text instead of a recording, with a voice of this machine: Piper's if one is "
    "installed, else espeak-ng's"
)
VOICE_HELP: Final = (
    "the voice of --say: a Piper voice by name or as a file .onnx, or a language of espeak-ng such "
    "as en-us, de or fr (default: the first Piper voice, else en-us)"
)
_TRANSFER: Final = "motion transfer"
_SPEECH: Final = "speech synthesis"


def _optional(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The check, for a value that may be None."""
    return lambda value: None if value is None else check(value)


def _per_face(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The check, for one value, or for a value of each face by its number."""

    def check_all(value: Any) -> Any:
        if isinstance(value, dict):
            return {number: check(item) for number, item in value.items()}
        return None if value is None else check(value)

    return check_all


def _path_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _picture_as_text(value: Any) -> str:
    """The path or name of a picture. Raises ImageError for a picture in memory, or none."""
    if not isinstance(value, str | Path):
        raise ImageError(
            "a request takes the path of a picture or the name of a demo portrait, got "
            f"{describe_type(value)}; Animator takes PIL images and arrays, too"
        )
    return str(value)


def _check_text(text: str) -> str:
    from talkinghead.speech.synthesis import check_text  # imports numpy: not for --help

    return check_text(text)


def _check_voice(voice: str) -> str:
    from talkinghead.speech.voices import find_voice  # imports numpy: not for --help

    find_voice(voice)
    return voice


AudioTrack = Annotated[Integer, Field(ge=1)] | None
Text = Annotated[str, BeforeValidator(_path_as_text)]  # a name, or a path
OptionalText = Annotated[str | None, BeforeValidator(_path_as_text)]
InputFile = Annotated[AnyPath | None, AfterValidator(_optional(check_file))]
Image = Annotated[
    str,
    BeforeValidator(_picture_as_text),
    AfterValidator(check_image),
    Flag(kind="name or file", positional=1, metavar="IMAGE"),
]
Background = Annotated[
    AnyPath | None,
    AfterValidator(_optional(lambda path: Path(check_image(path)))),
    Flag(kind="file", metavar="IMAGE"),
]
_AUDIO: Final = Flag(kind="file", positional=2, metavar="AUDIO")
Audio = Annotated[AnyPath, AfterValidator(check_audio), _AUDIO]
OptionalAudio = Annotated[AnyPath | None, AfterValidator(_optional(check_audio)), _AUDIO]
AudioPerFace = Annotated[
    dict[int, AnyPath],
    AfterValidator(_per_face(check_audio)),
    Flag(kind="files", numbered="recording", metavar="N=AUDIO"),
]
Say = Annotated[
    str | None, AfterValidator(_optional(_check_text)), Flag(metavar="TEXT", group=_SPEECH)
]
VoiceName = Annotated[
    str | None,
    BeforeValidator(_path_as_text),
    AfterValidator(_optional(_check_voice)),
    Flag(kind="name or file", metavar="VOICE", group=_SPEECH),
]
PoseVideo = Annotated[InputFile, Flag(kind="file", metavar="VIDEO", group=_TRANSFER)]
PoseVideoPerFace = Annotated[
    AnyPath | dict[int, AnyPath] | None,
    AfterValidator(_per_face(check_file)),
    Flag(
        kind="file",
        metavar="VIDEO",
        group=_TRANSFER,
        numbered="video",
        help_with=("faces", "; with --faces for all, or '0=VIDEO 1=VIDEO'"),
    ),
]


def _style_flag(numbered: str = "") -> Flag:
    return Flag(
        kind="name or file", metavar="AUDIO|NAME", group=_TRANSFER, numbered=numbered,
        aliases=("reuse_train_emb_list",),
        help_with=("faces", "; with --faces for all, or '0=NAME 1=NAME'"),
    )  # fmt: skip


StyleSource = Annotated[str | None, BeforeValidator(_path_as_text), _style_flag()]
StyleSourcePerFace = Annotated[
    Text | dict[int, Text] | None, BeforeValidator(_path_as_text), _style_flag("style")
]
