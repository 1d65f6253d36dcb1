"""Speaker embeddings: weighted by length, cached, and those of resemblyzer."""

import warnings
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.sample_rates import HOP, RATE
from talkinghead.speech.speaker_encoder import (
    BLOCK,
    MIN_SAMPLES,
    ResemblyzerNetwork,
    SpeakerEncoder,
    encoder_identity,
    mel_power_spectrum,
)
from talkinghead.types import Array, Waveform


class FakeNetwork:
    """Replaces resemblyzer: the first sample decides the embedding; lengths are recorded."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        self.lengths.append(wav.size)
        direction = np.zeros(256)
        direction[0 if wav[0] > 0 else 1] = 1
        return direction


def tone(size: int, level: float = 0.1) -> Waveform:
    return Waveform(np.full(size, level, np.float32), RATE)


def test_an_embedding_of_resemblyzer_has_unit_norm(voice: Waveform):
    embedding = SpeakerEncoder()(voice)
    assert embedding.shape == (256,)
    assert embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


def test_long_audio_is_embedded_in_blocks_weighted_by_their_length():
    network = FakeNetwork()
    samples = np.concatenate([tone(BLOCK).samples, tone(BLOCK // 2, -0.1).samples])
    embedding = SpeakerEncoder(network=network)(Waveform(samples, RATE))
    assert network.lengths == [BLOCK, BLOCK // 2]
    assert embedding[0] / embedding[1] == pytest.approx(2, rel=1e-5)
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("wave", [tone(MIN_SAMPLES - 1), tone(RATE, 0.0), tone(1)])
def test_silence_and_less_than_half_a_second_have_no_embedding(wave: Waveform):
    network = FakeNetwork()
    assert not SpeakerEncoder(network=network)(wave).any()
    assert network.lengths == []


def test_the_same_audio_is_embedded_once_and_a_result_may_be_changed():
    network = FakeNetwork()
    encoder = SpeakerEncoder(network=network)
    encoder(tone(RATE))[:] = 7
    assert np.linalg.norm(encoder(tone(RATE))) == pytest.approx(1)
    assert len(network.lengths) == 1
    encoder(tone(RATE + 1))
    assert len(network.lengths) == 2


def test_the_cache_keeps_the_last_used_embeddings():
    network = FakeNetwork()
    encoder = SpeakerEncoder(network=network, cache_size=2)
    for size in (RATE, RATE + 1, RATE, RATE + 2, RATE):  # the first stays the last used
        encoder(tone(size))
    assert len(network.lengths) == 3
    encoder(tone(RATE + 1))
    assert len(network.lengths) == 4


def test_a_folder_outlives_the_process_and_a_damaged_file_is_embedded_again(tmp_path: Path):
    first, second, third = FakeNetwork(), FakeNetwork(), FakeNetwork()
    before = SpeakerEncoder(network=first, folder=tmp_path / "voices")(tone(RATE))
    after = SpeakerEncoder(network=second, folder=tmp_path / "voices")(tone(RATE))
    assert np.array_equal(before, after)
    assert second.lengths == []
    [stored] = (tmp_path / "voices").iterdir()
    stored.write_bytes(stored.read_bytes()[:50])
    again = SpeakerEncoder(network=third, folder=tmp_path / "voices")(tone(RATE))
    assert np.array_equal(before, again)
    assert third.lengths == [RATE]


def test_another_sample_rate_is_refused():
    with pytest.raises(AudioError, match="16000 Hz, got 8000"):
        SpeakerEncoder(network=FakeNetwork())(Waveform(np.ones(9_000, np.float32), 8_000))


def buzz(seconds: float) -> np.ndarray:
    """A modulated buzz at the pitch of a voice."""
    t = np.arange(round(seconds * RATE)) / RATE
    harmonics = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 40))
    return (0.05 * harmonics * (1 + np.sin(2 * np.pi * 3 * t))).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.5, 1.6, 4.3])
def test_embeddings_are_those_of_the_package_resemblyzer(seconds: float):
    """From one mel, bit for bit; with our front end, to within its rounding."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        resemblyzer = pytest.importorskip("resemblyzer")
        package = resemblyzer.VoiceEncoder("cpu", verbose=False)
        theirs = package.embed_utterance(buzz(seconds), rate=2)
        waves, mels = package.compute_partial_slices(len(buzz(seconds)), 2, 0.75)
        padded = np.pad(buzz(seconds), (0, max(0, waves[-1].stop - len(buzz(seconds)))))
        bands = resemblyzer.wav_to_mel_spectrogram(padded)
    ours = ResemblyzerNetwork()
    assert np.array_equal(ours.embed_windows(np.stack([bands[part] for part in mels])), theirs)
    assert np.abs(ours.embed_utterance(buzz(seconds), rate=2) - theirs).max() < 1e-4


def test_the_weights_are_known_by_the_checksum_of_the_package():
    resemblyzer = pytest.importorskip("resemblyzer")
    weights = Path(resemblyzer.__file__).parent / "pretrained.pt"
    assert encoder_identity()["sha256"] == sha256(weights.read_bytes()).hexdigest()


def test_the_mel_has_a_frame_for_every_hop():
    assert mel_power_spectrum(buzz(1)).shape == (1 + RATE // HOP, 40)
    assert not mel_power_spectrum(np.zeros(RATE, np.float32)).any()
