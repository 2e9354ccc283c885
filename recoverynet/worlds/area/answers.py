"""What clients of a synthetic area say to offers, and who may not be contacted: from a stream of chance of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.worlds.area.plan import CLIENT, AreaPlan

NO = ("not_now", "not_for_me", "day_or_time", "travel", "caring_or_work", "health", "safety", "other", "none_given")
NO_SHARES = (0.22, 0.13, 0.17, 0.12, 0.10, 0.06, 0.03, 0.05, 0.12)
OFF = ("introducer_unavailable", "group_closed", "health", "moved_away", "changed_groups", "none_given")
OFF_SHARES = (0.25, 0.10, 0.20, 0.10, 0.15, 0.20)
SAYS_NO, SAYS_YES_AND_STAYS_AWAY, YES_IS_NOTED, CALLED_OFF = 0.30, 0.16, 0.65, 0.6


def answer_steps(plan: AreaPlan, steps: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Steps *accepted*, *declined* and *withdrawn* with their reasons, for what was offered.

    Parameters
    ----------
    plan : Plan
    steps : pandas.DataFrame
        Steps so far: client, group, stage, day, by (position of a person, or -1).
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        The same columns and ``reason``. Of those who went after an offer two in three are noted to have said yes, on a day
        between; of the others three in ten say no, and one in six says yes and stays away, half of which is called off.
    """
    days = steps.pivot_table(index=["client", "group"], columns="stage", values="day", aggfunc="min")
    days = days.reindex(columns=["offered", "discussed", "introduced", "attended"]).dropna(subset="offered").reset_index()
    walked = steps[steps["stage"] == "introduced"].drop_duplicates(["client", "group"]).set_index(["client", "group"])["by"]
    by = walked.reindex(pd.MultiIndex.from_frame(days[["client", "group"]])).fillna(-1).to_numpy(dtype=int)
    chance, wait = rng.random(len(days)), rng.integers(1, 15, len(days))
    asked = days[["offered", "discussed"]].max(axis=1).to_numpy()
    went = days["attended"].to_numpy() >= days["offered"].to_numpy()
    before = days[["introduced", "attended"]].min(axis=1).to_numpy()
    yes = np.where(went, chance < YES_IS_NOTED, (chance >= SAYS_NO) & (chance < SAYS_NO + SAYS_YES_AND_STAYS_AWAY))
    no = ~went & days["attended"].isna().to_numpy() & (chance < SAYS_NO)
    yes &= went | days["attended"].isna().to_numpy()
    agreed = np.where(went, np.minimum(asked + wait, before), asked + wait)
    off = yes & ~went & (rng.random(len(days)) < CALLED_OFF)
    nobody = np.full(len(days), -1)
    parts = [
        _steps(days, yes, "accepted", agreed, by, None),
        _steps(days, no, "declined", asked + wait, nobody, rng.choice(NO, len(days), p=NO_SHARES)),
        _steps(days, off, "withdrawn", agreed + rng.integers(3, 30, len(days)), nobody, rng.choice(OFF, len(days), p=OFF_SHARES)),
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[found["day"] < plan.n_days]


def _steps(
    pairs: pd.DataFrame, which: np.ndarray, stage: str, day: np.ndarray, by: np.ndarray, reason: np.ndarray | None
) -> pd.DataFrame:
    kept = pairs.loc[which, ["client", "group"]]
    return kept.assign(stage=stage, day=day[which], by=by[which], reason=None if reason is None else reason[which])


def safe_contact(role: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whether it is safe to get in touch, of clients: no for one in forty, not asked of one in six."""
    chance = rng.random(len(role))
    said = np.full(len(role), None, dtype=object)
    client = role == CLIENT
    said[client & (chance >= 0.19)] = "true"
    said[client & (chance < 0.025)] = "false"
    return said
