"""CartoonM, a man of plain shapes: flat colour, no lines, one plane of shade."""

import numpy as np
from body import body
from brush import group, svg_document
from face import eyelids, pupils
from head import head
from mouth import jaw, mouth, teeth
from scene import background
from shape import points


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    layers = [
        group("background", background()),
        body(),
        head(),
        pupils(),
        eyelids(),
        mouth(),
        jaw(),
        teeth(),
    ]
    return svg_document("", layers), points(opened=False), points(opened=True)
