"""Pictures as the page is sent them: small enough, and in a format that every browser shows."""

import io

import cv2
import numpy as np
from PIL import Image

from talkinghead.render.layers import premultiplied, straight
from talkinghead.types import Array


def reduced(image: Array, side: int) -> Array:
    """(h, w, 4) uint8 of at most `side` pixels a side."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(premultiplied(image), size, interpolation=cv2.INTER_AREA)
    return straight(np.asarray(small))


def webp(image: Array, background: Array | None = None) -> bytes:
    """(h, w, 4) uint8 as a file, over a background of any size if there is one."""
    picture = Image.fromarray(image)
    if background is not None:
        below = Image.fromarray(background).resize(picture.size, Image.Resampling.BILINEAR)
        picture = Image.alpha_composite(below, picture)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=88, method=0)
    return out.getvalue()
