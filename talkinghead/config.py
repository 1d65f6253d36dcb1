"""Options of the pipeline: motion, rendering, models and devices."""

import math
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from talkinghead.field_options import Flag
from talkinghead.sample_rates import exact_frame_rate, parse_frame_rate
from talkinghead.validation import AnyPath, CombinationError, FrozenModel, list_to_tuple

# MakeItTalk's --amp_lip_x/y default to 2. Here, too, 2 is a mouth that moves as far as real
# mouths do, and 1 is half of that.
NATURAL_AMP_LIP = 2.0
DEFAULT_FPS = 25.0  # frames per second
MIN_FPS, MAX_FPS = 1.0, 120.0
# Pixels. Larger H.264 videos are of a level that phones do not decode, and render for minutes.
MAX_DEFAULT_SIDE = 1920
MAX_ANGLE = 45.0  # degrees; beyond it a single picture does not show the far side of the head


def _to_python_scalar(value: Any) -> Any:
    """A NumPy scalar as a Python number."""
    return value.item() if getattr(value, "shape", None) == () else value


def _to_frame_rate(value: Any) -> Any:
    """A frame rate as the exact one that it stands for; '24000/1001' and Fractions as numbers."""
    if isinstance(value, str) and "/" in value:
        parsed = parse_frame_rate(value)
        value = value if parsed is None else parsed
    elif isinstance(value, Fraction):
        value = float(value)
    value = _to_python_scalar(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(exact_frame_rate(value))
    return value


_RATIO = "a ratio as in 30000/1001"
Number = Annotated[float, BeforeValidator(_to_python_scalar)]
Integer = Annotated[int, BeforeValidator(_to_python_scalar)]
Fps = Annotated[
    float,
    BeforeValidator(_to_frame_rate),
    Field(ge=MIN_FPS, le=MAX_FPS),
    Flag(also=_RATIO),
]
# Of an animation: pixels of the longer side, all of the picture's, or None for those that are
# usual, at most MAX_DEFAULT_SIDE.
FrameSize = Annotated[Integer, Field(ge=32, le=8192)] | Literal["full"] | None
Amount = Annotated[Number, Field(ge=0, le=10)]
Angles = Annotated[
    tuple[Annotated[Number, Field(ge=-MAX_ANGLE, le=MAX_ANGLE)], ...],
    BeforeValidator(list_to_tuple),
    Flag(unit="degrees", metavar="DEG"),
]


class MotionConfig(FrozenModel):
    """How a face moves. Amplitudes are ratios; 0 switches a motion off."""

    TITLE: ClassVar = "how the face moves"

    amp_lip_x: Amount = Field(
        default=NATURAL_AMP_LIP,
        description="how far lips move sideways; 2 is natural, 1 half of it, 0 not at all",
    )
    amp_lip_y: Amount = Field(
        default=NATURAL_AMP_LIP, description="how far lips and jaw open; 2 is natural"
    )
    amp_pos: Amount = Field(
        default=1.0, description="how far the head moves; 1 is natural, 0 not at all"
    )
    amp_brow: Amount = Field(
        default=1.0, description="how far the brows move; 1 is natural, 0 not at all"
    )
    still: bool = Field(default=False, description="keep the head still; lips and eyelids move")
    blink: Annotated[Number, Field(ge=0, le=4)] = Field(
        default=1.0, description="how often the eyes blink; 1 is about 15 times a minute, 0 never"
    )
    seed: Annotated[Integer, Field(ge=0)] = Field(
        default=0,
        description="random seed of blinks and head motion; the same seed gives the same video",
    )
    yaw: Angles = Field(
        default=(),
        description="angles in degrees that the head turns through, spread evenly over the video; "
        "positive turns the nose to the viewer's right",
    )
    pitch: Angles = Field(default=(), description="the same, up and down; positive lowers the nose")
    roll: Angles = Field(
        default=(), description="the same, to the side; positive tilts the head clockwise"
    )


class RenderConfig(FrozenModel):
    """Frame rate, size and layout of the output video."""

    TITLE: ClassVar = "the video"

    fps: Annotated[Fps, Flag(unit="Hz", also=_RATIO)] = Field(
        default=DEFAULT_FPS,
        description="frames per second of the video, also as in 24000/1001; 29.97 and its like "
        "are the NTSC rates",
    )
    size: Annotated[FrameSize, Flag(also="'full'")] = Field(
        default=None,
        description="pixels of the video's longer side, or 'full' for those of the picture "
        f"(default: the picture's, at most {MAX_DEFAULT_SIDE})",
    )
    side_by_side: bool = Field(
        default=False, description="show a drawing of the landmarks to the left of the result"
    )
    crop: Annotated[bool, Flag(help_with=("faces", ", or a box around the heads of --faces"))] = (
        Field(default=False, description="render only a square around the head")
    )


class ComputeConfig(FrozenModel):
    """Folder of the weights, and the device that networks run on."""

    TITLE: ClassVar = "models"

    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="where networks run")
    ckpt: Annotated[AnyPath | None, Flag(metavar="DIR")] = Field(
        default=None, description="folder of the weights (default: ckpt/)"
    )

    def animator_options(self) -> dict[str, Any]:
        """The arguments of `Animator`, without the translator, which only photos need."""
        return {"device": self.device, "ckpt": self.ckpt, "refine": False}


