"""Fixtures of all tests: a random generator, a voice, a portrait, weights that move the lips."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from talkinghead.cli.main import main
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.media.audio import write_wav
from talkinghead.media.loading import demo_portrait
from talkinghead.models import checkpoint
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

# Formants (Hz) of ah, ee and oo.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240))
SPOKEN = ((0.1, 0.7), (1.5, 1.95))  # seconds in which the synthesised voice speaks


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(7)


@contextmanager
def _limit_file_size() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_disk() -> AbstractContextManager[None]:
    """A context in which no file can exceed 512 bytes."""
    return _limit_file_size()


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
    return demo_portrait("astronaut")


@pytest.fixture(scope="session")
def tiny_ckpt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of random weights whose output moves the lower lip and little else."""
    folder = tmp_path_factory.mktemp("ckpt")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = ContentBranch(ContentBranchSize(lstm_channels=16))
    net.conv_head.scale_output(0.0)  # all output comes from the other branch
    last = net.head.mlp[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        direction = -24 * last.weight[0]
        last.weight.mul_(0.01)
        last.bias.zero_()
        for point in (*OUTER_LOWER, *INNER_LOWER):
            last.weight[3 * point + 1] = direction
            last.bias[3 * point + 1] = -0.2
    checkpoint.save(net, folder / "content.safetensors", {"size": net.size.as_dict()})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        speaker = SpeakerBranch(SpeakerBranchSize(token_channels=16, layers=1, heads=2))
    checkpoint.save(speaker, folder / "speaker.safetensors", {"size": speaker.size.as_dict()})
    return folder


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, list[str]]]:
    """Runs a command line; returns its exit status, stdout, and the lines of stderr."""

    def run(*arguments: object) -> tuple[int, str, list[str]]:
        capfd.readouterr()
        status = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return status, out, err.splitlines()

    return run
