"""Sample rates and frame rates of the pipeline, all derived from RATE, HOP and STRIDE.

Also `exact_frame_rate`: the rational number that a frame rate of a video stands for.
"""

import re
from fractions import Fraction
from typing import Final

RATE = 16_000  # Hz; of every waveform after loading
HOP = 160  # samples between mel frames
MEL_FPS = RATE // HOP  # 100 mel frames per second; phone labels have the same step of 10 ms
STRIDE = 4  # mel frames per motion frame
FPS = MEL_FPS // STRIDE  # 25 motion frames per second, the rate of the training videos
FRAME_SAMPLES = HOP * STRIDE  # 640 samples per motion frame

# NTSC slows a nominal rate down by 1000/1001. Its rates are written with two or three decimals,
# rounded or cut: 23.976, 23.98, 29.97.
_NTSC_NOMINAL: Final = (12, 15, 24, 30, 48, 60, 90, 120)
_NTSC_TOLERANCE: Final = 0.0065  # frames per second
_MAX_DENOMINATOR: Final = 100_000
_RATIO: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*")


def motion_frames(samples: int) -> int:
    """The number of motion frames that cover `samples` samples; the last may be incomplete."""
    return -(-samples // FRAME_SAMPLES)


def exact_frame_rate(fps: float | Fraction) -> Fraction:
    """The frame rate that a number means: 29.97 is 30000/1001, 23.976 and 23.98 are 24000/1001.

    Other numbers are themselves, as rationals. `fps` must be finite.
    """
    for nominal in _NTSC_NOMINAL:
        ntsc = Fraction(nominal * 1000, 1001)
        if fps != nominal and abs(float(fps - ntsc)) <= _NTSC_TOLERANCE:
            return ntsc
    return Fraction(fps).limit_denominator(_MAX_DENOMINATOR)


def parse_frame_rate(text: str) -> float | None:
    """Frames per second from '25', '29.97' or '30000/1001'; None for other text."""
    try:
        if match := _RATIO.fullmatch(text):
            return float(Fraction(match[1]) / Fraction(match[2]))
        return float(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
