"""Mouth cues as text: the four formats of Rhubarb Lip Sync, and weights as a table.

Times are cut to hundredths of a second. What is promised here stays readable to whoever reads it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from talkinghead.types import REST, SHAPES, Array, MouthCue

# What Preston Blair calls the shapes; OpenToonz knows them by these names only.
PRESTON_BLAIR = dict(
    zip(SHAPES, ("MBP", "etc", "E", "AI", "O", "U", "FV", "L", "rest"), strict=True)
)


def _hundredths(seconds: float) -> str:
    return f"{int(seconds * 100 + 1e-6) / 100:.2f}"


def tsv(cues: Sequence[MouthCue], rest: str = REST) -> str:
    """A line for each start, and one for the end, where the mouth is shut: `rest`."""
    lines = [f"{_hundredths(cue.start)}\t{cue.shape}" for cue in cues]
    return "\n".join([*lines, f"{_hundredths(cues[-1].end)}\t{rest}"]) + "\n"


def as_json(cues: Sequence[MouthCue], sound: str | Path) -> str:
    """`metadata` of the recording, and `mouthCues` with start, end and value."""
    rows = [
        f'    {{ "start": {_hundredths(cue.start)}, "end": {_hundredths(cue.end)}, '
        f'"value": "{cue.shape}" }}'
        for cue in cues
    ]
    name = json.dumps(str(Path(sound).absolute()), ensure_ascii=False)
    return (
        f'{{\n  "metadata": {{\n    "soundFile": {name},\n'
        f'    "duration": {_hundredths(cues[-1].end)}\n  }},\n'
        '  "mouthCues": [\n' + ",\n".join(rows) + "\n  ]\n}\n"
    )


def xml(cues: Sequence[MouthCue], sound: str | Path) -> str:
    """The same as `as_json`, as a rhubarbResult."""
    rows = [
        f'    <mouthCue start="{_hundredths(cue.start)}" end="{_hundredths(cue.end)}">'
        f"{cue.shape}</mouthCue>\n"
        for cue in cues
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult>\n  <metadata>\n'
        f"    <soundFile>{escape(str(Path(sound).absolute()))}</soundFile>\n"
        f"    <duration>{_hundredths(cues[-1].end)}</duration>\n  </metadata>\n"
        "  <mouthCues>\n" + "".join(rows) + "  </mouthCues>\n</rhubarbResult>\n"
    )


def dat(
    changes: Sequence[tuple[int, str]], frames: int, rest: str = REST, *, blair: bool = False
) -> str:
    """A switch track of Moho: frame, from 1, and shape; shut, `rest`, after `frames` frames.

    `changes` are frames, from 0, and the shapes they change to; `blair`: by PRESTON_BLAIR's names.
    """
    lines = [f"{at + 1} {PRESTON_BLAIR[s] if blair else s}" for at, s in [*changes, (frames, rest)]]
    return "\n".join(["MohoSwitch1", *lines]) + "\n"


def table(weights: Array, shapes: str, fps: float) -> str:
    """(t, n) weights of `shapes` at `fps` as CSV: frame, from 0, its seconds, and a column each."""
    rows = [
        f"{at},{at / fps:.4f}," + ",".join(f"{weight:.3f}" for weight in row)
        for at, row in enumerate(weights)
    ]
    return "\n".join([",".join(("frame", "seconds", *shapes)), *rows]) + "\n"
