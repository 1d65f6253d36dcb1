"""Where the parts of roy's face lie on the 1024 canvas, and how its forms catch the light."""

import math

import numpy as np
from brush import Point, ibug_landmarks

LEFT_EYE: list[Point] = [(358, 430), (380, 405), (424, 402), (452, 432), (426, 447), (384, 449)]
RIGHT_EYE: list[Point] = [(574, 434), (600, 404), (644, 407), (668, 432), (642, 451), (600, 449)]
LEFT_BROW: list[Point] = [(326, 334), (352, 294), (392, 280), (434, 292), (472, 322)]
RIGHT_BROW: list[Point] = [(552, 334), (592, 318), (636, 310), (678, 320), (704, 346)]
NOSE: list[Point] = [
    *((512, 416), (513, 460), (514, 505), (516, 552)),
    *((448, 590), (484, 606), (515, 612), (548, 605), (584, 588)),
]
# The outline of the head, from the left ear down to the chin and up to the right ear.
JAW: list[Point] = [
    *((264, 420), (258, 478), (258, 536), (262, 594), (268, 652), (286, 710), (336, 766)),
    *((428, 824), (514, 838), (602, 822), (694, 762), (740, 706), (756, 648), (762, 590)),
    *((764, 534), (764, 476), (758, 418)),
]
CROWN: list[Point] = [
    *((744, 336), (746, 226), (690, 132), (604, 78), (508, 62), (410, 80), (330, 138)),
    *((278, 230), (282, 336)),
]

# The line where the lips meet, and the far edges of both lips, closed: a smirk to the right.
MEETING: list[Point] = [(412, 682), (462, 678), (514, 681), (568, 673), (620, 661)]
UPPER_EDGE: list[Point] = [
    *((396, 683), (432, 670), (484, 660), (514, 665), (546, 658), (596, 653), (636, 656)),
]
LOWER_EDGE: list[Point] = [
    *((396, 683), (434, 697), (476, 710), (516, 713), (560, 706), (602, 689), (636, 656)),
]
OPEN_UPPER: list[Point] = [(408, 690), (460, 668), (514, 668), (570, 662), (622, 668)]
OPEN_LOWER: list[Point] = [(408, 690), (462, 754), (516, 776), (572, 748), (622, 668)]
OPEN_UPPER_EDGE: list[Point] = [
    *((392, 690), (430, 662), (484, 648), (514, 653), (546, 646), (598, 644), (638, 664)),
]
OPEN_LOWER_EDGE: list[Point] = [
    *((392, 690), (428, 762), (474, 802), (516, 810), (562, 798), (608, 752), (638, 664)),
]
DROP = 84.0  # pixels the chin falls when the mouth is open

# Lumps on the egg of the head: x, y, half width, half height, how far they stand out.
FORMS = (
    *((516, 568, 58, 50, 92), (514, 490, 28, 80, 46), (452, 586, 26, 24, 30)),
    *((580, 586, 26, 24, 30), (362, 560, 66, 50, 30), (668, 560, 66, 50, 30)),
    *((404, 350, 74, 30, 26), (622, 352, 74, 30, 26), (406, 430, 60, 36, -30)),
    *((622, 432, 60, 36, -30), (514, 668, 110, 62, 30), (515, 782, 80, 42, 56)),
    *((514, 724, 66, 14, -20), (306, 360, 40, 90, -16), (722, 360, 40, 90, -16)),
    *((318, 720, 50, 50, 22), (712, 716, 50, 50, 22), (420, 220, 120, 80, 18)),
)
KEY = np.array([-0.56, -0.58, 0.59])  # where the lamp stands, seen from the face


def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the head stands out of the picture, in pixels."""
    inside = 1 - np.abs((x - 512) / 256) ** 2.3 - np.abs((y - 446) / 388) ** 2.6
    z: np.ndarray = 220 * np.sqrt(np.clip(inside, 0.012, 1))
    for cx, cy, rx, ry, out in FORMS:
        z = z + out * np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2)
    return z


def slope(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How steeply the head rises to the right and downwards."""
    return height(x + 1, y) - height(x - 1, y), height(x, y + 1) - height(x, y - 1)


def light(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The lamp's light on the head, 0 in the dark to 1."""
    dx, dy = slope(x, y)
    normal = np.stack([-dx / 2, -dy / 2, np.ones_like(dx)])
    normal /= np.linalg.norm(normal, axis=0)
    lit: np.ndarray = 0.22 + 0.78 * np.clip(np.tensordot(KEY, normal, 1), -0.2, 1)
    return lit


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    drop = DROP if opened else 0.0
    # A little outside the inked outline: the picture bends at the points.
    jaw = [(x * 1.03 - 15.4, y * 1.03 - 15.4) for x, y in JAW]
    jaw = [(x, y + drop * math.sin(math.pi * i / 16) ** 3) for i, (x, y) in enumerate(jaw)]
    outer = (OPEN_UPPER_EDGE, OPEN_LOWER_EDGE) if opened else (UPPER_EDGE, LOWER_EDGE)
    inner = (OPEN_UPPER, OPEN_LOWER) if opened else (MEETING, MEETING)
    return ibug_landmarks(jaw, LEFT_BROW + RIGHT_BROW, NOSE, LEFT_EYE + RIGHT_EYE, outer, inner)
