"""Laws of the check: what is sound passes, and each fault put in is named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from talkinghead.app.checking import drawing, inspect
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, LEFT_EYE, MIRROR
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
    """Triangles fitted to the open pose; in the closed one a cheek point has crossed the face."""
    border = np.array([[-20, -20], [220, -20], [220, 220], [-20, 220]], float)
    triangles = delaunay(np.concatenate([puppet.opened, border]))
    closed = moved(puppet.closed, 4, (45, -20))
    return replace(
        puppet, closed=closed, triangles=triangles, meta={**puppet.meta, "border": border.tolist()}
    )


FAULTS: dict[str, tuple[Callable[[Puppet], Puppet], str]] = {
    "off the canvas": (
        lambda p: replace(p, opened=moved(p.opened, 8, (0, 300))),
        "error: points.open: point 8 outside the canvas of 200 x 200",
    ),
    "off the head": (
        lambda p: replace(p, closed=moved(p.closed, 0, (-40, -50))),
        "error: points.closed: point 0 outside what the head layer shows",
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
    "eyes shut at rest": (
        lambda p: replace(p, closed=swapped(p.closed, 37, 41)),
        "error: points.closed: the eyes must be open: 37 over 41",
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
    "points on one another": (
        lambda p: replace(p, opened=moved(p.opened, 20, tuple(p.opened[21] - p.opened[20]))),
        "warning: points.open: 20 and 21 coincide",
    ),
    "a head without alpha": (without_alpha, "error: layers.head: has no transparent part"),
    "a head that is clear": (without_head, "error: layers.head: shows nothing"),
    "a lid that is missing": (with_one_lid, "error: layers.eyelids: cover 0% of the left eye"),
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


def test_a_sound_puppet_passes(egg: Puppet) -> None:
    assert inspect(egg)[0] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, egg: Puppet) -> None:
    change, said = FAULTS[fault]
    found = [str(f) for f in inspect(change(egg))[0]]
    assert any(line.startswith(said) for line in found), found


def test_errors_come_before_warnings(egg: Puppet) -> None:
    found, _ = inspect(replace(with_one_lid(egg), meta={"drawn": "closed"}))
    assert [fault.serious for fault in found] == [True, False]


def test_a_fault_says_where_it_is(egg: Puppet) -> None:
    found, mesh = inspect(folded(egg))
    fault = next(f for f in found if f.triangles)
    assert mesh is not None
    assert fault.poses == ("closed",)
    assert 4 in mesh.triangles[list(fault.triangles)]
    lids = inspect(with_one_lid(egg))[0][0]
    assert lids.points == tuple(range(LEFT_EYE.start, LEFT_EYE.stop))


@pytest.mark.parametrize("fault", [None, "folded triangles", "no width"])
def test_the_drawing_shows_faults_in_red(fault: str | None, egg: Puppet) -> None:
    puppet = FAULTS[fault][0](egg) if fault else egg
    found, mesh = inspect(puppet)
    page = drawing(puppet, found, mesh).astype(int)
    red = (page[..., 0] > 180) & (page[..., 1:].max(axis=2) < 60)
    assert page.shape[2] == 3
    assert red.any() == bool(fault)


def test_a_face_without_area_is_drawn_all_the_same(egg: Puppet) -> None:
    line = np.stack([np.arange(68) * 2.0, np.arange(68) * 2.0], axis=1)
    border = [[0.0, 0.0], [10.0, 10.0], [20.0, 20.0]]
    flat = replace(egg, closed=line, opened=line, meta={**egg.meta, "border": border})
    found, mesh = inspect(flat)
    assert found
    assert drawing(flat, found, mesh).ndim == 3
