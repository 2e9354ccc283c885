"""What is observed of states in a synthetic area: by whom, how often, and how far observers disagree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.worlds.area.contacts import ONE_TO_ONE
from recoverynet.worlds.area.life import ABSTINENT, IN_RECOVERY, OST_STABLE, REDUCED, STATES, USING, Life
from recoverynet.worlds.area.plan import CLIENT, COMMUNITY, PEER, WORKER, AreaPlan
from recoverynet.worlds.area.ties import FRIEND

# Chance that an observer of a given source names each state (columns) where the truth is the row.
_NEARBY = np.array(
    [
        [0.00, 0.94, 0.02, 0.04, 0.00],
        [0.80, 0.00, 0.05, 0.15, 0.00],
        [0.02, 0.08, 0.00, 0.60, 0.30],
        [0.01, 0.06, 0.10, 0.00, 0.83],
        [0.00, 0.01, 0.04, 0.95, 0.00],
    ]
)
_ERROR = {"worker": 0.08, "self": 0.10, "peer": 0.14, "external": 0.02, "perceived": 0.25}


def state_observations(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """States as observed: person and perceiver as positions, month, day, variable, value, source."""
    people, months = life.people, plan.months
    client = people.role == CLIENT
    here = np.stack([people.present(plan, month) for month in range(months)], axis=1)
    looked_at = rng.random(plan.n_people) < np.where(client, 0.94, 0.9)
    seen = here & looked_at[:, None] & people.state_known[:, None]
    treated = life.episodes.in_treatment
    lots = [
        _looks(plan, life, seen & client[:, None], np.where(treated, 0.88, 0.50), "worker", rng),
        _looks(plan, life, seen & client[:, None], 0.18, "self", rng),
        _looks(plan, life, seen & client[:, None] & treated, 0.05, "external", rng),
        _looks(plan, life, seen & np.isin(people.role, (PEER, COMMUNITY))[:, None], 0.40, "self", rng),
        _looks(plan, life, seen & (people.role == PEER)[:, None], 0.06, "peer", rng),
    ]
    observed = pd.concat([*lots, _perceptions(plan, life, rng)], ignore_index=True)
    observed = observed[rng.random(len(observed)) >= plan.missing]
    return observed.drop_duplicates(["person", "day", "variable", "source", "perceived_by"])


def _looks(
    plan: AreaPlan, life: Life, possible: np.ndarray, share: np.ndarray | float, source: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Person-months in which a source looked; workers on the day of an appointment where there was one."""
    person, month = np.nonzero(possible & (rng.random(possible.shape) < share))
    begins, ends = plan.month_starts[month], plan.month_starts[month + 1]
    day = begins + np.floor(rng.random(len(person)) * (ends - begins)).astype(int)
    if source == "worker":
        day = _appointment_or(plan, life, person, month, day)
    return _named(life, person, month, day, source, np.full(len(person), -1), rng)


def _appointment_or(plan: AreaPlan, life: Life, person: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The day of the last appointment of the month, or the day given where there was none."""
    contacts = life.contacts
    with_worker = life.people.role[contacts.person] == WORKER
    appointment = np.zeros(len(contacts.day), dtype=bool)
    appointment[contacts.occasion[with_worker]] = True
    appointment &= contacts.kind == ONE_TO_ONE
    rows = appointment[contacts.occasion] & ~with_worker
    last = np.full((plan.n_people, plan.months), -1)
    days = contacts.day[contacts.occasion[rows]]
    np.maximum.at(last, (contacts.person[rows], plan.month_of(days)), days)
    return np.where(last[person, month] >= 0, last[person, month], day)


def _perceptions(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """How some clients see a friend."""
    ties, people = life.ties, life.people
    friends = np.flatnonzero((ties.kind == FRIEND) & (rng.random(len(ties.kind)) < 0.35))
    month = np.minimum(ties.start[friends] + rng.integers(0, 3, len(friends)), plan.months - 1)
    one, other = ties.one[friends], ties.other[friends]
    swap = rng.random(len(friends)) < 0.5
    by, about = np.where(swap, other, one), np.where(swap, one, other)
    here = np.array([people.present(plan, m)[[a, b]].all() for a, b, m in zip(by, about, month, strict=True)], bool)
    by, about, month = by[here], about[here], month[here]
    day = plan.month_starts[month] + rng.integers(0, 28, len(month))
    return _named(life, about, month, day, "perceived", by, rng)


def _named(
    life: Life, person: np.ndarray, month: np.ndarray, day: np.ndarray, source: str, by: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """The state each observer names: mostly the true one, sometimes one nearby, now and then unknown."""
    truth = life.state[person, month]
    nearby = (rng.random(len(person))[:, None] > np.cumsum(_NEARBY, axis=1)[truth]).sum(axis=1)
    named = np.where(rng.random(len(person)) < _ERROR[source], nearby.clip(max=len(STATES) - 1), truth)
    words = np.array(STATES)[named]
    if source in ("worker", "perceived"):
        words = np.where(rng.random(len(person)) < 0.02, "unknown", words)
    return pd.DataFrame(
        {
            "person": person,
            "month": month,
            "day": day,
            "variable": "state",
            "value": words,
            "source": source,
            "perceived_by": by,
            "instrument": "",
        }
    )


def days_used(state: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Days of the last 28 on which the main substance was used, given the state."""
    mean = np.select([state == USING, state == REDUCED, state == OST_STABLE], [0.78, 0.32, 0.07], 0.0)
    days = rng.binomial(28, np.clip(mean + rng.normal(0, 0.08, len(state)), 0, 1))
    return np.where(np.isin(state, (ABSTINENT, IN_RECOVERY)), 0, days)
