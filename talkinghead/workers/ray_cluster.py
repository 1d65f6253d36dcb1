"""The connection to a Ray cluster, or to a Ray that is started on this machine and ended again."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.workers.worker_process import available_cores

_STORE_BYTES: Final = 100 * 2**20  # of Ray's object store: only small messages pass through it
_SHORT_TEMPORARY: Final = "/tmp" if os.name == "posix" else None  # names of sockets are short


@contextmanager
def connected(config: EngineConfig) -> Iterator[None]:
    """Connected to the cluster, or to a Ray that is started on this machine and ended again.

    A connection that the process has already is used, and kept. Raises InputError.
    """
    ray = import_ray()
    if ray.is_initialized():
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if config.address is not None:
        try:
            with _same_signal_handler():
                ray.init(config.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            reason = (str(error).splitlines() or [""])[0].strip()
            raise InputError(
                f"--address {config.address}: no Ray cluster answers ({reason}); start one with "
                "'ray start --head', or leave --address out"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()
        return
    with TemporaryDirectory(prefix="ray-", dir=_SHORT_TEMPORARY) as folder:
        try:
            _start_ray(ray, folder, quiet)
            yield
        finally:
            ray.shutdown()


def _start_ray(ray: Any, folder: str, quiet: dict[str, Any]) -> None:
    """Start Ray on this machine, with its files in a folder. Raises InputError."""
    with _same_signal_handler():
        try:
            ray.init(
                "local", num_cpus=available_cores(), include_dashboard=False,
                object_store_memory=_STORE_BYTES, _temp_dir=folder, **quiet,
            )  # fmt: skip
        except Exception as error:  # Ray's own is none of its kinds
            raise InputError(
                f"--engine ray: Ray did not start on this machine ({error}); try again when it is "
                "less busy, or use --engine local"
            ) from error


@contextmanager
def _same_signal_handler() -> Iterator[None]:
    """Keep the handler of SIGTERM, which Ray replaces."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def import_ray() -> Any:
    try:
        import ray
        import ray.exceptions
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise InputError(
            "--engine ray: Ray is not installed; pip install 'talkinghead[ray]'"
        ) from error
    return ray
