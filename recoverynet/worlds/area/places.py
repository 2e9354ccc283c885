"""The groups of a synthetic area: fellowships, cafés, walks, treatment groups, and a darts team."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.worlds.area.plan import AREAS, AreaPlan

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COLUMNS = ("name", "kind", "fellowship", "norm", "weekday", "start_time", "duration_min", "place", "area", "marks")
# Marks: w women only, o welcomes people on opioid substitution, n newcomers welcome, i on the internet,
# f fortnightly, l opens late in the period, e ends early. Areas are numbered from 0; - is none.
_CATALOGUE = """
Quayside Newcomers AA; mutual_aid; AA; recovery; tuesday; 19:30; 90; Seafarers' mission; 1; n
Riverside SMART; mutual_aid; SMART; recovery; wednesday; 18:00; 90; Central library; 5; on
The Landing recovery café; recovery_cafe; -; recovery; saturday; 10:30; 180; The Landing; 1; on
Northgate preparation group; treatment; -; mixed; monday; 14:00; 90; Northgate clinic; 0; o
The Anchor darts team; other; -; using; thursday; 20:00; 150; The Anchor; 1; -
Families Together; family; -; unknown; wednesday; 18:30; 90; Weirside centre; 4; n
Recovery walk; recovery_community; -; recovery; sunday; 11:00; 120; Weirside lock; 4; on
Riverside Voices; recovery_community; -; recovery; friday; 13:00; 120; Market Hall; 5; of
Peer drop-in; peer_support; -; recovery; wednesday; 11:00; 120; The Landing; 1; on
Southbank relapse prevention; treatment; -; mixed; thursday; 10:30; 90; Southbank clinic; 2; o
Eastmoor NA; mutual_aid; NA; recovery; monday; 19:00; 90; Eastmoor chapel; 3; n
Castle Hill AA; mutual_aid; AA; recovery; thursday; 19:30; 90; St Bride's hall; 2; -
Millfield CA; mutual_aid; CA; recovery; friday; 19:30; 90; Millfield school; 0; n
SMART online; mutual_aid; SMART; recovery; monday; 20:00; 75; -; -; oni
Women's AA; mutual_aid; AA; recovery; wednesday; 12:30; 60; Old Town library; 5; wn
Weir House stabilisation group; treatment; -; mixed; tuesday; 11:00; 90; Weir House; 4; o
Sunday five-a-side; recovery_community; -; mixed; sunday; 14:00; 90; Eastmoor pitch; 3; on
The Ferry pool table; other; -; using; friday; 19:00; 180; The Ferry; 4; -
Eastmoor recovery café; recovery_cafe; -; recovery; tuesday; 13:00; 150; Eastmoor chapel; 3; onl
Old Town lunchtime AA; mutual_aid; AA; recovery; friday; 12:30; 60; Market Hall; 5; -
Women's NA; mutual_aid; NA; recovery; thursday; 18:30; 75; Quayside centre; 1; w
Weirside CA; mutual_aid; CA; recovery; saturday; 17:00; 90; Weirside centre; 4; -
Family steps; family; Al-Anon; unknown; tuesday; 19:30; 90; Castle Hill hall; 2; -
AA step study; mutual_aid; AA; recovery; sunday; 19:00; 90; St Bride's hall; 2; -
Northgate day programme; treatment; -; mixed; friday; 10:00; 180; Northgate clinic; 0; o
OST peer group; peer_support; -; recovery; tuesday; 15:00; 90; The Landing; 1; onl
Allotment project; recovery_community; -; recovery; saturday; 13:30; 150; Millfield plots; 0; o
Southbank women's group; treatment; -; mixed; monday; 10:30; 90; Southbank clinic; 2; wo
Choir in recovery; recovery_community; -; recovery; thursday; 17:30; 90; Old Town chapel; 5; of
Castle Hill SMART; mutual_aid; SMART; recovery; monday; 18:00; 90; Castle Hill hall; 2; one
"""


@dataclass(frozen=True)
class Places:
    """The groups as a table, and what the months need of them as arrays, one entry a group."""

    groups: pd.DataFrame
    recovery: np.ndarray
    using: np.ndarray
    treatment: np.ndarray
    mixed: np.ndarray
    family: np.ndarray
    area: np.ndarray
    women_only: np.ndarray
    ost_friendly: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    minute: np.ndarray
    meeting_days: tuple[np.ndarray, ...]


def draw_places(plan: AreaPlan) -> Places:
    """The groups of the area; the first ten hold every kind, those after thirty repeat under new names."""
    known = [line.split("; ") for line in _CATALOGUE.strip().splitlines()]
    rows = [known[i % len(known)] for i in range(plan.n_groups)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).replace("-", "")
    frame["duration_min"] = frame["duration_min"].astype(float)
    round_trip = np.arange(plan.n_groups) // len(known)
    frame["name"] += [f" {turn + 1}" if turn else "" for turn in round_trip]
    mark = {letter: frame["marks"].str.contains(letter).to_numpy() for letter in "wonifle"}
    opens = np.where(mark["l"], plan.month_starts[plan.months // 3], 0)
    closes = np.where(mark["e"], plan.month_starts[-1 - plan.months // 4], plan.n_days)
    area = frame["area"].replace("", "-1").astype(int).to_numpy()
    norm, kind = frame["norm"].to_numpy(), frame["kind"].to_numpy()
    minute = frame["start_time"].str[:2].astype(int) * 60 + frame["start_time"].str[3:].astype(int)
    days = [
        _meeting_days(plan, WEEKDAYS.index(day), 2 if fortnightly else 1, first, last)
        for day, fortnightly, first, last in zip(frame["weekday"], mark["f"], opens, closes, strict=True)
    ]
    return Places(
        groups=_groups_table(plan, frame, mark, area, opens, closes),
        recovery=(norm == "recovery"),
        using=norm == "using",
        treatment=kind == "treatment",
        mixed=(norm == "mixed") & (kind != "treatment"),
        family=kind == "family",
        area=area,
        women_only=mark["w"],
        ost_friendly=mark["o"],
        opens=opens,
        closes=closes,
        minute=minute.to_numpy(),
        meeting_days=tuple(days),
    )


def _meeting_days(plan: AreaPlan, weekday: int, every: int, first: int, last: int) -> np.ndarray:
    offset = (weekday - plan.start.weekday()) % 7
    days = np.arange(offset, plan.n_days, 7 * every)
    return days[(days >= first) & (days < last)]


def _groups_table(
    plan: AreaPlan, frame: pd.DataFrame, mark: dict[str, np.ndarray], area: np.ndarray, opens: np.ndarray, closes: np.ndarray
) -> pd.DataFrame:
    width = max(2, len(str(plan.n_groups)))
    return pd.DataFrame(
        {
            "group_id": [f"g{i:0{width}d}" for i in range(1, plan.n_groups + 1)],
            "name": frame["name"],
            "kind": frame["kind"],
            "fellowship": frame["fellowship"].replace("", None),
            "norm": frame["norm"],
            "weekday": frame["weekday"],
            "start_time": frame["start_time"],
            "duration_min": frame["duration_min"],
            "timezone": "Europe/London",
            "place": frame["place"].replace("", None),
            "area": [AREAS[i] if i >= 0 else None for i in area],
            "online": mark["i"],
            "women_only": mark["w"],
            "ost_friendly": mark["o"],
            "newcomers_welcome": mark["n"],
            "valid_from": plan.stamps(np.where(opens > 0, opens, np.nan)),
            "valid_to": plan.stamps(np.where(closes < plan.n_days, closes, np.nan)),
        }
    )
