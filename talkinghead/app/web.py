"""What the pages of this machine share: where they listen, who may ask, what answers say."""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talkinghead.errors import InputError

HOST: Final = "127.0.0.1"  # this machine alone
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # an address may hold a token
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Guarded:
    """Adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and add to what answers begin with."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, sending)


class OwnOnly:
    """Refuses what a page from elsewhere asks for, where no token keeps it out.

    Such a page sends its own origin. One that has its name resolve to this machine sends that
    name as the host: only addresses in numbers, localhost and `names` are hosts here.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...] = ()) -> None:
        self.app, self.names = app, {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what this machine's own page asks for, and programs that are no browser."""
        if scope["type"] == "http" and (problem := self._strange(Request(scope))):
            await JSONResponse({"error": problem}, status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _strange(self, request: Request) -> str | None:
        asked = request.headers.get("host", "")
        host = urlsplit(f"//{asked}").hostname or ""
        if host not in self.names and not _is_address(host):
            return f"{host!r} is not this server's name; use its address in numbers"
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != asked:
            return "this was asked by a page from elsewhere; use the server's own page"
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def listen(port: int | None, host: str = HOST) -> socket.socket:
    """A socket that waits for requests; without `port` on one that is free.

    Raises InputError for a port that is taken, and for a host that is not this machine's.
    """
    if port is not None and not 0 <= port <= 65535:
        raise InputError(f"--port must be 0 to 65535, got {port}")
    try:
        family, _, _, _, place = socket.getaddrinfo(
            host, port or 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InputError(f"--host {host}: {error.strerror}; give an address of this machine") from (
            error
        )
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(place)
        listener.listen()  # who comes before the server is ready waits
    except OSError as error:
        listener.close()
        where = f"port {port}" if host == HOST else f"{host}, port {port}"
        raise InputError(f"{where}: {error.strerror}; choose another one with --port") from error
    return listener
