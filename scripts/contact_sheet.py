"""Frames of one or more videos side by side in one picture, to look at what was made.

python scripts/contact_sheet.py results/astronaut_hello_slt.mp4 results/wilk_hello_slt.mp4 -o a.jpg
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from talkinghead import write_image
from talkinghead.media.video import read_video
from talkinghead.types import Array


def row(path: Path, seconds: list[float], height: int) -> Array:
    """The frames shown at `seconds`, (height, w, 3)."""
    footage = read_video(path)
    places = [min(round(s * footage.fps), len(footage.frames) - 1) for s in seconds]
    scale = height / footage.frames.shape[1]
    size = (round(footage.frames.shape[2] * scale), height)
    frames = [cv2.resize(footage.frames[p], size, interpolation=cv2.INTER_AREA) for p in places]
    return np.hstack(frames)


def main() -> None:
    """Read, arrange, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", default=[0, 0.4, 1.0, 1.3, 1.75, 2.5])
    parser.add_argument("--height", type=int, default=220, help="pixels of each row")
    args = parser.parse_args()
    rows = [row(path, args.seconds, args.height) for path in args.videos]
    width = max(r.shape[1] for r in rows)
    padded = [
        np.pad(r, ((0, 0), (0, width - r.shape[1]), (0, 0)), constant_values=255) for r in rows
    ]
    write_image(np.vstack(padded), args.output)


if __name__ == "__main__":
    main()
