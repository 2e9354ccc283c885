"""The worker's pages over HTTP: plain forms, one cookie, and a log line for whatever is shown, entered or refused."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from recoverynet.errors import SchemaError
from recoverynet.web.caseload import Refusal
from recoverynet.web.desk import Desk
from recoverynet.web.pages import client_page, list_page, not_entered_page, refused_page, trouble_page, way_in_page
from recoverynet.web.schema import StoreError
from recoverynet.web.shield import Shield
from recoverynet.web.visits import Visit, enter, open_client, search_of
from recoverynet.web.way_in import Refused

STATIC = Path(__file__).resolve().parent / "static"
NOTHING: Mapping[str, str] = MappingProxyType({})
_MOST_FIELDS, _AT_ONCE = 40, 2
_TURN_SECONDS = 0.001
"""How long a page that is worked out may keep others from being sent: a fifth of what Python allows by itself."""
Action = Callable[[Visit], Response]


def application(desk: Desk, *, hosts: Collection[str], secure: bool) -> ASGIApp:
    """The pages of one record as an ASGI application.

    Parameters
    ----------
    desk : Desk
    hosts : collection of str
        Addresses it goes by, as the Host header says them.
    secure : bool
        Whether browsers reach it by https only.
    """
    cookie = Cookie(secure)
    routes = [
        Route("/", _answering(desk, cookie, _home, guests=True), methods=["GET"]),
        Route("/way-in", _answering(desk, cookie, _door, guests=True), methods=["GET"]),
        Route("/way-in", _answering(desk, cookie, _come_in, guests=True), methods=["POST"]),
        Route("/way-out", _answering(desk, cookie, _leave), methods=["POST"]),
        Route("/clients", _answering(desk, cookie, _clients), methods=["GET", "POST"]),
        Route("/client/{handle}", _answering(desk, cookie, _client), methods=["GET"]),
        Route("/client/{handle}/{what}", _answering(desk, cookie, _enter), methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_page}, lifespan=_few_at_once)
    return Shield(app, hosts=hosts, refused=lambda why: desk.log.note("refusal", why=why))


@asynccontextmanager
async def _few_at_once(_: Starlette) -> AsyncIterator[None]:
    """Work on a few pages at a time: more threads on the same cores make everybody wait longer, and hold more memory."""
    sys.setswitchinterval(_TURN_SECONDS)
    current_default_thread_limiter().total_tokens = _AT_ONCE
    yield


class Cookie:
    """The one cookie: out of reach of scripts, never sent from elsewhere.

    Parameters
    ----------
    secure : bool
    """

    def __init__(self, secure: bool) -> None:
        self._secure, self._name = secure, "__Host-recoverynet" if secure else "recoverynet"

    def read(self, request: Request) -> str | None:
        """The token a browser carries."""
        return request.cookies.get(self._name)

    def give(self, response: Response, token: str) -> None:
        """Hand a token to the browser."""
        response.set_cookie(self._name, token, httponly=True, samesite="strict", secure=self._secure, path="/")

    def take(self, response: Response) -> None:
        """Take the token away."""
        response.delete_cookie(self._name, httponly=True, samesite="strict", secure=self._secure, path="/")


def _answering(desk: Desk, cookie: Cookie, action: Action, guests: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that does ``action`` for whoever is let in, and says plainly why not for everybody else."""

    async def endpoint(request: Request) -> Response:
        fields = NOTHING
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
                fields = {name: value for name, value in form.items() if isinstance(value, str)}
        visit = Visit(desk, cookie.read(request), fields, request.path_params, dict(request.query_params), request.method)
        response = await run_in_threadpool(_answer, visit, action, guests)
        if visit.new_token is not None:
            cookie.give(response, visit.new_token)
        elif visit.is_over:
            cookie.take(response)
        return response

    return endpoint


def _answer(visit: Visit, action: Action, guests: bool) -> Response:
    """What one request is answered, whatever goes wrong."""
    try:
        visit.begin(guests=guests)
        return action(visit)
    except Refusal as refusal:
        return _logged_refusal(visit, refusal)
    except StoreError as error:
        if visit.is_entry:
            return _page(not_entered_page(visit, str(error)), 503)
        return _page(trouble_page(visit, str(error)), 503)
    except SchemaError as error:
        visit.note("refusal", why="not_a_sound_entry")
        return _page(not_entered_page(visit, str(error)), 422)
    except Exception as error:  # noqa: BLE001 - a visitor is told so, and no value of the record reaches a log
        visit.note("error", why=type(error).__name__)
        return _page(trouble_page(visit, "Something went wrong here. It was noted in the log; nothing was saved."), 500)


def _logged_refusal(visit: Visit, refusal: Refusal) -> Response:
    try:
        visit.note("refusal", why=refusal.why, client=refusal.client_id)
    except StoreError as error:
        return _page(trouble_page(visit, str(error)), 503)
    if refusal.why in ("no_session", "session_over") and not visit.is_entry:
        return _page(way_in_page(visit, over=refusal.why == "session_over"), 401)
    return _page(refused_page(visit, refusal.why), 404 if refusal.why == "no_such_client" else 403)


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status)


async def _no_such_page(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _page(trouble_page(None, "There is no such page here."), status)


def _home(visit: Visit) -> Response:
    return RedirectResponse("/clients", 303) if visit.session else _door(visit)


def _door(visit: Visit) -> Response:
    return _page(way_in_page(visit))


def _come_in(visit: Visit) -> Response:
    """Exchange the code of a link for a session."""
    code = visit.fields.get("code", "").strip().rpartition("#")[2]
    opened = visit.desk.way_in.open(code)
    if isinstance(opened, Refused):
        visit.note("refusal", why=f"link_{opened.reason}", invited=opened.worker_id)
        return _page(way_in_page(visit, refused=opened.reason), 403)
    if visit.session is not None:
        visit.desk.way_in.end(visit.session)
    visit.take_up(opened)
    visit.note("way_in")
    return RedirectResponse("/clients", 303)


def _leave(visit: Visit) -> Response:
    visit.desk.way_in.end(visit.worker)
    visit.note("way_out")
    visit.is_over = True
    return RedirectResponse("/way-in?left=1", 303)


def _clients(visit: Visit) -> Response:
    search = search_of(visit)
    html = list_page(visit, search)
    visit.note("search" if search.is_search else "view", page="clients")
    return _page(html)


def _client(visit: Visit) -> Response:
    client_id = open_client(visit)
    html = client_page(visit, client_id)
    visit.note("view", page="client", client=client_id)
    return _page(html)


def _enter(visit: Visit) -> Response:
    client_id = open_client(visit)
    saved = enter(visit, client_id)
    return RedirectResponse(f"/client/{visit.path['handle']}?saved={saved}", 303)
