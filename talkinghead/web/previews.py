"""Small pictures for the pages: detected faces, puppets and sample portraits, as WebP files."""

import base64
import io
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image
from pydantic import BaseModel, Field

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.detectors.base import Detector
from talkinghead.face.portrait import detect_all_landmarks
from talkinghead.media.image import read_image
from talkinghead.media.loading import demo_portrait
from talkinghead.puppet.store import (
    describe_puppet,
    find_puppet,
    folder_revision,
    list_puppets,
    load_puppet,
)
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.compositor import premultiply, unpremultiply
from talkinghead.render.contact_sheet import pose_track
from talkinghead.types import Array

TILE: Final = 240  # pixels of the longer side of a puppet's or portrait's preview
IMAGE_SIDE: Final = 1024  # pixels of the longer side of an uploaded image's preview
_FOREHEAD: Final = 0.4  # height of the forehead above the landmarks, relative to their height


class DetectedFaces(BaseModel):
    """The faces of an image."""

    size: tuple[int, int] = Field(description="width and height of the image in pixels")
    faces: list[tuple[float, float, float, float]] = Field(
        description="left, top, right and bottom of each face, relative to the image's size; "
        "a face's place in the list is its number"
    )
    preview: str = Field(description="the image, downscaled, as a WebP file in base64")


class PuppetInfo(BaseModel):
    """A puppet that can be animated."""

    name: str
    title: str


class Previews:
    """Renders previews. Safe to call from several threads."""

    def __init__(self, make_detector: Callable[[], Detector]) -> None:
        """Take the function that builds the face detector; it is called once, on first use."""
        self._make_detector = make_detector
        self._detector: Detector | None = None
        self._rendering = threading.Lock()  # no puppet is rendered by two threads
        self._rendered: dict[str, tuple[str, bytes]] = {}  # name -> revision and picture
        self._detecting = threading.Lock()  # a detector handles one image at a time

    def faces(self, path: Path) -> DetectedFaces:
        """Detect the faces of an image file.

        Raises ImageError if the file is not an image, FaceError if no face is detected.
        """
        with self._detecting:
            image = read_image(path)
            if self._detector is None:
                self._detector = self._make_detector()
            faces = detect_all_landmarks(image, self._detector, where=str(path))
        height, width = image.shape[:2]
        return DetectedFaces(
            size=(width, height),
            faces=[_relative_box(landmarks, width, height) for landmarks in faces],
            preview=base64.b64encode(_encode_rgb(image, IMAGE_SIDE)).decode(),
        )

    def portrait(self, name: str) -> bytes:
        """A sample portrait. Raises InputError for an unknown name."""
        if name not in DEMO_PORTRAITS:
            raise InputError(f"unknown portrait {name!r}; choose {', '.join(DEMO_PORTRAITS)}")
        return _encode_rgb(demo_portrait(name), TILE)

    def puppet(self, name: str) -> bytes:
        """A puppet with its mouth closed. Raises InputError for an unknown name.

        It is rendered once, and again after its folder changed: while a video is rendered, that
        takes a second.
        """
        if name not in list_puppets():
            raise InputError(f"unknown puppet {name!r}; 'talkinghead puppet list' names them")
        with self._rendering:
            revision = folder_revision(find_puppet(name))
            if self._rendered.get(name, ("",))[0] != revision:
                puppet = load_puppet(name)
                frames = CartoonRenderer(puppet, TILE).render(pose_track(puppet.closed))
                self._rendered[name] = (revision, _encode_rgb(next(frames), TILE))
            return self._rendered[name][1]

    def prepare(self) -> None:
        """Render the pictures of all puppets that can be read, ahead of their first request."""
        for name in list_puppets():
            with suppress(TalkingHeadError):
                self.puppet(name)


def puppet_infos() -> list[PuppetInfo]:
    """Name and title of every installed puppet."""
    return [PuppetInfo(name=name, title=describe_puppet(name)["title"]) for name in list_puppets()]


def downscale(image: Array, side: int) -> Array:
    """Shrink an RGBA image (h, w, 4) uint8 to at most `side` pixels a side."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(premultiply(image), size, interpolation=cv2.INTER_AREA)
    return unpremultiply(np.asarray(small))


def encode_webp(image: Array, background: Array | None = None) -> bytes:
    """Encode an RGBA image (h, w, 4) uint8, over an RGBA background of any size if given."""
    picture = Image.fromarray(image)
    if background is not None:
        below = Image.fromarray(background).resize(picture.size, Image.Resampling.BILINEAR)
        picture = Image.alpha_composite(below, picture)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=88, method=0)
    return buffer.getvalue()


def _encode_rgb(image: Array, side: int) -> bytes:
    """Encode an RGB image (h, w, 3) uint8 of at most `side` pixels a side."""
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return encode_webp(downscale(np.concatenate([image, opaque], axis=2), side))


def _relative_box(landmarks: Array, width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a face with landmarks (68, 3), relative to the image."""
    (left, top), (right, bottom) = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    top -= _FOREHEAD * (bottom - top)
    box = np.array([left / width, top / height, right / width, bottom / height])
    left, top, right, bottom = np.round(box.clip(0, 1), 4).tolist()
    return left, top, right, bottom
