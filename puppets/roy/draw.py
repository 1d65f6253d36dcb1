"""Roy, who has opinions and a bow tie: a caricature in dabs of paint and lines of ink."""

import numpy as np
import scene
from body import body
from brush import blur_filters, gradient, group, svg_document
from eyes import eyelids, pupils
from head import head
from mouth import jaw, mouth, teeth
from shape import points

GRADIENTS = [
    gradient("wool", (0, "#e2a53f"), (1, "#b9762a"), to="right"),
    gradient("shell", (0, "#d98a3a"), (0.5, "#8f4d22"), (1, "#4a2314")),
    gradient("upper", (0, "#b85f50"), (1, "#7e2f38")),
    gradient("lower", (0, "#a34a4b"), (0.5, "#d47f6c"), (1, "#9a4644")),
    gradient("cavity", (0, "#1c050d"), (0.6, "#44101c"), (1, "#6a2028"), to="out"),
    gradient("tongue", (0, "#ef938c"), (0.6, "#cf5f68"), (1, "#8a2f42")),
    gradient("enamel", (0, "#d8c3a0"), (0.4, "#fbf3e0"), (1, "#fffdf4")),
    gradient("below", (0, "#f6ead2"), (1, "#b99a7c")),
    gradient("iris", (0, "#3d6a8c"), (0.6, "#6fb1c9"), (1, "#bfe6e6")),
    gradient("lid", (0, "#b9644a"), (0.5, "#eba677"), (1, "#c97c58")),
]


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    rng = np.random.default_rng(11)
    layers = [
        group("background", scene.background(rng)),
        body(rng),
        head(rng),
        pupils(),
        eyelids(),
        mouth(),
        jaw(),
        teeth(),
    ]
    svg = svg_document(blur_filters(2, 4, 6, 12, 60) + "".join(GRADIENTS), layers)
    return svg, points(opened=False), points(opened=True)
