"""Visual comparison with the ground truth: a contact sheet of mouths, a side-by-side video."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import cv2
import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.render import RenderClip, RendererFactory, render_clip
from talkinghead.landmarks import MOUTH
from talkinghead.types import Array, Clip

TILE = (120, 90)  # pixels, width and height of one mouth on the sheet
GAP = 6  # pixels of white between tiles and rows
VIEW = 1.9  # relative to the mouth's box, to include some of cheeks and chin
BACKGROUND, TEXT = 255, (60, 70, 80)


def crop_width(landmarks: Array, aspect: float) -> float:
    """Width in pixels of a crop of `aspect` (width / height) that fits the mouth in all frames."""
    spans = np.ptp(landmarks[:, MOUTH, :2], axis=1).max(axis=0) * VIEW
    return float(max(spans[0], spans[1] * aspect, 2.0))


def crop_mouth(frame: Array, points: Array, across: float, size: tuple[int, int]) -> Array:
    """Crop the mouth of a frame (h, w, 3) uint8 to a picture of `size` (width, height).

    The crop is `across` pixels wide and centred on the mouth of `points` (68, 2 or 3). With the
    same width in all frames the mouth has a constant scale.
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
    """Contact sheet (h, w, 3) uint8: pairs of rows, the true mouth above the predicted one.

    `count` frames spread over the clip, `columns` per row, each with its frame number;
    `landmarks` (t, 68, 2 or 3) are those of the true frames. Raises InputError without frames.
    """
    length = min(len(true_frames), len(predicted_frames), len(landmarks))
    if length == 0:
        raise InputError("no frames to compare; give both videos and their landmarks")
    chosen = np.unique(np.linspace(0, length - 1, min(count, length)).round().astype(int))
    wide, tall = TILE
    across = crop_width(landmarks[chosen], wide / tall)
    columns = min(columns, len(chosen))
    rows = -(-len(chosen) // columns)
    label = 16
    pitch = label + 2 * tall + 3 * GAP
    sheet: Array = np.full(
        (GAP + rows * pitch, GAP + columns * (wide + GAP), 3), BACKGROUND, dtype=np.uint8
    )
    for place, frame in enumerate(chosen):
        top, left = GAP + place // columns * pitch, GAP + place % columns * (wide + GAP)
        cv2.putText(sheet, str(frame), (left, top + 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, TEXT, 1,
                    cv2.LINE_AA)  # fmt: skip
        for side, frames in enumerate((true_frames, predicted_frames)):
            y = top + label + side * (tall + GAP // 2)
            tile = crop_mouth(frames[frame], landmarks[frame], across, TILE)
            sheet[y : y + tall, left : left + wide] = tile
    return sheet


def side_by_side(
    true_frames: Iterable[Array], predicted_frames: Iterable[Array], landmarks: Array
) -> Iterator[Array]:
    """Frames with the true video on the left, the prediction on the right, mouths below.

    Predicted frames are resized to the true ones. Streams: either side may be a generator.
    """
    true_iterator = iter(true_frames)
    first = next(true_iterator, None)
    if first is None:
        return
    height, width = first.shape[:2]
    crop = (width, width * 3 // 4)
    across = crop_width(landmarks, crop[0] / crop[1])
    for true, predicted, points in zip(
        chain([first], true_iterator), predicted_frames, landmarks, strict=False
    ):
        if predicted.shape[:2] != (height, width):
            predicted = cv2.resize(predicted, (width, height), interpolation=cv2.INTER_AREA)
        columns = [
            np.vstack([frame, crop_mouth(frame, points, across, crop)])
            for frame in (true, predicted)
        ]
        yield np.hstack(columns)


def compare(truth: RenderClip, renderer: RendererFactory, *, slow: int = 2) -> tuple[Array, Clip]:
    """Compare a renderer with the truth: contact sheet, and a silent clip `slow` times slower."""
    rendered = render_clip(truth, renderer(truth.portrait))
    return compare_frames(
        truth.frames, rendered, truth.track.points, truth.track.fps, slow=slow
    )  # fmt: skip


def compare_frames(
    true_frames: Array, other_frames: Array, landmarks: Array, fps: float, *, slow: int = 2
) -> tuple[Array, Clip]:
    """Compare two videos (t, h, w, 3) uint8 frame by frame, to the end of the shorter one.

    Returns a contact sheet, and a silent clip `slow` times slower. `landmarks` (t, 68, 3) are those
    of the true frames. Raises InputError without frames.
    """
    count = min(len(true_frames), len(other_frames), len(landmarks))
    frames = side_by_side(true_frames[:count], other_frames[:count], landmarks[:count])
    height, width = true_frames.shape[1:3]
    return mouth_sheet(true_frames, other_frames, landmarks), Clip(
        frames=chain.from_iterable(repeat(frame, slow) for frame in frames),
        count=slow * count,
        size=(2 * width, height + width * 3 // 4),
        fps=fps,
        audio=None,
    )
