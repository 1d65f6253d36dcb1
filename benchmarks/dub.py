"""How fast a video is dubbed, beside decoding and encoding it without any change.

Without a video, the demo portrait nods for `--seconds` at `--size`.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from talkinghead.dub.cast import Cast
from talkinghead.dub.dub import track_video, write_dubbed_video
from talkinghead.media.loading import demo_portrait
from talkinghead.media.video_copy import copy_video
from talkinghead.media.video_frames import read_properties
from talkinghead.media.video_writer import write_video
from talkinghead.pipeline import Animator
from talkinghead.types import Clip


def main() -> None:
    """Print seconds and frames per second of each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, help="a video (default: a nodding portrait)")
    parser.add_argument("--audio", type=Path, default=Path("examples/hello_slt.wav"))
    parser.add_argument("--seconds", type=float, default=10, help="of the nodding portrait")
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 720), help="its pixels")
    parser.add_argument("--fast", action="store_true", help="without the refinement network")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = args.video or nodding(Path(folder) / "video.mp4", args.seconds, tuple(args.size))
        measure(video, args.audio, Path(folder), not args.fast)


def measure(video: Path, audio: Path, folder: Path, refine: bool) -> None:
    """Time a plain copy, then tracking and painting."""
    properties = read_properties(video)
    began = now()
    frames = copy_video(video, folder / "copy.mp4")
    report("decode and encode", frames, began)
    animator = Animator(refine=refine)
    detector = animator.face_detector
    detector.detect(np.zeros((64, 64, 3), np.uint8))  # loads it
    began = start = now()
    tracked = track_video(animator, video, Cast())
    report("decode and track", frames, began)
    began = now()
    speech = [animator.load_audio(audio)]
    done = write_dubbed_video(
        animator, tracked, speech, folder / "dubbed.mp4", extend="loop", keep=True
    )
    report("decode, paint and encode", done.frame_count, began)
    report("dubbing in all", done.frame_count, start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    width, height = properties.size
    print(f"{width}x{height}, {frames} frames, at most {memory:.0f} MB of memory")


def nodding(path: Path, seconds: float, size: tuple[int, int]) -> Path:
    """A video of a portrait that nods; its face is about a quarter as high as the picture."""
    portrait, (width, height) = demo_portrait("astronaut"), size

    def frame(number: int) -> np.ndarray:
        scale = height / 480
        x, y = 8 * np.sin(number / 23), 10 * np.sin(number / 11)
        matrix = np.array([[scale, 0, (width - 440 * scale) / 2 + x], [0, scale, y]])
        return np.asarray(cv2.warpAffine(portrait, matrix, size, borderMode=cv2.BORDER_REFLECT))

    count = round(25 * seconds)
    write_video(Clip((frame(i) for i in range(count)), count, size, 25, None), path)
    return path


def now() -> tuple[float, float]:
    """Seconds of the clock, and seconds of all cores that this process has used."""
    return time.perf_counter(), time.process_time()


def report(step: str, frames: int, began: tuple[float, float]) -> None:
    """Print the time of one step, and the seconds of one core that a frame costs."""
    seconds, busy = (after - before for after, before in zip(now(), began, strict=True))
    print(
        f"{step}: {seconds:.1f} s, {frames / seconds:.1f} frames/s, "
        f"{1000 * busy / frames:.1f} ms of a core per frame",
        flush=True,
    )


if __name__ == "__main__":
    main()
