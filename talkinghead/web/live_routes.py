"""The addresses of live faces, which the page of `serve` and that of `live` have in common."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from talkinghead.errors import InputError
from talkinghead.live.broadcast import Broadcast
from talkinghead.live.video_streams import MJPEG_TYPE, WEBM_TYPE, mjpeg, packets, webm
from talkinghead.requests.live import LiveRequest
from talkinghead.web.errors import describe_statuses, error_handlers
from talkinghead.web.form_request import SUBJECT_READERS
from talkinghead.web.live import LiveFace, LiveFaces, show_face
from talkinghead.web.live_webrtc import Connections, Offer, read_offer
from talkinghead.web.server import SameOriginOnly, SecurityHeaders
from talkinghead.web.upload import Form

STATIC: Final = Path(__file__).parent / "static"
# Fields of a form besides the subject.
OPTIONS: Final[tuple[str, ...]] = ("size", "look_ahead", "crop")


def read_live(form: Form) -> LiveRequest:
    """The request of a form with a `photo` or `puppet`. Raises InputError."""
    sent = [name for name in ("photo", "puppet") if name in {*form.texts, *form.files}]
    if len(sent) != 1:
        raise InputError("send a photo or a puppet, one of them")
    texts, files = dict(form.texts), dict(form.files)
    subject = SUBJECT_READERS[sent[0]](texts, files)
    options = {name: texts[name] for name in OPTIONS if name in texts}
    return LiveRequest.from_fields({"subject": str(subject), **options})


def add_live_routes(app: FastAPI, faces: LiveFaces) -> None:
    """What is served of faces that are shown already."""
    connections = Connections()

    @app.get("/api/live/{id}", responses=describe_statuses(404))
    def live_face(id: str) -> LiveFace:
        """What is shown under this id."""
        return faces.describe(id)

    @app.websocket("/api/live/{id}")
    async def connect(socket: WebSocket, id: str) -> None:
        await show_face(socket, faces, id)

    @app.post("/api/live/{id}/offer", responses=describe_statuses(404, 422))
    async def answer(id: str, request: Request) -> Offer:
        """Connect over WebRTC: the answer to the offer of a browser."""
        return await connections.answer(faces.find(id), read_offer(await request.body()))

    @app.get("/api/live/{id}/video.mjpeg", responses=describe_statuses(404))
    def mjpeg_stream(id: str) -> StreamingResponse:
        """The picture alone, for a browser source or media source of OBS."""
        return _stream(faces.find(id), mjpeg, MJPEG_TYPE)

    @app.get("/api/live/{id}/video.webm", responses=describe_statuses(404))
    def webm_stream(id: str) -> StreamingResponse:
        """Picture and sound, for a media source of OBS and for players."""
        rate = faces.find(id).session.sample_rate
        return _stream(faces.find(id), lambda source: webm(source, rate), WEBM_TYPE)


def create_live_app(faces: LiveFaces, names: tuple[str, ...] = ()) -> FastAPI:
    """A page that shows one face, named "live"."""
    app = FastAPI(
        title="talkinghead live",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(SecurityHeaders), Middleware(SameOriginOnly, names=names)],
        exception_handlers=error_handlers(),
    )

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "live.html")

    add_live_routes(app, faces)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _stream(
    broadcast: Broadcast, encode: Callable[..., Iterator[bytes]], media_type: str
) -> StreamingResponse:
    return StreamingResponse(encode(packets(broadcast)), media_type=media_type)
