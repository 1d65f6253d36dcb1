"""Requests for a video of one photo or puppet: everything that can be checked without networks."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from talkinghead.config import ComputeConfig, Integer, ModelConfig, MotionConfig, RenderConfig
from talkinghead.errors import OutputError
from talkinghead.field_options import Flag
from talkinghead.media.c2pa import MEDIA_TYPES, Credentials
from talkinghead.media.formats import KNOWN_SUFFIXES, format_of, output_path
from talkinghead.requests.files import (
    check_speaking_style,
    check_video_output,
    default_output,
    free_path,
    name_of_speech,
    notes_on_replacing,
)
from talkinghead.requests.input_types import (
    AUDIO_HELP,
    AUDIO_TRACK_HELP,
    FACE_HELP,
    POSE_HELP,
    SAY_HELP,
    STYLE_HELP,
    VOICE_HELP,
    AudioPerFace,
    AudioTrack,
    Background,
    Image,
    InputFile,
    OptionalAudio,
    PoseVideo,
    PoseVideoPerFace,
    Say,
    StyleSource,
    StyleSourcePerFace,
    Text,
    VoiceName,
)
from talkinghead.validation import AnyPath, CombinationError, FrozenModel, list_to_tuple


class VideoRequest(FrozenModel):
    """What every request for a video has: where it goes, who signs it, where networks run.

    A request that exists has been checked: its values lie in their ranges, its files can be read,
    its output can be written and replaces nothing that is read. Raises InputError, OutputError
    or WeightsError otherwise.
    """

    output: Annotated[
        Path | None,
        BeforeValidator(
            lambda value: output_path(value) if isinstance(value, str | Path) else value
        ),
        Flag(kind="output", letter="o", metavar="OUT"),
    ] = Field(
        default=None,
        description=f"the video to write: {KNOWN_SUFFIXES}, or a folder with / at its end for such "
        "pictures; webp and gif have no audio (default: a name made of the inputs', .mp4, in the "
        "folder you are in)",
    )
    credentials: Annotated[
        tuple[AnyPath, AnyPath] | None,
        BeforeValidator(list_to_tuple),
        Flag(kind="files", metavar=("CHAIN.pem", "KEY.pem")),
    ] = Field(
        default=None,
        description="sign the video as synthetic, with C2PA Content Credentials: the signer's "
        f"certificates and private key ({', '.join(MEDIA_TYPES)}; needs c2pa-python)",
    )
    no_clobber: bool = Field(
        default=False,
        description="keep an existing video, and number the new one: face_speech-2.mp4",
    )
    models: ComputeConfig = ComputeConfig()

    _target: Path = PrivateAttr()

    @property
    def target(self) -> Path:
        """The video to write; with `no_clobber` one that did not exist at the validation."""
        return self._target

    @property
    @abstractmethod
    def default_target(self) -> Path:
        """The video to write if no output is named."""
        ...

    @property
    @abstractmethod
    def sources(self) -> tuple[str | Path, ...]:
        """All that is read for it except weights; some may be names only."""
        ...

    @property
    @abstractmethod
    def frame_rate(self) -> float:
        """Frames per second of the video."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about the files that it names, a line each."""
        return ()

    @property
    def notes_on_output(self) -> tuple[str, ...]:
        """A note if the output exists and will be replaced."""
        return notes_on_replacing(self.target, option=True)

    @property
    def signer(self) -> Credentials | None:
        """Who signs the video."""
        return None if self.credentials is None else Credentials(*self.credentials)

    def check_inputs(self) -> None:
        """Check what concerns several fields. Raises TalkingHeadError."""

    @model_validator(mode="after")
    def _validate(self) -> Self:
        named = self.output or self.default_target
        if named.suffix.lower() == ".png":
            format_of(named)  # the pattern, before existing frames are searched
        self._target = free_path(named) if self.no_clobber else named
        self.check_inputs()
        check_video_output(self.target, *self.sources, fps=self.frame_rate)
        if self.signer is not None:
            self.signer.check(self.target)
        return self


class AnimationRequest(VideoRequest):
    """What requests for a single picture have, a photo or a puppet."""

    motion: Annotated[
        InputFile, Flag(kind="file", metavar="FILE.npz", group=MotionConfig.TITLE)
    ] = Field(
        default=None,
        description="play this motion, which 'talkinghead motion' wrote for the same face; the "
        "other options of motion then change nothing",
    )
    motion_config: MotionConfig = MotionConfig()
    render_config: RenderConfig = RenderConfig()

    @property
    def frame_rate(self) -> float:
        """Frames per second of the video."""
        return self.render_config.fps


