"""Evaluate dubbing: clips dubbed with their own audio, a stranger's, and silence.

With its own audio a dubbed clip should match the clip. With a stranger's the mouth should fit the
new words, and the rest stay as filmed. With silence the mouth should be shut and still.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from talkinghead.errors import FaceError, InputError
from talkinghead.evaluate import image_metrics, motion_metrics
from talkinghead.evaluate.clips import (
    ClipFile,
    ClipFilter,
    ClipProgress,
    FaceTracker,
    find_clips,
    read_clips,
    track_clip,
)
from talkinghead.evaluate.identity import EmbedFace, cosine
from talkinghead.evaluate.redetection import redetect
from talkinghead.evaluate.registration import (
    RegisteredTrack,
    mean_face,
    register_track,
    resample_linear,
)
from talkinghead.evaluate.report import ClipMetrics, Metrics, Report, SkippedClip
from talkinghead.evaluate.sync import compute_sync_metrics, embed_clip
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.media.video_reader import read_video
from talkinghead.models.syncnet import SyncNet
from talkinghead.types import Array, Video, Waveform

IDENTITY_STEP: Final = 5  # every so many frames identities are compared
# With its own audio: mouth_psnr to seen_open. With a stranger's: offset to identity. With silence:
# silent_open (opening, the 95th percentile, in % of the face's width, above that of the clip's most
# closed frames), silent_motion (standard deviation of the opening, dubbed / filmed) and
# silent_flicker (mean second difference of the mouth's pixels in time, dubbed / filmed).
DUB_METRICS: dict[str, str] = {
    "mouth_psnr": "high", "mouth_ssim": "high", "sharpness": "1", "m_lmd": "low",
    "seen_open": "high",
    "offset": "0", "near": "1", "lse_c": "high", "lse_d": "low", "rest_psnr": "high",
    "identity": "high",
    "silent_open": "low", "silent_motion": "low", "silent_flicker": "low",
}  # fmt: skip

# Dubs a video with each of the named recordings, into a folder; a recording of None leaves the
# frames as they are filmed. Returns the files.
DubClip = Callable[[Path, Mapping[str, Waveform | None], Path], Mapping[str, Path]]


@dataclass(frozen=True)
class ReferenceClip:
    """A clip, its audio and the landmarks detected in it."""

    source: ClipFile
    frames: Array  # (t, h, w, 3) uint8
    fps: float
    audio: Waveform
    points: Array  # (t, 68, 3)
    reference: Array  # (68, 3) mean face
    truth: RegisteredTrack


@dataclass(frozen=True)
class _DubbedClip:
    """A dubbed clip and the landmarks detected in it."""

    frames: Array  # (t, h, w, 3) uint8
    points: Array  # (t, 68, 3)
    track: RegisteredTrack


def read_reference_clip(source: ClipFile, video: Video, detector: FaceTracker) -> ReferenceClip:
    """Detect the landmarks of a clip. Raises InputError if it cannot be measured."""
    if video.audio is None or np.ptp(video.audio.samples) == 0:
        raise InputError("no audio to dub it with; put a wav of the same name beside it")
    points = track_clip(video.frames, detector)
    if len(points) < 3:
        raise InputError(f"{len(points)} frames; 3 or more can be measured")
    reference = mean_face(resample_linear(points, video.fps))
    audio = fit_audio(video.audio, len(points) / video.fps)
    truth = register_track(points, video.fps, reference)
    return ReferenceClip(source, video.frames, video.fps, audio, points, reference, truth)


def fit_audio(audio: Waveform, seconds: float) -> Waveform:
    """Audio cut to a length, or repeated until it has that length."""
    count = max(1, round(seconds * audio.rate))
    return Waveform(np.resize(audio.samples, count), audio.rate)


def own_metrics(filmed: ReferenceClip, dubbed: _DubbedClip) -> dict[str, float]:
    """How well a clip dubbed with its own audio matches the clip."""
    rows: dict[str, list[float]] = {}
    for real, ours, points in zip(filmed.frames, dubbed.frames, filmed.points, strict=False):
        box = image_metrics.mouth_box(points, *real.shape[:2])
        if not real[box].size:
            continue
        for name, value in (
            ("mouth_psnr", image_metrics.psnr(ours[box], real[box])),
            ("mouth_ssim", image_metrics.ssim(ours[box], real[box])),
            ("sharp", image_metrics.sharpness(ours[box])),
            ("sharp_real", image_metrics.sharpness(real[box])),
        ):
            rows.setdefault(name, []).append(value)
    means = {name: _mean(values) for name, values in rows.items()}
    count = min(len(filmed.truth.points), len(dubbed.track.points))
    return {
        "mouth_psnr": means["mouth_psnr"],
        "mouth_ssim": means["mouth_ssim"],
        "sharpness": motion_metrics.ratio(means["sharp"], means["sharp_real"]),
        "m_lmd": motion_metrics.mouth_distance(
            dubbed.track.displacement[:count], filmed.truth.displacement[:count]
        ),
        "seen_open": motion_metrics.correlation(
            mouth_opening(dubbed.track.points)[:count], mouth_opening(filmed.truth.points)[:count]
        ),
    }


def stranger_metrics(
    filmed: ReferenceClip,
    dubbed: _DubbedClip,
    audio: Waveform,
    syncnet: SyncNet | None,
    embed: EmbedFace | None,
) -> dict[str, float]:
    """How well a clip dubbed with other audio fits that audio, and what else has changed."""
    metrics: dict[str, float] = {}
    if syncnet is not None:
        try:
            embeddings = embed_clip(syncnet, dubbed.frames, filmed.fps, audio, dubbed.points)
            metrics |= compute_sync_metrics(syncnet, embeddings, embeddings.mel)
        except InputError:  # too short
            pass
    rest, likeness = [], []
    for index, (real, ours) in enumerate(zip(filmed.frames, dubbed.frames, strict=False)):
        points = filmed.points[index]
        rest.append(
            image_metrics.psnr(ours, real, image_metrics.outside_face(points, *real.shape[:2]))
        )
        if embed is not None and index % IDENTITY_STEP == 0:
            likeness.append(cosine(embed(real, points), embed(ours, dubbed.points[index])))
    return metrics | {"rest_psnr": _mean(rest), "identity": _mean(likeness)}


def silent_metrics(filmed: ReferenceClip, dubbed: _DubbedClip) -> dict[str, float]:
    """Whether the mouth of a clip dubbed with silence is shut and still."""
    opening, true = mouth_opening(dubbed.track.points), mouth_opening(filmed.truth.points)
    shut = float(mouth_opening(filmed.truth.neutral[None])[0])
    return {
        "silent_open": 100 * max(0.0, float(np.percentile(opening, 95)) - shut),
        "silent_motion": motion_metrics.amplitude(opening, true),
        "silent_flicker": motion_metrics.ratio(
            _flicker(dubbed.frames, filmed.points), _flicker(filmed.frames, filmed.points)
        ),
    }


def _flicker(frames: Array, points: Array) -> float:
    """Mean absolute second difference in time of the mouth's pixels, in levels of 255."""
    values = []
    for index in range(1, min(len(frames), len(points)) - 1):
        box = image_metrics.mouth_box(points[index], *frames.shape[1:3])
        before, now, after = (frames[index + i][box].astype(np.float32) for i in (-1, 0, 1))
        if now.size:
            values.append(float(np.abs(before - 2 * now + after).mean()))
    return _mean(values)


