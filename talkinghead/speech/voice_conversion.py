"""Zero-shot voice conversion (AutoVC, Qian et al. 2019, 2020): any recording in any voice."""

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d

from talkinghead.errors import AudioError
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import LOG_SCALE, POWER_FLOOR, band_centres, log_mel, mel_power
from talkinghead.speech.content_encoder import CONTENT_VOICE_FILE, load_content_voice
from talkinghead.speech.f0 import convert_f0, f0_statistics, normalise_f0, track_f0
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.vocoder import vocode
from talkinghead.types import Array, Waveform

CHUNK = 3000  # mel frames per forward pass, 30 seconds
CONTEXT = 200  # mel frames on either side of a chunk; more than the receptive field
VOCODER_TRUST = 0.3  # of the vocoder in the predicted log-mel's harmonics
EXTRAPOLATION = 0.5  # beyond the target embedding: the decoder stays close to the source
LOUDNESS_WINDOW = 5  # mel frames over which loudness is matched, 50 ms
PEAK = 0.99  # amplitude that no sample exceeds


class VoiceConverter:
    """Converts any recording to any voice. Built once, called many times.

    >>> converter = VoiceConverter()
    >>> wave = converter(read_audio("source.wav"), read_audio("target.wav"))
    """

    def __init__(self, *, device: str = "cpu", ckpt: Path | None = None):
        """Load the weights in `ckpt` (default: the repository's). Raises WeightsError."""
        path = (ckpt or checkpoint.FOLDER) / CONTENT_VOICE_FILE
        self.net = load_content_voice(path, device)
        self.speaker_encoder = SpeakerEncoder(device)

    def __call__(self, source: Waveform, target: Waveform, seed: int = 0) -> Waveform:
        """`source` in the voice of `target`, both at RATE; length and loudness are the source's.

        Raises AudioError where `target` contains no voice.
        """
        target_level = normalise_loudness(target)
        target_speaker = self.speaker_encoder(target_level)
        hz = track_f0(target_level)
        if not target_speaker.any() or not hz.any():
            raise AudioError("contains no voice; give a second of speech or more")
        source_speaker = self.speaker_encoder(normalise_loudness(source))
        return convert_voice(
            self.net, source, source_speaker, target_speaker, f0_statistics(hz), seed
        )


def convert_voice(
    net: ContentVoiceModel,
    wave: Waveform,
    source: Array,
    target: Array,
    target_f0: tuple[float, float],
    seed: int = 0,
) -> Waveform:
    """`wave` from speaker `source` to speaker `target`, both (256,) embeddings.

    `target_f0` is the target's `f0_statistics`. Every frame keeps its loudness.
    """
    level = normalise_loudness(wave)
    hz = track_f0(level)
    speakers = source, _extrapolate(source, target)
    mel = _convert_mel(net, log_mel(level), normalise_f0(hz), *speakers)
    mel = _match_loudness(mel, log_mel(wave))
    converted_f0 = convert_f0(hz, f0_statistics(hz), target_f0)
    samples = vocode(mel, converted_f0, wave.samples.size, seed, VOCODER_TRUST).samples
    peak = float(np.abs(samples).max())
    return Waveform(samples * np.float32(PEAK / peak) if peak > PEAK else samples, wave.rate)


def _extrapolate(source: Array, target: Array) -> Array:
    """The (256,) embedding of unit norm beyond `target`, seen from `source`.

    As classifier-free guidance goes beyond a condition (Ho and Salimans 2022).
    """
    beyond = target + EXTRAPOLATION * (target - source)
    return np.asarray(beyond / np.linalg.norm(beyond), dtype=np.float32)


@torch.inference_mode()
def _convert_mel(
    net: ContentVoiceModel, mel: Array, f0: Array, source: Array, target: Array
) -> Array:
    """The (t, MEL_BANDS) log-mel in the target voice, in overlapping chunks without seams."""
    device = next(net.parameters()).device
    source_batch, target_batch = (torch.from_numpy(e)[None].to(device) for e in (source, target))
    frames = len(mel)
    even = ((0, -frames % SUBSAMPLING), (0, 0))
    mel, f0 = np.pad(mel, even, mode="edge"), np.pad(f0, even, mode="edge")
    parts = []
    for first in range(0, frames, CHUNK):
        begin = max(first - CONTEXT, 0)
        chunk = slice(begin, first + CHUNK + CONTEXT)
        mel_chunk, f0_chunk = (torch.from_numpy(x[chunk])[None].to(device) for x in (mel, f0))
        code = net.encode_content(mel_chunk, source_batch)
        decoded = net.decode(code, target_batch, f0_chunk)[0]
        parts.append(decoded[first - begin :][:CHUNK].float().cpu().numpy())
    return np.concatenate(parts)[:frames]


def _match_loudness(mel: Array, reference: Array) -> Array:
    """(t, MEL_BANDS) `mel`, each frame at the loudness of the same frame of `reference`."""
    difference = _log_power(reference) - _log_power(mel)
    shift = uniform_filter1d(difference, LOUDNESS_WINDOW, mode="nearest")
    return np.asarray(mel + shift[:, None], dtype=np.float32)


def _log_power(mel: Array) -> Array:
    """(t,) log-power in units of the log-mel; bands are weighted by their width in Hz."""
    widths = np.gradient(band_centres())
    power = np.maximum(mel_power(mel), POWER_FLOOR) @ (widths / widths.sum())
    return np.asarray(np.log(power) / LOG_SCALE)
