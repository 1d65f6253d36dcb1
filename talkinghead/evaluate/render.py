"""Evaluate rendering: the first frame of a clip, driven by its landmarks, against the clip."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate import image_metrics, motion_metrics
from talkinghead.evaluate.clips import (
    ClipFile,
    ClipFilter,
    ClipProgress,
    FaceTracker,
    detect_clip,
    find_clips,
    read_clips,
)
from talkinghead.evaluate.extreme_frames import ExtremeFrames
from talkinghead.evaluate.eyelid_color import eyelid_color_error
from talkinghead.evaluate.mouth_metrics import compute_mouth_metrics
from talkinghead.evaluate.redetection import (
    RotatedTracker,
    redetect,
    seen_metrics,
    without_head_motion,
)
from talkinghead.evaluate.registration import (
    RegisteredTrack,
    mean_face,
    register_track,
    resample_linear,
)
from talkinghead.evaluate.report import (
    RENDER_METRICS,
    SEEN_METRICS,
    ClipMetrics,
    Report,
    SkippedClip,
)
from talkinghead.face.tracking import fill_gaps
from talkinghead.types import Array, LandmarkTrack, Portrait, Renderer, Video

RendererFactory = Callable[[Portrait], Renderer]


@dataclass(frozen=True)
class CopyRenderer:
    """Baseline that repeats the portrait."""

    portrait: Portrait

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        height, width = self.portrait.image.shape[:2]
        return width, height

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """The portrait, once per frame of the track."""
        for _ in track.points:
            yield self.portrait.image


@dataclass(frozen=True)
class RenderClip:
    """A clip from its first frame with a face on, and the landmarks that drive the renderer."""

    frames: Array  # (t, h, w, 3) uint8 RGB
    track: LandmarkTrack  # (t, 68, 3) pixels of those frames
    portrait: Portrait  # the first frame
    reference: Array  # (68, 3) mean face of the clip
    truth: RegisteredTrack


def read_render_clip(video: Video, detector: FaceTracker) -> RenderClip:
    """Detect the landmarks of a clip. Raises InputError if it cannot be measured."""
    points = detect_clip(video.frames, detector)
    has_face = np.isfinite(points).all(axis=(1, 2))
    start = int(np.argmax(has_face))  # some clips begin with a black frame
    points, frames = fill_gaps(points[start:]), video.frames[start:]
    if len(frames) < 3:
        raise InputError(f"{len(frames)} frames with a face; 3 or more can be measured")
    reference = mean_face(resample_linear(points, video.fps))
    return RenderClip(
        frames,
        LandmarkTrack(points.astype(np.float32), video.fps),
        Portrait(frames[0], points[0].astype(np.float32)),
        reference,
        register_track(points, video.fps, reference),
    )


def render_clip(clip: RenderClip, renderer: Renderer) -> Array:
    """(t, h, w, 3) uint8: the rendered clip, at the size of the clip.

    Raises InputError for a renderer that returns another number of frames.
    """
    height, width = clip.frames.shape[1:3]
    result = np.empty_like(clip.frames)
    count = 0
    for frame in renderer.render(clip.track):
        if count == len(result):
            raise InputError(f"the renderer returned more than the {count} frames of its track")
        fits = frame.shape[:2] == (height, width)
        result[count] = (
            frame if fits else cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        )
        count += 1
    if count != len(result):
        raise InputError(f"the renderer returned {count} frames of the {len(result)} of its track")
    return result


def compute_render_metrics(
    clip: RenderClip, rendered: Array, detector: FaceTracker
) -> dict[str, float]:
    """All rendering metrics of a clip and its rendered frames (t, h, w, 3) uint8.

    The first frame is the input of the renderer and is excluded. Ratios are ratios of means.
    """
    height, width = rendered.shape[1:3]
    rows: dict[str, list[float]] = {}

    def record(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    for i in range(1, len(rendered)):
        real, ours, points = clip.frames[i], rendered[i], clip.track.points[i]
        box = image_metrics.mouth_box(points, height, width)
        record("psnr", image_metrics.psnr(ours, real))
        record("ssim", image_metrics.ssim(ours, real))
        record("mouth_psnr", image_metrics.psnr(ours[box], real[box]))
        record("mouth_ssim", image_metrics.ssim(ours[box], real[box]))
        record("sharp", image_metrics.sharpness(ours[box]) if real[box].size else float("nan"))
        record("sharp_real", image_metrics.sharpness(real[box]) if real[box].size else float("nan"))
        around = image_metrics.outside_face(points, height, width)
        around &= image_metrics.outside_face(clip.track.points[i - 1], height, width)
        record("change", image_metrics.mean_difference(rendered[i - 1], ours, around))
        record("change_real", image_metrics.mean_difference(clip.frames[i - 1], real, around))
        beyond = image_metrics.outside_head(points, height, width)
        record("background", image_metrics.psnr(ours, real, beyond))
    means = {name: _mean(values) for name, values in rows.items()}
    return {
        **{name: means[name] for name in ("psnr", "ssim", "mouth_psnr", "mouth_ssim")},
        "sharpness": motion_metrics.ratio(means["sharp"], means["sharp_real"]),
        "flicker": motion_metrics.ratio(means["change"], means["change_real"]),
        "background": means["background"],
        **compute_mouth_metrics(clip.frames[1:], rendered[1:], clip.track.points[1:]),
        "eyelid_color": eyelid_color_error(clip.frames, rendered, clip.track.points),
        **redetected_metrics(clip, rendered, detector),
    }


def redetected_metrics(
    clip: RenderClip, frames: Array, detector: FaceTracker, driven: RegisteredTrack | None = None
) -> dict[str, float]:
    """`m_lmd` and the `seen_metrics` of the landmarks detected in frames (t, h, w, 3) uint8.

    `driven` is what drove the renderer, by default the landmarks of the clip. NaN if no face is
    detected.
    """
    detected = redetect(frames, detector)
    if detected is None:
        return dict.fromkeys(SEEN_METRICS, float("nan"))
    truth = clip.truth if driven is None else driven
    seen = register_track(detected, clip.track.fps, clip.reference)
    distance = motion_metrics.mouth_distance(seen.displacement, truth.displacement)
    return {"m_lmd": distance, **seen_metrics(truth, seen)}


def second_look_metrics(clip: RenderClip, detector: FaceTracker) -> dict[str, float]:
    """`redetected_metrics` of the clip's own frames, rotated and scaled: the detector's limit."""
    return redetected_metrics(clip, clip.frames, RotatedTracker(detector))


def fixed_head_metrics(
    clip: RenderClip, renderer: Renderer, detector: FaceTracker
) -> dict[str, float]:
    """`redetected_metrics` of the clip rendered without its head motion."""
    fixed = replace(clip, track=without_head_motion(clip.track))
    driven = register_track(fixed.track.points, clip.track.fps, clip.reference)
    return redetected_metrics(clip, render_clip(fixed, renderer), detector, driven)


def _mean(values: list[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")


def evaluate_render(
    folder: Path,
    renderer: RendererFactory,
    detector: FaceTracker,
    *,
    baselines: Mapping[str, RendererFactory] | None = None,
    max_frames: int | None = None,
    select: ClipFilter | None = None,
    progress: ClipProgress | None = None,
    extremes: ExtremeFrames | None = None,
) -> Report:
    """Evaluate a renderer on every clip of a folder, with or without audio.

    `renderer` gets the first frame of a clip with its landmarks and renders the landmarks of all
    frames. The baseline `copy` is always measured, and each of `baselines`. The SEEN_METRICS are
    also measured with the head held (`fixed_head`), and on the clips' own frames, seen by the
    detector for the second time (`second_look`). Only the first `max_frames` of a clip are read.
    Clips that `select` rejects are not read; clips that cannot be measured are skipped and counted.
    `extremes` collects the widest mouths and deepest blinks. Raises InputError if no clip can be
    measured.
    """
    factories: dict[str, RendererFactory] = {"copy": CopyRenderer, **(baselines or {})}
    clips: list[ClipMetrics] = []
    skipped_clips: list[SkippedClip] = []

    def read(source: ClipFile) -> RenderClip:
        return read_render_clip(source.read(max_frames), detector)

    sources = find_clips(folder, select)
    for source, clip in read_clips(folder, sources, read, skipped_clips, progress):
        ours = renderer(clip.portrait)
        rendered = render_clip(clip, ours)
        metrics = compute_render_metrics(clip, rendered, detector)
        if extremes is not None:
            extremes.add(source.name, clip.frames, rendered, clip.track.points)
        baseline_metrics = {
            name: compute_render_metrics(clip, render_clip(clip, make(clip.portrait)), detector)
            for name, make in factories.items()
        }
        baseline_metrics["fixed_head"] = fixed_head_metrics(clip, ours, detector)
        baseline_metrics["second_look"] = second_look_metrics(clip, detector)
        clips.append(ClipMetrics(source.name, source.group, metrics, baseline_metrics))
    return Report(RENDER_METRICS, clips, skipped_clips)
