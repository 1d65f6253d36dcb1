"""The request for a live face: who is shown, what it says, and where frames go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from talkinghead.config import FrameSize, Integer, ModelConfig, MotionConfig
from talkinghead.errors import InputError
from talkinghead.field_options import Flag
from talkinghead.requests.files import check_image
from talkinghead.requests.input_types import SAY_HELP, VOICE_HELP, Say, Text, VoiceName
from talkinghead.requests.rig import LIVE_LINK_HELP, VMC_HELP, LiveLinkAddress, VmcAddress
from talkinghead.validation import CombinationError, FrozenModel

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator
    from talkinghead.types import Subject

Destination = Literal["page", "stdout", "window", "camera", "rig"]
DEFAULT_SIZE = 512


class LiveRequest(FrozenModel):
    """A face that is shown without end. Raises InputError for what cannot be shown."""

    TITLE: ClassVar = "live"

    subject: Annotated[Text, Flag(kind="name or file", positional=1, metavar="SUBJECT")] = Field(
        description="a puppet of 'talkinghead puppet list', a picture with a face, or a demo "
        "portrait: astronaut, grace_hopper"
    )
    say: Say = Field(default=None, description=SAY_HELP)
    voice: VoiceName = Field(default=None, description=VOICE_HELP)
    microphone: bool = Field(
        default=False, description="speak as the microphone does (needs sounddevice)"
    )
    pcm: Annotated[Integer, Field(ge=8000, le=192_000), Flag(unit="Hz", metavar="RATE")] | None = (
        Field(default=None, description="raw 16-bit mono PCM on stdin, at this sample rate")
    )
    to: Destination = Field(
        default="page",
        description="the page in the browser, which also serves MJPEG and WebM; raw RGB frames on "
        "stdout; a window (needs OpenCV with one); a virtual camera (needs pyvirtualcam); only "
        "the rig of --live-link or --vmc",
    )
    live_link: LiveLinkAddress = Field(default=None, description=LIVE_LINK_HELP)
    vmc: VmcAddress = Field(default=None, description=VMC_HELP)
    look_ahead: Annotated[Integer, Field(ge=80, le=600), Flag(unit="ms", metavar="MS")] = Field(
        default=200,
        description="milliseconds by which the face follows a live voice: 80, 120, 200, 400, 600; "
        "more makes lips more exact",
    )
    size: Annotated[FrameSize, Flag(also="'full'")] = Field(
        default=DEFAULT_SIZE, description="pixels of the picture's longer side, or 'full'"
    )
    crop: bool = Field(default=False, description="show only a square around the head")
    motion_config: MotionConfig = MotionConfig()
    models: ModelConfig = ModelConfig()

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        """Refuse two sources of speech at once."""
        named = [name for name in ("say", "microphone", "pcm") if getattr(self, name)]
        if len(named) > 1:
            first, second = named[:2]
            raise CombinationError(
                f"{{{first}}} and {{{second}}} exclude each other; leave one out"
            )
        if self.voice is not None and self.say is None:
            raise CombinationError("{voice} speaks a text; give one to {say}", "voice")
        if self.to == "rig" and self.live_link is None and self.vmc is None:
            raise CombinationError("{to} rig needs {live_link} or {vmc}", "to")
        if self.to == "stdout" and not named:
            raise CombinationError("{to} stdout needs speech; give {say}, {pcm} or {microphone}")
        return self

    def load_subject(self, animator: "Animator") -> "Subject":
        """The puppet or picture. Raises ImageError, FaceError or PuppetError."""
        from talkinghead.puppet.store import list_puppets  # imports numpy: not for --help

        if self.subject in list_puppets() or Path(self.subject).is_dir():
            return animator.cartoon(self.subject, size=self.size, crop=self.crop)
        try:
            check_image(self.subject)
        except InputError as error:
            raise InputError(
                f"{self.subject}: neither a puppet nor a picture; 'talkinghead puppet list' names "
                "the puppets"
            ) from error
        return animator.photo(self.subject, size=self.size, crop=self.crop)
