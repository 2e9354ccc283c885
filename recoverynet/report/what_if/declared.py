"""Who is counted in the figures of a what-if, in names its tables and other reports of the record share."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.setting import CLIENTS

AT_THE_START = CLIENTS.who("there at the start of a plan")
"""Clients of the record's period who are still there at its end, where a plan begins."""
GO, TO_NONE = "within reach: goes", "within reach: goes to none"
ELSEWHERE = {"Area not known": "Not recorded", "Other areas": "other of those there"}
"""Rows that are no area: of whom the others are put together is another thing in another report."""


def area_facts(area: str) -> tuple[str, ...]:
    """What is true of the clients of an area, as the tables of every report name it; all rows together are everybody."""
    return (f"area: {ELSEWHERE.get(area, area)}",)


def who_at_the_start(states: Iterable[object], links: Iterable[object]) -> Who:
    """Clients by what is known of their state, and whether they go to a group."""
    facts = [{str(label): (f"start: {label}",) for label in labels} for labels in (states, links)]
    return Who(AT_THE_START, rows=facts[0], columns=facts[1])


def who_within_reach(counts: pd.DataFrame, parts: tuple[str, str, str], n_clients: int) -> Who:
    """Clients by area and what is within their reach.

    Parameters
    ----------
    counts : pandas.DataFrame
        Areas × what is within reach.
    parts : (str, str, str)
        Columns: those who go, those who could and do not, those who have none.
    n_clients : int
        Clients at the start of the plan: where they are as many they are the same.
    """
    goes, could, none = parts
    of = AT_THE_START if int(counts.to_numpy().sum()) == n_clients else CLIENTS.who("there when meetings are looked at")
    columns = {goes: (GO,), could: (TO_NONE, "within reach: one"), none: (TO_NONE, "within reach: none")}
    sums = []
    for area in counts.index:
        here = of.who(*area_facts(str(area)))
        own = tuple((here.who(*columns[name]), int(counts.loc[area, name])) for name in (could, none))
        sums.append(((here.who(TO_NONE), sum(n for _, n in own)), own))
    return Who(of, rows={str(area): area_facts(str(area)) for area in counts.index}, columns=columns, sums=tuple(sums))


def who_one_more(within: Who, labels: dict[str, tuple[str, str]]) -> Who:
    """Of those of an area who go to no group, who could come at a time, and have none within reach.

    Parameters
    ----------
    within : Who
        Of the table by area.
    labels : mapping of row label to (area, time)
    """
    rows_of = {label: within.of.who(*area_facts(area), TO_NONE, f"could come: {time}") for label, (area, time) in labels.items()}
    return Who(within.of, rows=dict.fromkeys(labels, ("within reach: none",)), rows_of=rows_of)
