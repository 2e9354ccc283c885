"""Outcome forms of a synthetic area: at the start, at reviews and at the end of treatment, with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.worlds.area.life import Life
from recoverynet.worlds.area.observations import days_used
from recoverynet.worlds.area.plan import CLIENT, AreaPlan

REVIEW_EVERY = 91
FORM = "TOP"
START_FORM, REVIEW_FORM, EXIT_FORM, UNPLANNED_EXIT_FORM = 0.88, 0.58, 0.80, 0.25
ITEM_GAPS = 0.08
FINDS_HOUSING, LOSES_HOUSING = 0.09, 0.035


def outcome_observations(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """Outcomes as observed: columns person, month, day, variable, value, source, perceived_by, instrument."""
    forms = _forms(plan, life, rng)
    forms = forms[rng.random(len(forms)) >= plan.missing].reset_index(drop=True)
    housing = _housing(plan, rng)
    scores = _scores(plan, life, forms, housing, rng)
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "person": forms["person"],
                    "month": forms["month"],
                    "day": forms["day"],
                    "variable": variable,
                    "value": values,
                    "source": "self",
                    "perceived_by": -1,
                    "instrument": instrument,
                }
            )
            for variable, (values, instrument) in scores.items()
        ],
        ignore_index=True,
    )
    long = long[(rng.random(len(long)) >= ITEM_GAPS) & (long["value"] != "")]
    return pd.concat([long, _notes(plan, life, housing, rng), _offending(plan, life, rng)], ignore_index=True)


def _forms(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """When a form was filled in: few of those who dropped out left one behind."""
    episodes = life.episodes
    end = np.where(np.isnan(episodes.end), np.inf, episodes.end)
    parts = [_rows(episodes.person, episodes.start, START_FORM, rng)]
    for turn in range(1, 8):
        day = episodes.start + turn * REVIEW_EVERY + rng.integers(-12, 13, len(end))
        parts.append(_rows(episodes.person, np.where(day < end - 14, day, np.nan), REVIEW_FORM, rng))
    planned = np.isin(episodes.exit, ["completed", "transferred"])
    exits = np.where(np.isinf(end), np.nan, end)
    parts.append(_rows(episodes.person, exits, np.where(planned, EXIT_FORM, UNPLANNED_EXIT_FORM), rng))
    forms = pd.concat(parts, ignore_index=True)
    left = life.people.left[forms["person"]]
    kept: np.ndarray = ((forms["day"] >= 0) & (forms["day"] < np.minimum(plan.n_days, left))).to_numpy()
    forms = forms[kept]
    forms = forms.drop_duplicates(["person", "day"]).sort_values(["person", "day"], ignore_index=True)
    forms["month"] = plan.month_of(forms["day"].to_numpy())
    return forms


def _rows(person: np.ndarray, day: np.ndarray, share: np.ndarray | float, rng: np.random.Generator) -> pd.DataFrame:
    done = (rng.random(len(person)) < share) & np.isfinite(day)
    return pd.DataFrame({"person": person[done], "day": day[done].astype(int)})


def _scores(
    plan: AreaPlan, life: Life, forms: pd.DataFrame, housing: np.ndarray, rng: np.random.Generator
) -> dict[str, tuple[np.ndarray, str]]:
    """Values as text and instrument of every item, one a form; better the longer the norm has been held."""
    person, month = forms["person"].to_numpy(), forms["month"].to_numpy()
    months_held = np.cumsum(life.held, axis=1) * life.held
    better = 4.0 * (1.0 - np.exp(-months_held[person, month] / 4.0))
    own = rng.normal(0.0, 2.4, (plan.n_people, 3))[person]
    n = len(person)

    def score(middle: float, which: int, high: int = 20) -> np.ndarray:
        value = middle + better + own[:, which] + rng.normal(0.0, 1.8, n)
        answer: np.ndarray = np.clip(np.rint(value), 0, high).astype(int).astype(str)
        return answer

    work = rng.random(plan.n_people)[person] < 0.13 + 0.05 * better
    study = rng.random(n) < 0.08
    touch = rng.random(plan.n_people)[person] + rng.normal(0.0, 0.12, n) + 0.06 * better
    capital = np.clip(np.rint(29 + 2.6 * better + 1.6 * own[:, 2] + rng.normal(0, 4, n)), 10, 60).astype(int)
    days = days_used(life.state[person, month], rng)
    return {
        "dependency.days_used": (days.astype(str), FORM),
        "employment.status": (np.select([work, study], ["employed", "education"], "unemployed"), FORM),
        "employment.paid_days": (np.where(work, rng.binomial(28, 0.55, n), 0).astype(str), FORM),
        "health.psychological": (score(8.5, 0), FORM),
        "health.physical": (score(9.5, 1), FORM),
        "wellbeing.quality_of_life": (score(9.0, 2), FORM),
        "housing.status": (housing[person, month], FORM),
        "family.contact": (np.select([touch < 0.35, touch < 0.7], ["none", "some"], "regular"), ""),
        "instrument.barc10": (np.where(rng.random(n) < 0.35, capital.astype(str), ""), "BARC-10"),
    }


def _housing(plan: AreaPlan, rng: np.random.Generator) -> np.ndarray:
    """Person × month: housing, which moves by itself whatever a person's state and whoever they meet."""
    settled = np.empty((plan.n_people, plan.months), dtype=bool)
    settled[:, 0] = rng.random(plan.n_people) < FINDS_HOUSING / (FINDS_HOUSING + LOSES_HOUSING)
    for month in range(1, plan.months):
        before, luck = settled[:, month - 1], rng.random(plan.n_people)
        settled[:, month] = np.where(before, luck >= LOSES_HOUSING, luck < FINDS_HOUSING)
    otherwise = np.where(rng.random(plan.n_people) < 0.7, "temporary", "no_fixed_abode")
    return np.where(settled, "settled", otherwise[:, None])


