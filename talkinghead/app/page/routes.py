"""The service's addresses: what is asked, and what is answered."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from talkinghead.app.editor.script import EXAMPLES, Script
from talkinghead.app.page.answers import HANDLERS, Absent, Unfinished, thread
from talkinghead.app.page.intake import received, unpacked
from talkinghead.app.page.job import Job, renamed
from talkinghead.app.page.limits import Limits
from talkinghead.app.page.looks import Looks, puppets
from talkinghead.app.page.offer import ENDINGS, described
from talkinghead.app.page.order import Form, Order, read_order
from talkinghead.app.page.shop import Shop
from talkinghead.app.web import Guarded, OwnOnly
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.samples import PORTRAITS

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska",
    ".webm": "video/webm", ".webp": "image/webp", ".gif": "image/gif",
}  # fmt: skip
Work = Callable[[Form, Path, dict[Path, str]], Response]


class Service:
    """Answers for a shop."""

    def __init__(self, shop: Shop, looks: Looks, limits: Limits, ckpt: Path | None = None) -> None:
        self._shop, self._looks, self._limits, self._ckpt = shop, looks, limits, ckpt
        self._script = Script(EXAMPLES, ckpt)

    def application(self, *names: str) -> Starlette:
        """The page and the service; `names` are those of this machine in a network."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/api/offer", thread(self._offer)),
                Route("/api/puppets", thread(lambda _: JSONResponse(puppets()))),
                Route("/api/puppets/{name}.webp", thread(self._puppet)),
                Route("/api/portraits/{name}.webp", thread(self._portrait)),
                Route("/api/recordings/{name}.wav", thread(self._recording)),
                Route("/api/styles", thread(lambda _: JSONResponse(self._script.styles()))),
                Route("/api/faces", self._faces, methods=["POST"]),
                Route("/api/jobs", self._order, methods=["POST"]),
                Route("/api/jobs/{id}", thread(self._told), methods=["GET"]),
                Route("/api/jobs/{id}", thread(self._drop), methods=["DELETE"]),
                Route("/api/jobs/{id}/video", thread(self._video)),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            middleware=[Middleware(Guarded), Middleware(OwnOnly, names=names)],
            exception_handlers=HANDLERS,
        )

    async def _page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    def _offer(self, request: Request) -> Response:
        """What the page is built from."""
        return JSONResponse(
            {
                "options": described(),
                "formats": ENDINGS,
                "portraits": PORTRAITS,
                "recordings": self._script.sentences(),
                "limits": vars(self._limits),
            }
        )

    def _puppet(self, request: Request) -> Response:
        return Response(self._looks.puppet(request.path_params["name"]), media_type="image/webp")

    def _portrait(self, request: Request) -> Response:
        return Response(self._looks.portrait(request.path_params["name"]), media_type="image/webp")

    def _recording(self, request: Request) -> Response:
        path = self._recordings().get(request.path_params["name"])
        if path is None:
            raise Absent("there is no such recording; /api/offer lists them")
        return FileResponse(path, media_type="audio/wav")

    def _recordings(self) -> dict[str, Path]:
        names = (sentence["id"] for sentence in self._script.sentences())
        return {name: EXAMPLES / f"{name}.wav" for name in names}

    async def _faces(self, request: Request) -> Response:
        """The faces of the `picture` in a form."""

        def looked(form: Form, folder: Path, names: dict[Path, str]) -> Response:
            if "picture" not in form.files:
                raise InputError("no picture was sent; send one")
            return JSONResponse(self._looks.faces(form.files["picture"]))

        folder = self._shop.folder()
        try:
            return await self._with_form(request, folder, looked)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _order(self, request: Request) -> Response:
        """Queue what a form asks for."""

        def queued(form: Form, folder: Path, names: dict[Path, str]) -> Response:
            self._shop.check_room()
            order = read_order(form, folder, self._recordings(), self._limits, self._ckpt)
            job = self._shop.add(order, folder, names, _title(form, order, names))
            headers = {"location": f"/api/jobs/{job.id}"}
            return JSONResponse(self._state(job), status_code=202, headers=headers)

        folder = self._shop.folder()
        try:
            return await self._with_form(request, folder, queued)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _with_form(self, request: Request, folder: Path, work: Work) -> Response:
        """Take a form in and do the work in a thread; files are named as their owner knows them."""
        data = await received(request, self._limits.bytes)
        try:
            form, names = await unpacked(data, folder)
        finally:
            await data.close()
        try:
            return await run_in_threadpool(work, form, folder, names)
        except TalkingHeadError as error:
            raise type(error)(renamed(str(error), names | {folder / "video": "video"})) from error

    def _told(self, request: Request) -> Response:
        return JSONResponse(self._state(self._job(request)))

    def _state(self, job: Job) -> dict[str, object]:
        ahead = {"ahead": self._shop.ahead(job)} if job.state == "queued" else {}
        return {**job.told(), **ahead}

    def _drop(self, request: Request) -> Response:
        """Cancel a job that is not done, or remove one that has ended."""
        job = self._job(request)
        removed = self._shop.drop(job)
        return JSONResponse({"id": job.id, "state": "removed" if removed else job.state})

    def _video(self, request: Request) -> Response:
        job = self._job(request)
        target = job.order.target
        if job.state != "done" or not target.is_file():
            raise Unfinished(f"there is no video: this job is {job.state}; ask for its state")
        return FileResponse(
            target,
            media_type=TYPES[target.suffix],
            filename=f"{job.title}{target.suffix}",
            content_disposition_type="inline",
        )

    def _job(self, request: Request) -> Job:
        job = self._shop.find(request.path_params["id"])
        if job is None:
            raise Absent("there is no such job; it was removed, or there never was one")
        return job


def _title(form: Form, order: Order, names: dict[Path, str]) -> str:
    """What the video is called: face_speech for face.jpg and speech.wav, as elsewhere."""
    sent = [form.files.get(field) for field in ("picture", "sound")]
    subject = order.args.puppet if order.command == "cartoon" else order.args.image
    known = [subject, order.args.audio]
    return "_".join(
        Path(names[path] if path else text).stem for path, text in zip(sent, known, strict=True)
    )
