"""CartoonM's face: eyes and lids, brows, nose, moustache and lips."""

import numpy as np
from brush import (
    Point,
    clip_to,
    curve,
    ellipse,
    fit_eye_rim,
    group,
    mix,
    path,
    rgb,
    ribbon,
    to_hex,
)
from shape import (
    HAIR,
    HAIR_DARK,
    HAIR_LIGHT,
    LEFT_BROW,
    LEFT_EYE,
    LOWER_EDGE,
    MEETING,
    NIGHT,
    RIGHT_BROW,
    RIGHT_EYE,
    SKIN,
    SKIN_DARK,
    SKIN_LIGHT,
    UPPER_EDGE,
    mirrored,
)


def eye(corners: list[Point], sign: int) -> list[str]:
    x, y = np.mean(corners, axis=0)
    above, below = fit_eye_rim(corners[:4]), fit_eye_rim([corners[i] for i in (0, 5, 4, 3)])
    outline = curve(above) + "L" + curve(below[::-1])[1:] + "Z"
    lash = [(px, py + 5) for px, py in above[1:-1]]
    white = [
        path(outline, "#fffaf0" if sign < 0 else "#e9e2ee"),
        path(f"M{x - 60} {y - 60}h120v44q-60 -30 -120 0Z", "#c9bfd8"),
    ]
    return [
        clip_to(f"eye{sign}", outline, white),
        ribbon([above[0], *lash, above[-1]], [2, 9, 10, 9, 2], HAIR_DARK),
    ]


def brows() -> list[str]:
    return [
        path(curve(row), stroke=fill, stroke_width=26, stroke_linecap="round")
        for row, fill in ((LEFT_BROW, HAIR), (RIGHT_BROW, HAIR_DARK))
    ]


def nose() -> list[str]:
    """Two planes that meet in an edge."""
    return [
        path("M458 600Q512 650 566 600V590H458Z", HAIR_DARK, opacity=0.5),
        path("M512 440V612H486Q452 610 458 578L496 452Q500 440 512 440Z", SKIN_LIGHT),
        path("M512 440V612H538Q572 610 566 578L528 452Q524 440 512 440Z", SKIN_DARK),
        path("M474 600a15 9 0 0 1 28 0M522 600a15 9 0 0 1 28 0", "#6b3020"),
    ]


def moustache() -> list[str]:
    half: list[Point] = [(512, 628), (478, 620), (436, 634), (402, 668), (396, 690)]
    low: list[Point] = [(396, 690), (424, 672), (452, 668), (486, 676), (512, 678)]
    outline = [*half, *low[1:]]
    return [
        path(curve(outline) + "Z", HAIR_LIGHT),
        path(curve(mirrored(outline)) + "Z", HAIR_LIGHT),
    ]


def lips() -> list[str]:
    seam = curve(MEETING[::-1])[1:]
    # Above where the lips part: the lower one keeps a clean edge when they do.
    line = [UPPER_EDGE[0], *((x, y - 3) for x, y in MEETING), UPPER_EDGE[-1]]
    soul = "M482 734Q512 724 542 734Q538 768 512 776Q486 768 482 734Z"
    return [
        path(soul, HAIR_DARK),
        path(curve(UPPER_EDGE) + "L" + seam + "Z", "#a8483f"),
        path(curve(LOWER_EDGE) + "L" + seam + "Z", "#dd7a66"),
        path(curve(line), stroke="#5a1730", stroke_width=6, stroke_linecap="round"),
    ]


def pupils() -> str:
    """Round and dark, each with a window."""
    parts = []
    for x, y in ((424, 468), (604, 468)):
        parts += [
            ellipse(x, y, 25, 25, "#6b3d1e"),
            ellipse(x, y, 15, 15, HAIR_DARK),
            ellipse(x - 9, y - 9, 8, 8, "#ffffff"),
        ]
    return group("pupils", parts)


def eyelids() -> str:
    """Closed lids: one plane of skin and a line."""
    parts = []
    for corners, sign in ((LEFT_EYE, -1), (RIGHT_EYE, 1)):
        above, seam = fit_eye_rim(corners[:4]), fit_eye_rim([corners[i] for i in (0, 5, 4, 3)])
        # The face's own colour above, then the lid's plane.
        high = [(x, y - 60) for x, y in above[::-1]]
        lit = SKIN if sign < 0 else to_hex(mix(rgb(SKIN), rgb(NIGHT), 0.2))
        plane = SKIN_LIGHT if sign < 0 else to_hex(mix(rgb(SKIN), rgb(NIGHT), 0.08))
        parts += [
            path(curve(seam) + "L" + curve(high)[1:] + "Z", lit),
            path(curve(seam) + "L" + curve(above[::-1])[1:] + "Z", plane),
            ribbon(seam, [2, 9, 11, 9, 2], HAIR_DARK),
        ]
    return group("eyelids", parts)
