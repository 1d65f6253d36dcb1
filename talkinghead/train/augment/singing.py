"""Turns speech into song and into whisper: vocoded with another pitch contour."""

import numpy as np

from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import HOP, MEL_FPS, RATE
from talkinghead.speech.vocoder import vocode
from talkinghead.types import Array, Waveform

SCALE = np.array([0, 2, 4, 5, 7, 9, 11])  # semitones of the notes
NOTE_SECONDS = (0.25, 1.2)
STRETCH = (1.0, 2.2)  # how much longer song holds its sounds
VIBRATO = (0.0, 0.6)  # semitones
VIBRATO_HZ = (4.5, 6.5)


def sing(samples: Array, f0: Array, rng: np.random.Generator) -> Array:
    """(n,) speech at RATE with (t,) F0 at MEL_FPS to (m,) song: held longer, on the notes of a key.

    Each note is the one that is nearest to the pitch of the speech plus a random leap.
    """
    mel = log_mel(Waveform(samples, RATE))
    frames = int(len(mel) * rng.uniform(*STRETCH))
    source = np.linspace(0, len(mel) - 1, frames)
    before = source.astype(int)
    share = (source - before)[:, None]
    after = np.minimum(before + 1, len(mel) - 1)
    stretched = (mel[before] * (1 - share) + mel[after] * share).astype(np.float32)
    voiced = f0[f0 > 0]
    centre = 12 * np.log2(np.median(voiced) / 440) if voiced.size else -12.0
    root, pitch, at = rng.uniform(0, 12), np.zeros(frames), 0
    while at < frames:
        length = int(rng.uniform(*NOTE_SECONDS) * MEL_FPS)
        wanted = centre + rng.uniform(-3, 9) - root
        step = SCALE[np.abs(SCALE - wanted % 12).argmin()]
        pitch[at : at + length] = root + 12 * np.floor(wanted / 12) + step
        at += length
    glide = np.hanning(13)[1:-1] / np.hanning(13).sum()
    pitch = np.convolve(np.pad(pitch, 5, mode="edge"), glide, mode="valid")
    times = np.arange(frames) / MEL_FPS
    pitch += rng.uniform(*VIBRATO) * np.sin(2 * np.pi * rng.uniform(*VIBRATO_HZ) * times)
    hz = 440 * 2 ** (pitch / 12) * (f0[np.minimum(before, len(f0) - 1)] > 0)
    return _limited(vocode(stretched, hz.astype(np.float32), seed=int(rng.integers(1 << 30))))


def whisper(samples: Array, rng: np.random.Generator) -> Array:
    """(n,) speech at RATE as a whisper: no frame is voiced, and low frequencies are weaker."""
    mel = log_mel(Waveform(samples, RATE))
    tilt = np.linspace(rng.uniform(-0.8, -0.3), 0, mel.shape[1], dtype=np.float32)
    out = vocode(mel + tilt, np.zeros(len(mel), np.float32), seed=int(rng.integers(1 << 30)))
    return _limited(out)[: samples.size // HOP * HOP]


def _limited(wave: Waveform) -> Array:
    return wave.samples / max(1.0, float(np.abs(wave.samples).max()))
