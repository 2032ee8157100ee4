"""The server: its routes, its limits, and how it starts and stops."""

from __future__ import annotations

import asyncio
import errno
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from detector.api import model_info
from detector.errors import InputError
from detector.readers import SUFFIXES
from detector.report.html import environment
from detector.report.json import schema
from detector.report.wording import threshold_percent
from detector.serve.guard import LOOPBACK, Guard, host_name
from detector.serve.languagetool import LANGUAGES
from detector.serve.pool import Pool, PoolFull, WorkerLost
from detector.version import __version__

__all__ = ["ServeSettings", "create_app", "open_socket", "run"]

_RETRY_SECONDS = 2  # after which a client may ask a full server again
_GRACE_SECONDS = 5  # that requests have to finish after a stop
_ANYWHERE = frozenset({"0.0.0.0", "::", ""})  # addresses that stand for all of the computer's

# Files that the page consists of, besides its own template: package, file, media type.
_STATIC = {
    "style.css": ("detector.report", "templates", "text/css"),
    "report.js": ("detector.report", "templates", "text/javascript"),
    "page.css": ("detector.serve", "static", "text/css"),
    "page.js": ("detector.serve", "static", "text/javascript"),
    "icon.svg": ("detector.serve", "static", "image/svg+xml"),
}


@dataclass(frozen=True)
class ServeSettings:
    """The limits of the server, and who may use it.

    Attributes
    ----------
    host : address that it listens at
    n_workers : processes that read texts side by side
    n_waiting : requests that may wait for one of them; more are refused with 429
    max_bytes : of the body of a request; a larger one is refused with 413
    seconds : that a request may take, waiting included; then it is refused with 503
    hosts : names that it answers to, besides those of this computer
    origins : other origins whose pages may ask it
    """

    host: str = "127.0.0.1"
    n_workers: int = 2
    n_waiting: int = 64
    max_bytes: int = 20_000_000
    seconds: float = 120.0
    hosts: tuple[str, ...] = field(default=())
    origins: tuple[str, ...] = field(default=())

    @property
    def known_hosts(self) -> frozenset[str]:
        """All names that the server answers to, in lower case."""
        own = frozenset({self.host.lower()}) - _ANYWHERE
        return LOOPBACK | own | {host_name(name) or name.lower() for name in self.hosts}


class _TooLarge(Exception):
    """The body of a request has more bytes than are read."""


@cache
def _text_of(package: str, *path: str) -> str:
    return files(package).joinpath(*path).read_text(encoding="utf-8")


def _error(status: int, message: str, **headers: str) -> JSONResponse:
    return JSONResponse({"error": message}, status, headers)


