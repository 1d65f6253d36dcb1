"""The page's addresses: everything lies under a token, and every answer says what went wrong."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from talkinghead.app.editor.desk import Conflict, Desk, Refused
from talkinghead.app.editor.problems import problems
from talkinghead.app.editor.studio import Studio, Superseded
from talkinghead.app.web import Guarded
from talkinghead.errors import TalkingHeadError

STATIC: Final = Path(__file__).parent / "static"
LARGEST: Final = 64 * 1024  # bytes of a request; 136 points take 4 kB


def application(desk: Desk, studio: Studio, token: str) -> Starlette:
    """The editor of one puppet, for whoever knows the token."""

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    def state(data: dict[str, Any]) -> Response:
        script = studio.script
        said = {"sentences": script.sentences(), "styles": script.styles()}
        return JSONResponse({**desk.state(), **said})

    def checked(data: dict[str, Any]) -> Response:
        return JSONResponse({"problems": problems(desk.tried(data))})

    def spoken(data: dict[str, Any]) -> Response:
        return JSONResponse({"clip": studio.speak(data)})

    async def layer(request: Request) -> Response:
        role = request.path_params["role"]
        return await _answered(lambda: Response(studio.layer(role), media_type="image/webp"))

    async def clip(request: Request) -> Response:
        name = request.path_params["name"]
        return await _answered(lambda: FileResponse(studio.clip(name), media_type="video/mp4"))

    def posed(data: dict[str, Any]) -> Response:
        return Response(studio.pose(data), media_type="image/webp")

    inner = [
        Route("/", page),
        Route("/api/state", _get(state)),
        Route("/api/layer/{role}", layer),
        Route("/api/clip/{name}.mp4", clip),
        _post("/api/pose", posed),
        _post("/api/mesh", lambda data: JSONResponse(studio.mesh(data))),
        _post("/api/suggest", lambda data: JSONResponse(desk.suggested(data))),
        _post("/api/check", checked),
        _post("/api/speak", spoken),
        _post("/api/save", lambda data: JSONResponse(desk.save(data))),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    # A page elsewhere that has this machine's name resolve to 127.0.0.1 sends its own host.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(
        routes=[Mount(f"/{token}", routes=inner)], middleware=[Middleware(Guarded), hosts]
    )


Work = Callable[[dict[str, Any]], Response]


def _get(work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await _answered(lambda: work({}))

    return answer


def _post(path: str, work: Work) -> Route:
    async def answer(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return _failed(413, "the request is too large")
        try:
            data = _object(body)
        except ValueError:
            return _failed(400, "the request is no JSON object")
        return await _answered(lambda: work(data))

    return Route(path, answer, methods=["POST"])


def _object(body: bytes) -> dict[str, Any]:
    data = json.loads(body)
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


async def _answered(work: Callable[[], Response]) -> Response:
    """Do the work in a thread; what it refuses becomes an answer that says why."""
    try:
        return await run_in_threadpool(work)
    except Refused as error:
        return _failed(422, str(error), pose=error.pose, point=error.point)
    except (Conflict, Superseded) as error:
        return _failed(409, str(error))
    except TalkingHeadError as error:
        return _failed(422, str(error))
    except OSError as error:
        return _failed(500, f"{error.filename or 'the disk'}: {error.strerror or error}")


def _failed(status: int, message: str, **more: Any) -> Response:
    return JSONResponse({"error": message, **more}, status_code=status)
