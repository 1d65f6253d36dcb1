"""Resemblyzer's network behind a front end of our own.

The one that comes with it imports librosa for a single transform, which takes as many seconds
as everything else before the first frame.
"""

import warnings
from functools import cache

import numpy as np
import torch
from scipy.fft import rfft

from talkinghead.clock import HOP, RATE
from talkinghead.speech.mel import triangles
from talkinghead.types import Array

_WINDOW = 400  # samples, 25 ms
_BANDS = 40
_WHOLE = 0.75  # share of its 1.6 s that the last stretch needs to count


class Voiceprint:
    """What resemblyzer's VoiceEncoder does, to within rounding."""

    def __init__(self, device: str = "cpu"):
        """Load the weights, which come inside the package."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # webrtcvad reaches for pkg_resources
            from resemblyzer import VoiceEncoder

            self._network = VoiceEncoder(device, verbose=False)

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,) of unit norm, `rate` stretches a second averaged."""
        waves, mels = self._network.compute_partial_slices(len(wav), rate, _WHOLE)
        bands = mel_of(np.pad(wav, (0, max(0, waves[-1].stop - len(wav)))))
        stretches = torch.from_numpy(np.stack([bands[part] for part in mels]))
        with torch.inference_mode():
            voices = self._network(stretches.to(self._network.device)).cpu().numpy()
        mean = voices.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))


def mel_of(samples: Array) -> Array:
    """(n,) samples at RATE to (1 + n // HOP, 40) float32 power in mel bands, as librosa has it."""
    padded = np.pad(samples, _WINDOW // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP]
    hann = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    spectrum = rfft(pieces.astype(np.float32) * hann, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(power @ _filterbank().T, dtype=np.float32)


@cache
def _filterbank() -> Array:
    """(40, 201) triangles of equal area on Slaney's scale (Auditory Toolbox, 1998).

    It is straight up to 1000 Hz, 15 steps, and then has 27 steps to each factor of 6.4.
    """
    steps = np.linspace(0, 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4), _BANDS + 2)
    straight = steps * 1000 / 15
    edges = np.where(steps < 15, straight, 1000 * 6.4 ** ((steps - 15) / 27))
    filters = triangles(edges, _WINDOW // 2 + 1) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(filters, dtype=np.float32)
