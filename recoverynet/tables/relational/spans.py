"""How many contacts of each person fall into spans of days, in relational terms."""

from __future__ import annotations

SPAN_COUNTS = ("person", "span", "n")


def counts_by_person_sql() -> str:
    """Contacts of each person in spans of their own: ``asked`` holds person, span, first and last day, both included."""
    return (
        "SELECT q.person, q.span, CAST(count(*) AS INTEGER) AS n FROM asked q JOIN contact_days c ON q.person = c.person "
        "AND c.day >= q.first AND c.day <= q.last GROUP BY q.person, q.span"
    )


def counts_by_calendar_sql() -> str:
    """Contacts of each person in spans that are the same for everybody: ``calendar`` holds a day and a span a row.

    A join on equal days, so that a hundred million contacts are each looked up once, however many spans there are.
    """
    return (
        "SELECT c.person, q.span, CAST(count(*) AS INTEGER) AS n FROM contact_days c JOIN calendar q ON c.day = q.day "
        "GROUP BY c.person, q.span"
    )
