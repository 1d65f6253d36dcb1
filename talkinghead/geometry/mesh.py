"""Triangle meshes over a picture, and the dense backward maps that warp it."""

import cv2
import numpy as np
from scipy.spatial import Delaunay

from talkinghead.errors import FaceError, InputError
from talkinghead.types import Array

Roi = tuple[int, int, int, int]  # x, y, width, height in pixels

_SHIFT = 6  # fractional bits of the corners that are drawn
_STEEPEST = 4.0  # displacement may change this much from pixel to pixel


def delaunay(points: Array) -> Array:
    """(m, 3) indices of the Delaunay triangles of (n, 2) points, turning clockwise as seen.

    Raises FaceError where the points lie on one line.
    """
    try:
        found = Delaunay(np.asarray(points, dtype=np.float64))
    except (ValueError, RuntimeError) as error:  # QhullError is a RuntimeError
        raise FaceError(f"the {len(points)} mesh points span no area; move them apart") from error
    return oriented(points, found.simplices)


def oriented(points: Array, triangles: Array) -> Array:
    """(m, 3) int32 the same triangles, all turning clockwise as seen over these points."""
    out = np.array(triangles, dtype=np.int32)
    turned = signed_areas(points, out) < 0
    out[turned] = out[turned][:, ::-1]
    return out


def signed_areas(points: Array, triangles: Array) -> Array:
    """(m,) twice the area of each triangle, positive where it turns clockwise as seen (y down)."""
    a, b, c = (np.asarray(points, dtype=np.float64)[triangles[:, i]] for i in range(3))
    areas: Array = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return areas


class Mesh:
    """Moves a picture with the corners of its triangles.

    The map is drawn on a grid of cells and enlarged bilinearly, so its cost hardly grows with
    the picture. Pixel centres are whole numbers; a cell's centre is `(i + 0.5) * cell - 0.5`.
    """

    def __init__(
        self,
        source_points: Array,
        triangles: Array,
        size: tuple[int, int],
        cell: int = 4,
        roi: Roi | None = None,
        details: tuple[Roi, ...] = (),
        detail_cell: int = 1,
    ) -> None:
        """Take points (n, 2) and triangles (m, 3) over a picture of `size` (width, height).

        `roi` limits the map to one box of the picture; `details` are boxes inside it that are
        drawn with finer cells. Triangles turn clockwise as seen, as `delaunay` and `oriented`
        give them; one that turns the other way has folded over and is covered by its
        neighbours. Triangles without area in the source are allowed.
        """
        if min(cell, detail_cell) < 1:
            raise InputError(f"mesh cells must be at least 1 pixel, got {cell}, {detail_cell}")
        self.source = np.asarray(source_points, dtype=np.float64)
        self.triangles = np.asarray(triangles, dtype=np.int32)
        self.roi: Roi = roi or (0, 0, *size)
        self._grid = _Grid(self.roi, cell)
        self._details = [_Grid(box, detail_cell) for box in details]

    def map(self, destination_points: Array) -> tuple[Array, Array]:
        """Where each pixel of the region comes from when the points move to (n, 2).

        Returns x and y maps, (height, width) float32 in pixels of the whole picture, for
        `cv2.remap`. Pixels outside the mesh keep still.
        """
        moved = np.asarray(destination_points, dtype=np.float64)
        if moved.shape != self.source.shape:
            raise InputError(f"mesh points must have shape {self.source.shape}, got {moved.shape}")
        # Row 0 is for cells that no triangle covers.
        table = np.zeros((len(self.triangles) + 1, 6), dtype=np.float32)
        table[1:] = _displacements(moved, self.source, self.triangles)
        corners = moved[self.triangles]
        breadth = _breadth(moved, self.triangles)
        left, top, _, _ = self.roi
        maps = self._grid.map(corners, breadth, table)
        for detail in self._details:
            x, y, width, height = detail.roi
            part = np.s_[y - top : y - top + height, x - left : x - left + width]
            for whole, fine in zip(maps, detail.map(corners, breadth, table), strict=True):
                whole[part] = fine
        return maps


