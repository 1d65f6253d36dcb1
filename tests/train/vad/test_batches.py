"""Rows for the voice detector: labelled where a voice is, mixed anew each time."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.vad.batches import (
    BACKGROUND_ALONE,
    DetectorBatches,
    fixed_rows,
    label_voice,
)
from talkinghead.types import Waveform
from tests.conftest import SPOKEN
from tests.train.examples import utterance


def batches(**sizes: int) -> DetectorBatches:
    return DetectorBatches([utterance(0)], frames=100, voices=2, backgrounds=2, **sizes)


def test_a_batch_is_a_function_of_the_step_and_holds_a_label_for_two_mel_frames() -> None:
    first, again = (batches(size=4)(3) for _ in range(2))
    assert first.mel.shape == (4, 100, 80)
    assert first.voice.shape == first.mask.shape == (4, 50)
    for name in ("mel", "voice", "mask"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_some_rows_hold_no_voice_and_are_scored_throughout() -> None:
    rows = fixed_rows(batches(), 60)
    silent = [mask for _, voice, mask in rows if not voice.any()]
    assert BACKGROUND_ALONE / 2 < len(silent) / 60 < 2 * BACKGROUND_ALONE
    assert sum(mask.all() for mask in silent) > len(silent) / 2
    assert all(np.isfinite(mel).all() for mel, _, _ in rows)


def test_a_voice_is_labelled_where_it_speaks(voice: Waveform) -> None:
    labels, mask = label_voice(voice.samples)
    times = (np.arange(len(labels)) + 0.5) / 50
    spoken = np.any([(times > a + 0.03) & (times < b - 0.03) for a, b in SPOKEN], axis=0)
    silent = np.all([(times < a - 0.3) | (times > b + 0.3) for a, b in SPOKEN], axis=0)
    assert labels[spoken & mask].mean() > 0.95
    assert (spoken & mask).sum() > 0.8 * spoken.sum()
    assert not labels[silent].any()
    assert mask[silent].mean() > 0.9


def test_without_utterances_the_remedy_is_named() -> None:
    with pytest.raises(InputError, match="preprocess speech"):
        DetectorBatches([])
