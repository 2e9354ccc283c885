"""Two fictional agencies that partly know the same people, with the errors of real records, and the truth of who is who."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.atomic import make_folder
from recoverynet.csv_files import write_csv
from recoverynet.errors import SchemaError
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.tables.files import write_record
from recoverynet.tables.linkage_tokens import linkage_tokens
from recoverynet.tables.record import RecoveryRecord

_LETTERS = np.array(list("JSMADCRLKPBTNEGHWIFZOVYQUX"))
_OFTEN = 0.87 ** np.arange(26)
_ETHNICITIES = ("white", "asian", "black", "mixed", "other")
_ETHNICITY_SHARES = (0.80, 0.08, 0.05, 0.04, 0.03)
_BANDS, _BAND_NAMES = (0, 25, 35, 45, 55, 65, 200), ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_DAY = pd.Timestamp("2011-03-07", tz="Europe/London")
_AT_A_MEETING = 6


@dataclass(frozen=True)
class TwoAgencies:
    """Two agencies and the truth about them.

    Attributes
    ----------
    records : dict of str to RecoveryRecord
        ``north`` and ``south``: clients with sex, age band and ethnicity, an episode each, and meetings of six.
    particulars : dict of str to pandas.DataFrame
        ``person_id``, ``first_initial``, ``second_initial``, ``birth_date``, ``sex``, ``postcode`` as each agency wrote them.
    truth : pandas.DataFrame
        ``agency``, ``person_id``, ``true_id``: who is who.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.two_agencies(n_people=100, shared=0.4, rng=1).truth["true_id"].duplicated().sum()
    np.int64(40)
    """

    records: dict[str, RecoveryRecord]
    particulars: dict[str, pd.DataFrame]
    truth: pd.DataFrame

    def tokens(self, *, key: bytes | str) -> dict[str, pd.DataFrame]:
        """The tokens of both agencies, made with one key."""
        return {name: linkage_tokens(frame, key=key) for name, frame in self.particulars.items()}

    def write(self, folder: str | Path) -> None:
        """Write both agencies as folders ``north`` and ``south``, each a record with ``particulars.csv``, and ``truth.csv``."""
        home = make_folder(folder)
        for name, record in self.records.items():
            write_record(record, home / name)
            write_csv(self.particulars[name], home / name / "particulars.csv", private=True)
        write_csv(self.truth, home / "truth.csv")


def two_agencies(
    n_people: int = 900,
    *,
    shared: float = 0.5,
    errors: float = 0.005,
    moved: float = 0.1,
    no_postcode: float = 0.05,
    unequal: float = 3.0,
    rng: RandomSource = None,
) -> TwoAgencies:
    """What would the records of two agencies look like, and who is really who?

    Parameters
    ----------
    n_people : int
        People of each agency, 10 or more.
    shared : float
        Share of them whom the other knows as well, from 0 to 1. Default 0.5.
    errors : float
        Chance that an agency writes one of initials (each), birth date, sex or postcode wrongly, from 0 to 0.3. Default 0.005.
    moved : float
        Share of those shared who moved between the two. Default 0.1.
    no_postcode : float
        Share of people without a postcode, at each agency. Default 0.05.
    unequal : float
        By how much errors are likelier for people whose ethnicity is not white, at least 1. Default 3: names and dates
        strange to the writer are mistaken more often.
    rng : None, int, SeedSequence or Generator

    Returns
    -------
    TwoAgencies

    Raises
    ------
    SchemaError
        A number is out of its range.

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=100, rng=1)
    >>> [len(record.people) for record in agencies.records.values()]
    [100, 100]
    """
    whole_number(n_people, "n_people", 10)
    bounds = {"shared": (shared, 0, 1), "errors": (errors, 0, 0.3), "moved": (moved, 0, 1), "no_postcode": (no_postcode, 0, 1)}
    for name, (value, least, most) in {**bounds, "unequal": (unequal, 1, 100)}.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not least <= float(value) <= most:
            raise SchemaError(f"{name} is a number from {least} to {most}; got {value!r}.")
    generator = resolve_rng(rng)
    n_shared = round(shared * n_people)
    everybody = _everybody(2 * n_people - n_shared, generator)
    whose = {"north": np.arange(n_people), "south": np.arange(n_people - n_shared, len(everybody))}
    elsewhere = everybody.copy()
    going = generator.random(len(everybody)) < moved
    elsewhere.loc[going, "postcode"] = _postcodes(int(going.sum()), len(everybody), generator)
    records, particulars, truth = {}, {}, []
    for (name, members), people in zip(whose.items(), (everybody, elsewhere), strict=True):
        order = generator.permutation(members)
        mine = people.iloc[order].reset_index(drop=True)
        mine.insert(0, "person_id", [f"{name[0]}{one:06d}" for one in range(1, n_people + 1)])
        written = _written(mine, errors, unequal, no_postcode, generator)
        truth.append(pd.DataFrame({"agency": name, "person_id": mine["person_id"], "true_id": [f"t{one:06d}" for one in order]}))
        particulars[name] = written.drop(columns=["ethnicity"])
        records[name] = _record(name, written, generator)
    return TwoAgencies(records, particulars, pd.concat(truth, ignore_index=True))


def _everybody(n: int, rng: np.random.Generator) -> pd.DataFrame:
    letters = _OFTEN / _OFTEN.sum()
    age = rng.normal(42, 11, n)
    beyond = (age < 18) | (age > 80)
    age[beyond] = rng.uniform(18, 80, int(beyond.sum()))
    return pd.DataFrame(
        {
            "first_initial": rng.choice(_LETTERS, n, p=letters),
            "second_initial": rng.choice(rng.permutation(_LETTERS), n, p=letters),
            "birth_date": _DAY.tz_localize(None) - pd.to_timedelta(np.floor(age * 365.25), unit="D"),
            "sex": np.where(rng.random(n) < 0.68, "M", "F"),
            "postcode": _postcodes(n, n, rng),
            "ethnicity": rng.choice(_ETHNICITIES, n, p=_ETHNICITY_SHARES),
        }
    )


def _postcodes(n: int, n_everybody: int, rng: np.random.Generator) -> list[str]:
    """District and sector of fictional places: a district for every hundred people, eight at least."""
    district = rng.integers(0, min(max(8, n_everybody // 100), 60_000), n)
    sector = rng.integers(1, 5, n)
    return [f"{_LETTERS[d // 90 % 26]}{_LETTERS[d // 2340 % 26]}{d % 90 + 1} {s}" for d, s in zip(district, sector, strict=True)]


def _written(people: pd.DataFrame, errors: float, unequal: float, no_postcode: float, rng: np.random.Generator) -> pd.DataFrame:
    """What an agency wrote down: each field wrong by chance, the postcode sometimes missing."""
    frame, n = people.copy(), len(people)
    chance = np.where(frame["ethnicity"] == "white", errors, min(errors * unequal, 0.9))
    for column in ("first_initial", "second_initial"):
        wrong = rng.random(n) < chance
        frame.loc[wrong, column] = rng.choice(_LETTERS, int(wrong.sum()))
    wrong = rng.random(n) < chance
    frame.loc[wrong, "birth_date"] = [_mistaken(day, rng) for day in frame.loc[wrong, "birth_date"]]
    wrong = rng.random(n) < chance
    frame.loc[wrong, "sex"] = frame.loc[wrong, "sex"].map({"M": "F", "F": "M"})
    wrong = rng.random(n) < chance
    frame.loc[wrong, "postcode"] = _postcodes(int(wrong.sum()), n, rng)
    frame.loc[rng.random(n) < no_postcode, "postcode"] = None
    return frame


def _mistaken(day: pd.Timestamp, rng: np.random.Generator) -> pd.Timestamp:
    """A birth date with day and month swapped, or one part of it wrong."""
    if day.day <= 12 and rng.random() < 0.3:
        return day.replace(month=day.day, day=day.month)
    part = rng.choice(["day", "month", "year"])
    if part == "year":
        return day.replace(year=day.year + int(rng.choice([-10, -1, 1, 10])), day=min(day.day, 28))
    if part == "month":
        return day.replace(month=int(rng.integers(1, 13)), day=min(day.day, 28))
    return day.replace(day=int(rng.integers(1, 29)))


def _record(name: str, people: pd.DataFrame, rng: np.random.Generator) -> RecoveryRecord:
    n, ids = len(people), people["person_id"]
    age = (_DAY.tz_localize(None) - people["birth_date"]).dt.days / 365.25
    clients = pd.DataFrame(
        {
            "person_id": ids, "role": "client", "sex": people["sex"], "ethnicity": people["ethnicity"],
            "age_band": pd.cut(age, _BANDS, right=False, labels=_BAND_NAMES).astype("str"), "consent_evaluation": True,
        }
    )  # fmt: skip
    meeting = rng.permutation(n) // _AT_A_MEETING
    n_meetings = int(meeting.max()) + 1
    held = _DAY + pd.to_timedelta(rng.integers(0, 180, n_meetings), unit="D") + pd.Timedelta(hours=18)
    occasion_ids = np.array([f"m{one:06d}" for one in range(n_meetings)])
    occasions = pd.DataFrame({"occasion_id": occasion_ids, "started_at": held, "kind": "meeting"})
    episodes = pd.DataFrame(
        {"person_id": ids, "started_on": _DAY + pd.to_timedelta(rng.integers(0, 90, n), unit="D"), "provider": name}
    )
    participation = pd.DataFrame({"occasion_id": occasion_ids[meeting], "person_id": ids})
    return RecoveryRecord(clients, occasions, participation, episodes=episodes)
