"""Boxes that overlap are one face, and lie in the picture's own pixels."""

import numpy as np
import pytest

from talkinghead.face.detectors.face_boxes import (
    LARGE_FACES,
    SMALL_FACES,
    _merge_overlapping,
    detect_boxes,
)
from talkinghead.media.loading import demo_portrait
from talkinghead.types import Array


def box(left: float, top: float, side: float) -> Array:
    """(8, 2): the corners of a square, and six points in its middle."""
    corners = np.array([[left, top], [left + side, top + side]], np.float32)
    return np.concatenate([corners, np.repeat(corners.mean(axis=0, keepdims=True), 6, axis=0)])


def test_overlapping_boxes_are_averaged_by_score() -> None:
    boxes = np.stack([box(0, 0, 1), box(0.1, 0, 1), box(5, 5, 1)])
    merged = _merge_overlapping(boxes, np.array([0.9, 0.3, 0.2], np.float32))
    assert [score for _, score in merged] == pytest.approx([0.9, 0.2])
    assert merged[0][0][:2] == pytest.approx(box(0.025, 0, 1)[:2])
    assert merged[1][0] == pytest.approx(box(5, 5, 1))


def test_a_box_without_area_ends_the_search() -> None:
    assert _merge_overlapping(np.stack([box(1, 1, 0)]), np.ones(1, np.float32)) == []


@pytest.mark.parametrize("network", [LARGE_FACES, SMALL_FACES])
def test_a_box_moves_with_the_picture(network) -> None:
    image = demo_portrait("astronaut")
    [first, *_] = detect_boxes(network, image, 0.5)
    [moved, *_] = detect_boxes(network, np.pad(image, ((0, 0), (64, 0), (0, 0))), 0.5)
    assert first.contains(225, 130)
    assert moved.left == pytest.approx(first.left + 64, abs=12)
    assert moved.top == pytest.approx(first.top, abs=12)
    assert abs(first.rotation) < 0.5
