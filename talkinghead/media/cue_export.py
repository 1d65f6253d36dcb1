"""Formats mouth cues as text: the four formats of Rhubarb Lip Sync, and viseme weights as CSV.

Times are truncated to hundredths of a second, as Rhubarb does.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from talkinghead.types import IDLE_MOUTH, MOUTH_SHAPES, Array, MouthCue

# Preston Blair's names of the mouth shapes, the only ones that OpenToonz accepts.
PRESTON_BLAIR = dict(
    zip(MOUTH_SHAPES, ("MBP", "etc", "E", "AI", "O", "U", "FV", "L", "rest"), strict=True)
)


def _hundredths(seconds: float) -> str:
    return f"{int(seconds * 100 + 1e-6) / 100:.2f}"


def format_tsv(cues: Sequence[MouthCue], idle: str = IDLE_MOUTH) -> str:
    """One line for the start of each cue, and a line with the shape `idle` for the end."""
    lines = [f"{_hundredths(cue.start)}\t{cue.shape}" for cue in cues]
    return "\n".join([*lines, f"{_hundredths(cues[-1].end)}\t{idle}"]) + "\n"


def format_json(cues: Sequence[MouthCue], audio: str | Path) -> str:
    """An object with `metadata` of the audio file, and `mouthCues` with start, end and value."""
    rows = [
        f'    {{ "start": {_hundredths(cue.start)}, "end": {_hundredths(cue.end)}, '
        f'"value": "{cue.shape}" }}'
        for cue in cues
    ]
    name = json.dumps(str(Path(audio).absolute()), ensure_ascii=False)
    return (
        f'{{\n  "metadata": {{\n    "soundFile": {name},\n'
        f'    "duration": {_hundredths(cues[-1].end)}\n  }},\n'
        '  "mouthCues": [\n' + ",\n".join(rows) + "\n  ]\n}\n"
    )


def format_xml(cues: Sequence[MouthCue], audio: str | Path) -> str:
    """A `rhubarbResult` element with the content of `format_json`."""
    rows = [
        f'    <mouthCue start="{_hundredths(cue.start)}" end="{_hundredths(cue.end)}">'
        f"{cue.shape}</mouthCue>\n"
        for cue in cues
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult>\n  <metadata>\n'
        f"    <soundFile>{escape(str(Path(audio).absolute()))}</soundFile>\n"
        f"    <duration>{_hundredths(cues[-1].end)}</duration>\n  </metadata>\n"
        "  <mouthCues>\n" + "".join(rows) + "  </mouthCues>\n</rhubarbResult>\n"
    )


def format_moho(
    changes: Sequence[tuple[int, str]],
    frames: int,
    idle: str = IDLE_MOUTH,
    *,
    preston_blair: bool = False,
) -> str:
    """A switch track for Moho: frame number, from 1, and shape; `idle` after `frames` frames.

    `changes` are frame numbers, from 0, and the shapes that begin there. `preston_blair` writes
    the names of PRESTON_BLAIR.
    """
    rows = [*changes, (frames, idle)]
    lines = [f"{at + 1} {PRESTON_BLAIR[shape] if preston_blair else shape}" for at, shape in rows]
    return "\n".join(["MohoSwitch1", *lines]) + "\n"


def format_csv(weights: Array, shapes: Sequence[str], fps: float) -> str:
    """CSV of (t, n) viseme weights at `fps`: frame, from 0, seconds, and a column per shape."""
    rows = [
        f"{at},{at / fps:.4f}," + ",".join(f"{weight:.3f}" for weight in row)
        for at, row in enumerate(weights)
    ]
    return "\n".join([",".join(("frame", "seconds", *shapes)), *rows]) + "\n"