class _Server:
    """The routes, and the pool that they share."""

    def __init__(self, settings: ServeSettings) -> None:
        self.settings = settings
        self.pool = Pool(settings.n_workers, settings.n_waiting)
        self._n_bytes = 0  # of bodies that are being read
        self._max_bytes = (settings.n_workers + settings.n_waiting) * settings.max_bytes  # of them

    async def _body(self, request: Request) -> bytes:
        """Return the body of a request. Raises _TooLarge or PoolFull if it, or all that are read, have too many bytes.

        Whoever sends slowly holds no place, only the bytes that have come. Of a body that is refused, up to twice as
        many bytes as are allowed are read and dropped: many clients read no answer before they have sent everything.
        """
        limit = self.settings.max_bytes
        body = bytearray()  # many small parts would take many times their bytes
        size, is_kept = 0, True
        try:
            async for part in request.stream():
                size += len(part)
                if size > 2 * limit:
                    break
                if is_kept and (size > limit or self._n_bytes + len(part) > self._max_bytes):
                    is_kept = False
                    self._n_bytes -= len(body)
                    body.clear()
                if is_kept:
                    body += part
                    self._n_bytes += len(part)
        finally:
            self._n_bytes -= len(body)
        if size > limit:
            raise _TooLarge
        if not is_kept:
            raise PoolFull
        return bytes(body)

    def answers(self, kind: str) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of requests of a kind."""

        async def endpoint(request: Request) -> Response:
            limits = self.settings
            try:
                async with asyncio.timeout(limits.seconds):
                    body = await self._body(request)
                    with self.pool.place():
                        made = await self.pool.ask(kind, body)
                return Response(made.content, made.status, media_type=made.media_type)
            except PoolFull:
                message = "all workers are at work and the queue is full: ask again later"
                return _error(429, message, **{"Retry-After": str(_RETRY_SECONDS)})
            except _TooLarge:
                return _error(413, f"more than {limits.max_bytes:,} bytes, the most that is read: send less at once")
            except TimeoutError:
                message = f"not done in {limits.seconds:g} seconds, the most that a request may take: send less at once"
                return _error(503, message, **{"Retry-After": str(_RETRY_SECONDS)})
            except ClientDisconnect:
                return Response(status_code=499)  # nobody reads it
            except WorkerLost as error:
                return _error(500, str(error))

        return endpoint

    async def page(self, request: Request) -> Response:
        """Answer with the page."""
        facts = model_info()
        notes = facts["threshold_notes"]
        thresholds = [
            {"name": name, "percent": threshold_percent(value), "note": notes.get(name, "")}
            for name, value in facts["thresholds"].items()
        ]
        return HTMLResponse(
            environment("detector.serve")
            .get_template("page.html")
            .render(
                is_local=host_name(request.headers["host"]) in LOOPBACK,
                thresholds=thresholds,
                suffixes=",".join(SUFFIXES),
                max_bytes=self.settings.max_bytes,
                version=__version__,
                signature=facts["signature"],
            )
        )

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Run the pool while the server runs."""
        await self.pool.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self.pool.close)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        return _error(404, "no such file")
    package, folder, media_type = _STATIC[name]
    return Response(_text_of(package, folder, name), media_type=media_type)


async def _languages(_: Request) -> Response:
    return JSONResponse(LANGUAGES)


async def _healthcheck(_: Request) -> Response:
    return PlainTextResponse("OK")


async def _openapi(_: Request) -> Response:
    return JSONResponse(_openapi_description())


@cache
def _openapi_description() -> dict[str, Any]:
    """Return the description of the interface, with the JSON Schema of the command line's documents in it."""
    described: dict[str, Any] = json.loads(_text_of("detector.serve", "openapi.json"))
    described["info"]["version"] = __version__
    definitions = json.dumps(schema()["$defs"]).replace('"#/$defs/', '"#/components/schemas/')
    described["components"]["schemas"].update(json.loads(definitions))
    return described


def create_app(settings: ServeSettings) -> Starlette:
    """Return the application; its pool starts and stops with it."""
    server = _Server(settings)
    posted = {
        "/v1/annotate": "annotate",
        "/v1/score": "score",
        "/v1/reverse": "reverse",
        "/v2/check": "check",
        "/page/read": "page",
    }
    return Starlette(
        routes=[
            Route("/", server.page),
            Route("/static/{name}", _static),
            Route("/openapi.json", _openapi),
            Route("/v2/languages", _languages),
            Route("/v2/healthcheck", _healthcheck),
            *(Route(path, server.answers(kind), methods=["POST"]) for path, kind in posted.items()),
        ],
        middleware=[Middleware(Guard, hosts=settings.known_hosts, origins=frozenset(settings.origins))],
        lifespan=server.lifespan,
    )


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 is any that is free. Raises InputError if it is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except (OSError, UnicodeError) as error:
        problem = getattr(error, "strerror", None) or error
        wrong = "--port" if getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES) else "--host"
        raise InputError(f"cannot listen at {host}, port {port}: {problem}; give another {wrong}") from None
    return made


def run(settings: ServeSettings, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then let requests end, for some seconds at most.

    `on_ready` is called once requests are answered. Raises ModelError if the models cannot be read, InputError if the
    workers do not start.
    """
    model_info()  # before anything is promised

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_ready()

    server = Server(
        uvicorn.Config(
            create_app(settings),
            access_log=False,
            log_config=None,
            log_level="critical",  # it would tell of any stranger's request that is not HTTP
            server_header=False,
            date_header=False,
            lifespan="on",
            ws="none",
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    # uvicorn acts on the signals and raises them again when it has stopped, which would end this process as if it
    # had crashed.
    former = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listening])
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if not server.started:
        raise InputError("the server did not start: a worker process ended while it read the models")