class DetectorConfig(ComputeConfig):
    """Models, and the face detector."""

    detector: Literal["mediapipe", "face-alignment"] = Field(
        default="mediapipe",
        description="face detector: mediapipe works offline, face-alignment downloads its "
        "networks on first use",
    )

    def animator_options(self) -> dict[str, Any]:
        """The arguments of `Animator`."""
        return super().animator_options() | {"detector": self.detector}


class ModelConfig(DetectorConfig):
    """Models, the face detector, and whether the translator refines photos."""

    fast: Annotated[bool, Flag(aliases=("no-refiner",), old=("unfinished",))] = Field(
        default=False,
        description="render photos by warping alone, without the network that refines the "
        "mouth: about twice as fast",
    )
    runtime: Literal["auto", "torch", "onnx", "openvino"] = Field(
        default="auto",
        description="what runs that network on a CPU: OpenVINO, ONNX Runtime or torch (default: "
        "the fastest that is installed, in this order)",
    )

    def animator_options(self) -> dict[str, Any]:
        """The arguments of `Animator`."""
        return super().animator_options() | {"refine": not self.fast, "runtime": self.runtime}


class EngineConfig(FrozenModel):
    """Where the jobs of a batch run, and what each of them gets."""

    TITLE: ClassVar = "where jobs run"

    engine: Literal["local", "ray"] = Field(
        default="local",
        description="processes of this machine, or workers on Ray, of one machine or many",
    )
    address: Annotated[str | None, Flag(metavar="HOST:PORT")] = Field(
        default=None,
        description="of the Ray cluster; 'auto' for the one this machine belongs to (default: Ray "
        "is started on this machine)",
    )
    workers: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None,
        description="at most so many jobs at once, each in a process with its own networks "
        "(default: as many as there are CPUs for)",
    )
    cpus_per_job: Annotated[Number, Field(ge=0.01)] | None = Field(
        default=None, description="CPUs that each job gets (default: 1)"
    )
    gpus_per_job: Annotated[Number, Field(ge=0)] = Field(
        default=0.0,
        description="GPUs that each job gets on Ray, also a fraction as in 0.25; local processes "
        "take all GPUs in turn",
    )
    retries: Annotated[Integer, Field(ge=0)] = Field(
        default=2,
        description="how often a job is tried again whose process died or whose output could not "
        "be written",
    )

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        if self.address is not None and self.engine != "ray":
            raise CombinationError("{address} is a Ray cluster's; add {engine} ray", "engine")
        return self
