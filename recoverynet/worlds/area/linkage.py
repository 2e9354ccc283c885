"""Linkage steps of a synthetic area: what was offered, and what attendance then shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.worlds.area.answers import answer_steps
from recoverynet.worlds.area.contacts import INTRODUCER
from recoverynet.worlds.area.life import Life
from recoverynet.worlds.area.plan import CLIENT, AreaPlan

REPEATED_AT, INVOLVED_AT = 3, 10
QUIET_DAYS = 28


def linkage_table(plan: AreaPlan, life: Life, rng: np.random.Generator, answering: np.random.Generator) -> pd.DataFrame:
    """One row a step; from attended on, the dates are those of the meetings the client was at.

    A client who came three times has repeated, one who came ten times may be involved, and one whose last
    meeting lies four weeks or more before the end of the period has stopped on the day that made it four
    weeks. What clients said to offers comes from a stream of chance of its own.
    """
    client, group, offered, discussed, _, worker = life.offers.arrays()
    client, group, worker = client.astype(int), group.astype(int), worker.astype(int)
    steps = [_steps(client, group, "offered", offered, worker), _steps(client, group, "discussed", discussed, worker)]
    steps += _attended_steps(plan, life, _attendance(life), rng)
    rows = pd.concat(steps, ignore_index=True).dropna(subset="day")
    rows = pd.concat([rows.assign(reason=None), answer_steps(plan, rows, answering)], ignore_index=True)
    rows = rows[(rows["day"] >= 0) & (rows["day"] < plan.n_days)]
    rows["order"] = rows["stage"].map({name: i for i, name in enumerate(_ORDER)})
    rows = rows.sort_values(["client", "group", "day", "order"]).drop_duplicates(["client", "group", "stage", "day"])
    by = np.where(rows["by"] >= 0, life.people.ids[rows["by"]], "")
    return pd.DataFrame(
        {
            "client_id": life.people.ids[rows["client"]],
            "group_id": life.places.groups["group_id"].to_numpy()[rows["group"]],
            "stage": rows["stage"].to_numpy(),
            "at": plan.stamps(rows["day"].to_numpy()),
            "by_person_id": np.where(by != "", by, None),  # type: ignore[call-overload]
            "reason": rows["reason"].to_numpy(),
        }
    )


_ORDER = ("offered", "discussed", "accepted", "declined", "introduced", "attended", "repeated", "involved", "stopped", "withdrawn")


def _steps(client: np.ndarray, group: np.ndarray, stage: str, day: np.ndarray, by: np.ndarray | int) -> pd.DataFrame:
    return pd.DataFrame({"client": client, "group": group, "stage": stage, "day": day, "by": by})


def _attendance(life: Life) -> pd.DataFrame:
    """Meetings of recovery groups that clients were at, numbered in time for each client and group."""
    contacts = life.contacts
    at: pd.DataFrame = pd.DataFrame(
        {
            "client": contacts.person,
            "occasion": contacts.occasion,
            "day": contacts.day[contacts.occasion],
            "group": contacts.group[contacts.occasion],
            "part": contacts.part,
        }
    )
    by = at[at["part"] == INTRODUCER].drop_duplicates("occasion").set_index("occasion")["client"]
    recovery = np.append(life.places.recovery, False)
    kept: np.ndarray = (life.people.role[at["client"]] == CLIENT) & recovery[at["group"]]
    at = at[kept]
    at = at.sort_values(["client", "group", "day"], kind="stable").reset_index(drop=True)
    at["turn"] = at.groupby(["client", "group"]).cumcount() + 1
    at["introducer"] = at["occasion"].map(by).fillna(-1).astype(int)
    return at


def _attended_steps(plan: AreaPlan, life: Life, at: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Steps that attendance shows, for what was offered and four in ten of those who came by themselves."""
    offer_client, offer_group, offer_day = life.offers.arrays()[:3]
    offers = pd.DataFrame({"client": offer_client, "group": offer_group, "offered": offer_day}).astype(int)
    first_offer = offers.groupby(["client", "group"])["offered"].min()
    pairs = at.groupby(["client", "group"])["day"].agg(first="min", last="max").join(first_offer)
    noted = np.where(pairs["offered"].isna(), rng.random(len(pairs)) < 0.4, pairs["offered"] <= pairs["first"])
    # Somebody who had been before the offer is not linked by it: only those who came afterwards count.
    pairs = pairs[noted.astype(bool)].reset_index()
    pairs["keen"] = rng.random(len(pairs)) < 0.65
    rows = at.merge(pairs[["client", "group", "last", "keen"]], on=["client", "group"])

    def step(stage: str, part: pd.DataFrame, by: np.ndarray | int = -1) -> pd.DataFrame:
        return _steps(part["client"].to_numpy(), part["group"].to_numpy(), stage, part["day"].to_numpy(), by)

    first = rows[rows["turn"] == 1]
    walked = first[first["introducer"] >= 0]
    ended = first[first["last"] + QUIET_DAYS < plan.n_days]
    return [
        step("introduced", walked, walked["introducer"].to_numpy()),
        step("attended", first),
        step("repeated", rows[rows["turn"] == REPEATED_AT]),
        step("involved", rows[(rows["turn"] == INVOLVED_AT) & rows["keen"]]),
        _steps(ended["client"].to_numpy(), ended["group"].to_numpy(), "stopped", ended["last"].to_numpy() + QUIET_DAYS, -1),
    ]
