"""Blendshapes are those that made a face move, left and right the subject's."""

import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.landmarks import INNER_LIP, LOWER_LID, MIRROR, UPPER_LID
from talkinghead.media.blendshape_names import BLENDSHAPES
from talkinghead.motion.blendshapes import (
    GIVEN,
    apply_blendshapes,
    blendshape_weights,
    displacements,
    face_triangles,
)
from talkinghead.motion.blink import close_eyelids
from talkinghead.types import FaceShape, FaceTrack

FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))
# Which of the first two it is depends on the opening; the jaw takes what the last two share.
SHARED = ("mouthFunnel", "mouthPucker", "mouthLowerDownLeft", "mouthLowerDownRight")


def weights_of(points: np.ndarray) -> dict[str, np.ndarray]:
    track = FaceTrack(points.astype(np.float32), np.zeros((len(points), 6)))
    weights = blendshape_weights(track, FACE)
    assert weights.shape == (len(points), 52)
    return dict(zip(BLENDSHAPES, weights.T, strict=True))


def one(**weights: float) -> np.ndarray:
    """(1, 52) with these weights."""
    row = np.zeros((1, len(BLENDSHAPES)))
    for name, weight in weights.items():
        row[0, BLENDSHAPES.index(name)] = weight
    return row


def test_there_are_52_shapes_of_which_31_can_be_given():
    assert len(set(BLENDSHAPES)) == 52
    assert len(GIVEN) == 31
    assert set(GIVEN) < set(BLENDSHAPES)


def test_the_neutral_face_has_no_shape():
    assert not any(weight.any() for weight in weights_of(FACE.points[None]).values())


@pytest.mark.parametrize("name", [name for name in GIVEN if name not in SHARED])
def test_each_shape_is_found_where_it_was_applied(name):
    several = {name: 0.4} | ({"jawOpen": 0.5} if name == "mouthClose" else {})
    found = weights_of(apply_blendshapes(one(**several), FACE))
    for shape, weight in found.items():
        # Lips over an open jaw, and a lip or brow on both sides, are nearly sums of other shapes.
        tolerance = 0.06 if shape in several else 0.2
        assert weight[0] == pytest.approx(several.get(shape, 0), abs=tolerance), shape
    assert found[name][0] == max(w[0] for shape, w in found.items() if shape not in ("jawOpen",)
                                 or name == shape)  # fmt: skip


def test_a_lower_lip_that_moves_alone_is_an_open_jaw():
    found = weights_of(apply_blendshapes(one(mouthLowerDownLeft=1, mouthLowerDownRight=1), FACE))
    assert found["jawOpen"][0] > 0.2
    assert found["mouthLowerDownLeft"][0] < 0.1


def test_rounded_lips_are_a_pucker_if_closed_and_a_funnel_if_open():
    closed = weights_of(apply_blendshapes(one(mouthPucker=0.6), FACE))
    assert closed["mouthPucker"][0] == pytest.approx(0.6, abs=0.06)
    assert closed["mouthFunnel"][0] < 0.1
    opened = weights_of(apply_blendshapes(one(mouthFunnel=0.6, jawOpen=0.5), FACE))
    assert opened["mouthFunnel"][0] == pytest.approx(0.6, abs=0.06)
    assert opened["mouthPucker"][0] < 0.1


def test_a_blink_of_our_own_is_a_blink_of_the_same_closure():
    closure = np.array([0, 0.5, 1])
    found = weights_of(close_eyelids(np.repeat(FACE.points[None], 3, axis=0), closure))
    for side in ("Left", "Right"):
        np.testing.assert_allclose(found[f"eyeBlink{side}"], closure, atol=0.03)


def test_a_face_with_closed_eyes_does_not_blink():
    points = close_eyelids(FACE.points[None], np.ones(1))[0]
    points[LOWER_LID] = points[UPPER_LID]
    asleep = FaceShape(points)
    moved = FaceTrack(np.stack([points, points + np.float32(0.01)]), np.zeros((2, 6)))
    weights = blendshape_weights(moved, asleep)
    assert np.isfinite(weights).all()
    assert not weights[
        :, [BLENDSHAPES.index("eyeBlinkLeft"), BLENDSHAPES.index("eyeWideLeft")]
    ].any()


def test_left_is_the_subject_s_and_mirroring_a_face_swaps_the_sides(rng):
    points = FACE.points + rng.normal(0, 0.01, (20, 68, 3))
    mirrored = FACE.points + (points - FACE.points)[:, MIRROR] * [-1, 1, 1]
    symmetric = FaceShape(((FACE.points + FACE.points[MIRROR] * [-1, 1, 1]) / 2).astype("f4"))
    swap = {"Left": "Right", "Right": "Left"}

    def on(points):
        moved = symmetric.points + (points - FACE.points)
        track = FaceTrack(moved.astype("f4"), np.zeros((20, 6)))
        return blendshape_weights(track, symmetric)

    names = [
        next((n.removesuffix(s) + o for s, o in swap.items() if n.endswith(s)), n)
        for n in BLENDSHAPES
    ]
    columns = [BLENDSHAPES.index(name) for name in names]
    np.testing.assert_allclose(on(points), on(mirrored)[:, columns], atol=1e-3)
    right_half_of_the_picture = apply_blendshapes(one(mouthSmileLeft=1), FACE)[0, 54]
    assert right_half_of_the_picture[0] > FACE.points[54, 0]
    assert right_half_of_the_picture[1] < FACE.points[54, 1]


def test_lips_closed_over_an_open_jaw_touch():
    points = apply_blendshapes(one(jawOpen=0.6, mouthClose=0.6), FACE)
    neutral = float(mouth_opening(FACE.points))
    assert float(mouth_opening(points)[0]) == pytest.approx(neutral, abs=1e-3)
    found = weights_of(points)
    assert found["mouthClose"][0] <= found["jawOpen"][0]


def test_the_mesh_covers_the_face_and_is_open_where_the_mouth_opens():
    triangles = face_triangles(FACE)
    assert set(triangles.ravel().tolist()) == set(range(68))
    inner = set(range(INNER_LIP.start, INNER_LIP.stop))
    assert not any(set(corners) <= inner for corners in triangles.tolist())
    assert displacements(FACE).shape == (len(GIVEN), 68, 3)
