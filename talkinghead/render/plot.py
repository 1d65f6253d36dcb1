"""Plots to look at: a face track over its sound, and landmarks on a picture. PNG files only."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.geometry.mouth import opening, width
from talkinghead.landmarks import CONTOURS
from talkinghead.media.files import replacing
from talkinghead.render.sketch import COLOURS
from talkinghead.types import Array, FaceTrack, Waveform

INK, FAINT, GRID = "#22303c", "#7a8894", "#e4e9ed"
MOUTH_COLOUR = "#c43048"
POSE = {"yaw": "#2868b8", "pitch": "#d98a1f", "roll": "#3f9457"}
SURROUNDINGS = 2.6  # of the face: what is shown of the picture around it
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
    figure.align_ylabels(panels)
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
    _save(figure, path)


def plot_landmarks(image: Array, landmarks: Array, path: Path) -> None:
    """Write a PNG of landmarks (68, 2 or 3) in pixels over their picture (h, w, 3) uint8 RGB.

    A face that is small in its picture is shown with its surroundings only.
    """
    left, top, right, bottom = _window(image, landmarks)
    breadth, height = right - left, bottom - top
    inches = 9 / max(height, breadth)
    figure = Figure(figsize=(breadth * inches, height * inches), facecolor="black")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(image, interpolation="bicubic" if height < 900 else "antialiased")
    for name, (indices, closed) in CONTOURS.items():
        loop = indices + indices[:1] if closed else indices
        x, y = landmarks[loop, 0], landmarks[loop, 1]
        colour = np.array(COLOURS[name]) / 255
        bright = 0.7 * colour + 0.3  # the drawing's colours are made for white paper
        axes.plot(x, y, color="black", linewidth=3.6, alpha=0.3)
        axes.plot(x, y, color=bright, linewidth=1.6)
        axes.scatter(x, y, s=9, color="white", edgecolors=[colour], linewidths=0.7, zorder=3)
    axes.set_xlim(left - 0.5, right - 0.5)
    axes.set_ylim(bottom - 0.5, top - 0.5)
    axes.axis("off")
    _save(figure, path)


def _window(image: Array, landmarks: Array) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels: the part of the picture around the face."""
    height, breadth = image.shape[:2]
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    x, y = (low + high) / 2
    half = SURROUNDINGS * float((high - low).max()) / 2
    left, right = int(max(0, x - half)), int(min(breadth, np.ceil(x + half)))
    top, bottom = int(max(0, y - half)), int(min(height, np.ceil(y + half)))
    if right - left < 2 or bottom - top < 2:  # the face lies outside: show where it is not
        return 0, 0, breadth, height
    return left, top, right, bottom


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
    """Above the panel, where no curve runs."""
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 0.99),
        borderaxespad=0,
        ncols=3,
        frameon=False,
        fontsize=8.5,
        handlelength=1.4,
        labelcolor=INK,
    )


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
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
