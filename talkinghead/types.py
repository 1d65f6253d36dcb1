"""What flows between the rooms: frozen dataclasses that refuse nonsense."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from talkinghead.clock import FPS, MEL_FPS
from talkinghead.errors import AudioError, FaceError, ImageError, InputError, PuppetError
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT
from talkinghead.rotation import rotations

Array = np.ndarray[Any, np.dtype[Any]]

SHAPES = "ABCDEFGHX"  # the mouths of cartoon animation; speech.mouth_shapes says what they show
REST = "X"  # the mouth of somebody who does not speak


def _finite(what: str, values: Array, error: type[InputError] = InputError) -> None:
    if not np.isfinite(values).all():
        raise error(f"{what} holds NaN or infinite values")


def _shaped(
    what: str, values: Array, shape: tuple[int | None, ...], error: type[InputError] = InputError
) -> None:
    """Refuse `values` unless its shape is `shape`, where None stands for any length."""
    fits = values.ndim == len(shape) and all(
        want in (None, got) for want, got in zip(shape, values.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("n" if n is None else str(n) for n in shape)
        raise error(f"{what} must have shape ({wanted}), got {values.shape}")


@dataclass(frozen=True)
class Waveform:
    """Mono sound."""

    samples: Array  # (n,) float32 in [-1, 1]
    rate: int  # Hz

    def __post_init__(self) -> None:
        _shaped("waveform", self.samples, (None,), AudioError)
        if self.samples.size == 0:
            raise AudioError("the sound is empty (0 samples); give a file with at least one")
        if not np.issubdtype(self.samples.dtype, np.floating):
            raise AudioError(
                f"a waveform holds floats in [-1, 1], got {self.samples.dtype}; "
                "'as_waveform(samples, rate)' scales them"
            )
        _finite("waveform", self.samples, AudioError)
        if self.rate <= 0:
            raise AudioError(f"sample rate must be positive, got {self.rate}")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(self.samples.size / self.rate)


@dataclass(frozen=True)
class SpeechFeatures:
    """What was heard: content and activity over time, and one speaker embedding."""

    content: Array  # (t, d) float32 at content_fps
    activity: Array  # (frames,) float32 in [0, 1] at FPS; 0 is silence
    speaker: Array  # (256,) float32 of unit norm; zeros where nobody speaks
    heard: Array  # (t, w) float32 at content_fps: what the content branch hears
    content_fps: int = MEL_FPS
    visemes: Array | None = None  # (frames, 2) float32 in [0, 1] at FPS: lips shut, and apart

    def __post_init__(self) -> None:
        if self.visemes is not None:
            _shaped("visemes", self.visemes, (len(self.activity), 2))
        _shaped("content", self.content, (None, None))
        _shaped("heard", self.heard, (len(self.content), None))
        _shaped("activity", self.activity, (None,))
        _shaped("speaker", self.speaker, (256,))
        for name in ("content", "activity", "speaker", "heard"):
            _finite(name, getattr(self, name))


@dataclass(frozen=True)
class FaceShape:
    """A face at rest, mouth closed, in face units (face width 1, upright, y down)."""

    points: Array  # (68, 3) float32

    def __post_init__(self) -> None:
        _shaped("face shape", self.points, (COUNT, 3), FaceError)
        _finite("face shape", self.points, FaceError)


@dataclass(frozen=True)
class FaceTrack:
    """A face over time, in face units; head motion is kept apart from the points."""

    points: Array  # (t, 68, 3) face units, without head motion
    pose: Array  # (t, 6): yaw, pitch, roll in degrees, then x, y, z in face widths
    fps: float = FPS

    def __post_init__(self) -> None:
        _shaped("face track", self.points, (None, COUNT, 3), FaceError)
        _shaped("head pose", self.pose, (len(self.points), 6), FaceError)
        _finite("face track", self.points, FaceError)
        _finite("head pose", self.pose, FaceError)
        if self.fps <= 0:
            raise InputError(f"frame rate must be positive, got {self.fps}")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class LandmarkTrack:
    """Landmarks over time in pixels of one picture, y down."""

    points: Array  # (t, 68, 3) pixels; z in pixels too, nearer is smaller
    fps: float

    def __post_init__(self) -> None:
        _shaped("landmark track", self.points, (None, COUNT, 3), FaceError)
        _finite("landmark track", self.points, FaceError)
        if self.fps <= 0:
            raise InputError(f"frame rate must be positive, got {self.fps}")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class FaceFrame:
    """Where a face stands in a picture: pixels = scale * face @ rotation.T + origin."""

    rotation: Array  # (3, 3)
    scale: float  # pixels per face width
    origin: Array  # (3,) pixels

    def __post_init__(self) -> None:
        _shaped("rotation", self.rotation, (3, 3), FaceError)
        _shaped("origin", self.origin, (3,), FaceError)
        if not self.scale > 0:
            raise FaceError(f"face scale must be positive, got {self.scale}")

    def to_pixels(self, points: Array) -> Array:
        """(..., 3) face units to pixels."""
        return points @ self.rotation.T * self.scale + self.origin

    def to_face(self, points: Array) -> Array:
        """(..., 3) pixels to face units; undoes `to_pixels`."""
        return (points - self.origin) / self.scale @ self.rotation

    def place(self, track: FaceTrack) -> LandmarkTrack:
        """Put a face-space track on the picture, head motion included."""
        moved = np.einsum("tij,tpj->tpi", rotations(track.pose[:, :3]), track.points)
        moved = moved + track.pose[:, None, 3:]
        return LandmarkTrack(self.to_pixels(moved).astype(np.float32), track.fps)


@dataclass(frozen=True)
class Portrait:
    """A picture with one chosen face."""

    image: Array  # (h, w, 3) uint8 RGB
    landmarks: Array  # (68, 3) pixels
    matte: Array | None = None  # (h, w) in [0, 1], the person's share; None where unknown
    others: tuple[Array, ...] = ()  # (68, 3) pixels each: faces of others, who stand still

    def __post_init__(self) -> None:
        _shaped("portrait", self.image, (None, None, 3), ImageError)
        if self.image.dtype != np.uint8:
            raise ImageError(f"portrait must be uint8, got {self.image.dtype}")
        if self.matte is not None:
            _shaped("portrait matte", self.matte, self.image.shape[:2], ImageError)
            if not ((self.matte >= 0) & (self.matte <= 1)).all():
                raise ImageError("portrait matte must lie in [0, 1]")
        _shaped("portrait landmarks", self.landmarks, (COUNT, 3), FaceError)
        _finite("portrait landmarks", self.landmarks, FaceError)
        for other in self.others:
            _shaped("another face", other, (COUNT, 3), FaceError)
        width = np.linalg.norm(self.landmarks[JAW_LEFT, :2] - self.landmarks[JAW_RIGHT, :2])
        if width < 8:
            raise FaceError(
                f"the face is {width:.0f} pixels wide; at least 8 are needed; "
                "give a larger picture or size"
            )


@dataclass(frozen=True)
class Layer:
    """One picture of a puppet, all layers on the same canvas."""

    name: str
    image: Array  # (h, w, 4) uint8 RGBA, straight alpha

    def __post_init__(self) -> None:
        _shaped(f"layer {self.name}", self.image, (None, None, 4), PuppetError)


@dataclass(frozen=True)
class Puppet:
    """A drawn character: layers from back to front and the points that move its head."""

    name: str
    layers: dict[str, Layer]  # by role: background, body, head, mouth, eyelids, pupils
    closed: Array  # (68, 2) pixels, mouth closed
    opened: Array  # (68, 2) pixels, mouth open as in the drawing
    triangles: Array | None = None  # (n, 3) into points then border; None: Delaunay
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("closed", "opened"):
            _shaped(f"puppet {self.name}: {name}", getattr(self, name), (COUNT, 2), PuppetError)
            _finite(f"puppet {self.name}: {name}", getattr(self, name), PuppetError)
        if "head" not in self.layers:
            raise PuppetError(f"puppet {self.name}: layer 'head' is missing")
        sizes = {layer.image.shape[:2] for layer in self.layers.values()}
        if len(sizes) != 1:
            raise PuppetError(f"puppet {self.name}: layers differ in size: {sorted(sizes)}")


@dataclass(frozen=True)
class Footage:
    """A talking clip read for training or measurement."""

    frames: Array  # (t, h, w, 3) uint8 RGB
    fps: float
    audio: Waveform | None

    def __post_init__(self) -> None:
        _shaped("footage", self.frames, (None, None, None, 3), ImageError)


@dataclass(frozen=True)
class Cue:
    """A recording, heard from a moment on."""

    source: "str | Path | Waveform"
    start: float = 0.0  # seconds

    def __post_init__(self) -> None:
        if not 0 <= self.start < float("inf"):
            raise InputError(f"a cue must start at 0 seconds or later, got {self.start}")


@dataclass(frozen=True)
class MouthCue:
    """A drawn mouth, shown from one moment to another."""

    shape: str  # one of SHAPES
    start: float  # seconds
    end: float  # seconds

    def __post_init__(self) -> None:
        if len(self.shape) != 1 or self.shape not in SHAPES:
            raise InputError(f"a mouth shape is one of {SHAPES}, got {self.shape!r}")
        if not 0 <= self.start < self.end < float("inf"):
            raise InputError(
                f"a mouth cue must start at 0 seconds or later and end after it, got {self.start} "
                f"to {self.end}"
            )


@dataclass(frozen=True)
class Clip:
    """A finished clip: frames as a stream, and its sound. The frames can be read once."""

    frames: Iterator[Array]  # of (h, w, 3 or 4) uint8
    count: int
    size: tuple[int, int]  # width, height in pixels
    fps: float
    audio: Waveform | None
    # The file `audio` came from, or the cues it was mixed of; muxed in their own quality.
    sound: str | Path | tuple[Cue, ...] | None = None


class Renderer(Protocol):
    """Paints landmark tracks. One for photos, one for puppets, one for drawings."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        ...

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the track, in order."""
        ...


@dataclass(frozen=True)
class Subject:
    """Who is animated: a face at rest, where it stands, and who paints it."""

    face: FaceShape
    frame: FaceFrame
    renderer: Renderer
    lip_gain: tuple[float, float] = (1.0, 1.0)  # of lips x and y: a puppet's mouth is no man's
