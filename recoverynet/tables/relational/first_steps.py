"""The first day of every step of every client towards every group, in relational terms."""

from __future__ import annotations

from recoverynet.tables.relational.contacts import day_sql, met_recovery_sql

REPEATED_FROM = 3


def first_steps_sql(start_us: int | None, end_us: int | None, *, add_participation: bool) -> str:
    """client_id, group_id, stage and the first day it is dated, of steps in [start, end)."""
    inside = "TRUE" if start_us is None else f"us >= {start_us} AND us < {end_us}"
    steps = f'SELECT client_id, group_id, stage, epoch_us("at") AS us, {day_sql(_AT)} AS day FROM linkage'
    if add_participation:
        nth = (
            "SELECT person, group_id, us, day, row_number() OVER (PARTITION BY person, group_id ORDER BY us, occasion) AS nth "
            f"FROM ({met_recovery_sql(through_people=False)}) met"
        )
        steps += (
            f" UNION ALL SELECT c.person_id, v.group_id, CASE WHEN v.nth = 1 THEN 'attended' ELSE 'repeated' END, v.us, v.day "
            f"FROM ({nth}) v JOIN codes c ON v.person = c.person WHERE v.nth IN (1, {REPEATED_FROM})"
        )
    first = f"SELECT client_id, group_id, stage, min(day) AS day FROM ({steps}) steps WHERE {inside}"
    return f"{first} GROUP BY client_id, group_id, stage"


_AT = '"at"'
