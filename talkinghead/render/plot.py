"""Plots to look at: a face track over its sound, and landmarks on a picture. PNG files only."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.errors import OutputError
from talkinghead.geometry.mouth import opening, width
from talkinghead.landmarks import CONTOURS
from talkinghead.render.sketch import COLOURS
from talkinghead.types import Array, FaceTrack, Waveform

INK, FAINT, GRID = "#22303c", "#7a8894", "#e4e9ed"
MOUTH_COLOUR = "#c43048"
POSE = {"yaw": "#2868b8", "pitch": "#d98a1f", "roll": "#3f9457"}
COLUMNS = 2400  # bins of the waveform: about one per pixel of the picture


def plot_track(
    track: FaceTrack,
    wave: Waveform | None,
    path: Path,
    title: str = "",
    truth: FaceTrack | None = None,
) -> None:
    """Write a PNG of a track over time: sound, mouth opening and width, head pose.

    Opening and width are in percent of the face's width, angles in degrees. `truth`, a
    second track, is drawn in grey behind the first.
    """
    heights = ([1.0] if wave is not None else []) + [1.6, 1.2, 1.4]
    figure = Figure(figsize=(12, 1.6 + 1.4 * sum(heights)), layout="constrained")
    panels = list(
        figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    )
    ends = [len(track) / track.fps]
    if wave is not None:
        _sound(panels[0], wave)
        ends.append(wave.seconds)
    gape, smile, pose = panels[-3:]
    _curve(gape, "opening (%)", opening, track, truth)
    _curve(smile, "width (%)", width, track, truth)
    _pose(pose, track, truth)
    pose.set_xlabel("seconds", color=INK)
    pose.set_xlim(0, max(ends))
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
    _save(figure, path)


def plot_landmarks(image: Array, landmarks: Array, path: Path) -> None:
    """Write a PNG of landmarks (68, 2 or 3) in pixels over their picture (h, w, 3) uint8 RGB."""
    height, breadth = image.shape[:2]
    inches = 9 / max(height, breadth)
    figure = Figure(figsize=(breadth * inches, height * inches), facecolor="black")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(image, interpolation="lanczos" if height < 700 else "antialiased")
    span = float(np.ptp(landmarks[:, 0]) / max(height, breadth))  # face width / picture size
    stroke = float(np.clip(4 * span, 0.8, 2.4))
    for name, (indices, closed) in CONTOURS.items():
        loop = indices + indices[:1] if closed else indices
        x, y = landmarks[loop, 0], landmarks[loop, 1]
        colour = np.array(COLOURS[name]) / 255
        bright = 0.45 * colour + 0.55  # the drawing's colours are made for white paper
        axes.plot(x, y, color="black", linewidth=2.2 * stroke, alpha=0.35)
        axes.plot(x, y, color=bright, linewidth=stroke)
        axes.scatter(
            x, y, s=5 * stroke, color="white", edgecolors=[colour], linewidths=0.5, zorder=3
        )
    axes.set_xlim(-0.5, breadth - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    axes.axis("off")
    _save(figure, path)


def _sound(axes: Axes, wave: Waveform) -> None:
    """The waveform's envelope: lowest and highest sample per column, so no peak is lost."""
    size = max(1, -(-wave.samples.size // COLUMNS))
    starts = np.arange(0, wave.samples.size, size)
    low = np.minimum.reduceat(wave.samples, starts)
    high = np.maximum.reduceat(wave.samples, starts)
    axes.fill_between((starts + size / 2) / wave.rate, low, high, color=FAINT, linewidth=0.3)
    reach = max(float(np.abs(wave.samples).max()), 1e-3) * 1.05
    axes.set_ylim(-reach, reach)
    axes.set_yticks([])
    _dress(axes, "sound")


def _times(track: FaceTrack) -> Array:
    return np.arange(len(track)) / track.fps


def _curve(
    axes: Axes,
    label: str,
    measure: Callable[[Array], Array],
    track: FaceTrack,
    truth: FaceTrack | None,
) -> None:
    if truth is not None:
        values = 100 * measure(truth.points)
        axes.plot(_times(truth), values, color=FAINT, linewidth=1.3, label="truth")
    axes.plot(
        _times(track), 100 * measure(track.points), color=MOUTH_COLOUR, linewidth=1.5, label="track"
    )
    if truth is not None:
        _legend(axes)
    _dress(axes, label)


def _pose(axes: Axes, track: FaceTrack, truth: FaceTrack | None) -> None:
    for column, (name, colour) in enumerate(POSE.items()):
        if truth is not None:
            axes.plot(
                _times(truth),
                truth.pose[:, column],
                color=colour,
                linewidth=1.0,
                alpha=0.45,
                linestyle=(0, (2, 1.5)),
            )
        axes.plot(_times(track), track.pose[:, column], color=colour, linewidth=1.4, label=name)
    _legend(axes)
    _dress(axes, "head (degrees)")


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper right", ncols=3, frameon=False, fontsize=8.5, handlelength=1.4)


def _dress(axes: Axes, label: str) -> None:
    axes.set_ylabel(label, color=INK, fontsize=9.5)
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(y=0.12)
    axes.tick_params(colors=FAINT, labelsize=8.5, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    """Write through a canvas of our own: pyplot keeps every figure alive in a global."""
    FigureCanvasAgg(figure)
    try:
        figure.savefig(path, dpi=110, format="png")
    except OSError as error:
        raise OutputError(
            f"{path}: cannot write the plot ({error.strerror}); choose a folder you can write to"
        ) from error
