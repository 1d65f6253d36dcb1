"""Sketch, an old sailor in pencil on warm paper: the drawing."""

import numpy as np
import scene
from beard import beard, moustache
from brush import blur_filters, group, svg_document
from cap import cap
from coat import body
from face import eyelids, face, pupils
from mouth import jaw, mouth, teeth
from shape import points


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    rng = np.random.default_rng(5)
    layers = [
        group("background", scene.background(rng)),
        body(rng),
        group("head", [*face(rng), *beard(rng), *moustache(rng), *cap(rng)]),
        pupils(rng),
        eyelids(rng),
        mouth(rng),
        teeth(rng),
        jaw(rng),
    ]
    defs = blur_filters(2, 30) + scene.DEFS
    return svg_document(defs, layers), points(opened=False), points(opened=True)
