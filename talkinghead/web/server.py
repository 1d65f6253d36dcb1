"""The server that the page and the editor share: its socket, its guards, its event loop."""

import ipaddress
import socket
import threading
import webbrowser
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import uvicorn
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talkinghead.errors import InputError

HOST: Final = "127.0.0.1"  # this machine only
SECURITY_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the editor's address holds a token
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class WebPResponse(Response):
    """An image."""

    media_type = "image/webp"


class SecurityHeaders:
    """Middleware that adds `SECURITY_HEADERS` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [
                    (name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
                ]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOriginOnly:
    """Middleware that refuses requests of other sites' pages, where no token keeps them out.

    A page of another site sends its own origin. With DNS rebinding it sends its own host name:
    the host must therefore be an IP address, localhost or one of `names`.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...] = ()) -> None:
        self.app, self.names = app, {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests of this server's own page, and of programs that are no browsers."""
        if scope["type"] in ("http", "websocket") and (
            problem := self._find_problem(HTTPConnection(scope))
        ):
            if scope["type"] == "http":
                await JSONResponse({"error": problem}, status_code=403)(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": problem})
            return
        await self.app(scope, receive, send)

    def _find_problem(self, request: HTTPConnection) -> str | None:
        header = request.headers.get("host", "")
        host = urlsplit(f"//{header}").hostname or ""
        if host not in self.names and not _is_ip_address(host):
            return f"{host!r} is not a name of this server; use its IP address"
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != header:
            return "another site's page sent this request; use the page of this server"
        return None


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def open_socket(port: int | None, host: str = HOST) -> socket.socket:
    """A listening socket; on a free port if `port` is None or 0.

    Raises InputError for a port that is in use, and for a host that is not this machine's.
    """
    if port is not None and not 0 <= port <= 65535:
        raise InputError(f"--port must be 0 to 65535, got {port}")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port or 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InputError(f"--host {host}: {error.strerror}; give an address of this machine") from (
            error
        )
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()  # connections wait until the server is ready
    except OSError as error:
        listener.close()
        where = f"port {port}" if host == HOST else f"{host}, port {port}"
        raise InputError(f"{where}: {error.strerror}; choose another one with --port") from error
    return listener


def run_server(
    application: ASGIApp, listener: socket.socket, address: str, *, browser: bool
) -> None:
    """Answer requests until Ctrl-C; with `browser`, open the address in the user's browser."""
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    with suppress(KeyboardInterrupt):  # the way to end the server, not an error
        uvicorn.Server(config).run(sockets=[listener])
