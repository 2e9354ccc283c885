"""Profiles a fit is asked about: kinds of people, read and checked; never a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.models.spread.fitted_rows import EXPOSURE, HOLDING, NO_CONTACTS, WAVE, FittedRows

LEAST_PEOPLE = 10
"""People a level, or a group, must hold before anything is said of it."""

MOST_PROFILES = 1000
SHARES, COUNTS = (EXPOSURE, "history"), (HOLDING, "n_alters")
YES_OR_NO = ("own state", "contact held it before", "contact holds it now", NO_CONTACTS)
Profiles = pd.DataFrame | Mapping[str, object] | Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Profile:
    """A kind of people: what it is called, what is said of it, and why it may not be spoken of."""

    name: str
    says: Mapping[str, object]
    withheld: str | None = None


def read_profiles(rows: FittedRows, profiles: Profiles, ids: pd.Index, *, without: Sequence[str] = ()) -> list[Profile]:
    """Profiles out of a table, one a row.

    Parameters
    ----------
    rows : FittedRows
    profiles : pandas.DataFrame, mapping or sequence of mappings
    ids : pandas.Index
        People of the panel, whom no profile may name.
    without : sequence of str
        What a profile may not say here.

    Returns
    -------
    list of Profile

    Raises
    ------
    SchemaError
        Nothing in it, a column or value the fit knows nothing of.
    DisclosureError
        A row is one person of the panel.
    """
    frame = _as_frame(profiles)
    _require_nobody(frame, ids)
    allowed = [name for name in rows.nameable if name not in without]
    strange = [str(name) for name in frame.columns if name not in allowed]
    if strange:
        raise SchemaError(
            f"A profile here may say {', '.join(map(repr, allowed)) or 'nothing'}; got {', '.join(map(repr, strange))}. "
            "Rename the column or leave it out."
        )
    for name in frame.columns:
        rows.require_told_apart(str(name))
    names = _names(frame)
    return [_profile(rows, name, row) for name, row in zip(names, frame.to_dict("records"), strict=True)]


def set_profile(rows: FittedRows, profile: Profile, others: str) -> np.ndarray:
    """The design were everybody like the profile, the rest as observed or at its mean."""
    design = rows.start(others)
    for name, value in profile.says.items():
        if name == WAVE:
            rows.set_wave(design, value)
        elif name in rows.counts:
            rows.set_count(design, name, int(float(str(value))))
        elif rows.levels(name):
            rows.set_level(design, name, str(value))
        else:
            rows.set_number(design, name, float(str(value)))
    return design


def outside_seen(rows: FittedRows, profiles: Sequence[Profile]) -> list[str]:
    """Numbers of profiles that lie outside what was seen, in words."""
    found = []
    for profile in profiles:
        for name, value in profile.says.items():
            if name == WAVE or name in rows.counts or rows.levels(name):
                continue
            seen = rows.design[:, rows.column(name)]
            if not seen.min() <= float(str(value)) <= seen.max():
                found.append(f"{name} = {float(str(value)):g} in {profile.name!r} (seen: {seen.min():.3g} to {seen.max():.3g})")
    return found


def _as_frame(profiles: Profiles) -> pd.DataFrame:
    if isinstance(profiles, Mapping):
        profiles = [profiles]
    if not isinstance(profiles, pd.DataFrame):
        if isinstance(profiles, str) or not isinstance(profiles, Sequence) or not all(isinstance(p, Mapping) for p in profiles):
            raise SchemaError(
                f"profiles is a table with one row a profile, or a list of mappings such as [{{'exposure': 0.5}}]; got "
                f"{type(profiles).__name__}."
            )
        profiles = pd.DataFrame(list(profiles))
    if profiles.empty or not len(profiles.columns):
        raise SchemaError("profiles is empty; give at least one row that says something, such as {'exposure': 0.5}.")
    if profiles.columns.has_duplicates:
        twice = profiles.columns[profiles.columns.duplicated()].tolist()
        raise SchemaError(f"profiles names {', '.join(map(repr, twice))} twice; keep one column each.")
    if len(profiles) > MOST_PROFILES:
        raise SchemaError(f"profiles has {len(profiles):,} rows; describe at most {MOST_PROFILES:,} kinds of people at a time.")
    return profiles


def _require_nobody(frame: pd.DataFrame, ids: pd.Index) -> None:
    """DisclosureError where the table is about people and not about kinds of people."""
    known = set(ids.astype(str))
    named = "person_id" in (*frame.columns, *frame.index.names)
    labelled = not isinstance(frame.index, pd.RangeIndex) and any(str(label) in known for label in frame.index)
    if named or labelled:
        raise DisclosureError(
            "A row of profiles is a person. What a model says is true of kinds of people and not of anybody in particular: "
            "describe profiles ({'exposure': 0.5, 'sex': 'female'}), without a person_id and without ids as labels "
            "(reset_index), or leave profiles out for the chances of groups."
        )


def _names(frame: pd.DataFrame) -> list[str]:
    if isinstance(frame.index, pd.RangeIndex):
        return [", ".join(f"{name} {_word(value)}" for name, value in row.items()) for row in frame.to_dict("records")]
    return [str(label) for label in frame.index]


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _profile(rows: FittedRows, name: str, row: Mapping[object, object]) -> Profile:
    says: dict[str, object] = {}
    withheld = None
    for key, value in row.items():
        column = str(key)
        if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
            raise SchemaError(
                f"{column!r} is empty in the profile {name!r}; fill it in, or leave the column out to average over it."
            )
        if column == WAVE:
            says[column] = _wave(rows, value)
        elif rows.levels(column):
            says[column] = _level(rows, column, value)
            people = rows.people_behind(rows.level_of_rows(column) == says[column])
            if people < LEAST_PEOPLE:
                withheld = f"fewer than {LEAST_PEOPLE} people at {column} = {says[column]}"
        else:
            says[column] = _number(column, value, name)
    _require_contacts_agree(says, name)
    order = sorted(says, key=lambda column: column == NO_CONTACTS)
    return Profile(name, {column: says[column] for column in order}, withheld)


def _wave(rows: FittedRows, value: object) -> object:
    found = next((wave for wave in rows.waves if wave == value or str(wave) == str(value)), None)
    if found is None:
        raise SchemaError(f"wave {value!r} has no level in this fit; it has wave {', '.join(map(str, rows.waves))}.")
    return found


def _level(rows: FittedRows, category: str, value: object) -> str:
    word = _word(float(value)) if isinstance(value, int | float | np.number) and not isinstance(value, bool) else str(value)
    seen = list(dict.fromkeys(rows.level_of_rows(category)))
    known = [level for level in rows.levels(category) if level in seen]
    found = next((level for level in known if level in (word, str(value))), None)
    if found is None:
        raise SchemaError(f"{category!r} is never {value!r} among the rows fitted; it is {', '.join(map(repr, known))}.")
    return found


def _number(column: str, value: object, name: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise SchemaError(f"{column!r} must be a number; got {value!r} in the profile {name!r}.") from None
    if not np.isfinite(number):
        raise SchemaError(f"{column!r} must be a finite number; got {value!r} in the profile {name!r}.")
    if column in SHARES and not 0.0 <= number <= 1.0:
        raise SchemaError(f"{column!r} is a share from 0 to 1; got {number:g} in the profile {name!r}.")
    if column in YES_OR_NO and number not in (0.0, 1.0):
        raise SchemaError(f"{column!r} is 0 (no) or 1 (yes); got {number:g} in the profile {name!r}.")
    if column in COUNTS and (number < 0 or number != int(number)):
        raise SchemaError(f"{column!r} is a whole number of contacts, 0 or more; got {number:g} in the profile {name!r}.")
    return number


def _require_contacts_agree(says: Mapping[str, object], name: str) -> None:
    """SchemaError where a profile has contacts and none, or more who hold it than there are."""
    if says.get(NO_CONTACTS) == 1.0 and float(str(says.get(EXPOSURE, 0.0))) > 0:
        raise SchemaError(f"The profile {name!r} has no contacts and is exposed; set one of the two.")
    if HOLDING in says and "n_alters" in says and float(str(says[HOLDING])) > float(str(says["n_alters"])):
        raise SchemaError(f"The profile {name!r} has more contacts holding it than contacts; lower n_holding or raise n_alters.")
