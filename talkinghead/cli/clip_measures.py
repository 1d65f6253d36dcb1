"""Motion and rendering of clips, measured in this process or by the workers of an engine."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from talkinghead.config import ComputeConfig, DetectorConfig, ModelConfig
from talkinghead.evaluate.clips import (
    ClipFilter,
    ClipProgress,
    NoClipMeasured,
    find_clips,
    require_measured,
)
from talkinghead.evaluate.extreme_frames import ExtremeFrames
from talkinghead.evaluate.motion import Observer, OffsetEstimator, evaluate_motion
from talkinghead.evaluate.render import evaluate_render
from talkinghead.evaluate.report import ClipMetrics, Report, SkippedClip
from talkinghead.evaluate.sync import offset_of
from talkinghead.face.segmentation import person_matte
from talkinghead.models import checkpoint
from talkinghead.pipeline import Animator
from talkinghead.render.photo import PhotoRenderer
from talkinghead.sync.score import SYNCNET_FILE, load_syncnet
from talkinghead.types import FaceShape, FaceTrack, Portrait, Renderer, Waveform
from talkinghead.workers.engine import Engine
from talkinghead.workers.job_queue import WorkerDied

LOG_MEL_BRANCH = "content_mel.safetensors"  # a content branch on log-mel, for comparison


@dataclass(frozen=True)
class ClipMeasure:
    """What is measured of the clips of a folder, and with which networks; travels to workers."""

    clips: Path
    models: DetectorConfig  # a ModelConfig for rendering, a DetectorConfig for motion
    max_frames: int | None = None  # of each clip

    @property
    def is_motion(self) -> bool:
        """Whether motion is measured, or rendering."""
        return not isinstance(self.models, ModelConfig)

    def prepare(self, animator: Animator) -> Callable[..., Report]:
        """A function that measures here, with what `measure_on` takes after the engine."""
        if self.is_motion:
            others = {name: _predictor(other) for name, other in _baselines(self.models).items()}
            offset = _sync_offset(self.models, animator)

            def measure_motion(
                select: ClipFilter | None = None,
                progress: ClipProgress | None = None,
                observe: Observer | None = None,
                extremes: None = None,
            ) -> Report:
                return evaluate_motion(
                    self.clips, _predictor(animator), animator.face_detector, baselines=others,
                    offset=offset, observe=observe, select=select, progress=progress,
                )  # fmt: skip

            return measure_motion

        def measure_render(
            select: ClipFilter | None = None,
            progress: ClipProgress | None = None,
            observe: None = None,
            extremes: ExtremeFrames | None = None,
        ) -> Report:
            return evaluate_render(
                self.clips,
                lambda portrait: animator.photo(portrait, size="full").renderer,
                animator.face_detector,
                baselines=None if animator.models.translator is None else {"warp": _warp_renderer},
                max_frames=self.max_frames,
                select=select,
                progress=progress,
                extremes=extremes,
            )

        return measure_render

    def measure_on(
        self,
        engine: Engine,
        select: ClipFilter | None = None,
        progress: ClipProgress | None = None,
        observe: Observer | None = None,
        extremes: ExtremeFrames | None = None,
    ) -> Report:
        """Measure a clip at a time in the workers of an engine; the figures are the same.

        `observe` sees the predicted motion of each clip, `extremes` the rendered frames.
        """
        names = [clip.name for clip in find_clips(self.clips, select)]
        work = partial(_work, self, observe is not None, extremes is not None)
        results: dict[str, _Measured] = {}
        with closing(engine.run(work, names)) as all_finished:
            for finished in all_finished:
                if progress is not None:
                    progress(len(results), len(names), finished.job)
                result = finished.result
                if isinstance(result, WorkerDied):
                    reason = "its process was killed; if memory ran out, use fewer --workers"
                    result = _Measured(skipped=SkippedClip(finished.job, reason))
                results[finished.job] = result
        ordered = [results[name] for name in names]
        skipped = [result.skipped for result in ordered if result.skipped is not None]
        if progress is not None:
            progress(len(names), len(names), "")
        require_measured(self.clips, len(names), skipped)
        for result in ordered:
            for seen in result.seen:
                assert observe is not None
                observe(*seen)
            if extremes is not None and result.extremes is not None:
                extremes.merge(result.extremes)
        reports = [result.report for result in ordered if result.report is not None]
        clips: list[ClipMetrics] = [clip for report in reports for clip in report.clips]
        return replace(reports[0], clips=clips, skipped_clips=skipped)


@dataclass(frozen=True)
class _Measured:
    """What a worker returns of a clip."""

    report: Report | None = None
    skipped: SkippedClip | None = None
    seen: tuple[Any, ...] = ()  # the arguments of each call of the observer
    extremes: ExtremeFrames | None = None


def _work(
    measure: ClipMeasure, is_observed: bool, has_extremes: bool, number: int
) -> Callable[[str], _Measured]:
    """What worker `number` does with the name of each clip."""
    from talkinghead.workers.worker_process import assign_gpu

    assign_gpu(number)
    measure_here = measure.prepare(Animator(**measure.models.animator_options()))

    def work(name: str) -> _Measured:
        seen: list[Any] = []
        extremes = ExtremeFrames() if has_extremes else None
        try:
            report = measure_here(
                lambda other: other == name,
                observe=(lambda *item: seen.append(item)) if is_observed else None,
                extremes=extremes,
            )
        except NoClipMeasured as error:
            return _Measured(skipped=error.skipped[0])
        return _Measured(report, None, tuple(seen), extremes)

    return work


def _predictor(animator: Animator) -> Callable[[Waveform, FaceShape], FaceTrack]:
    """The animator's motion of a face for a waveform, in natural amounts."""
    return lambda wave, face: animator.predict_motion(animator.extract_features(wave), face)


def _baselines(models: ComputeConfig) -> dict[str, Animator]:
    """The branch trained on log-mel alone, where the folder of weights holds one."""
    path = (models.ckpt or checkpoint.FOLDER) / LOG_MEL_BRANCH
    if not path.exists():
        return {}
    return {"mel": Animator(device=models.device, ckpt=models.ckpt, content_weights=path)}


def _sync_offset(models: ComputeConfig, animator: Animator) -> OffsetEstimator | None:
    """What measures how late a clip's video is, where the weights include a SyncNet."""
    path = (models.ckpt or checkpoint.FOLDER) / SYNCNET_FILE
    if not path.exists():
        return None
    return partial(offset_of, load_syncnet(path, animator.device))


def _warp_renderer(portrait: Portrait) -> Renderer:
    """The renderer without the translator, which the translator must beat."""
    matte = person_matte(portrait.image, portrait.landmarks)
    return PhotoRenderer(replace(portrait, matte=matte))
