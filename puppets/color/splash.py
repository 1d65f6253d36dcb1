"""Wet colour: blots, drips, spatters, and planes cut where a light reaches a level."""

import math

import cv2
import numpy as np
from brush import curve, ellipse, path


def blot(
    rng: np.random.Generator,
    x: float,
    y: float,
    size: float,
    fill: str,
    rays: int = 7,
    opacity: float = 1.0,
) -> list[str]:
    """A thrown blot of paint: a ragged middle, arms in some directions, drops beyond them."""
    count = 40
    angles = np.arange(count) * 2 * math.pi / count
    radii = 1 + sum(
        rng.normal(0, 0.16 / k) * np.cos(k * angles + rng.uniform(0, 6.3)) for k in range(2, 9)
    )
    parts = []
    for at in rng.choice(count, rays, replace=False):
        a = angles[at]
        reach, thick = size * rng.uniform(1.15, 2.0), size * rng.uniform(0.03, 0.09)
        out, across = np.array([math.cos(a), math.sin(a)]), np.array([-math.sin(a), math.cos(a)])
        foot, knee, tip = (np.array([x, y]) + out * r for r in (size * 0.7, size * 1.1, reach))
        arm = [
            *(foot + across * thick * k for k in (4, -4)),
            knee - across * thick * 0.8,
            tip - across * thick * 0.6,
            tip + across * thick * 0.6,
            knee + across * thick * 0.8,
        ]
        d = "M{} {}L{} {}Q{} {} {} {}L{} {}Q{} {} {} {}Z".format(
            *(round(v, 1) for i in (0, 1, 2, 3, 4, 5, 0) for v in arm[i])
        )
        parts.append(path(d, fill, opacity=opacity))
        turn = f"rotate({math.degrees(a):.0f} {tip[0]:.0f} {tip[1]:.0f})"
        parts.append(ellipse(*tip, thick * 2.1, thick * 1.5, fill, opacity=opacity, transform=turn))
        if rng.uniform() < 0.6:
            drop = np.array([x, y]) + out * (reach + size * rng.uniform(0.2, 0.5))
            parts.append(ellipse(*drop, thick * 1.3, thick * 1.1, fill, opacity=opacity))
    edge = [
        (x + size * r * math.cos(a), y + size * r * math.sin(a))
        for a, r in zip(angles, radii, strict=True)
    ]
    return [path(curve(edge, True), fill, opacity=opacity), *parts]


def drip(x: float, y: float, length: float, width: float, fill: str, opacity: float = 1.0) -> str:
    """Paint that ran down and stopped in a drop."""
    w, end = width / 2, y + length
    d = (
        f"M{x - w * 2.4:.0f} {y:.0f}Q{x - w:.0f} {y + 4:.0f} {x - w:.0f} {y + width * 1.6:.0f}"
        f"L{x - w * 0.8:.0f} {end - width:.0f}C{x - w * 1.7:.0f} {end + w:.0f} "
        f"{x + w * 1.7:.0f} {end + w:.0f} {x + w * 0.8:.0f} {end - width:.0f}"
        f"L{x + w:.0f} {y + width * 1.6:.0f}Q{x + w:.0f} {y + 4:.0f} {x + w * 2.4:.0f} {y:.0f}Z"
    )
    return path(d, fill, opacity=opacity)


def spatter(
    rng: np.random.Generator,
    x: float,
    y: float,
    reach: float,
    colours: list[str],
    count: int,
    largest: float,
) -> list[str]:
    """Drops flung around a place, small ones more often."""
    parts = []
    for _ in range(count):
        a, r = rng.uniform(0, 2 * math.pi), reach * rng.uniform(0.15, 1) ** 0.7
        size = 1.5 + largest * rng.uniform(0, 1) ** 4
        fill = colours[int(rng.integers(len(colours)))]
        parts.append(
            ellipse(
                x + r * math.cos(a), y + r * math.sin(a), size * rng.uniform(1, 1.3), size, fill
            )
        )
    return parts


def wobble(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smooth noise of about unit size: a brush does not keep to an exact edge."""
    total = np.zeros_like(x)
    for _ in range(14):
        a, wave = rng.uniform(0, 2 * math.pi), rng.uniform(50, 140)
        along = (x * math.cos(a) + y * math.sin(a)) * 2 * math.pi / wave
        total += np.sin(along + rng.uniform(0, 6.3)) * wave / 140
    return np.asarray(total / 2.2)


def plane(field: np.ndarray, level: float, step: int, fill: str, opacity: float = 1.0) -> str:
    """The places where `field`, sampled every `step` pixels, is above a level."""
    mask = (field > level).astype(np.uint8)
    found, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    d = ""
    for edge in found:
        if cv2.contourArea(edge) * step * step < 150:
            continue
        row = edge[:: max(len(edge) // max(len(edge) // 5, 6), 1), 0] * step
        d += curve([(float(a), float(b)) for a, b in row], True)
    return (
        path(
            d,
            fill,
            fill_rule="evenodd",
            opacity=opacity,
            stroke="#3a0a5e",
            stroke_width=2.5,
            stroke_opacity=0.16,
        )
        if d
        else ""
    )
