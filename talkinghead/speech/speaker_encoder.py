"""Speaker embeddings: resemblyzer's 256-d d-vector (GE2E, Wan et al. 2018)."""

from collections import OrderedDict
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from scipy.fft import rfft

from talkinghead.errors import AudioError, WeightsError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.models.mel import triangular_filters
from talkinghead.models.speaker_embedding import SpeakerEmbeddingNet, SpeakerEmbeddingSize
from talkinghead.networks.wheels import FETCH, network_bytes, network_file
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Array, Waveform

EMBEDDING_SIZE = 256
BLOCK = 60 * RATE  # samples embedded at a time, so that memory stays bounded
MIN_SAMPLES = RATE // 2  # half a second: shorter speech has no reliable embedding
MIN_AMPLITUDE = 1e-4  # audio that never exceeds it is silence
CACHE_SIZE = 64  # embeddings kept in memory

# Resemblyzer's front end.
_WINDOW = 400  # samples, 25 ms
_BANDS = 40
_FRAMES = 160  # of the mel, in a window that is embedded: 1.6 s
_MIN_COVERAGE = 0.75  # share of it that the last window needs to count


class EmbeddingNetwork(Protocol):
    """Resemblyzer's network, or one that replaces it."""

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,), the mean of `rate` windows per second."""
        ...


class SpeakerEncoder:
    """Embeds recordings, with a cache."""

    def __init__(
        self,
        device: str = "cpu",
        *,
        network: EmbeddingNetwork | None = None,
        folder: Path | None = None,
        cache_size: int = CACHE_SIZE,
    ):
        """Keep the last `cache_size` embeddings in memory, and all of them in `folder` if given.

        `network` replaces resemblyzer's, which is otherwise built when first needed.
        """
        self._device, self._network, self._folder = device, network, folder
        self._cache_size, self._cache = cache_size, OrderedDict[str, Array]()

    def __call__(self, wave: Waveform) -> Array:
        """(256,) float32 of unit norm; zeros for silence and for less than half a second.

        Long recordings are embedded minute by minute and averaged, weighted by length. Raises
        AudioError for a waveform that is not at RATE.
        """
        if wave.rate != RATE:
            raise AudioError(
                f"speaker embeddings need audio at {RATE} Hz, got {wave.rate}; resample it first"
            )
        key = samples_hash(wave.samples)
        embedding = self._cache.pop(key, None)
        if embedding is None:
            embedding = self._read(key)
        if embedding is None:
            embedding = self._embed(wave.samples)
            self._write(key, embedding)
        self._cache[key] = embedding  # last in the order: the last to be dropped
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return embedding.copy()

    @property
    def network(self) -> EmbeddingNetwork:
        """Resemblyzer's network, which is loaded at the first cache miss."""
        if self._network is None:
            self._network = ResemblyzerNetwork(self._device)
        return self._network

    def _embed(self, samples: Array) -> Array:
        total = np.zeros(EMBEDDING_SIZE)
        for start in range(0, samples.size, BLOCK):
            block = samples[start : start + BLOCK]
            if block.size >= MIN_SAMPLES and np.abs(block).max() > MIN_AMPLITUDE:
                total += self.network.embed_utterance(block, rate=2) * block.size
        norm = np.linalg.norm(total)
        return (total / norm if norm > 0 else total).astype(np.float32)

    def _read(self, key: str) -> Array | None:
        """The embedding in the folder; None where it is missing or damaged."""
        if self._folder is None:
            return None
        try:
            stored = np.load(self._folder / f"{key}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        valid = stored.shape == (EMBEDDING_SIZE,) and stored.dtype == np.float32
        return stored if valid and np.isfinite(stored).all() else None

    def _write(self, key: str, embedding: Array) -> None:
        if self._folder is not None:
            path = self._folder / f"{key}.npy"
            with atomic_write(path) as temporary, temporary.open("wb") as out:
                np.save(out, embedding)


class ResemblyzerNetwork:
    """Resemblyzer's VoiceEncoder: its weights, with a loader and a front end of our own.

    The package itself imports librosa and numba, which takes as long as everything else before
    the first frame. From the same mel the embeddings are the same, bit for bit.
    """

    def __init__(self, device: str = "cpu"):
        """Load the weights. Raises WeightsError where they are missing or damaged."""
        self._device = device
        path = network_file("speaker")
        network = SpeakerEmbeddingNet(SpeakerEmbeddingSize())
        try:
            stored = torch.load(path, map_location="cpu", weights_only=True)
            state = stored["model_state"]
            network.load_state_dict({name: state[name] for name in network.state_dict()})
        except Exception as error:  # a damaged file may fail anywhere in it
            raise WeightsError(f"{path}: is damaged ({error}); run '{FETCH} --again'") from error
        self._network = network.to(device).eval()

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,) of unit norm, the mean of `rate` windows per second."""
        starts = _window_starts(len(wav), rate)
        end = (starts[-1] + _FRAMES) * HOP
        bands = mel_power_spectrum(np.pad(wav, (0, max(0, end - len(wav)))))
        return self.embed_windows(np.stack([bands[i : i + _FRAMES] for i in starts]))

    def embed_windows(self, mel: Array) -> Array:
        """(n, 160, 40) float32 windows of mel power to (256,), their mean, of unit norm."""
        with torch.inference_mode():
            embeddings = self._network(torch.from_numpy(mel).to(self._device)).cpu().numpy()
        mean = embeddings.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))


def _window_starts(samples: int, rate: float) -> list[int]:
    """The first mel frames of the windows of a recording, `rate` per second."""
    frames = -(-(samples + 1) // HOP)
    step = round(RATE / rate / HOP)
    starts = list(range(0, max(1, frames - _FRAMES + step + 1), step))
    if len(starts) > 1 and samples - starts[-1] * HOP < _MIN_COVERAGE * _FRAMES * HOP:
        del starts[-1]
    return starts


def mel_power_spectrum(samples: Array) -> Array:
    """(n,) samples at RATE to (1 + n // HOP, 40) float32 mel power, as librosa computes it."""
    padded = np.pad(samples, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP]
    hann = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    spectrum = rfft(frames.astype(np.float32) * hann, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(power @ _slaney_filterbank().T, dtype=np.float32)


@cache
def _slaney_filterbank() -> Array:
    """(40, 201) triangular filters of equal area on Slaney's mel scale (Auditory Toolbox, 1998).

    The scale is linear up to 1000 Hz, 15 steps, then has 27 steps per factor of 6.4.
    """
    steps = np.linspace(0, 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4), _BANDS + 2)
    linear = steps * 1000 / 15
    edges = np.where(steps < 15, linear, 1000 * 6.4 ** ((steps - 15) / 27))
    filters = triangular_filters(edges, _WINDOW // 2 + 1)
    filters = filters * (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(filters, dtype=np.float32)


@cache
def encoder_identity() -> dict[str, str]:
    """Name and SHA-256 of the weights: embeddings of other weights are not comparable.

    The checksum is that of the file in the package resemblyzer. Raises WeightsError.
    """
    checksum = sha256(network_bytes("speaker")).hexdigest()
    return {"name": "resemblyzer 0.1.4", "sha256": checksum}


def samples_hash(samples: Array) -> str:
    """A hash of a waveform's float32 samples."""
    contiguous = np.ascontiguousarray(samples, dtype=np.float32)
    return blake2b(contiguous.data, digest_size=16).hexdigest()
