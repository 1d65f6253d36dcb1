"""Fewer drawings, weights that fade and frames: none of them loses a closure."""

import numpy as np
import pytest

from talkinghead.speech.cue_frames import drawn, faded, shown
from talkinghead.types import SHAPES, MouthCue


def spell(shapes: str, each: float = 0.1) -> list[MouthCue]:
    """Cues of these shapes, all as long."""
    return [MouthCue(s, at * each, (at + 1) * each) for at, s in enumerate(shapes)]


def test_what_is_not_drawn_is_replaced_and_joined():
    cues = drawn(spell("XAGBHCX"), "")
    assert "".join(cue.shape for cue in cues) == "ABCA"
    assert (cues[0].start, cues[0].end, cues[-1].end) == (0, pytest.approx(0.3), pytest.approx(0.7))


def test_what_is_drawn_stays():
    assert drawn(spell("XAGBHCX"), "GHX") == spell("XAGBHCX")


@pytest.mark.parametrize("fps", [12, 24, 25, 60])
def test_weights_sum_to_one_and_a_frame_inside_a_shape_is_all_of_it(fps):
    weights = faded(spell("XABX", 0.5), fps)
    assert weights.shape == (2 * fps, len(SHAPES))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weights.min() >= 0
    assert weights[round(0.75 * fps), SHAPES.index("A")] == pytest.approx(1)


def test_a_change_in_the_middle_of_a_frame_is_half_and_half():
    weights = faded([MouthCue("B", 0, 0.1), MouthCue("C", 0.1, 0.2)], 5)
    np.testing.assert_allclose(weights[0, [1, 2]], 0.5)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
@pytest.mark.parametrize("start", np.linspace(0.1, 0.15, 11))
def test_no_closure_falls_between_two_frames(fps, start):
    cues = [
        MouthCue("B", 0, start),
        MouthCue("A", start, start + 0.04),
        MouthCue("C", start + 0.04, 1),
    ]
    assert "A" in [shape for _, shape in shown(cues, fps)]
