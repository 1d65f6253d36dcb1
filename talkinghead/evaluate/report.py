"""What an evaluation found: means, per source, per clip, beside the baselines; JSON or a table."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talkinghead.errors import FaceError
from talkinghead.evaluate.table import grid, number

Figures = Mapping[str, float]  # figure -> number; NaN where the clip does not define it

# What is better, in the order of the table. Names without an entry are information only.
MOTION_FIGURES: dict[str, str] = {
    "r_open": "high", "r_width": "high", "r_open_in_step": "high", "r_width_in_step": "high",
    "lag": "0", "amp": "1", "m_lmd": "low", "d_ll": "low",
    "d_vl": "low", "d_a": "low", "closures": "high", "silence": "low", "silence_true": "",
    "jitter": "1", "pose": "alike", "pose_true": "",
    "pose_yaw": "alike", "pose_yaw_true": "", "pose_pitch": "alike", "pose_pitch_true": "",
    "pose_roll": "alike", "pose_roll_true": "",
}  # fmt: skip
RENDER_FIGURES: dict[str, str] = {
    "psnr": "high", "ssim": "high", "mouth_psnr": "high", "mouth_ssim": "high",
    "sharpness": "1", "m_lmd": "low", "flicker": "1", "background": "high",
}  # fmt: skip


@dataclass(frozen=True)
class ClipFigures:
    """The figures of one clip."""

    path: str  # relative to the folder measured
    source: str  # name of its folder
    figures: Figures
    baselines: Mapping[str, Figures]  # baseline -> its figures on this clip


@dataclass(frozen=True)
class Skip:
    """A clip that was left out."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Path and reason; what could not be read has named itself."""
        named = self.reason.split(": ")[0].endswith(self.path)
        return self.reason if named else f"{self.path}: {self.reason}"


def unmeasured(folder: Path, left_out: Sequence[Skip]) -> FaceError:
    """What to raise where nothing could be measured."""
    if len(left_out) == 1:
        return FaceError(f"{folder}: its one clip cannot be measured; {left_out[0]}")
    return FaceError(f"{folder}: none of {len(left_out)} clips can be measured; {left_out[0]}")


def mean_of(rows: Iterable[Figures], names: Iterable[str]) -> dict[str, float]:
    """Mean of each figure over the clips that define it; NaN where none does."""
    table = list(rows)
    means = {}
    for name in names:
        values = [row[name] for row in table if name in row and math.isfinite(row[name])]
        means[name] = math.fsum(values) / len(values) if values else math.nan
    return means


@dataclass(frozen=True)
class Report:
    """Figures of a folder of clips."""

    better: Mapping[str, str]  # figure -> what is better; its order is the table's
    clips: Sequence[ClipFigures]
    left_out: Sequence[Skip] = ()
    talkers: Mapping[str, str] = field(default_factory=dict)  # path of a clip -> who speaks in it

    @property
    def mean(self) -> dict[str, float]:
        """Every figure's mean over the clips."""
        return mean_of((clip.figures for clip in self.clips), self.better)

    @property
    def by_source(self) -> dict[str, dict[str, float]]:
        """The means of each folder of clips."""
        groups = sorted({clip.source for clip in self.clips})
        return {
            group: mean_of((c.figures for c in self.clips if c.source == group), self.better)
            for group in groups
        }

    @property
    def of_talkers(self) -> "Report":
        """The same with one row for each known talker: whoever has many clips counts once."""
        grouped: dict[str, list[ClipFigures]] = defaultdict(list)
        for clip in self.clips:
            if clip.path in self.talkers:
                grouped[self.talkers[clip.path]].append(clip)
        parts = {name: Report(self.better, grouped[name]) for name in sorted(grouped)}
        rows = [ClipFigures(name, name, p.mean, p.baselines) for name, p in parts.items()]
        return Report(self.better, rows)

    @property
    def baselines(self) -> dict[str, dict[str, float]]:
        """The means of each baseline over the same clips."""
        names = dict.fromkeys(name for clip in self.clips for name in clip.baselines)
        return {
            name: mean_of(
                (c.baselines[name] for c in self.clips if name in c.baselines), self.better
            )
            for name in names
        }

    @property
    def skipped(self) -> int:
        """How many clips were left out; `left_out` says which and why."""
        return len(self.left_out)

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: numbers, strings and None only."""
        told = {
            "mean": plain(self.mean),
            "by_source": _plain(self.by_source),
            "baselines": _plain(self.baselines),
            "clips": [{"path": clip.path, **plain(clip.figures)} for clip in self.clips],
            "skipped": self.skipped,
        }
        talkers = self.of_talkers
        if talkers.clips:
            told["mean_of_talkers"] = plain(talkers.mean)
            told["by_talker"] = {row.path: plain(row.figures) for row in talkers.clips}
            told["baselines_of_talkers"] = _plain(talkers.baselines)
        return told

    def to_json(self) -> str:
        """One JSON object; figures that are not defined are null."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_table(self) -> str:
        """Plain text for the terminal: means beside the baselines, sources, clips."""
        baselines, count = self.baselines, len(self.clips)
        what = "the one clip" if count == 1 else f"mean of {count} clips"
        blocks = [
            grid(
                [what, "ours", *baselines, "better"],
                [
                    [name, number(self.mean[name]),
                     *(number(row[name]) for row in baselines.values()), self.better[name]]
                    for name in self.better
                ],
            )
        ]  # fmt: skip
        short = [name for name in self.better if not name.startswith("pose_")]
        if len(self.by_source) > 1:
            rows = [[name, *_row(row, short)] for name, row in self.by_source.items()]
            blocks.append(grid(["source", *short], rows))
        talkers = self.of_talkers
        if len(talkers.clips) > 1:
            means = {f"mean of {len(talkers.clips)} talkers": talkers.mean, **talkers.baselines}
            rows = [[row.path, *_row(row.figures, short)] for row in talkers.clips]
            rows += [[name, *_row(row, short)] for name, row in means.items()]
            blocks.append(grid(["talker", *short], rows))
        rows = []
        for clip in self.clips:
            rows.append([clip.path, *_row(clip.figures, short)])
            rows += [[f"  {name}", *_row(row, short)] for name, row in clip.baselines.items()]
        blocks.append(grid(["clip", *short], rows))
        if self.left_out:
            lines = [f"  {skip}" for skip in self.left_out]
            blocks.append("\n".join([f"left out: {self.skipped}", *lines]))
        return "\n\n".join(blocks)


def plain(figures: Figures) -> dict[str, float | None]:
    """Figures as JSON takes them: NaN becomes None."""
    return {name: float(v) if math.isfinite(v) else None for name, v in figures.items()}


def _plain(rows: Mapping[str, Figures]) -> dict[str, dict[str, float | None]]:
    return {name: plain(row) for name, row in rows.items()}


def _row(figures: Figures, names: Sequence[str]) -> list[str]:
    return [number(figures.get(name, math.nan)) for name in names]
