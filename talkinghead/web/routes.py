"""The HTTP interface of the service: what can be requested, and what is answered."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

import talkinghead
from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.requests.run import render_video
from talkinghead.web.errors import NotFound, NotReady, describe_statuses, error_handlers
from talkinghead.web.form_request import read_form, video_title
from talkinghead.web.form_schema import VIDEO_FORMATS, FormField, form_fields, form_json_schema
from talkinghead.web.job import JobStatus, RenderJob, rename_files
from talkinghead.web.job_queue import JobQueue, Limits
from talkinghead.web.live import LiveFace, LiveFaces
from talkinghead.web.live_routes import add_live_routes, read_live
from talkinghead.web.previews import DetectedFaces, Previews, PuppetInfo, puppet_infos
from talkinghead.web.sample_speech import SampleSpeech, Sentence
from talkinghead.web.server import SameOriginOnly, SecurityHeaders, WebPResponse
from talkinghead.web.upload import Form, receive_form

STATIC: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska",
    ".webm": "video/webm", ".webp": "image/webp", ".gif": "image/gif",
}  # fmt: skip
PHOTO_FORM: Final = {
    "type": "object",
    "required": ["photo"],
    "properties": {"photo": {"type": "string", "format": "binary"}},
}
T = TypeVar("T")


class ServiceOptions(BaseModel):
    """What a form may hold."""

    options: list[FormField]
    formats: list[str]
    portraits: list[str]
    recordings: list[Sentence]
    limits: Limits


class DeletedJob(BaseModel):
    """What became of a job: cancelled before it was finished, or removed afterwards."""

    id: str
    state: Literal["cancelled", "removed"]


class WavResponse(FileResponse):
    """A recording."""

    media_type = "audio/wav"


class VideoResponse(FileResponse):
    """A video, in the format that was requested."""

    media_type = "video/*"


def create_app(
    queue: JobQueue,
    previews: Previews,
    limits: Limits,
    speech: SampleSpeech,
    ckpt: Path | None = None,
    names: tuple[str, ...] = (),
    live: LiveFaces | None = None,
) -> FastAPI:
    """The page and the service; `names` are host names of this machine in its network.

    Without `live` nothing is shown live.
    """
    app = FastAPI(
        title="talkinghead",
        version=talkinghead.__version__,
        description="Animate an image or a puppet with a recording.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        middleware=[Middleware(SecurityHeaders), Middleware(SameOriginOnly, names=names)],
        exception_handlers=error_handlers(),
    )

    def find_job(id: str) -> RenderJob:
        job = queue.find(id)
        if job is None:
            raise NotFound("there is no such job; it was removed, or never existed")
        return job

    async def with_form(request: Request, folder: Path, work: Callable[[Form], T]) -> T:
        """Receive a form and do the work in a thread; messages name files as uploaded."""
        form = await receive_form(request, limits.max_bytes, folder)
        try:
            return await run_in_threadpool(work, form)
        except TalkingHeadError as error:
            names = {**form.names, folder / "video": "video"}
            error.args = (rename_files(str(error), names),)
            raise

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/api/options")
    def options() -> ServiceOptions:
        """What a form may hold: options with their ranges, formats, samples and limits."""
        return ServiceOptions(
            options=form_fields(),
            formats=VIDEO_FORMATS,
            portraits=list(DEMO_PORTRAITS),
            recordings=speech.sentences(),
            limits=limits,
        )

    @app.get("/api/puppets")
    def puppets() -> list[PuppetInfo]:
        """The puppets that can be animated."""
        return puppet_infos()

    @app.get(
        "/api/puppets/{name}.webp", response_class=WebPResponse, responses=describe_statuses(422)
    )
    def puppet(name: str) -> WebPResponse:
        """A small picture of a puppet."""
        return WebPResponse(previews.puppet(name))

    @app.get(
        "/api/portraits/{name}.webp", response_class=WebPResponse, responses=describe_statuses(422)
    )
    def portrait(name: str) -> WebPResponse:
        """A small picture of a sample portrait."""
        return WebPResponse(previews.portrait(name))

    @app.get(
        "/api/recordings/{name}.wav", response_class=WavResponse, responses=describe_statuses(404)
    )
    def recording(name: str) -> WavResponse:
        """A sample recording."""
        path = speech.recordings().get(name)
        if path is None:
            raise NotFound("there is no such recording; /api/options lists them")
        return WavResponse(path)

    @app.get("/api/styles")
    def styles() -> list[str]:
        """Names of speaking styles, for `style_from`."""
        return speech.styles()

    @app.post(
        "/api/faces",
        responses=describe_statuses(400, 413, 422),
        openapi_extra=_multipart(PHOTO_FORM),
    )
    async def faces(request: Request) -> DetectedFaces:
        """Detect the faces of the `photo` in a form."""

        def detect(form: Form) -> DetectedFaces:
            photo = form.files.get("photo")
            if photo is None:
                raise InputError("no photo was sent; send an image file")
            return previews.faces(photo)

        folder = queue.make_folder()
        try:
            return await with_form(request, folder, detect)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @app.post(
        "/api/jobs",
        status_code=202,
        response_model_exclude_none=True,
        responses=describe_statuses(400, 413, 422, 503),
        openapi_extra=_multipart(form_json_schema()),
    )
    async def submit(request: Request, response: Response) -> JobStatus:
        """Queue the video that a form describes."""

        def add(form: Form) -> JobStatus:
            queue.check_capacity()
            video = read_form(form, folder, speech.recordings(), limits, ckpt)
            title = video_title(video, form.names)
            job = RenderJob(partial(render_video, video), video.target, form.names, title)
            for note in video.notes:
                job.add_note(note)
            return queue.add(job)

        folder = queue.make_folder()
        try:
            status = await with_form(request, folder, add)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        response.headers["location"] = f"/api/jobs/{status.id}"
        return status

    JobOfPath = Annotated[RenderJob, Depends(find_job)]

    @app.get("/api/jobs/{id}", response_model_exclude_none=True, responses=describe_statuses(404))
    def job_status(job: JobOfPath) -> JobStatus:
        """The status of a job."""
        return job.status(ahead=queue.count_ahead(job))

    @app.delete("/api/jobs/{id}", responses=describe_statuses(404))
    def delete(job: JobOfPath) -> DeletedJob:
        """Cancel a job, or remove one that is finished."""
        return DeletedJob(id=job.id, state="removed" if queue.delete(job) else "cancelled")

    @app.get(
        "/api/jobs/{id}/video", response_class=VideoResponse, responses=describe_statuses(404, 409)
    )
    def video(job: JobOfPath) -> VideoResponse:
        """The video of a job that is done."""
        if job.state != "done" or not job.target.is_file():
            raise NotReady(f"there is no video: the job is {job.state}; ask for its status")
        return VideoResponse(
            job.target,
            media_type=MEDIA_TYPES[job.target.suffix],
            filename=f"{job.title}{job.target.suffix}",
            content_disposition_type="inline",
        )

    if live is not None:
        shown = live

        @app.post("/api/live", responses=describe_statuses(400, 413, 422, 503))
        async def open_live(request: Request) -> LiveFace:
            """Show a `photo` or `puppet` live; connect to /api/live/{id} with a WebSocket."""
            folder = queue.make_folder()
            try:
                return await with_form(request, folder, lambda form: shown.open(read_live(form)))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        add_live_routes(app, shown)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _multipart(schema: dict[str, Any]) -> dict[str, Any]:
    """The entry of a form in the OpenAPI schema; forms are read with a size limit of our own."""
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
