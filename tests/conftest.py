"""What every test may ask for: chance, a voice, a portrait, weights that move the lips."""

import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from talkinghead import weights
from talkinghead.clock import RATE
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.media.audio import write_wav
from talkinghead.media.samples import portrait as sample
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.types import Array, Waveform

TRAINING_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# Formants (Hz) of ah, ee and oo.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240))
SPOKEN = ((0.1, 0.7), (1.5, 1.95))  # seconds of the synthesised voice in which it speaks


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared` need the training data beside the checkout."""
    if TRAINING_DATA.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="no training data beside the checkout"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Chance that is the same in every run."""
    return np.random.default_rng(7)


@contextmanager
def _full() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_disk() -> AbstractContextManager[None]:
    """While it lasts no file grows beyond 512 bytes."""
    return _full()


def synthesised_voice() -> Waveform:
    """Two seconds of vowels in two bursts, with 0.8 s of silence between them.

    Glottal pulses at a falling pitch through three resonators, a new vowel every 0.15 s.
    """
    samples = np.zeros(2 * RATE)
    for begin, end in SPOKEN:
        times = np.arange(int((end - begin) * RATE)) / RATE
        phase = np.cumsum((130 - 30 * times) / RATE)
        pulses = np.diff(np.floor(phase), prepend=0.0)
        for number, start in enumerate(np.arange(begin, end, 0.15)):
            part = pulses[int((start - begin) * RATE) : int((start - begin + 0.15) * RATE)]
            voiced = part
            for formant in VOWELS[number % len(VOWELS)]:
                radius = np.exp(-np.pi * 90 / RATE)
                poles = [1, -2 * radius * np.cos(2 * np.pi * formant / RATE), radius**2]
                voiced = lfilter([1 - radius], poles, voiced)
            samples[int(start * RATE) :][: voiced.size] += np.hanning(voiced.size) * voiced
    return Waveform((0.5 * samples / np.abs(samples).max()).astype(np.float32), RATE)


@pytest.fixture(scope="session")
def voice() -> Waveform:
    """See `synthesised_voice`."""
    return synthesised_voice()


@pytest.fixture(scope="session")
def voice_file(voice: Waveform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The voice as a wav file."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    write_wav(voice, path)
    return path


@pytest.fixture(scope="session")
def portrait_image() -> Array:
    """(512, 512, 3) uint8 RGB, one frontal face."""
    return sample("astronaut")


@pytest.fixture(scope="session")
def tiny_ckpt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights, random, but what they hear moves the lower lip and little else."""
    folder = tmp_path_factory.mktemp("ckpt")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = ContentBranch(ContentBranchSize(hidden=16))
    net.move_near.widen(0.0)  # one reader of the two says nothing, the other all of the mean
    last = net.move.move[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        heard = -24 * last.weight[0]
        last.weight.mul_(0.01)
        last.bias.zero_()
        for point in (*OUTER_LOWER, *INNER_LOWER):
            last.weight[3 * point + 1] = heard
            last.bias[3 * point + 1] = -0.2
    weights.save(net, folder / "content.safetensors", {"size": net.size.as_dict()})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        manner = SpeakerBranch(SpeakerBranchSize(width=16, layers=1, heads=2))
    weights.save(manner, folder / "speaker.safetensors", {"size": manner.size.as_dict()})
    return folder
