"""Requests for the motion of a face, without a video of it: numbers for a rig, and plots."""

from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, PrivateAttr, model_validator

from talkinghead.config import DEFAULT_FPS, DetectorConfig, Fps, Integer, MotionConfig, RenderConfig
from talkinghead.errors import OutputError
from talkinghead.field_options import Flag
from talkinghead.media.motion_export import MOTION_SUFFIXES
from talkinghead.requests.animation import check_speech
from talkinghead.requests.files import check_image, check_output, check_speaking_style, free_path
from talkinghead.requests.input_types import (
    AUDIO_HELP,
    AUDIO_TRACK_HELP,
    FACE_HELP,
    POSE_HELP,
    SAY_HELP,
    STYLE_HELP,
    VOICE_HELP,
    AudioTrack,
    OptionalAudio,
    OptionalText,
    PoseVideo,
    Say,
    StyleSource,
    VoiceName,
)
from talkinghead.requests.rig import LIVE_LINK_HELP, VMC_HELP, LiveLinkAddress, VmcAddress
from talkinghead.validation import AnyPath, CombinationError, FrozenModel

BLENDSHAPE_SUFFIXES = (".csv", ".json", ".glb")
MEAN_FACE = "none"  # in place of a picture
# Of files that somebody may take the folder of plots for.
_FILE_SUFFIXES = frozenset(
    [
        ".txt",
        ".png",
        ".jpg",
        ".jpeg",
        ".pdf",
        ".svg",
        ".csv",
        ".json",
        ".npz",
        ".mp4",
        ".gif",
        ".webm",
    ]
)


class TrackRequest(FrozenModel):
    """A face that moves with a recording. One that exists has been checked, as in VideoRequest."""

    image: Annotated[OptionalText, Flag(kind="name or file", positional=1, metavar="IMAGE")] = (
        Field(
            default=None,
            description="a picture with a face, or a demo portrait (astronaut, grace_hopper), or "
            f"'{MEAN_FACE}' for the mean face",
        )
    )
    audio: OptionalAudio = Field(default=None, description=AUDIO_HELP)
    audio_track: AudioTrack = Field(default=None, description=AUDIO_TRACK_HELP)
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)
    puppet: Annotated[OptionalText, Flag(kind="name or file", metavar="NAME")] = Field(
        default=None, description="a puppet instead of IMAGE"
    )
    face: Integer | None = Field(default=None, description=FACE_HELP)
    pose_from: PoseVideo = Field(default=None, description=POSE_HELP)
    style_from: StyleSource = Field(default=None, description=STYLE_HELP)
    motion_config: MotionConfig = MotionConfig()
    models: DetectorConfig = DetectorConfig()

    @property
    def picture(self) -> str | None:
        """The picture that is read; None for a puppet and for the mean face."""
        return None if self.image == MEAN_FACE else self.image

    @property
    @abstractmethod
    def outputs(self) -> tuple[Path, ...]:
        """The files to write."""
        ...

    @model_validator(mode="after")
    def _validate(self) -> Self:
        if (self.image is None) == (self.puppet is None):
            raise CombinationError(
                "{image} is missing; name a picture, 'none' for the mean face, or a {puppet}"
                if self.image is None
                else "{image} and {puppet} exclude each other; leave one out"
            )
        check_speech(self.audio, self.say, self.voice)
        if self.face is not None and self.picture is None:
            raise CombinationError(
                "{face} chooses among the faces of a picture; leave it out, or give {image}"
            )
        if self.puppet is not None:
            from talkinghead.puppet.store import find_puppet  # imports numpy: not for --help

            find_puppet(self.puppet)
        if self.picture is not None:
            check_image(self.picture)
        if self.style_from is not None:
            check_speaking_style(self.style_from, self.models.ckpt)
        self.check_outputs()
        return self

    def check_outputs(self) -> None:
        """Refuse what cannot be written, or would replace an input. Raises OutputError."""
        for path in self.outputs:
            check_output(path, self.picture, self.audio, self.pose_from, self.style_from)


