"""Sound in chunks: how it is cut makes no difference."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.clock import FRAME, RATE
from talkinghead.errors import AudioError
from talkinghead.media.arriving import arriving
from talkinghead.media.audio import as_waveform
from talkinghead.types import Array


def joined(chunks: list[Array], rate: int) -> Array:
    return np.concatenate([blocks.ravel() for blocks in arriving(chunks, rate)])


@pytest.mark.parametrize("rate", [8000, RATE, 22_050, 44_100, 48_000])
def test_chunks_of_any_length_give_the_same_sound(rng: np.random.Generator, rate: int) -> None:
    sound = rng.normal(size=int(1.3 * rate)).astype("f4") / 8
    cut = np.split(sound, np.sort(rng.integers(0, sound.size, 70)))
    whole = joined([sound], rate)
    assert_array_equal(joined(cut, rate), whole)
    assert whole.size == -(-sound.size * RATE // rate)


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_resampled_chunks_are_in_step_with_a_recording(rate: int) -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate).astype("f4") / 2
    expected = as_waveform(tone, rate).samples
    assert_allclose(joined([tone], rate)[200:-200], expected[200:-200], atol=0.01)


def test_blocks_come_as_soon_as_their_sound_is_there() -> None:
    given = 0

    def chunks():  # type: ignore[no-untyped-def]
        nonlocal given
        for _ in range(40):
            given += 100
            yield np.zeros(100, np.float32)

    got = 0
    for blocks in arriving(chunks(), RATE):
        got += blocks.size
        assert given - got < FRAME
    assert got == 4000


def test_whole_numbers_are_scaled_and_channels_averaged() -> None:
    stereo = np.array([[16384, 0], [-32768, -32768]], np.int16)
    assert_allclose(joined([stereo], RATE), [0.25, -1.0])


def test_no_chunks_are_no_blocks() -> None:
    assert [*arriving([], RATE)] == [*arriving([np.zeros(0)], 44_100)] == []


@pytest.mark.parametrize(
    ("chunk", "rate", "reason"),
    [
        (np.array([np.nan]), RATE, "NaN"),
        (np.zeros((2, 2, 2)), RATE, "shape"),
        (np.zeros(3, complex), RATE, "integers or floats"),
        (np.zeros(3), 0, "positive whole number"),
        (np.zeros(3), 8000.5, "positive whole number"),
    ],
)
def test_what_is_no_sound_is_refused(chunk: Array, rate: int, reason: str) -> None:
    with pytest.raises(AudioError, match=reason):
        list(arriving([chunk], rate))
