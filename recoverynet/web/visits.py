"""One request of one worker: who they are, what they sent, and what becomes of it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from recoverynet.web.caseload import Refusal, require_on_caseload
from recoverynet.web.desk import Desk
from recoverynet.web.entering import Form, back_entries, contact_entries, step_entries
from recoverynet.web.way_in import WorkerSession

ENTRIES = ("contact", "step", "back")


@dataclass
class Visit:
    """A request.

    Attributes
    ----------
    desk : Desk
    token : str or None
        What the browser carries.
    fields, path, query : mapping of str to str
        The form that was sent, and what the address says.
    method : str
    session : Session or None
    new_token : str or None
        A token to hand out with the answer.
    is_over : bool
        Whether the browser's token is to be taken away.
    """

    desk: Desk
    token: str | None = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    path: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    method: str
    session: WorkerSession | None = None
    new_token: str | None = field(default=None, repr=False)
    is_over: bool = False

    def begin(self, *, guests: bool) -> None:
        """Find out who it is, and whether the form is one of theirs.

        Raises
        ------
        Refusal
            Nobody is logged in where somebody must be, or the form is not from a page of this visit.
        """
        self.desk.record.refresh()
        self.session = self.desk.way_in.session(self.token) if self.token else None
        if self.session is not None and not self.desk.record.is_at_work(self.session.worker_id):
            self.desk.way_in.end(self.session)
            self.session = None
        self.is_over = self.token is not None and self.session is None
        if guests:
            return
        if self.session is None:
            raise Refusal("session_over" if self.token else "no_session")
        if self.method == "POST" and not hmac.compare_digest(
            self.fields.get("form", "").encode(), self.session.form_token.encode()
        ):
            raise Refusal("form_from_elsewhere")

    @property
    def worker(self) -> WorkerSession:
        """The session, where there must be one."""
        if self.session is None:
            raise Refusal("no_session")
        return self.session

    @property
    def is_entry(self) -> bool:
        """Whether something was to be saved."""
        return self.method == "POST" and self.path.get("what") in ENTRIES

    def take_up(self, token: str) -> None:
        """Go on as a new session."""
        self.session, self.new_token, self.is_over = self.desk.way_in.session(token), token, False

    def note(self, what: str, *, durable: bool = False, **ids: str | None) -> None:
        """Write a line to the log about this visit."""
        self.desk.log.note(what, self.session.worker_id if self.session else None, durable=durable, **ids)


@dataclass(frozen=True)
class CaseloadSearch:
    """What part of a caseload is asked for.

    Attributes
    ----------
    text : str
        Part of a client's id.
    prompt : str
        Code of a prompt.
    place : int
        Which list, where a caseload takes more than one.
    """

    text: str = ""
    prompt: str = ""
    place: int = 1

    @property
    def is_search(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text or self.prompt)


def search_of(visit: Visit) -> CaseloadSearch:
    """What a visitor looks for; it is sent as a form, so that no address holds it."""
    place = visit.query.get("list", "1")
    return CaseloadSearch(
        visit.fields.get("text", "").strip()[:40],
        visit.fields.get("prompt", ""),
        int(place) if place.isdecimal() and len(place) < 3 else 1,
    )


def open_client(visit: Visit) -> str:
    """The client a visit is about.

    Raises
    ------
    Refusal
        The client is not on the caseload, or there is no such client.
    """
    return require_on_caseload(visit.desk.record, visit.worker.worker_id, visit.path["handle"])


def enter(visit: Visit, client_id: str) -> str:
    """Save what was entered about a client; in a word, what was saved.

    Raises
    ------
    Refusal
        There is no such form.
    SchemaError
        It cannot be entered as it stands.
    StoreError
        It could not be saved, and nothing was.
    """
    what = visit.path["what"]
    if what not in ENTRIES:
        raise Refusal("not_offered", client_id)
    worker, desk = visit.worker.worker_id, visit.desk
    form, at = Form(visit.fields, worker, client_id), desk.record.now()
    if what == "back":
        new = back_entries(form, desk.store.of_client(client_id))
    else:
        make = contact_entries if what == "contact" else step_entries
        new = make(form, desk.views.page(client_id, worker), at)
    fresh = desk.store.add(new, lambda: visit.note("entry", sort=what, client=client_id, entry=new[0].uuid, durable=True))
    return what if fresh else "before"
