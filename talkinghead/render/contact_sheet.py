"""Contact sheets for checking puppets: poses, and landmarks and mesh with errors marked."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from talkinghead.landmarks import COUNT, LOWER_LID, UPPER_LID
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.types import Array, LandmarkTrack, Puppet

TILE: Final = 300  # pixels of a picture's longer side
CAPTION: Final = 34  # pixels of the line above each puppet
_GAP: Final = 6  # pixels between pictures
_VIEW_SIZE: Final = 860  # pixels of each wireframe view
_SUPERSAMPLING: Final = 2  # of wireframes, so that thin lines stay smooth
_LINE_LENGTH: Final = 104  # characters per line of notes, for each view
_WHITE, _DARK, _RED, _AMBER = (255, 255, 255), (20, 40, 60), (220, 20, 30), (190, 110, 0)
_OUTSIDE, _EDGE_COLOR = (205, 205, 205), (0, 130, 170)


def pose_track(*poses: Array) -> LandmarkTrack:
    """A track of poses (68, 2), one frame each."""
    points = np.stack(poses)
    depth = np.zeros((*points.shape[:2], 1))
    return LandmarkTrack(np.concatenate([points, depth], axis=2), 25)


def with_eyes_closed(puppet: Puppet) -> Array:
    """(68, 2) landmarks of a puppet with mouth and eyes closed."""
    points = puppet.closed.copy()
    points[UPPER_LID] = points[LOWER_LID]
    return points


def contact_sheet(puppets: Sequence[Puppet], tile: int = TILE, columns: int = 2) -> Array:
    """(h, w, 3) uint8 page with three pictures of each puppet under its name and title.

    The pictures, `tile` pixels each, show it neutral, with an open mouth and with closed eyes.
    """
    blocks = [_puppet_block(puppet, tile) for puppet in puppets]
    columns = min(columns, len(blocks))
    height = max(block.height for block in blocks)
    width = blocks[0].width
    rows = -(-len(blocks) // columns)
    size = (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    page = Image.new("RGB", size, "white")
    for index, block in enumerate(blocks):
        row, column = divmod(index, columns)
        page.paste(block, (column * (width + _GAP), row * (height + _GAP)))
    return np.asarray(page)


def _puppet_block(puppet: Puppet, tile: int) -> Image.Image:
    track = pose_track(puppet.closed, puppet.opened, with_eyes_closed(puppet))
    renderer = CartoonRenderer(puppet, tile)
    block = Image.new("RGB", (3 * tile + 2 * _GAP, CAPTION + tile), "white")
    for index, frame in enumerate(renderer.render(track)):
        left = index * (tile + _GAP) + (tile - frame.shape[1]) // 2
        block.paste(Image.fromarray(frame), (left, CAPTION + (tile - frame.shape[0]) // 2))
    draw = ImageDraw.Draw(block)
    title = str(puppet.meta.get("title", ""))
    draw.text((4, 6), puppet.name, "black", ImageFont.load_default(20))
    start = 4 + draw.textlength(puppet.name, ImageFont.load_default(20)) + 12
    draw.text((start, 10), title, "#667", ImageFont.load_default(15))
    return block


@dataclass(frozen=True)
class WireframeView:
    """One pose of a puppet with its mesh, and the points and triangles to mark as wrong."""

    title: str
    picture: Array  # (h, w, 3) uint8, the canvas
    vertices: Array  # (n, 2) pixels of the canvas, the 68 landmarks first
    triangles: Array  # (m, 3)
    wrong_points: frozenset[int] = frozenset()
    wrong_triangles: frozenset[int] = frozenset()


def wireframe_sheet(views: list[WireframeView], notes: list[tuple[str, bool]]) -> Array:
    """(h, w, 3) uint8: the views side by side above the notes (text, is_error)."""
    landmarks = [view.vertices[:COUNT] for view in views]
    square = _face_square(landmarks, views[0].picture.shape)
    page = np.hstack([_draw_view(view, square) for view in views])
    return np.vstack([page, _draw_notes(notes, page.shape[1], _LINE_LENGTH * len(views))])


def _face_square(points: list[Array], shape: tuple[int, ...]) -> tuple[float, float, float]:
    """x, y and side of the square around the face; points far off the canvas are clipped."""
    size = np.array([shape[1], shape[0]])
    limited = np.clip(np.concatenate(points), -size / 4, size * 5 / 4)
    low, high = limited.min(axis=0), limited.max(axis=0)
    side = float((high - low).max()) * 1.3
    x, y = (low + high) / 2 - side / 2
    return float(x), float(y), max(side, 1.0)


def _draw_view(view: WireframeView, square: tuple[float, float, float]) -> Array:
    x, y, side = square
    scale = _VIEW_SIZE * _SUPERSAMPLING / side
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    large = (_VIEW_SIZE * _SUPERSAMPLING, _VIEW_SIZE * _SUPERSAMPLING)
    canvas = cv2.warpAffine(view.picture, matrix, large, borderValue=_OUTSIDE)
    canvas = cv2.addWeighted(canvas, 0.6, np.full_like(canvas, 255), 0.4, 0)
    points = (view.vertices - (x, y)) * scale
    # Points far outside would overflow OpenCV's fixed-point coordinates.
    points = np.clip(points, -8000, 12000)
    corners = np.rint(points).astype(np.int32)
    red = canvas.copy()
    for index in view.wrong_triangles:
        cv2.fillConvexPoly(red, corners[view.triangles[index]], _RED)
    canvas = cv2.addWeighted(red, 0.5, canvas, 0.5, 0)
    edges = canvas.copy()
    cv2.polylines(edges, list(corners[view.triangles]), True, _EDGE_COLOR, 2, cv2.LINE_AA)
    canvas = cv2.addWeighted(edges, 0.6, canvas, 0.4, 0)
    picture = Image.fromarray(canvas)
    draw = ImageDraw.Draw(picture)
    small, large_type = ImageFont.load_default(20), ImageFont.load_default(40)
    for index, (left, top) in enumerate(points[:COUNT].tolist()):
        wrong = index in view.wrong_points
        draw.circle((left, top), 12 if wrong else 6, _RED if wrong else _WHITE, _DARK, 2)
        draw.text(
            (left + 9, top - 24), str(index), _RED if wrong else _DARK, small,
            stroke_width=3, stroke_fill=_WHITE,
        )  # fmt: skip
    draw.text((20, 16), view.title, _DARK, large_type, stroke_width=4, stroke_fill=_WHITE)
    return np.asarray(picture.resize((_VIEW_SIZE, _VIEW_SIZE), Image.Resampling.BOX))


def _draw_notes(notes: list[tuple[str, bool]], width: int, line_length: int) -> Array:
    rows = []
    for text, is_error in notes or [("nothing is wrong", False)]:
        color = _RED if is_error else (_AMBER if notes else _DARK)
        rows += [
            (line, color) for line in textwrap.wrap(text, line_length, subsequent_indent="    ")
        ]
    picture = Image.new("RGB", (width, 24 * len(rows) + 20), _WHITE)
    draw = ImageDraw.Draw(picture)
    for row, (line, color) in enumerate(rows):
        draw.text((14, 10 + 24 * row), line, color, ImageFont.load_default(16))
    return np.asarray(picture)
