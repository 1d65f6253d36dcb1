"""Where the parts of the sailor's face lie on the canvas: drawing and points share this."""

import numpy as np
from brush import Point, ibug_landmarks

CENTRE = 512.0


def mirrored(points: list[Point]) -> list[Point]:
    """The points of the other half, in reverse order, so that outlines go on."""
    return [(2 * CENTRE - x, y) for x, y in reversed(points)]


def whole(half: list[Point]) -> list[Point]:
    """A row that is symmetric about the centre, from its left half and middle point."""
    return half + mirrored(half[:-1])


LEFT_EYE: list[Point] = [(386, 480), (408, 465), (440, 465), (466, 484), (438, 492), (408, 491)]
RIGHT_EYE: list[Point] = [(558, 484), (584, 466), (616, 465), (638, 480), (616, 491), (586, 492)]
LEFT_BROW: list[Point] = [(362, 444), (384, 422), (414, 416), (446, 424), (474, 440)]
RIGHT_BROW: list[Point] = [(550, 438), (578, 420), (610, 410), (640, 418), (662, 442)]
BRIDGE: list[Point] = [(512, 458), (511, 500), (510, 545), (510, 590)]
NOSTRILS: list[Point] = [(466, 604), (488, 616), (511, 622), (534, 616), (556, 604)]
JAW = whole(
    [(322, 462), (324, 520), (330, 580), (342, 640), (362, 696), (392, 742), (428, 774),
     (468, 794), (512, 800)]
)  # fmt: skip

# The line where the lips meet, and the far edges of both lips, closed.
MEETING: list[Point] = [(460, 676), (484, 679), (511, 682), (540, 678), (566, 673)]
UPPER_EDGE: list[Point] = [
    (450, 675), (466, 671), (494, 668), (511, 670), (530, 667), (558, 668), (575, 671),
]  # fmt: skip
LOWER_EDGE: list[Point] = [
    (450, 675), (468, 694), (492, 704), (512, 706), (534, 703), (558, 692), (575, 671),
]  # fmt: skip

# The same, mouth open.
OPEN_UPPER: list[Point] = [(462, 684), (484, 674), (511, 673), (540, 673), (564, 681)]
OPEN_LOWER: list[Point] = [(462, 684), (482, 736), (512, 746), (541, 735), (564, 681)]
OPEN_UPPER_EDGE: list[Point] = [
    (453, 685), (467, 670), (494, 662), (511, 664), (530, 661), (557, 668), (572, 682),
]  # fmt: skip
OPEN_LOWER_EDGE: list[Point] = [
    (453, 685), (466, 738), (490, 766), (512, 772), (535, 765), (559, 736), (572, 682),
]  # fmt: skip
DROP = 58.0  # pixels the chin falls when the mouth is open


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    drop = DROP * np.sin(np.linspace(0, np.pi, 17)) ** 3 * opened
    jaw = [(x, y + d) for (x, y), d in zip(JAW, drop, strict=True)]
    outer = (OPEN_UPPER_EDGE, OPEN_LOWER_EDGE) if opened else (UPPER_EDGE, LOWER_EDGE)
    inner = (OPEN_UPPER, OPEN_LOWER) if opened else (MEETING, MEETING)
    brows, nose, eyes = LEFT_BROW + RIGHT_BROW, BRIDGE + NOSTRILS, LEFT_EYE + RIGHT_EYE
    return ibug_landmarks(jaw, brows, nose, eyes, outer, inner)
