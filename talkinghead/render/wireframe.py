"""A puppet's points and triangles drawn over its pictures, what is wrong in red, for checking."""

import textwrap
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from talkinghead.landmarks import COUNT
from talkinghead.types import Array

SIDE = 860  # pixels of each view
PAPER, INK, RED, AMBER = (255, 255, 255), (20, 40, 60), (220, 20, 30), (190, 110, 0)
LINE = (0, 130, 170)
_DOUBLE = 2  # drawn twice as large, then halved: lines are thin and still smooth
_LETTERS = 104  # of a line under the views, for each of them


@dataclass(frozen=True)
class View:
    """One pose of a puppet, and what is wrong in it."""

    title: str
    picture: Array  # (h, w, 3) uint8, the canvas
    vertices: Array  # (n, 2) pixels of the canvas, the 68 points first
    triangles: Array  # (m, 3)
    wrong_points: frozenset[int] = frozenset()
    wrong_triangles: frozenset[int] = frozenset()


def wireframes(views: list[View], notes: list[tuple[str, bool]]) -> Array:
    """(h, w, 3) uint8: the views side by side, and under them notes, True for the grave ones."""
    box = _around([view.vertices[:COUNT] for view in views], views[0].picture.shape)
    page = np.hstack([_drawn(view, box) for view in views])
    return np.vstack([page, _written(notes, page.shape[1], _LETTERS * len(views))])


def _around(points: list[Array], shape: tuple[int, ...]) -> tuple[float, float, float]:
    """x, y and side of the square that shows the face; a point far off the canvas is left out."""
    size = np.array([shape[1], shape[0]])
    near = np.clip(np.concatenate(points), -size / 4, size * 5 / 4)
    low, high = near.min(axis=0), near.max(axis=0)
    side = float((high - low).max()) * 1.3
    x, y = (low + high) / 2 - side / 2
    return float(x), float(y), max(side, 1.0)


def _drawn(view: View, box: tuple[float, float, float]) -> Array:
    x, y, side = box
    scale = SIDE * _DOUBLE / side
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    large = (SIDE * _DOUBLE, SIDE * _DOUBLE)
    paper = cv2.warpAffine(view.picture, matrix, large, borderValue=(205, 205, 205))
    paper = cv2.addWeighted(paper, 0.6, np.full_like(paper, 255), 0.4, 0)
    places = (view.vertices - (x, y)) * scale
    # What is far outside would overflow OpenCV's fixed-point numbers.
    places = np.clip(places, -8000, 12000)
    corners = np.rint(places).astype(np.int32)
    red = paper.copy()
    for index in view.wrong_triangles:
        cv2.fillConvexPoly(red, corners[view.triangles[index]], RED)
    paper = cv2.addWeighted(red, 0.5, paper, 0.5, 0)
    lined = paper.copy()
    cv2.polylines(lined, list(corners[view.triangles]), True, LINE, 2, cv2.LINE_AA)
    paper = cv2.addWeighted(lined, 0.6, paper, 0.4, 0)
    picture = Image.fromarray(paper)
    pen = ImageDraw.Draw(picture)
    small, large_type = ImageFont.load_default(20), ImageFont.load_default(40)
    for index, place in enumerate(places[:COUNT]):
        wrong = index in view.wrong_points
        spot = (float(place[0]), float(place[1]))
        pen.circle(spot, 12 if wrong else 6, RED if wrong else PAPER, INK, 2)
        pen.text(
            (spot[0] + 9, spot[1] - 24), str(index), RED if wrong else INK, small,
            stroke_width=3, stroke_fill=PAPER,
        )  # fmt: skip
    pen.text((20, 16), view.title, INK, large_type, stroke_width=4, stroke_fill=PAPER)
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))


def _written(notes: list[tuple[str, bool]], width: int, letters: int) -> Array:
    rows = []
    for text, grave in notes or [("nothing is wrong", False)]:
        colour = RED if grave else (AMBER if notes else INK)
        rows += [(line, colour) for line in textwrap.wrap(text, letters, subsequent_indent="    ")]
    picture = Image.new("RGB", (width, 24 * len(rows) + 20), PAPER)
    pen = ImageDraw.Draw(picture)
    for row, (line, colour) in enumerate(rows):
        pen.text((14, 10 + 24 * row), line, colour, ImageFont.load_default(16))
    return np.asarray(picture)
