"""One voice, one direction: however long it speaks and however often it is asked."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.clock import RATE
from talkinghead.errors import AudioError
from talkinghead.speech.speaker_encoder import BLOCK, SHORTEST, SpeakerEncoder
from talkinghead.types import Array, Waveform


class Ear:
    """Stands in for resemblyzer: the direction is told by the first sample, and it counts."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        self.heard.append(wav.size)
        direction = np.zeros(256)
        direction[0 if wav[0] > 0 else 1] = 1
        return direction


def tone(size: int, level: float = 0.1) -> Waveform:
    return Waveform(np.full(size, level, np.float32), RATE)


def test_an_embedding_has_unit_norm_and_real_voices_are_heard_by_resemblyzer(voice: Waveform):
    embedding = SpeakerEncoder()(voice)
    assert embedding.shape == (256,)
    assert embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


def test_long_sound_is_heard_in_blocks_that_count_by_their_length():
    ear = Ear()
    samples = np.concatenate([tone(BLOCK).samples, tone(BLOCK // 2, -0.1).samples])
    embedding = SpeakerEncoder(network=ear)(Waveform(samples, RATE))
    assert ear.heard == [BLOCK, BLOCK // 2]
    assert embedding[0] / embedding[1] == pytest.approx(2, rel=1e-5)
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("wave", [tone(SHORTEST - 1), tone(RATE, 0.0), tone(1)])
def test_nobody_is_heard_in_silence_or_in_less_than_half_a_second(wave: Waveform):
    ear = Ear()
    assert not SpeakerEncoder(network=ear)(wave).any()
    assert ear.heard == []


def test_the_same_sound_is_heard_once_and_an_answer_can_be_written_on():
    ear = Ear()
    encoder = SpeakerEncoder(network=ear)
    encoder(tone(RATE))[:] = 7
    assert np.linalg.norm(encoder(tone(RATE))) == pytest.approx(1)
    assert len(ear.heard) == 1
    encoder(tone(RATE + 1))
    assert len(ear.heard) == 2


def test_only_the_last_sounds_are_remembered():
    ear = Ear()
    encoder = SpeakerEncoder(network=ear, kept=2)
    for size in (RATE, RATE + 1, RATE, RATE + 2, RATE):  # the first is always the freshest
        encoder(tone(size))
    assert len(ear.heard) == 3
    encoder(tone(RATE + 1))
    assert len(ear.heard) == 4


def test_a_folder_remembers_beyond_the_process_and_damage_is_heard_again(tmp_path: Path):
    first, second, third = Ear(), Ear(), Ear()
    before = SpeakerEncoder(network=first, folder=tmp_path / "voices")(tone(RATE))
    after = SpeakerEncoder(network=second, folder=tmp_path / "voices")(tone(RATE))
    assert np.array_equal(before, after)
    assert second.heard == []
    [stored] = (tmp_path / "voices").iterdir()
    stored.write_bytes(stored.read_bytes()[:50])
    again = SpeakerEncoder(network=third, folder=tmp_path / "voices")(tone(RATE))
    assert np.array_equal(before, again)
    assert third.heard == [RATE]


def test_sound_at_another_rate_is_refused():
    with pytest.raises(AudioError, match="16000 Hz, got 8000"):
        SpeakerEncoder(network=Ear())(Waveform(np.ones(9_000, np.float32), 8_000))
