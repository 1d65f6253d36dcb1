"""Blocks of audio do not depend on how the audio is cut into chunks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import AudioError
from talkinghead.media.audio import as_waveform
from talkinghead.sample_rates import FRAME_SAMPLES, RATE
from talkinghead.streaming.audio_chunks import resample_to_blocks
from talkinghead.types import Array


def joined(chunks: list[Array], rate: int) -> Array:
    return np.concatenate([blocks.ravel() for blocks in resample_to_blocks(chunks, rate)])


@pytest.mark.parametrize("rate", [8000, RATE, 22_050, 44_100, 48_000])
def test_chunks_of_any_length_give_the_same_audio(rng: np.random.Generator, rate: int) -> None:
    samples = rng.normal(size=int(1.3 * rate)).astype("f4") / 8
    cut = np.split(samples, np.sort(rng.integers(0, samples.size, 70)))
    whole = joined([samples], rate)
    assert_array_equal(joined(cut, rate), whole)
    assert whole.size == -(-samples.size * RATE // rate)


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_resampled_chunks_are_synchronous_with_a_recording(rate: int) -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate).astype("f4") / 2
    expected = as_waveform(tone, rate).samples
    assert_allclose(joined([tone], rate)[200:-200], expected[200:-200], atol=0.01)


def test_blocks_come_as_soon_as_their_audio_has_arrived() -> None:
    samples_in = 0

    def chunks():  # type: ignore[no-untyped-def]
        nonlocal samples_in
        for _ in range(40):
            samples_in += 100
            yield np.zeros(100, np.float32)

    samples_out = 0
    for blocks in resample_to_blocks(chunks(), RATE):
        samples_out += blocks.size
        assert samples_in - samples_out < FRAME_SAMPLES
    assert samples_out == 4000


def test_integers_are_scaled_and_channels_averaged() -> None:
    stereo = np.array([[16384, 0], [-32768, -32768]], np.int16)
    assert_allclose(joined([stereo], RATE), [0.25, -1.0])


def test_no_chunks_give_no_blocks() -> None:
    assert [*resample_to_blocks([], RATE)] == [*resample_to_blocks([np.zeros(0)], 44_100)] == []


@pytest.mark.parametrize(
    ("chunk", "rate", "reason"),
    [
        (np.array([np.nan]), RATE, "NaN"),
        (np.zeros((2, 2, 2)), RATE, "shape"),
        (np.zeros(3, complex), RATE, "floats in"),
        (np.zeros(3), 0, "rate must lie in"),
        (np.zeros(3), 8000.5, "whole number"),
        (np.zeros(3), "16000", "whole number"),
        (np.zeros(3), None, "whole number"),
        (np.zeros((2, 1600)), RATE, "1600 channels; turn it around"),
        (None, RATE, "shape"),
    ],
)
def test_chunks_that_are_not_audio_are_refused(chunk: Array, rate: int, reason: str) -> None:
    with pytest.raises(AudioError, match=reason):
        list(resample_to_blocks([chunk], rate))


@pytest.mark.parametrize("shapes", [((8, 2), (8,)), ((8,), (8, 2)), ((8, 2), (0, 2), (8, 3))])
def test_chunks_have_one_number_of_channels(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(AudioError, match="one number of channels"):
        list(resample_to_blocks([np.zeros(shape) for shape in shapes], RATE))
    mono = [np.ones(8), np.zeros(0), np.ones((8, 1))]
    assert_allclose(joined(mono, RATE), np.ones(16))
