"""Where the parts of color's face lie on the 1024 canvas, and how its forms catch the lights."""

import math

import numpy as np
from brush import Point, ibug_landmarks

INK = "#1b1145"


def mirrored(points: list[Point]) -> list[Point]:
    """The points of the other half, in reverse order, so that outlines go on."""
    return [(1024 - x, y) for x, y in reversed(points)]


def whole(half: list[Point]) -> list[Point]:
    """A symmetric row from its left half and middle point."""
    return half + mirrored(half[:-1])


JAW = whole(
    [
        *((330, 436), (330, 488), (336, 540), (348, 590), (366, 638), (394, 684), (430, 726)),
        *((470, 758), (512, 770)),
    ]
)
BROW_LINE: list[Point] = [(690, 360), (650, 262), (512, 214), (374, 262), (334, 360)]
LEFT_EYE: list[Point] = [(362, 474), (392, 448), (438, 450), (470, 487), (436, 501), (392, 499)]
RIGHT_EYE = [(1024 - LEFT_EYE[i][0], LEFT_EYE[i][1]) for i in (3, 2, 1, 0, 5, 4)]
LEFT_BROW: list[Point] = [(340, 406), (371, 382), (410, 375), (450, 384), (482, 403)]
RIGHT_BROW: list[Point] = [(542, 400), (575, 377), (614, 364), (654, 368), (686, 394)]
NOSE: list[Point] = [(512, 462), (512, 508), (512, 552), (512, 596)]
NOSE += whole([(474, 614), (492, 622), (512, 627)])

# The line where the lips meet, and the far edges of both lips, closed.
MEETING = whole([(442, 681), (480, 687), (512, 691)])
UPPER_EDGE = whole([(430, 678), (466, 670), (496, 659), (512, 665)])
LOWER_EDGE = whole([(430, 678), (460, 706), (490, 721), (512, 723)])
OPEN_UPPER = whole([(448, 684), (482, 678), (512, 679)])
OPEN_LOWER = whole([(448, 684), (482, 738), (512, 751)])
OPEN_UPPER_EDGE = whole([(436, 682), (466, 664), (496, 650), (512, 655)])
OPEN_LOWER_EDGE = whole([(436, 682), (462, 744), (488, 776), (512, 784)])
DROP = 62.0  # pixels the chin falls when the mouth is open

# Lumps on the egg of the head: x, y, half width, half height, how far they stand out.
FORMS = (
    *((512, 540, 22, 84, 44), (512, 600, 32, 26, 44), (480, 612, 16, 14, 14)),
    *((544, 612, 16, 14, 14), (404, 566, 60, 44, 30), (620, 566, 60, 44, 30)),
    *((418, 462, 54, 34, -34), (606, 462, 54, 34, -34), (416, 404, 64, 20, 18)),
    *((608, 404, 64, 20, 18), (512, 330, 120, 70, 16), (512, 684, 76, 44, 26)),
    *((512, 758, 44, 30, 32), (512, 734, 44, 11, -14)),
)
WARM = np.array([-0.62, -0.46, 0.64])  # the lamp at the left
COOL = np.array([0.86, 0.06, 0.5])  # the window at the right


def lights(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What of the warm and of the cool light the face returns at a place, each up to 1."""

    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        inside = 1 - np.abs((x - 512) / 190) ** 2.2 - np.abs((y - 480) / 306) ** 2.4
        z: np.ndarray = 170 * np.sqrt(np.clip(inside, 0.012, 1))
        for cx, cy, rx, ry, out in FORMS:
            z = z + out * np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2)
        return z

    dx, dy = height(x + 1, y) - height(x - 1, y), height(x, y + 1) - height(x, y - 1)
    normal = np.stack([-dx / 2, -dy / 2, np.ones_like(dx)])
    normal /= np.linalg.norm(normal, axis=0)
    return np.tensordot(WARM, normal, 1), np.tensordot(COOL, normal, 1)


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    drop = DROP if opened else 0.0
    # A little outside the edge of the face: the picture bends at the points.
    jaw = [(x * 1.04 - 20.5, y * 1.03 - 14) for x, y in JAW]
    jaw = [(x, y + drop * math.sin(math.pi * i / 16) ** 3) for i, (x, y) in enumerate(jaw)]
    outer = (OPEN_UPPER_EDGE, OPEN_LOWER_EDGE) if opened else (UPPER_EDGE, LOWER_EDGE)
    inner = (OPEN_UPPER, OPEN_LOWER) if opened else (MEETING, MEETING)
    return ibug_landmarks(jaw, LEFT_BROW + RIGHT_BROW, NOSE, LEFT_EYE + RIGHT_EYE, outer, inner)
