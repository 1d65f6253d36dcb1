"""Sample rates and frame rates of the pipeline, all derived from RATE, HOP and STRIDE."""

RATE = 16_000  # Hz; of every waveform after loading
HOP = 160  # samples between mel frames
MEL_FPS = RATE // HOP  # 100 mel frames per second; phone labels have the same step of 10 ms
STRIDE = 4  # mel frames per motion frame
FPS = MEL_FPS // STRIDE  # 25 motion frames per second, the rate of the training videos
FRAME_SAMPLES = HOP * STRIDE  # 640 samples per motion frame


def motion_frames(samples: int) -> int:
    """The number of motion frames that cover `samples` samples; the last may be incomplete."""
    return -(-samples // FRAME_SAMPLES)
