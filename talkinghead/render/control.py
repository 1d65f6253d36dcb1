"""The mesh over one face: 68 landmarks become contours, skin and surroundings that follow."""

import numpy as np
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from talkinghead.geometry.mesh import Roi, delaunay
from talkinghead.geometry.mouth import axes, face_width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT, NOSE_TOP
from talkinghead.render.contours import OPENINGS, contours, strip
from talkinghead.render.falloff import FACE, HEAD, STILL, between, film, outline, radius
from talkinghead.render.relief import Relief
from talkinghead.types import Array

# All in face widths.
_FINE, _COARSE = 0.095, 0.21  # distance of free points on the face and around it
_BORDER = 0.15  # motion fades this far before the picture's border
_REACH = 0.14  # how far skin beyond the face still follows it: a throat does, a collar not
_APART = 0.035  # shut lids are pulled this far apart before triangles are drawn
_CLEAR = 0.03  # points of the jaw nearer than this to other contours move no skin


class FaceMesh:
    """Mesh points of one face at rest in its picture, and how much each follows the landmarks."""

    points: Array  # (n, 2) pixels
    relief: Relief  # depth in pixels, nearer is smaller
    weights: Array  # (n, 68) share of each landmark's displacement
    follow: Array  # (n,) share of the head's motion, 1 on the head, 0 around
    landmarks: Array  # (68,) which points the landmarks are
    ring: Array  # which points never move
    triangles: Array  # (m, 3), those inside the mouth and the eyes included
    holes: Array  # (m,) which those are
    chains: dict[str, Array]  # mesh points along each contour
    unit: float  # the face's width in pixels
    roi: Roi  # nothing outside ever moves

    def __init__(self, landmarks: Array, size: tuple[int, int]) -> None:
        """Take landmarks (68, 3) in pixels of a picture of `size` (width, height)."""
        base = np.asarray(landmarks, dtype=np.float64)
        self.unit = float(face_width(base))
        self._origin = base[NOSE_TOP, :2]
        self._axes = axes(base)
        self.chains, rows = contours()
        fixed = rows @ base[:, :2]
        self._hidden = self._behind(fixed)
        ring = self._ring(size)
        xs, ys = ring[:, 0] + 0.5, ring[:, 1] + 0.5
        left, top = int(np.floor(xs.min())), int(np.floor(ys.min()))
        right, bottom = int(np.ceil(xs.max())), int(np.ceil(ys.max()))
        self.roi = (left, top, right - left, bottom - top)

        free = self._free(fixed, size)
        self.points = np.concatenate([fixed, ring, free])
        shape = self._apart()
        self.triangles, self.holes = self._triangles(shape)
        self._spread(shape, self.triangles[~self.holes], rows, len(ring))
        self.landmarks = (rows > 1 - 1e-9).argmax(axis=0)
        self.ring = np.arange(len(fixed), len(fixed) + len(ring))

        far = base[[JAW_LEFT, JAW_RIGHT], 2].mean()  # ears and hair are as deep as the jaw's ends
        depth = far + self.weights @ (base[:, 2] - far)
        self.relief = Relief(self.points, self.triangles, depth)
        self.follow = 1 - smoothstep(between(self._local(self.points), HEAD, STILL))
        self.follow *= self._away_from_border(self.points, size)
        self.follow[self.ring] = 0

    def opening(self, name: str) -> Array:
        """Mesh points around the mouth or an eye, in drawing order."""
        upper, lower = (self.chains[chain] for chain in OPENINGS[name])
        return np.concatenate([upper, lower[-2:0:-1]])

    def _outlines(self) -> tuple[Array, Array, Array]:
        """Mesh points around the lips and around each eye."""
        lips = [self.chains["upper_lip"], self.chains["lower_lip"][-2:0:-1]]
        return np.concatenate(lips), self.opening("left_eye"), self.opening("right_eye")

    def _behind(self, fixed: Array) -> Array:
        """Which points of the jaw run through lips or an eye, or close by, as if seen through them.

        The far side of a turned head does. As corners they would span skin across the mouth.
        """
        jaw = self.chains["jaw"]
        far, _ = cKDTree(np.delete(fixed, jaw, axis=0)).query(fixed[jaw])
        within = [_within(fixed[jaw], fixed[around]) for around in self._outlines()]
        return jaw[np.any(within, axis=0) | (far < _CLEAR * self.unit)]

    def _triangles(self, shape: Array) -> tuple[Array, Array]:
        """(m, 3) triangles and which of them lie in the mouth or in an eye.

        Lips, mouth and eyes are strips between two chains; Delaunay fills the rest.
        """
        chains = self.chains
        strips = [
            strip(chains["upper_lip"], chains["upper_inner"]),
            strip(chains["lower_inner"], chains["lower_lip"]),
        ]
        gaps = [strip(chains[upper], chains[lower]) for upper, lower in OPENINGS.values()]
        inner = np.concatenate([chains["upper_inner"], chains["lower_inner"]])
        others = np.setdiff1d(np.arange(len(shape)), [*inner, *self._hidden])
        skin = others[delaunay(shape[others])]
        for around in self._outlines():
            inside = np.isin(skin, around).all(axis=1)
            inside &= _within(shape[skin].mean(axis=1), shape[around])
            skin = skin[~inside]
        triangles = np.concatenate([skin, *strips, *gaps])
        hole = np.arange(len(triangles)) >= len(triangles) - sum(map(len, gaps))
        return triangles.astype(np.int32), hole

    def _local(self, points: Array) -> Array:
        """Pixels to face widths from the nose's top, upright."""
        return np.asarray((points - self._origin) @ self._axes.T / self.unit)

    def _ring(self, size: tuple[int, int]) -> Array:
        """Points that never move: the outer ellipse, cut by the picture's border."""
        ring = outline(STILL) @ self._axes * self.unit + self._origin
        edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size - 0.5
        inside = between(self._local(edges), HEAD, STILL) < 1
        ring = np.clip(np.concatenate([ring, edges[inside]]), -0.5, np.array(size) - 0.5)
        return np.unique(ring.round(3), axis=0)

    def _free(self, fixed: Array, size: tuple[int, int]) -> Array:
        """Points of skin, hair and background, denser on the face, clear of the contours."""
        near = cKDTree(np.delete(fixed, self._hidden, axis=0))
        found = []
        for step, outer, inner in [(_FINE, FACE, None), (_COARSE, STILL, FACE)]:
            x, y = np.meshgrid(np.arange(-1.6, 1.6, step), np.arange(-1.9, 1.9, step * 0.87))
            x[::2] += step / 2
            grid = np.stack([x.ravel(), y.ravel()], axis=1)
            shape = 0.9 if inner else 1.0  # clear of the ring
            keep = radius(grid, outer) < shape
            if inner:
                keep &= radius(grid, inner) > 1.1
            grid = grid[keep] @ self._axes * self.unit + self._origin
            far, _ = near.query(grid)
            margin = step * self.unit * 0.5
            on = ((grid > margin) & (grid < np.array(size) - 1 - margin)).all(axis=1)
            found.append(grid[on & (far > step * self.unit * 0.45)])
        points = np.concatenate(found)
        for name in OPENINGS:
            points = points[~_within(points, fixed[self.opening(name)])]
        return points

    def _apart(self) -> Array:
        """The points with shut lids pulled apart, so that triangles keep to one side of them."""
        out = self.points.copy()
        for upper, lower in list(OPENINGS.values())[1:]:
            a, b = self.chains[upper][1:-1], self.chains[lower][1:-1]
            lens = np.sin(np.pi * np.arange(1, len(a) + 1) / (len(a) + 1))
            gap = (self.points[b] - self.points[a]) @ self._axes[1]
            half = np.maximum(_APART * self.unit * lens - gap, 0)[:, None] / 2
            out[a] -= half * self._axes[1]
            out[b] += half * self._axes[1]
        return out

    def _spread(self, shape: Array, triangles: Array, rows: Array, still: int) -> None:
        """Let the free points follow the contours like a soap film, fading beyond the face."""
        count, given = len(self.points), len(rows) + still
        stiff, mass = film(shape, triangles, count)
        local = self._local(self.points)
        beyond = smoothstep((radius(local, FACE) - 1) / 0.2)
        system = csc_matrix(stiff + diags(mass * beyond / (_REACH * self.unit) ** 2 + 1e-9))
        self.weights = np.zeros((count, COUNT))
        self.weights[: len(rows)] = rows
        right = -system[given:, : len(rows)] @ rows
        self.weights[given:] = splu(csc_matrix(system[given:, given:])).solve(right)

    def _away_from_border(self, points: Array, size: tuple[int, int]) -> Array:
        """1 well inside the picture, 0 on its border."""
        edge = np.minimum(points + 0.5, np.array(size) - 0.5 - points).min(axis=1)
        return smoothstep(edge / (_BORDER * self.unit))


def _within(points: Array, polygon: Array) -> Array:
    """Which points lie inside a polygon (even-odd rule)."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    y = points[:, 1, None]
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    slope = (b[:, 0] - a[:, 0]) / np.where(a[:, 1] == b[:, 1], 1, b[:, 1] - a[:, 1])
    left = points[:, 0, None] < a[:, 0] + (y - a[:, 1]) * slope
    return np.asarray((crosses & left).sum(axis=1) % 2 == 1)
