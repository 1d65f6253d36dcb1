"""Piecewise affine warps: Delaunay triangulation and dense backward maps of a triangle mesh."""

import cv2
import numpy as np
from scipy.spatial import Delaunay

from talkinghead.errors import FaceError, InputError
from talkinghead.types import Array

Roi = tuple[int, int, int, int]  # x, y, width, height in pixels

_SHIFT = 6  # fractional bits of the drawn corners
_MAX_SLOPE = 4.0  # largest change of a displacement per pixel, in pixels


def delaunay(points: Array) -> Array:
    """(m, 3) int32 Delaunay triangles of (n, 2) points, clockwise in the picture.

    Raises FaceError when the points lie on one line.
    """
    try:
        triangulation = Delaunay(np.asarray(points, dtype=np.float64))
    except (ValueError, RuntimeError) as error:  # QhullError is a RuntimeError
        raise FaceError(f"the {len(points)} mesh points lie on a line; move them apart") from error
    return orient_triangles(points, triangulation.simplices)


def orient_triangles(points: Array, triangles: Array) -> Array:
    """(m, 3) int32 triangles with their corners reordered clockwise in the picture."""
    out = np.array(triangles, dtype=np.int32)
    reversed_ = signed_areas(points, out) < 0
    out[reversed_] = out[reversed_][:, ::-1]
    return out


def signed_areas(points: Array, triangles: Array) -> Array:
    """(m,) twice the area of each triangle; positive if clockwise in the picture (y down)."""
    a, b, c = (np.asarray(points, dtype=np.float64)[triangles[:, i]] for i in range(3))
    areas: Array = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return areas


class Mesh:
    """A piecewise affine warp, defined by the corners of triangles.

    The map is computed on a grid of cells and upsampled bilinearly, which saves most of its cost
    in large pictures. Pixel centres have integer coordinates; the centre of cell i lies at
    `(i + 0.5) * cell - 0.5`.
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

        `roi` limits the map to one box of the picture; `details` are boxes inside it with finer
        cells of `detail_cell` pixels. Triangles are clockwise in the picture, as returned by
        `delaunay` and `orient_triangles`; a triangle that becomes counter-clockwise has folded
        over and is covered by its neighbours. Triangles may have no area in the source. Raises
        InputError for cells smaller than a pixel.
        """
        if min(cell, detail_cell) < 1:
            raise InputError(f"mesh cells must be at least 1 pixel, got {cell}, {detail_cell}")
        self.source = np.asarray(source_points, dtype=np.float64)
        self.triangles = np.asarray(triangles, dtype=np.int32)
        self.roi: Roi = roi or (0, 0, *size)
        self._grid = _Grid(self.roi, cell)
        self._details = [_Grid(box, detail_cell) for box in details]

    def backward_map(self, destination_points: Array) -> tuple[Array, Array]:
        """The source position of each pixel of the region when the points move to (n, 2).

        Returns x and y maps, (height, width) float32 in pixels of the picture, for `cv2.remap`.
        Pixels outside the mesh do not move. Raises InputError for another number of points.
        """
        moved = np.asarray(destination_points, dtype=np.float64)
        if moved.shape != self.source.shape:
            raise InputError(f"mesh points must have shape {self.source.shape}, got {moved.shape}")
        # Row 0 belongs to cells that no triangle covers.
        table = np.zeros((len(self.triangles) + 1, 6), dtype=np.float32)
        table[1:] = _displacements(moved, self.source, self.triangles)
        corners = moved[self.triangles]
        min_heights = _min_heights(moved, self.triangles)
        left, top, _, _ = self.roi
        maps = self._grid.backward_map(corners, min_heights, table)
        for detail in self._details:
            x, y, width, height = detail.roi
            part = np.s_[y - top : y - top + height, x - left : x - left + width]
            fine_maps = detail.backward_map(corners, min_heights, table)
            for coarse, fine in zip(maps, fine_maps, strict=True):
                coarse[part] = fine
        return maps


