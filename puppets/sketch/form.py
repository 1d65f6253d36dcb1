"""The head as a relief under a lamp: how dark the paper must get, and which way the form turns."""

import numpy as np
from graphite import Field

LAMP = np.array([-0.58, -0.55, 0.6])  # from the upper left, a little in front
# x, y, breadth, height, amount: what stands out of the egg of the head, or sinks into it.
BUMPS = [
    (511, 470, 20, 40, 18), (511, 540, 24, 50, 46), (511, 592, 33, 26, 58),
    (474, 600, 17, 15, 26), (548, 600, 17, 15, 26),
    (430, 428, 62, 20, 30), (594, 426, 62, 20, 30),
    (426, 472, 50, 25, -44), (600, 472, 50, 25, -44), (426, 478, 30, 17, 22),
    (600, 478, 30, 17, 22),
    (384, 560, 46, 34, 30), (640, 560, 46, 34, 30), (396, 650, 40, 50, -26),
    (630, 650, 40, 50, -26),
    (426, 510, 40, 10, 9), (600, 510, 40, 10, 9), (500, 360, 90, 40, 14),
]  # fmt: skip
SHADOWS = [  # x, y, breadth, height, amount: where little light gets in
    (512, 414, 180, 17, 0.5), (452, 460, 26, 20, 0.3), (574, 460, 26, 20, 0.38),
    (424, 452, 46, 10, 0.3), (602, 452, 46, 10, 0.34), (516, 632, 56, 14, 0.5),
    (548, 560, 16, 44, 0.28), (700, 560, 30, 110, 0.3), (330, 440, 20, 60, 0.2),
    (512, 718, 40, 9, 0.35),
]  # fmt: skip


def _gauss(x: np.ndarray, y: np.ndarray, row: tuple[float, ...]) -> np.ndarray:
    cx, cy, sx, sy, amount = row
    return np.asarray(amount * np.exp(-(((x - cx) / sx) ** 2) - ((y - cy) / sy) ** 2))


def _height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    egg = 1 - ((x - 512) / 214) ** 2 - ((y - 540) / 360) ** 2
    return 250 * np.sqrt(np.maximum(egg, 0.004)) + sum(_gauss(x, y, row) for row in BUMPS)


def _normal(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    nx = (_height(x - 2, y) - _height(x + 2, y)) / 4
    ny = (_height(x, y - 2) - _height(x, y + 2)) / 4
    normal = np.stack([nx, ny, np.ones_like(nx)])
    return np.asarray(normal / np.linalg.norm(normal, axis=0))


def skin_tone(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How dark the skin is drawn, 0 paper to 1 black."""
    light = np.tensordot(LAMP, _normal(x, y), axes=1)
    dark = np.clip(0.64 - 0.74 * light, 0, 0.85) + sum(_gauss(x, y, row) for row in SHADOWS)
    inside = ((x - 512) / 200) ** 2 + ((y - 560) / 250) ** 2 < 1
    return np.asarray(np.clip(dark, 0, 0.95) * inside)


def skin_way(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The direction of hatching: a right hand's slant, bent around the form."""
    normal = _normal(x, y)
    return np.asarray(2.15 - 0.75 * normal[0] + 0.25 * normal[1])


def patch(rows: list[tuple[float, ...]], inside: Field | None = None) -> Field:
    """A tone made of soft patches only."""

    def tone(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        dark = np.clip(sum(_gauss(x, y, row) for row in rows), 0, 0.95)
        return np.asarray(dark if inside is None else dark * inside(x, y))

    return tone


def slant(angle: float) -> Field:
    """The same direction everywhere."""
    return lambda x, y: np.full_like(x, angle)
