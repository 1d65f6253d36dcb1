"""Serve the editor's page on this machine until Ctrl-C."""

import secrets
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

import uvicorn

from talkinghead.app.editor.desk import Desk
from talkinghead.app.editor.routes import application
from talkinghead.app.editor.script import Script
from talkinghead.app.editor.studio import Studio
from talkinghead.app.progress import Progress
from talkinghead.app.web import HOST, listen
from talkinghead.errors import TalkingHeadError
from talkinghead.pipeline import Animator


def serve(
    puppet: str, port: int | None, browser: bool, ckpt: Path | None, progress: Progress
) -> None:
    """Open the editor of a puppet and stay until Ctrl-C. Prints the address.

    Raises PuppetError for a puppet that cannot be read, InputError for a port that is taken.
    """
    desk = Desk(puppet)
    listener = listen(port)
    token = secrets.token_urlsafe(16)
    address = f"http://{HOST}:{listener.getsockname()[1]}/{token}/"
    studio = Studio(desk, lambda: Animator(ckpt=ckpt), Script(ckpt=ckpt))
    server = uvicorn.Server(
        uvicorn.Config(
            application(desk, studio, token),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )
    progress.note(f"editing {desk.folder}; stop with Ctrl-C")
    progress.wrote(address)
    # The networks take seconds to load: they are ready when the first clip is asked for.
    loading = threading.Thread(target=_load, args=(studio,), daemon=True)
    loading.start()
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # how one leaves the editor: nothing went wrong
    finally:
        studio.close()
        listener.close()
        loading.join()  # Python cannot end well in the middle of loading a library
    progress.note("the editor is closed; what was not saved is lost")


def _load(studio: Studio) -> None:
    """Load the networks ahead; what fails is told to whoever asks for a clip."""
    with suppress(TalkingHeadError):
        studio.warm()
