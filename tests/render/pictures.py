"""Synthetic pictures, faces, puppets and renderers for the tests of rendering."""

from collections.abc import Iterator

import cv2
import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.landmarks import INNER_LOWER, JAW, OUTER_LOWER
from talkinghead.types import Array, LandmarkTrack, Layer, Puppet

SIZE = (420, 260)  # width, height
UNIT = 60.0
PUPPET_SIZE = 256


def wavy_picture() -> Array:
    """(h, w, 3) uint8 smooth blobs: every motion is visible."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    waves = [np.sin(x / 5 + k) * np.cos(y / (6 + k)) for k in range(3)]
    return (127 + 90 * np.dstack(waves)).astype(np.uint8)


def face_at(x: float, y: float = 110, unit: float = UNIT) -> Array:
    """(68, 3) landmarks of a face with its mouth shut."""
    return (close_mouth(mean_face()) * unit + [x, y, 0]).astype(np.float32)


def two_frames(points: Array, right: float = 0.0) -> LandmarkTrack:
    """A track of two frames: at rest, then the whole head moved to the right, lips apart."""
    moved = points + np.array([right, 0, 0], np.float32)
    if right:
        moved[65:68, 1] += 0.05 * UNIT
    return LandmarkTrack(np.stack([points, moved]), 25.0)


class ColorRenderer:
    """A renderer of one colour; the red of its left half counts the frames."""

    def __init__(self, size: tuple[int, int], color: tuple[int, ...]):
        self.size, self._color = size, color

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        for number in range(len(track)):
            frame = np.zeros((self.size[1], self.size[0], len(self._color)), np.uint8)
            frame[...] = self._color
            frame[:, : self.size[0] // 2, 0] = number
            yield frame


def _filled(color: tuple[int, int, int]) -> Array:
    image = np.zeros((PUPPET_SIZE, PUPPET_SIZE, 4), np.uint8)
    image[:] = (*color, 255)
    return image


def oval_puppet() -> Puppet:
    """A grey oval head on blue, with a green mouth inside and red eyelids."""
    closed = mean_face()[:, :2] * 120 + (128, 90)
    seam = (closed[[61, 62, 63]] + closed[[67, 66, 65]]) / 2
    closed[[61, 62, 63]] = closed[[67, 66, 65]] = seam
    opened = closed.copy()
    opened[[*INNER_LOWER, *OUTER_LOWER], 1] += 24
    opened[JAW, 1] += 20 * np.sin(np.linspace(0, np.pi, 17)) ** 3
    square = (PUPPET_SIZE, PUPPET_SIZE)
    head = np.zeros((*square, 4), np.uint8)
    noise = np.random.default_rng(5).integers(0, 40, (*square, 1), dtype=np.uint8)
    head[..., :3] = cv2.GaussianBlur(noise, (0, 0), 2)[..., None] + 110
    mask = np.zeros(square, np.uint8)
    cv2.ellipse(mask, (128, 130), (86, 104), 0, 0, 360, 255, -1)
    head[..., 3] = cv2.GaussianBlur(mask, (0, 0), 1)
    pictures = {
        "background": _filled((0, 0, 255)),
        "head": head,
        "mouth": _filled((0, 255, 0)),
        "eyelids": _filled((255, 0, 0)),
    }
    layers = {role: Layer(role, image) for role, image in pictures.items()}
    return Puppet("egg", layers, closed, opened)
