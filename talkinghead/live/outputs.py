"""Where live frames go besides the page: stdout, a window, a virtual camera."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, BinaryIO, Final

import cv2

from talkinghead.errors import OutputError
from talkinghead.sample_rates import FPS
from talkinghead.types import Array

TITLE: Final = "talkinghead"
_ESCAPE: Final = 27


def write_raw(frames: Iterator[Array], out: BinaryIO) -> None:
    """Write frames as raw RGB, FPS of them in a second, until a reader closes the pipe."""
    for frame in frames:
        try:
            out.write(frame.tobytes())
            out.flush()
        except BrokenPipeError:
            return


def show_window(frames: Iterator[Array]) -> None:
    """Show frames until Escape, or until the window is closed.

    Raises OutputError where OpenCV was built without windows.
    """
    require_window()
    cv2.namedWindow(TITLE, cv2.WINDOW_AUTOSIZE)
    try:
        for frame in frames:
            cv2.imshow(TITLE, frame[..., 2::-1])
            closed = cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1
            if cv2.waitKey(1) == _ESCAPE or closed:
                return
    finally:
        cv2.destroyAllWindows()


def require_window() -> None:
    """Refuse a window that OpenCV, or this machine, cannot open. Raises OutputError."""
    # Without a display Qt ends the process: it is asked for in another one.
    try_it = "import cv2; cv2.namedWindow('x'); cv2.destroyAllWindows()"
    tried = subprocess.run([sys.executable, "-c", try_it], capture_output=True, check=False)
    if tried.returncode:
        raise OutputError(
            "--to window: this OpenCV cannot open windows here; use --to page, or install "
            "opencv-python in place of opencv-python-headless"
        )


def open_camera(width: int, height: int, load: Callable[[str], Any] = import_module) -> Any:
    """A virtual camera of this size. Raises OutputError without pyvirtualcam, or without one."""
    try:
        pyvirtualcam = load("pyvirtualcam")
    except ImportError as error:
        raise OutputError(
            "--to camera needs pyvirtualcam: pip install 'talkinghead[live]'"
        ) from error
    try:
        return pyvirtualcam.Camera(width=width, height=height, fps=FPS)
    except RuntimeError as error:
        line = " ".join(str(error).split())
        raise OutputError(f"--to camera: there is no virtual camera here: {line}") from error


def send_to_camera(frames: Iterator[Array], camera: Any) -> None:
    """Send frames to an open virtual camera."""
    with camera:
        for frame in frames:
            camera.send(frame)
            time.sleep(0)  # frames come at their time