class PhotoRequest(AnimationRequest):
    """A photo, painting or drawing that says one recording, or several faces with one each."""

    photo: Image = Field(
        description="a picture with a face, of any kind Pillow reads; or a demo portrait: "
        "astronaut, grace_hopper"
    )
    audio: OptionalAudio = Field(default=None, description=AUDIO_HELP)
    audio_track: AudioTrack = Field(default=None, description=AUDIO_TRACK_HELP)
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)
    face: Integer | None = Field(default=None, description=FACE_HELP)
    faces: AudioPerFace = Field(
        default_factory=dict,
        description="several faces, each with its own recording, as in '0=hers.wav 1=his.wav'; "
        "instead of one recording and --face",
    )
    pose_from: PoseVideoPerFace = Field(default=None, description=POSE_HELP)
    style_from: StyleSourcePerFace = Field(default=None, description=STYLE_HELP)
    models: ModelConfig = ModelConfig()

    @property
    def default_target(self) -> Path:
        """Named after the picture and the recording or text, in the current folder."""
        speech = "faces" if self.faces else name_of_speech(self.audio, self.say)
        return default_output(self.photo, speech)

    @property
    def sources(self) -> tuple[str | Path, ...]:
        """The picture, the recordings, and what motion is taken from."""
        several = [*self.faces.values(), *_values(self.pose_from), *_values(self.style_from)]
        single = [name for name in (self.audio, self.motion) if name is not None]
        return (self.photo, *single, *several)

    @property
    def pose_videos(self) -> dict[int, Path]:
        """Number of a face of `faces` -> the video that its head pose is taken from."""
        return _by_face(self.pose_from, self.faces)

    @property
    def speaking_styles(self) -> dict[int, str]:
        """Number of a face of `faces` -> the recording or name of its speaking style."""
        return _by_face(self.style_from, self.faces)

    def check_inputs(self) -> None:
        """Refuse a recording beside several faces, and unknown styles."""
        check_faces_or_speech(
            self.faces, self.audio, self.say, self.voice, face=self.face, motion=self.motion
        )
        for field in ("pose_from", "style_from"):
            for number in _numbers(getattr(self, field)):
                if number not in self.faces:
                    raise CombinationError(
                        f"{field}: face {number} has no recording; give it one in {{faces}}", field
                    )
        for style in _values(self.style_from):
            check_speaking_style(style, self.models.ckpt)


class CartoonRequest(AnimationRequest):
    """A puppet that says a recording."""

    puppet: Annotated[Text, Flag(kind="name or file", positional=1, metavar="PUPPET")] = Field(
        description="a name out of 'talkinghead puppet list', or a folder"
    )
    audio: OptionalAudio = Field(default=None, description=AUDIO_HELP)
    audio_track: AudioTrack = Field(default=None, description=AUDIO_TRACK_HELP)
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)
    pose_from: PoseVideo = Field(default=None, description=POSE_HELP)
    style_from: StyleSource = Field(default=None, description=STYLE_HELP)
    background: Background = Field(
        default=None, description="a picture behind the puppet (default: its own)"
    )
    transparent: bool = Field(
        default=False,
        description="leave the background out; webm, webp, gif and png do so anyway without "
        "--background",
    )

    # Set when MakeItTalk's options name the puppet's own background, which stays in any format.
    keep_background: bool = False

    @property
    def default_target(self) -> Path:
        """Named after the puppet and the recording or text, in the current folder."""
        return default_output(self.puppet, name_of_speech(self.audio, self.say))

    @property
    def sources(self) -> tuple[str | Path, ...]:
        """The puppet's files, the recording, and what motion is taken from."""
        from talkinghead.puppet.store import puppet_files  # imports numpy: not for --help

        named = (self.background, self.audio, self.pose_from, self.style_from, self.motion)
        return (*(name for name in named if name is not None), *puppet_files(self.puppet))

    @property
    def is_transparent(self) -> bool:
        """Whether the background is left out: on request, or because the format expects it."""
        opaque = self.background is not None or self.keep_background
        return self.transparent or (format_of(self.target).transparent and not opaque)

    def check_inputs(self) -> None:
        """Refuse transparency where there can be none, unknown styles, and none or two speeches."""
        check_speech(self.audio, self.say, self.voice)
        if self.style_from is not None:
            check_speaking_style(self.style_from, self.models.ckpt)
        if not self.transparent:
            return
        if self.background is not None:
            raise CombinationError(
                "{transparent} and {background} exclude each other; leave one out"
            )
        kind = format_of(self.target)
        if kind.muxer is not None and kind.alpha_codec is None:
            suffix = self.target.suffix
            raise OutputError(
                f"{self.target}: {suffix} keeps no transparency; name it .webm, .mov, .webp or .gif"
            )


class SpokenAudio(FrozenModel):
    """A recording, or a text to say; for commands without a request of their own."""

    audio: OptionalAudio = Field(default=None, description=AUDIO_HELP)
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)

    @model_validator(mode="after")
    def _validate(self) -> Self:
        check_speech(self.audio, self.say, self.voice)
        return self


def _values(value: Any) -> Iterator[Any]:
    """The one value, or those of all faces."""
    if isinstance(value, dict):
        yield from value.values()
    elif value is not None:
        yield value


def check_speech(audio: object, say: str | None, voice: str | None) -> None:
    """Refuse none or both of a recording and a text, and a text that nothing here can speak."""
    if audio is not None and say is not None:
        raise CombinationError("{audio} and {say} exclude each other; leave one out")
    if audio is None and say is None:
        raise CombinationError("{audio} is missing; name a recording, or {say} a text", "audio")
    if say is None and voice is not None:
        raise CombinationError("{voice} speaks a text; give one to {say}", "voice")
    if say is not None and voice is None:
        from talkinghead.speech.voices import find_voice  # imports numpy: not for --help

        find_voice()


def check_faces_or_speech(
    faces: dict[int, Path],
    audio: object,
    say: str | None,
    voice: str | None,
    **others: object,
) -> None:
    """As `check_speech`; refuse a speech, and any of the fields `others`, beside `faces`."""
    if faces:
        for name, value in {"audio": audio, "say": say, "voice": voice, **others}.items():
            if value is not None:
                raise CombinationError(
                    f"{{faces}} names faces and recordings; leave {{{name}}} out"
                )
        return
    if audio is None and say is None:
        raise CombinationError(
            "{audio} is missing; name a recording, or {faces} with one for each, or {say} a text",
            "audio",
        )
    check_speech(audio, say, voice)


def _numbers(value: Any) -> Iterator[int]:
    yield from value if isinstance(value, dict) else ()


def _by_face(value: Any, faces: dict[int, Path]) -> dict[int, Any]:
    """Number of a face -> its value: one for all, or as it is."""
    if value is None or isinstance(value, dict):
        return value or {}
    return dict.fromkeys(faces, value)
