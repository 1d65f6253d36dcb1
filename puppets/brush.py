"""SVG drawing helpers of the puppets: smooth paths, ink strokes, fur, colour ramps."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

Point = tuple[float, float]
Colour = tuple[float, float, float]


def rgb(text: str) -> Colour:
    """'#rrggbb' to three numbers in [0, 255]."""
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))  # type: ignore[return-value]


def to_hex(colour: Iterable[float]) -> str:
    """Three numbers, clipped to [0, 255], to '#rrggbb'."""
    return "#" + "".join(f"{round(min(max(c, 0), 255)):02x}" for c in colour)


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """The colour `t` of the way from `a` to `b`."""
    return tuple(x + (y - x) * t for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def ramp(colours: Sequence[str], t: float) -> Colour:
    """The colour at `t` in [0, 1] along evenly spaced colours."""
    t = min(max(t, 0.0), 1.0) * (len(colours) - 1)
    i = min(int(t), len(colours) - 2)
    return mix(rgb(colours[i]), rgb(colours[i + 1]), t - i)


def curve(points: Sequence[Point], closed: bool = False) -> str:
    """SVG path data of the Catmull-Rom spline through `points`."""
    n = len(points)

    def at(i: int) -> np.ndarray:
        return np.array(points[i % n] if closed else points[min(max(i, 0), n - 1)])

    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for i in range(n if closed else n - 1):
        p, a, b, q = at(i - 1), at(i), at(i + 1), at(i + 2)
        c1, c2 = a + (b - p) / 6, b - (q - a) / 6
        parts.append("C" + " ".join(f"{v:.1f}" for v in (*c1, *c2, *b)))
    return "".join(parts) + ("Z" if closed else "")


def path(d: str, fill: str = "none", **attributes: object) -> str:
    """A path element; underscores in attribute names become hyphens."""
    extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f'<path d="{d}" fill="{fill}"{extra}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **attributes: object) -> str:
    """An ellipse element."""
    extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}"{extra}/>'


def group(role: str, parts: Iterable[str], **attributes: object) -> str:
    """A group element, on lines of its own."""
    extra = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f'<g id="{role}"{extra}>\n' + "\n".join(parts) + "\n</g>\n"


def ribbon(points: Sequence[Point], widths: Sequence[float], fill: str, **more: object) -> str:
    """An ink stroke through `points` whose width interpolates `widths` from end to end."""
    knots = np.array([points[0], *points, points[-1]], dtype=float)
    line = []
    for p, a, b, q in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        for t in (0, 0.34, 0.67):
            bend = (2 * p - 5 * a + 4 * b - q) * t * t + (3 * (a - b) + q - p) * t**3
            line.append(a + ((b - p) * t + bend) / 2)
    line.append(knots[-1])
    middle = np.array(line)
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    steps = np.linspace(0, 1, len(middle))
    half = np.interp(steps, np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    forward = curve([(x, y) for x, y in middle - across])
    back = curve([(x, y) for x, y in (middle + across)[::-1]])
    return path(f"{forward}L{back[1:]}Z", fill, **more)


def fit_eye_rim(row: Sequence[Point], steps: int = 12) -> list[Point]:
    """Points on the cubic through four points of an eye, the edge of an eyelid."""
    x, y = np.array(row, dtype=float).T
    along_x = np.linspace(x[0], x[-1], steps)
    heights = np.polyval(np.polyfit(x - x[0], y, 3), along_x - x[0])
    return list(zip(along_x.tolist(), heights.tolist(), strict=True))


def blur_filters(*sizes: float) -> str:
    """SVG filters named softN that blur with a sigma of N pixels."""
    return "".join(
        f'<filter id="soft{n}" x="-60%" y="-60%" width="220%" height="220%">'
        f'<feGaussianBlur stdDeviation="{n}"/></filter>'
        for n in sizes
    )


def gradient(name: str, *stops: tuple[float, str], to: str = "down") -> str:
    """A gradient of (offset, colour) stops that runs "down", "right" or "out"."""
    inner = "".join(f'<stop offset="{o}" stop-color="{c}"/>' for o, c in stops)
    if to == "out":
        return f'<radialGradient id="{name}">{inner}</radialGradient>'
    end = 'x2="0" y2="1"' if to == "down" else 'x2="1" y2="0"'
    return f'<linearGradient id="{name}" x1="0" y1="0" {end}>{inner}</linearGradient>'


def clip_to(name: str, outline: str, parts: Iterable[str]) -> str:
    """The parts, clipped to the path data `outline`."""
    clip = f'<clipPath id="{name}"><path d="{outline}"/></clipPath>'
    return f'{clip}<g clip-path="url(#{name})">' + "".join(parts) + "</g>"


def svg_document(defs: str, layers: Iterable[str]) -> str:
    """The SVG document of a canvas of 1024 x 1024 pixels."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024" '
    size = 'width="1024" height="1024">\n'
    return f"{head}{size}<defs>{defs}</defs>\n" + "".join(layers) + "</svg>\n"


