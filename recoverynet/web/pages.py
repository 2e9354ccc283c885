"""From facts to HTML: which template, and what it is told."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from recoverynet import __version__
from recoverynet.instants import day_in_words
from recoverynet.report.wording import label
from recoverynet.web import words
from recoverynet.web.caseload import lists_apart
from recoverynet.web.ego_map import ego_map
from recoverynet.web.store import new_uuid
from recoverynet.web.views import Overview
from recoverynet.web.visits import CaseloadSearch, Visit

TEMPLATES = Path(__file__).resolve().parent / "templates"


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(day=day_in_words, label=label, since=words.since)
    environment.globals.update(words=words, version=__version__, new_number=new_uuid, known=_known)
    return environment


def _known(value: Any) -> bool:
    return value is not None and not bool(pd.isna(value))


def _html(template: str, visit: Visit | None, **told: Any) -> str:
    session = visit.session if visit is not None else None
    return _environment().get_template(template).render(session=session, **told)


def way_in_page(visit: Visit, *, refused: str = "", over: bool = False) -> str:
    """Where a link is opened."""
    return _html("way_in.html.j2", None, refused=refused, over=over, left="left" in visit.query)


def trouble_page(visit: Visit | None, said: str) -> str:
    """Something could not be done."""
    return _html("trouble.html.j2", visit, title="That did not work", said=said)


REFUSED = {
    "not_on_caseload": "This client is not on your caseload. If the case was handed to you, the record does not say so yet.",
    "no_such_client": "There is no such page. It may have been made on another machine.",
    "form_from_elsewhere": "This form does not belong to this visit, and nothing was saved. Open the page again.",
    "no_session": "Nobody is logged in here, and nothing was saved. Open a new link.",
    "session_over": "This visit is over, and nothing was saved. Open a new link and enter it once more.",
    "not_offered": "There is no such form.",
}


def refused_page(visit: Visit, why: str) -> str:
    """Something is not for this visitor."""
    return _html("trouble.html.j2", visit, title="Not for you to see", said=REFUSED[why])


def not_entered_page(visit: Visit, said: str) -> str:
    """An entry that was not saved, with everything that was sent, to send it again."""
    kept = {name: value for name, value in visit.fields.items() if name not in ("form", "day")}
    address = f"/client/{visit.path.get('handle', '')}"
    return _html(
        "not_entered.html.j2",
        visit,
        said=said,
        kept=kept,
        day_given=visit.fields.get("day"),
        address=address,
        what=visit.path["what"],
    )


@dataclass(frozen=True)
class Row:
    """One client in a list."""

    client_id: str
    handle: str
    prompts: list[str]
    overview: Overview
    left_on: Any


def list_page(visit: Visit, search: CaseloadSearch) -> str:
    """The caseload, or what a search leaves of it."""
    record, views = visit.desk.record, visit.desk.views
    clients = record.clients_of(visit.worker.worker_id)
    lists = lists_apart(clients.index, record.apart)
    place = min(max(search.place, 1), len(lists))
    left_on = dict(clients["left_on"].items())
    rows = []
    for client_id, overview in views.overviews(lists[place - 1]).items():
        codes = [prompt.code for prompt in overview.prompts]
        if search.text.lower() in client_id.lower() and (not search.prompt or search.prompt in codes):
            sentences = [words.prompt_sentence(prompt) for prompt in overview.prompts]
            rows.append(Row(client_id, record.handle(client_id), sentences, overview, left_on[client_id]))
    told = {"rows": rows, "n_clients": len(clients), "search": search, "place": place, "n_lists": len(lists)}
    return _html("clients.html.j2", visit, at=record.now(), last_day=record.last_day, stale=record.stale, **told)


SAVED = {
    "contact": "The contact is saved.",
    "step": "The step is saved.",
    "back": "The entry is taken back.",
    "before": "This was saved before and counts once.",
}


def client_page(visit: Visit, client_id: str) -> str:
    """One client's page."""
    record, worker_id = visit.desk.record, visit.worker.worker_id
    view = visit.desk.views.page(client_id, worker_id)
    entries = visit.desk.store.of_client(client_id)
    hidden = view.links.apart.hidden | record.apart.get(client_id, frozenset())
    shown = [entry for entry in entries if entry.person_id not in hidden]
    return _html(
        "client.html.j2",
        visit,
        client_id=client_id,
        handle=visit.path["handle"],
        at=record.now(),
        last_day=record.last_day,
        stale=record.stale,
        view=view,
        links=view.links,
        entries=shown,
        map=ego_map(view),
        saved=SAVED.get(visit.query.get("saved", ""), ""),
    )
