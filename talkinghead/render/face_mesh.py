"""Triangle mesh over one face: contours, skin and surroundings, driven by 68 landmarks."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from talkinghead.geometry.contours import OPENINGS, contour_chains, triangle_strip
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mesh import Roi, delaunay
from talkinghead.geometry.mesh_operators import cotangent_laplacian
from talkinghead.geometry.mouth import face_axes, face_width
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT, NOSE_TOP
from talkinghead.render.depth import MeshDepth
from talkinghead.types import Array

Ellipse = tuple[float, float, float]  # half width, extent upwards, extent downwards

# In face widths around the top of the nose, face upright. The head moves rigidly inside
# HEAD_ELLIPSE; at MOTION_LIMIT all motion has faded out, and beyond it nothing changes.
HEAD_ELLIPSE: Final[Ellipse] = (0.63, 0.96, 0.96)
MOTION_LIMIT: Final[Ellipse] = (1.12, 1.45, 1.60)
FACE_ELLIPSE: Final[Ellipse] = (0.56, 0.55, 0.95)

# All in face widths.
_FINE, _COARSE = 0.095, 0.21  # spacing of free points on the face and around it
_BORDER_FADE = 0.15  # motion fades out over this distance to the picture's border
_SKIN_REACH = 0.14  # how far skin follows the face beyond it: the throat does, a collar does not
_BENDING = 0.16  # skin around the lips bends like a plate over this distance
_LEAST_MASS = 1e-3  # of the mean; slivers have less and would be too stiff
_LID_GAP = 0.035  # closed lids are moved this far apart for triangulation
_JAW_CLEARANCE = 0.03  # points of the jaw nearer than this to other contours move no skin


class FaceMesh:
    """Mesh points of one face in the portrait, and how much each follows landmarks and head."""

    points: Array  # (n, 2) pixels
    depth: MeshDepth  # of the points, in pixels, nearer is smaller
    weights: Array  # (n, 68) share of each landmark's displacement
    head_share: Array  # (n,) share of the head's motion: 1 on the head, 0 far from it
    landmarks: Array  # (68,) indices of the points at the landmarks
    border: Array  # indices of the points that never move
    triangles: Array  # (m, 3), those inside the mouth and the eyes included
    in_opening: Array  # (m,) bool: the triangles inside the mouth and the eyes
    chains: dict[str, Array]  # indices of the points along each contour
    unit: float  # width of the face in pixels
    roi: Roi  # nothing outside it moves

    def __init__(self, landmarks: Array, size: tuple[int, int]) -> None:
        """Take landmarks (68, 3) in pixels of a picture of `size` (width, height)."""
        base = np.asarray(landmarks, dtype=np.float64)
        self.unit = float(face_width(base))
        self._origin = base[NOSE_TOP, :2]
        self._axes = face_axes(base)
        self.chains, rows = contour_chains()
        contours = rows @ base[:, :2]
        self._hidden = self._hidden_jaw(contours)
        border = self._border_points(size)
        xs, ys = border[:, 0] + 0.5, border[:, 1] + 0.5
        left, top = int(np.floor(xs.min())), int(np.floor(ys.min()))
        right, bottom = int(np.ceil(xs.max())), int(np.ceil(ys.max()))
        self.roi = (left, top, right - left, bottom - top)

        free = self._free_points(contours, size)
        self.points = np.concatenate([contours, border, free])
        shape = self._part_lids()
        self.triangles, self.in_opening = self._triangulate(shape)
        skin = self.triangles[~self.in_opening]
        self.weights = self._landmark_weights(shape, skin, rows, len(border))
        self.landmarks = (rows > 1 - 1e-9).argmax(axis=0)
        self.border = np.arange(len(contours), len(contours) + len(border))

        far = base[[JAW_LEFT, JAW_RIGHT], 2].mean()  # ears and hair are as deep as the jaw's ends
        depth = far + self.weights @ (base[:, 2] - far)
        self.depth = MeshDepth(self.points, self.triangles, depth)
        falloff = ellipse_falloff(self._to_face(self.points), HEAD_ELLIPSE, MOTION_LIMIT)
        self.head_share = 1 - smoothstep(falloff)
        self.head_share *= self._border_share(self.points, size)
        self.head_share[self.border] = 0

    def opening_outline(self, name: str) -> Array:
        """Indices of the points around "mouth", "left_eye" or "right_eye", in drawing order."""
        upper, lower = (self.chains[chain] for chain in OPENINGS[name])
        return np.concatenate([upper, lower[-2:0:-1]])

    def _outlines(self) -> tuple[Array, Array, Array]:
        """Indices of the points around the lips and around each eye."""
        lips = [self.chains["upper_lip"], self.chains["lower_lip"][-2:0:-1]]
        return (
            np.concatenate(lips),
            self.opening_outline("left_eye"),
            self.opening_outline("right_eye"),
        )

    def _hidden_jaw(self, contours: Array) -> Array:
        """Indices of jaw points in or near the lips or an eye.

        On the far side of a turned head the jaw line is behind them. As vertices, these points
        would stretch skin across the mouth.
        """
        jaw = self.chains["jaw"]
        distance, _ = cKDTree(np.delete(contours, jaw, axis=0)).query(contours[jaw])
        inside = [_inside_polygon(contours[jaw], contours[outline]) for outline in self._outlines()]
        return jaw[np.any(inside, axis=0) | (distance < _JAW_CLEARANCE * self.unit)]

    def _triangulate(self, shape: Array) -> tuple[Array, Array]:
        """(m, 3) triangles over points (n, 2), and (m,) bool: which are in the mouth or an eye.

        Lips, mouth and eyes are strips between two chains; the rest is a Delaunay triangulation.
        """
        chains = self.chains
        lips = [
            triangle_strip(chains["upper_lip"], chains["upper_inner"]),
            triangle_strip(chains["lower_inner"], chains["lower_lip"]),
        ]
        openings = [
            triangle_strip(chains[upper], chains[lower]) for upper, lower in OPENINGS.values()
        ]
        inner = np.concatenate([chains["upper_inner"], chains["lower_inner"]])
        others = np.setdiff1d(np.arange(len(shape)), [*inner, *self._hidden])
        skin = others[delaunay(shape[others])]
        for outline in self._outlines():
            inside = np.isin(skin, outline).all(axis=1)
            inside &= _inside_polygon(shape[skin].mean(axis=1), shape[outline])
            skin = skin[~inside]
        triangles = np.concatenate([skin, *lips, *openings])
        in_opening = np.arange(len(triangles)) >= len(triangles) - sum(map(len, openings))
        return triangles.astype(np.int32), in_opening

    def _to_face(self, points: Array) -> Array:
        """(n, 2) pixels to face widths from the top of the nose, face upright."""
        return np.asarray((points - self._origin) @ self._axes.T / self.unit)

    def _border_points(self, size: tuple[int, int]) -> Array:
        """(n, 2) fixed points: the outer ellipse, clipped to the picture."""
        ring = ellipse_points(MOTION_LIMIT) @ self._axes * self.unit + self._origin
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size - 0.5
        inside = ellipse_falloff(self._to_face(corners), HEAD_ELLIPSE, MOTION_LIMIT) < 1
        ring = np.clip(np.concatenate([ring, corners[inside]]), -0.5, np.array(size) - 0.5)
        return np.unique(ring.round(3), axis=0)

    def _free_points(self, contours: Array, size: tuple[int, int]) -> Array:
        """(n, 2) points on skin, hair and background, denser on the face, off the contours."""
        nearest = cKDTree(np.delete(contours, self._hidden, axis=0))
        grids = []
        for step, outer, inner in [
            (_FINE, FACE_ELLIPSE, None),
            (_COARSE, MOTION_LIMIT, FACE_ELLIPSE),
        ]:
            x, y = np.meshgrid(np.arange(-1.6, 1.6, step), np.arange(-1.9, 1.9, step * 0.87))
            x[::2] += step / 2
            grid = np.stack([x.ravel(), y.ravel()], axis=1)
            keep = ellipse_radius(grid, outer) < (0.9 if inner else 1.0)  # clear of the border
            if inner:
                keep &= ellipse_radius(grid, inner) > 1.1
            grid = grid[keep] @ self._axes * self.unit + self._origin
            distance, _ = nearest.query(grid)
            margin = step * self.unit * 0.5
            in_picture = ((grid > margin) & (grid < np.array(size) - 1 - margin)).all(axis=1)
            grids.append(grid[in_picture & (distance > step * self.unit * 0.45)])
        points = np.concatenate(grids)
        for name in OPENINGS:
            points = points[~_inside_polygon(points, contours[self.opening_outline(name)])]
        return points

    def _part_lids(self) -> Array:
        """(n, 2) points with closed lids moved apart, so that no triangle spans both."""
        out = self.points.copy()
        for upper, lower in list(OPENINGS.values())[1:]:
            a, b = self.chains[upper][1:-1], self.chains[lower][1:-1]
            profile = np.sin(np.pi * np.arange(1, len(a) + 1) / (len(a) + 1))
            gap = (self.points[b] - self.points[a]) @ self._axes[1]
            half = np.maximum(_LID_GAP * self.unit * profile - gap, 0)[:, None] / 2
            out[a] -= half * self._axes[1]
            out[b] += half * self._axes[1]
        return out

    def _landmark_weights(self, shape: Array, skin: Array, rows: Array, borders: int) -> Array:
        """(n, 68) weights of the landmarks' displacements at every point.

        Contour points have weights `rows` (k, 68), the `borders` points after them 0. Free points
        minimise the Dirichlet energy over the triangles `skin` (m, 3), with a mass term that
        grows outside the face, so that motion fades out there, and the bending energy around the
        lips. Without the latter a mouth corner would leave the cheek behind; in videos of people,
        skin 0.1 face widths beside a corner moves nearly as far as the corner itself.
        """
        count, constrained = len(self.points), len(rows) + borders
        stiffness, mass = cotangent_laplacian(shape, skin)
        beyond = smoothstep((ellipse_radius(self._to_face(self.points), FACE_ELLIPSE) - 1) / 0.2)
        damping = mass * beyond / (_SKIN_REACH * self.unit) ** 2 + 1e-9
        system = csc_matrix(
            stiffness + diags(damping) + self._bending_energy(shape, skin, constrained)
        )
        weights = np.zeros((count, COUNT))
        weights[: len(rows)] = rows
        right = -system[constrained:, : len(rows)] @ rows
        free = csc_matrix(system[constrained:, constrained:])
        weights[constrained:] = splu(free).solve(right)
        return weights

    def _bending_energy(self, shape: Array, skin: Array, first_free: int) -> csc_matrix:
        """(n, n) matrix of the bending energy of the skin that meets the outline of the lips.

        It counts the outline and the free points, which follow `first_free`. The inner lips are
        left out: they are so close to the outline that their relative motion would tilt the cheek.
        """
        upper, lower = self.chains["upper_lip"], self.chains["lower_lip"]
        outline = np.concatenate([upper, lower])
        inner = np.concatenate([self.chains["upper_inner"], self.chains["lower_inner"]])
        around = skin[~np.isin(skin, inner).any(axis=1)]
        stiffness, mass = cotangent_laplacian(
            shape, np.concatenate([around, triangle_strip(upper, lower)])
        )
        counted = np.zeros(len(shape))
        counted[outline] = 1
        counted[first_free:] = 1
        weight = counted / np.maximum(mass, _LEAST_MASS * mass.mean())
        return (_BENDING * self.unit) ** 2 * (stiffness.T @ diags(weight) @ stiffness)

    def _border_share(self, points: Array, size: tuple[int, int]) -> Array:
        """(n,) 1 well inside the picture, fading to 0 on its border."""
        distance = np.minimum(points + 0.5, np.array(size) - 0.5 - points).min(axis=1)
        return smoothstep(distance / (_BORDER_FADE * self.unit))


def ellipse_points(ellipse: Ellipse) -> Array:
    """(40, 2) points along an ellipse, in face widths."""
    half_width, up, down = ellipse
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    points = np.stack([np.cos(angle) * half_width, np.sin(angle)], axis=1)
    points[:, 1] *= np.where(points[:, 1] < 0, up, down)
    return points


def ellipse_radius(points: Array, ellipse: Ellipse) -> Array:
    """(n,) relative distance from the centre of points (n, 2): 1 on the ellipse."""
    half_width, up, down = ellipse
    height = np.where(points[:, 1] < 0, up, down)
    return np.asarray(np.hypot(points[:, 0] / half_width, points[:, 1] / height))


def ellipse_falloff(points: Array, inner: Ellipse, outer: Ellipse) -> Array:
    """(n,) 0 inside the inner ellipse, 1 outside the outer one, linear along rays in between."""
    inner_distance = 1 / np.maximum(ellipse_radius(points, inner), 1e-9)
    outer_distance = 1 / np.maximum(ellipse_radius(points, outer), 1e-9)
    span = np.maximum(outer_distance - inner_distance, 1e-9)
    return np.asarray(np.clip((1 - inner_distance) / span, 0, 1))


def _inside_polygon(points: Array, polygon: Array) -> Array:
    """(n,) bool: which points (n, 2) are inside a polygon (m, 2), by the even-odd rule."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    y = points[:, 1, None]
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    slope = (b[:, 0] - a[:, 0]) / np.where(a[:, 1] == b[:, 1], 1, b[:, 1] - a[:, 1])
    left = points[:, 0, None] < a[:, 0] + (y - a[:, 1]) * slope
    return np.asarray((crosses & left).sum(axis=1) % 2 == 1)
