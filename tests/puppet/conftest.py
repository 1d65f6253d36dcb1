"""A small valid puppet, which tests modify."""

import cv2
import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, JAW, LEFT_EYE, OUTER_LOWER, RIGHT_EYE
from talkinghead.types import Layer, Puppet

SIZE = 200


@pytest.fixture
def egg() -> Puppet:
    """A pink egg-shaped head on blue, with eyelids and a mouth layer, in the closed pose."""
    closed = close_mouth(mean_face()[:, :2] * 95 + (100, 70))
    seam = (closed[[61, 62, 63]] + closed[[67, 66, 65]]) / 2
    closed[[61, 62, 63]] = closed[[67, 66, 65]] = seam
    opened = closed.copy()
    opened[[*INNER_LOWER, *OUTER_LOWER], 1] += 18
    opened[JAW, 1] += 16 * np.sin(np.linspace(0, np.pi, 17)) ** 3
    pictures = {role: np.zeros((SIZE, SIZE, 4), np.uint8) for role in ("head", "mouth", "eyelids")}
    cv2.ellipse(pictures["head"], (100, 100), (72, 88), 0, 0, 360, (230, 160, 150, 255), -1)
    for role, part in (("eyelids", closed[LEFT_EYE]), ("eyelids", closed[RIGHT_EYE])):
        hull = cv2.convexHull(np.rint(part).astype(np.int32))
        cv2.drawContours(pictures[role], [hull], -1, (160, 90, 90, 255), -1)
        cv2.drawContours(pictures[role], [hull], -1, (160, 90, 90, 255), 4)
    lips = np.rint(opened[INNER_LIP]).astype(np.int32)
    cv2.drawContours(pictures["mouth"], [lips], -1, (60, 10, 20, 255), -1)
    cv2.drawContours(pictures["mouth"], [lips], -1, (60, 10, 20, 255), 5)
    ground = np.full((SIZE, SIZE, 4), (60, 90, 200, 255), np.uint8)
    layers = {role: Layer(role, image) for role, image in pictures.items()}
    meta = {"licence": "CC0-1.0", "drawn": "closed"}
    return Puppet(
        "egg", {"background": Layer("background", ground), **layers}, closed, opened, meta=meta
    )
