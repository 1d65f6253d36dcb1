"""A server that answers while a test runs, as the commands open theirs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from talkinghead.app.web import listen


@contextmanager
def served(application: Any) -> Iterator[int]:
    """Its port; closed at the end."""
    listener = listen(None)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
