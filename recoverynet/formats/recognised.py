"""Values of other people's files by which somebody can be recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

from recoverynet.tables import identifiers
from recoverynet.tables.engine import Engine

_COULD_TELL = re.compile(r"[@ ]|\d{9}|\d[A-Za-z]{2}")


def recognised(values: Iterable[str]) -> tuple[set[str], set[str]]:
    """Values that hold an address, number or e-mail of somebody, and values that look like a name of two words or more."""
    distinct = [value for value in dict.fromkeys(values) if _COULD_TELL.search(value)]
    if not distinct:
        return set(), set()
    sure = [identifiers.has_email, identifiers.has_phone, identifiers.has_nhs_number, identifiers.has_postcode]
    sure += [identifiers.has_address, identifiers.has_ni_number]
    with Engine() as engine:
        engine.hold("asked", pa.table({"value": pa.array(distinct, pa.large_string())}))
        telling = " OR ".join(ask("value") for ask in sure)
        rows = engine.rows(f"SELECT value, {telling}, {identifiers.looks_like_a_name('value')} FROM asked")
    return {value for value, tells, _ in rows if tells}, {value for value, _, looks in rows if looks}
