"""Request for a dubbed video: a video whose face says other words."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from talkinghead.config import NATURAL_AMP_LIP, Amount, Integer, ModelConfig, MotionConfig
from talkinghead.errors import ImageError
from talkinghead.field_options import Flag
from talkinghead.requests.animation import PhotoRequest, VideoRequest, check_faces_or_speech
from talkinghead.requests.files import (
    check_file,
    default_output,
    is_demo_portrait,
    name_of_speech,
)
from talkinghead.requests.input_types import (
    AUDIO_HELP,
    AUDIO_TRACK_HELP,
    SAY_HELP,
    VOICE_HELP,
    AudioPerFace,
    AudioTrack,
    InputFile,
    OptionalAudio,
    Say,
    Text,
    VoiceName,
)
from talkinghead.validation import CombinationError, FrozenModel

_VIDEO = "the video"


class LipConfig(FrozenModel):
    """How lips and jaw move. Head, eyes and brows stay those of the video."""

    TITLE: ClassVar = MotionConfig.TITLE

    amp_lip_x: Amount = Field(
        default=NATURAL_AMP_LIP,
        description="how far lips move sideways; 2 is natural, 1 half of it, 0 not at all",
    )
    amp_lip_y: Amount = Field(
        default=NATURAL_AMP_LIP, description="how far lips and jaw open; 2 is natural"
    )


class DubRequest(VideoRequest):
    """A video in which one person says a recording, or several people one each.

    A picture instead of a video is animated as by PhotoRequest.
    """

    video: Annotated[Text, Flag(kind="name or file", positional=1, metavar="VIDEO")] = Field(
        description="a video with a face; a picture is animated as by 'talkinghead photo'"
    )
    audio: OptionalAudio = Field(default=None, description=AUDIO_HELP)
    audio_track: AudioTrack = Field(default=None, description=AUDIO_TRACK_HELP)
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)
    face: Integer | None = Field(
        default=None,
        description="which person, numbered from 0 from left to right in the first frame that "
        "shows enough of them (default: the largest face of each shot)",
    )
    face_like: Annotated[InputFile, Flag(kind="file", metavar="PICTURE")] = Field(
        default=None, description="the person who looks like the face in this picture"
    )
    faces: AudioPerFace = Field(
        default_factory=dict,
        description="several people, each with their own recording, as in '0=hers.wav 1=his.wav'; "
        "instead of one recording and --face",
    )
    extend: Annotated[Literal["pingpong", "loop", "hold"], Flag(group=_VIDEO)] = Field(
        default="pingpong",
        description="where the recording is longer than the video: play it backwards and forwards, "
        "play it again, or hold its last frame",
    )
    keep: Annotated[bool, Flag(group=_VIDEO)] = Field(
        default=False,
        description="where the video is longer than the recording, keep the rest of it as filmed, "
        "with its own audio, instead of cutting it off",
    )
    keep_streams: Annotated[bool, Flag(group=_VIDEO)] = Field(
        default=False, description="copy the video's own audio tracks and subtitles, too"
    )
    lip_config: LipConfig = LipConfig()
    models: ModelConfig = ModelConfig()

    _photo: PhotoRequest | None = PrivateAttr(default=None)

    @property
    def default_target(self) -> Path:
        """Named after the video and the recording or text, in the current folder."""
        speech = "faces" if self.faces else name_of_speech(self.audio, self.say)
        return default_output(self.video, speech)

    @property
    def sources(self) -> tuple[str | Path, ...]:
        """The video, the recordings, and the picture of the person."""
        single = [name for name in (self.audio, self.face_like) if name is not None]
        return (self.video, *single, *self.faces.values())

    @property
    def frame_rate(self) -> float:
        """0: that of the video, whatever it is."""
        return 0.0

    @property
    def photo(self) -> PhotoRequest | None:
        """The request that animates the picture, if it is one."""
        return self._photo

    @property
    def motion_config(self) -> MotionConfig:
        """Lips as requested; head and eyes do not move by themselves."""
        return MotionConfig(
            amp_lip_x=self.lip_config.amp_lip_x,
            amp_lip_y=self.lip_config.amp_lip_y,
            still=True,
            blink=0.0,
        )

    @property
    def speech(self) -> list[tuple[int | None, Path | None]]:
        """Number of each person, with a recording, or None for the text `say`.

        The number is None for the largest, or the one who is like the picture.
        """
        return list(self.faces.items()) if self.faces else [(self.face, self.audio)]

    def check_inputs(self) -> None:
        """Refuse a recording beside several faces, and formats that keep no time stamps."""
        from talkinghead.media.video_copy import (  # imports FFmpeg: not for --help
            check_copy_format,
            check_kept_streams,
        )

        check_faces_or_speech(
            self.faces, self.audio, self.say, self.voice,
            face=self.face, face_like=self.face_like,
        )  # fmt: skip
        if self.face is not None and self.face_like is not None:
            raise CombinationError("{face} and {face_like} exclude each other; leave one out")
        if is_picture(self.video):
            self._photo = PhotoRequest(
                photo=self.video,
                audio=self.audio,
                audio_track=self.audio_track,
                say=self.say,
                voice=self.voice,
                face=self.face,
                faces=self.faces,
                output=self.target,
                credentials=self.credentials,
                motion_config=MotionConfig(**self.lip_config.model_dump()),
                models=self.models,
            )
            return
        check_file(self.video)
        check_copy_format(self.target)
        if self.keep_streams:
            check_kept_streams(Path(self.video), self.target)


def is_picture(name: str) -> bool:
    """Whether this is a demo portrait or a picture that does not move. Raises InputError."""
    from talkinghead.media.image_formats import open_picture  # imports Pillow: not for --help

    if is_demo_portrait(name):
        return True
    try:
        with open_picture(check_file(name)) as picture:
            return int(getattr(picture, "n_frames", 1)) == 1
    except ImageError:
        return False
