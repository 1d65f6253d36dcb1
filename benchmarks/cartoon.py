"""Frames per second of rendering a puppet, without encoding, at 512 and at 1024 pixels.

    python benchmarks/cartoon.py [--puppet wilk] [--frames 60] [--rounds 5]

Compared in the same run and on the same mesh with one masked warpAffine per triangle, of the
head only. Times are the best of several alternating rounds, so that other load affects both
alike; `CPU` is the processor time per frame, which hardly depends on other load.
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
from talkinghead.render.compositor import blend_over, premultiply  # noqa: E402
from talkinghead.render.puppet_rig import PuppetRig  # noqa: E402
from talkinghead.types import Array, LandmarkTrack, Puppet  # noqa: E402

SIZES = (512, 1024)


def make_track(puppet: Puppet, frames: int) -> LandmarkTrack:
    """A mouth that opens four times a second on a swaying head, and a blink, at 25 fps."""
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


def triangle_renderer(puppet: Puppet, size: int) -> Callable[[Array], Array]:
    """Renders the head only, triangle by triangle."""
    side = max(puppet.layers["head"].image.shape[:2])
    factor = size / side
    head_layer = premultiply(puppet.layers["head"].image)
    head = cv2.resize(head_layer, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    height, width = head.shape[:2]
    rig = PuppetRig(puppet, factor)
    background = np.full_like(head, 255)

    def render(points: Array) -> Array:
        vertices = rig.pose(points * factor).vertices
        warped = np.zeros_like(head)
        for corners in rig.triangles:
            corners_now = np.float32(vertices[corners])
            low = np.clip(np.floor(corners_now.min(axis=0)), 0, (width, height)).astype(int)
            high = np.clip(np.ceil(corners_now.max(axis=0)) + 1, 0, (width, height)).astype(int)
            if (high <= low).any():
                continue
            matrix = cv2.getAffineTransform(
                np.float32(rig.source[corners]), corners_now - np.float32(low)
            )
            box = (int(high[0] - low[0]), int(high[1] - low[1]))
            piece = cv2.warpAffine(head, matrix, box, flags=cv2.INTER_LINEAR)
            mask = np.zeros(box[::-1], np.uint8)
            cv2.fillConvexPoly(mask, np.rint(corners_now - low).astype(np.int32), 255)
            cv2.copyTo(piece, mask, warped[low[1] : high[1], low[0] : high[0]])
        frame = background.copy()
        blend_over(frame, warped)
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB))

    return render


def compare_warps(
    puppet: Puppet, size: int, frames: int, rounds: int
) -> dict[str, tuple[float, float]]:
    """Wall clock and processor seconds per frame of each method; the best of the rounds."""
    track = make_track(puppet, frames)
    renderer, triangle = CartoonRenderer(puppet, size), triangle_renderer(puppet, size)
    few = track.points[:: max(frames // 10, 1)]
    methods: dict[str, tuple[Callable[[], None], int]] = {
        "rendered": (lambda: [None for _ in renderer.render(track)] and None, frames),
        "triangles": (lambda: [triangle(points) for points in few] and None, len(few)),
    }
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, (work, count) in methods.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            elapsed = ((time.perf_counter() - wall) / count, (time.process_time() - cpu) / count)
            before = best.get(name, elapsed)
            best[name] = (min(before[0], elapsed[0]), min(before[1], elapsed[1]))
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
        best = compare_warps(puppet, size, args.frames, args.rounds)
        (ours, cpu), (theirs, their_cpu) = best["rendered"], best["triangles"]
        print(
            f"{size:<8}{1 / ours:>10.0f}{1e3 * cpu:>7.1f} ms{1 / theirs:>16.0f}"
            f"{1e3 * their_cpu:>7.1f} ms{their_cpu / cpu:>8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
