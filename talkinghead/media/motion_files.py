"""A face track in a file: npz for numpy, CSV and JSON for everything else."""

import json
from pathlib import Path
from typing import TextIO
from zipfile import BadZipFile

import numpy as np

from talkinghead.errors import InputError
from talkinghead.landmarks import COUNT
from talkinghead.media.files import readable, replacing
from talkinghead.types import Array, FaceShape, FaceTrack

ENDINGS = (".npz", ".csv", ".json")
POSE = ("yaw", "pitch", "roll", "x", "y", "z")  # degrees, then face widths
NAMES = tuple(f"{axis}_{point}" for point in range(COUNT) for axis in "xyz")
SAME = 1e-4  # face widths by which one face, found twice, may differ
DIGITS = 6  # after the point, of CSV and JSON: a face width has a million steps


def write_motion(track: FaceTrack, face: FaceShape, path: Path) -> None:
    """Write a track and the face at rest, whole or not at all, as the ending of `path` says.

    npz holds points (t, 68, 3), pose (t, 6), rest (68, 3) and fps, to the last bit.
    """
    with replacing(path) as temporary:
        if path.suffix.lower() == ".npz":
            np.savez_compressed(
                temporary, points=track.points, pose=track.pose, rest=face.points, fps=track.fps
            )
            return
        with temporary.open("w", encoding="utf-8", newline="\n") as out:
            (_csv if path.suffix.lower() == ".csv" else _json)(track, face, out)


def read_motion(path: str | Path, face: FaceShape) -> FaceTrack:
    """The track in an npz of `write_motion`, edited or not, for the face it was made of.

    Raises InputError for what is no such file, and where it was made of another face.
    """
    source = readable(path, InputError)
    try:
        with np.load(source, allow_pickle=False) as stored:
            points, pose, rest = (stored[name] for name in ("points", "pose", "rest"))
            track = FaceTrack(points, pose, float(stored["fps"]))
            same = rest.shape == face.points.shape and np.allclose(rest, face.points, atol=SAME)
    except InputError as problem:
        raise type(problem)(f"{path}: {problem}") from problem
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as problem:
        raise InputError(
            f"{path}: is no motion; give an .npz that 'talkinghead motion' wrote"
        ) from problem
    if not same:
        raise InputError(
            f"{path}: was made of another face; make it of this one with 'talkinghead motion'"
        )
    return track


def _csv(track: FaceTrack, face: FaceShape, out: TextIO) -> None:
    """A row for each frame, counted from 0: its seconds, the pose, and the points."""
    del face
    out.write(",".join(("frame", "seconds", *POSE, *NAMES)) + "\n")
    for at, (points, pose) in enumerate(zip(track.points, track.pose, strict=True)):
        row = [f"{value:.{DIGITS}f}" for value in (at / track.fps, *pose, *points.ravel())]
        out.write(f"{at},{','.join(row)}\n")


def _json(track: FaceTrack, face: FaceShape, out: TextIO) -> None:
    """An object with fps, rest, and frames of pose and points; one frame a line."""

    def plain(values: Array) -> str:
        return json.dumps(np.round(values.astype(float), DIGITS).tolist())

    out.write(f'{{"fps": {track.fps:g}, "pose": {json.dumps(POSE)},\n')
    out.write(f'"rest": {plain(face.points)},\n"frames": [\n')
    for at, (points, pose) in enumerate(zip(track.points, track.pose, strict=True)):
        comma = "," if at + 1 < len(track) else ""
        out.write(f'{{"pose": {plain(pose)}, "points": {plain(points)}}}{comma}\n')
    out.write("]}\n")
