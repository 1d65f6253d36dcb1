"""Who speaks: resemblyzer's 256-d speaker embedding (Wan et al. 2018, GE2E)."""

from collections import OrderedDict
from functools import cache
from hashlib import blake2b, sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np

from talkinghead.clock import RATE
from talkinghead.errors import AudioError, WeightsError
from talkinghead.media.files import replacing
from talkinghead.speech.voiceprint import Voiceprint
from talkinghead.types import Array, Waveform

SIZE = 256
BLOCK = 60 * RATE  # samples embedded at a time, so that memory stays bounded
SHORTEST = RATE // 2  # half a second: under that there is no voice to tell apart
FAINTEST = 1e-4  # amplitude; what never rises above is silence
KEPT = 64  # sounds whose embedding is remembered


class Embedder(Protocol):
    """What resemblyzer's VoiceEncoder does here."""

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        """(n,) samples at RATE to (256,), `rate` windows a second averaged."""
        ...


class SpeakerEncoder:
    """Built once; the weights come inside the resemblyzer package."""

    def __init__(
        self,
        device: str = "cpu",
        *,
        network: Embedder | None = None,
        folder: Path | None = None,
        kept: int = KEPT,
    ):
        """The last `kept` embeddings are remembered by what was heard, and all in `folder`.

        `network` replaces resemblyzer's, which is otherwise built when first needed.
        """
        self._device, self._network, self._folder = device, network, folder
        self._kept, self._known = kept, OrderedDict[str, Array]()

    def __call__(self, wave: Waveform) -> Array:
        """(256,) float32 of unit norm; zeros where the sound is silent or under half a second.

        Minutes are embedded one by one and averaged by their length. Raises AudioError for
        sound that is not at RATE.
        """
        if wave.rate != RATE:
            raise AudioError(f"a voice is told at {RATE} Hz, got {wave.rate}; resample it first")
        key = content_key(wave.samples)
        voice = self._known.pop(key, None)
        if voice is None:
            voice = self._stored(key)
        if voice is None:
            voice = self._embed(wave.samples)
            self._store(key, voice)
        self._known[key] = voice  # the last one heard is the last one forgotten
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        return voice.copy()

    @property
    def network(self) -> Embedder:
        """Resemblyzer's network: takes a second to load, so not before something is new."""
        if self._network is None:
            self._network = Voiceprint(self._device)
        return self._network

    def _embed(self, samples: Array) -> Array:
        total = np.zeros(SIZE)
        for start in range(0, samples.size, BLOCK):
            block = samples[start : start + BLOCK]
            if block.size >= SHORTEST and np.abs(block).max() > FAINTEST:
                total += self.network.embed_utterance(block, rate=2) * block.size
        norm = np.linalg.norm(total)
        return (total / norm if norm > 0 else total).astype(np.float32)

    def _stored(self, key: str) -> Array | None:
        """What an earlier run left in the folder; None where that is nothing or damaged."""
        if self._folder is None:
            return None
        try:
            voice = np.load(self._folder / f"{key}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        whole = voice.shape == (SIZE,) and voice.dtype == np.float32 and np.isfinite(voice).all()
        return voice if whole else None

    def _store(self, key: str, voice: Array) -> None:
        if self._folder is not None:
            with replacing(self._folder / f"{key}.npy") as temporary, temporary.open("wb") as out:
                np.save(out, voice)


@cache
def identity() -> dict[str, str]:
    """Name and SHA-256 of the weights that voices are heard with: embeddings are theirs alone."""
    spec = find_spec("resemblyzer")
    if spec is None or spec.origin is None:
        raise WeightsError("the package resemblyzer is missing; install it")
    path = Path(spec.origin).parent / "pretrained.pt"
    try:
        checksum = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); reinstall it") from error
    return {"name": f"resemblyzer {version('resemblyzer')}", "sha256": checksum}


def content_key(samples: Array) -> str:
    """A name for a sound that only the same samples have."""
    heard = np.ascontiguousarray(samples, dtype=np.float32)
    return blake2b(heard.data, digest_size=16).hexdigest()