def ibug_landmarks(
    jaw: Sequence[Point],
    brows: Sequence[Point],
    nose: Sequence[Point],
    eyes: Sequence[Point],
    outer: tuple[Sequence[Point], Sequence[Point]],
    inner: tuple[Sequence[Point], Sequence[Point]],
) -> np.ndarray:
    """(68, 2) landmarks from 17 points of the jaw, 10 of brows, 9 of nose, 12 of eyes, and lips.

    Lips are (upper, lower) rows from left to right, both with the corners: 7 points each for the
    outer edge, 5 for the inner edge.
    """
    lips = [*outer[0], *outer[1][-2:0:-1], *inner[0], *inner[1][-2:0:-1]]
    return np.array([*jaw, *brows, *nose, *eyes, *lips], dtype=float)


def tuft(root: Point, angle: float, length: float, width: float, bend: float, fill: str) -> str:
    """A tapered tuft of fur from `root` towards `angle` (radians, 0 is right, y down)."""
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    base = np.array(root)
    tip = base + along * length + across * bend * length
    left, right = base - across * width / 2, base + across * width / 2
    belly = base + along * length * 0.5
    c1, c2 = belly - across * width * 0.62, belly + across * width * 0.62
    numbers = " ".join(f"{v:.0f}" for v in (*c1, *tip))
    back = " ".join(f"{v:.0f}" for v in (*c2, *right))
    d = f"M{left[0]:.0f} {left[1]:.0f}Q{numbers}Q{back}Z"
    return f'<path d="{d}" fill="{fill}"/>'


def jitter_grid(
    rng: np.random.Generator, box: tuple[float, float, float, float], gap: float
) -> np.ndarray:
    """(n, 2) points about `gap` apart in the box (x0, y0, x1, y1): a grid with random offsets."""
    x0, y0, x1, y1 = box
    xs, ys = np.meshgrid(np.arange(x0, x1, gap), np.arange(y0, y1, gap * 0.9))
    points = np.stack([xs, ys], axis=-1)
    points[::2, :, 0] += gap / 2
    flat = points.reshape(-1, 2)
    return np.asarray(flat + rng.uniform(-0.42, 0.42, flat.shape) * gap)


def draw_fur(
    points: np.ndarray,
    rng: np.random.Generator,
    flow: Callable[[float, float], float],
    light: Callable[[float, float], float],
    colours: Sequence[str],
    length: float,
    width: float,
    rim_light: Callable[[float, float], tuple[str, float]] | None = None,
) -> list[str]:
    """Tufts at `points` in the given order: later ones lie on top.

    At a position, `flow` gives the direction in radians, `light` the position on the colour ramp
    in [0, 1], and `rim_light` the colour and strength of a second light.
    """
    parts = []
    for x, y in points:
        tone = ramp(colours, light(x, y) + rng.normal(0, 0.07))
        if rim_light is not None:
            colour, strength = rim_light(x, y)
            tone = mix(tone, rgb(colour), min(max(strength * rng.uniform(0.5, 1.1), 0), 1))
        angle = flow(x, y) + rng.normal(0, 0.16)
        size = rng.uniform(0.7, 1.25)
        bend = rng.normal(0, 0.16)
        parts.append(tuft((x, y), angle, length * size, width * size, bend, to_hex(tone)))
    return parts


def sample_curve(points: Sequence[Point] | np.ndarray, steps: int = 8) -> np.ndarray:
    """(n, 2) points on the Catmull-Rom spline through `points`, `steps` per segment."""
    knots = np.asarray(points, float)
    padded = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for p, a, b, q in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        bend = (2 * p - 5 * a + 4 * b - q) * t**2 + (3 * a - p - 3 * b + q) * t**3
        pieces.append(a + ((b - p) * t + bend) / 2)
    return np.concatenate([*pieces, knots[-1:]])


def normals(line: np.ndarray) -> np.ndarray:
    """(n, 2) unit normals of a line of (n, 2) points, to the right of its direction."""
    way = np.gradient(line, axis=0)
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    return np.stack([-way[:, 1], way[:, 0]], axis=1)


def band_outline(line: np.ndarray, left: np.ndarray, right: np.ndarray) -> str:
    """SVG path data of the area between two offsets (n,) across a line of (n, 2) points."""
    across = normals(line)
    first, second = line + across * left[:, None], line + across * right[:, None]
    outline = np.concatenate([first, second[::-1]])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in outline) + "Z"
