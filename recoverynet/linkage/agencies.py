"""What is to be linked: the people of each agency who may be, by their tokens, and everything that speaks against it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.ids import first_ids, ids_in
from recoverynet.states import StateScheme
from recoverynet.tables.consent import Purpose, UnknownConsent, consenting, require_consent_words
from recoverynet.tables.linkage_tokens import KEY_COLUMN, TOKEN_COLUMNS
from recoverynet.tables.record import RecoveryRecord, require_record

FEWEST_TOKENS = 0.5
"""Share of people of an agency who must have a birth date and an initial; below it a common column is as good as absent."""
FEWEST_TO_SHARE = 10
"""People of the smaller agency from which on some two of different agencies are of one sex, or born on one day of a month."""


@dataclass(frozen=True)
class Agency:
    """One agency to be linked.

    Attributes
    ----------
    name : str
    record : RecoveryRecord
        Of those who may be linked, people who declined left out.
    tokens : pandas.DataFrame
        ``person_id`` and the columns of tokens, of those with any.
    n_people, n_declined, n_without : int
        People of the roles asked for; those left out for consent; those left with no token to compare.
    """

    name: str
    record: RecoveryRecord
    tokens: pd.DataFrame
    n_people: int
    n_declined: int
    n_without: int


def agencies_of(
    records: Mapping[str, RecoveryRecord],
    tokens: Mapping[str, pd.DataFrame] | None,
    *,
    purpose: Purpose,
    unknown_consent: UnknownConsent,
    roles: tuple[str, ...],
) -> list[Agency]:
    """Every agency, ready to be compared; raises where they may not or cannot be."""
    require_consent_words(purpose, unknown_consent)
    if not isinstance(records, Mapping) or len(records) < 2:
        raise SchemaError("link_people() takes the records of two agencies or more by name: {'north': record, 'south': record}.")
    names = [str(name).strip() for name in records]
    if "" in names or len(set(names)) < len(names):
        raise SchemaError(f"Every agency needs a name of its own, such as 'north'; the names are {', '.join(map(repr, records))}.")
    for name, record in records.items():
        require_record(record, f"link_people(), for {name!r},")
    strange = set(tokens or {}) - set(records)
    if strange:
        raise SchemaError(f"There are tokens of {sorted(strange)}, which is none of the agencies {', '.join(map(str, records))}.")
    _require_like(records, purpose, unknown_consent)
    made = [
        _agency(str(name), record, (tokens or {}).get(name), purpose, unknown_consent, roles) for name, record in records.items()
    ]
    _require_one_key(made)
    for one, other in combinations(made, 2):
        _require_others(one, other)
    for agency in made:
        _require_apart(agency)
    return made


def _require_like(records: Mapping[str, RecoveryRecord], purpose: str, unknown_consent: str) -> None:
    zones = {str(name): record.tz for name, record in records.items()}
    if len(set(zones.values())) > 1:
        raise SchemaError(
            f"The records count days in other time zones: {_listed(zones)}. A day must begin at one time for all: read each "
            "with the same tz=."
        )
    asked = {str(name): bool(record.people[f"consent_{purpose}"].notna().any()) for name, record in records.items()}
    if len(set(asked.values())) > 1 and unknown_consent == "count":
        silent = ", ".join(name for name, has in asked.items() if not has)
        raise SchemaError(
            f"{silent} never recorded who agrees to use for {purpose} and the others did, so that its people would be counted on "
            "other terms. Fill consent in, or leave people without an answer out: unknown_consent='leave_out'."
        )
    known = set(StateScheme().states) | {"unknown"}
    own = {str(name): sorted(set(_states(record)) - known) for name, record in records.items()}
    if len({tuple(words) for words in own.values()}) > 1:
        raise SchemaError(
            "The records write states in another scheme than each other; words of their own are "
            f"{_listed({name: words[:5] or 'none' for name, words in own.items()})}. Translate them with a mapping (--map) before "
            "linking, or what is merged would count one state as two."
        )


def _states(record: RecoveryRecord) -> list[str]:
    return list(record.observations.loc[record.observations["variable"] == "state", "value"].dropna().unique())


def _agency(
    name: str,
    record: RecoveryRecord,
    tokens: pd.DataFrame | None,
    purpose: Purpose,
    unknown_consent: UnknownConsent,
    roles: tuple[str, ...],
) -> Agency:
    agreed = consenting(record, purpose, unknown_consent=unknown_consent)
    wanted = agreed.record.people[agreed.record.people["role"].isin(roles)]
    n_all = int(record.people["role"].isin(roles).sum())
    given = wanted if tokens is None else _joined(name, wanted, tokens, record)
    absent = [column for column in (KEY_COLUMN, *TOKEN_COLUMNS) if column not in given.columns]
    if absent:
        raise SchemaError(
            f"The people of {name} have no linkage tokens ({', '.join(absent[:3])} … are not there), so there is no common column. "
            "Make them with linkage_tokens(particulars, key=…), or read a return with read_ndtms(…, key=…, for_linkage=True)."
        )
    compared = given[["person_id", KEY_COLUMN, *TOKEN_COLUMNS]].copy()
    some = compared[list(TOKEN_COLUMNS)].notna().any(axis=1)
    usable = compared["linkage_year"].notna() & (compared["linkage_first"].notna() | compared["linkage_second"].notna())
    if usable.sum() < FEWEST_TOKENS * len(compared):
        raise NotEstimableError(
            f"Of {len(compared):,} people of {name} {int(usable.sum()):,} have a birth date and an initial. At least half must: "
            "sex and postcode alone are shared by too many to tell people apart."
        )
    return Agency(name, agreed.record, compared[some].reset_index(drop=True), n_all, n_all - len(wanted), int((~some).sum()))


def _joined(name: str, people: pd.DataFrame, tokens: pd.DataFrame, record: RecoveryRecord) -> pd.DataFrame:
    if not isinstance(tokens, pd.DataFrame) or "person_id" not in tokens.columns:
        raise SchemaError(f"The tokens of {name} are no table of linkage_tokens(): they have no column person_id.")
    tokens = ids_in(tokens, ("person_id",), f"the tokens of {name}")
    if tokens.empty:
        raise SchemaError(f"The tokens of {name} have no row: nobody's particulars were turned into tokens.")
    strange = ~tokens["person_id"].isin(record.people["person_id"])
    if strange.all():
        raise SchemaError(
            f"None of the {len(tokens):,} people whose tokens are given for {name} is on its record: make the tokens with the "
            "record's own person_ids, pseudonyms where it has been pseudonymised."
        )
    tokens = tokens.drop_duplicates()
    twice = tokens.loc[tokens["person_id"].duplicated(), "person_id"].drop_duplicates()
    if len(twice):
        raise SchemaError(
            f"The tokens of {name} name {len(twice):,} {'person' if len(twice) == 1 else 'people'} more than once, with other "
            f"tokens each time: {first_ids(twice)}. Keep one row a person."
        )
    return people[["person_id"]].merge(tokens, on="person_id", how="left")


def _require_one_key(agencies: list[Agency]) -> None:
    prints = {agency.name: agency.tokens[KEY_COLUMN].dropna().unique().tolist() for agency in agencies}
    mixed = {name: found for name, found in prints.items() if len(found) > 1}
    if mixed:
        raise SchemaError(
            f"The tokens of {_listed(mixed)} were made with several keys. Make them anew with the key of this linkage."
        )
    if len({found[0] for found in prints.values() if found}) > 1:
        raise SchemaError(
            f"The agencies made their tokens with different keys (fingerprints {_listed({n: f[0] for n, f in prints.items()})}), "
            "so that nobody would agree with anybody. Agree on one key, and make the tokens of one of them anew."
        )


def _require_others(one: Agency, other: Agency) -> None:
    shared = one.tokens.merge(other.tokens, on=["person_id", *TOKEN_COLUMNS], how="inner")
    smaller = min(len(one.tokens), len(other.tokens))
    if smaller >= FEWEST_TO_SHARE and not any(
        one.tokens[column].isin(other.tokens[column].dropna()).any() for column in TOKEN_COLUMNS
    ):
        raise SchemaError(
            f"{one.name} and {other.name} share not one token of {smaller:,} people or more, not even that of a sex or a day of "
            "birth: their keys or versions differ, whatever the fingerprint says. Make the tokens of both anew with one key."
        )
    if one.record is other.record or (smaller > 1 and len(shared) >= 0.95 * smaller):
        raise SchemaError(
            f"{one.name} and {other.name} are the same agency: {len(shared):,} of {smaller:,} people agree in their id and in "
            "every token. Name the records of two agencies."
        )
    alike = one.tokens[list(TOKEN_COLUMNS)].merge(other.tokens[list(TOKEN_COLUMNS)].drop_duplicates(), how="inner")
    if smaller >= FEWEST_TO_SHARE and len(alike) >= 0.95 * smaller and _same_times(one.record, other.record):
        raise SchemaError(
            f"{one.name} and {other.name} seem to be the same agency under other ids: {len(alike):,} of {smaller:,} people agree "
            "in every token, and all their contacts were at the same times. Name the records of two agencies."
        )


def _same_times(one: RecoveryRecord, other: RecoveryRecord) -> bool:
    times = [record.occasions["started_at"].sort_values(ignore_index=True) for record in (one, other)]
    return len(times[0]) > 0 and times[0].equals(times[1])


def _require_apart(agency: Agency) -> None:
    """What nearly everybody shares is a default somebody's system fills in, and tells nobody apart."""
    birth = agency.tokens[["linkage_year", "linkage_month", "linkage_day"]]
    whole = birth.dropna()
    if len(whole) < 10:
        return
    commonest = int(whole.value_counts().iloc[0])
    if commonest > max(0.2 * len(whole), 5):
        raise NotEstimableError(
            f"{commonest:,} of {len(whole):,} people of {agency.name} have the same birth date, as where a system fills it in. "
            "Empty it where it was not asked; it cannot tell people apart."
        )


def _listed(of: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {' and '.join(map(str, what)) if isinstance(what, list) else what}" for name, what in of.items())
