"""Errors become HTTP answers with a fitting status and the message of the command line."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException

from talkinghead.errors import AudioError, OutputError
from talkinghead.web.errors import (
    MalformedRequest,
    NotFound,
    NotReady,
    TooLarge,
    describe_statuses,
    error_handlers,
)
from talkinghead.web.job_queue import QueueFull

REQUEST = SimpleNamespace(url=SimpleNamespace(path="/api/jobs/x"))


def answer(error: Exception, **options: object):
    handlers = error_handlers(**options)
    handler = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
    return asyncio.run(handler(REQUEST, error))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MalformedRequest("m"), 400),
        (NotFound("m"), 404),
        (NotReady("m"), 409),
        (TooLarge("m"), 413),
        (AudioError("m"), 422),
        (OutputError("m"), 422),
        (QueueFull("m"), 503),
    ],
)
def test_an_error_has_its_status_and_its_message(error, status):
    response = answer(error)
    assert response.status_code == status
    assert json.loads(response.body) == {"error": "m"}
    assert ("retry-after" in response.headers) == (status == 503)


def test_a_bug_is_500_without_its_message(capsys):
    response = answer(RuntimeError("secret"))
    assert response.status_code == 500
    assert b"secret" not in response.body
    assert "secret" in capsys.readouterr().err


def test_http_errors_name_the_path_and_details_are_added():
    response = answer(HTTPException(405, "Method Not Allowed"))
    assert response.status_code == 405
    assert json.loads(response.body) == {"error": "/api/jobs/x: Method Not Allowed"}
    response = answer(NotFound("m"), details=lambda error: {"kind": type(error).__name__})
    assert json.loads(response.body) == {"error": "m", "kind": "NotFound"}


def test_every_documented_error_has_the_same_body():
    described = describe_statuses(404, 409)
    assert set(described) == {404, 409, "default"}
    assert len({row["model"] for row in described.values()}) == 1