class _Grid:
    """Cells over one box of the picture, on which the triangles of a mesh are drawn."""

    def __init__(self, roi: Roi, cell: int) -> None:
        x, y, width, height = roi
        self.roi = roi
        self.cell = cell
        # One cell more on every side: enlarging would otherwise repeat the outer cells.
        self._size = (-(-width // cell) + 2, -(-height // cell) + 2)
        columns, rows = (np.arange(count, dtype=np.float32) for count in self._size)
        self._x = (columns - 0.5) * cell - 0.5 + x
        self._y = (rows[:, None] - 0.5) * cell - 0.5 + y

    def map(self, corners: Array, breadth: Array, table: Array) -> tuple[Array, Array]:
        """Source x and y of each pixel of the box, (height, width) float32.

        Takes the moved triangles (m, 3, 2), their breadth (m,) in pixels and the rows
        (m + 1, 6) of their affines.
        """
        terms = np.take(table, self.draw(corners, breadth), axis=0)
        _, _, width, height = self.roi
        cell, (columns, rows) = self.cell, self._size
        maps = []
        for axis, here in enumerate((self._x, self._y)):
            a, b, c = (terms[..., 3 * axis + i] for i in range(3))
            small = a * self._x + b * self._y + c + here
            if cell > 1:
                large = (columns * cell, rows * cell)
                small = cv2.resize(small, large, interpolation=cv2.INTER_LINEAR)
            maps.append(small[cell : cell + height, cell : cell + width])
        return maps[0], maps[1]

    def draw(self, corners: Array, breadth: Array) -> Array:
        """(rows, columns) number of the triangle at each cell, from 1; 0 where there is none.

        Where the outline holds still, the triangles that are not folded cover everything
        (the map's degree is 1), so the folded ones are left out and leave no hole.
        Thin ones come first: drawing reaches half a cell over the edges, and the map of a
        broad triangle continues beyond them more gently.
        """
        x, y, _, _ = self.roi
        cells = (corners - (x, y) + 0.5) / self.cell + 0.5
        drawn = np.round(cells * (1 << _SHIFT)).astype(np.int32)
        a, b, c = drawn[:, 0], drawn[:, 1], drawn[:, 2]
        low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        beyond = np.array(self._size) << _SHIFT
        seen = ((high >= 0) & (low <= beyond)).all(axis=1) & (breadth > 0.02 * self.cell)
        order = np.flatnonzero(seen)
        order = order[np.argsort(breadth[order], kind="stable")]
        index = np.zeros(self._size[::-1], dtype=np.int32)
        for number, triangle in zip((order + 1).tolist(), drawn[order], strict=True):
            cv2.fillConvexPoly(index, triangle, number, cv2.LINE_8, _SHIFT)
        return index


def _breadth(points: Array, triangles: Array) -> Array:
    """(m,) least height of each triangle; negative where it is folded."""
    corners = points[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return np.asarray(signed_areas(points, triangles) / np.maximum(longest, 1e-9))


def _displacements(moved: Array, source: Array, triangles: Array) -> Array:
    """(m, 6) ax, bx, cx, ay, by, cy: source minus destination is a * x + b * y + c.

    Slopes are limited: across a sliver they say nothing, and would reach far beyond it.
    """
    a, b, c = (moved[triangles[:, i]] for i in range(3))
    shift = (source - moved)[triangles]  # (m, 3 corners, 2)
    area = signed_areas(moved, triangles)
    area = np.where(np.abs(area) > 1e-6, area, np.inf)[:, None]
    first, second = shift[:, 1] - shift[:, 0], shift[:, 2] - shift[:, 0]
    to_b, to_c = (b - a)[:, ::-1], (c - a)[:, ::-1]  # (y, x) of two edges
    slopes = np.stack(
        [first * to_c[:, :1] - second * to_b[:, :1], second * to_b[:, 1:] - first * to_c[:, 1:]],
        axis=2,
    )
    slopes /= area[..., None]  # (m, axis, along x or y)
    steep = np.flatnonzero(np.abs(slopes).max(axis=(1, 2)) > _STEEPEST)
    if steep.size:
        left, sizes, right = np.linalg.svd(slopes[steep])
        slopes[steep] = (left * np.minimum(sizes, _STEEPEST)[:, None]) @ right
    middle = (a + b + c)[..., None] / 3
    rest = shift.mean(axis=1) - (slopes @ middle)[..., 0]
    return np.concatenate([slopes, rest[..., None]], axis=2).reshape(-1, 6)
