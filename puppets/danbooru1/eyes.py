"""Her eyes: white, lashes, pupils with the sky in them, and lids that cover them."""

import numpy as np
from brush import Point, clip_to, ellipse, group, path, ribbon
from shape import LEFT_EYE, RIGHT_EYE

LASH = "#221a3f"


def arcs(eye: list[Point]) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower rim, from left to right, as the lids follow them: (n, 2) points each."""
    xy = np.array(eye)
    x = np.linspace(xy[0, 0], xy[3, 0], 33)
    rims = []
    for row in ([0, 1, 2, 3], [0, 5, 4, 3]):
        poly = np.polyfit(xy[row, 0] - xy[0, 0], xy[row, 1], 3)
        rims.append(np.stack([x, np.polyval(poly, x - xy[0, 0])], axis=1))
    return rims[0], rims[1]


def lashline(eye: list[Point]) -> np.ndarray:
    """(n, 2) the upper lashes as drawn: flatter than the lid's arc, and wholly below it."""
    upper, _ = arcs(eye)
    u = np.linspace(-1, 1, len(upper))
    ends = upper[0, 1] + (upper[-1, 1] - upper[0, 1]) * (u + 1) / 2
    height = (ends - upper[:, 1]).max() * 0.9
    return np.stack([upper[:, 0], ends - height * (1 - np.abs(u) ** 2.4)], axis=1)


def _down(line: np.ndarray, depth: float) -> np.ndarray:
    return np.asarray(line + np.array([0.0, depth]))


def _text(line: np.ndarray) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in line)


def white(eye: list[Point], depth: float = 0.0) -> str:
    """Path data of what is between the rims, `depth` pixels under the upper one."""
    _, lower = arcs(eye)
    return f"M{_text(_down(lashline(eye), depth))}L{_text(lower[::-1])}Z"


def _outer(eye: list[Point]) -> float:
    """-1 where the outer corner is on the left, 1 where it is on the right."""
    return -1.0 if eye[0][0] < 512 else 1.0


def _lash(line: np.ndarray, out: float, thick: float) -> list[str]:
    """Lashes along a rim, heavier to the outside; they hang under it."""
    t = np.linspace(0, 1, len(line))
    far = t if out > 0 else 1 - t
    weight = thick * (0.5 + 0.5 * far) * np.clip(far / 0.4, 0.12, 1) ** 0.7
    corner = line[-1] if out > 0 else line[0]
    # The wing: the rim runs on past the corner and lifts to a point.
    wing = corner + np.array([(out * 7, 4), (out * 14, 5), (out * 20, 3), (out * 25, -2)])
    thin = thick * np.array([0.85, 0.62, 0.34, 0.02])
    if out > 0:
        line, weight = np.concatenate([line, wing]), np.concatenate([weight, thin])
    else:
        line = np.concatenate([wing[::-1], line])
        weight = np.concatenate([thin[::-1], weight])
    return [path(f"M{_text(line)}L{_text((line + np.outer(weight, (0, 1)))[::-1])}Z", LASH)]


def eye(corners: list[Point], name: str) -> list[str]:
    """The white in the lashes' shadow, the rims, the crease of the lid."""
    upper, lower = lashline(corners), arcs(corners)[1]
    out = _outer(corners)
    shadow = path(f"M{_text(upper)}L{_text(_down(upper, 26)[::-1])}Z", "#c3c8ec", opacity=0.8)
    below = lower[6:28] if out > 0 else lower[5:27]
    crease = arcs(corners)[0][6:27] - (0, 9)
    return [
        clip_to(f"white{name}", white(corners), [path(white(corners), "#fbfaff"), shadow]),
        ribbon([tuple(p) for p in below[::4]], (0.6, 3.2, 3.6, 0.8), "#6d4260"),
        ribbon([tuple(p) for p in crease[::4]], (0.4, 2.6, 2.6, 0.4), "#b8707a"),
        *_lash(upper, out, 15),
    ]


def _iris(corners: list[Point], name: str) -> list[str]:
    x = (corners[0][0] + corners[3][0]) / 2 + _outer(corners) * -2
    y, rx, ry = 541.0, 45.0, 60.0
    rays = []
    for angle in np.linspace(0.1 * np.pi, 0.9 * np.pi, 15):
        c, s = np.cos(angle), np.sin(angle)
        start = (x + c * rx * 0.5, y + s * ry * 0.5)
        rays.append(ribbon([start, (x + c * rx * 0.86, y + s * ry * 0.86)], (0.4, 2.6), "#eafff6"))
    shadow = lashline(corners)
    parts = [
        ellipse(x, y, rx, ry, "#141040"),
        ellipse(x, y + 1, rx - 3.5, ry - 4, "url(#iris)"),
        ellipse(x, y + 28, rx * 0.72, ry * 0.42, "url(#irisGlow)"),
        f'<g opacity="0.5">{"".join(rays)}</g>',
        ellipse(x, y - 2, 17, 24, "url(#pupil)"),
        path(f"M{_text(shadow)}L{_text(_down(shadow, 38)[::-1])}Z", "#120d3a", opacity=0.5),
        ellipse(x, y + 40, 22, 8, "#d9fff2", opacity=0.75, filter="url(#soft2)"),
        ellipse(x - 17, y - 24, 14, 17, "#ffffff", transform=f"rotate(-18 {x - 17} {y - 24})"),
        ellipse(x + 19, y + 20, 6.5, 8, "#ffffff", opacity=0.95),
        ellipse(x + 12, y - 32, 4, 5, "#ffffff", opacity=0.85),
        ellipse(x - 22, y + 22, 4, 6, "#ffc7e6", opacity=0.8),
    ]
    return [clip_to(f"iris{name}", white(corners, 13), parts)]


def pupils() -> str:
    """Both irises."""
    return group("pupils", [*_iris(LEFT_EYE, "L"), *_iris(RIGHT_EYE, "R")])


def eyelids() -> str:
    """Closed lids: skin, the fold, and lashes below the rim on which they come down."""
    parts = []
    for corners in (LEFT_EYE, RIGHT_EYE):
        upper, lower = arcs(corners)
        out = _outer(corners)
        skin = f"M{_text(upper - (0, 26))}L{_text(lower[::-1])}Z"
        parts.append(path(skin, "url(#skin)"))
        t = np.linspace(0, 1, 33)
        fold = upper + (lower - upper) * (0.42 + 0.1 * np.sin(np.pi * t))[:, None]
        parts.append(ribbon([tuple(p) for p in fold[5:28:4]], (0.4, 2.4, 2.4, 0.4), "#d08f88"))
        parts += _lash(lower, out, 12)
    return group("eyelids", parts)
