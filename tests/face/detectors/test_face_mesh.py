"""A face is meshed in its crop; crops of one face are one."""

import numpy as np
import pytest

from talkinghead.face.detectors.face_boxes import LARGE_FACES, detect_boxes
from talkinghead.face.detectors.face_mesh import (
    MeshCrop,
    crop_of_box,
    crop_of_mesh,
    detect_mesh,
    distinct_crops,
)
from talkinghead.media.loading import demo_portrait


def test_the_mesh_lies_in_its_crop_and_finds_it_again() -> None:
    image = demo_portrait("astronaut")
    crop = crop_of_box(detect_boxes(LARGE_FACES, image, 0.5)[0])
    mesh = detect_mesh(image, crop)
    assert mesh is not None
    assert mesh.shape == (468, 3)
    assert np.abs(mesh[:, :2] - [crop.x, crop.y]).max() < crop.side / 2
    again = detect_mesh(image, crop_of_mesh(mesh))
    assert again is not None
    assert np.linalg.norm(again - mesh, axis=1).mean() < 0.02 * crop.side


def test_a_crop_without_a_face_has_no_mesh() -> None:
    image = np.full((200, 200, 3), 90, np.uint8)
    assert detect_mesh(image, MeshCrop(100, 100, 150, 0)) is None


@pytest.mark.parametrize(("distance", "count"), [(10, 1), (60, 2)])
def test_of_overlapping_crops_the_last_one_stays(distance: float, count: int) -> None:
    crops = [MeshCrop(100, 100, 100, 0), MeshCrop(100 + distance, 100, 100, 0)]
    assert distinct_crops(crops) == crops[-count:]
