"""Pseudo-labels: lip motion for audio-only speakers, predicted by a teacher.

The speakers with video are few, while speech without video covers hundreds of voices. A teacher
gives that speech lip motion, and the content branch learns from both (noisy student, Xie et al.
2020). The teacher is a linear coarticulation model fitted to the speakers with video, or the mean
of trained content branches.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from talkinghead.landmarks import COUNT, JAW, MOUTH
from talkinghead.models.content_branch import ContentBranch
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.sample_rates import FRAME_SAMPLES, STRIDE
from talkinghead.train.content.batches import SAMPLING_POWER
from talkinghead.train.content.features import AudioEncoder, aligned_log_mel
from talkinghead.train.data.speakers import Speaker, SpeechClip
from talkinghead.train.data.speech import Utterance
from talkinghead.types import Array

MIN_FRAMES, MAX_FRAMES = 25, 1500  # motion frames of a pseudo-labelled utterance
CLIPS_PER_SPEAKER = 3  # pseudo-labelled utterances of one speaker, at most

# The coarticulation model.
LAGS = (-4, -2, 0, 2, 4)  # motion frames at which features are read around the predicted one
SMOOTHING = 0.75  # motion frames, sigma of the Gaussian that features are smoothed with
MEL_GROUPS = 8  # of neighbouring mel bands, whose mean level is a feature
LEVEL_WEIGHT = 0.3  # brings mel levels to about the spread of the hidden states
RIDGE = 1e4
MODES = 12  # principal components of lip and jaw motion

# (t * FRAME_SAMPLES,) samples, (256,) speaker embedding and (68, 3) neutral face to (t, 68, 3)
# displacements in face widths
LipTeacher = Callable[[Array, Array, Array], Array]


def audio_only_speakers(
    teacher: LipTeacher,
    utterances: Iterable[Utterance],
    video_speakers: Sequence[Speaker],
    *,
    share: float,
    seed: int = 0,
) -> list[Speaker]:
    """Pseudo-labelled speakers: the speakers of `utterances`, with lip motion by `teacher`.

    Each gets the neutral face of a random speaker with video. Together they are drawn `share` times
    as often as those with video. Takes CLIPS_PER_SPEAKER utterances of a speaker at most.
    """
    rng = np.random.default_rng(seed)
    speakers: dict[str, Speaker] = {}
    for utterance in utterances:
        frames = min(len(utterance.samples) // FRAME_SAMPLES, MAX_FRAMES)
        if frames < MIN_FRAMES:
            continue
        name, embedding = utterance.speaker, utterance.speaker_embedding
        if name not in speakers:
            face = video_speakers[rng.integers(len(video_speakers))].neutral_face
            speakers[name] = Speaker(name, face, [], embedding=embedding)
        speaker = speakers[name]
        if len(speaker.clips) < CLIPS_PER_SPEAKER:
            samples = utterance.samples[: frames * FRAME_SAMPLES]
            offsets = teacher(samples, embedding, speaker.neutral_face)
            speaker.clips.append(SpeechClip(samples, offsets, utterance.source))
    total = sum(speaker.frames**SAMPLING_POWER for speaker in video_speakers)
    own = sum(speaker.frames**SAMPLING_POWER for speaker in speakers.values())
    weight = share * total / max(own, 1e-9)
    return [replace(speaker, sampling_weight=weight) for speaker in speakers.values()]


def branch_teacher(nets: Sequence[ContentBranch]) -> LipTeacher:
    """The mean prediction of trained content branches on undistorted speech."""

    @torch.inference_mode()
    def predict(samples: Array, embedding: Array, neutral_face: Array) -> Array:
        mel = aligned_log_mel(samples, len(samples) // FRAME_SAMPLES)
        face = torch.from_numpy(neutral_face)[None]
        predictions = [
            net(torch.from_numpy(encode_mel(net.encoder, mel, embedding))[None], face)[0]
            for net in nets
        ]
        return np.asarray(torch.stack(predictions).mean(dim=0).numpy())

    return predict


@dataclass(frozen=True)
class CoarticulationModel:
    """A linear map from audio features in context to lip and jaw displacements.

    A displacement is a sum over the features around a frame, each with its own weight before, at
    and after it, as phones have dominance functions in Cohen and Massaro 1993. Fitted by ridge
    regression, it knows less than the network that learns from it, but treats all voices alike.
    """

    slope: Array  # (c, MODES)
    feature_mean: Array  # (c,)
    modes: Array  # (MODES, 68 * 3), orthonormal
    offset_mean: Array  # (68 * 3,) displacement at the feature mean

    def __call__(self, features: Array) -> Array:
        """(t, c) features of `context_features` to (t, 68, 3) displacements in face widths."""
        offsets = (features - self.feature_mean) @ self.slope @ self.modes + self.offset_mean
        return np.asarray(offsets.reshape(-1, COUNT, 3), dtype=np.float32)


def context_features(mel: Array, hidden: Array, frames: int) -> Array:
    """(frames, c) hidden states and mel levels around each motion frame.

    Takes (t, 80) log-mel at MEL_FPS and (u, w) hidden states at any other rate.
    """
    levels = LEVEL_WEIGHT * mel.reshape(len(mel), MEL_GROUPS, -1).mean(axis=2)
    parts = []
    for rows in (hidden, levels):
        per_frame = len(rows) / len(mel) * STRIDE  # rows per motion frame
        smooth = gaussian_filter1d(rows, SMOOTHING * per_frame, axis=0, mode="nearest")
        index = (np.arange(frames)[:, None] + 0.5 + np.array(LAGS)) * per_frame
        parts.append(smooth[index.astype(int).clip(0, len(rows) - 1)].reshape(frames, -1))
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)


def extract_context(samples: Array, frames: int, encoder: AudioEncoder, embedding: Array) -> Array:
    """`context_features` (frames, c) of (n,) samples of a speaker with a (256,) embedding."""
    mel = aligned_log_mel(samples, frames)
    return context_features(mel, encoder.encode(mel, embedding), frames)


def fit_coarticulation(speakers: Sequence[Speaker], encoder: AudioEncoder) -> CoarticulationModel:
    """Fit the map to clips, with each clip's mean taken out of features and displacements.

    Ridge regression shrinks its predictions; they are scaled back to the range of the speakers.
    """
    rows = []
    for speaker in speakers:
        embedding = encoder.embed(speaker.speech)
        # The square root of a frame's weight: speakers count as often as batches draw them.
        weight = speaker.frames ** ((SAMPLING_POWER - 1) / 2)
        for clip in speaker.clips:
            frames = len(clip.offsets)
            offsets = np.zeros((frames, COUNT, 3))
            offsets[:, MOUTH], offsets[:, JAW] = clip.offsets[:, MOUTH], clip.offsets[:, JAW]
            features = extract_context(clip.samples, frames, encoder, embedding)
            rows.append((weight, features, offsets.reshape(frames, -1)))
    x, y = (np.concatenate([w * (r[k] - r[k].mean(0)) for w, *r in rows]) for k in (0, 1))
    _, modes = np.linalg.eigh(y.T @ y)
    modes = modes.T[::-1][:MODES]
    targets = y @ modes.T
    total = sum(w**2 * len(a) for w, a, _ in rows)
    scale = len(x) / total  # makes the ridge independent of the weights' scale
    gram = scale * x.T @ x + RIDGE * np.eye(x.shape[1])
    slope = np.linalg.solve(gram, scale * x.T @ targets)
    slope *= targets.std(axis=0) / np.maximum((x @ slope).std(axis=0), 1e-9)
    offset_mean = sum(w**2 * b.sum(axis=0) for w, _, b in rows) / total
    feature_mean = sum(w**2 * a.sum(axis=0) for w, a, _ in rows) / total
    return CoarticulationModel(slope, feature_mean, modes, offset_mean)


def coarticulation_teacher(model: CoarticulationModel, encoder: AudioEncoder) -> LipTeacher:
    """The lip motion that a coarticulation model predicts, for any face."""

    def predict(samples: Array, embedding: Array, _: Array) -> Array:
        frames = len(samples) // FRAME_SAMPLES
        return model(extract_context(samples, frames, encoder, embedding))

    return predict