class MotionRequest(TrackRequest):
    """The motion as numbers."""

    output: Annotated[AnyPath, Flag(kind="output", letter="o", metavar="OUT")] = Field(
        description=f"the file to write; its suffix is its format: {', '.join(MOTION_SUFFIXES)}"
    )
    fps: Annotated[Fps, Flag(group=RenderConfig.TITLE, unit="Hz")] = Field(
        default=DEFAULT_FPS, description="frames per second"
    )

    no_clobber: bool = Field(
        default=False, description="keep an existing file, and number the new one: motion-2.npz"
    )

    _target: Path = PrivateAttr()

    @property
    def target(self) -> Path:
        """The file to write; with `no_clobber` one that did not exist at the validation."""
        return self._target

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The one file."""
        return (self.target,)

    def check_outputs(self) -> None:
        """Number the file if it exists and must be kept; refuse a suffix that is no format."""
        self._target = free_path(self.output) if self.no_clobber else self.output
        super().check_outputs()
        if self.output.suffix.lower() not in MOTION_SUFFIXES:
            raise OutputError(
                f"{self.output}: unknown suffix {self.output.suffix!r}; name it "
                f"{', '.join(MOTION_SUFFIXES)}"
            )


class BlendshapesRequest(TrackRequest):
    """The motion as ARKit's blendshapes, in a file, or sent while it lasts, or both."""

    output: Annotated[AnyPath | None, Flag(kind="output", letter="o", metavar="OUT")] = Field(
        default=None,
        description="the file to write: .csv as Live Link Face records it, .json, or .glb, an "
        "animated face in glTF",
    )
    live_link: LiveLinkAddress = Field(default=None, description=LIVE_LINK_HELP)
    vmc: VmcAddress = Field(default=None, description=VMC_HELP)
    fps: Annotated[Fps, Flag(unit="Hz")] = Field(
        default=60.0, description="frames per second; Live Link Face has 60"
    )
    no_clobber: bool = Field(
        default=False, description="keep an existing file, and number the new one: face-2.csv"
    )

    _target: Path | None = PrivateAttr()

    @property
    def target(self) -> Path | None:
        """The file to write, if any; with `no_clobber` one that did not exist."""
        return self._target

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The one file, or none."""
        return () if self.target is None else (self.target,)

    def check_outputs(self) -> None:
        """Refuse a request without a file and an address, unknown suffixes."""
        named = self.output
        if named is None and self.live_link is None and self.vmc is None:
            raise CombinationError(
                "{output} is missing; name a file, or where to send to with {live_link} or {vmc}",
                "output",
            )
        self._target = free_path(named) if named is not None and self.no_clobber else named
        super().check_outputs()
        if named is not None and named.suffix.lower() not in BLENDSHAPE_SUFFIXES:
            raise OutputError(
                f"{named}: unknown suffix {named.suffix!r}; name it "
                f"{', '.join(BLENDSHAPE_SUFFIXES)}"
            )


class PlotRequest(TrackRequest):
    """The motion as plots, and as a drawing that moves."""

    output: Annotated[AnyPath, Flag(kind="output", letter="o", metavar="DIR")] = Field(
        description="folder to write in"
    )

    @property
    def outputs(self) -> tuple[Path, ...]:
        """Curves, the landmarks on the picture, and their video."""
        names = ("track.png", "landmarks.png", "landmarks.mp4")
        return tuple(self.output / name for name in names)

    def check_outputs(self) -> None:
        """Refuse a file in place of the folder. Raises OutputError."""
        is_folder = self.output.is_dir()
        if not is_folder and (self.output.exists() or self.output.suffix.lower() in _FILE_SUFFIXES):
            raise OutputError(
                f"{self.output}: is a file's name, and 'plot' writes several files; name a folder"
            )
        super().check_outputs()
