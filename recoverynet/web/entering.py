"""What a worker may enter about a client, read from a form and checked against what the page offered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.entries import CONTACT, STEP, TAKEN_BACK
from recoverynet.tables.layouts import LINKAGE_ENDS
from recoverynet.web.marks import COUNTS_THIS_MONTH
from recoverynet.web.store import Entry, as_uuid, derived_uuid, utc_now
from recoverynet.web.views import ClientView
from recoverynet.web.words import KINDS, NEXT_STAGES, REASONS, STAGES

LONGEST_AGO = pd.Timedelta(days=366)


class FormError(SchemaError):
    """Something in a form cannot be entered; the message says what and how to mend it."""


@dataclass(frozen=True)
class Form:
    """What was sent, and by whom about whom.

    Attributes
    ----------
    fields : mapping of str to str
    worker_id, client_id : str
    """

    fields: Mapping[str, str] = field(repr=False)
    worker_id: str
    client_id: str

    def entry(self, what: str, **said: str | None) -> Entry:
        """An entry of this form."""
        number = as_uuid(self.fields.get("number", ""))
        return Entry(number, utc_now(), self.worker_id, what, self.client_id, **said)

    def day(self, at: pd.Timestamp) -> str:
        """The day it is about: today or a day of the last year."""
        try:
            day = dt.date.fromisoformat(self.fields.get("day", "").strip())
        except ValueError as error:
            raise FormError("The day is written as 2011-03-07: year, month, day.") from error
        if day > at.date():
            raise FormError(f"The day {day.isoformat()} has not come yet. Enter what has happened, on the day it did.")
        if day < (at - LONGEST_AGO).date():
            raise FormError(f"The day {day.isoformat()} is more than a year ago. Enter it in the record itself.")
        return day.isoformat()


def contact_entries(form: Form, view: ClientView, at: pd.Timestamp) -> list[Entry]:
    """A contact with a person or at a group.

    Raises
    ------
    FormError
        The day, the sort of contact or the other side is not one that can be entered.
    """
    layer, _, other = form.fields.get("with", "").partition(":")
    if layer == "group" and other in view.to_visit:
        return [form.entry(CONTACT, day=form.day(at), kind="meeting", group_id=other)]
    if layer != "person" or other not in view.roles:
        raise FormError("Choose somebody or some group of the list.")
    kind = form.fields.get("kind", "")
    if kind not in KINDS:
        raise FormError(f"A contact is one of: {', '.join(KINDS.values())}.")
    return [form.entry(CONTACT, day=form.day(at), kind=kind, person_id=other)]


def step_entries(form: Form, view: ClientView, at: pd.Timestamp) -> list[Entry]:
    """A step towards a group; going there is a contact with the group as well.

    Raises
    ------
    FormError
        The step does not come next, the group may not be proposed, or the day or reason is none.
    """
    group, stage = form.fields.get("group", ""), form.fields.get("stage", "")
    latest = {step.group_id: step.stage for step in view.steps}.get(group)
    offered = view.to_offer if latest is None or stage == "offered" else view.to_offer | view.to_visit
    if group not in offered and (latest is None or stage == "offered"):
        raise FormError("This group cannot be proposed to this client now. Choose one of the list.")
    if stage not in NEXT_STAGES[latest]:
        allowed = ", ".join(STAGES[each].lower() for each in NEXT_STAGES[latest])
        raise FormError(f"What comes next with this group is one of: {allowed}. The page may have changed meanwhile.")
    reason = form.fields.get("reason", "") or "none_given"
    if reason not in REASONS:
        raise FormError(f"A reason is one of: {', '.join(REASONS.values())}.")
    step = form.entry(
        STEP,
        day=form.day(at),
        group_id=group,
        stage=stage,
        person_id=_by_whom(form, view, stage),
        reason=reason if stage in LINKAGE_ENDS else None,
    )
    return [step, _visit(form, step)] if stage in ("attended", "repeated", "involved") else [step]


def _by_whom(form: Form, view: ClientView, stage: str) -> str | None:
    """Who makes the step happen: the worker who proposes, the introducer who agrees and meets."""
    if stage not in COUNTS_THIS_MONTH:
        return form.worker_id
    chosen = form.fields.get("by", "")
    if chosen and chosen not in view.roles:
        raise FormError("Choose an introducer of the list, or nobody.")
    return chosen or None


def _visit(form: Form, step: Entry) -> Entry:
    number = derived_uuid(step.uuid, CONTACT)
    return Entry(
        number, step.recorded_at, form.worker_id, CONTACT, form.client_id, day=step.day, kind="meeting", group_id=step.group_id
    )


def back_entries(form: Form, held: list[Entry]) -> list[Entry]:
    """An entry taken back, with what came along with it.

    Raises
    ------
    FormError
        It does not hold any more, or never did.
    """
    which = as_uuid(form.fields.get("entry", ""))
    along = {which, derived_uuid(which, CONTACT)}
    found = [entry for entry in held if entry.uuid in along]
    if which not in {entry.uuid for entry in found}:
        raise FormError("That entry was taken back already.")
    numbers = {entry.uuid: derived_uuid(entry.uuid, TAKEN_BACK) for entry in found}
    return [
        Entry(numbers[entry.uuid], utc_now(), form.worker_id, TAKEN_BACK, form.client_id, supersedes=entry.uuid) for entry in found
    ]
