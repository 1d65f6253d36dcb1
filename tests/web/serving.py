"""Serves an application while a test runs, as the commands serve theirs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from talkinghead.web.server import open_socket


@contextmanager
def served(application: Any) -> Iterator[int]:
    """The port it listens on; closed at the end."""
    listener = open_socket(None)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
