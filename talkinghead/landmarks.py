"""Indices of the 68 iBUG landmarks (Sagonas et al. 2013), their contours and mirror pairs.

Left and right are the viewer's: point 0 is the left end of the jaw in the picture.
"""

from typing import Final

COUNT: Final = 68

JAW: Final = slice(0, 17)
LEFT_BROW: Final = slice(17, 22)
RIGHT_BROW: Final = slice(22, 27)
BROWS: Final = slice(17, 27)
NOSE: Final = slice(27, 36)
NOSE_BRIDGE: Final = slice(27, 31)
NOSTRILS: Final = slice(31, 36)
LEFT_EYE: Final = slice(36, 42)
RIGHT_EYE: Final = slice(42, 48)
EYES: Final = slice(36, 48)
OUTER_LIP: Final = slice(48, 60)
INNER_LIP: Final = slice(60, 68)
MOUTH: Final = slice(48, 68)
FEATURES: Final = slice(17, 68)  # all but the jaw

JAW_LEFT, CHIN, JAW_RIGHT = 0, 8, 16
NOSE_TOP, NOSE_TIP, NOSE_BASE = 27, 30, 33
LEFT_EYE_OUTER, LEFT_EYE_INNER, RIGHT_EYE_INNER, RIGHT_EYE_OUTER = 36, 39, 42, 45
MOUTH_LEFT, MOUTH_RIGHT = 48, 54
INNER_LEFT, INNER_RIGHT = 60, 64
INNER_TOP, INNER_BOTTOM = 62, 66

UPPER_LID: Final = [37, 38, 43, 44]
LOWER_LID: Final = [41, 40, 47, 46]  # opposite each point of UPPER_LID
OUTER_UPPER: Final = [49, 50, 51, 52, 53]
OUTER_LOWER: Final = [59, 58, 57, 56, 55]  # opposite each point of OUTER_UPPER
INNER_UPPER: Final = [61, 62, 63]
INNER_LOWER: Final = [67, 66, 65]  # opposite each point of INNER_UPPER
NEAREST_INNER: Final = [0, 0, 1, 2, 2]  # index of the inner pair nearest to each outer pair

# Upper and lower rims of mouth and eyes, each from the left corner to the right corner.
Rims = tuple[list[int], list[int]]
OUTER_RIMS: Final[Rims] = (
    [MOUTH_LEFT, *OUTER_UPPER, MOUTH_RIGHT],
    [MOUTH_LEFT, *OUTER_LOWER, MOUTH_RIGHT],
)
INNER_RIMS: Final[Rims] = (
    [INNER_LEFT, *INNER_UPPER, INNER_RIGHT],
    [INNER_LEFT, *INNER_LOWER, INNER_RIGHT],
)
LEFT_EYE_RIMS: Final[Rims] = (
    [LEFT_EYE_OUTER, *UPPER_LID[:2], LEFT_EYE_INNER],
    [LEFT_EYE_OUTER, *LOWER_LID[:2], LEFT_EYE_INNER],
)
RIGHT_EYE_RIMS: Final[Rims] = (
    [RIGHT_EYE_INNER, *UPPER_LID[2:], RIGHT_EYE_OUTER],
    [RIGHT_EYE_INNER, *LOWER_LID[2:], RIGHT_EYE_OUTER],
)

# Points that speech and expression hardly move: alignment uses them.
STABLE: Final = [27, 28, 29, 30, 33, 36, 39, 42, 45]


def _points(part: slice) -> list[int]:
    return list(range(COUNT)[part])


# Contours in drawing order; True where the last point joins the first.
CONTOURS: Final[dict[str, tuple[list[int], bool]]] = {
    "jaw": (_points(JAW), False),
    "left_brow": (_points(LEFT_BROW), False),
    "right_brow": (_points(RIGHT_BROW), False),
    "nose_bridge": (_points(NOSE_BRIDGE), False),
    "nostrils": (_points(NOSTRILS), False),
    "left_eye": (_points(LEFT_EYE), True),
    "right_eye": (_points(RIGHT_EYE), True),
    "outer_lip": (_points(OUTER_LIP), True),
    "inner_lip": (_points(INNER_LIP), True),
}

# MIRROR[i] is the index of point i in the horizontally flipped picture.
MIRROR: Final = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
    *[54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55],
    *[64, 63, 62, 61, 60, 67, 66, 65],
]
