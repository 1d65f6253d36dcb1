"""What is wrong with a puppet's layers: a head that hides all, lids and a mouth too small."""

import cv2
import numpy as np

from talkinghead.landmarks import INNER_LIP, LEFT_EYE, RIGHT_EYE
from talkinghead.puppet.check_points import SOLID
from talkinghead.puppet.fault import Fault
from talkinghead.types import Array, Puppet


def layer_faults(puppet: Puppet) -> list[Fault]:
    """A head that hides or shows nothing, lids and a mouth that are too small."""
    found = []
    alpha = {role: layer.image[..., 3] for role, layer in puppet.layers.items()}
    if alpha["head"].max() == 0:
        found.append(Fault("layers.head: shows nothing: all of it is transparent"))
    elif alpha["head"].min() > 0:
        hidden = [role for role in ("background", "body") if role in alpha]
        what = "layers.head: has no transparent part: it "
        what += f"hides {' and '.join(hidden)}" if hidden else "moves as a whole"
        found.append(Fault(what, serious=bool(hidden)))
    if "eyelids" in alpha:
        for side, eye in (("left", LEFT_EYE), ("right", RIGHT_EYE)):
            share = _share(alpha["eyelids"], puppet.closed[eye])
            if share < 0.95:
                what = f"layers.eyelids: cover {share:.0%} of the {side} eye"
                points = tuple(range(eye.start, eye.stop))
                found.append(Fault(what, share < 0.6, points))
    if "mouth" in alpha:
        share = _share(alpha["mouth"], puppet.opened[INNER_LIP])
        if share < 0.98:
            what = f"layers.mouth: fills {share:.0%} of the open mouth"
            points = tuple(range(INNER_LIP.start, INNER_LIP.stop))
            found.append(Fault(what, share < 0.6, points, poses=("open",)))
    return found


def _share(alpha: Array, outline: Array) -> float:
    """How much of the inside of an outline (n, 2) is drawn."""
    inside = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    return float((alpha[inside > 0] >= SOLID).mean()) if inside.any() else 1.0
