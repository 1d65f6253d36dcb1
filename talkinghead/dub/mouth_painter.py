"""Paints the new mouth into a frame: warped skin and lips, and the inside of the mouth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.colors import PhotoColors, estimate_photo_colors
from talkinghead.appearance.inpaint import inpaint
from talkinghead.appearance.lip_regions import find_extra_opening
from talkinghead.appearance.mouth_interior import MouthInterior
from talkinghead.dub.mouth_warp import MouthWarp, WarpedMesh
from talkinghead.dub.reference_interior import ReferenceInterior
from talkinghead.dub.tracked_face import HeadPose
from talkinghead.geometry.align import compose_affine
from talkinghead.geometry.contours import OPENINGS
from talkinghead.geometry.masks import blend, box_around, intersect_boxes, polygon_mask, smoothstep
from talkinghead.geometry.mesh import Mesh, Roi
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LOWER, MOUTH, OUTER_LIP
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.render.refine import PortraitRefiner
from talkinghead.types import Array

_COARSE: Final = 70  # cells of the warp map across the face
_FINE: Final = 220  # the same around the mouth
_DETAIL_MARGIN: Final = 0.10  # face widths around the lips that have fine cells
_MARGIN: Final = 0.06  # face widths around what moves
_MOVED: Final = 0.04  # pixels by which a point of the mesh has moved at all
_OPEN: Final = 0.010  # face widths: lips further apart show what is to be filled
_SEAM_SHARE: Final = 0.6  # opacity of the line between the lips of a closing mouth
_EDGE: Final = 0.05  # face widths over which the change fades out at the edge of the box
_BORROWED: Final = (0.015, 0.06)  # face widths by which lips are filmed wider open than they speak
_LIP_BAND: Final = 0.03  # face widths around lips of another frame over which they fade out
_AROUND_LIPS: Final = 0.08  # face widths around the lips that the mesh of those lips covers
_GAIN: Final = (0.5, 1.8)  # limits of the light on the mouth's inside against where it was filmed


@dataclass(frozen=True)
class LipSource:
    """A filmed frame with closed lips, which replace lips that are filmed wide open."""

    image: Array  # (h, w, 3) uint8
    points: Array  # (n, 2) the mesh on the filmed face
    skin: Array  # (3,) mean colour of the skin around its mouth

    @classmethod
    def from_frame(cls, image: Array, mesh: WarpedMesh) -> "LipSource":
        """Take a picture (h, w, 3) uint8 of the face, and the mesh in its pixels."""
        return cls(image, mesh.filmed, skin_color(image, mesh.filmed_landmarks))


@dataclass(frozen=True)
class InteriorSource:
    """A filmed frame from which the inside of the mouth is taken."""

    interior: MouthInterior
    colors: PhotoColors
    pose: HeadPose  # of the head in its picture
    local: Array  # (68, 3) its landmarks without head motion
    skin: Array  # (3,) mean colour of the skin around its mouth

    @classmethod
    def from_frame(cls, image: Array, mesh: WarpedMesh) -> "InteriorSource":
        """Take a picture (h, w, 3) uint8 of the face, and the mesh in its pixels."""
        landmarks = mesh.filmed_landmarks
        colors = estimate_photo_colors(image, landmarks)
        interior = MouthInterior(image, landmarks, colors)
        return cls(interior, colors, mesh.pose, mesh.filmed_local, skin_color(image, landmarks))


def skin_color(image: Array, landmarks: Array) -> Array:
    """(3,) mean colour of the skin between lips, nose and chin, in [0, 255]."""
    points = landmarks[:, :2]
    unit = float(face_width(points))
    middle = points[OUTER_LIP].mean(axis=0)
    ring = middle + 1.45 * (points[OUTER_LIP] - middle)
    box = box_around(ring, 0.02 * unit, (image.shape[1], image.shape[0]))
    if box is None:
        return np.full(3, 128.0)
    x, y, width, height = box
    part = image[y : y + height, x : x + width].astype(np.float32)
    lips = middle + 1.12 * (points[OUTER_LIP] - middle)
    mask = np.clip(polygon_mask(ring, box) - polygon_mask(lips, box), 0, 1)
    return np.asarray(np.average(part.reshape(-1, 3), axis=0, weights=mask.ravel() + 1e-6))


class MouthPainter:
    """Paints the new mouth of one person into one frame after another."""

    def __init__(self, warp: MouthWarp, translator: MouthTranslator | None = None) -> None:
        """Take the mesh of the person, and a translator that refines the mouth, if any."""
        self._warp, self._translator = warp, translator
        face = warp.face
        upper, lower = OPENINGS["mouth"]
        self.inner_lips = face.chains[upper], face.chains[lower]  # indices into the mesh
        lips = face.points[np.concatenate([face.chains["upper_lip"], face.chains["lower_lip"]])]
        low, high = lips.min(axis=0), lips.max(axis=0)
        reach = _AROUND_LIPS * face.unit
        near = ((face.points > low - reach) & (face.points < high + reach)).all(axis=1)
        self._around_lips = face.triangles[near[face.triangles].all(axis=1)]
        self._mouth_depth = float(np.mean(face.depth.at_tilt(0)[face.landmarks[MOUTH]]))

    def box(self, mesh: WarpedMesh, size: tuple[int, int]) -> Roi | None:
        """The part of a picture of `size` (width, height) that changes; None: nothing."""
        moved = self._moved(mesh)
        if not moved.any():
            return None
        unit = float(face_width(mesh.landmarks[:, :2]))
        points = np.concatenate([mesh.filmed[moved], mesh.spoken[moved]])
        return box_around(points, _MARGIN * unit, size)

    def paint(
        self,
        image: Array,
        mesh: WarpedMesh,
        source: InteriorSource,
        lips: LipSource | None,
        filmed: Sequence[tuple[ReferenceInterior, float]] = (),
    ) -> Array:
        """(h, w, 3) float32 change of a picture (h, w, 3) uint8 whose pixels `mesh` refers to.

        `filmed` are the insides of mouths that are open about as wide, with their shares; `source`
        serves where there are none.
        """
        face, unit = self._warp.face, float(face_width(mesh.landmarks[:, :2]))
        size = (image.shape[1], image.shape[0])
        softness = float(np.clip(0.6 * source.colors.softness, 0.4, 0.01 * unit + 0.4))
        skin = self._fill_mouth(image, mesh, source.colors, unit)
        moved = self._moved(mesh)
        triangles = face.triangles[moved[face.triangles].any(axis=1)]
        opening = mesh.spoken[face.opening_outline("mouth")]
        everything = (0, 0, *size)
        coarse, fine = (max(1, round(unit / cells)) for cells in (_COARSE, _FINE))
        detail = intersect_boxes(box_around(opening, _DETAIL_MARGIN * unit, size), everything)
        details = (detail,) if detail is not None and coarse > fine else ()
        grid = Mesh(mesh.filmed, triangles, size, coarse, everything, details, fine)
        maps = grid.backward_map(mesh.spoken)
        out = cv2.remap(skin, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        if lips is not None:
            self._draw_lips(out, image, mesh, lips, unit)
        self._draw_inside(out, image, mesh, source, softness)
        self._draw_filmed(out, image, mesh, filmed, softness)
        if self._translator is not None:
            refiner = PortraitRefiner(self._translator, image, mesh.filmed_landmarks)
            refiner.refine(out, mesh.landmarks)
            self._draw_filmed(out, image, mesh, filmed, softness)  # real teeth stay as they are
        change = out.astype(np.float32) - image
        return np.asarray(change * _edge_ramp(size, _EDGE * unit)[..., None])

    def _moved(self, mesh: WarpedMesh) -> Array:
        return np.asarray(np.abs(mesh.spoken - mesh.filmed).max(axis=1) > _MOVED)

    def _fill_mouth(
        self, image: Array, mesh: WarpedMesh, colors: PhotoColors, unit: float
    ) -> Array:
        """The picture with the filmed mouth's inside replaced by the colours of the lips."""
        if float(lip_gaps(mesh.filmed_landmarks).max()) < _OPEN * unit:
            return image
        size = (image.shape[1], image.shape[0])
        outline = mesh.filmed[self._warp.face.opening_outline("mouth")]
        lips = mesh.filmed_landmarks[OUTER_LIP, :2]
        box = box_around(np.concatenate([outline, lips]), 8, size)
        if box is None:
            return image
        x, y, width, height = box
        part = np.ascontiguousarray(image[y : y + height, x : x + width])
        hole = polygon_mask(outline, box, max(1.0, 0.008 * unit)) > 0.1
        gap, mouth = (polygon_mask(points, box) > 0.5 for points in (outline, lips))
        hole |= find_extra_opening(part.astype(np.float32) / 255, gap, mouth, unit)
        filled = inpaint(part, hole, max(1.0, 0.006 * unit))
        line = polygon_mask(outline, box, max(0.7, 0.004 * unit))[..., None]
        filled = np.rint(filled + _SEAM_SHARE * line * (255 * colors.seam - filled))
        out: Array = image.copy()
        out[y : y + height, x : x + width] = filled.clip(0, 255)
        return out

    def _draw_lips(
        self, out: Array, image: Array, mesh: WarpedMesh, lips: LipSource, unit: float
    ) -> None:
        """Draw closed lips of another frame where the filmed ones are open too wide, in place.

        Lips that are open are thin, and stretched to closed ones they show what is beside them.
        """
        filmed, spoken = (
            float(lip_gaps(points).max()) for points in (mesh.filmed_landmarks, mesh.landmarks)
        )
        low, high = _BORROWED
        share = float(smoothstep(((filmed - spoken) / unit - low) / (high - low)))
        face, size = self._warp.face, (image.shape[1], image.shape[0])
        outline = mesh.spoken[
            np.concatenate([face.chains["upper_lip"], face.chains["lower_lip"][-2:0:-1]])
        ]
        box = box_around(outline, _LIP_BAND * unit + 2, size)
        if share == 0 or box is None:
            return
        grid = Mesh(lips.points, self._around_lips, size, 1, box)
        maps = grid.backward_map(mesh.spoken)
        drawn = cv2.remap(lips.image, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        gain = (skin_color(image, mesh.filmed_landmarks) + 4) / (lips.skin + 4)
        middle = outline.mean(axis=0)
        wide = middle + (1 + 0.5 * _LIP_BAND / 0.2) * (outline - middle)
        mask = share * polygon_mask(wide, box, 0.5 * _LIP_BAND * unit)
        drawn = (drawn * gain.clip(*_GAIN)).clip(0, 255).astype(np.float32)
        blend(out, box, drawn, mask.astype(np.float32))

    def _draw_inside(
        self, out: Array, image: Array, mesh: WarpedMesh, source: InteriorSource, softness: float
    ) -> None:
        """Draw the inside of the mouth between the new lips, in place."""
        placed = self._between_lips(mesh, (image.shape[1], image.shape[0]), softness)
        if placed is None:
            return
        box, mask = placed
        here, there = (pose.plane_affine(self._mouth_depth) for pose in (mesh.pose, source.pose))
        head = compose_affine(here, cv2.invertAffineTransform(there))
        jaw = (mesh.local - source.local)[INNER_LOWER].mean(axis=0)
        jaw = (source.pose.scale * source.pose.rotation @ jaw)[:2]
        gain = (skin_color(image, mesh.filmed_landmarks) + 4) / (source.skin + 4)
        inside = source.interior.render(mask, box, head, jaw) * gain.clip(*_GAIN)
        blend(out, box, inside.astype(np.float32).clip(0, 255), mask)

    def _draw_filmed(
        self,
        out: Array,
        image: Array,
        mesh: WarpedMesh,
        filmed: Sequence[tuple[ReferenceInterior, float]],
        softness: float,
    ) -> None:
        """Draw the inside of filmed mouths between the new lips, in place."""
        placed = self._between_lips(mesh, (image.shape[1], image.shape[0]), softness)
        if placed is None or not filmed:
            return
        box, mask = placed
        unit = float(face_width(mesh.landmarks[:, :2]))
        upper, lower = (mesh.spoken[chain] for chain in self.inner_lips)
        skin = skin_color(image, mesh.filmed_landmarks) + 4
        inside, total = np.zeros((*mask.shape, 3), np.float32), 0.0
        for interior, share in filmed:
            opacity = share * interior.stretch(upper, lower, unit)
            if opacity > 0:
                gain = (skin / (interior.skin + 4)).clip(*_GAIN).astype(np.float32)
                inside += np.float32(opacity) * interior.draw(upper, lower, box) * gain
                total += opacity
        if total > 0:
            inside = (inside / np.float32(total)).clip(0, 255)
            blend(out, box, inside, mask * np.float32(min(1.0, total)))

    def _between_lips(
        self, mesh: WarpedMesh, size: tuple[int, int], softness: float
    ) -> tuple[Roi, Array] | None:
        """The box around the new opening, and the opening's mask in it; None if it is closed."""
        lips = mesh.spoken[self._warp.face.opening_outline("mouth")]
        unit = float(face_width(mesh.landmarks[:, :2]))
        box = box_around(lips, 3 * softness + 0.04 * unit, size)
        upper, lower = (mesh.spoken[chain] for chain in self.inner_lips)
        gap = float(np.linalg.norm(lower - upper, axis=1).max())
        if box is None or gap < 0.05:
            return None
        return box, polygon_mask(lips, box, softness) * np.float32(min(1.0, 3 * gap))


def shift_mesh(mesh: WarpedMesh, corner: tuple[int, int], aspect: float) -> WarpedMesh:
    """The mesh in pixels of a box at `corner`, of a picture whose pixels are `aspect` wide.

    Depths keep their unit.
    """
    factor, origin = np.array([1 / aspect, 1.0]), np.array(corner, dtype=float)
    solid, lift = np.append(factor, 1.0), np.append(origin, 0.0)
    rotation = mesh.pose.rotation * solid[:, None]  # no longer orthogonal if pixels are not square
    return replace(
        mesh,
        filmed=mesh.filmed * factor - origin,
        spoken=mesh.spoken * factor - origin,
        filmed_landmarks=mesh.filmed_landmarks * solid - lift,
        landmarks=mesh.landmarks * solid - lift,
        pose=HeadPose(mesh.pose.scale, rotation, mesh.pose.shift * solid - lift),
    )


def _edge_ramp(size: tuple[int, int], width: float) -> Array:
    """(h, w) float32: 0 on the edge of a box, 1 from `width` pixels inside it."""
    ramps = []
    for length in size:
        at = np.arange(length)
        ramps.append(smoothstep(np.minimum(at, length - 1 - at) / max(width, 1.0)))
    return np.asarray(np.minimum(ramps[1][:, None], ramps[0]), dtype=np.float32)
