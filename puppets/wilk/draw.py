"""Wilk, a gruff horned creature with a good heart and a knitted scarf: the drawing."""

import numpy as np
import scene
from body import body
from brush import group
from face import eyelids, pupils
from head import head
from mouth import jaw, mouth, teeth, tusks
from shape import points

BLURS = "".join(
    f'<filter id="soft{n}" x="-60%" y="-60%" width="220%" height="220%">'
    f'<feGaussianBlur stdDeviation="{n}"/></filter>'
    for n in (2, 4, 6, 12, 30)
)
GRADIENTS = """
<radialGradient id="nose" cx=".42" cy=".2" r=".9"><stop offset="0" stop-color="#8a5760"/>
 <stop offset=".4" stop-color="#54303d"/><stop offset="1" stop-color="#1e0f19"/></radialGradient>
<linearGradient id="upper" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#6e434a"/>
 <stop offset="1" stop-color="#35161f"/></linearGradient>
<linearGradient id="lower" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5f343c"/>
 <stop offset=".45" stop-color="#8d5a5e"/><stop offset="1" stop-color="#47232b"/></linearGradient>
<radialGradient id="cavity" cx=".5" cy=".35" r=".62"><stop offset="0" stop-color="#160308"/>
 <stop offset=".6" stop-color="#3b0b14"/><stop offset="1" stop-color="#6a1f28"/></radialGradient>
<radialGradient id="tongue" cx=".42" cy=".2" r=".9"><stop offset="0" stop-color="#e98a86"/>
 <stop offset=".55" stop-color="#c25360"/><stop offset="1" stop-color="#7a2537"/></radialGradient>
<linearGradient id="ivory" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#cfa878"/>
 <stop offset=".5" stop-color="#f7e9c6"/><stop offset="1" stop-color="#fff8e4"/></linearGradient>
<linearGradient id="ivoryUp" x1="0" y1="1" x2="0" y2="0"><stop offset="0" stop-color="#b98d60"/>
 <stop offset=".5" stop-color="#ecd9b0"/><stop offset="1" stop-color="#fdf2d6"/></linearGradient>
<linearGradient id="tusk" x1="0" y1="1" x2="0" y2="0"><stop offset="0" stop-color="#b08250"/>
 <stop offset=".35" stop-color="#eccf9c"/><stop offset="1" stop-color="#fff6da"/></linearGradient>
<radialGradient id="iris" cx=".5" cy=".72" r=".75"><stop offset="0" stop-color="#ffe27a"/>
 <stop offset=".5" stop-color="#f09a1e"/><stop offset="1" stop-color="#8a3a0a"/></radialGradient>
<radialGradient id="ear" cx=".4" cy=".5"><stop offset="0" stop-color="#3f1a1d" stop-opacity=".9"/>
 <stop offset="1" stop-color="#b06a5c" stop-opacity=".2"/></radialGradient>
<linearGradient id="lid" x1="0" y1="0" x2="0" y2="1"><stop offset=".25" stop-color="#2a1512"/>
 <stop offset=".62" stop-color="#84502f"/><stop offset="1" stop-color="#5c3020"/></linearGradient>
"""


def draw() -> tuple[str, np.ndarray, np.ndarray]:
    """The SVG, one group per layer from back to front, and the points closed and open."""
    rng = np.random.default_rng(7)
    layers = [
        group("background", scene.background(rng)),
        body(rng),
        head(rng),
        pupils(),
        eyelids(),
        mouth(),
        teeth(),
        jaw(),
        tusks(),
    ]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024" '
        'width="1024" height="1024">\n'
        f"<defs>{BLURS}{scene.DEFS}{GRADIENTS}</defs>\n" + "".join(layers) + "</svg>\n"
    )
    return svg, points(opened=False), points(opened=True)
