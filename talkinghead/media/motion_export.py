"""Writes face tracks as npz, CSV or JSON, and reads them from npz."""

import json
from pathlib import Path
from typing import Final, TextIO
from zipfile import BadZipFile

import numpy as np

from talkinghead.errors import InputError
from talkinghead.landmarks import COUNT
from talkinghead.media.atomic_write import atomic_write, require_readable
from talkinghead.media.synthetic_label import MOTION_COMMENT
from talkinghead.types import Array, FaceShape, FaceTrack

MOTION_SUFFIXES: Final = (".npz", ".csv", ".json")
POSE_NAMES: Final = ("yaw", "pitch", "roll", "x", "y", "z")  # degrees, then face widths
POINT_NAMES: Final = tuple(f"{axis}_{point}" for point in range(COUNT) for axis in "xyz")
SAME_FACE: Final = 1e-4  # face widths by which points of the same neutral face may differ
DIGITS: Final = 6  # decimals in CSV and JSON: a millionth of a face width


def write_motion(track: FaceTrack, face: FaceShape, path: Path) -> None:
    """Write a track and its neutral face, atomically, in the format of the suffix.

    npz holds `points` (t, 68, 3), `pose` (t, 6), `rest` (68, 3), the neutral face, and `fps`,
    without loss. npz and JSON state in `comment` that the motion is synthetic.
    """
    with atomic_write(path) as temporary:
        if path.suffix.lower() == ".npz":
            np.savez_compressed(
                temporary,
                points=track.points,
                pose=track.pose,
                rest=face.points,
                fps=track.fps,
                comment=MOTION_COMMENT,
            )
            return
        with temporary.open("w", encoding="utf-8", newline="\n") as out:
            (_write_csv if path.suffix.lower() == ".csv" else _write_json)(track, face, out)


def read_motion(path: str | Path, face: FaceShape) -> FaceTrack:
    """The face track in an npz file of `write_motion`, possibly edited since.

    `face` is the neutral face that it was made for. Raises InputError for other files, and for a
    track of another face.
    """
    source = require_readable(path, InputError)
    try:
        with np.load(source, allow_pickle=False) as stored:
            points, pose, neutral = (stored[name] for name in ("points", "pose", "rest"))
            track = FaceTrack(points, pose, float(stored["fps"]))
            same_face = neutral.shape == face.points.shape and np.allclose(
                neutral, face.points, atol=SAME_FACE
            )
    except InputError as problem:
        raise type(problem)(f"{path}: {problem}") from problem
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as problem:
        raise InputError(
            f"{path}: is not a motion file; give an .npz written by 'talkinghead motion'"
        ) from problem
    if not same_face:
        raise InputError(
            f"{path}: was made for another face; run 'talkinghead motion' for this face"
        )
    return track


def _write_csv(track: FaceTrack, face: FaceShape, out: TextIO) -> None:
    """One row per frame: its number from 0, its seconds, the pose and the points."""
    del face
    out.write(",".join(("frame", "seconds", *POSE_NAMES, *POINT_NAMES)) + "\n")
    for at, (points, pose) in enumerate(zip(track.points, track.pose, strict=True)):
        row = [f"{value:.{DIGITS}f}" for value in (at / track.fps, *pose, *points.ravel())]
        out.write(f"{at},{','.join(row)}\n")


def _write_json(track: FaceTrack, face: FaceShape, out: TextIO) -> None:
    """An object with fps, the neutral face as `rest`, and a line per frame with pose and points."""

    def format_rounded(values: Array) -> str:
        return json.dumps(np.round(values.astype(float), DIGITS).tolist())

    comment = json.dumps(MOTION_COMMENT)
    out.write(
        f'{{"comment": {comment}, "fps": {track.fps:.15g}, "pose": {json.dumps(POSE_NAMES)},\n'
    )
    out.write(f'"rest": {format_rounded(face.points)},\n"frames": [\n')
    for at, (points, pose) in enumerate(zip(track.points, track.pose, strict=True)):
        comma = "," if at + 1 < len(track) else ""
        out.write(
            f'{{"pose": {format_rounded(pose)}, "points": {format_rounded(points)}}}{comma}\n'
        )
    out.write("]}\n")
