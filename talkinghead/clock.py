"""The one frame clock: every rate in the package is derived here."""

RATE = 16_000  # Hz, of every waveform after loading
HOP = 160  # samples between mel frames
MEL_FPS = RATE // HOP  # 100 mel frames per second: 10 ms, the step of phone labels too
STRIDE = 4  # mel frames per motion frame
FPS = MEL_FPS // STRIDE  # 25 motion frames per second, the rate of the training videos
FRAME = HOP * STRIDE  # 640 samples per motion frame


def motion_frames(samples: int) -> int:
    """Motion frames that cover `samples` samples; the last one may be partly filled."""
    return -(-samples // FRAME)
