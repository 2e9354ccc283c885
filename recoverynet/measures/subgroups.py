"""Which subgroup each person falls into: sex, area, substance, provider or any other recorded column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.proportions import share, wilson_interval
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine

EVERYONE = "all"
NOT_RECORDED = "not recorded"


def people_with_role(record: RecoveryRecord | RecordOnEngine, roles: object) -> pd.Index:
    """Ids of the people with one of the roles, in order; SchemaError where a role is unknown."""
    known = ("client", "peer", "worker", "family", "community")
    if isinstance(roles, str):
        raise SchemaError(f"roles must be several words, such as ({roles!r},).")
    wanted = list(roles)  # type: ignore[call-overload]
    wrong = [role for role in wanted if role not in known]
    if wrong:
        raise SchemaError(f"roles names {', '.join(map(repr, wrong))}; the roles are {', '.join(known)}.")
    answer: pd.Index = pd.Index(record.people.loc[record.people["role"].isin(wanted), "person_id"], name="person_id")
    return answer


def level_of_each(
    record: RecoveryRecord | RecordOnEngine, by: str | None, person_ids: pd.Index, episodes: pd.DataFrame | None = None
) -> np.ndarray:
    """The subgroup of each person as text.

    ``by`` names a column of the people table, or else of the episodes table, read then from ``episodes`` (one
    row a person) or from each person's latest-started episode. Empty cells are ``"not recorded"``; without
    ``by`` everybody is ``"all"``. SchemaError where neither table has the column.
    """
    if by is None:
        return np.full(len(person_ids), EVERYONE, dtype=object)
    if by in record.people.columns:
        table = record.people
    elif by in record.episodes.columns:
        latest = record.episodes.sort_values("started_on").drop_duplicates("person_id", keep="last")
        table = latest if episodes is None else episodes
    else:
        choices = [name for name in (*record.people.columns, *record.episodes.columns) if name != "person_id"]
        raise SchemaError(f"by must name a column of people or episodes: {', '.join(choices)}; got {by!r}.")
    values = table.set_index("person_id")[by].reindex(person_ids)
    return values.astype("str").mask(values.isna(), NOT_RECORDED).to_numpy(dtype=object)


def levels_in_order(levels: np.ndarray) -> list[str]:
    """Every level once, alphabetically, the one for empty cells last; ``"all"`` where there is nobody."""
    return sorted(set(levels), key=lambda level: (level == NOT_RECORDED, level)) or [EVERYONE]


def with_interval(frame: pd.DataFrame, count: str, total: str) -> pd.DataFrame:
    """The frame with ``share``, ``low`` and ``high`` (95 % Wilson) of one column among another."""
    low, high = wilson_interval(frame[count].to_numpy(), frame[total].to_numpy())
    return frame.assign(share=share(frame[count].to_numpy(), frame[total].to_numpy()), low=low, high=high)
