"""Reads and changes parts of decoded video frames in their own YUV planes.

A change is added to the planes, so pixels that it leaves at zero keep their exact values: nothing
is converted to RGB and back.
"""

from typing import Any, Final

import av
import cv2
import numpy as np

from talkinghead.types import Array

Box = tuple[int, int, int, int]  # x, y, width, height in pixels

# Luma weights of red and blue (ITU-R BT.601, BT.709 and BT.2020), by FFmpeg's code of the matrix.
_KR_KB: Final = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_BT601: Final = (0.299, 0.114)
_UNSPECIFIED: Final = 2
_FULL_RANGE: Final = 2  # FFmpeg's code of the colour range 0 to 255
_HD_HEIGHT: Final = 720  # pixels; from here on an unspecified matrix is that of BT.709
_PLANAR: Final = {
    f"yuv{kind}{layout}{depth}"
    for kind in ("", "j")
    for layout in ("420p", "422p", "444p")
    for depth in ("", "10le", "12le")
}
# Formats that hold the same samples in another order, and their planar form.
_REORDERED: Final = {"nv12": "yuv420p", "nv21": "yuv420p", "p010le": "yuv420p10le"}


def as_planar(frame: Any) -> Any:
    """The frame in a planar YUV format, itself if it has one already.

    RGB, palettes and other formats become yuv444p; alpha is dropped.
    """
    name = frame.format.name
    if name in _PLANAR:
        return frame
    target = _REORDERED.get(name)
    if target is None:
        opaque = name.replace("yuva", "yuv")
        target = opaque if opaque in _PLANAR else "yuv444p"
    planar = frame.reformat(format=target)
    planar.pts = frame.pts
    if frame.time_base is not None:
        planar.time_base = frame.time_base
    return planar


