"""A drawn face whose landmarks are known."""

import cv2
import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import JAW, LEFT_EYE, OUTER_LIP, RIGHT_EYE
from talkinghead.puppet.face_frame import close_pose
from talkinghead.types import Array

SKIN, LIP, COAT = (240, 200, 170), (190, 80, 80), (60, 90, 160)
SIZE = 256


def drawn_points() -> Array:
    """(68, 2) the landmarks of `drawn_face`, mouth closed."""
    return close_pose(mean_face()[:, :2]) * 120 + (128, 96)


def drawn_face(background: tuple[int, int, int] | None = None) -> Array:
    """(256, 256, 4) uint8 a head and a coat, on transparency or on one colour."""
    points = drawn_points()
    image = np.zeros((SIZE, SIZE, 4), np.uint8)
    fixed = (points * 16).astype(np.int32)
    cv2.rectangle(image, (88, 168), (168, SIZE), (*COAT, 255), -1)
    cv2.ellipse(image, (128, 106), (64, 84), 0, 0, 360, (*SKIN, 255), -1)
    cv2.fillPoly(image, [fixed[JAW]], (*SKIN, 255), cv2.LINE_8, 4)
    cv2.fillPoly(image, [fixed[OUTER_LIP]], (*LIP, 255), cv2.LINE_8, 4)
    for eye in (LEFT_EYE, RIGHT_EYE):
        cv2.fillPoly(image, [fixed[eye]], (255, 255, 255, 255), cv2.LINE_8, 4)
        x, y = points[eye].mean(axis=0).astype(int).tolist()
        cv2.circle(image, (x, y), 3, (30, 30, 30, 255), -1)
    if background is not None:
        image[image[..., 3] == 0] = (*background, 255)
    return image
