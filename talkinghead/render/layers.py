"""Moving and stacking picture layers: premultiplied uint8 RGBA, boxes instead of whole canvases."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.geometry.affine import placed
from talkinghead.types import Array


def premultiplied(image: Array) -> Array:
    """(h, w, 4) straight RGBA to premultiplied, uint8."""
    alpha = cv2.extractChannel(image, 3)
    share = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 255)])
    return np.asarray(cv2.multiply(image, share, scale=1 / 255))


def straight(image: Array) -> Array:
    """(h, w, 4) premultiplied RGBA to straight, uint8; clear pixels are black."""
    out = image.copy()
    # Few pixels are neither solid nor clear, and only these change.
    alpha = image[..., 3]
    veiled = (alpha > 0) & (alpha < 255)
    colour, share = image[veiled][:, :3].astype(np.uint16), alpha[veiled][:, None].astype(np.uint16)
    out[veiled, :3] = np.minimum((colour * 255 + share // 2) // share, 255)
    return out


def over(under: Array, top: Array) -> None:
    """Lay premultiplied (h, w, 4) `top` on `under` (h, w, 4), in place."""
    clear = cv2.bitwise_not(cv2.extractChannel(top, 3))
    cv2.add(cv2.multiply(under, cv2.merge([clear] * 4), scale=1 / 255), top, dst=under)


@dataclass(frozen=True)
class Sprite:
    """The part of a layer that holds anything, premultiplied, and where it lies."""

    image: Array  # (h, w, 4) uint8
    x: int
    y: int

    @classmethod
    def of(cls, image: Array, margin: int = 2) -> "Sprite | None":
        """Cut a premultiplied layer to what is not clear; None where all is."""
        box = cv2.boundingRect((image[..., 3] > 0).astype(np.uint8))
        if box[2] == 0:
            return None
        height, width = image.shape[:2]
        x0, y0 = max(box[0] - margin, 0), max(box[1] - margin, 0)
        x1 = min(box[0] + box[2] + margin, width)
        y1 = min(box[1] + box[3] + margin, height)
        return cls(np.ascontiguousarray(image[y0:y1, x0:x1]), x0, y0)

    def halves(self, x: float) -> "tuple[Sprite | None, Sprite | None]":
        """What lies left of column `x` and what lies right of it."""
        cut = int(np.clip(round(x) - self.x, 0, self.image.shape[1]))
        parts = []
        for start, stop in ((0, cut), (cut, self.image.shape[1])):
            part = np.ascontiguousarray(self.image[:, start:stop])
            parts.append(Sprite(part, self.x + start, self.y) if part.size else None)
        return parts[0], parts[1]

    def box(self, matrix: Array, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 of the moved sprite within a frame of `size` (width, height)."""
        height, width = self.image.shape[:2]
        right, low_y = self.x + width, self.y + height
        corners = np.array([[self.x, self.y], [right, self.y], [right, low_y], [self.x, low_y]])
        moved = placed(matrix, corners)
        low = np.clip(np.floor(moved.min(axis=0)) - 1, 0, size).astype(int)
        high = np.clip(np.ceil(moved.max(axis=0)) + 1, 0, size).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def moved(self, matrix: Array, box: tuple[int, int, int, int]) -> Array:
        """The sprite moved by a 2x3 matrix, as seen through `box` of the frame."""
        local = matrix.copy()
        local[:, 2] += matrix[:, :2] @ (self.x, self.y) - (box[0], box[1])
        size = (box[2] - box[0], box[3] - box[1])
        return np.asarray(cv2.warpAffine(self.image, local, size, flags=cv2.INTER_LINEAR))

    def paste(self, frame: Array, matrix: Array) -> None:
        """Lay the moved sprite on a frame, in place."""
        box = self.box(matrix, (frame.shape[1], frame.shape[0]))
        if box[0] < box[2] and box[1] < box[3]:
            over(frame[box[1] : box[3], box[0] : box[2]], self.moved(matrix, box))
