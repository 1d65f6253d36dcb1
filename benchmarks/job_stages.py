"""CPU seconds of a job by stage: what docs/scale.md and the simulation start from.

    python benchmarks/job_stages.py [--seconds 10] [--size 512] [--engines local ray]

A photo and a puppet, one after the other in one process, as a worker of a batch does them; then
what each job costs the process that hands them out. CPU time of all threads, which hardly depends
on other load.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    # Workers import this module by its name.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path[1:]])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--engines", nargs="+", default=["local"], choices=["local", "ray"])
    args = parser.parse_args()
    began = time.process_time()
    from talkinghead import Animator, Clip, RenderConfig, Waveform, read_audio, write_video
    from talkinghead.assets import asset_folder

    animator = Animator()
    audio = read_audio(asset_folder("examples") / "hello_slt.wav")
    wave = Waveform(np.resize(audio.samples, round(args.seconds * audio.rate)), audio.rate)
    short = Waveform(wave.samples[: wave.rate], wave.rate)
    config = RenderConfig(size=args.size)
    loaded = time.process_time() - began
    print(f"imports and networks: {loaded:.1f} CPU seconds")
    for kind, name in (("photo", "astronaut"), ("cartoon", "wilk")):
        make = getattr(animator, kind)
        # What is loaded at the first use belongs to the worker's start.
        first = _cpu(lambda make=make, name=name: _animate(animator, make(name), short, config))
        picture = _cpu(lambda make=make, name=name: make(name, size=args.size))
        subject = make(name, size=args.size)
        clip = animator.animate(subject, wave, render_config=config)
        motion = _cpu(lambda subject=subject: animator.animate(subject, wave, render_config=config))
        render = _cpu(lambda clip=clip: sum(1 for _ in clip.frames))
        frame = next(iter(animator.animate(subject, wave, render_config=config).frames))
        with tempfile.TemporaryDirectory() as folder:
            frames = Clip((frame for _ in range(clip.count)), clip.count, clip.size, clip.fps, wave)
            target = Path(folder) / "out.mp4"
            encode = _cpu(lambda frames=frames, target=target: write_video(frames, target))
        minute = 60 / args.seconds
        print(f"{kind} of {args.size} pixels: first job {first:.1f}, picture {picture:.2f}; "
              f"a minute of video: motion {motion * minute:.1f}, frames {render * minute:.1f}, "
              f"encoding {encode * minute:.1f} CPU seconds")  # fmt: skip
    print(f"driver, to check and log a job: {1000 * checking(200):.1f} CPU ms")
    for engine in args.engines:
        print(f"driver, to hand out a job, {engine}: {1000 * handing_out(engine, 400):.1f} CPU ms")


def checking(jobs: int) -> float:
    """CPU seconds that a batch spends on a job beside its worker."""
    from talkinghead.assets import asset_folder
    from talkinghead.batch.job import conflicts, read_job
    from talkinghead.batch.run_log import RunLog
    from talkinghead.batch.table import Row

    audio = str(asset_folder("examples") / "hello_slt.wav")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = RunLog(folder / "log")

        def check() -> None:
            rows = [
                Row(f"job {n}", {"photo": "astronaut", "audio": audio, "output": f"{n}.mp4"})
                for n in range(jobs)
            ]
            read = [read_job(row, n, folder, {}) for n, row in enumerate(rows)]
            assert not list(conflicts(read, folder / "jobs"))
            for job in read:
                log.add(job.name(folder / "jobs"), job.fingerprint(), None, frames=1, seconds=1)

        return _cpu(check) / jobs


def handing_out(engine: str, jobs: int) -> float:
    """CPU seconds that an engine spends on a job in this process."""
    from talkinghead.config import EngineConfig
    from talkinghead.workers.engine import create_engine

    def run(count: int) -> float:
        options = EngineConfig(engine=engine, workers=1)  # type: ignore[arg-type]
        return _cpu(lambda: list(create_engine(options).run(_empty, range(count))))

    return (run(jobs) - run(1)) / (jobs - 1)


def _empty(number: int) -> Any:
    """Work that does nothing."""
    del number
    return abs


def _animate(animator: Any, subject: Any, wave: Any, config: Any) -> None:
    for _ in animator.animate(subject, wave, render_config=config).frames:
        pass


def _cpu(work: Any) -> float:
    """CPU seconds of a call."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    import job_stages  # so that jobs refer to a module that workers can import

    job_stages.main()
