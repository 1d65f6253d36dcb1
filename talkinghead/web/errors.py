"""Errors as HTTP answers: a fitting status, and the message that the command line prints."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.live.errors import TooManyFaces
from talkinghead.web.job import error_message
from talkinghead.web.job_queue import QueueFull

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
Statuses = Mapping[type[Exception], int]


class ErrorMessage(BaseModel):
    """The body of every answer to a request that was refused."""

    error: str


class NotFound(InputError):
    """Nothing is at this address."""


class NotReady(InputError):
    """The job has no video, or not yet."""


class MalformedRequest(InputError):
    """The body of a request cannot be read."""


class TooLarge(InputError):
    """The body of a request is larger than the service accepts."""


# The first that matches counts.
STATUSES: Final[Statuses] = {
    NotFound: 404,
    NotReady: 409,
    TooLarge: 413,
    MalformedRequest: 400,
    QueueFull: 503,
    TooManyFaces: 503,
    TalkingHeadError: 422,
    Exception: 500,
}


def error_handlers(
    statuses: Statuses = STATUSES,
    details: Callable[[Exception], Mapping[str, Any]] = lambda error: {},
) -> dict[int | type[Exception], Handler]:
    """Exception handlers of an application; `details` adds fields to the body of an error."""

    async def refuse(request: Request, error: Exception) -> Response:
        status = next(status for kind, status in statuses.items() if isinstance(error, kind))
        headers = {"retry-after": "60"} if status == 503 else None
        body = {"error": error_message(error), **details(error)}
        return JSONResponse(body, status_code=status, headers=headers)

    handled = (TalkingHeadError, OSError, MemoryError, RuntimeError)
    return {
        HTTPException: _refuse_http,
        ClientDisconnect: _ignore_disconnect,
        **dict.fromkeys(handled, refuse),
    }


def describe_statuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation, for the OpenAPI schema: all have the same body."""
    body = {"model": ErrorMessage}
    named: dict[int | str, dict[str, Any]] = dict.fromkeys(statuses, body)
    return {**named, "default": {**body, "description": "Any other error"}}


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = {"error": f"{request.url.path}: {error.detail}"}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _ignore_disconnect(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # the client is gone: nobody reads this
