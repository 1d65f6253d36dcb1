"""Voice activity detection: where the sound is loud enough, and where it is a voice.

The level of the speech band, against noise floor and loud parts, gives the moments. A network
(`models.voice_detector`) says whether what is loud is a voice, for music moves no lips.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_opening, maximum_filter1d, uniform_filter1d

from talkinghead.media.loudness import loud_level, normalise_loudness
from talkinghead.models import checkpoint
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import FFT_SIZE, check_sample_rate, log_mel_from_power, power_chunks
from talkinghead.models.voice_detector import VoiceDetector, VoiceDetectorSize
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, MEL_FPS, RATE, STRIDE, motion_frames
from talkinghead.types import Array, Waveform

VOICE_DETECTOR_FILE = "vad.safetensors"
SPEECH_BAND = (150.0, 5000.0)  # Hz: rumble and hiss lie outside
DYNAMIC_RANGE = 28.0  # dB below the speech level at which speech ends, however low the noise
MIN_LEVEL = -65.0  # dB: a recording that never exceeds this is silent throughout
LEAD_IN, HANGOVER = 30, 15  # mel frames around speech in which lips move: they open before it
SILENCE_RANGE = 25.0  # dB below the total level at which a frame is silent, whatever the noise
VOICE_SURE, VOICE_POSSIBLE = 0.85, 0.3  # mean probability that begins a voice, and that keeps one
# In a recording of one word no mean over VOICE_MEAN frames is sure: they reach into silence.
SHORT_FRAMES, SHORT_SURE = 50, 0.5  # motion frames (2 s), and VOICE_SURE of a recording that short
VOICE_REACH = 20  # motion frames from where a voice is sure within which it may be doubtful
VOICE_MEAN = 9  # motion frames over which the probability of a voice is averaged
VOICE_LEAD, VOICE_HANGOVER = 8, 8  # motion frames around a voice that belong to it
MIN_SILENCE = 8  # motion frames of silence (0.3 s) from which neither lead-in nor hangover counts


@dataclass(frozen=True)
class LevelStatistics:
    """Levels, in dB, for separating speech from silence."""

    speech_level: float  # of the loud parts of the speech band
    noise_floor: float  # 10th percentile of the speech band
    total_level: float  # of the loud parts of the whole signal


def load_voice_detector(folder: Path | None = None, device: str = "cpu") -> VoiceDetector | None:
    """The voice detector in `folder` (default: the shipped one); None if it has none.

    Raises WeightsError for damaged weights.
    """
    path = (folder or checkpoint.FOLDER) / VOICE_DETECTOR_FILE
    if not path.exists():
        return None
    return checkpoint.build(VoiceDetector, VoiceDetectorSize, path, device)


def voice_activity(
    wave: Waveform, band_level: Array | None = None, voice: Array | None = None
) -> Array:
    """(frames,) float32 in [0, 1] at FPS: 0 in silence, 1 in speech, between them at its edges.

    The threshold lies between the recording's noise floor and its speech level, at most
    DYNAMIC_RANGE below the latter. Speech is extended by LEAD_IN and HANGOVER, but not into
    MIN_SILENCE of clear silence. `band_level` is `speech_band_level` of the wave, if known.
    `voice` is what `voice_detector.detect_voice` returned; without it every sound is a voice.
    """
    if band_level is None:
        band_level = speech_band_level(wave.samples)
    level, energy = smooth_level(band_level), frame_energy(wave.samples)
    activity = activity_from_levels(level, energy, level_statistics(level, energy))
    if voice is None:
        return activity
    sure = SHORT_SURE if len(activity) <= SHORT_FRAMES else VOICE_SURE
    return activity * voice_gate(voice, len(activity), sure)


def voice_gate(probability: Array, frames: int, sure: float = VOICE_SURE) -> Array:
    """(frames,) float32 at FPS, 1 in and around a voice and 0 elsewhere.

    `probability` is (u,) of `voice_detector`, of any stretch of a recording. A voice begins where
    its mean exceeds `sure`; within VOICE_REACH of that VOICE_POSSIBLE suffices, so that no
    syllable of a voice is lost and no note of an instrument is a voice.
    """
    each = STRIDE // SUBSAMPLING
    padded = np.pad(probability, (0, max(0, frames * each - len(probability))), mode="edge")
    mean = padded[: frames * each].reshape(frames, each).mean(axis=1)
    mean = uniform_filter1d(mean, VOICE_MEAN, mode="nearest")
    near = maximum_filter1d(mean > sure, 2 * VOICE_REACH + 1, mode="nearest")
    shift = (VOICE_LEAD - VOICE_HANGOVER) // 2
    kept = maximum_filter1d(
        near & (mean > VOICE_POSSIBLE), VOICE_LEAD + VOICE_HANGOVER + 1, origin=-shift
    )
    return np.asarray(kept, dtype=np.float32)


def holds_speech(wave: Waveform) -> bool:
    """Whether somebody speaks in a recording."""
    return bool(voice_activity(normalise_loudness(wave)).any())


def activity_from_levels(level: Array, energy: Array, statistics: LevelStatistics) -> Array:
    """`voice_activity` from (t,) smoothed band levels at MEL_FPS and (frames,) energies at FPS.

    `statistics` are of the whole recording, of which these may be a part.
    """
    frames = len(energy)
    loud, floor = statistics.speech_level, statistics.noise_floor
    if loud < MIN_LEVEL:
        return np.zeros(frames, dtype=np.float32)
    threshold = (
        max(floor + 0.25 * (loud - floor), loud - DYNAMIC_RANGE) if loud - floor > 12 else -np.inf
    )
    threshold = max(threshold, MIN_LEVEL)
    soft = np.clip((level - threshold) / 6.0 + 0.5, 0, 1)
    shift = (LEAD_IN - HANGOVER) // 2
    soft = maximum_filter1d(soft, LEAD_IN + HANGOVER + 1, mode="nearest", origin=-shift)
    soft = uniform_filter1d(soft, MEL_FPS // 12, mode="nearest")
    padded = np.pad(soft, (0, frames * STRIDE - len(soft)), mode="edge")
    active = padded.reshape(frames, STRIDE).mean(axis=1)
    silent = energy < statistics.total_level - SILENCE_RANGE
    active[np.asarray(binary_opening(silent, np.ones(MIN_SILENCE)))] = 0
    return np.asarray(active, dtype=np.float32)


def level_statistics(level: Array, energy: Array) -> LevelStatistics:
    """Of (t,) smoothed band levels at MEL_FPS and (frames,) energies at FPS, both in dB."""
    floor = float(np.percentile(level, 10))
    return LevelStatistics(loud_level(level, MEL_FPS), floor, loud_level(energy, FPS))


def speech_band_level(samples: Array) -> Array:
    """(t,) level of the speech band in dB at MEL_FPS, t = ceil(n / HOP)."""
    return _level_of(np.concatenate([_band_power(power) for power in power_chunks(samples)]))


def log_mel_and_band_level(wave: Waveform) -> tuple[Array, Array]:
    """`mel.log_mel` (t, MEL_BANDS) and `speech_band_level` (t,) from one spectrum.

    Raises AudioError for a waveform that is not at RATE.
    """
    check_sample_rate(wave)
    chunks = [(log_mel_from_power(p), _band_power(p)) for p in power_chunks(wave.samples)]
    mel, power = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    return mel, _level_of(power)


def _band_power(power: Array) -> Array:
    bins = np.linspace(0, RATE / 2, FFT_SIZE // 2 + 1)
    inside = (bins >= SPEECH_BAND[0]) & (bins <= SPEECH_BAND[1])
    return np.asarray(power[:, inside].mean(axis=1))


def _level_of(power: Array) -> Array:
    return np.asarray(10 * np.log10(power + 1e-12))


def smooth_level(level: Array) -> Array:
    """Levels at MEL_FPS, averaged over 30 ms."""
    return np.asarray(uniform_filter1d(level, 3, mode="nearest"))


def frame_energy(samples: Array) -> Array:
    """(frames,) energy of each motion frame in dB; a partial last frame counts as silence."""
    count = len(samples) // FRAME_SAMPLES
    complete_frames = samples[: count * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.einsum("tn,tn->t", complete_frames, complete_frames, dtype=np.float64)
    power /= FRAME_SAMPLES
    missing = motion_frames(len(samples)) - len(power)
    return _level_of(np.pad(power, (0, missing)))
