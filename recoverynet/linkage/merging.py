"""One record of several agencies, in which every row says where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.linkage.links import PeopleLinks
from recoverynet.randomness import RandomSource
from recoverynet.states import RECOVERY_STATES
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.linkage_tokens import without_tokens
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.schema import TableSchema

FROM = "from_agency"
_STRICTEST = ("consent_care", "consent_evaluation", "consent_research", "introducer_consent", "safe_contact")


def merge_records(links: PeopleLinks) -> RecoveryRecord:
    """What do these agencies know together, each person once?

    Parameters
    ----------
    links : PeopleLinks
        What :func:`recoverynet.link_people` gave, or one of its draws.

    Returns
    -------
    RecoveryRecord
        Every row of every table has ``from_agency``. Linked people stand once in ``people``, under their ``linked_id``, with
        the agencies joined by ``+``: of what the agencies say differently the first named holds; who declined a use at one
        agency declined it, and agreed only where every agency says so. First day is the earliest, last day the latest, open
        where one is. Ids of occasions and groups have the agency in front, so that those of two agencies stay apart; rows
        that become the same in their key stand once. Tokens are left out. Notes count all of it.

    Raises
    ------
    SchemaError
        Something else than links.

    Notes
    -----
    A meeting both agencies wrote down is two occasions here: nothing says that it was one. Its members are counted by
    different people all the same, but a tie within it weighs twice; leave one agency's copy out where that matters.

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=60, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> merged = rn.merge_records(links)
    >>> len(merged.people) == 120 - links.n_linked
    True
    >>> sorted(merged.people["from_agency"].unique())
    ['north', 'north+south', 'south']
    """
    if not isinstance(links, PeopleLinks):
        raise SchemaError(f"merge_records() takes what link_people() gave; got a {type(links).__name__}.")
    new_ids = _new_ids(links)
    told: list[str] = []
    tables: dict[str, Any] = {}
    for name, schema in RECORD_TABLES.items():
        parts = [_moved(schema, record.tables()[name], agency, new_ids[agency]) for agency, record in links.records.items()]
        joined = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        tables[name] = _people(joined, told) if name == "people" else _once(schema, joined, told)
    told.insert(0, f"{links.n_linked:,} pairs of people of {', '.join(links.records)} are taken as one person; links can be wrong.")
    notes = [f"{agency}: {note}" for agency, record in links.records.items() for note in record.notes]
    first = next(iter(links.records.values()))
    windows = [record.window for record in links.records.values() if record.window is not None]
    window = (min(one[0] for one in windows), max(one[1] for one in windows)) if windows else None
    states = _states_of(list(links.records.values()))
    return RecoveryRecord(**tables, window=window, tz=first.tz, states=states, notes=(*told, *notes))


def _states_of(records: list[RecoveryRecord]) -> tuple[str, ...]:
    """The words of state of all records, where one of them named its own."""
    if not any(record.states for record in records):
        return ()
    return tuple(dict.fromkeys(state for record in records for state in record.states or RECOVERY_STATES.states))


def over_draws(
    links: PeopleLinks, analysis: Callable[[RecoveryRecord], Mapping[str, float]], *, n_draws: int = 20, rng: RandomSource = None
) -> pd.DataFrame:
    """How much does a result hang on links that are not certain?

    Parameters
    ----------
    links : PeopleLinks
    analysis : function of a RecoveryRecord
        Gives numbers by name, such as ``lambda record: {"people": len(record.people)}``.
    n_draws : int
        Default 20.
    rng : None, int, SeedSequence or Generator

    Returns
    -------
    pandas.DataFrame indexed by quantity
        ``as_linked`` (from the links as they stand), ``mean``, ``sd``, ``low`` and ``high`` (2.5th and 97.5th percentile) over
        draws, ``n_draws`` (those that gave a number). The spread is that of uncertain links alone and comes on top of any other.

    Raises
    ------
    SchemaError
        The analysis does not give numbers by name.

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=60, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> rn.over_draws(links, lambda record: {"people": len(record.people)}, n_draws=2, rng=1)["n_draws"].item()
    2
    """
    stands = _numbers(analysis(merge_records(links)))
    drawn = pd.DataFrame([_numbers(analysis(merge_records(one))) for one in links.draws(n_draws, rng=rng)])
    drawn = drawn.reindex(columns=list(stands))
    return pd.DataFrame(
        {
            "as_linked": pd.Series(stands),
            "mean": drawn.mean(),
            "sd": drawn.std(),
            "low": drawn.quantile(0.025),
            "high": drawn.quantile(0.975),
            "n_draws": drawn.notna().sum(),
        }
    ).rename_axis("quantity")


def _numbers(found: object) -> dict[str, float]:
    if not isinstance(found, Mapping) or not all(isinstance(value, int | float | np.number) for value in found.values()):
        raise SchemaError(f"analysis must give numbers by name, such as {{'people': 120}}; it gave {type(found).__name__}.")
    return {str(name): float(value) for name, value in found.items()}


def _new_ids(links: PeopleLinks) -> dict[str, dict[str, str]]:
    """Of each agency the new id of everybody who was linked or might have been, by the old one."""
    return {
        str(agency): dict(zip(people["person_id"], people["linked_id"], strict=True))
        for agency, people in links.people.groupby("agency", sort=False)
    }


def _moved(schema: TableSchema, frame: pd.DataFrame, agency: str, new_ids: dict[str, str]) -> pd.DataFrame:
    """A table of one agency under new ids; ids of others get the agency in front."""
    made = without_tokens(frame) if schema.name == "people" else frame.copy()
    for column in schema.columns:
        if column.kind != "id":
            continue
        old = made[column.name]
        apart = (agency + ":" + old.astype("str")).where(old.notna())
        made[column.name] = old.map(new_ids).fillna(apart).astype("str") if column.person else apart.astype("str")
    return made.assign(**{FROM: agency})


def _people(people: pd.DataFrame, told: list[str]) -> pd.DataFrame:
    """Everybody once."""
    several = people["person_id"].duplicated(keep=False)
    if not several.any():
        return people
    groups = people[several].groupby("person_id", sort=False)
    one = groups.first()
    differing = groups.nunique().drop(columns=[FROM]).gt(1).any(axis=1)
    for name in (name for name in _STRICTEST if name in people.columns):
        answers = (
            people.loc[several]
            .assign(no=people[name].eq(False).fillna(False), yes=people[name].eq(True).fillna(False))
            .groupby("person_id", sort=False)
        )
        no, yes = answers["no"].any(), answers["yes"].all()
        one[name] = pd.Series(pd.NA, index=one.index, dtype="boolean").mask(yes, True).mask(no, False)
    one["joined_on"], one["left_on"] = (
        groups["joined_on"].min(),
        groups["left_on"].max().where(groups["left_on"].count() == groups.size()),
    )
    one[FROM] = groups[FROM].agg("+".join)
    told.append(
        f"{int(differing.sum()):,} of {len(one):,} people known to several agencies are described differently; the first holds."
    )
    return pd.concat([one.reset_index()[people.columns], people[~several]], ignore_index=True)


def _once(schema: TableSchema, frame: pd.DataFrame, told: list[str]) -> pd.DataFrame:
    """Rows that have become the same in their key once, and none in which somebody meets themselves."""
    twice = frame.duplicated(list(schema.key)) if schema.key else pd.Series(False, index=frame.index)
    alone = pd.Series(False, index=frame.index)
    for one, other in schema.distinct:
        alone |= frame[one].eq(frame[other]).fillna(False)
    gone = twice | alone
    if gone.any():
        told.append(
            f"{schema.name}: {int(gone.sum()):,} rows that repeat another, or hold one person twice, once linked are left out."
        )
    return frame[~gone].reset_index(drop=True)
