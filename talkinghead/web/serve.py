"""Serve the page and the service until Ctrl-C."""

import threading

from talkinghead.config import ModelConfig
from talkinghead.face.detectors import load_detector
from talkinghead.model_set import pick_device
from talkinghead.progress import Progress
from talkinghead.requests.run import load_animator
from talkinghead.web.job_queue import JobQueue, Limits
from talkinghead.web.live import LiveFaces
from talkinghead.web.previews import Previews
from talkinghead.web.routes import create_app
from talkinghead.web.sample_speech import SampleSpeech
from talkinghead.web.server import HOST, open_socket, run_server

ALL_ADDRESSES = ("0.0.0.0", "::")


def serve(
    models: ModelConfig,
    limits: Limits,
    progress: Progress,
    *,
    host: str = HOST,
    port: int | None = None,
    workers: int = 1,
    browser: bool = True,
) -> None:
    """Load the networks, print the page's address and stay until Ctrl-C.

    Raises InputError for a port that is in use, WeightsError where weights are missing.
    """
    listener = open_socket(port, host)  # report a port in use before loading
    progress.stage("loading the networks")
    try:
        queue = JobQueue(lambda reporter: load_animator(models, reporter), limits, workers)
    except BaseException:
        listener.close()
        raise
    progress.stop()
    faces: LiveFaces | None = None
    try:
        previews = Previews(lambda: load_detector(models.detector, pick_device(models.device)))
        preparing = threading.Thread(target=previews.prepare, daemon=True)
        preparing.start()
        speech = SampleSpeech(ckpt=models.ckpt)
        faces = LiveFaces(lambda: load_animator(models, progress))
        app = create_app(queue, previews, limits, speech, models.ckpt, (host,), faces)
        port = listener.getsockname()[1]
        if host != HOST:
            progress.note(f"anyone who reaches {host}, port {port}, can use this: no password")
        name = HOST if host in ALL_ADDRESSES else host
        address = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
        progress.note("the page is at the address below; stop with Ctrl-C")
        progress.print_output(address)
        run_server(app, listener, address, browser=browser)
    finally:
        listener.close()
        if faces is not None:
            faces.close()
        queue.close()
    progress.note("the page is closed; its videos are removed")
