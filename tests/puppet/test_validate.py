"""A valid puppet has no issues, and every defect is reported with its place."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from talkinghead.editor.validation import draw_issues, validate
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, LEFT_EYE, MIRROR
from talkinghead.puppet.validate import validate_puppet
from talkinghead.types import Array, Layer, Puppet


def with_layer(puppet: Puppet, role: str, image: Array) -> Puppet:
    return replace(puppet, layers={**puppet.layers, role: Layer(role, image)})


def moved(points: Array, rows: int | list[int], by: tuple[float, float]) -> Array:
    out = points.copy()
    out[rows] += by
    return out


def swapped(points: Array, a: int, b: int) -> Array:
    out = points.copy()
    out[[a, b]] = out[[b, a]]
    return out


def without_alpha(puppet: Puppet) -> Puppet:
    solid = puppet.layers["head"].image.copy()
    solid[..., 3] = 255
    return with_layer(puppet, "head", solid)


def without_head(puppet: Puppet) -> Puppet:
    return with_layer(puppet, "head", np.zeros_like(puppet.layers["head"].image))


def with_one_lid(puppet: Puppet) -> Puppet:
    lids = puppet.layers["eyelids"].image.copy()
    lids[:, :100] = 0
    return with_layer(puppet, "eyelids", lids)


def with_small_mouth(puppet: Puppet) -> Puppet:
    mouth = puppet.layers["mouth"].image.copy()
    mouth[:, :100] = 0
    return with_layer(puppet, "mouth", mouth)


def folded(puppet: Puppet) -> Puppet:
    """Triangles of the open pose; in the closed pose a point of the jaw crosses the face."""
    border = np.array([[-20, -20], [220, -20], [220, 220], [-20, 220]], float)
    triangles = delaunay(np.concatenate([puppet.opened, border]))
    closed = moved(puppet.closed, 4, (45, -20))
    return replace(
        puppet, closed=closed, triangles=triangles, meta={**puppet.meta, "border": border.tolist()}
    )


DEFECTS: dict[str, tuple[Callable[[Puppet], Puppet], str]] = {
    "off the canvas": (
        lambda p: replace(p, opened=moved(p.opened, 8, (0, 300))),
        "error: points.open: point 8 outside the canvas of 200 x 200",
    ),
    "off the head": (
        lambda p: replace(p, closed=moved(p.closed, 0, (-40, -50))),
        "error: points.closed: point 0 outside the drawn part of the head layer",
    ),
    "two points swapped": (
        lambda p: replace(p, opened=swapped(p.opened, 31, 35)),
        "error: points.open: 31 and 35 are swapped, left and right",
    ),
    "mirrored": (
        lambda p: replace(p, closed=p.closed[MIRROR], opened=p.opened[MIRROR]),
        "error: points.closed: left and right are swapped",
    ),
    "upside down": (
        lambda p: replace(p, closed=p.closed * (1, -1) + (0, 200)),
        "error: points.closed: the chin, 8, lies above the nose, 27",
    ),
    "closed eyes": (
        lambda p: replace(p, closed=swapped(p.closed, 37, 41)),
        "error: points.closed: the eyes must be open; closed: 37 over 41",
    ),
    "a mouth that stays open": (
        lambda p: replace(p, closed=moved(p.closed, INNER_LOWER, (0, 6))),
        "error: points.closed: the mouth does not close: 61 and 67 are 6 pixels apart",
    ),
    "crossed lips": (
        lambda p: replace(p, closed=moved(p.closed, INNER_UPPER, (0, 6))),
        "error: points.closed: the lips cross: 61 lies below 67",
    ),
    "a mouth that stays shut": (
        lambda p: replace(p, opened=moved(p.closed, 8, (0, 1))),
        "warning: points.open: the mouth does not open",
    ),
    "coinciding points": (
        lambda p: replace(p, opened=moved(p.opened, 20, tuple(p.opened[21] - p.opened[20]))),
        "warning: points.open: 20 and 21 coincide",
    ),
    "a head without alpha": (without_alpha, "error: layers.head: has no transparent part"),
    "an empty head": (without_head, "error: layers.head: is empty"),
    "a missing eyelid": (with_one_lid, "error: layers.eyelids: cover 0% of the left eye"),
    "a mouth too small": (with_small_mouth, "error: layers.mouth: fills"),
    "folded triangles": (folded, "error: triangles: "),
    "no width": (
        lambda p: replace(p, closed=p.closed * 0.02 + 90),
        "error: points.closed: 0 and 16, the ends of the jaw, are",
    ),
    "no licence": (
        lambda p: replace(p, meta={"drawn": "closed"}),
        "warning: licence: is unknown",
    ),
}


def test_a_valid_puppet_has_no_issue(egg: Puppet) -> None:
    assert validate(egg)[0] == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_reported(defect: str, egg: Puppet) -> None:
    change, message = DEFECTS[defect]
    issues = [str(issue) for issue in validate(change(egg))[0]]
    assert any(line.startswith(message) for line in issues), issues


def test_without_a_mesh_folded_triangles_are_not_checked(egg: Puppet) -> None:
    puppet = folded(egg)
    issues = [issue for issue in validate(puppet)[0] if not issue.triangles]
    assert validate_puppet(puppet) == issues


def test_errors_come_before_warnings(egg: Puppet) -> None:
    issues, _ = validate(replace(with_one_lid(egg), meta={"drawn": "closed"}))
    assert [issue.is_error for issue in issues] == [True, False]


def test_an_issue_says_where_it_is(egg: Puppet) -> None:
    issues, mesh = validate(folded(egg))
    issue = next(issue for issue in issues if issue.triangles)
    assert mesh is not None
    assert issue.poses == ("closed",)
    assert 4 in mesh.triangles[list(issue.triangles)]
    lids = validate(with_one_lid(egg))[0][0]
    assert lids.points == tuple(range(LEFT_EYE.start, LEFT_EYE.stop))


@pytest.mark.parametrize("defect", [None, "folded triangles", "no width"])
def test_the_drawing_shows_issues_in_red(defect: str | None, egg: Puppet) -> None:
    puppet = DEFECTS[defect][0](egg) if defect else egg
    issues, mesh = validate(puppet)
    page = draw_issues(puppet, issues, mesh).astype(int)
    red = (page[..., 0] > 180) & (page[..., 1:].max(axis=2) < 60)
    assert page.shape[2] == 3
    assert red.any() == bool(defect)


def test_a_face_without_area_is_drawn_too(egg: Puppet) -> None:
    line = np.stack([np.arange(68) * 2.0, np.arange(68) * 2.0], axis=1)
    border = [[0.0, 0.0], [10.0, 10.0], [20.0, 20.0]]
    flat = replace(egg, closed=line, opened=line, meta={**egg.meta, "border": border})
    issues, mesh = validate(flat)
    assert issues
    assert draw_issues(flat, issues, mesh).ndim == 3