def _notes(plan: AreaPlan, life: Life, housing: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Housing as workers note it between forms."""
    client = (life.people.role == CLIENT)[:, None]
    here = np.stack([life.people.present(plan, month) for month in range(plan.months)], axis=1) & client
    noted = rng.random(here.shape) < np.where(life.episodes.in_treatment, 0.75, 0.40) * (1.0 - plan.missing)
    person, month = np.nonzero(here & noted)
    day = plan.month_starts[month] + rng.integers(0, 28, len(person))
    return pd.DataFrame(
        {
            "person": person,
            "month": month,
            "day": day,
            "variable": "housing.status",
            "value": housing[person, month],
            "source": "worker",
            "perceived_by": -1,
            "instrument": "",
        }
    )


def _offending(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """Reoffending from a half-yearly match with an outside register, and a few clients' own word for it."""
    clients = life.people.of_role(CLIENT)
    lots = []
    for last in range(min(5, plan.months - 1), plan.months, 6):
        there = life.people.present(plan, last)[clients] & (rng.random(len(clients)) < 0.58)
        lots.append(_yes_or_no(life, clients[there], last, int(plan.month_starts[last + 1]) - 1, "external", rng))
        says = there & (rng.random(len(clients)) < 0.05)
        day = int(plan.month_starts[last]) + 9
        lots.append(_yes_or_no(life, clients[says], last, day, "self", rng))
    return pd.concat(lots, ignore_index=True)


def _yes_or_no(life: Life, person: np.ndarray, month: int, day: int, source: str, rng: np.random.Generator) -> pd.DataFrame:
    held = life.held[person, month]
    yes = rng.random(len(person)) < np.where(held, 0.12, 0.30) * (1.0 if source == "external" else 0.5)
    return pd.DataFrame(
        {
            "person": person,
            "month": month,
            "day": day,
            "variable": "offending.reoffended",
            "value": np.where(yes, "yes", "no"),
            "source": source,
            "perceived_by": -1,
            "instrument": "register match" if source == "external" else "",
        }
    )
