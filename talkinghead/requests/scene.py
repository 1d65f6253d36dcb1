"""Request for a video of a scene: a file that says who stands where and who speaks when."""

from itertools import chain
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, PrivateAttr

from talkinghead.config import Fps, FrameSize, ModelConfig, RenderConfig
from talkinghead.errors import TalkingHeadError
from talkinghead.field_options import Flag
from talkinghead.puppet.store import puppet_files
from talkinghead.requests.animation import VideoRequest
from talkinghead.requests.files import check_file, check_image, check_speaking_style, default_output
from talkinghead.scene.schema import SceneRecord, field_error, read_scene
from talkinghead.validation import AnyPath


class SceneRequest(VideoRequest):
    """Several puppets and photos that speak in one picture."""

    scene: Annotated[
        AnyPath,
        AfterValidator(check_file),
        Flag(kind="file", positional=1, metavar="SCENE.yaml"),
    ] = Field(description="the file: who stands where, who speaks when")
    fps: Annotated[Fps | None, Flag(group=RenderConfig.TITLE, unit="Hz")] = Field(
        default=None, description="frames per second (default: the scene's)"
    )
    size: Annotated[
        FrameSize,
        Flag(group=RenderConfig.TITLE, unit="pixels"),
    ] = Field(
        default=None,
        description="pixels of the longer side (default, and full: the scene's canvas)",
    )
    models: ModelConfig = ModelConfig()

    _record: SceneRecord = PrivateAttr()  # read by check_inputs

    @property
    def record(self) -> SceneRecord:
        """The content of the file when the request was validated."""
        return self._record

    @property
    def notes(self) -> tuple[str, ...]:
        """A note on the former names in the file."""
        return self._record.notes

    @property
    def default_target(self) -> Path:
        """Named after the scene, in the current folder."""
        return default_output(self.scene)

    @property
    def frame_rate(self) -> float:
        """Frames per second of the video."""
        return self.record.fps if self.fps is None else self.fps

    @property
    def sources(self) -> tuple[str | Path, ...]:
        """The file, all that it names, and the files of its puppets."""
        record = self.record
        puppets = (
            puppet_files(actor.puppet) for actor in record.actors if actor.puppet is not None
        )
        return (*record.sources, *chain.from_iterable(puppets))

    def check_inputs(self) -> None:
        """Read the file; refuse unknown puppets, photos and styles. Raises InputError."""
        record = self._record = read_scene(self.scene)
        for actor in record.actors:
            for field, name, check in (
                ("puppet", actor.puppet, puppet_files),
                ("photo", actor.photo, check_image),
                ("style_from", actor.style_from, self._check_style),
            ):
                try:
                    if name is not None:
                        check(name)
                except TalkingHeadError as error:
                    where = f"actors.{actor.name}.{field}"
                    raise field_error(record.path, where, f"cannot be used: {error}") from error

    def _check_style(self, style: str) -> None:
        check_speaking_style(style, self.models.ckpt)
