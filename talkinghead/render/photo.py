"""Render photos and paintings: a landmark-driven mesh warp, with eyes and mouth interior."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.colors import estimate_photo_colors
from talkinghead.appearance.gaze import gaze_shift, warp_eye
from talkinghead.appearance.inpaint import EYE_MASK_LEVEL, inpaint_eyes_and_mouth
from talkinghead.appearance.mouth_interior import MouthInterior
from talkinghead.appearance.photo_eyelid import PhotoEyelid
from talkinghead.face.portrait import resize_portrait, scale_points
from talkinghead.geometry.contours import OPENINGS
from talkinghead.geometry.masks import blend, box_around, intersect_boxes, polygon_mask, seam_mask
from talkinghead.geometry.mesh import Mesh, Roi
from talkinghead.geometry.mouth import CLOSED_GAP, face_axes, snap_closed_lips
from talkinghead.landmarks import INNER_LOWER
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.render.background import BackgroundLayers
from talkinghead.render.face_mesh import FaceMesh
from talkinghead.render.head_motion import HeadMotion, MovedMesh
from talkinghead.render.parallel import ordered_map, thread_count
from talkinghead.render.refine import PortraitRefiner
from talkinghead.types import ARTICULATIONS, Array, LandmarkTrack, Portrait

LABIODENTAL: Final = ARTICULATIONS.index("labiodental")
_CELLS: Final = 70  # cells of the warp map across the face
_FINE_CELLS: Final = 220  # the same around mouth and eyes
_CUBIC_PIXELS: Final = 400_000  # largest moving region that is sampled cubically
_DETAIL_MARGIN: Final = 0.17  # face widths around mouth and eyes that have fine cells
_COVERED_LIP: Final = 0.009  # face widths of the lower lip that the teeth cover in f and v
_SEAM_WIDTH: Final = 0.018  # face widths: the line between lips that have closed


@dataclass(frozen=True)
class WarpedFrame:
    """One frame, and the mask of its open mouth."""

    image: Array  # (h, w, 3) uint8 RGB
    mouth: Array  # (bh, bw) float32 in [0, 1], 1 between the lips
    box: Roi  # where `mouth` lies in the frame: x, y, width, height


def articulated_frames(track: LandmarkTrack) -> list[tuple[Array, Array | None]]:
    """The landmarks (68, 3) and the articulation (4,) or None of each frame of a track."""
    if track.articulation is None:
        return [(points, None) for points in track.points]
    return list(zip(track.points, track.articulation, strict=True))


class PhotoRenderer:
    """Warps a portrait by its landmarks, at the resolution of the picture.

    The head follows the rigid part of the motion, which fades out around it; the face follows the
    residual. Eyes and mouth interior are not stretched: lids and lips move over them. If the
    portrait has a matte, only the person moves. A translator, if given, refines the mouth region
    of the warped frames.
    """

    def __init__(
        self, portrait: Portrait, size: int | None = None, translator: MouthTranslator | None = None
    ) -> None:
        """Take a portrait; `size` is the longer side of the frames; None keeps the picture's."""
        longer = max(portrait.image.shape[:2])
        self._factor = 1.0 if size is None else size / longer
        if self._factor != 1:
            portrait = resize_portrait(portrait, self._factor)
        image, landmarks = portrait.image, portrait.landmarks.astype(np.float64)
        self._image = image
        base = snap_closed_lips(landmarks)
        self._face = face = FaceMesh(base, self.size)
        self._motion = HeadMotion(landmarks, base, face)
        unit = face.unit

        self._colors = colors = estimate_photo_colors(image, landmarks)
        self._softness = float(np.clip(0.6 * colors.softness, 0.4, 0.01 * unit + 0.4))
        self._interior = MouthInterior(image, landmarks, colors)
        outlines = {name: face.points[face.opening_outline(name)] for name in OPENINGS}
        self._skin = inpaint_eyes_and_mouth(image, landmarks, outlines, self._softness, colors.seam)

        boxes = (
            intersect_boxes(box_around(outline, _DETAIL_MARGIN * unit, self.size), face.roi)
            for outline in outlines.values()
        )
        coarse, fine = (max(1, round(unit / cells)) for cells in (_CELLS, _FINE_CELLS))
        details = tuple(box for box in boxes if box is not None and coarse > fine)
        self._mesh = Mesh(face.points, face.triangles, self.size, coarse, face.roi, details, fine)
        # Cubic sampling keeps small pictures sharp; in large ones it makes no visible difference.
        small = face.roi[2] * face.roi[3] <= _CUBIC_PIXELS
        self._sampling = cv2.INTER_CUBIC if small else cv2.INTER_LINEAR
        matte = portrait.matte
        self._layers = None if matte is None else BackgroundLayers(self._skin, matte, face.roi)
        zero_offsets = np.zeros_like(landmarks)
        self._eyelids = {
            name: PhotoEyelid(
                image, landmarks, *self._motion.opening_edges(name, zero_offsets), colors
            )
            for name in OPENINGS
            if name != "mouth"
        }
        self._refiner = (
            None if translator is None else PortraitRefiner(translator, image, landmarks)
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        height, width = self._image.shape[:2]
        return width, height

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the track, in order.

        The track is in pixels of the original portrait, whatever `size` is.
        """
        return ordered_map(self._frame, articulated_frames(track), thread_count(self.size))

    def _frame(self, frame: tuple[Array, Array | None]) -> Array:
        return self.warp(*frame).image

    def warp(self, points: Array, articulation: Array | None = None) -> WarpedFrame:
        """The frame for landmarks (68, 3) in pixels of the original portrait.

        `articulation` (4,) in [0, 1] is of ARTICULATIONS; None: the tongue rests.
        """
        if self._factor != 1:
            points = scale_points(points, self._factor)
        mesh = self._motion.move_mesh(points)
        frame = self._warp_skin(mesh.points)
        for name, eyelid in self._eyelids.items():
            self._draw_eye(frame, name, mesh)
            upper, _ = self._motion.opening_edges(name, mesh.skin_offsets)
            edges = self._motion.opening_edges(name, mesh.offsets)
            affine = self._motion.head_affine(name, mesh.head_points)
            eyelid.draw(frame, affine, upper, *edges)
        warped = self._draw_mouth(frame, mesh, articulation)
        if self._refiner is not None:
            self._refiner.refine(warped.image, mesh.landmarks)
        return warped

    def _warp_skin(self, points: Array) -> Array:
        """(h, w, 3) uint8: the picture with its skin warped to the mesh points (n, 2)."""
        left, top, width, height = self._face.roi
        map_x, map_y = self._mesh.backward_map(points)
        frame: Array = self._image.copy()
        if self._layers is None:
            part = cv2.remap(
                self._skin, map_x, map_y, self._sampling, borderMode=cv2.BORDER_REPLICATE
            )
        else:
            part = self._layers.compose(map_x, map_y, self._sampling)
        frame[top : top + height, left : left + width] = part
        return frame

    def _draw_eye(self, frame: Array, name: str, mesh: MovedMesh) -> None:
        """Draw an eye in place: it moves with the head, and the lids cover it."""
        outline = self._face.opening_outline(name)
        socket, lids = mesh.head_points[outline], mesh.points[outline]
        box = intersect_boxes(box_around(socket, 2, self.size), self._face.roi)
        if box is None:
            return
        mask = np.minimum(
            polygon_mask(socket, box, self._softness), polygon_mask(lids, box, self._softness)
        )
        mask = np.minimum(mask / EYE_MASK_LEVEL, 1)
        affine = self._motion.head_affine(name, mesh.head_points)
        affine[:, 2] -= box[:2]
        corners = self._face.points[outline[[0, len(outline) // 2]]]
        shift = gaze_shift(mesh.rotation, self._motion.yaw, self._face.unit)
        eye = warp_eye(self._image, affine, corners, shift, box[2:])
        blend(frame, box, eye.astype(np.float32), mask)

    def _draw_mouth(self, frame: Array, mesh: MovedMesh, articulation: Array | None) -> WarpedFrame:
        """Draw the mouth interior between the lips, in place."""
        lips = mesh.points[self._face.opening_outline("mouth")]
        margin = 3 * self._softness + 0.04 * self._face.unit
        box = intersect_boxes(box_around(lips, margin, self.size), self._face.roi)
        if box is None:
            return WarpedFrame(frame, np.zeros((0, 0), dtype=np.float32), (0, 0, 0, 0))
        # Closed lips enclose no area, but the feathered mask would still show some interior.
        upper, lower = (mesh.points[self._face.chains[chain]] for chain in OPENINGS["mouth"])
        gap = float(np.linalg.norm(lower - upper, axis=1).max())
        mask = polygon_mask(lips, box, self._softness) * np.float32(min(1.0, 3 * gap))
        head = self._motion.head_affine("mouth", mesh.head_points)
        jaw = mesh.offsets[INNER_LOWER, :2].mean(axis=0)
        inside = self._interior.render(mask, box, head, jaw, mesh.rotation, articulation)
        blend(frame, box, inside, mask)
        if articulation is not None and articulation[LABIODENTAL] > 0:
            self._draw_teeth_over_lip(frame, mesh, head, float(articulation[LABIODENTAL]))
        self._draw_lip_seam(frame, box, mesh.points)
        return WarpedFrame(frame, mask, box)

    def _draw_teeth_over_lip(
        self, frame: Array, mesh: MovedMesh, head: Array, share: float
    ) -> None:
        """Draw the upper teeth over the edge of the lower lip, as in f and v, in place."""
        unit, lower = self._face.unit, mesh.points[self._face.chains[OPENINGS["mouth"][1]]]
        arched = np.sin(np.pi * np.linspace(0, 1, len(lower)))[:, None]
        covered = lower + _COVERED_LIP * unit * arched * face_axes(mesh.landmarks)[1]
        outline = np.concatenate([lower, covered[::-1]])
        box = intersect_boxes(box_around(outline, 2, self.size), self._face.roi)
        teeth = None if box is None else self._interior.upper_teeth(box, head, mesh.rotation)
        if box is None or teeth is None:
            return
        mask = polygon_mask(outline, box, self._softness) * teeth[..., 3]
        blend(frame, box, teeth[..., :3] / np.maximum(teeth[..., 3:], 1e-3), share * mask)

    def _draw_lip_seam(self, frame: Array, box: Roi, points: Array) -> None:
        """Draw the line between lips that are open in the portrait and have closed, in place."""
        face, chains = self._face, OPENINGS["mouth"]
        upper, lower = (face.chains[chain][1:-1] for chain in chains)
        gap_before = float(np.linalg.norm(face.points[lower] - face.points[upper], axis=1).mean())
        gap = float(np.linalg.norm(points[lower] - points[upper], axis=1).mean())
        if gap_before < CLOSED_GAP * face.unit:
            return
        closed = float(np.clip(1 - gap / (0.35 * gap_before), 0, 1))
        if closed > 0:
            seam = np.mean([points[face.chains[chain]] for chain in chains], axis=0)
            along = seam[-1] - seam[0]
            across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
            mask = seam_mask(seam, box, _SEAM_WIDTH * face.unit, across, self._softness)
            blend(frame, box, self._colors.seam * np.float32(255), 0.75 * closed * mask)
