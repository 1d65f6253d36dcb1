"""Pictures of faces for tests: photos shipped with dependencies, variants of them, drawings."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from talkinghead.media.image import read_image
from talkinghead.media.loading import demo_portrait
from talkinghead.puppet.store import load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import pose_track
from talkinghead.types import Array
from tests.puppet.drawing import drawn_face

SIDE = 256  # pixels of the longer side


def photo(name: str) -> Array:
    """(h, w, 3) a photo shipped with a dependency, small enough to be fast."""
    return resized(demo_portrait(name))


def resized(image: Array) -> Array:
    scale = SIDE / max(image.shape[:2])
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def rotated(image: Array, degrees: float) -> Array:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )


def sepia(image: Array) -> Array:
    mix = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    return np.clip(image @ mix.T, 0, 255).astype(np.uint8)


def grey(image: Array) -> Array:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def cut_out(image: Array) -> Array:
    """(h, w, 4) an ellipse of the picture, transparent around it."""
    height, width = image.shape[:2]
    alpha = np.zeros((height, width), np.uint8)
    axes = (round(width * 0.42), round(height * 0.48))
    cv2.ellipse(alpha, (width // 2, height // 2), axes, 0, 0, 360, 255, -1)
    return np.dstack([image, cv2.GaussianBlur(alpha, (0, 0), 1)])


def pencil(image: Array) -> Array:
    return np.asarray(cv2.pencilSketch(image, sigma_s=40, sigma_r=0.07, shade_factor=0.05)[0])


def painting(image: Array) -> Array:
    return np.asarray(cv2.stylization(image, sigma_s=40, sigma_r=0.3))


def cartoon(image: Array) -> Array:
    """Few flat colours between dark outlines."""
    flat = cv2.edgePreservingFilter(image, flags=1, sigma_s=40, sigma_r=0.4) // 32 * 32 + 16
    lines = cv2.adaptiveThreshold(
        cv2.medianBlur(grey(image), 5), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4
    )
    return np.where(lines[..., None] > 0, flat, 40).astype(np.uint8)


def rendered(puppet: str) -> Array:
    """(h, w, 3) a shipped puppet with its mouth closed, on its background."""
    loaded = load_puppet(puppet)
    [frame] = CartoonRenderer(loaded).render(pose_track(loaded.closed))
    return resized(frame)


PICTURES: dict[str, Callable[[], Array]] = {
    "astronaut": lambda: photo("astronaut"),
    "hopper": lambda: photo("grace_hopper"),
    "mirrored": lambda: np.ascontiguousarray(photo("astronaut")[:, ::-1]),
    "grey": lambda: grey(photo("grace_hopper")),
    "sepia": lambda: sepia(photo("astronaut")),
    "rotated": lambda: rotated(photo("astronaut"), 12),
    "small": lambda: np.ascontiguousarray(demo_portrait("grace_hopper")[110:430:4, 100:420:4]),
    "close-up": lambda: np.ascontiguousarray(demo_portrait("astronaut")[30:230, 120:320]),
    "cut-out": lambda: cut_out(photo("astronaut")[:160, 32:192]),
    "pencil": lambda: pencil(photo("grace_hopper")),
    "painting": lambda: painting(photo("astronaut")),
    "cartoon": lambda: cartoon(photo("astronaut")),
    "roy": lambda: rendered("roy"),
    "sketch": lambda: rendered("sketch"),
    "drawing": drawn_face,
    "drawing before blue": lambda: drawn_face((120, 160, 220)),
    "no face": lambda: resized(read_image(Path(skimage.data.__file__).parent / "coffee.png")),
}
