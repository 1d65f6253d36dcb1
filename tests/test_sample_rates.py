"""Frame rates are exact rational numbers, and the decimals of NTSC stand for its rates."""

from fractions import Fraction

import pytest

from talkinghead.sample_rates import exact_frame_rate, parse_frame_rate


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (29.97, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (23.97, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (47.952, Fraction(48000, 1001)),
        (14.985, Fraction(15000, 1001)),
        (30000 / 1001, Fraction(30000, 1001)),
        (25.0, Fraction(25)),
        (24, Fraction(24)),
        (30.0, Fraction(30)),
        (12.5, Fraction(25, 2)),
        (29.5, Fraction(59, 2)),
        (33.333, Fraction(33333, 1000)),
        (12.3456, Fraction(7716, 625)),
    ],
)
def test_a_number_stands_for_an_exact_rate(fps: float, exact: Fraction) -> None:
    assert exact_frame_rate(fps) == exact
    assert exact_frame_rate(float(exact)) == exact  # nothing is lost in a float


@pytest.mark.parametrize(
    ("text", "fps"),
    [("25", 25), ("24000/1001", 24000 / 1001), (" 50 / 2 ", 25), ("29.97", 29.97), ("1e1", 10)],
)
def test_text_is_a_number_or_a_ratio(text: str, fps: float) -> None:
    assert parse_frame_rate(text) == pytest.approx(fps, rel=1e-12)


@pytest.mark.parametrize("text", ["", "ntsc", "1/0", "1/", "/2", "1/2/3", "-1/2", "30fps"])
def test_other_text_is_none(text: str) -> None:
    assert parse_frame_rate(text) is None
