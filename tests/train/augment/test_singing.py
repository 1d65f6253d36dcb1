"""Sung speech holds its notes; whispered speech has none."""

import numpy as np

from talkinghead.sample_rates import RATE
from talkinghead.speech.f0 import track_f0
from talkinghead.train.augment.singing import STRETCH, sing, whisper
from talkinghead.types import Waveform


def test_sung_speech_is_longer_and_its_pitch_stays_on_notes(voice: Waveform) -> None:
    f0 = track_f0(voice)
    song = sing(voice.samples, f0, np.random.default_rng(1))
    assert STRETCH[0] - 0.1 < song.size / voice.samples.size < STRETCH[1] + 0.1
    sung = track_f0(Waveform(song.astype(np.float32), RATE))
    assert (sung > 0).mean() > 0.2

    def movement(hz: np.ndarray) -> float:
        semitones = 12 * np.log2(hz[hz > 0])
        return float(np.median(np.abs(semitones[10:] - semitones[:-10])))

    assert movement(sung) < movement(f0)


def test_whispered_speech_is_as_long_and_has_no_harmonics(voice: Waveform) -> None:
    whispered = whisper(voice.samples, np.random.default_rng(0)).astype(np.float32)
    assert whispered.size == voice.samples.size

    def periodicity(samples: np.ndarray) -> float:
        """Flatness of the spectrum of the first burst: harmonics stand out of it."""
        power = np.abs(np.fft.rfft(samples[2400:9600] * np.hanning(7200))) ** 2 + 1e-9
        return float(np.exp(np.log(power[45:900]).mean()) / power[45:900].mean())

    assert periodicity(whispered) > 2 * periodicity(voice.samples)
