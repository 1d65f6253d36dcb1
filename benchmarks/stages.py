"""Processor time by stage from picture and audio to video, of one tree or of several.

    python benchmarks/stages.py [--tree DIR ...] [--seconds 10] [--repeat 3] [--runtime NAME]

The table is in milliseconds of one core per second of video, which a busy machine changes less than
it changes frames per second. Trees take turns, each time in a process of its own, and the least of
the repetitions is printed. The last two lines are the memory that new arrays take at most during
one frame, and the peak of the process.
"""

import argparse
import functools
import importlib
import inspect
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
ROWS = {"photo 256": ("photo", 256), "photo 512": ("photo", 512), "puppet 512": ("cartoon", 512)}

# The functions of each stage, in any version of the code: a tree may lack some of them. What a
# stage calls of another one counts for the latter; "encode" is all that no stage has counted.
STAGES = {
    "mesh": ["render.head_motion:HeadMotion.move_mesh", "render.puppet_rig:PuppetRig.pose"],
    "warp": [
        "render.photo:PhotoRenderer._warp_skin",
        "render.cartoon:CartoonRenderer._render_frame",
        "render.cartoon:CartoonRenderer.render",
        "render.cartoon:CartoonRenderer._frame",
    ],
    "eyes": [
        "render.photo:PhotoRenderer._draw_eye",
        "appearance.photo_eyelid:PhotoEyelid.draw",
        "render.cartoon:_ClosingEyelid.paste",
    ],
    "mouth interior": [
        "render.photo:PhotoRenderer._draw_mouth",
        "render.cartoon:CartoonRenderer._draw_mouth",
    ],
    "conditioning": ["render.refine:PortraitRefiner.refine"],
    "translate": [
        "render.refine:translate",
        "models.translator:Translator.repair",
        "models.translator_runtime:OnnxTranslator.repair",
        "models.translator_runtime:OpenVinoTranslator.repair",
    ],
    "paste back": ["render.refine:paste_back", "render.refine:colour_matched"],
    "convert": ["media.video_stream:VideoStreamEncoder._convert"],
}
ONCE = ("load", "audio features", "motion")  # "load" is for the whole run, in ms
PER_FRAME = (*STAGES, "encode")