def _mean(values: Sequence[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")


def find_stranger(
    sources: Sequence[ClipFile], number: int, speakers: Mapping[str, str]
) -> ClipFile | None:
    """The clip before that of `number`, cyclically, if possible of another speaker.

    `speakers` says who speaks in a clip of that name; by default it is the clip's folder. None if
    there is no other clip.
    """
    own = speakers.get(sources[number].name, sources[number].group)
    others = [sources[number - step] for step in range(1, len(sources))]
    strangers = [clip for clip in others if speakers.get(clip.name, clip.group) != own]
    return next(iter(strangers or others), None)


def evaluate_dub(
    folder: Path,
    dub: DubClip,
    detector: FaceTracker,
    *,
    syncnet: SyncNet | None = None,
    embed: EmbedFace | None = None,
    speakers: Mapping[str, str] | None = None,
    select: ClipFilter | None = None,
    progress: ClipProgress | None = None,
) -> Report:
    """Evaluate dubbing on every clip of a folder that has audio.

    The stranger's audio is that of `find_stranger`. Baselines: `copy`, the clip as filmed with the
    same audio; `silent`, the clip dubbed with silence; `filmed`, the clip's own audio and picture;
    `another`, the identity of the stranger. Without `syncnet` or `embed` their metrics are NaN.
    Clips that cannot be measured are skipped and counted. Raises InputError if none can be.
    """
    skipped: list[SkippedClip] = []
    clips: list[ClipMetrics] = []
    sources = find_clips(folder, select)

    def read(source: ClipFile) -> ClipMetrics:
        filmed = read_reference_clip(source, source.read(), detector)
        other = find_stranger(sources, sources.index(source), speakers or {})
        return _measure(filmed, other, dub, detector, syncnet, embed)

    for _, metrics in read_clips(folder, sources, read, skipped, progress):
        clips.append(metrics)
    return Report(DUB_METRICS, clips, skipped)


def _measure(
    filmed: ReferenceClip,
    stranger: ClipFile | None,
    dub: DubClip,
    detector: FaceTracker,
    syncnet: SyncNet | None,
    embed: EmbedFace | None,
) -> ClipMetrics:
    """Dub one clip in all ways, and compute its metrics and those of its baselines."""
    seconds = len(filmed.points) / filmed.fps
    silence = Waveform(np.zeros_like(filmed.audio.samples), filmed.audio.rate)
    audio: dict[str, Waveform | None] = {"copy": None, "own": filmed.audio, "silent": silence}
    other = None if stranger is None else stranger.read()
    strange = None
    if other is not None and other.audio is not None:
        audio["stranger"] = strange = fit_audio(other.audio, seconds)
    with TemporaryDirectory() as folder:
        files = dub(filmed.source.path, audio, Path(folder))
        dubbed = {name: _read_dubbed(path, filmed, detector) for name, path in files.items()}
    metrics = own_metrics(filmed, dubbed["own"]) | silent_metrics(filmed, dubbed["silent"])
    copy = own_metrics(filmed, dubbed["copy"]) | silent_metrics(filmed, dubbed["copy"])
    baselines: dict[str, Metrics] = {"silent": own_metrics(filmed, dubbed["silent"])}
    baselines["filmed"] = stranger_metrics(filmed, dubbed["copy"], filmed.audio, syncnet, None)
    if strange is not None:
        metrics |= stranger_metrics(filmed, dubbed["stranger"], strange, syncnet, embed)
        copy |= stranger_metrics(filmed, dubbed["copy"], strange, syncnet, embed)
    if other is not None and embed is not None:
        baselines["another"] = {"identity": _identity_of(other, filmed, detector, embed)}
    source = filmed.source
    return ClipMetrics(source.name, source.group, metrics, {"copy": copy, **baselines})


def _read_dubbed(path: Path, filmed: ReferenceClip, detector: FaceTracker) -> _DubbedClip:
    """Read a dubbed clip and detect its face. Raises FaceError if there is none."""
    frames = read_video(path).frames
    points = redetect(frames, detector)
    if points is None:
        raise FaceError("no face is detected in the dubbed clip")
    return _DubbedClip(frames, points, register_track(points, filmed.fps, filmed.reference))


def _identity_of(
    other: Video, filmed: ReferenceClip, detector: FaceTracker, embed: EmbedFace
) -> float:
    """Cosine of the identities of two clips, each in its middle frame."""
    points = redetect(other.frames, detector)
    if points is None:
        return float("nan")
    middle, here = len(points) // 2, len(filmed.points) // 2
    return cosine(
        embed(other.frames[middle], points[middle]), embed(filmed.frames[here], filmed.points[here])
    )
