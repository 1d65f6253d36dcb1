"""Speech features per video frame, with the interface of Speech-Driven Animation.

`get_audio_feature_extractor` and `cut_audio_sequence` are as in SDA (Vougioukas et al. 2019), for
uses of speech features without a face.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from talkinghead.errors import AudioError
from talkinghead.models import checkpoint
from talkinghead.sample_rates import FPS, MEL_FPS, RATE
from talkinghead.speech.content_encoder import (
    CONTENT_VOICE_FILE,
    ContentEncoder,
    ContentVoiceEncoder,
    LogMelEncoder,
    load_content_voice,
)
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.types import Array, Waveform

MIN_CONTEXT = 0.08  # seconds either side of a video frame in a window, unless the encoder has more


def get_audio_feature_extractor(
    encoder: ContentEncoder | None = None, *, ckpt: Path | None = None, device: str = "cpu"
) -> tuple["FeatureExtractor", dict[str, Any]]:
    """The content encoder as a feature extractor, and how to feed it.

    `encoder` is by default the content-voice model in the folder `ckpt` (default: the
    repository's), or the log-mel where the repository has no such weights. The dictionary holds
    `rate` (Hz), `feature length` and `overlap` (seconds, for `cut_audio_sequence`), `channels`,
    `fps` (video frames per second) and `encoder` (its class). Raises WeightsError where `ckpt` is
    given and holds no weights.
    """
    chosen = encoder or _default_encoder(ckpt, device)
    context = max(MIN_CONTEXT, chosen.look_ahead / MEL_FPS)
    length = 1 / FPS + 2 * context
    info = {
        "rate": RATE,
        "feature length": length,
        "overlap": length - 1 / FPS,
        "channels": chosen.channels,
        "fps": FPS,
        "encoder": type(chosen).__name__,
    }
    return FeatureExtractor(chosen), info


def _default_encoder(ckpt: Path | None, device: str) -> ContentEncoder:
    path = (ckpt or checkpoint.FOLDER) / CONTENT_VOICE_FILE
    if ckpt is None and not path.exists():
        return LogMelEncoder()
    return ContentVoiceEncoder(load_content_voice(path, device), SpeakerEncoder(device))


def cut_audio_sequence(
    seq: Array | Waveform, feature_length: float, overlap: float, rate: int
) -> Array:
    """Cut audio into overlapping windows, one per video frame: (t, feature_length * rate) float32.

    Lengths are in seconds, `rate` in Hz. A video frame lasts `feature_length - overlap` and lies
    in the middle of its window. The audio is padded with silence, so that audio of t frames gives
    t windows; a partial last frame counts. Raises AudioError for an overlap that is negative or
    not shorter than the window, and for anything but (n,) samples.
    """
    samples = np.asarray(seq.samples if isinstance(seq, Waveform) else seq, dtype=np.float32)
    if samples.ndim != 1 or not samples.size:
        raise AudioError(f"audio to cut must have shape (n,), got {samples.shape}")
    width, step = round(feature_length * rate), round((feature_length - overlap) * rate)
    if overlap < 0 or step < 1:
        raise AudioError(
            f"windows of {feature_length:g} s must overlap by 0 s or more, and less than "
            f"their length; got {overlap:g} s"
        )
    count = -(-samples.size // step)
    before = (width - step) // 2
    padded = np.pad(samples, (before, (count - 1) * step + width - before - samples.size))
    return np.lib.stride_tricks.sliding_window_view(padded, width)[::step].copy()


class FeatureExtractor:
    """Content features at the encoder's own rate, or one per video frame."""

    def __init__(self, encoder: ContentEncoder):
        self.encoder = encoder

    @property
    def channels(self) -> int:
        """Channels of a feature."""
        return self.encoder.channels

    def __call__(self, audio: Waveform | Array, lengths: Sequence[int] | None = None) -> Array:
        """Content features, float32.

        A Waveform gives (t, channels) at the encoder's own rate. Consecutive windows from
        `cut_audio_sequence`, (t, samples), give (t, channels), one feature per video frame. A
        batch of them, (b, t, samples), of which only the first `lengths` of each are used, gives
        (b, t, channels), zero-padded.
        """
        if isinstance(audio, Waveform):
            return self.encoder(audio)
        windows = np.asarray(audio, dtype=np.float32)
        if windows.ndim == 2:
            return self._features_per_frame(windows)
        if windows.ndim != 3:
            raise AudioError(
                f"windows must have shape (t, samples) or (b, t, samples), got {windows.shape}"
            )
        out = np.zeros((*windows.shape[:2], self.channels), dtype=np.float32)
        used = [windows.shape[1]] * len(windows) if lengths is None else lengths
        for row, part, length in zip(out, windows, used, strict=True):
            row[:length] = self._features_per_frame(part[:length])
        return out

    def _features_per_frame(self, windows: Array) -> Array:
        """Reassemble the audio and encode it once, rather than every overlapping window."""
        step, width = RATE // FPS, windows.shape[1]
        if width < step:
            raise AudioError(f"windows must show a video frame, {step} samples; got {width}")
        before = (width - step) // 2
        middle = windows[:, before : before + step].reshape(-1)
        # Whole frames before the first one, so that features and video frames stay aligned.
        lead = before // step * step
        first, last = windows[0, before - lead : before], windows[-1, before + step :]
        content = self.encoder(Waveform(np.concatenate([first, middle, last]), RATE))
        per_frame = self.encoder.fps // FPS
        at = lead // step * per_frame
        content = content[at : at + len(windows) * per_frame]
        missing = len(windows) * per_frame - len(content)
        content = np.pad(content, ((0, missing), (0, 0)), mode="edge")
        return content.reshape(len(windows), per_frame, -1).mean(axis=1).astype(np.float32)
