"""What went wrong, as an answer: a fitting status, and the line the command line would print."""

import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from talkinghead.app.guard import explained
from talkinghead.app.page.intake import NoForm, TooLarge
from talkinghead.app.page.shop import Full
from talkinghead.app.progress import one_line
from talkinghead.errors import InputError, TalkingHeadError


class Absent(InputError):
    """Nothing lies at this address."""


class Unfinished(InputError):
    """It is too early for this, or too late."""


# The first one that fits counts.
STATUS: Final[Mapping[type[Exception], int]] = {
    Absent: 404,
    Unfinished: 409,
    TooLarge: 413,
    NoForm: 400,
    Full: 503,
    TalkingHeadError: 422,
    Exception: 500,
}


def thread(work: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that does its work in a thread: it may take a while."""

    async def answer(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return answer


async def _failed(request: Request, error: Exception) -> Response:
    message = explained(error)
    if message is None:
        traceback.print_exception(error)
        message = f"the program failed ({type(error).__name__}); its log says more"
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {"retry-after": "60"} if status == 503 else None
    return JSONResponse({"error": one_line(message)}, status_code=status, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {"error": f"{request.url.path}: {error.detail}"}
    return JSONResponse(said, status_code=error.status_code, headers=error.headers)


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it: who sent the form is gone


HANDLERS: Final[Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]]] = {
    HTTPException: _refused,
    ClientDisconnect: _left,
    TalkingHeadError: _failed,
    OSError: _failed,
    MemoryError: _failed,
    RuntimeError: _failed,
}
