"""Look at a prediction beside the truth: mouths frame by frame, and both videos at once."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import cv2
import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.render import RendererFactory, Scene, painted
from talkinghead.landmarks import MOUTH
from talkinghead.types import Array, Clip

TILE = (120, 90)  # pixels, width and height of one mouth on the sheet
GAP = 6  # pixels of white between tiles and rows
VIEW = 1.9  # of the mouth's box: enough of the cheeks and chin to judge by
PAPER, INK = 255, (60, 70, 80)


def reach(landmarks: Array, aspect: float) -> float:
    """Pixels across a window of `aspect` (width / height) that holds the mouth of any frame."""
    spans = np.ptp(landmarks[:, MOUTH, :2], axis=1).max(axis=0) * VIEW
    return float(max(spans[0], spans[1] * aspect, 2.0))


def mouth(frame: Array, points: Array, across: float, size: tuple[int, int]) -> Array:
    """The mouth of one frame (h, w, 3) uint8, as a picture of `size` (width, height).

    The window is `across` pixels wide and centred on the mouth of `points` (68, 2 or 3):
    kept the same for all frames, what moves is the mouth alone.
    """
    low, high = points[MOUTH, :2].min(axis=0), points[MOUTH, :2].max(axis=0)
    x, y = (low + high) / 2
    scale = size[0] / across
    shift = np.array([[scale, 0, size[0] / 2 - scale * x], [0, scale, size[1] / 2 - scale * y]])
    crop: Array = cv2.warpAffine(
        frame, shift, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return crop


def mouth_sheet(
    true_frames: Array,
    predicted_frames: Array,
    landmarks: Array,
    *,
    count: int = 36,
    columns: int = 12,
) -> Array:
    """A contact sheet (h, w, 3) uint8: pairs of rows, the true mouth above the predicted.

    `count` frames evenly over the clip, `columns` to a row, each with its frame number;
    `landmarks` (t, 68, 2 or 3) are the true frames' own.
    """
    length = min(len(true_frames), len(predicted_frames), len(landmarks))
    if length == 0:
        raise InputError("no frames to compare; give both videos and their landmarks")
    chosen = np.unique(np.linspace(0, length - 1, min(count, length)).round().astype(int))
    wide, tall = TILE
    across = reach(landmarks[chosen], wide / tall)
    columns = min(columns, len(chosen))
    rows = -(-len(chosen) // columns)
    label = 16
    pitch = label + 2 * tall + 3 * GAP
    sheet: Array = np.full(
        (GAP + rows * pitch, GAP + columns * (wide + GAP), 3), PAPER, dtype=np.uint8
    )
    for place, frame in enumerate(chosen):
        top, left = GAP + place // columns * pitch, GAP + place % columns * (wide + GAP)
        cv2.putText(sheet, str(frame), (left, top + 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1,
                    cv2.LINE_AA)  # fmt: skip
        for side, frames in enumerate((true_frames, predicted_frames)):
            y = top + label + side * (tall + GAP // 2)
            tile = mouth(frames[frame], landmarks[frame], across, TILE)
            sheet[y : y + tall, left : left + wide] = tile
    return sheet


def side_by_side(
    true_frames: Iterable[Array], predicted_frames: Iterable[Array], landmarks: Array
) -> Iterator[Array]:
    """Frames with the true video to the left, the prediction to the right, mouths below.

    Sizes follow the true frames; streams, so either side may be a generator.
    """
    firsts = iter(true_frames)
    first = next(firsts, None)
    if first is None:
        return
    height, width = first.shape[:2]
    crop = (width, width * 3 // 4)
    across = reach(landmarks, crop[0] / crop[1])
    for true, predicted, points in zip(
        chain([first], firsts), predicted_frames, landmarks, strict=False
    ):
        if predicted.shape[:2] != (height, width):
            predicted = cv2.resize(predicted, (width, height), interpolation=cv2.INTER_AREA)
        both = [
            np.vstack([frame, mouth(frame, points, across, crop)]) for frame in (true, predicted)
        ]
        yield np.hstack(both)


def compare(scene: Scene, renderer: RendererFactory, *, slow: int = 2) -> tuple[Array, Clip]:
    """A renderer beside the truth: the contact sheet, and a clip `slow` times slower.

    The clip is silent: half-speed speech says nothing about lips.
    """
    rendered = painted(scene, renderer(scene.portrait))
    landmarks = scene.track.points
    frames = side_by_side(scene.frames, rendered, landmarks)
    height, width = scene.frames.shape[1:3]
    return mouth_sheet(scene.frames, rendered, landmarks), Clip(
        frames=chain.from_iterable(repeat(frame, slow) for frame in frames),
        count=slow * len(rendered),
        size=(2 * width, height + width * 3 // 4),
        fps=scene.track.fps,
        audio=None,
    )
