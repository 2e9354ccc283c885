"""What every request passes on its way in and every answer on its way out: address, size, origin, headers."""

from __future__ import annotations

from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 64 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Shield:
    """An ASGI layer around the page.

    Parameters
    ----------
    app : ASGI application
    hosts : collection of str
        What the Host header may say: the addresses the page goes by.
    refused : callable
        Told in a word why a request went no further.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], refused: Callable[[str], None]) -> None:
        self._app, self._hosts, self._refused = app, frozenset(host.lower() for host in hosts), refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        named = len(headers.getlist("host")) == 1 and host in self._hosts
        if not named:
            await self._stop("other_address", 400, "This page does not go by that address.", scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD", "POST"):
            await self._stop("other_method", 405, "This page is read and filled in, nothing else.", scope, receive, send)
        elif scope["method"] == "POST" and not _from_here(headers, host):
            await self._stop(
                "form_from_elsewhere", 403, "This form was sent from another page. Open this one again.", scope, receive, send
            )
        elif scope["method"] == "POST" and not _is_small_form(headers):
            await self._stop("too_large", 413, "That is more than a form of this page holds.", scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), _headed(send, scope))

    async def _stop(self, why: str, status: int, said: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._refused(why)
        await PlainTextResponse(said, status)(scope, receive, _headed(send, scope))


def _from_here(headers: Headers, host: str) -> bool:
    """Whether a form was sent by a page of this address, as the browser says it; what is no browser says nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return origin is None or origin.lower() in (f"http://{host}", f"https://{host}")


def _is_small_form(headers: Headers) -> bool:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    length = headers.get("content-length", "")
    return kind == "application/x-www-form-urlencoded" and length.isdecimal() and int(length) <= LARGEST


def _bounded(receive: Receive) -> Receive:
    """The body, cut off where it is longer than it said it would be at most."""
    left = LARGEST

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                return {"type": "http.disconnect"}
        return message

    return bounded


def _headed(send: Send, scope: Scope) -> Send:
    """Answers with the headers every one of them carries."""

    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            is_ours = scope["path"].startswith("/static/")
            headers.setdefault("cache-control", "private, max-age=3600" if is_ours else "no-store")
            if scope["scheme"] == "https":
                headers["strict-transport-security"] = "max-age=86400"
        await send(message)

    return headed
