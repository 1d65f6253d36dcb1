"""Arranges frames of one or more videos in one picture, a row per video.

python scripts/contact_sheet.py results/astronaut_hello_slt.mp4 results/wilk_hello_slt.mp4 -o a.jpg
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from talkinghead import write_image
from talkinghead.media.video_reader import read_video
from talkinghead.types import Array


def frame_row(path: Path, seconds: list[float], height: int) -> Array:
    """(height, w, 3) uint8: the frames of a video at the times `seconds`, side by side."""
    video = read_video(path)
    indices = [min(round(s * video.fps), len(video.frames) - 1) for s in seconds]
    scale = height / video.frames.shape[1]
    size = (round(video.frames.shape[2] * scale), height)
    frames = [cv2.resize(video.frames[i], size, interpolation=cv2.INTER_AREA) for i in indices]
    return np.hstack(frames)


def main() -> None:
    """Read the videos, arrange their frames, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", default=[0, 0.4, 1.0, 1.3, 1.75, 2.5])
    parser.add_argument("--height", type=int, default=220, help="pixels of each row")
    args = parser.parse_args()
    rows = [frame_row(path, args.seconds, args.height) for path in args.videos]
    width = max(row.shape[1] for row in rows)
    padded = [
        np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255)
        for row in rows
    ]
    write_image(np.vstack(padded), args.output)


if __name__ == "__main__":
    main()