class YuvFrame:
    """A decoded frame as the viewer sees it: upright, addressed in RGB.

    Boxes and pixels are those of the upright picture, whose pixels may not be square.
    """

    def __init__(self, frame: Any, quarter_turns: int = 0) -> None:
        """Take a PyAV frame, and by how many quarter turns counter-clockwise it is displayed."""
        self.frame = as_planar(frame)
        self._turns = quarter_turns % 4
        self._writable = False
        layout = self.frame.format.name
        self._steps = (
            2 if "420" in layout or "422" in layout else 1,  # luma pixels per chroma pixel, in x
            2 if "420" in layout else 1,  # and in y
        )
        self._bits = 10 if "10" in layout else 12 if "12" in layout else 8
        self._matrix, self._offset = self._rgb_to_yuv(layout)
        self._inverse = np.linalg.inv(self._matrix)

    def copy(self) -> "YuvFrame":
        """The same picture, to be changed independently."""
        old = self.frame
        new = av.VideoFrame(old.width, old.height, old.format.name)
        new.colorspace, new.color_range = old.colorspace, old.color_range
        out = YuvFrame(new, self._turns)
        for target, source in zip(out._planes(), self._planes(), strict=True):
            target[...] = source
        return out

    def _make_writable(self) -> None:
        """Have samples of its own: the decoder or an encoder may still refer to them."""
        if not self._writable:
            self.frame.make_writable()
            self._writable = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture in pixels."""
        width, height = self.frame.width, self.frame.height
        return (height, width) if self._turns % 2 else (width, height)

    def align(self, box: Box) -> Box:
        """The smallest box that contains `box` and whole pixels of chroma."""
        x, y, width, height = self._stored(box)
        (sx, sy), (full_width, full_height) = self._steps, (self.frame.width, self.frame.height)
        left, top = x // sx * sx, y // sy * sy
        right = min(-(-(x + width) // sx) * sx, full_width)
        bottom = min(-(-(y + height) // sy) * sy, full_height)
        return self._displayed((left, top, right - left, bottom - top))

    def read_rgb(self, box: Box) -> Array:
        """(h, w, 3) uint8 RGB of an aligned box."""
        x, y, width, height = self._stored(box)
        planes = [
            np.asarray(plane[rows, columns], dtype=np.float32)
            for plane, (rows, columns) in zip(
                self._planes(), self._windows(x, y, width, height), strict=True
            )
        ]
        chroma = [
            plane
            if plane.shape == (height, width)
            else cv2.resize(
                plane, self._chroma_extent(width, height), interpolation=cv2.INTER_LINEAR
            )[:height, :width]
            for plane in planes[1:]
        ]
        yuv = np.dstack([planes[0], *chroma]) - self._offset
        rgb = cv2.transform(yuv, self._inverse.astype(np.float32))
        rgb = np.rint(rgb).clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.rot90(rgb, self._turns))

    def add_rgb(self, box: Box, change: Array) -> None:
        """Add a change (h, w, 3) in RGB, [-255, 255], to an aligned box, in place.

        Chroma changes by the mean over the pixels that share it.
        """
        self._make_writable()
        x, y, width, height = self._stored(box)
        stored = np.ascontiguousarray(np.rot90(change, -self._turns), dtype=np.float32)
        yuv = cv2.transform(stored, self._matrix.astype(np.float32))
        sx, sy = self._steps
        right, bottom = -width % sx, -height % sy
        windows = self._windows(x, y, width, height)
        for index, (plane, (rows, columns)) in enumerate(zip(self._planes(), windows, strict=True)):
            part = np.ascontiguousarray(yuv[..., index])
            if index and (sx, sy) != (1, 1):
                part = np.pad(part, ((0, bottom), (0, right)), mode="edge")
                size = (part.shape[1] // sx, part.shape[0] // sy)
                part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            old = plane[rows, columns]
            new = np.rint(old + part).clip(0, (1 << self._bits) - 1)
            plane[rows, columns] = new

    def to_rgb(self, size: tuple[int, int]) -> Array:
        """(h, w, 3) uint8 RGB of the whole upright picture, resized to `size` (width, height)."""
        width, height = size[::-1] if self._turns % 2 else size
        small = self.frame.reformat(width=width, height=height, format="rgb24")
        return np.ascontiguousarray(np.rot90(small.to_ndarray(), self._turns))

    def _planes(self) -> list[Array]:
        kind = np.uint8 if self._bits == 8 else np.dtype("<u2")
        planes = []
        for plane in self.frame.planes[:3]:
            rows = np.frombuffer(plane, kind).reshape(plane.height, -1)
            planes.append(rows[:, : plane.width])
        return planes

    def _windows(self, x: int, y: int, width: int, height: int) -> list[tuple[slice, slice]]:
        """Rows and columns of a stored box in each plane."""
        sx, sy = self._steps
        chroma = (
            slice(y // sy, -(-(y + height) // sy)),
            slice(x // sx, -(-(x + width) // sx)),
        )
        return [(slice(y, y + height), slice(x, x + width)), chroma, chroma]

    def _chroma_extent(self, width: int, height: int) -> tuple[int, int]:
        """Width and height in luma pixels that the chroma of a box covers."""
        sx, sy = self._steps
        return -(-width // sx) * sx, -(-height // sy) * sy

    def _stored(self, box: Box) -> Box:
        """An upright box in the stored picture."""
        x, y, width, height = box
        full_width, full_height = self.size
        for _ in range(self._turns):  # undo one quarter turn counter-clockwise at a time
            x, y, width, height = full_height - y - height, x, height, width
            full_width, full_height = full_height, full_width
        return x, y, width, height

    def _displayed(self, box: Box) -> Box:
        """A stored box in the upright picture."""
        x, y, width, height = box
        full_width, full_height = self.frame.width, self.frame.height
        for _ in range(self._turns):
            x, y, width, height = y, full_width - x - width, height, width
            full_width, full_height = full_height, full_width
        return x, y, width, height

    def _rgb_to_yuv(self, layout: str) -> tuple[Array, Array]:
        """(3, 3) matrix and (3,) offset: yuv = matrix @ rgb + offset, rgb in [0, 255]."""
        matrix = int(self.frame.colorspace)
        if matrix == _UNSPECIFIED and min(self.size) >= _HD_HEIGHT:
            matrix = 1
        kr, kb = _KR_KB.get(matrix, _BT601)
        luma = np.array([kr, 1 - kr - kb, kb])
        blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - kb))
        red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - kr))
        full = int(self.frame.color_range) == _FULL_RANGE or layout.startswith("yuvj")
        scale = float(1 << (self._bits - 8))
        spans = np.array([255.0, 255.0, 255.0] if full else [219.0, 224.0, 224.0]) * scale / 255
        if full and self._bits > 8:
            spans = np.full(3, ((1 << self._bits) - 1) / 255)
        offset = np.array([0.0 if full else 16.0, 128.0, 128.0]) * scale
        return np.stack([luma, blue, red]) * spans[:, None], offset.astype(np.float32)
