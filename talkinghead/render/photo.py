"""Photos and paintings that speak: a dense warp follows the landmarks, a mouth is painted in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mesh import Mesh, Roi
from talkinghead.geometry.mouth import CLOSED
from talkinghead.landmarks import INNER_LOWER
from talkinghead.render.backdrop import Backdrop
from talkinghead.render.contours import OPENINGS
from talkinghead.render.control import FaceMesh
from talkinghead.render.crew import crew, painted
from talkinghead.render.eyelids import Eyelid
from talkinghead.render.mask import blend, box_around, clipped, polygon_mask, seam_mask
from talkinghead.render.mouth_interior import MouthInterior
from talkinghead.render.movement import Movement
from talkinghead.render.palette import palette
from talkinghead.render.skin import RIM, bare, resized, scaled, snapped
from talkinghead.render.translator import Easel, Translator
from talkinghead.types import Array, LandmarkTrack, Portrait

_CELLS: Final = 70  # mesh cells across the face
_CUBIC_PIXELS: Final = 400_000
_FINE_CELLS: Final = 220  # and across it around the mouth and the eyes


@dataclass(frozen=True)
class Warped:
    """One frame, and where its mouth is open."""

    image: Array  # (h, w, 3) uint8 RGB
    mouth: Array  # (bh, bw) float32 in [0, 1], 1 between the lips
    box: Roi  # where `mouth` lies in the frame: x, y, width, height


class PhotoRenderer:
    """Moves one portrait with its landmarks, at the picture's own resolution.

    The head follows the rigid part of the motion, fading out around it; the face follows the
    rest. Eyes and the inside of the mouth are not stretched: lids and lips slide over them.
    Where the portrait has a matte, only the person moves, before a background that is still.
    With a translator the mouth is finished by it; without one it is a warp alone.
    """

    def __init__(
        self, portrait: Portrait, size: int | None = None, translator: Translator | None = None
    ) -> None:
        """Take a portrait; `size` is the longer side of the frames, None keeps the picture's."""
        longer = max(portrait.image.shape[:2])
        self._factor = 1.0 if size is None else size / longer
        if self._factor != 1:
            portrait = resized(portrait, self._factor)
        image, landmarks = portrait.image, portrait.landmarks.astype(np.float64)
        matte = portrait.matte
        self._image = image
        base = snapped(landmarks)
        self._face = FaceMesh(base, self.size)
        self._movement = Movement(landmarks, base, self._face)
        face, unit = self._face, self._face.unit

        self._colours = colours = palette(image, landmarks)
        self._softness = float(np.clip(0.6 * colours.softness, 0.4, 0.01 * unit + 0.4))
        self._interior = MouthInterior(image, landmarks, colours)
        self._skin = bare(image, landmarks, face, self._softness, colours.seam)

        boxes = (
            clipped(box_around(face.points[face.opening(name)], 0.17 * unit, self.size), face.roi)
            for name in OPENINGS
        )
        coarse, fine = (max(1, round(unit / cells)) for cells in (_CELLS, _FINE_CELLS))
        details = tuple(box for box in boxes if box is not None and coarse > fine)
        self._mesh = Mesh(face.points, face.triangles, self.size, coarse, face.roi, details, fine)
        # Cubic sampling keeps small pictures sharp; in large ones the eye sees no difference.
        few = face.roi[2] * face.roi[3] <= _CUBIC_PIXELS
        self._sampling = cv2.INTER_CUBIC if few else cv2.INTER_LINEAR
        self._backdrop = None if matte is None else Backdrop(self._skin, matte, face.roi)
        self._lids = {
            name: Eyelid(image, landmarks, *self._movement.lids(name, 0 * landmarks), colours)
            for name in list(OPENINGS)[1:]
        }
        self._easel = None if translator is None else Easel(translator, image, landmarks)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        height, width = self._image.shape[:2]
        return width, height

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the track, in order.

        The track is in pixels of the original portrait, whatever `size` is.
        """
        return painted(lambda points: self.warp(points).image, track.points, crew(self.size))

    def warp(self, points: Array) -> Warped:
        """The frame for landmarks (68, 3) in pixels of the original portrait."""
        if self._factor != 1:
            points = scaled(points, self._factor)
        now = self._movement(points)
        still, moved = now.still, now.points
        frame = self._remap(moved)
        for name, lid in self._lids.items():
            self._eye(frame, name, still, moved)
            upper, _ = self._movement.lids(name, now.drawn)
            edges = self._movement.lids(name, now.offsets)
            lid.close(frame, self._movement.fixed(name, still), upper, *edges)
        jaw = now.offsets[INNER_LOWER, :2].mean(axis=0)
        warped = self._mouth(frame, still, moved, jaw)
        if self._easel is not None:
            self._easel.finish(warped.image, now.landmarks)
        return warped

    def _remap(self, moved: Array) -> Array:
        """The picture with its skin moved."""
        left, top, width, height = self._face.roi
        map_x, map_y = self._mesh.map(moved)
        frame: Array = self._image.copy()
        if self._backdrop is None:
            part = cv2.remap(
                self._skin, map_x, map_y, self._sampling, borderMode=cv2.BORDER_REPLICATE
            )
        else:
            part = self._backdrop.compose(map_x, map_y, self._sampling)
        frame[top : top + height, left : left + width] = part
        return frame

    def _eye(self, frame: Array, name: str, still: Array, moved: Array) -> None:
        """Lay the eye, which moves with the head, under the lids that moved over it."""
        around = self._face.opening(name)
        box = clipped(box_around(still[around], 2, self.size), self._face.roi)
        if box is None:
            return
        seen = np.minimum(
            polygon_mask(still[around], box, self._softness),
            polygon_mask(moved[around], box, self._softness),
        )
        seen = np.minimum(seen / RIM, 1)
        matrix = self._movement.fixed(name, still)
        matrix[:, 2] -= box[:2]
        eye = cv2.warpAffine(
            self._image, matrix, box[2:], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        blend(frame, box, eye.astype(np.float32), seen)

    def _mouth(self, frame: Array, still: Array, moved: Array, jaw: Array) -> Warped:
        """Paint the inside of the mouth between the lips."""
        lips = moved[self._face.opening("mouth")]
        margin = 3 * self._softness + 0.04 * self._face.unit
        box = clipped(box_around(lips, margin, self.size), self._face.roi)
        if box is None:
            return Warped(frame, np.zeros((0, 0), dtype=np.float32), (0, 0, 0, 0))
        # Shut lips enclose nothing; drawing them would leave a trace all the same.
        upper, lower = (moved[self._face.chains[chain]] for chain in OPENINGS["mouth"])
        apart = float(np.linalg.norm(lower - upper, axis=1).max())
        mask = polygon_mask(lips, box, self._softness) * np.float32(min(1.0, 3 * apart))
        inside = self._interior.paint(mask, box, self._movement.fixed("mouth", still), jaw)
        blend(frame, box, inside, mask)
        self._seam(frame, box, "mouth", moved, self._colours.seam, 0.018)
        return Warped(frame, mask, box)

    def _seam(
        self, frame: Array, box: Roi, name: str, moved: Array, colour: Array, breadth: float
    ) -> None:
        """Where lids or lips of an open source have met, draw the line between them."""
        face = self._face
        upper, lower = (face.chains[chain][1:-1] for chain in OPENINGS[name])
        before = float(np.linalg.norm(face.points[lower] - face.points[upper], axis=1).mean())
        now = float(np.linalg.norm(moved[lower] - moved[upper], axis=1).mean())
        if before < CLOSED * face.unit:
            return
        shut = float(np.clip(1 - now / (0.35 * before), 0, 1))
        if shut > 0:
            chain = np.mean([moved[face.chains[side]] for side in OPENINGS[name]], axis=0)
            along = chain[-1] - chain[0]
            across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
            mask = seam_mask(chain, box, breadth * face.unit, across, self._softness)
            blend(frame, box, colour * np.float32(255), 0.75 * shut * mask)
