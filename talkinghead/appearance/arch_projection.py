"""Projects a row of teeth, drawn in front view, to a head in any pose and an open jaw.

The arch is a curved surface: when the head turns or nods, its sides move against its front. A
point of the texture at (x, y) has the depth z(x), so it is found again by one look-up per pixel.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.dentition import Arch
from talkinghead.appearance.tooth_texture import HALF_WIDTH, ToothTexture
from talkinghead.geometry.masks import smoothstep
from talkinghead.types import Array

# The jaw turns about an axis through the temporomandibular joints, 90 mm behind and 45 mm above
# the incisors (Ash and Nelson 2003, chapter 14), in face widths:
HINGE_BEHIND: Final = 0.64
HINGE_ABOVE: Final = 0.32
# Depth of the lips, whose motion the affine of the head describes. Corners lie deeper than the
# middle, so this is that of the front teeth.
LIP_DEPTH: Final = 0.045
_SAMPLES: Final = 512
_DEPTH_SHARE: Final = 0.6  # of the parallax: cheek and lips hide what a turned arch uncovers
_GRAZING: Final = 0.04  # face widths over which teeth darken before they turn out of sight
_SEEN: Final = 0.36  # half width of the look-up table in face widths


@dataclass(frozen=True)
class Movement:
    """How teeth lie in one frame, in axes of the face and face widths."""

    depth: Array  # (2,) displacement in the picture per face width of distance behind the lips
    jaw: Array  # (2,) displacement of the lower incisors; zeros for the upper arch

    def offsets(self, arch: Arch, x: Array) -> Array:
        """(n, 2) displacement of the arch at `x` (n,)."""
        z = arch.depth(x)
        # Molars are nearer to the hinge than incisors; a dropping jaw also moves back.
        share = (HINGE_BEHIND - z) / (HINGE_BEHIND - arch.front)
        back = self.jaw[1] * HINGE_ABOVE / HINGE_BEHIND
        return (
            _DEPTH_SHARE * (z + back - LIP_DEPTH)[:, None] * self.depth + share[:, None] * self.jaw
        )


def project_teeth(
    texture: ToothTexture, arch: Arch, x: Array, y: Array, movement: Movement
) -> Array:
    """(h, w, 4) float32 premultiplied: the teeth at face coordinates `x`, `y` (h, w)."""
    table = _texture_positions(arch, movement)
    step = 2 * _SEEN / (_SAMPLES - 1)
    column = (x + np.float32(_SEEN)) * np.float32(1 / step)
    found = cv2.remap(
        table, column, np.zeros_like(column), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    matrix = texture.matrix().astype(np.float32)
    map_x = found[..., 0] * matrix[0, 0] + matrix[0, 2]
    map_y = (y - found[..., 1]) * matrix[1, 1] + matrix[1, 2]
    teeth = cv2.remap(texture.pixels, map_x, map_y, cv2.INTER_LINEAR)
    teeth[..., :3] *= found[..., 2:]
    return np.asarray(teeth)


def _texture_positions(arch: Arch, movement: Movement) -> Array:
    """(1, n, 3) float32 by position across the face: x in the texture, offset in y, and light."""
    x = np.linspace(-HALF_WIDTH, HALF_WIDTH, _SAMPLES)
    offsets = movement.offsets(arch, x)
    seen = x + offsets[:, 0]
    # What the front of the arch hides is skipped: positions must rise from the middle outwards.
    middle = _SAMPLES // 2
    seen[middle:] = np.maximum.accumulate(seen[middle:])
    seen[:middle] = np.minimum.accumulate(seen[:middle][::-1])[::-1]
    # The silhouette: the last position at which the arch is seen on either side.
    left, right = seen[0], seen[-1]
    turned_away = float(
        np.clip(2 * (1 - np.abs(seen[[0, -1]] - seen[middle]).min() / HALF_WIDTH), 0, 1)
    )
    seen += 1e-7 * np.arange(_SAMPLES)
    at = np.linspace(-_SEEN, _SEEN, _SAMPLES)
    source = np.interp(at, seen, x, left=-HALF_WIDTH, right=HALF_WIDTH)
    shift = np.interp(source, x, offsets[:, 1])
    inside = np.minimum(at - left, right - at)
    light = 1 - turned_away * (1 - smoothstep(inside / _GRAZING))
    return np.stack([source, shift, light], axis=-1)[None].astype(np.float32)
