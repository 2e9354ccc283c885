"""Who agreed to be counted for what: the record without the people who did not agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord

Purpose = Literal["care", "evaluation", "research"]
UnknownConsent = Literal["count", "leave_out"]
PURPOSES = ("care", "evaluation", "research")
UNKNOWN_CONSENT = ("count", "leave_out")
_SAID_BY = {("observations", "perceived_by")}
"""Optional columns without whose person a row says nothing: what somebody perceived is theirs."""


@dataclass(frozen=True)
class Agreed:
    """A record of those who may be counted, and how many may not.

    Attributes
    ----------
    record : RecoveryRecord
        Without the people left out and every row that is about them or by them.
    purpose : {"care", "evaluation", "research"}
    unknown_consent : {"count", "leave_out"}
        What was done with people whose answer is not recorded.
    roles : pandas.DataFrame indexed by role
        ``n_agreed``, ``n_declined``, ``n_unknown``: answers of everybody on the record before anybody was left out.
    """

    record: RecoveryRecord
    purpose: str
    unknown_consent: str
    roles: pd.DataFrame

    @property
    def n_left_out(self) -> int:
        """People left out, whatever their role."""
        left_out = self.roles["n_declined"].sum()
        return int(left_out + (self.roles["n_unknown"].sum() if self.unknown_consent == "leave_out" else 0))


def consenting(record: RecoveryRecord, purpose: Purpose, *, unknown_consent: UnknownConsent = "count") -> Agreed:
    """What does the record hold of the people who agreed to this use of it?

    Parameters
    ----------
    record : RecoveryRecord
        ``people.consent_care``, ``consent_evaluation`` or ``consent_research`` hold the answers: true, false or empty.
    purpose : {"care", "evaluation", "research"}
        What the record is used for.
    unknown_consent : {"count", "leave_out"}
        What to do with people whose answer is not recorded. ``"count"`` (default): a service that never asked has no
        refusals on record, and what allows it to look is not consent. ``"leave_out"``: only those who said yes, where
        consent is what allows the use, as ethical approval of research often says.

    Returns
    -------
    Agreed
        ``record`` without the others, ``roles`` with the counts of answers.

    Raises
    ------
    SchemaError
        Unknown purpose or policy.
    NotEstimableError
        Nobody is left.

    Notes
    -----
    Whoever is left out stands nowhere: not among the people, in no contact, episode, observation, step or interview. A
    contact stays for the others who took part in it. Where somebody left out only stands beside a fact about another
    (the worker who holds a case, who walked somebody into a meeting), that id is emptied; what somebody left out said
    about others is left out. The answer counts whatever the role of the person.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.tables.consent import consenting
    >>> agreed = consenting(rn.load_sample("riverside"), "evaluation")
    >>> agreed.roles.loc["client"].to_dict()
    {'n_agreed': 555, 'n_declined': 95, 'n_unknown': 0}
    """
    require_consent_words(purpose, unknown_consent)
    answers = record.people.set_index("person_id")[f"consent_{purpose}"]
    declined, unknown = _declined(answers), answers.isna()
    roles = _counted(record.people["role"], declined, unknown)
    gone = answers.index[~agreeing(record.people, purpose, unknown_consent)]
    if len(gone) == len(answers) and len(gone):
        raise NotEstimableError(
            f"Nobody on the record may be counted for {purpose}: {int(declined.sum()):,} of {len(answers):,} people did not "
            f"agree, and of {int(unknown.sum()):,} the answer is not recorded (unknown_consent={unknown_consent!r})."
        )
    return Agreed(without_people(record, gone) if len(gone) else record, purpose, unknown_consent, roles)


def agreeing(people: pd.DataFrame, purpose: Purpose, unknown_consent: UnknownConsent) -> np.ndarray:
    """Whether each row of a people table is of somebody who may be counted for a purpose."""
    answers = people[f"consent_{purpose}"]
    return ~(_declined(answers) | (answers.isna() & (unknown_consent == "leave_out"))).to_numpy(dtype=bool)


def _declined(answers: pd.Series) -> pd.Series:
    return (answers == False).fillna(False)  # noqa: E712 - a nullable flag


def require_consent_words(purpose: object, unknown_consent: object) -> None:
    """Raise SchemaError for a purpose or a policy there is not."""
    for word, given, allowed in (("purpose", purpose, PURPOSES), ("unknown_consent", unknown_consent, UNKNOWN_CONSENT)):
        if given not in allowed:
            raise SchemaError(f"{word} must be one of {', '.join(map(repr, allowed))}; got {given!r}.")


def _counted(role: pd.Series, declined: pd.Series, unknown: pd.Series) -> pd.DataFrame:
    """Answers by role."""
    answers = {
        "n_agreed": (~declined & ~unknown).to_numpy(dtype=bool),
        "n_declined": declined.to_numpy(dtype=bool),
        "n_unknown": unknown.to_numpy(dtype=bool),
    }
    return pd.DataFrame(answers).groupby(role.to_numpy(dtype=object)).sum().astype(int).rename_axis("role")


def without_people(record: RecoveryRecord, gone: pd.Index) -> RecoveryRecord:
    """The record without some people: no row about them or by them, and no id of theirs beside a fact about another."""
    tables = {}
    for name, schema in RECORD_TABLES.items():
        frame = getattr(record, name)
        about = [title for title in schema.person_ids if schema[title].required or (name, title) in _SAID_BY]
        beside = [title for title in schema.person_ids if title not in about]
        kept = frame[~frame[about].isin(gone).any(axis=1)] if about else frame
        tables[name] = kept.assign(**{title: kept[title].mask(kept[title].isin(gone)) for title in beside})
    return record.keeping(**tables)
