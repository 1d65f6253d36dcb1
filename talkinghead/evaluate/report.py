"""Evaluation report: means, by source, by speaker and by clip, as JSON or a table."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Metrics = Mapping[str, float]  # name -> value; NaN if it is not defined for a clip

# Which values are better, in the order of the table; "" for information only.
MOTION_METRICS: dict[str, str] = {
    "r_open": "high", "r_width": "high", "r_open_in_step": "high", "r_width_in_step": "high",
    "lag": "0", "amp": "1", "amp_long": "1", "m_lmd": "low", "d_ll": "low",
    "d_vl": "low", "d_a": "low", "closures": "high", "silence": "low", "silence_true": "",
    "jitter": "1", "jitter_denoised": "1", "pose": "alike", "pose_true": "",
    "pose_yaw": "alike", "pose_yaw_true": "", "pose_pitch": "alike", "pose_pitch_true": "",
    "pose_roll": "alike", "pose_roll_true": "",
}  # fmt: skip
# Of the landmarks detected again in rendered frames.
SEEN_METRICS: dict[str, str] = {
    "m_lmd": "low", "seen_open": "high", "seen_open_range": "1", "seen_width": "high",
    "seen_width_range": "1", "seen_closures": "high",
}  # fmt: skip
RENDER_METRICS: dict[str, str] = {
    "psnr": "high", "ssim": "high", "mouth_psnr": "high", "mouth_ssim": "high",
    "sharpness": "1", "flicker": "1", "background": "high", "eyelid_color": "low", **SEEN_METRICS,
    "interior_gradient": "1", "interior_tones": "low",
    "teeth_seen": "high", "teeth_false": "low", "lower_seen": "high", "lower_false": "low",
    "tongue_seen": "high", "tongue_false": "low",
}  # fmt: skip


@dataclass(frozen=True)
class ClipMetrics:
    """The metrics of a clip."""

    path: str  # relative to the measured folder
    source: str  # its folder
    metrics: Metrics
    baselines: Mapping[str, Metrics]  # baseline -> its metrics on this clip


@dataclass(frozen=True)
class SkippedClip:
    """A clip that could not be measured."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Path and reason; messages about unreadable files already contain the path."""
        names_path = self.reason.split(": ")[0].endswith(self.path)
        return self.reason if names_path else f"{self.path}: {self.reason}"


def mean_metrics(rows: Iterable[Metrics], names: Iterable[str]) -> dict[str, float]:
    """Mean of each metric over the clips that define it; NaN if none does."""
    table = list(rows)
    means = {}
    for name in names:
        values = [row[name] for row in table if name in row and math.isfinite(row[name])]
        means[name] = math.fsum(values) / len(values) if values else math.nan
    return means


