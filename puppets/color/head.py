"""Color's head: the face in planes of two lights, hair over and around it."""

import numpy as np
from brush import clip_to, curve, group, path, ribbon
from face import brows, eye, lips, nose
from hair import crown, fringe, strands
from shape import BROW_LINE, INK, JAW, LEFT_EYE, RIGHT_EYE, lights
from splash import blot, drip, plane, spatter, wobble

FACE = curve([*JAW, *BROW_LINE], True)
STEP = 2  # pixels between samples of the lights
COOL = ((0.50, "#3a22c4"), (0.66, "#2f6bff"), (0.80, "#12b8f5"), (0.91, "#8ff3f0"))
WARM = (
    *((0.26, "#b3138f"), (0.42, "#ee1f80"), (0.55, "#ff5058"), (0.66, "#ff8a2e")),
    *((0.77, "#ffc02e"), (0.87, "#ffe680"), (0.945, "#fffbe6")),
)


def _planes(rng: np.random.Generator) -> list[str]:
    ys, xs = np.mgrid[0:1024:STEP, 0:1024:STEP].astype(float)
    warm, cool = lights(xs, ys)
    warm = warm + 0.022 * wobble(rng, xs, ys)
    cool = cool + 0.026 * wobble(rng, xs, ys)
    outside = (np.abs(xs - 512) > 205) | (ys < 200) | (ys > 790)
    warm[outside], cool[outside] = -1, -1
    return [
        path(FACE, "#5b149c"),
        *(plane(cool, level, STEP, fill) for level, fill in COOL),
        *(plane(warm, level, STEP, fill) for level, fill in WARM),
    ]


def _accents(rng: np.random.Generator) -> list[str]:
    """Paint that landed on the face and stayed."""
    return [
        path("M430 190H594L546 246L508 282L474 246Z", "#2a126e"),
        *blot(rng, 628, 596, 30, "#ffd21f", rays=8, opacity=0.92),
        drip(624, 612, 74, 9, "#ffd21f", 0.92),
        drip(642, 606, 40, 7, "#ffd21f", 0.92),
        *blot(rng, 384, 600, 20, "#12c2e9", rays=8, opacity=0.9),
        drip(382, 610, 48, 7, "#12c2e9", 0.9),
        *spatter(rng, 400, 590, 62, ["#12c2e9", "#fffbe6", "#8a2be2"], 22, 5),
        *spatter(rng, 626, 590, 66, ["#ffd21f", "#ff2f87", "#8ff3f0"], 24, 5),
    ]


def head(rng: np.random.Generator) -> str:
    """The head's group, mouth closed."""
    edge = ribbon(JAW, [2, 5, 4, 9, 12, 8, 4, 7, 3], INK)
    back = curve(
        [
            (512, 108),
            (360, 132),
            (268, 250),
            (262, 450),
            (300, 640),
            (350, 650),
            (512, 600),
            (674, 650),
            (724, 640),
            (762, 450),
            (756, 250),
            (664, 132),
        ],
        True,
    )
    return group(
        "head",
        [
            *crown(rng),
            path(back, "#2a126e"),
            *strands(rng),
            clip_to("face", FACE, [*_planes(rng), *_accents(rng)]),
            edge,
            *nose(),
            *eye(LEFT_EYE, -1),
            *eye(RIGHT_EYE, 1),
            *lips(),
            *fringe(rng),
            *brows(),
        ],
    )
