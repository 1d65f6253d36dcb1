"""Mean mouth shapes by viseme tell a mouth that shapes its sounds from one that does not."""

import numpy as np
import pytest

from talkinghead.evaluate.viseme_shapes import (
    VisemeCollector,
    draw_shapes,
    timed_viseme_labeller,
)
from talkinghead.geometry.align import mean_face
from talkinghead.media.image import read_image
from talkinghead.sample_rates import RATE
from talkinghead.types import MOUTH_SHAPES, Waveform


def track_of(visemes: np.ndarray, size: float) -> np.ndarray:
    """A mouth that opens by another amount in each viseme."""
    points = np.repeat(mean_face()[None], len(visemes), axis=0).astype(np.float64)
    points[:, 55:60, 1] += size * visemes.argmax(axis=1)[:, None]
    return points


def collector_of(size: float) -> VisemeCollector:
    collector = VisemeCollector(lambda wave: np.zeros((0, 9)), {})
    for speaker in range(4):
        order = np.random.default_rng(speaker).permutation(np.arange(180) % 9)
        visemes = np.eye(len(MOUTH_SHAPES))[order]
        collector.add(str(speaker), visemes, track_of(visemes, size), track_of(visemes, 0.01))
    return collector


def test_a_mouth_of_the_same_shapes_correlates_whatever_their_size():
    shapes = collector_of(0.005).shapes()
    assert shapes is not None
    assert shapes.names == list(MOUTH_SHAPES)
    assert shapes.correlation == pytest.approx(1)
    assert shapes.size == pytest.approx(0.5)


def test_phones_with_times_become_visemes_at_the_rate_of_the_motion():
    wave = Waveform(np.zeros(RATE, np.float32), RATE)
    label = timed_viseme_labeller(lambda wave: [("M", 0.0, 0.4), ("UW", 0.6, 1.0)])
    visemes = label(wave)
    assert visemes.shape == (25, 9)
    assert visemes[:9, MOUTH_SHAPES.index("A")] == pytest.approx(1)
    assert visemes[16:, MOUTH_SHAPES.index("F")] == pytest.approx(1)
    assert not visemes[11:14].any()  # not labelled: no viseme


def test_opposite_shapes_correlate_negatively():
    shapes = collector_of(-0.01).shapes()
    assert shapes is not None
    assert shapes.correlation == pytest.approx(-1)


def test_visemes_of_too_few_speakers_are_not_counted():
    collector = VisemeCollector(lambda wave: np.zeros((0, 9)), {})
    assert collector.shapes() is None
    visemes = np.eye(9)[np.arange(90) % 9]
    collector.add("a", visemes, track_of(visemes, 0.01), track_of(visemes, 0.01))
    assert collector.shapes() is None


def test_shapes_are_drawn(tmp_path):
    shapes = collector_of(0.01).shapes()
    assert shapes is not None
    draw_shapes(shapes, tmp_path / "visemes.png")
    assert read_image(tmp_path / "visemes.png").std() > 5
