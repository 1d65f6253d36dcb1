"""The HTTP interface of the editor. Every address begins with a secret token."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ValidationError
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from talkinghead.editor.document import (
    Conflict,
    EditedPoints,
    InvalidPoints,
    Pose,
    PuppetDocument,
    SaveResult,
)
from talkinghead.editor.preview import PoseMesh, PreviewRenderer, Superseded
from talkinghead.editor.validation import validate
from talkinghead.landmarks import COUNT
from talkinghead.puppet.validate import POSES, ValidationIssue
from talkinghead.validation import describe_type_error
from talkinghead.web.errors import STATUSES, MalformedRequest, TooLarge, error_handlers
from talkinghead.web.server import SecurityHeaders, WebPResponse

STATIC: Final = Path(__file__).parent / "static"
MAX_BODY: Final = 64 * 1024  # bytes of a request; the landmarks of both poses take 4 kB
M = TypeVar("M", bound=BaseModel)


class PoseRequest(EditedPoints):
    """Landmarks, and the pose that is shown."""

    pose: Pose = "closed"
    layers: list[str] | None = None  # the visible ones; None shows all


class SuggestRequest(EditedPoints):
    """Landmarks, and the pose whose mouth is to be derived."""

    pose: Pose


class ClipRequest(EditedPoints):
    """Landmarks, and what the puppet says in which speaking style."""

    sentence: str | None = None
    style: str | None = None


class SaveRequest(EditedPoints):
    """Landmarks, and the revision of the folder that they were edited from."""

    revision: str | None = None
    force: bool = False


class RenderedClip(BaseModel):
    """A rendered clip, at api/clip/NAME.mp4."""

    clip: str


class Issue(BaseModel):
    """An issue that `talkinghead puppet check` reports."""

    message: str
    serious: bool
    pose: str | None  # None if it concerns both
    points: list[int]


class Issues(BaseModel):
    """The issues of a puppet, errors first."""

    problems: list[Issue]


class SavedPoints(SaveResult, Issues):
    """What became of a save, and the issues that the saved puppet has."""


def create_app(document: PuppetDocument, preview: PreviewRenderer, token: str) -> FastAPI:
    """The editor of one puppet, for those who know the token."""
    router = APIRouter(prefix=f"/{token}")

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @router.get("/api/state")
    def state() -> dict[str, Any]:
        speech = {"sentences": preview.speech.sentences(), "styles": preview.speech.styles()}
        return {**document.state(), **speech}

    @router.get("/api/layer/{role}")
    def layer(role: str) -> WebPResponse:
        return WebPResponse(preview.layer(role))

    @router.get("/api/clip/{name}.mp4")
    def clip(name: str) -> FileResponse:
        return FileResponse(preview.clip(name), media_type="video/mp4")

    @router.post("/api/pose")
    def pose(request: Annotated[PoseRequest, _json(PoseRequest)]) -> WebPResponse:
        return WebPResponse(preview.pose(request, request.pose, request.layers))

    @router.post("/api/mesh")
    def mesh(request: Annotated[PoseRequest, _json(PoseRequest)]) -> PoseMesh:
        return preview.mesh(request, request.pose)

    @router.post("/api/suggest")
    def suggest(
        request: Annotated[SuggestRequest, _json(SuggestRequest)],
    ) -> dict[Pose, list[list[float]]]:
        return document.suggest_mouth(request, request.pose)

    @router.post("/api/check")
    def check(points: Annotated[EditedPoints, _json(EditedPoints)]) -> Issues:
        issues, _ = validate(document.with_points(points))
        return Issues(problems=[_describe_issue(issue) for issue in issues])

    @router.post("/api/speak")
    def speak(request: Annotated[ClipRequest, _json(ClipRequest)]) -> RenderedClip:
        return RenderedClip(clip=preview.render_clip(request, request.sentence, request.style))

    @router.post("/api/save")
    def save(request: Annotated[SaveRequest, _json(SaveRequest)]) -> SavedPoints:
        saved = document.save(request, request.revision, force=request.force)
        issues, _ = validate(document.with_points(request))
        return SavedPoints(
            **saved.model_dump(), problems=[_describe_issue(issue) for issue in issues]
        )

    # With DNS rebinding, another site's page would send its own host name.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app = FastAPI(
        openapi_url=None,  # the interface is for this page only
        middleware=[Middleware(SecurityHeaders), hosts],
        exception_handlers=error_handlers({Conflict: 409, Superseded: 409, **STATUSES}, _locate),
    )
    app.include_router(router)
    app.mount(f"/{token}/static", StaticFiles(directory=STATIC))
    return app


def _json(model: type[M]) -> Any:
    """Reads the body of a request as `model`, whatever its content type, up to `MAX_BODY`."""

    async def read(request: Request) -> M:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLarge("the request is too large")
        try:
            data = json.loads(body)
        except ValueError as error:
            raise MalformedRequest("the request is not JSON") from error
        if not isinstance(data, dict):
            raise MalformedRequest("the request is not a JSON object")
        try:
            return model.model_validate(data)
        except ValidationError as error:
            raise _as_invalid_points(error) from error

    return Depends(read)


def _as_invalid_points(error: ValidationError) -> InvalidPoints:
    """The first problem of a request; of which pose and point, if it is one of those."""
    first = error.errors()[0]
    field, *path = first["loc"] or ("request",)
    is_missing = first["type"] == "missing"
    if field not in POSES:
        what = "is missing" if is_missing else describe_type_error(first["type"])
        return InvalidPoints(f"{field} {what}")
    point = path[0] if path and isinstance(path[0], int) else None
    if point is not None:
        message = f"point {point} of {field} must be two numbers"
    elif is_missing:
        message = f"{field} is missing; send {COUNT} points"
    else:
        message = f"{field} must be a list of {COUNT} points"
    return InvalidPoints(message, str(field), point)


def _locate(error: Exception) -> Mapping[str, Any]:
    if isinstance(error, InvalidPoints):
        return {"pose": error.pose, "point": error.point}
    return {}


def _describe_issue(issue: ValidationIssue) -> Issue:
    return Issue(
        message=issue.message,
        serious=issue.is_error,
        pose=issue.poses[0] if len(issue.poses) < len(POSES) else None,
        points=list(issue.points),
    )
