"""What is wrong with a puppet's points: off the picture, in the wrong order, lips that cross."""

import cv2
import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import CLOSED, face_width, gaps
from talkinghead.landmarks import (
    CHIN,
    COUNT,
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    LOWER_LID,
    MIRROR,
    NOSE_TOP,
    UPPER_LID,
)
from talkinghead.puppet.fault import POSES, Fault, named
from talkinghead.types import Puppet

# Of the face's width: so far from what is drawn, a point is outside. The jaw's points often
# stand a little off the outline, to carry it along.
OFF, JAW_OFF = 0.02, 0.08
SOLID = 128  # alpha from which a pixel counts as drawn
LEFT = np.array([i for i in range(COUNT) if mean_face()[i, 0] < mean_face()[MIRROR[i], 0] - 1e-6])
RIGHT = np.array(MIRROR)[LEFT]


def point_faults(puppet: Puppet) -> list[Fault]:
    """Everything wrong with the points."""
    size = float(face_width(puppet.closed))
    if size < 8:
        what = f"points.closed: 0 and 16, the ends of the jaw, are {size:.0f} pixels apart"
        return [Fault(what, points=(0, 16))]
    return [*_outside(puppet, size), *_order(puppet), *_mouth(puppet, size)]


def _outside(puppet: Puppet, size: float) -> list[Fault]:
    """Points off the canvas, and points where the head is not drawn."""
    found = []
    head = puppet.layers["head"].image
    height, width = head.shape[:2]
    for pose, points in zip(POSES, (puppet.closed, puppet.opened), strict=True):
        off = np.flatnonzero(((points < 0) | (points > (width - 1, height - 1))).any(axis=1))
        if off.size:
            what = f"points.{pose}: {named(off)} outside the canvas of {width} x {height}"
            found.append(Fault(what, points=tuple(off.tolist()), poses=(pose,)))
    pose = puppet.meta.get("drawn", "closed")
    points = puppet.closed if pose == "closed" else puppet.opened
    clear = (head[..., 3] < SOLID).astype(np.uint8)
    if clear.all():
        return found
    away = cv2.distanceTransform(clear, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    x, y = np.clip(np.rint(points), 0, (width - 1, height - 1)).astype(int).T
    allowed = np.full(COUNT, OFF * size)
    allowed[JAW] = JAW_OFF * size
    off = np.flatnonzero(away[y, x] > allowed)
    if off.size:
        what = f"points.{pose}: {named(off)} outside what the head layer shows"
        found.append(Fault(what, points=tuple(off.tolist()), poses=(pose,)))
    return found


def _order(puppet: Puppet) -> list[Fault]:
    """Left and right, up and down, and points that lie on one another."""
    found = []
    for pose, points in zip(POSES, (puppet.closed, puppet.opened), strict=True):
        turned = points[LEFT, 0] >= points[RIGHT, 0]
        where = f"points.{pose}: "
        if turned.mean() > 0.5:
            what = "left and right are swapped; 0 to 7 are the jaw's left side as you see it"
            found.append(Fault(where + what, poses=(pose,)))
        elif turned.any():
            pairs = list(zip(LEFT[turned].tolist(), RIGHT[turned].tolist(), strict=True))
            said = ", ".join(f"{a} and {b}" for a, b in pairs[:6])
            both = tuple(i for pair in pairs for i in pair)
            what = f"{where}{said} are swapped, left and right"
            found.append(Fault(what, points=both, poses=(pose,)))
        if points[CHIN, 1] <= points[NOSE_TOP, 1]:
            found.append(Fault(f"{where}the chin, 8, lies above the nose, 27", poses=(pose,)))
        lids = zip(UPPER_LID, LOWER_LID, strict=True)
        shut = [(u, low) for u, low in lids if points[u, 1] >= points[low, 1]]
        if shut:
            both = tuple(i for pair in shut for i in pair)
            said = ", ".join(f"{u} over {low}" for u, low in shut)
            what = f"{where}the eyes must be open: {said} is not so"
            found.append(Fault(what, points=both, poses=(pose,)))
    apart = np.linalg.norm(puppet.opened[:, None] - puppet.opened[None], axis=2)
    same = np.argwhere(np.triu(apart < 0.5, 1))
    if len(same):
        said = ", ".join(f"{a} and {b}" for a, b in same[:6])
        both = tuple(same.ravel().tolist())
        found.append(Fault(f"points.open: {said} coincide", False, both, poses=("open",)))
    return found


def _mouth(puppet: Puppet, size: float) -> list[Fault]:
    """Lips that cross, do not meet when shut, or do not part when open."""
    found = []
    shut, wide = gaps(puppet.closed), gaps(puppet.opened)
    for pose, apart in zip(POSES, (shut, wide), strict=True):
        if (apart < -CLOSED / 2 * size).any():
            crossed = np.flatnonzero(apart < -CLOSED / 2 * size)
            pairs = [(INNER_UPPER[i], INNER_LOWER[i]) for i in crossed]
            said = ", ".join(f"{u} lies below {low}" for u, low in pairs)
            both = tuple(i for pair in pairs for i in pair)
            found.append(
                Fault(f"points.{pose}: the lips cross: {said}", points=both, poses=(pose,))
            )
    if shut.max() > CLOSED * size:
        worst = int(np.argmax(shut))
        pair = (INNER_UPPER[worst], INNER_LOWER[worst])
        what = (
            f"points.closed: the mouth does not close: {pair[0]} and {pair[1]} are "
            f"{shut[worst]:.0f} pixels apart"
        )
        found.append(Fault(what, points=pair, poses=("closed",)))
    if wide.max() <= CLOSED * size and not np.array_equal(puppet.closed, puppet.opened):
        lips = (*INNER_UPPER, *INNER_LOWER)
        what = "points.open: the mouth does not open; leave 'open' out, or part the lips"
        found.append(Fault(what, False, lips, poses=("open",)))
    return found
