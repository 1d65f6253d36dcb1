"""Speaker embeddings: resemblyzer's 256-d d-vector (GE2E, Wan et al. 2018)."""

import warnings
from collections import OrderedDict
from functools import cache
from hashlib import blake2b, sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from scipy.fft import rfft

from talkinghead.errors import AudioError, WeightsError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.models.mel import triangular_filters
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
_MIN_COVERAGE = 0.75  # share of its 1.6 s that the last window needs to count


class EmbeddingNetwork(Protocol):
    """The part of resemblyzer's VoiceEncoder that is used here."""

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,), the mean of `rate` windows per second."""
        ...


class SpeakerEncoder:
    """Embeds recordings, with a cache; the weights come with the resemblyzer package."""

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
        """Resemblyzer's network. Loading it takes a second, so it waits for a cache miss."""
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
    """Resemblyzer's VoiceEncoder, to within rounding, with a front end of our own.

    Resemblyzer's own front end imports librosa for one transform, which takes as long as
    everything else before the first frame.
    """

    def __init__(self, device: str = "cpu"):
        """Load the weights, which come with the package."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # webrtcvad imports pkg_resources
            from resemblyzer import VoiceEncoder

            self._network = VoiceEncoder(device, verbose=False)

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,) of unit norm, the mean of `rate` windows per second."""
        waves, mels = self._network.compute_partial_slices(len(wav), rate, _MIN_COVERAGE)
        bands = mel_power_spectrum(np.pad(wav, (0, max(0, waves[-1].stop - len(wav)))))
        windows = torch.from_numpy(np.stack([bands[part] for part in mels]))
        with torch.inference_mode():
            embeddings = self._network(windows.to(self._network.device)).cpu().numpy()
        mean = embeddings.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))


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
    """Name and SHA-256 of the weights: embeddings of other weights are not comparable."""
    spec = find_spec("resemblyzer")
    if spec is None or spec.origin is None:
        raise WeightsError("the package resemblyzer is missing; install it")
    path = Path(spec.origin).parent / "pretrained.pt"
    try:
        checksum = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); reinstall it") from error
    return {"name": f"resemblyzer {version('resemblyzer')}", "sha256": checksum}


def samples_hash(samples: Array) -> str:
    """A hash of a waveform's float32 samples."""
    contiguous = np.ascontiguousarray(samples, dtype=np.float32)
    return blake2b(contiguous.data, digest_size=16).hexdigest()
