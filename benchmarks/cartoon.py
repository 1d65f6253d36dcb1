"""How many frames a second a puppet is painted, encoding apart, at 512 and at 1024 pixels.

    python benchmarks/cartoon.py [--puppet wilk] [--frames 60] [--rounds 5]

Beside it, in the same run and over the same mesh, the usual way: one warpAffine for each
triangle, cut out with a mask, which paints the head and nothing else. Times are the best of
some rounds taken in turns, so that what else the machine does hurts both alike; `CPU` is the
processor time of a frame, which hardly depends on it.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from talkinghead.landmarks import LOWER_LID, UPPER_LID  # noqa: E402
from talkinghead.puppet.store import load_puppet  # noqa: E402
from talkinghead.render.cartoon import CartoonRenderer  # noqa: E402
from talkinghead.render.layers import over, premultiplied  # noqa: E402
from talkinghead.render.rig import Rig  # noqa: E402
from talkinghead.types import Array, LandmarkTrack, Puppet  # noqa: E402

SIZES = (512, 1024)


def acted(puppet: Puppet, frames: int) -> LandmarkTrack:
    """A mouth that opens four times a second on a head that sways, and a blink, at 25 fps."""
    poses = []
    centre = puppet.closed.mean(axis=0)
    for i in range(frames):
        amount = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * i / 25)
        points = puppet.closed + amount * (puppet.opened - puppet.closed)
        if i % 50 < 4:
            points[UPPER_LID] += 0.7 * (points[LOWER_LID] - points[UPPER_LID])
        angle = np.deg2rad(3 * np.sin(2 * np.pi * i / 60))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        poses.append((points - centre) @ turn.T + centre + (6 * np.sin(i / 9), 3 * np.cos(i / 7)))
    depth = np.zeros((frames, len(puppet.closed), 1))
    return LandmarkTrack(np.concatenate([np.array(poses), depth], axis=2), 25)


def by_triangles(puppet: Puppet, size: int) -> Callable[[Array], Array]:
    """The head alone, a triangle at a time."""
    side = max(puppet.layers["head"].image.shape[:2])
    factor = size / side
    whole = premultiplied(puppet.layers["head"].image)
    head = cv2.resize(whole, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    height, width = head.shape[:2]
    rig = Rig(puppet, factor)
    ground = np.full_like(head, 255)

    def paint(points: Array) -> Array:
        vertices = rig.pose(points * factor).vertices
        moved = np.zeros_like(head)
        for corners in rig.triangles:
            there = np.float32(vertices[corners])
            low = np.clip(np.floor(there.min(axis=0)), 0, (width, height)).astype(int)
            high = np.clip(np.ceil(there.max(axis=0)) + 1, 0, (width, height)).astype(int)
            if (high <= low).any():
                continue
            matrix = cv2.getAffineTransform(
                np.float32(rig.source[corners]), there - np.float32(low)
            )
            box = (int(high[0] - low[0]), int(high[1] - low[1]))
            piece = cv2.warpAffine(head, matrix, box, flags=cv2.INTER_LINEAR)
            mask = np.zeros(box[::-1], np.uint8)
            cv2.fillConvexPoly(mask, np.rint(there - low).astype(np.int32), 255)
            cv2.copyTo(piece, mask, moved[low[1] : high[1], low[0] : high[0]])
        frame = ground.copy()
        over(frame, moved)
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB))

    return paint


def compared(puppet: Puppet, size: int, frames: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds and processor seconds of a frame, each way, the best of the rounds."""
    track = acted(puppet, frames)
    renderer, triangle = CartoonRenderer(puppet, size), by_triangles(puppet, size)
    few = track.points[:: max(frames // 10, 1)]
    ways: dict[str, tuple[Callable[[], None], int]] = {
        "painted": (lambda: [None for _ in renderer.render(track)] and None, frames),
        "triangles": (lambda: [triangle(points) for points in few] and None, len(few)),
    }
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, (work, count) in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            spent = ((time.perf_counter() - wall) / count, (time.process_time() - cpu) / count)
            before = best.get(name, spent)
            best[name] = (min(before[0], spent[0]), min(before[1], spent[1]))
    return best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--puppet", default="wilk", help="(default: %(default)s)")
    parser.add_argument("--frames", type=int, default=60, help="of a round (default: 60)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: 5)")
    args = parser.parse_args()
    puppet = load_puppet(args.puppet)
    print(
        f"{args.puppet}, {os.cpu_count()} cores, {cv2.getNumThreads()} OpenCV threads, "
        f"OpenCV {cv2.__version__}, Python {platform.python_version()}, "
        f"load before {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':8}{'frames/s':>10}{'CPU':>10}{'by triangles':>16}{'CPU':>10}{'ratio':>8}")
    for size in SIZES:
        best = compared(puppet, size, args.frames, args.rounds)
        (ours, cpu), (theirs, their_cpu) = best["painted"], best["triangles"]
        print(
            f"{size:<8}{1 / ours:>10.0f}{1e3 * cpu:>7.1f} ms{1 / theirs:>16.0f}"
            f"{1e3 * their_cpu:>7.1f} ms{their_cpu / cpu:>8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
