"""Measure predicted motion: a voice and one still face, against what the face really did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.clock import FPS
from talkinghead.errors import InputError
from talkinghead.evaluate import metrics
from talkinghead.evaluate.baselines import energy, still
from talkinghead.evaluate.ground import Grounded, mean_face, on_ground, resampled
from talkinghead.evaluate.loudness import silent_frames
from talkinghead.evaluate.report import MOTION_FIGURES, ClipFigures, Report, Skip, unmeasured
from talkinghead.evaluate.sources import Follower, Progress, Selection, each_clip, followed
from talkinghead.geometry.align import face_frame
from talkinghead.geometry.mouth import opening, width
from talkinghead.types import Array, FaceShape, FaceTrack, Footage, Waveform

Predictor = Callable[[Waveform, FaceShape], FaceTrack]
Offset = Callable[[Footage, Array], float]


def motion_figures(
    predicted: Grounded, true: Grounded, silent: Array, offset: float = float("nan")
) -> dict[str, float]:
    """All figures of motion of one clip; both tracks (t, ...), `silent` (t,) bool.

    `offset` are the frames by which the clip's own picture comes later than its sound, NaN where
    that is not known: figures `in_step` are of the picture moved by as many.

    The pose of `predicted` is the head motion predicted, not what its registration found.
    """
    said, real = opening(predicted.points), opening(true.points)
    broad, real_broad = width(predicted.points), width(true.points)
    figures = {
        "r_open": metrics.correlation(said, real),
        "r_width": metrics.correlation(broad, real_broad),
        "r_open_in_step": metrics.in_step(said, real, offset),
        "r_width_in_step": metrics.in_step(broad, real_broad, offset),
        "lag": metrics.lag(said, real),
        "amp": metrics.amplitude(said, real),
        "m_lmd": metrics.mouth_distance(predicted.displacement, true.displacement),
        "d_ll": metrics.landmark_distance(predicted.points, true.points),
        "d_vl": metrics.velocity_distance(predicted.points, true.points),
        "d_a": metrics.area_distance(predicted.points, true.points),
        "closures": metrics.closures(said, real),
        "silence": metrics.silence(said, silent),
        "silence_true": metrics.silence(real, silent),
        "jitter": metrics.jitter(predicted.points, true.points),
    }
    swings, true_swings = predicted.pose.std(axis=0), true.pose.std(axis=0)
    figures["pose"], figures["pose_true"] = float(swings.mean()), float(true_swings.mean())
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        figures[f"pose_{name}"] = float(swings[axis])
        figures[f"pose_{name}_true"] = float(true_swings[axis])
    return figures


@dataclass(frozen=True)
class Truth:
    """What really happened in one clip."""

    wave: Waveform
    reference: Array  # (68, 3) the clip's mean face, in face widths
    track: Grounded
    offset: float = float("nan")  # frames by which the picture comes later than the sound

    @property
    def face(self) -> FaceShape:
        """The clip's neutral as the still face that a predictor is given."""
        neutral = self.track.neutral
        return FaceShape(face_frame(neutral).to_face(neutral).astype(np.float32))


def truth_of(footage: Footage, detector: Follower, offset: Offset | None = None) -> Truth:
    """The sound of a clip and what its face does, and how late it is where `offset` tells.

    Raises InputError for a clip without sound or of under 12 frames, and FaceError where
    the face is not found in 90 % of the frames.
    """
    wave = footage.audio
    if wave is None:
        raise InputError("no sound to predict the motion from; put a wav of the same name beside")
    count = int(min(len(footage.frames) / footage.fps, wave.seconds) * FPS)
    if count < metrics.SHORTEST:
        raise InputError(f"{count} frames with sound; {metrics.SHORTEST} or more can be measured")
    points = followed(footage.frames, detector)
    reference = mean_face(resampled(points, footage.fps))
    late = float("nan") if offset is None else offset(footage, points)
    return Truth(wave, reference, on_ground(points, footage.fps, reference), late)


def compared(track: FaceTrack, truth: Truth) -> dict[str, float]:
    """The figures of one predicted track; the longer of the two is cut to the shorter."""
    ground = on_ground(track.points, track.fps, truth.reference)
    pose = resampled(np.asarray(track.pose[:, :3], dtype=np.float64), track.fps)
    count = min(len(ground.points), len(truth.track.points))
    if count < metrics.SHORTEST:
        raise InputError(
            f"the predictor returned {len(track)} frames for {truth.wave.seconds:.1f} s of sound; "
            "it must return as many as the sound is long"
        )
    return motion_figures(
        Grounded(ground.points[:count], pose[:count]),
        Grounded(truth.track.points[:count], truth.track.pose[:count]),
        silent_frames(truth.wave, count),
        truth.offset,
    )


def simple_tracks(truth: Truth) -> dict[str, FaceTrack]:
    """The two baselines that need no training."""
    face, count = truth.face, len(truth.track.points)
    unit = face_frame(truth.track.neutral).scale  # mean face widths per width of the rest face
    return {
        "still": still(face, count),
        "energy": energy(truth.wave, face, opening(truth.track.points) / unit),
    }


def evaluate_motion(
    folder: Path,
    predict: Predictor,
    detector: Follower,
    *,
    baselines: Mapping[str, Predictor] | None = None,
    offset: Offset | None = None,
    select: Selection | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure a predictor on every talking clip of a folder.

    `predict` hears the clip's sound and sees its face at rest. Truth is what `detector`
    finds in the clip's frames. Beside `still` and `energy`, which are always there, each of
    `baselines` is measured too. `offset` tells how late the picture of a clip with such points
    (n, 68, 3) comes (see `evaluate.sync.offset_of`). Only clips that `select` says
    yes to are read. Clips that cannot be measured are left out and counted;
    raises InputError where none can.
    """
    others = baselines or {}
    clips: list[ClipFigures] = []
    left_out: list[Skip] = []
    for source in each_clip(folder, left_out, progress, select):
        try:
            truth = truth_of(source.read(), detector, offset)
        except InputError as error:
            left_out.append(Skip(source.name, str(error)))
            continue
        tracks = simple_tracks(truth)
        tracks |= {name: other(truth.wave, truth.face) for name, other in others.items()}
        figures = compared(predict(truth.wave, truth.face), truth)
        beside = {name: compared(track, truth) for name, track in tracks.items()}
        clips.append(ClipFigures(source.name, source.group, figures, beside))
    if not clips:
        raise unmeasured(folder, left_out)
    return Report(MOTION_FIGURES, clips, left_out)
