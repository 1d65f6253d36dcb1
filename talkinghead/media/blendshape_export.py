"""Writes ARKit blendshapes as CSV in Live Link Face's layout, or as JSON in Audio2Face's."""

import json
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.blendshape_names import BLENDSHAPES, ROTATIONS, pascal_case
from talkinghead.media.synthetic_label import MOTION_COMMENT
from talkinghead.types import Array

DIGITS: Final = 6
HALF_TURN: Final = 180.0  # degrees; Live Link Face states rotations in half turns
CSV_HEADER: Final = (
    "Timecode", "BlendShapeCount", *(pascal_case(name) for name in (*BLENDSHAPES, *ROTATIONS)),
)  # fmt: skip


def live_link_values(weights: Array, pose: Array) -> Array:
    """(t, 61) values of Live Link Face from (t, 52) weights and (t, 6) head pose.

    Head rotations are in half turns: yaw is positive where the nose turns to the subject's left,
    pitch where it rises, roll where the head tilts to the subject's left. The eyes' are 0.
    """
    values = np.zeros((len(weights), len(BLENDSHAPES) + len(ROTATIONS)), np.float32)
    values[:, : len(BLENDSHAPES)] = weights
    values[:, len(BLENDSHAPES) : len(BLENDSHAPES) + 3] = pose[:, :3] * [1, -1, 1] / HALF_TURN
    return values


def timecode(frame: int, fps: float) -> str:
    """HH:MM:SS:FF.mmm of a frame, whose second has round(fps) frames; mmm is in a frame."""
    each = max(1, round(fps))
    exact = frame / fps * each  # in frames of the timecode, which has a whole number a second
    whole, part = divmod(round(exact * 1000), 1000)
    seconds, frames = divmod(whole, each)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours:02}:{minutes:02}:{seconds % 60:02}:{frames:02}.{part:03}"


def write_blendshapes(weights: Array, pose: Array, fps: float, path: Path) -> None:
    """Write (t, 52) weights and (t, 6) head pose atomically, as .csv or .json by the suffix."""
    with (
        atomic_write(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as out,
    ):
        (_write_csv if path.suffix.lower() == ".csv" else _write_json)(weights, pose, fps, out)


def _write_csv(weights: Array, pose: Array, fps: float, out: TextIO) -> None:
    out.write(",".join(CSV_HEADER) + "\n")
    for at, row in enumerate(live_link_values(weights, pose)):
        values = ",".join(f"{value:.{DIGITS}f}" for value in row)
        out.write(f"{timecode(at, fps)},{len(row)},{values}\n")


def _write_json(weights: Array, pose: Array, fps: float, out: TextIO) -> None:
    """Audio2Face's keys, and the head pose in degrees and face widths."""

    def rows(values: Array) -> str:
        return ",\n".join(
            json.dumps(np.round(row.astype(float), DIGITS).tolist()) for row in values
        )

    names = json.dumps(BLENDSHAPES)
    out.write(
        f'{{"comment": {json.dumps(MOTION_COMMENT)},\n"exportFps": {fps:.15g}, '
        f'"numPoses": {len(BLENDSHAPES)}, "numFrames": {len(weights)},\n"facsNames": {names},\n'
        f'"weightMat": [\n{rows(weights)}\n],\n'
        f'"headPose": {json.dumps(["yaw", "pitch", "roll", "x", "y", "z"])},\n'
        f'"headPoseMat": [\n{rows(pose)}\n]}}\n'
    )
