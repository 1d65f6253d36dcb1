"""Measure rendered pictures: a clip's first frame, driven by its true landmarks, against it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate import metrics, pictures
from talkinghead.evaluate.ground import Grounded, mean_face, on_ground, resampled
from talkinghead.evaluate.report import RENDER_FIGURES, ClipFigures, Report, Skip, unmeasured
from talkinghead.evaluate.sources import Follower, Progress, Selection, each_clip, true_face
from talkinghead.face.follow import fill_gaps
from talkinghead.types import Array, Footage, LandmarkTrack, Portrait, Renderer

RendererFactory = Callable[[Portrait], Renderer]


@dataclass(frozen=True)
class CopyRenderer:
    """The picture repeated: what a renderer must beat."""

    portrait: Portrait

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        height, width = self.portrait.image.shape[:2]
        return width, height

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """The portrait, once for each frame of the track."""
        for _ in track.points:
            yield self.portrait.image


@dataclass(frozen=True)
class Scene:
    """A clip from its first frame with a face on, and the landmarks that drive it."""

    frames: Array  # (t, h, w, 3) uint8 RGB
    track: LandmarkTrack  # (t, 68, 3) pixels of those frames
    portrait: Portrait  # the first frame
    reference: Array  # (68, 3) the clip's mean face
    truth: Grounded


def scene_of(footage: Footage, detector: Follower) -> Scene:
    """A clip made ready: raises InputError where it cannot be measured."""
    points = true_face(footage.frames, detector)
    start = int(np.argmax(np.isfinite(points).all(axis=(1, 2))))  # some clips open on black
    points, frames = fill_gaps(points[start:]), footage.frames[start:]
    if len(frames) < 3:
        raise InputError(f"{len(frames)} frames with a face; 3 or more can be measured")
    reference = mean_face(resampled(points, footage.fps))
    return Scene(
        frames,
        LandmarkTrack(points.astype(np.float32), footage.fps),
        Portrait(frames[0], points[0].astype(np.float32)),
        reference,
        on_ground(points, footage.fps, reference),
    )


def painted(scene: Scene, renderer: Renderer) -> Array:
    """(t, h, w, 3) uint8, the scene rendered and brought to the size of its frames."""
    height, width = scene.frames.shape[1:3]
    result = np.empty_like(scene.frames)
    count = 0
    for frame in renderer.render(scene.track):
        if count == len(result):
            raise InputError(f"the renderer painted more than the {count} frames of its track")
        fits = frame.shape[:2] == (height, width)
        result[count] = (
            frame if fits else cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
        )
        count += 1
    if count != len(result):
        raise InputError(f"the renderer painted {count} frames of the {len(result)} of its track")
    return result


def render_figures(scene: Scene, rendered: Array, detector: Follower) -> dict[str, float]:
    """All figures of rendering for one clip and its rendered frames (t, h, w, 3) uint8.

    The first frame was given to the renderer and does not count. Ratios are of means.
    """
    height, width = rendered.shape[1:3]
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    for i in range(1, len(rendered)):
        real, ours, points = scene.frames[i], rendered[i], scene.track.points[i]
        box = pictures.mouth_box(points, height, width)
        note("psnr", pictures.psnr(ours, real))
        note("ssim", pictures.ssim(ours, real))
        note("mouth_psnr", pictures.psnr(ours[box], real[box]))
        note("mouth_ssim", pictures.ssim(ours[box], real[box]))
        note("sharp", pictures.sharpness(ours[box]) if real[box].size else float("nan"))
        note("sharp_real", pictures.sharpness(real[box]) if real[box].size else float("nan"))
        around = pictures.outside_face(points, height, width)
        around &= pictures.outside_face(scene.track.points[i - 1], height, width)
        note("change", pictures.change(rendered[i - 1], ours, around))
        note("change_real", pictures.change(scene.frames[i - 1], real, around))
        beyond = pictures.outside_head(points, height, width)
        note("background", pictures.psnr(ours, real, beyond))
    means = {name: _mean(values) for name, values in rows.items()}
    return {
        **{name: means[name] for name in ("psnr", "ssim", "mouth_psnr", "mouth_ssim")},
        "sharpness": metrics.ratio(means["sharp"], means["sharp_real"]),
        "m_lmd": redetected(scene, rendered, detector),
        "flicker": metrics.ratio(means["change"], means["change_real"]),
        "background": means["background"],
    }


def redetected(scene: Scene, rendered: Array, detector: Follower) -> float:
    """M-LMD of the landmarks found in the rendered frames; NaN where no face is found at all."""
    found = np.asarray(detector.follow(rendered), dtype=np.float64)
    if not np.isfinite(found).all(axis=(1, 2)).any():
        return float("nan")
    seen = on_ground(fill_gaps(found), scene.track.fps, scene.reference)
    return metrics.mouth_distance(seen.displacement, scene.truth.displacement)


def _mean(values: list[float]) -> float:
    kept = [value for value in values if np.isfinite(value)]
    return float(np.mean(kept)) if kept else float("nan")


def evaluate_render(
    folder: Path,
    renderer: RendererFactory,
    detector: Follower,
    *,
    baselines: Mapping[str, RendererFactory] | None = None,
    max_frames: int | None = None,
    select: Selection | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure a renderer on every clip of a folder, sound or none.

    `renderer` is given the clip's first frame with its landmarks and paints the clip's true
    landmarks. Beside `copy`, which is always there, each of `baselines` is measured too.
    Only the first `max_frames` of a clip are read. Clips that `select` refuses are not read;
    those that cannot be measured are left out and counted; raises InputError where none can.
    """
    factories: dict[str, RendererFactory] = {"copy": CopyRenderer, **(baselines or {})}
    clips: list[ClipFigures] = []
    left_out: list[Skip] = []
    for source in each_clip(folder, left_out, progress, select):
        try:
            scene = scene_of(source.read(max_frames), detector)
        except InputError as error:
            left_out.append(Skip(source.name, str(error)))
            continue
        figures, *others = (
            render_figures(scene, painted(scene, make(scene.portrait)), detector)
            for make in (renderer, *factories.values())
        )
        beside = dict(zip(factories, others, strict=True))
        clips.append(ClipFigures(source.name, source.group, figures, beside))
    if not clips:
        raise unmeasured(folder, left_out)
    return Report(RENDER_FIGURES, clips, left_out)