class StageTimer:
    """Processor time by stage; what a stage calls of other stages counts for those."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._thread = threading.local()

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Count the processor time of this thread in the block for `stage`."""
        active = self._thread.__dict__.setdefault("active", [])
        start = time.thread_time()
        active.append(0.0)
        try:
            yield
        finally:
            spent = time.thread_time() - start
            self.seconds[stage] += spent - active.pop()
            if active:
                active[-1] += spent

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured; a generator is measured while it is iterated over."""

        @functools.wraps(function)
        def iterate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            items, end = function(*args, **kwargs), object()
            while True:
                with self.measure(stage):
                    item = next(items, end)
                if item is end:
                    return
                yield item

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.measure(stage):
                return function(*args, **kwargs)

        return iterate if inspect.isgeneratorfunction(function) else call

    def install(self) -> None:
        """Measure the functions of STAGES."""
        for stage, names in STAGES.items():
            for name in names:
                module, _, path = name.partition(":")
                *parents, attribute = path.split(".")
                try:
                    owner = importlib.import_module(f"talkinghead.{module}")
                    owner = functools.reduce(getattr, parents, owner)
                    setattr(owner, attribute, self.wrap(stage, getattr(owner, attribute)))
                except (ImportError, AttributeError):
                    continue


def measure(tree: Path, kind: str, size: int, seconds: float, runtime: str) -> dict[str, float]:
    """Seconds of one core by stage, and MiB of memory, in this process."""
    sys.path.insert(0, str(tree))
    timer = StageTimer()
    with timer.measure("load"):
        import cv2
        import torch

        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        from talkinghead import Animator, Clip, Waveform, read_audio, write_video
        from talkinghead.types import LandmarkTrack

        options: dict[str, Any] = {"runtime": runtime} if runtime else {}
        animator = Animator(refine=kind == "photo", **options)
        make = animator.photo if kind == "photo" else animator.cartoon
        subject = make("astronaut" if kind == "photo" else "wilk", size=size)
    audio = read_audio(sorted((ROOT / "examples").glob("*.wav"))[0])
    wave = Waveform(np.resize(audio.samples, round(seconds * audio.rate)), audio.rate)
    animator.extract_features(Waveform(wave.samples[: audio.rate], audio.rate))  # warm up
    with timer.measure("audio features"):
        features = animator.extract_features(wave)
    with timer.measure("motion"):
        track = animator.predict_motion(features, subject.face, lip_gain=subject.lip_gain)
        landmarks = subject.frame.place(track)

    few = [  # frames 20 and 21, 21 and 22, ...: the first one warms up
        LandmarkTrack(landmarks.points[i : i + 1], landmarks.fps) for i in range(20, 30)
    ]
    arrays = 0
    tracemalloc.start()
    for one in few:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        frame = list(subject.renderer.render(one))
        arrays = max(arrays, tracemalloc.get_traced_memory()[1] - before)
        del frame
    tracemalloc.stop()

    timer.install()
    with tempfile.TemporaryDirectory() as folder:
        frames = subject.renderer.render(landmarks)
        clip = Clip(frames, len(landmarks), subject.renderer.size, landmarks.fps, wave)
        start = time.process_time()
        write_video(clip, Path(folder) / "out.mp4")
        total = time.process_time() - start
    timer.seconds["encode"] = total - sum(timer.seconds[stage] for stage in STAGES)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**timer.seconds, "arrays": arrays / 2**20, "peak": peak}


def in_process(row: str, tree: Path, args: argparse.Namespace) -> dict[str, float]:
    """Measure one row of one tree in a new process."""
    command = [sys.executable, __file__, "--row", row, "--tree", str(tree)]
    command += ["--seconds", str(args.seconds), "--runtime", args.runtime]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tree", type=Path, nargs="+", default=[ROOT], metavar="DIR")
    parser.add_argument("--seconds", type=float, default=10, help="of audio (default: 10)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each tree (default: 3)")
    parser.add_argument(
        "--runtime", default="", help="of the translator, in trees that have several"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name contains it")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.row is not None:
        print(json.dumps(measure(args.tree[0], *ROWS[args.row], args.seconds, args.runtime)))
        return
    columns = [(row, tree) for row in ROWS if args.only in row for tree in args.tree]
    runs: dict[tuple[str, Path], list[dict[str, float]]] = defaultdict(list)
    for _ in range(args.repeat):
        for row, tree in columns:
            runs[row, tree].append(in_process(row, tree, args))
    least = {
        column: {name: min(run.get(name, 0) for run in found) for name in found[0]}
        for column, found in runs.items()
    }
    for number, tree in enumerate(args.tree, start=1):
        print(f"tree {number}: {tree}")
    names = [f"{row} ({args.tree.index(tree) + 1})" for row, tree in columns]
    print(f"{'ms of one core per second':26}" + "".join(f"{name:>15}" for name in names))

    def line(label: str, value: Callable[[dict[str, float]], float], form: str = "15.1f") -> None:
        print(f"{label:26}" + "".join(f"{value(least[column]):>{form}}" for column in columns))

    scale = 1000 / args.seconds
    for stage in (*ONCE, *PER_FRAME):
        factor = 1000 if stage == "load" else scale
        label = "load (once, ms)" if stage == "load" else stage
        line(label, lambda found, s=stage, f=factor: f * found.get(s, 0))  # type: ignore[misc]
    line(
        "features to file",
        lambda found: scale * sum(found.get(s, 0) for s in (*ONCE[1:], *PER_FRAME)),
    )
    line("new arrays, MiB a frame", lambda found: found["arrays"], "15.2f")
    line("peak memory, MiB", lambda found: found["peak"], "15.0f")


if __name__ == "__main__":
    main()