class _Grid:
    """A grid of cells over one box of the picture, onto which triangles are drawn."""

    def __init__(self, roi: Roi, cell: int) -> None:
        x, y, width, height = roi
        self.roi = roi
        self.cell = cell
        # One more cell on every side: upsampling would otherwise repeat the outer cells.
        self._size = (-(-width // cell) + 2, -(-height // cell) + 2)
        columns, rows = (np.arange(count, dtype=np.float32) for count in self._size)
        self._x = (columns - 0.5) * cell - 0.5 + x
        self._y = (rows[:, None] - 0.5) * cell - 0.5 + y

    def backward_map(self, corners: Array, min_heights: Array, table: Array) -> tuple[Array, Array]:
        """Source x and y of each pixel of the box, (height, width) float32.

        Takes the moved triangles (m, 3, 2), their `_min_heights` (m,) in pixels, and the table
        (m + 1, 6) of `_displacements`, whose row 0 is for cells outside every triangle.
        """
        terms = np.take(table, self.draw(corners, min_heights), axis=0)
        _, _, width, height = self.roi
        cell, (columns, rows) = self.cell, self._size
        maps = []
        for axis, centres in enumerate((self._x, self._y)):
            a, b, c = (terms[..., 3 * axis + i] for i in range(3))
            small = a * self._x + b * self._y + c + centres
            if cell > 1:
                large = (columns * cell, rows * cell)
                small = cv2.resize(small, large, interpolation=cv2.INTER_LINEAR)
            maps.append(small[cell : cell + height, cell : cell + width])
        return maps[0], maps[1]

    def draw(self, corners: Array, min_heights: Array) -> Array:
        """(rows, columns) number of the triangle at each cell, from 1; 0 outside the mesh.

        If the outline does not move, the unfolded triangles cover the whole mesh (the degree of
        the map is 1), so folded triangles are omitted without leaving holes. Thin triangles are
        drawn first: drawing extends half a cell beyond the edges, and the map of a wide triangle
        extrapolates more smoothly.
        """
        x, y, _, _ = self.roi
        cells = (corners - (x, y) + 0.5) / self.cell + 0.5
        drawn = np.round(cells * (1 << _SHIFT)).astype(np.int32)
        a, b, c = drawn[:, 0], drawn[:, 1], drawn[:, 2]
        low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        beyond = np.array(self._size) << _SHIFT
        visible = ((high >= 0) & (low <= beyond)).all(axis=1) & (min_heights > 0.02 * self.cell)
        order = np.flatnonzero(visible)
        order = order[np.argsort(min_heights[order], kind="stable")]
        index = np.zeros(self._size[::-1], dtype=np.int32)
        for number, triangle in zip((order + 1).tolist(), drawn[order], strict=True):
            cv2.fillConvexPoly(index, triangle, number, cv2.LINE_8, _SHIFT)
        return index


def _min_heights(points: Array, triangles: Array) -> Array:
    """(m,) smallest height of each triangle in pixels; negative where it is folded."""
    corners = points[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return np.asarray(signed_areas(points, triangles) / np.maximum(longest, 1e-9))


def _displacements(moved: Array, source: Array, triangles: Array) -> Array:
    """(m, 6) ax, bx, cx, ay, by, cy: source minus destination is a * x + b * y + c.

    Slopes are limited to _MAX_SLOPE: those of a sliver are ill-conditioned and extrapolate badly.
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
    steep = np.flatnonzero(np.abs(slopes).max(axis=(1, 2)) > _MAX_SLOPE)
    if steep.size:
        left, sizes, right = np.linalg.svd(slopes[steep])
        slopes[steep] = (left * np.minimum(sizes, _MAX_SLOPE)[:, None]) @ right
    middle = (a + b + c)[..., None] / 3
    offset = shift.mean(axis=1) - (slopes @ middle)[..., 0]
    return np.concatenate([slopes, offset[..., None]], axis=2).reshape(-1, 6)
