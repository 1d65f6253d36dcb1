"""Evaluate motion predicted from audio and a neutral face against the landmarks of the clip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.errors import FaceError, InputError
from talkinghead.evaluate import motion_metrics
from talkinghead.evaluate.baselines import energy_track, static_face_track
from talkinghead.evaluate.clips import (
    ClipFile,
    ClipFilter,
    ClipProgress,
    FaceTracker,
    find_clips,
    read_clips,
    track_clip,
)
from talkinghead.evaluate.motion_metrics import silent_frames
from talkinghead.evaluate.redetection import RotatedTracker
from talkinghead.evaluate.registration import (
    RegisteredTrack,
    mean_face,
    register_track,
    resample_linear,
)
from talkinghead.evaluate.report import (
    MOTION_METRICS,
    ClipMetrics,
    Report,
    SkippedClip,
)
from talkinghead.geometry.align import face_frame
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, FaceShape, FaceTrack, Video, Waveform

Predictor = Callable[[Waveform, FaceShape], FaceTrack]
OffsetEstimator = Callable[[Video, Array], float]


def compute_motion_metrics(
    predicted: RegisteredTrack,
    true: RegisteredTrack,
    silent: Array,
    offset: float = float("nan"),
    second: Array | None = None,
) -> dict[str, float]:
    """All motion metrics of a clip; both tracks of t frames, `silent` (t,) bool.

    `offset` is the number of frames by which the picture of the clip lags behind its audio, NaN if
    unknown; metrics `*_in_step` are computed after correcting for it. `second` (t, 68, 3) are the
    true points, detected once more (see `denoised_jitter`).

    The pose of `predicted` is the predicted head pose, not the one removed by registration.
    """
    opening, true_opening = mouth_opening(predicted.points), mouth_opening(true.points)
    width, true_width = mouth_width(predicted.points), mouth_width(true.points)
    metrics = {
        "r_open": motion_metrics.correlation(opening, true_opening),
        "r_width": motion_metrics.correlation(width, true_width),
        "r_open_in_step": motion_metrics.aligned_correlation(opening, true_opening, offset),
        "r_width_in_step": motion_metrics.aligned_correlation(width, true_width, offset),
        "lag": motion_metrics.lag(opening, true_opening),
        "amp": motion_metrics.amplitude(opening, true_opening),
        "amp_long": motion_metrics.long_clip_amplitude(opening, true_opening),
        "m_lmd": motion_metrics.mouth_distance(predicted.displacement, true.displacement),
        "d_ll": motion_metrics.landmark_distance(predicted.points, true.points),
        "d_vl": motion_metrics.velocity_distance(predicted.points, true.points),
        "d_a": motion_metrics.area_distance(predicted.points, true.points),
        "closures": motion_metrics.closures(opening, true_opening),
        "silence": motion_metrics.silence(opening, silent),
        "silence_true": motion_metrics.silence(true_opening, silent),
        "jitter": motion_metrics.jitter(predicted.points, true.points),
        "jitter_denoised": float("nan")
        if second is None
        else motion_metrics.denoised_jitter(predicted.points, true.points, second),
    }
    pose_std, true_pose_std = predicted.pose.std(axis=0), true.pose.std(axis=0)
    metrics["pose"], metrics["pose_true"] = float(pose_std.mean()), float(true_pose_std.mean())
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        metrics[f"pose_{name}"] = float(pose_std[axis])
        metrics[f"pose_{name}_true"] = float(true_pose_std[axis])
    return metrics


@dataclass(frozen=True)
class GroundTruth:
    """Audio and registered landmarks of a clip."""

    wave: Waveform
    reference: Array  # (68, 3) mean face of the clip, in face widths
    track: RegisteredTrack
    offset: float = float("nan")  # frames by which the picture lags behind the audio
    second: Array | None = None  # (t, 68, 3) points of `track`, detected once more

    @property
    def face(self) -> FaceShape:
        """The neutral face of the clip, as the input of a predictor."""
        neutral = self.track.neutral
        return FaceShape(face_frame(neutral).to_face(neutral).astype(np.float32))


Observer = Callable[[str, GroundTruth, FaceTrack], None]  # a clip's name, truth and prediction


def read_ground_truth(
    video: Video, detector: FaceTracker, offset: OffsetEstimator | None = None
) -> GroundTruth:
    """Detect the landmarks of a clip, and measure the delay of its picture with `offset` if given.

    Raises InputError for a clip without audio or of fewer than MIN_FRAMES frames, and FaceError
    if the face is detected in less than 90 % of the frames.
    """
    wave = video.audio
    if wave is None:
        raise InputError(
            "no audio to predict the motion from; put a wav of the same name beside it"
        )
    count = int(min(len(video.frames) / video.fps, wave.seconds) * FPS)
    if count < motion_metrics.MIN_FRAMES:
        raise InputError(
            f"{count} frames with audio; at least {motion_metrics.MIN_FRAMES} are needed"
        )
    points = track_clip(video.frames, detector)
    reference = mean_face(resample_linear(points, video.fps))
    delay = float("nan") if offset is None else offset(video, points)
    track = register_track(points, video.fps, reference)
    try:
        rotated = track_clip(video.frames, RotatedTracker(detector))
        second = register_track(rotated, video.fps, reference).points
    except FaceError:  # a face at the edge of the picture, out of it once rotated
        second = None
    return GroundTruth(wave, reference, track, delay, second)


def compare_track(track: FaceTrack, truth: GroundTruth) -> dict[str, float]:
    """Metrics of a predicted track; the longer of both tracks is truncated."""
    predicted = register_track(track.points, track.fps, truth.reference)
    pose = resample_linear(np.asarray(track.pose[:, :3], dtype=np.float64), track.fps)
    count = min(len(predicted.points), len(truth.track.points))
    if count < motion_metrics.MIN_FRAMES:
        raise InputError(
            f"the predictor returned {len(track)} frames for {truth.wave.seconds:.1f} s of audio; "
            "it must return as many as the audio is long"
        )
    return compute_motion_metrics(
        RegisteredTrack(predicted.points[:count], pose[:count]),
        RegisteredTrack(truth.track.points[:count], truth.track.pose[:count]),
        silent_frames(truth.wave, count),
        truth.offset,
        None if truth.second is None else truth.second[:count],
    )


def baseline_tracks(truth: GroundTruth) -> dict[str, FaceTrack]:
    """The two baselines that need no training."""
    face, count = truth.face, len(truth.track.points)
    unit = face_frame(truth.track.neutral).scale  # mean face widths per width of the neutral face
    return {
        "still": static_face_track(face, count),
        "energy": energy_track(truth.wave, face, mouth_opening(truth.track.points) / unit),
    }


def evaluate_motion(
    folder: Path,
    predict: Predictor,
    detector: FaceTracker,
    *,
    baselines: Mapping[str, Predictor] | None = None,
    offset: OffsetEstimator | None = None,
    observe: Observer | None = None,
    select: ClipFilter | None = None,
    progress: ClipProgress | None = None,
) -> Report:
    """Evaluate a predictor on every talking clip of a folder.

    `predict` gets the audio and the neutral face of the clip. Landmarks detected in its frames are
    the ground truth. The baselines "still" and "energy" are always measured, and each of
    `baselines`. `offset` measures the delay of the picture from the landmarks (n, 68, 3)
    (see `evaluate.sync.offset_of`). `observe` is called with the name, the
    truth and the predicted track of each clip. Clips that `select` rejects are not read; clips that
    cannot be measured are skipped and counted. Raises InputError if none can be measured.
    """
    others = baselines or {}
    clips: list[ClipMetrics] = []
    skipped_clips: list[SkippedClip] = []

    def read(source: ClipFile) -> GroundTruth:
        return read_ground_truth(source.read(), detector, offset)

    sources = find_clips(folder, select)
    for source, truth in read_clips(folder, sources, read, skipped_clips, progress):
        tracks = baseline_tracks(truth)
        tracks |= {name: other(truth.wave, truth.face) for name, other in others.items()}
        predicted = predict(truth.wave, truth.face)
        metrics = compare_track(predicted, truth)
        if observe is not None:
            observe(source.name, truth, predicted)
        baseline_metrics = {name: compare_track(track, truth) for name, track in tracks.items()}
        clips.append(ClipMetrics(source.name, source.group, metrics, baseline_metrics))
    return Report(MOTION_METRICS, clips, skipped_clips)
