"""Contact sheet of the widest mouths and the deepest blinks of many clips, beside the truth."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.errors import FaceError
from talkinghead.evaluate.eyelid_color import blink_frames, eye_opening
from talkinghead.geometry.mouth import down_axis, face_width, lip_gaps
from talkinghead.landmarks import EYES, OUTER_LIP
from talkinghead.types import Array

TILE: Final = (360, 240)  # pixels, width and height of one picture
_ACROSS: Final = {"mouth": 0.55, "eyes": 0.7}  # face widths that a picture shows
_GAP, _LABEL = 6, 18  # pixels between pictures, and of the line above each pair
_COLUMNS: Final = 6
_BACKGROUND, _TEXT = 255, (60, 70, 80)


@dataclass(frozen=True)
class _Pair:
    """One frame of one clip: the truth and what was rendered."""

    label: str
    extent: float  # how wide the mouth or how deep the blink is
    pictures: tuple[Array, Array]  # each (h, w, 3) uint8, of size TILE


class ExtremeFrames:
    """Collects the frame with the widest mouth and that with the deepest blink of each clip."""

    def __init__(self, count: int = 18) -> None:
        """`count` is the largest number of mouths, and of blinks, on the sheet."""
        self._count = count
        self._pairs: dict[str, list[_Pair]] = {"mouth": [], "eyes": []}

    def add(self, name: str, true_frames: Array, rendered: Array, points: Array) -> None:
        """Add a clip (t, h, w, 3) uint8, the clip as rendered, and its landmarks (t, 68, 3).

        The first frame is the input of the renderer and is not shown.
        """
        if len(points) < 2:
            return
        openings = lip_gaps(points.astype(np.float64)).max(axis=-1) / face_width(points)
        widest = 1 + int(np.argmax(openings[1:]))
        self._keep("mouth", name, widest, float(openings[widest]), true_frames, rendered, points)
        if blink_frames(points).size:
            opening = eye_opening(points)
            deepest = int(np.argmin(opening))
            extent = 1 - float(opening[deepest] / opening[0])
            self._keep("eyes", name, deepest, extent, true_frames, rendered, points)

    def _keep(
        self,
        part: str,
        name: str,
        index: int,
        extent: float,
        true_frames: Array,
        rendered: Array,
        points: Array,
    ) -> None:
        pictures = (
            _crop(frames[index], points[index].astype(np.float64), part)
            for frames in (true_frames, rendered)
        )
        true, ours = pictures
        self._keep_widest(part, [_Pair(f"{name} {index}", extent, (true, ours))])

    def merge(self, other: "ExtremeFrames") -> None:
        """Add what another one collected of other clips."""
        for part, pairs in other._pairs.items():
            self._keep_widest(part, pairs)

    def _keep_widest(self, part: str, more: list[_Pair]) -> None:
        pairs = sorted([*self._pairs[part], *more], key=lambda pair: -pair.extent)
        self._pairs[part] = pairs[: self._count]

    def sheet(self) -> Array:
        """(h, w, 3) uint8: mouths above blinks, each truth above its rendering.

        Raises FaceError if no clip was added.
        """
        pairs = [pair for part in self._pairs.values() for pair in part]
        if not pairs:
            raise FaceError("no clip could be measured, so there is nothing to show")
        blocks = [_sheet_rows(part) for part in self._pairs.values() if part]
        width = max(block.shape[1] for block in blocks)
        padded = [
            np.pad(
                block,
                ((0, 0), (0, width - block.shape[1]), (0, 0)),
                constant_values=_BACKGROUND,
            )
            for block in blocks
        ]
        return np.concatenate(padded)


def _crop(frame: Array, points: Array, part: str) -> Array:
    """The mouth or the eyes of an upright crop, enlarged or shrunk to a TILE."""
    center = points[OUTER_LIP if part == "mouth" else EYES, :2].mean(axis=0)
    down = down_axis(points[:, :2])
    scale = TILE[0] / (_ACROSS[part] * float(face_width(points)))
    linear = scale * np.array([[down[1], -down[0]], down])
    shift = np.array(TILE) / 2 - linear @ center
    matrix = np.column_stack([linear, shift])
    return np.asarray(
        cv2.warpAffine(frame, matrix, TILE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    )


def _sheet_rows(pairs: list[_Pair]) -> Array:
    wide, tall = TILE
    columns = min(_COLUMNS, len(pairs))
    rows = -(-len(pairs) // columns)
    pitch = _LABEL + 2 * tall + 2 * _GAP
    sheet = np.full((_GAP + rows * pitch, _GAP + columns * (wide + _GAP), 3), _BACKGROUND, np.uint8)
    for place, pair in enumerate(pairs):
        top, left = _GAP + place // columns * pitch, _GAP + place % columns * (wide + _GAP)
        cv2.putText(
            sheet, pair.label, (left, top + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _TEXT, 1,
            cv2.LINE_AA,
        )  # fmt: skip
        for side, picture in enumerate(pair.pictures):
            y = top + _LABEL + side * (tall + _GAP // 2)
            sheet[y : y + tall, left : left + wide] = picture
    return sheet