@dataclass(frozen=True)
class Report:
    """Metrics of a folder of clips."""

    better: Mapping[str, str]  # metric -> which values are better, in the order of the table
    clips: Sequence[ClipMetrics]
    skipped_clips: Sequence[SkippedClip] = ()
    speakers: Mapping[str, str] = field(default_factory=dict)  # path of a clip -> its speaker
    totals: Mapping[str, float] = field(default_factory=dict)  # metrics of all clips together

    @property
    def mean(self) -> dict[str, float]:
        """Mean of every metric over the clips."""
        return mean_metrics((clip.metrics for clip in self.clips), self.better)

    @property
    def by_source(self) -> dict[str, dict[str, float]]:
        """The means of each folder of clips."""
        groups = sorted({clip.source for clip in self.clips})
        return {
            group: mean_metrics((c.metrics for c in self.clips if c.source == group), self.better)
            for group in groups
        }

    @property
    def per_speaker(self) -> "Report":
        """The same report with one row per known speaker, so that each speaker counts once."""
        grouped: dict[str, list[ClipMetrics]] = defaultdict(list)
        for clip in self.clips:
            if clip.path in self.speakers:
                grouped[self.speakers[clip.path]].append(clip)
        parts = {name: Report(self.better, grouped[name]) for name in sorted(grouped)}
        rows = [ClipMetrics(name, name, p.mean, p.baselines) for name, p in parts.items()]
        return Report(self.better, rows)

    @property
    def baselines(self) -> dict[str, dict[str, float]]:
        """The means of each baseline over the same clips."""
        names = dict.fromkeys(name for clip in self.clips for name in clip.baselines)
        return {
            name: mean_metrics(
                (c.baselines[name] for c in self.clips if name in c.baselines), self.better
            )
            for name in names
        }

    @property
    def skipped(self) -> int:
        """Number of clips that could not be measured; `skipped_clips` lists them."""
        return len(self.skipped_clips)

    def to_dict(self) -> dict[str, Any]:
        """The content of `--json`: numbers, strings and None only."""
        content: dict[str, Any] = {
            "mean": to_json_metrics(self.mean),
            "by_source": _plain(self.by_source),
            "baselines": _plain(self.baselines),
            "clips": [{"path": clip.path, **to_json_metrics(clip.metrics)} for clip in self.clips],
            "skipped": self.skipped,
        }
        if self.totals:
            content["totals"] = to_json_metrics(self.totals)
        speakers = self.per_speaker
        if speakers.clips:
            content["mean_of_speakers"] = to_json_metrics(speakers.mean)
            content["by_speaker"] = {
                row.path: to_json_metrics(row.metrics) for row in speakers.clips
            }
            content["baselines_of_speakers"] = _plain(speakers.baselines)
        return content

    def to_json(self) -> str:
        """One JSON object; undefined metrics are null."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_table(self) -> str:
        """Plain text for the terminal: means beside the baselines, by source, speaker and clip."""
        baselines, count = self.baselines, len(self.clips)
        title = "one clip" if count == 1 else f"mean of {count} clips"
        blocks = [
            format_table(
                [title, "ours", *baselines, "better"],
                [
                    [name, format_number(self.mean[name]),
                     *(format_number(row[name]) for row in baselines.values()), self.better[name]]
                    for name in self.better
                ],
            )
        ]  # fmt: skip
        if self.totals:
            rows = [[name, format_number(value)] for name, value in self.totals.items()]
            blocks.append(format_table(["all clips together", "ours"], rows))
        short = [name for name in self.better if not name.startswith("pose_")]
        if len(self.by_source) > 1:
            rows = [[name, *_row(row, short)] for name, row in self.by_source.items()]
            blocks.append(format_table(["source", *short], rows))
        speakers = self.per_speaker
        if len(speakers.clips) > 1:
            means = {f"mean of {len(speakers.clips)} speakers": speakers.mean, **speakers.baselines}
            rows = [[row.path, *_row(row.metrics, short)] for row in speakers.clips]
            rows += [[name, *_row(row, short)] for name, row in means.items()]
            blocks.append(format_table(["speaker", *short], rows))
        rows = []
        for clip in self.clips:
            rows.append([clip.path, *_row(clip.metrics, short)])
            rows += [[f"  {name}", *_row(row, short)] for name, row in clip.baselines.items()]
        blocks.append(format_table(["clip", *short], rows))
        if self.skipped_clips:
            lines = [f"  {skip}" for skip in self.skipped_clips]
            blocks.append("\n".join([f"skipped: {self.skipped}", *lines]))
        return "\n\n".join(blocks)


def to_json_metrics(metrics: Metrics) -> dict[str, float | None]:
    """Metrics for JSON: NaN becomes None."""
    return {name: float(v) if math.isfinite(v) else None for name, v in metrics.items()}


def _plain(rows: Mapping[str, Metrics]) -> dict[str, dict[str, float | None]]:
    return {name: to_json_metrics(row) for name, row in rows.items()}


def _row(metrics: Metrics, names: Sequence[str]) -> list[str]:
    return [format_number(metrics.get(name, math.nan)) for name in names]


def format_number(value: float) -> str:
    """Three decimals; a dash for NaN."""
    return f"{value:.3f}" if math.isfinite(value) else "-"


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain-text table: first column left-aligned, the others right-aligned."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(head), rule, *(line(row) for row in rows)])
