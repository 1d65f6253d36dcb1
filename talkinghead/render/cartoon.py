"""Paint puppets: the head's layer warped over a still body, mouth inside, lids that close."""

from collections.abc import Iterator

import cv2
import numpy as np

from talkinghead.errors import ImageError, InputError
from talkinghead.geometry.mesh import Mesh, Roi
from talkinghead.landmarks import LEFT_EYE, MOUTH, MOUTH_LEFT, MOUTH_RIGHT, RIGHT_EYE
from talkinghead.render.layers import Sprite, over, premultiplied, straight
from talkinghead.render.lids import Lid
from talkinghead.render.rig import Pose, Rig
from talkinghead.types import Array, LandmarkTrack, Puppet

THROAT = (58, 12, 20, 255)  # inside a mouth for which nothing is drawn
_FINE = 4  # subpixels a side from which the mouth's edge is averaged


class CartoonRenderer:
    """Paints landmark tracks on a puppet. Tracks are in pixels of the puppet's own canvas."""

    def __init__(
        self, puppet: Puppet, size: int | None = None, background: Array | None = None
    ) -> None:
        """Take a puppet, the pixels of the longer side, and a picture (h, w, 3) to stand before.

        The picture is scaled and cut to fill the frame; None takes the puppet's own background,
        or white where it has none.
        """
        height, width = puppet.layers["head"].image.shape[:2]
        if size is not None and size < 16:
            raise InputError(f"a puppet needs at least 16 pixels a side, got {size}")
        self._factor = 1.0 if size is None else size / max(width, height)
        self.size = (round(width * self._factor), round(height * self._factor))
        self._rig = Rig(puppet, self._factor)
        layers = {role: self._scaled(layer.image) for role, layer in puppet.layers.items()}
        clear = np.zeros((self.size[1], self.size[0], 4), np.uint8)
        self._clear = layers.get("body", clear)
        self._scene = np.full_like(clear, 255)
        if background is not None:
            self._scene[..., :3] = _filling(background, self.size)
        else:
            over(self._scene, layers.get("background", clear))
        over(self._scene, self._clear)
        self._head = layers["head"]
        if "pupils" in layers:
            over(self._head, layers["pupils"])
        roi = self._reach()
        # Lips drawn apart meet in a line: coarse cells would leave a strip of what was between.
        open_drawn = puppet.meta.get("drawn") == "open"
        details = (self._around_mouth(roi),) if open_drawn else ()
        self._mesh = Mesh(
            self._rig.source, self._rig.triangles, self.size, roi=roi, details=details
        )
        inside = {role: _sprite(layers, role) for role in ("mouth", "jaw", "teeth")}
        self._inside = inside
        self._painted_open = open_drawn and inside["mouth"] is None
        tusks = _sprite(layers, "tusks")
        middle = float(self._rig.rest[[MOUTH_LEFT, MOUTH_RIGHT], 0].mean())
        self._tusks = tusks.halves(middle) if tusks else (None, None)
        eyes = (self._rig.rest[LEFT_EYE], self._rig.rest[RIGHT_EYE])
        self._lids = [Lid(layers["eyelids"], eye) for eye in eyes] if "eyelids" in layers else []

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the track, over the background."""
        for points in track.points:
            yield cv2.cvtColor(self._painted(self._scene, points), cv2.COLOR_RGBA2RGB)

    def render_rgba(self, track: LandmarkTrack) -> Iterator[Array]:
        """The same as (h, w, 4) uint8 with straight alpha and without the background."""
        for points in track.points:
            yield straight(self._painted(self._clear, points))

    def _painted(self, scene: Array, points: Array) -> Array:
        frame = scene.copy()
        self._paint(frame, self._rig.pose(points * self._factor))
        return frame

    def _scaled(self, image: Array) -> Array:
        ready = premultiplied(image)
        if (ready.shape[1], ready.shape[0]) == self.size:
            return ready
        shrinks = self._factor < 1
        kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        scaled = np.asarray(cv2.resize(ready, self.size, interpolation=kind))
        # Cubic overshoot must not leave colour above its alpha.
        scaled[..., :3] = np.minimum(scaled[..., :3], scaled[..., 3:])
        return scaled

    def _reach(self) -> Roi:
        """The box the head may fill: what is drawn, and room to move."""
        x, y, width, height = cv2.boundingRect((self._head[..., 3] > 0).astype(np.uint8))
        room = max(self.size) // 10
        x0, y0 = max(x - room, 0), max(y - room, 0)
        x1 = min(x + width + room, self.size[0])
        y1 = min(y + height + room, self.size[1])
        return x0, y0, x1 - x0, y1 - y0

    def _around_mouth(self, roi: Roi) -> Roi:
        """The box in which the mouth stays while the head moves."""
        lips = self._rig.source[MOUTH]
        room = (lips[:, 0].max() - lips[:, 0].min()) / 3
        x, y, width, height = roi
        x0, y0 = np.clip(lips.min(axis=0) - room, (x, y), (x + width, y + height)).astype(int)
        x1, y1 = np.clip(lips.max(axis=0) + room, (x, y), (x + width, y + height)).astype(int)
        return int(x0), int(y0), int(x1 - x0), int(y1 - y0)

    def _paint(self, frame: Array, pose: Pose) -> None:
        x, y, width, height = self._mesh.roi
        view = frame[y : y + height, x : x + width]
        map_x, map_y = self._mesh.map(pose.vertices)
        head = cv2.remap(self._head, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        over(view, head)
        if not self._painted_open:
            self._paint_mouth(frame, pose)
        for tusk, matrix in zip(self._tusks, pose.tusks, strict=True):
            if tusk is not None:
                tusk.paste(frame, matrix)
        for lid, openness, matrix in zip(self._lids, pose.lids, pose.eyes, strict=False):
            lid.paste(frame, openness, matrix)

    def _paint_mouth(self, frame: Array, pose: Pose) -> None:
        """What is inside, seen through the opening of the lips."""
        # Lips less than half a pixel apart are shut: noise must not make them glimmer.
        presence = float(np.clip(pose.gap - 0.5, 0, 1))
        low = np.clip(np.floor(pose.lips.min(axis=0)) - 2, 0, self.size).astype(int)
        high = np.clip(np.ceil(pose.lips.max(axis=0)) + 3, 0, self.size).astype(int)
        box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        width, height = box[2] - box[0], box[3] - box[1]
        if presence == 0 or width <= 0 or height <= 0:
            return
        corners = np.round(((pose.lips - low + 0.5) * _FINE - 0.5) * 16).astype(np.int32)
        fine = np.zeros((height * _FINE, width * _FINE), np.uint8)
        cv2.fillPoly(fine, [corners], 255, cv2.LINE_8, 4)
        mask = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
        inside = np.empty((height, width, 4), np.uint8)
        inside[:] = THROAT
        moves = (("mouth", pose.head), ("jaw", pose.jaw), ("teeth", pose.head))
        for role, matrix in moves:
            sprite = self._inside[role]
            if sprite is not None:
                over(inside, sprite.moved(matrix, box))
        # The lips' shadow: deep under the edge, gone further in.
        mask = cv2.convertScaleAbs(mask, alpha=presence)
        reach = 2 * int(max(width / 16, 1)) + 1
        depth = cv2.convertScaleAbs(cv2.blur(mask, (reach, reach)), alpha=0.75, beta=0.25 * 255)
        shade = cv2.multiply(mask, depth, scale=1 / 255)
        seen = cv2.multiply(inside, cv2.merge([shade, shade, shade, mask]), scale=1 / 255)
        over(frame[box[1] : box[3], box[0] : box[2]], seen)


def _sprite(layers: dict[str, Array], role: str) -> Sprite | None:
    return Sprite.of(layers[role]) if role in layers else None


def _filling(picture: Array, size: tuple[int, int]) -> Array:
    """A picture scaled and cut to fill a frame, whatever its shape."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ImageError(
            f"a background must be (h, w, 3) uint8, got {picture.shape} {picture.dtype}"
        )
    height, width = picture.shape[:2]
    factor = max(size[0] / width, size[1] / height)
    large = (max(round(width * factor), size[0]), max(round(height * factor), size[1]))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(picture, large, interpolation=kind))
    x, y = (large[0] - size[0]) // 2, (large[1] - size[1]) // 2
    return scaled[y : y + size[1], x : x + size[0]]
