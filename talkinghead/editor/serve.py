"""Serve the editor's page on this machine until Ctrl-C."""

import secrets
import threading
from contextlib import suppress
from pathlib import Path

from talkinghead.editor.document import PuppetDocument
from talkinghead.editor.preview import PreviewRenderer
from talkinghead.editor.routes import create_app
from talkinghead.errors import TalkingHeadError
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.web.sample_speech import SampleSpeech
from talkinghead.web.server import HOST, open_socket, run_server


def serve(
    puppet: str, port: int | None, browser: bool, ckpt: Path | None, progress: Progress
) -> None:
    """Open the editor of a puppet, print its address and stay until Ctrl-C.

    Raises PuppetError for a puppet that cannot be read, InputError for a port that is in use.
    """
    document = PuppetDocument(puppet)
    listener = open_socket(port)
    token = secrets.token_urlsafe(16)
    address = f"http://{HOST}:{listener.getsockname()[1]}/{token}/"
    preview = PreviewRenderer(document, lambda: Animator(ckpt=ckpt), SampleSpeech(ckpt=ckpt))
    progress.note(f"editing {document.folder}; stop with Ctrl-C")
    progress.print_output(address)
    # Loading the networks takes seconds: have them ready for the first clip.
    loading = threading.Thread(target=_load, args=(preview,), daemon=True)
    loading.start()
    try:
        run_server(create_app(document, preview, token), listener, address, browser=browser)
    finally:
        preview.close()
        listener.close()
        loading.join()  # Python cannot exit cleanly while a library is being imported
    progress.note("the editor is closed; unsaved changes are lost")


def _load(preview: PreviewRenderer) -> None:
    """Load the networks ahead; the request for a clip reports what fails."""
    with suppress(TalkingHeadError):
        preview.load_animator()
