"""Actors on a stage: each painted by its own renderer, laid over one another on a canvas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from talkinghead.render.layers import over, premultiplied, straight
from talkinghead.types import Array, LandmarkTrack, Renderer


@dataclass(frozen=True)
class Place:
    """Where one stands on a stage."""

    renderer: Renderer  # of (h, w, 3 or 4) frames, straight alpha
    corner: tuple[int, int]  # x, y of the frame's upper left one, in pixels; may lie outside
    mirror: bool = False


class Stage:
    """Actors on a canvas, from back to front."""

    def __init__(self, canvas: Array, places: Sequence[Place], transparent: bool = False) -> None:
        """Take what is behind them, (h, w, 4) uint8 with straight alpha.

        Frames are (h, w, 4) with straight alpha where `transparent`, otherwise (h, w, 3).
        """
        self._canvas, self._places = premultiplied(canvas), tuple(places)
        self._transparent = transparent
        self.size = (canvas.shape[1], canvas.shape[0])

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        """One frame for each frame of the tracks, which are in pixels of each actor's picture."""
        pairs = zip(self._places, tracks, strict=True)
        streams = [place.renderer.render(track) for place, track in pairs]
        for together in zip(*streams, strict=True):
            frame = self._canvas.copy()
            for place, actor in zip(self._places, together, strict=True):
                _lay(frame, actor, place)
            yield straight(frame) if self._transparent else frame[..., :3].copy()


def _lay(frame: Array, actor: Array, place: Place) -> None:
    """Lay one actor's frame on the canvas, as far as it lies on it."""
    if place.mirror:
        actor = actor[:, ::-1]
    x, y = place.corner
    left, top = max(x, 0), max(y, 0)
    right = min(x + actor.shape[1], frame.shape[1])
    bottom = min(y + actor.shape[0], frame.shape[0])
    if right <= left or bottom <= top:
        return
    seen = actor[top - y : bottom - y, left - x : right - x]
    if seen.shape[2] == 3:
        frame[top:bottom, left:right, :3] = seen
        frame[top:bottom, left:right, 3] = 255
        return
    over(frame[top:bottom, left:right], premultiplied(seen))
