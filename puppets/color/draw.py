"""Color, a portrait in splashes: a face in the planes of a warm and a cool light, ink over it."""

import numpy as np
from body import body
from brush import blur_filters, gradient, group, svg_document
from face import eyelids, pupils
from head import head
from mouth import jaw, mouth, teeth
from scene import background
from shape import points

IRIS = gradient("iris", (0, "#0a4fd0"), (0.5, "#12c2c9"), (1, "#8fffd0"))
FIRE = gradient("fire", (0, "#ff5a1f"), (0.7, "#ffb02e"), (1, "#e8ff6a"), to="out")


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    rng = np.random.default_rng(5)
    layers = [
        group("background", background(rng)),
        body(rng),
        head(rng),
        pupils(),
        eyelids(),
        mouth(),
        jaw(),
        teeth(),
    ]
    return (
        svg_document(blur_filters(12, 30) + IRIS + FIRE, layers),
        points(opened=False),
        points(opened=True),
    )
