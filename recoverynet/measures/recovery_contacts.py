"""What counts as contact with the recovery community: defined once, used by every measure and report."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import GROUPS, PEOPLE, RECOVERY_GROUP_KINDS
from recoverynet.tables.record import RecoveryRecord, require_record

COMMUNITY_ROLES = ("peer", "community")
"""Roles of people through whom somebody meets the recovery community."""

PERSONAL_KINDS = ("one_to_one", "call", "text", "outreach", "social")
"""Kinds of occasion at which people meet as persons rather than as a meeting."""


def recovery_contacts(
    record: RecoveryRecord, *, group_kinds: Collection[str] = RECOVERY_GROUP_KINDS, roles: Collection[str] = COMMUNITY_ROLES
) -> pd.DataFrame:
    """Who had contact with the recovery community, when, and through a group or a person?

    Parameters
    ----------
    record : RecoveryRecord
        Occasions, participation, groups and people.
    group_kinds : collection of str
        Kinds of group that belong to the recovery community. Default: mutual aid, recovery café, recovery
        community and peer support. Empty: groups do not count.
    roles : collection of str
        Roles of people through whom one meets the recovery community. Default: peer and community. Workers
        are left out by default because meeting one's worker is treatment. Empty: people do not count.

    Returns
    -------
    pandas.DataFrame
        One row a person and occasion, in order of time, with a fresh row index. Columns:

        - ``person_id``: who had the contact; anybody of the record, not clients only.
        - ``occasion_id``, ``started_at``: at which occasion, and when.
        - ``through``: ``"group"`` for an occasion of a recovery-community group, else ``"person"``.

    Raises
    ------
    SchemaError
        An unknown kind of group or role.

    Notes
    -----
    A contact is taking part in

    1. any occasion of a group of one of the ``group_kinds`` whose norm is not ``using`` (a norm that is
       mixed, unknown or not recorded counts), or
    2. an occasion of kind one_to_one, call, text, outreach or social together with *somebody else* of one of
       the ``roles``, unless it is an occasion of a group whose norm is ``using``.

    An occasion that is both counts once, as ``group``. A peer's call to a client is a contact of the client,
    not of the peer. Every occasion of the record counts, those outside ``record.window`` included: measures
    that need the window apply it themselves. Contacts nobody recorded are not here, so shares built on this
    are lower bounds.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.recovery_contacts import recovery_contacts
    >>> contacts = recovery_contacts(rn.load_sample("five_people"))
    >>> contacts.loc[contacts["person_id"] == "ben", ["occasion_id", "through"]].to_numpy().tolist()
    [['o1', 'group'], ['o4', 'person'], ['o5', 'group']]
    """
    require_record(record, "recovery_contacts()")
    _require(group_kinds, GROUPS["kind"].choices, "group_kinds", "kinds of group")
    _require(roles, PEOPLE["role"].choices, "roles", "roles")
    groups = record.groups
    using = groups.loc[groups["norm"] == "using", "group_id"]
    recovery = groups.loc[groups["kind"].isin(list(group_kinds)) & ~groups["group_id"].isin(using), "group_id"]

    occasions = record.occasions[["occasion_id", "started_at", "kind", "group_id"]]
    rows = record.participation[["person_id", "occasion_id"]].merge(occasions, on="occasion_id", how="inner")
    of_group = rows["group_id"].isin(recovery)
    carrier = rows["person_id"].isin(record.people.loc[record.people["role"].isin(list(roles)), "person_id"])
    others = carrier.groupby(rows["occasion_id"]).transform("sum") - carrier
    personal = rows["kind"].isin(PERSONAL_KINDS) & ~rows["group_id"].isin(using) & (others > 0)

    rows["through"] = pd.Series("person", index=rows.index, dtype="str").mask(of_group, "group")
    kept = rows.loc[of_group | personal, ["person_id", "occasion_id", "started_at", "through"]]
    return kept.sort_values(["started_at", "occasion_id", "person_id"], ignore_index=True)


def _require(given: Collection[str], known: tuple[str, ...], argument: str, words: str) -> None:
    """Raise SchemaError unless ``given`` is a collection of known words."""
    if isinstance(given, str):
        raise SchemaError(f"{argument} must be several words, such as ({given!r},).")
    wrong = sorted(set(given) - set(known))
    if wrong:
        raise SchemaError(f"{argument} names {', '.join(map(repr, wrong))}; the {words} are {', '.join(known)}.")
