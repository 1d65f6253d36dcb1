"""Predict motion: run the content branch and the speaker branch over speech features.

The content branch predicts displacements of lips and face; the speaker branch adds head motion,
brows and lip style. `ContentPredictor` and the functions on one window are used for recordings
and streams.
"""

from dataclasses import replace

import numpy as np
import torch
from scipy.ndimage import correlate1d, gaussian_filter1d

from talkinghead.landmarks import JAW, MOUTH
from talkinghead.models.content_branch import ContentBranch, State
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerMotion
from talkinghead.motion.windows import Windows, cross_fade_windows, noise
from talkinghead.types import Array, FaceShape, FaceTrack, SpeechFeatures

SHARPENING = 1.0  # share of the high-pass filtered motion that is added
KERNEL = np.array([1, 4, 6, 4, 1]) / 16  # binomial, standard deviation of 1 motion frame
SHARPENING_REACH = len(KERNEL) // 2  # motion frames on either side that a frame depends on

SILENT_HEAD_SHARE = 0.35  # share of the head motion that remains in silence
HEAD_SMOOTHING = 0.5  # seconds over which the head follows voice activity
LIP_STYLE_SHARE = 0.25  # it is random, and must not mask the words
PREDICTION_BLOCK = 1500  # motion frames per pass, one minute: bounds the memory


def sharpen(offsets: Array) -> Array:
    """(t, ...) displacements with fast motion amplified by up to 1 + SHARPENING.

    Regression shrinks uncertain motion, fast motion most. Slow motion is unchanged.
    """
    return offsets + SHARPENING * (offsets - correlate1d(offsets, KERNEL, axis=0, mode="nearest"))


class ContentPredictor:
    """The content branch with its recurrent state, run on consecutive blocks of features."""

    def __init__(self, net: ContentBranch, face: FaceShape):
        self._net, self._device = net, next(net.parameters()).device
        self._face = torch.as_tensor(face.points, dtype=torch.float32, device=self._device)[None]
        self._state: State | None = None
        self._outputs_to_skip = net.size.look_ahead  # those of the look-ahead

    @torch.inference_mode()
    def __call__(self, features: Array) -> Array:
        """(k * stride, w) encoder features to (n, 68, 3) displacements in face widths.

        n = k, except that the first `look_ahead` motion frames give no output.
        """
        offsets, self._state = self._step(features)
        skipped = min(self._outputs_to_skip, len(offsets))
        self._outputs_to_skip -= skipped
        return offsets[skipped:]

    @torch.inference_mode()
    def preview(self, features: Array) -> Array:
        """What the call would return; the state is unchanged."""
        return self._step(features)[0][self._outputs_to_skip :]

    def _step(self, features: Array) -> tuple[Array, State]:
        rows = torch.as_tensor(features, dtype=torch.float32, device=self._device)[None]
        offsets, state = self._net.step(rows, self._face, self._state)
        return np.asarray(offsets[0].cpu().numpy()), state


def predict_content_motion(
    net: ContentBranch, features: SpeechFeatures, face: FaceShape
) -> FaceTrack:
    """The face track of a whole recording at FPS, without head motion.

    The last features are repeated for the look-ahead, so that no frame is lost at the end.
    """
    frames, stride = len(features.voice_activity), net.size.stride
    inputs = frames + net.size.look_ahead
    padding = inputs * stride - len(features.encoder_features)
    padded = np.pad(features.encoder_features, ((0, padding), (0, 0)), mode="edge")
    predictor = ContentPredictor(net, face)
    offsets = [
        predictor(padded[start * stride : (start + PREDICTION_BLOCK) * stride])
        for start in range(0, inputs, PREDICTION_BLOCK)
    ]
    points = face.points + sharpen(np.concatenate(offsets))
    return FaceTrack(points.astype(np.float32), np.zeros((frames, 6), dtype=np.float32))


def predict_speaker_motion(
    net: SpeakerBranch, content: Array, speaker_embedding: Array, frames: int, seed: int
) -> SpeakerMotion[Array]:
    """Motion of a whole recording: pose (frames, 6), residual (frames, 68, 3), mouth_range ().

    Takes content (t, d) at `net.size.stride` frames per motion frame, padded with its last frame,
    and the speaker embedding (256,), zeros for an average speaker. The same seed gives the same
    motion. Besides the result only the noise grows with the recording, by 160 bytes a frame.
    """
    stride = net.size.stride
    noise_rows = noise(seed, 0, frames, net.size.noise_channels)

    def window(start: int, stop: int) -> Array:
        rows = np.arange(start * stride, stop * stride).clip(max=len(content) - 1)
        return predict_window(net, content[rows], speaker_embedding, noise_rows[start:stop])

    normalized = cross_fade_windows(window, frames, Windows())
    return denormalize_motion(net, normalized, style_vector(net, speaker_embedding))


@torch.inference_mode()
def predict_window(
    net: SpeakerBranch, content: Array, speaker_embedding: Array, noise_rows: Array
) -> Array:
    """(t, channels) normalized motion of one window, of about unit variance.

    Takes content (t * stride, d), the speaker embedding (256,) and noise_rows (t, n).
    """
    unit = net.predict_unit_motion(
        _batch(net, content), _batch(net, speaker_embedding), _batch(net, noise_rows)
    )
    return np.asarray(unit.concatenate()[0].cpu().numpy())


@torch.inference_mode()
def style_vector(net: SpeakerBranch, speaker_embedding: Array) -> Array:
    """(n,) the log ranges of motion of the speaker with this embedding (256,)."""
    return np.asarray(net.predict_style(_batch(net, speaker_embedding))[0].cpu().numpy())


@torch.inference_mode()
def denormalize_motion(net: SpeakerBranch, normalized: Array, style: Array) -> SpeakerMotion[Array]:
    """Scale (t, channels) normalized motion to the ranges of a `style_vector`.

    Pose is (t, 6) in degrees and face widths, residual (t, 68, 3) in face widths, mouth_range ().
    """
    scaled = net.denormalize(net.split(_batch(net, normalized)), _batch(net, style))
    parts = (scaled.pose, scaled.residual, scaled.mouth_range)
    return SpeakerMotion(*(part[0].cpu().numpy() for part in parts))


def _batch(net: SpeakerBranch, values: Array) -> torch.Tensor:
    return torch.as_tensor(values, dtype=torch.float32, device=net.pose_limits.device)[None]


def add_speaking_style(
    track: FaceTrack, net: SpeakerBranch, features: SpeechFeatures, face: FaceShape, seed: int
) -> FaceTrack:
    """Add the head motion, brows and lip style of the speaker to the track of a whole recording."""
    motion = predict_speaker_motion(
        net, features.content, features.speaker_embedding, len(track), seed
    )
    activity = features.voice_activity.astype(float)
    head = gaussian_filter1d(activity, HEAD_SMOOTHING * track.fps, mode="nearest")
    return add_speaker_motion(track, motion, face, head)


def add_speaker_motion(
    track: FaceTrack, motion: SpeakerMotion[Array], face: FaceShape, voice_activity: Array
) -> FaceTrack:
    """Add the speaker branch's motion; the head moves less where (t,) `voice_activity` is low."""
    style = motion.residual.copy()
    for part in (JAW, MOUTH):
        style[:, part] *= LIP_STYLE_SHARE
    points = face.points + motion.mouth_range * (track.points - face.points) + style
    pose = motion.pose * (SILENT_HEAD_SHARE + (1 - SILENT_HEAD_SHARE) * voice_activity)[:, None]
    return replace(track, points=points.astype(np.float32), pose=pose.astype(np.float32))
