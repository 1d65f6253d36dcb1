"""Names and mirror pairs of the 68 iBUG landmarks (Sagonas et al. 2013).

"Left" and "right" are the viewer's: point 0 is the left end of the jaw in the picture.
"""

from typing import Final

COUNT: Final = 68

JAW: Final = slice(0, 17)
LEFT_BROW: Final = slice(17, 22)
RIGHT_BROW: Final = slice(22, 27)
BROWS: Final = slice(17, 27)
NOSTRILS: Final = slice(31, 36)
NOSE: Final = slice(27, 36)
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
UPPER_LIP_TOP, LOWER_LIP_BOTTOM = 51, 57
UPPER_LIP_INNER, LOWER_LIP_INNER = 62, 66

UPPER_LID: Final = [37, 38, 43, 44]
LOWER_LID: Final = [41, 40, 47, 46]  # opposite each point of UPPER_LID
UPPER_LIP_OUTER: Final = [49, 50, 51, 52, 53]
LOWER_LIP_OUTER: Final = [59, 58, 57, 56, 55]  # opposite each point of UPPER_LIP_OUTER
INNER_UPPER: Final = [61, 62, 63]
INNER_LOWER: Final = [67, 66, 65]  # opposite each point of INNER_UPPER

# Points that speech and expression hardly move: registration rests on them.
STABLE: Final = [27, 28, 29, 30, 33, 36, 39, 42, 45]

# Contours in drawing order; True where the last point joins the first.
CONTOURS: Final[dict[str, tuple[list[int], bool]]] = {
    "jaw": (list(range(0, 17)), False),
    "left_brow": (list(range(17, 22)), False),
    "right_brow": (list(range(22, 27)), False),
    "nose_bridge": (list(range(27, 31)), False),
    "nostrils": (list(range(31, 36)), False),
    "left_eye": (list(range(36, 42)), True),
    "right_eye": (list(range(42, 48)), True),
    "outer_lip": (list(range(48, 60)), True),
    "inner_lip": (list(range(60, 68)), True),
}

# MIRROR[i] is the point that point i becomes when the picture is flipped left to right.
MIRROR: Final = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
    *[54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55],
    *[64, 63, 62, 61, 60, 67, 66, 65],
]
