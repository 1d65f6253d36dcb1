"""The data passed between modules: frozen dataclasses that validate their content.

Invalid content raises a subclass of InputError: AudioError, ImageError, FaceError or PuppetError.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from talkinghead.errors import AudioError, FaceError, ImageError, InputError, PuppetError
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT
from talkinghead.rotation import euler_to_matrix
from talkinghead.sample_rates import FPS, MEL_FPS

Array = np.ndarray[Any, np.dtype[Any]]

MOUTH_SHAPES = "ABCDEFGHX"  # the nine mouth shapes of 2-D animation; see speech.visemes
# What the teeth show: the tongue's tip behind the upper teeth, its tip between the teeth, its back
# raised, and the lower lip at the upper teeth.
ARTICULATIONS = ("tip", "dental", "back", "labiodental")
IDLE_MOUTH = "X"  # the mouth shape of silence


def _require_finite(what: str, values: Array, error: type[InputError] = InputError) -> None:
    if not np.isfinite(values).all():
        raise error(f"{what} contains NaN or infinite values")


def _require_shape(
    what: str, values: Array, shape: tuple[int | None, ...], error: type[InputError] = InputError
) -> None:
    """Raise `error` unless the shape of `values` is `shape`, where None matches any length."""
    fits = values.ndim == len(shape) and all(
        length in (None, actual) for length, actual in zip(shape, values.shape, strict=True)
    )
    if not fits:
        expected = ", ".join("n" if n is None else str(n) for n in shape)
        raise error(f"{what} must have shape ({expected}), got {values.shape}")


def _require_articulation(values: Array | None, frames: int) -> None:
    if values is not None:
        _require_shape("articulation", values, (frames, len(ARTICULATIONS)), FaceError)


@dataclass(frozen=True)
class Waveform:
    """Mono audio."""

    samples: Array  # (n,) float32 in [-1, 1]
    rate: int  # Hz

    def __post_init__(self) -> None:
        _require_shape("waveform", self.samples, (None,), AudioError)
        if self.samples.size == 0:
            raise AudioError("the audio is empty (0 samples); record it again")
        if not np.issubdtype(self.samples.dtype, np.floating):
            raise AudioError(
                f"waveform must be floats in [-1, 1], got {self.samples.dtype}; "
                "convert it with 'as_waveform(samples, rate)'"
            )
        _require_finite("waveform", self.samples, AudioError)
        if self.rate <= 0:
            raise AudioError(f"sample rate must be positive, got {self.rate}")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(self.samples.size / self.rate)


@dataclass(frozen=True)
class Recording:
    """Audio as it was recorded, for the audio of a video; the lips follow a `Waveform` of it."""

    samples: Array  # (channels, n) float32 in [-1, 1]; one or two channels
    rate: int  # Hz

    def __post_init__(self) -> None:
        _require_shape("recording", self.samples, (None, None), AudioError)
        if self.samples.shape[0] not in (1, 2) or self.samples.size == 0:
            raise AudioError(f"recording must have shape (1 or 2, n), got {self.samples.shape}")
        _require_finite("recording", self.samples, AudioError)
        if self.rate <= 0:
            raise AudioError(f"sample rate must be positive, got {self.rate}")


@dataclass(frozen=True)
class SpeechFeatures:
    """Input of the motion networks from one recording."""

    content: Array  # (t, d) float32 at content_fps: the speaker-independent content code
    voice_activity: Array  # (frames,) float32 in [0, 1] at FPS; 0 is silence
    speaker_embedding: Array  # (256,) float32 of unit norm; zeros if nobody speaks
    encoder_features: Array  # (t, w) float32 at content_fps: input of the content branch
    content_fps: int = MEL_FPS
    # (frames, 2) float32 in [0, 1] at FPS: confidence that the lips are closed, and open
    lip_closure: Array | None = None
    articulation: Array | None = None  # (frames, 4) float32 in [0, 1] at FPS: of ARTICULATIONS

    def __post_init__(self) -> None:
        _require_articulation(self.articulation, len(self.voice_activity))
        if self.lip_closure is not None:
            _require_shape("lip closure", self.lip_closure, (len(self.voice_activity), 2))
        _require_shape("content", self.content, (None, None))
        _require_shape("encoder features", self.encoder_features, (len(self.content), None))
        _require_shape("voice activity", self.voice_activity, (None,))
        _require_shape("speaker embedding", self.speaker_embedding, (256,))
        for name in ("content", "voice_activity", "speaker_embedding", "encoder_features"):
            _require_finite(name.replace("_", " "), getattr(self, name))


@dataclass(frozen=True)
class FaceShape:
    """A neutral face, mouth closed, in face units: face width 1, upright, y down."""

    points: Array  # (68, 3) float32

    def __post_init__(self) -> None:
        _require_shape("face shape", self.points, (COUNT, 3), FaceError)
        _require_finite("face shape", self.points, FaceError)


@dataclass(frozen=True)
class FaceTrack:
    """The motion of a face in face units: landmarks without head motion, and head pose."""

    points: Array  # (t, 68, 3) face units
    pose: Array  # (t, 6): yaw, pitch, roll in degrees, then x, y, z in face widths
    fps: float = FPS
    articulation: Array | None = None  # (t, 4) in [0, 1]: of ARTICULATIONS; None: not known

    def __post_init__(self) -> None:
        _require_articulation(self.articulation, len(self.points))
        _require_shape("face track", self.points, (None, COUNT, 3), FaceError)
        _require_shape("head pose", self.pose, (len(self.points), 6), FaceError)
        _require_finite("face track", self.points, FaceError)
        _require_finite("head pose", self.pose, FaceError)
        if self.fps <= 0:
            raise InputError(f"frame rate must be positive, got {self.fps}")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class LandmarkTrack:
    """The landmarks of a video in pixels, y down."""

    points: Array  # (t, 68, 3) pixels; z too, smaller is nearer to the viewer
    fps: float
    articulation: Array | None = None  # (t, 4) in [0, 1]: of ARTICULATIONS; None: not known

    def __post_init__(self) -> None:
        _require_articulation(self.articulation, len(self.points))
        _require_shape("landmark track", self.points, (None, COUNT, 3), FaceError)
        _require_finite("landmark track", self.points, FaceError)
        if self.fps <= 0:
            raise InputError(f"frame rate must be positive, got {self.fps}")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class FaceFrame:
    """The transform from face units to pixels: pixels = scale * face @ rotation.T + origin."""

    rotation: Array  # (3, 3)
    scale: float  # pixels per face width
    origin: Array  # (3,) pixels

    def __post_init__(self) -> None:
        _require_shape("rotation", self.rotation, (3, 3), FaceError)
        _require_shape("origin", self.origin, (3,), FaceError)
        if not self.scale > 0:
            raise FaceError(f"face scale must be positive, got {self.scale}")

    def to_pixels(self, points: Array) -> Array:
        """(..., 3) points in pixels, from points in face units."""
        return points @ self.rotation.T * self.scale + self.origin

    def to_face(self, points: Array) -> Array:
        """(..., 3) points in face units, from points in pixels; the inverse of `to_pixels`."""
        return (points - self.origin) / self.scale @ self.rotation

    def place(self, track: FaceTrack) -> LandmarkTrack:
        """The landmarks in pixels of a track in face units, with its head pose applied."""
        moved = np.einsum("tij,tpj->tpi", euler_to_matrix(track.pose[:, :3]), track.points)
        pixels = self.to_pixels(moved + track.pose[:, None, 3:]).astype(np.float32)
        return LandmarkTrack(pixels, track.fps, track.articulation)


@dataclass(frozen=True)
class Portrait:
    """A picture with one selected face."""

    image: Array  # (h, w, 3) uint8 RGB
    landmarks: Array  # (68, 3) pixels
    matte: Array | None = None  # (h, w) alpha of the person in [0, 1]; None when unknown
    other_faces: tuple[Array, ...] = ()  # (68, 3) pixels each; not animated

    def __post_init__(self) -> None:
        _require_shape("portrait", self.image, (None, None, 3), ImageError)
        if self.image.dtype != np.uint8:
            raise ImageError(f"portrait must be uint8, got {self.image.dtype}")
        if self.matte is not None:
            _require_shape("portrait matte", self.matte, self.image.shape[:2], ImageError)
            if not ((self.matte >= 0) & (self.matte <= 1)).all():
                raise ImageError("portrait matte must lie in [0, 1]")
        _require_shape("portrait landmarks", self.landmarks, (COUNT, 3), FaceError)
        _require_finite("portrait landmarks", self.landmarks, FaceError)
        for other in self.other_faces:
            _require_shape("another face", other, (COUNT, 3), FaceError)
        width = np.linalg.norm(self.landmarks[JAW_LEFT, :2] - self.landmarks[JAW_RIGHT, :2])
        if width < 8:
            raise FaceError(
                f"the face is {width:.0f} pixels wide; at least 8 are needed; "
                "give a larger picture or size"
            )


@dataclass(frozen=True)
class Layer:
    """One image layer of a puppet; all layers have the same canvas."""

    name: str
    image: Array  # (h, w, 4) uint8 RGBA, straight alpha

    def __post_init__(self) -> None:
        _require_shape(f"layer {self.name}", self.image, (None, None, 4), PuppetError)


@dataclass(frozen=True)
class Puppet:
    """A drawn character: image layers from back to front, and its landmarks."""

    name: str
    layers: dict[str, Layer]  # by role: background, body, head, mouth, eyelids, pupils
    closed: Array  # (68, 2) pixels, mouth closed
    opened: Array  # (68, 2) pixels, mouth open as in the drawing
    triangles: Array | None = None  # (n, 3) indices of landmarks, then border; None: Delaunay
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("closed", "opened"):
            _require_shape(
                f"puppet {self.name}: {name}", getattr(self, name), (COUNT, 2), PuppetError
            )
            _require_finite(f"puppet {self.name}: {name}", getattr(self, name), PuppetError)
        if "head" not in self.layers:
            raise PuppetError(f"puppet {self.name}: layer 'head' is missing")
        sizes = {layer.image.shape[:2] for layer in self.layers.values()}
        if len(sizes) != 1:
            raise PuppetError(f"puppet {self.name}: layers differ in size: {sorted(sizes)}")


@dataclass(frozen=True)
class Video:
    """A decoded video, for training or evaluation."""

    frames: Array  # (t, h, w, 3) uint8 RGB
    fps: float
    audio: Waveform | None

    def __post_init__(self) -> None:
        _require_shape("video", self.frames, (None, None, None, 3), ImageError)


@dataclass(frozen=True)
class AudioCue:
    """A recording that starts at a given time."""

    source: "str | Path | Recording | Waveform"
    start: float = 0.0  # seconds
    track: int | None = None  # of a file, numbered from 1; None: as `read_audio_track` chooses

    def __post_init__(self) -> None:
        if not 0 <= self.start < float("inf"):
            raise InputError(f"an audio cue must start at 0 seconds or later, got {self.start}")


@dataclass(frozen=True)
class MouthCue:
    """A mouth shape shown for a period of time."""

    shape: str  # one of MOUTH_SHAPES, or of another set of visemes
    start: float  # seconds
    end: float  # seconds

    def __post_init__(self) -> None:
        if not self.shape.isalnum():
            raise InputError(f"a mouth shape has a name such as A, PP or 21, got {self.shape!r}")
        if not 0 <= self.start < self.end < float("inf"):
            span = f"{self.start} to {self.end}"
            raise InputError(f"a mouth cue must start at 0 s or later and end after it, got {span}")


@dataclass(frozen=True)
class Clip:
    """A rendered clip: an iterator of frames, which can be read once, and their audio."""

    frames: Iterator[Array]  # of (h, w, 3 or 4) uint8
    count: int
    size: tuple[int, int]  # width, height in pixels
    fps: float
    audio: Waveform | None
    # The file that `audio` was read from, or the cues it was mixed from. Videos are written with
    # these, at their own sample rate and channels.
    audio_source: str | Path | tuple[AudioCue, ...] | None = None


class Renderer(Protocol):
    """Renders landmark tracks as frames of a photo or a puppet, or as line drawings."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        ...

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3 or 4) uint8 frame for each frame of the track, in order."""
        ...


class MultiRenderer(Protocol):
    """Renders several tracks into one video."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        ...

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3 or 4) uint8 frame for each frame of the tracks, which are equally long."""
        ...


@dataclass(frozen=True)
class Subject:
    """What is animated: a neutral face, its frame in the picture, and its renderer."""

    face: FaceShape
    frame: FaceFrame
    renderer: Renderer
    lip_gain: tuple[float, float] = (1.0, 1.0)  # factors of lip motion along x and y
