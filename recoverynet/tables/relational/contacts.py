"""Contacts in relational terms: whole numbers for people and occasions, days, and what is contact with the recovery community.

Everything here is text of queries in the one dialect; a :class:`recoverynet.tables.relational.session.EngineSession` runs them.
The relations they make, by name:

- ``codes``: person_id, person (a whole number from 0, in the order of the people table).
- ``numbered``: one row an occasion: occasion_id, occasion (a whole number), us (microseconds since 1970), day (days since
  1970 on the clock of the record), minutes, group_id, through_group, personal.
- ``attended``: one row a person and occasion: person, occasion.
- ``sized``: one row an occasion, and how many attended: occasion, us, day, minutes, n.
- ``met_recovery``: one row a contact of a person with the recovery community: person, day, us, occasion, group_id.
"""

from __future__ import annotations

from collections.abc import Collection

from recoverynet.tables.engine import list_sql
from recoverynet.tables.layouts import RECOVERY_GROUP_KINDS
from recoverynet.tables.relational.session import EngineSession

COMMUNITY_ROLES = ("peer", "community")
PERSONAL_KINDS = ("one_to_one", "call", "text", "outreach", "social")
OCCASIONS_A_DAY = 1 << 24
"""Occasions are numbered within their day, so that no window runs over the whole table."""


def day_sql(instant: str) -> str:
    """Days since 1970 of an instant, on the clock of the session."""
    return f"date_diff('day', DATE '1970-01-01', CAST({instant} AS DATE))"


def number_contacts(session: EngineSession) -> None:
    """Make ``numbered``, ``attended`` and ``sized`` known to a session that holds ``codes`` and the tables of a record."""
    session.keep(
        "numbered",
        f"WITH dated AS (SELECT o.occasion_id, epoch_us(o.started_at) AS us, {day_sql('o.started_at')} AS day, "
        "CAST(o.duration_min AS DOUBLE) AS minutes, o.group_id, "
        f"coalesce(g.kind IN {list_sql(RECOVERY_GROUP_KINDS)}, FALSE) AND coalesce(g.norm, '') <> 'using' AS through_group, "
        f"o.kind IN {list_sql(PERSONAL_KINDS)} AND coalesce(g.norm, '') <> 'using' AS personal "
        "FROM occasions o LEFT JOIN groups g ON o.group_id = g.group_id) "
        f"SELECT occasion_id, CAST(day AS BIGINT) * {OCCASIONS_A_DAY} + row_number() OVER (PARTITION BY day ORDER BY occasion_id) "
        "AS occasion, us, CAST(day AS INTEGER) AS day, minutes, group_id, through_group, personal FROM dated",
    )
    session.keep(
        "attended",
        "SELECT c.person, o.occasion FROM participation p JOIN codes c ON p.person_id = c.person_id "
        "JOIN numbered o ON p.occasion_id = o.occasion_id",
    )
    session.keep(
        "sized",
        "SELECT o.occasion, o.us, o.day, o.minutes, coalesce(a.n, 0) AS n FROM numbered o LEFT JOIN "
        "(SELECT occasion, CAST(count(*) AS INTEGER) AS n FROM attended GROUP BY occasion) a ON o.occasion = a.occasion",
    )


def met_recovery_sql(*, through_people: bool = True) -> str:
    """Who met the recovery community at which occasion; see :func:`recoverynet.measures.recovery_contacts.recovery_contacts`.

    Needs the relation ``carriers`` (person): those through whom one meets it.
    """
    rows = "SELECT a.person, o.day, o.us, o.occasion, o.group_id FROM attended a JOIN numbered o ON a.occasion = o.occasion"
    grouped = f"{rows} WHERE o.through_group"
    if not through_people:
        return grouped
    # somebody else must carry it: of those who do, one is enough for others and two for each other
    there = (
        "SELECT a.occasion, count(*) AS n, min(a.person) AS first FROM attended a JOIN carriers r ON a.person = r.person "
        "JOIN numbered o ON a.occasion = o.occasion WHERE o.personal AND NOT o.through_group GROUP BY a.occasion"
    )
    return f"{grouped} UNION ALL {rows} JOIN ({there}) t ON a.occasion = t.occasion WHERE t.n > 1 OR a.person <> t.first"


def roles_sql(roles: Collection[str]) -> str:
    """Codes of the people with one of some roles."""
    return f"SELECT c.person FROM codes c JOIN people p ON c.person_id = p.person_id WHERE p.role IN {list_sql(roles)}"
