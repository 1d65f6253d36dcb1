"""What of a machine one worker takes: its share of the cores, its turn at the GPUs."""

import os


def cores() -> int:
    """How many cores this process may use."""
    able = getattr(os, "sched_getaffinity", None)
    return len(able(0)) if able else os.cpu_count() or 1


def share(workers: int) -> None:
    """Leave this process its share of the cores. To be called before torch is imported.

    Only what torch takes is bounded: an encoder that is given fewer cores writes another file.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // workers)))


def take_turn(number: int) -> None:
    """Leave this process one CUDA device: workers take them in turn. Before CUDA is begun."""
    import torch

    seen = os.environ.get("CUDA_VISIBLE_DEVICES")
    known = range(torch.cuda.device_count()) if seen is None else seen.split(",")
    names = [str(name) for name in known if name != ""]
    if names:
        os.environ["CUDA_VISIBLE_DEVICES"] = names[number % len(names)]
