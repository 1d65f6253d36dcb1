"""What the page shows before anything is made: faces of a picture, puppets, portraits."""

import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from talkinghead.app.editor.pictures import reduced, webp
from talkinghead.errors import InputError
from talkinghead.face.base import Detector
from talkinghead.face.portrait import all_landmarks
from talkinghead.media.image import read_image
from talkinghead.media.samples import PORTRAITS, portrait
from talkinghead.puppet.store import describe_puppet, list_puppets, load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.gallery import still
from talkinghead.types import Array

TILE: Final = 240  # pixels of a puppet's longer side
SHOWN: Final = 1024  # and of a picture's
_BROW: Final = 0.4  # of the height of the points: a forehead, above the brows


class Looks:
    """Draws small pictures. Its methods may be called from several threads."""

    def __init__(self, finder: Callable[[], Detector]) -> None:
        """Take what builds the face detector; it is called once, for the first picture."""
        self._build, self._finder = finder, None
        self._looking = threading.Lock()  # a detector looks at one picture at a time

    _finder: Detector | None

    def faces(self, path: Path) -> dict[str, Any]:
        """The picture, small, and its faces by number, each a box in shares of the picture.

        Raises ImageError for what is no picture, FaceError where it shows no face.
        """
        with self._looking:
            image = read_image(path)
            if self._finder is None:
                self._finder = self._build()
            found = all_landmarks(image, self._finder, where=str(path))
        height, width = image.shape[:2]
        small = base64.b64encode(_small(image, SHOWN)).decode()
        return {
            "size": [width, height],
            "faces": [_box(points, width, height) for points in found],
            "picture": small,
        }

    def portrait(self, name: str) -> bytes:
        """A sample portrait as a WebP."""
        if name not in PORTRAITS:
            raise InputError(f"no portrait is called {name!r}")
        return _small(portrait(name), TILE)

    def puppet(self, name: str) -> bytes:
        """A puppet at rest as a WebP."""
        if name not in list_puppets():
            raise InputError(f"no puppet is called {name!r}")
        puppet = load_puppet(name)
        return _small(next(CartoonRenderer(puppet, TILE).render(still(puppet.closed))), TILE)


def puppets() -> list[dict[str, Any]]:
    """Name and title of the puppets there are."""
    return [{"name": name, "title": describe_puppet(name)["title"]} for name in list_puppets()]


def _small(image: Array, side: int) -> bytes:
    """(h, w, 3) uint8 as a WebP of at most `side` pixels a side."""
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return webp(reduced(np.concatenate([image, opaque], axis=2), side))


def _box(points: Array, width: int, height: int) -> list[float]:
    """Left, top, right and bottom of a face (68, 3), in shares of the picture."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    top -= _BROW * (bottom - top)
    shares = np.array([left / width, top / height, right / width, bottom / height])
    return np.round(shares.clip(0, 1), 4).tolist()
