"""PNG plots: a face track with its audio, and landmarks on a picture."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.landmarks import CONTOURS
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.synthetic_label import MOTION_COMMENT, save_options
from talkinghead.render.landmark_drawing import CONTOUR_COLORS
from talkinghead.types import Array, FaceTrack, Waveform

TEXT, GREY, GRID_COLOR = "#22303c", "#7a8894", "#e4e9ed"
MOUTH_COLOR = "#c43048"
POSE_COLORS = {"yaw": "#2868b8", "pitch": "#d98a1f", "roll": "#3f9457"}
VIEW_FACTOR = 2.6  # size of the visible part of a picture, relative to its landmarks
WAVEFORM_BINS = 2400  # bins of the waveform, about one per pixel of the plot


def plot_track(
    track: FaceTrack,
    wave: Waveform | None,
    path: Path,
    title: str = "",
    truth: FaceTrack | None = None,
) -> None:
    """Write a PNG of a track over time: waveform, mouth opening and width, head pose.

    Opening and width are in percent of the face width, angles in degrees. A second track
    `truth` is drawn in grey behind the first.
    """
    heights = ([1.0] if wave is not None else []) + [1.6, 1.2, 1.4]
    figure = Figure(figsize=(12, 1.6 + 1.4 * sum(heights)), layout="constrained")
    panels = list(
        figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    )
    ends = [len(track) / track.fps]
    if wave is not None:
        _plot_waveform(panels[0], wave)
        ends.append(wave.seconds)
    opening, width, pose = panels[-3:]
    _plot_measure(opening, "opening (%)", mouth_opening, track, truth)
    _plot_measure(width, "width (%)", mouth_width, track, truth)
    _plot_pose(pose, track, truth)
    pose.set_xlabel("seconds", color=TEXT)
    pose.set_xlim(0, max(ends))
    figure.align_ylabels(panels)
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=TEXT, fontsize=13, fontweight="bold")
    _save(figure, path)


def plot_landmarks(image: Array, landmarks: Array, path: Path) -> None:
    """Write a PNG of landmarks (68, 2 or 3) in pixels over their picture (h, w, 3) uint8 RGB.

    Large pictures are cropped to the surroundings of the face.
    """
    left, top, right, bottom = _face_view(image, landmarks)
    width, height = right - left, bottom - top
    inches = 9 / max(height, width)
    figure = Figure(figsize=(width * inches, height * inches), facecolor="black")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(image, interpolation="bicubic" if height < 900 else "antialiased")
    for name, (indices, closed) in CONTOURS.items():
        loop = indices + indices[:1] if closed else indices
        x, y = landmarks[loop, 0], landmarks[loop, 1]
        color = np.array(CONTOUR_COLORS[name]) / 255
        bright = 0.7 * color + 0.3  # the colours are made for a white background
        axes.plot(x, y, color="black", linewidth=3.6, alpha=0.3)
        axes.plot(x, y, color=bright, linewidth=1.6)
        axes.scatter(x, y, s=9, color="white", edgecolors=[color], linewidths=0.7, zorder=3)
    axes.set_xlim(left - 0.5, right - 0.5)
    axes.set_ylim(bottom - 0.5, top - 0.5)
    axes.axis("off")
    _save(figure, path)


def _face_view(image: Array, landmarks: Array) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels: the part of the picture around the face."""
    height, width = image.shape[:2]
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    x, y = (low + high) / 2
    half = VIEW_FACTOR * float((high - low).max()) / 2
    left, right = int(max(0, x - half)), int(min(width, np.ceil(x + half)))
    top, bottom = int(max(0, y - half)), int(min(height, np.ceil(y + half)))
    if right - left < 2 or bottom - top < 2:  # the face lies outside: show the whole picture
        return 0, 0, width, height
    return left, top, right, bottom


def _plot_waveform(axes: Axes, wave: Waveform) -> None:
    """Plot the envelope: minimum and maximum of each column, so that no peak is lost."""
    size = max(1, -(-wave.samples.size // WAVEFORM_BINS))
    starts = np.arange(0, wave.samples.size, size)
    low = np.minimum.reduceat(wave.samples, starts)
    high = np.maximum.reduceat(wave.samples, starts)
    axes.fill_between((starts + size / 2) / wave.rate, low, high, color=GREY, linewidth=0.3)
    reach = max(float(np.abs(wave.samples).max()), 1e-3) * 1.05
    axes.set_ylim(-reach, reach)
    axes.set_yticks([])
    _style_axes(axes, "sound")


def _frame_times(track: FaceTrack) -> Array:
    return np.arange(len(track)) / track.fps


def _plot_measure(
    axes: Axes,
    label: str,
    measure: Callable[[Array], Array],
    track: FaceTrack,
    truth: FaceTrack | None,
) -> None:
    if truth is not None:
        values = 100 * measure(truth.points)
        axes.plot(_frame_times(truth), values, color=GREY, linewidth=1.3, label="truth")
    axes.plot(
        _frame_times(track),
        100 * measure(track.points),
        color=MOUTH_COLOR,
        linewidth=1.5,
        label="track",
    )
    if truth is not None:
        _add_legend(axes)
    _style_axes(axes, label)


def _plot_pose(axes: Axes, track: FaceTrack, truth: FaceTrack | None) -> None:
    for column, (name, color) in enumerate(POSE_COLORS.items()):
        if truth is not None:
            axes.plot(
                _frame_times(truth),
                truth.pose[:, column],
                color=color,
                linewidth=1.0,
                alpha=0.45,
                linestyle=(0, (2, 1.5)),
            )
        axes.plot(
            _frame_times(track), track.pose[:, column], color=color, linewidth=1.4, label=name
        )
    _add_legend(axes)
    _style_axes(axes, "head (degrees)")


def _add_legend(axes: Axes) -> None:
    """Put the legend above the panel, where no curve runs."""
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 0.99),
        borderaxespad=0,
        ncols=3,
        frameon=False,
        fontsize=8.5,
        handlelength=1.4,
        labelcolor=TEXT,
    )


def _style_axes(axes: Axes, label: str) -> None:
    axes.set_ylabel(label, color=TEXT, fontsize=9.5)
    axes.grid(True, color=GRID_COLOR, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(y=0.12)
    axes.tick_params(colors=GREY, labelsize=8.5, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure without pyplot, which would keep every figure in memory."""
    FigureCanvasAgg(figure)
    label = save_options("PNG", MOTION_COMMENT)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png", pil_kwargs=label)
