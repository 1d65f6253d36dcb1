"""Keep the noise of native libraries off the user's stderr, and nothing else."""

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The forms of glog, absl and TensorFlow Lite; whatever else was written is passed on.
NOISE = re.compile(
    rb"^(?:[IW]\d{4} |INFO: |WARNING: All log messages before|\d{4}-\d\d-\d\d [\d:.]+: [IW] )"
)
_lock = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back what is written to file descriptor 2 and drop the lines that are NOISE.

    Native code writes there directly, past `sys.stderr`. Lines of any other kind, such as
    those another thread prints meanwhile, appear when the block ends.
    """
    with _lock:
        try:
            saved = os.dup(2)
        except OSError:  # no stderr at all
            yield
            return
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(saved, 2)
                os.close(saved)
                held.seek(0)
                rest = b"".join(line for line in held if not NOISE.match(line))
                if rest:
                    os.write(2, rest)
