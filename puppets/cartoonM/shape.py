"""Where the parts of cartoonM's face lie on the 1024 canvas, and his few colours."""

import math

import numpy as np
from brush import Point, ibug_landmarks

SKIN, SKIN_LIGHT, SKIN_DARK = "#c47647", "#d88d5c", "#a65b35"
HAIR, HAIR_LIGHT, HAIR_DARK = "#272a5e", "#414894", "#1a1b42"
NIGHT = "#1b1240"  # shades everything, thinly


def mirrored(points: list[Point]) -> list[Point]:
    """The points of the other half, in reverse order, so that outlines go on."""
    return [(1024 - x, y) for x, y in reversed(points)]


def whole(half: list[Point], rise: float = 0.0) -> list[Point]:
    """A symmetric row from its left half and middle point; `rise` lifts its right end."""
    return [(x, y - (x - 512) * rise) for x, y in half + mirrored(half[:-1])]


SMILE = 0.07  # one corner of the mouth is higher than the other
LEFT_EYE: list[Point] = [(368, 473), (394, 442), (442, 442), (466, 473), (442, 494), (394, 494)]
RIGHT_EYE = [(1024 - LEFT_EYE[i][0], LEFT_EYE[i][1]) for i in (3, 2, 1, 0, 5, 4)]
LEFT_BROW: list[Point] = [(352, 398), (380, 376), (414, 368), (446, 376), (470, 394)]
RIGHT_BROW: list[Point] = [(554, 382), (578, 360), (612, 350), (646, 358), (674, 382)]
NOSE: list[Point] = [(512, 448), (512, 488), (512, 528), (512, 566)]
NOSE += whole([(466, 584), (490, 594), (512, 597)])

# The line where the lips meet, and the far edges of both lips, closed.
MEETING = whole([(434, 664), (472, 684), (512, 690)], SMILE)
UPPER_EDGE = whole([(420, 656), (450, 664), (484, 676), (512, 679)], SMILE)
LOWER_EDGE = whole([(420, 656), (448, 690), (482, 710), (512, 715)], SMILE)
OPEN_UPPER = whole([(438, 660), (474, 670), (512, 673)], SMILE)
OPEN_LOWER = whole([(438, 660), (470, 748), (512, 768)], SMILE)
OPEN_UPPER_EDGE = whole([(424, 652), (452, 653), (484, 659), (512, 661)], SMILE)
OPEN_LOWER_EDGE = whole([(424, 652), (440, 736), (478, 782), (512, 793)], SMILE)
DROP = 86.0  # pixels the chin falls when the mouth is open


def jaw(drop: float = 0.0, room: float = 0.0) -> list[Point]:
    """The 17 points of the jaw: two straight sides and half an ellipse, the beard's edge.

    `room` sets them so many pixels outside: the picture bends at the points, and a plain
    edge should not lie where it bends.
    """
    points: list[Point] = []
    for i in range(17):
        if i < 3 or i > 13:
            points.append((308 - room if i < 8 else 716 + room, 430 + 60 * min(i, 16 - i)))
        else:
            angle = math.pi * (i - 2.5) / 11
            points.append(
                (512 - (204 + room) * math.cos(angle), 596 + (236 + room) * math.sin(angle))
            )
    return [(x, y + drop * math.sin(math.pi * i / 16) ** 3) for i, (x, y) in enumerate(points)]


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    outer = (OPEN_UPPER_EDGE, OPEN_LOWER_EDGE) if opened else (UPPER_EDGE, LOWER_EDGE)
    inner = (OPEN_UPPER, OPEN_LOWER) if opened else (MEETING, MEETING)
    brows, eyes = LEFT_BROW + RIGHT_BROW, LEFT_EYE + RIGHT_EYE
    jaws = jaw(DROP if opened else 0.0, room=11)
    return ibug_landmarks(jaws, brows, NOSE, eyes, outer, inner)
