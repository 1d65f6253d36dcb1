"""Danbooru1, a girl in the month of cherry blossom, in the style of anime: the drawing."""

import numpy as np
import scene
from brush import blur_filters, group, svg_document
from eyes import eye, eyelids, pupils
from face import brows, flower, lips, nose, skin
from hair import cap, crest, sides
from mouth import jaw, mouth, teeth
from outfit import body
from shape import LEFT_EYE, RIGHT_EYE, points


def _tall(name: str, y0: float, y1: float, *stops: tuple[float, str]) -> str:
    """A gradient down the page between two heights, the same for every shape."""
    inner = "".join(f'<stop offset="{o}" stop-color="{c}"/>' for o, c in stops)
    span = f'gradientUnits="userSpaceOnUse" x1="0" y1="{y0}" x2="0" y2="{y1}"'
    return f'<linearGradient id="{name}" {span}>{inner}</linearGradient>'


DEFS = (
    _tall("hair", 90, 940, (0, "#4a4cb4"), (0.3, "#3d3f9e"), (0.65, "#5a48a8"), (1, "#d873b8"))
    + _tall("hairDark", 90, 940, (0, "#2d2c78"), (0.4, "#27266b"), (0.7, "#3d2f80"), (1, "#9949aa"))
    + _tall("hairBack", 300, 1040, (0, "#1f1c55"), (0.5, "#322c7a"), (1, "#8a4a9c"))
    + _tall("skin", 300, 760, (0, "#fde6d8"), (0.6, "#ffe9db"), (1, "#fbdccb"))
    + _tall("iris", 486, 598, (0, "#1d1a6b"), (0.35, "#2a4fc0"), (0.7, "#2fb8d8"), (1, "#8ff5dd"))
    + _tall("pupil", 515, 563, (0, "#0c0930"), (0.6, "#171054"), (1, "#2743a0"))
    + _tall("tongue", 664, 700, (0, "#f5949a"), (1, "#dd6577"))
    + '<radialGradient id="irisGlow"><stop offset="0" stop-color="#d8fff0" stop-opacity=".95"/>'
    '<stop offset="1" stop-color="#7ff0e0" stop-opacity="0"/></radialGradient>'
    '<radialGradient id="blush"><stop offset="0" stop-color="#ff7f8e" stop-opacity=".62"/>'
    '<stop offset="1" stop-color="#ff9a9a" stop-opacity="0"/></radialGradient>'
)


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    rng = np.random.default_rng(11)
    parts = [*cap(), *skin(), *nose(), *lips(), *eye(LEFT_EYE, "L"), *eye(RIGHT_EYE, "R")]
    parts += [*sides(), *crest(), *brows()]
    parts += [*flower(676, 262, 1.25, 12), *flower(724, 318, 0.85, 40)]
    layers = [
        group("background", scene.background(rng)),
        body(),
        group("head", parts),
        pupils(),
        eyelids(),
        mouth(),
        teeth(),
        jaw(),
    ]
    defs = blur_filters(2, 4, 6, 12, 30) + scene.DEFS + DEFS
    return svg_document(defs, layers), points(opened=False), points(opened=True)
