"""Says what one voice said in another voice: zero-shot conversion (Qian et al. 2019, 2020)."""

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d

from talkinghead import weights
from talkinghead.encoder import HALVING
from talkinghead.errors import AudioError
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.mel import FLOOR, SCALE, centres, log_mel, power_of
from talkinghead.speech.pitch import normalised_pitch, pitch_statistics, track_pitch, transpose
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.vocoder import vocode
from talkinghead.speech.voice_net import VoiceNet
from talkinghead.speech.voice_weights import VOICE, load_voice
from talkinghead.types import Array, Waveform

BLOCK = 3000  # mel frames through the network at a time, 30 seconds
MARGIN = 200  # mel frames it hears on both sides of them; more than it can see
TRUST = 0.3  # of the vocoder in predicted harmonics
BEYOND = 0.5  # how much further from the source's voice than the target's: the decoder falls short
SMOOTH = 5  # mel frames over which loudness is compared: 50 ms
PEAK = 0.99  # amplitude that no sample exceeds


class VoiceConverter:
    """Says any recording in the voice of any other. Built once, called many times.

    >>> converter = VoiceConverter()
    >>> wave = converter(read_audio("source.wav"), read_audio("target.wav"))
    """

    def __init__(self, *, device: str = "cpu", ckpt: Path | None = None):
        """Load the weights in `ckpt` (default: the repository's). Raises WeightsError."""
        self.net = load_voice((ckpt or weights.FOLDER) / VOICE, device)
        self.speaker = SpeakerEncoder(device)

    def __call__(self, source: Waveform, target: Waveform, seed: int = 0) -> Waveform:
        """`source` in the voice of `target`, as long and as loud as `source`, both at RATE.

        Raises AudioError where nobody is heard in `target`.
        """
        model = normalise_loudness(target)
        voice = self.speaker(model)
        hz = track_pitch(model)
        if not voice.any() or not hz.any():
            raise AudioError("nobody is heard there; give a second or more of a speaking voice")
        own = self.speaker(normalise_loudness(source))
        return convert(self.net, source, own, voice, pitch_statistics(hz), seed)


def convert(
    net: VoiceNet,
    wave: Waveform,
    source: Array,
    target: Array,
    register: tuple[float, float],
    seed: int = 0,
) -> Waveform:
    """`wave` from the voice `source` to the voice `target`, both (256,) speaker embeddings.

    `register` is the target's `pitch_statistics`. Every frame keeps its loudness.
    """
    level = normalise_loudness(wave)
    hz = track_pitch(level)
    mel = _converted(net, log_mel(level), normalised_pitch(hz), source, _beyond(source, target))
    mel = _as_loud_as(mel, log_mel(wave))
    sung = transpose(hz, pitch_statistics(hz), register)
    made = vocode(mel, sung, wave.samples.size, seed, TRUST).samples
    peak = float(np.abs(made).max())
    return Waveform(made * np.float32(PEAK / peak) if peak > PEAK else made, wave.rate)


def _beyond(source: Array, target: Array) -> Array:
    """The (256,) embedding past `target` as seen from `source`, of unit norm.

    As guidance goes past a condition (Ho and Salimans 2022, classifier-free guidance).
    """
    further = target + BEYOND * (target - source)
    return np.asarray(further / np.linalg.norm(further), dtype=np.float32)


@torch.inference_mode()
def _converted(net: VoiceNet, mel: Array, pitch: Array, source: Array, target: Array) -> Array:
    """The (t, BANDS) log-mel in another voice, block by block without seams."""
    device = next(net.parameters()).device
    own, other = (torch.from_numpy(each)[None].to(device) for each in (source, target))
    frames = len(mel)
    even = ((0, -frames % HALVING), (0, 0))
    mel, pitch = np.pad(mel, even, mode="edge"), np.pad(pitch, even, mode="edge")
    parts = []
    for first in range(0, frames, BLOCK):
        begin = max(first - MARGIN, 0)
        heard = slice(begin, first + BLOCK + MARGIN)
        x, melody = (torch.from_numpy(each[heard])[None].to(device) for each in (mel, pitch))
        made = net.decode(net.encode(x, own), other, melody)[0]
        parts.append(made[first - begin :][:BLOCK].float().cpu().numpy())
    return np.concatenate(parts)[:frames]


def _as_loud_as(mel: Array, model: Array) -> Array:
    """(t, BANDS) `mel`, each frame moved to the loudness that it has in `model`."""
    moved = uniform_filter1d(_loudness(model) - _loudness(mel), SMOOTH, mode="nearest")
    return np.asarray(mel + moved[:, None], dtype=np.float32)


def _loudness(mel: Array) -> Array:
    """(t,) log-power in units of log-mel; bands count as wide as they are."""
    widths = np.gradient(centres())
    power = np.maximum(power_of(mel), FLOOR) @ (widths / widths.sum())
    return np.asarray(np.log(power) / SCALE)
