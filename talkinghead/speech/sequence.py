"""Speech as a sequence of video frames: the content encoder, and windows to feed it with.

The interface is that of Speech-Driven Animation (Vougioukas et al. 2019), for whoever wants
features of speech without a face.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from talkinghead import weights
from talkinghead.clock import FPS, MEL_FPS, RATE
from talkinghead.errors import AudioError
from talkinghead.speech.content_encoder import ContentEncoder, LogMel, VoiceContent
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_weights import VOICE, load_voice
from talkinghead.types import Array, Waveform

REACH = 0.08  # seconds around a video frame that a window shows, where no encoder asks for more


def get_audio_feature_extractor(
    encoder: ContentEncoder | None = None, *, ckpt: Path | None = None, device: str = "cpu"
) -> tuple["FeatureExtractor", dict[str, Any]]:
    """The content encoder as a feature extractor, and how to feed it.

    `encoder` is by default the voice network in the folder `ckpt` (by default the
    repository's), or the log-mel where no such weights are in the repository. The dictionary
    holds `rate` (Hz), `feature length` and `overlap` (seconds; what `cut_audio_sequence`
    takes), `channels`, `fps` (video frames a second) and `encoder` (the class of it). Raises
    WeightsError where `ckpt` is named and holds none.
    """
    chosen = encoder or _trained(ckpt, device)
    reach = max(REACH, chosen.look_ahead / MEL_FPS)
    length = 1 / FPS + 2 * reach
    info = {
        "rate": RATE,
        "feature length": length,
        "overlap": length - 1 / FPS,
        "channels": chosen.channels,
        "fps": FPS,
        "encoder": type(chosen).__name__,
    }
    return FeatureExtractor(chosen), info


def _trained(ckpt: Path | None, device: str) -> ContentEncoder:
    path = (ckpt or weights.FOLDER) / VOICE
    if ckpt is None and not path.exists():
        return LogMel()
    return VoiceContent(load_voice(path, device), SpeakerEncoder(device))


def cut_audio_sequence(
    seq: Array | Waveform, feature_length: float, overlap: float, rate: int
) -> Array:
    """Cut sound into overlapping windows, one a video frame: (t, feature_length * rate) float32.

    Lengths are in seconds, `rate` in Hz. A video frame lasts `feature_length - overlap`; its
    window shows it in the middle. Silence is put before and behind, so that a sound that
    lasts t frames gives t windows; a frame begun counts. Raises AudioError for an overlap
    that is negative or not shorter than the window, and for anything but (n,) samples.
    """
    samples = np.asarray(seq.samples if isinstance(seq, Waveform) else seq, dtype=np.float32)
    if samples.ndim != 1 or not samples.size:
        raise AudioError(f"sound to cut must have shape (n,), got {samples.shape}")
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
    """Content features, at the encoder's own pace or one for each video frame."""

    def __init__(self, encoder: ContentEncoder):
        self.encoder = encoder

    @property
    def channels(self) -> int:
        """Numbers in one feature."""
        return self.encoder.channels

    def __call__(self, sound: Waveform | Array, lengths: Sequence[int] | None = None) -> Array:
        """Content features, float32.

        A Waveform gives (t, channels) at the encoder's own rate. Windows from
        `cut_audio_sequence`, (t, samples), that follow each other give (t, channels), one
        feature for each video frame. A batch of them, (b, t, samples), of which only the
        first `lengths` of each are used, gives (b, t, channels), zeros behind the end.
        """
        if isinstance(sound, Waveform):
            return self.encoder(sound)
        windows = np.asarray(sound, dtype=np.float32)
        if windows.ndim == 2:
            return self._of_frames(windows)
        if windows.ndim != 3:
            raise AudioError(
                f"windows must have shape (t, samples) or (b, t, samples), got {windows.shape}"
            )
        out = np.zeros((*windows.shape[:2], self.channels), dtype=np.float32)
        used = [windows.shape[1]] * len(windows) if lengths is None else lengths
        for row, part, length in zip(out, windows, used, strict=True):
            row[:length] = self._of_frames(part[:length])
        return out

    def _of_frames(self, windows: Array) -> Array:
        """Put the sound together again and hear it as a whole: windows overlap, work need not."""
        step, width = RATE // FPS, windows.shape[1]
        if width < step:
            raise AudioError(f"windows must show a video frame, {step} samples; got {width}")
        before = (width - step) // 2
        middle = windows[:, before : before + step].reshape(-1)
        # Whole frames before the first one, so that features and video frames stay in step.
        lead = before // step * step
        first, last = windows[0, before - lead : before], windows[-1, before + step :]
        content = self.encoder(Waveform(np.concatenate([first, middle, last]), RATE))
        each = self.encoder.fps // FPS
        at = lead // step * each
        content = content[at : at + len(windows) * each]
        short = len(windows) * each - len(content)
        content = np.pad(content, ((0, short), (0, 0)), mode="edge")
        return content.reshape(len(windows), each, -1).mean(axis=1).astype(np.float32)
