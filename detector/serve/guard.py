"""Who may talk to the server: hosts and origins by name; and the headers that every answer carries.

A page of another site that is open in the same browser can send requests to this computer. It gives itself away by its
Origin, or, if it had its own name point here (DNS rebinding), by the Host that it asks for.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "Guard", "host_name"]

_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]+)?")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# Styles of elements carry the shading of passages; nothing of a document stands in one.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def host_name(host: str) -> str:
    """Return the name in a Host header in lower case, without the port; empty if the header is not a host.

    >>> host_name("LocalHost:8765"), host_name("[::1]:8765"), host_name("a b:x")
    ('localhost', '::1', '')
    """
    found = _HOST.fullmatch(host.lower())
    return (found["address"] or found["name"]) if found else ""


class Guard:
    """Middleware that refuses other hosts and origins.

    Attributes
    ----------
    hosts : names that the server answers to, in lower case
    origins : other origins that may ask it, as browsers send them, such as "https://editor.example"
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], origins: frozenset[str]) -> None:
        self.app, self.hosts, self.origins = app, hosts, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        is_allowed = origin is not None and origin in self.origins

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent[name] = value
                if is_allowed and origin is not None:
                    sent["Access-Control-Allow-Origin"] = origin
                    sent["Access-Control-Expose-Headers"] = "Retry-After"
                    sent["Vary"] = "Origin"
            await send(message)

        app: ASGIApp = self.app
        if host_name(host) not in self.hosts:
            app = _refusal("this server does not answer to that host: start it with --allow-host NAME")
        elif origin is not None and not is_allowed and not _is_own(origin, host):
            app = _refusal("pages of that origin may not ask this server: start it with --allow-origin ORIGIN")
        elif is_allowed and scope["method"] == "OPTIONS":
            app = _preflight()
        await app(scope, receive, send_with_headers)


def _is_own(origin: str, host: str) -> bool:
    """Return whether an origin is the server's own: the same host and port."""
    scheme, separator, rest = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and rest.lower() == host.lower()


def _refusal(message: str) -> Response:
    return JSONResponse({"error": message}, status_code=403)


def _preflight() -> Response:
    """Return the headers that a browser needs before a page of an allowed origin may send anything."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type, Accept",
            "Access-Control-Allow-Private-Network": "true",
        },
    )
