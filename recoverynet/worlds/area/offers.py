"""How workers of a synthetic area link clients to groups: offers, and peers who walk people in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recoverynet.worlds.area.people import Episodes, People
from recoverynet.worlds.area.places import Places
from recoverynet.worlds.area.plan import CLIENT, AreaPlan, inverse_logit, logit
from recoverynet.worlds.area.ties import Memberships, choose_groups, pull_of_norm

TAKES_UP, TAKES_UP_WALKED_IN = 0.22, 0.50
OFFERS_AGAIN_AFTER = 3


@dataclass
class Offers:
    """What was offered, month by month, and the month of each person's last offer."""

    last_month: np.ndarray
    parts: list[tuple[np.ndarray, ...]] = field(default_factory=list)

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Client, group, day offered, day discussed, introducer and worker of all offers; -1 or NaN: none."""
        if not self.parts:
            return tuple(np.empty(0) for _ in range(6))
        return tuple(np.concatenate(part) for part in zip(*self.parts, strict=True))


def make_offers(
    plan: AreaPlan,
    people: People,
    places: Places,
    episodes: Episodes,
    members: Memberships,
    offers: Offers,
    held: np.ndarray,
    month: int,
    rng: np.random.Generator,
) -> None:
    """Workers offer groups to clients in treatment; those who take the offer up start in the month after."""
    first, after = int(plan.month_starts[month]), int(plan.month_starts[month + 1])
    eligible = (
        (people.role == CLIENT)
        & people.present(plan, month)
        & people.recorded
        & episodes.in_treatment[:, month]
        & (offers.last_month < month - OFFERS_AGAIN_AFTER)
    )
    offered = rng.random(plan.n_people) < 0.055 + 0.045 * month / plan.months
    client = np.flatnonzero(eligible & offered)
    group = choose_groups(places, people, client, places.recovery, first, rng, episodes.prescribed[:, month])
    fresh = (group >= 0) & ~members.ever[client, group]
    client, group = client[fresh], group[fresh]
    offers.last_month[client] = month
    day = rng.integers(first, after - 7, len(client))
    discussed = np.where(rng.random(len(client)) < 0.68, day + rng.integers(0, 6, len(client)), np.nan)
    introducer = _introducers(plan, people, members, group, month, rng)
    introducer[np.isnan(discussed) | (rng.random(len(client)) < 0.5)] = -1
    offers.parts.append((client, group, day, discussed, introducer, people.worker[client]))
    base = logit(np.where(introducer >= 0, TAKES_UP_WALKED_IN, TAKES_UP))
    takes = rng.random(len(client)) < inverse_logit(base + pull_of_norm(plan, people, held, 1.0)[client])
    takes &= bool(month + 1 < plan.months)
    days = np.ceil(rng.exponential(220.0, takes.sum())).astype(np.int64)
    members.take_up(client[takes], group[takes], after, days, rng.beta(1.8, 1.6, takes.sum()), introducer[takes])


def _introducers(
    plan: AreaPlan, people: People, members: Memberships, group: np.ndarray, month: int, rng: np.random.Generator
) -> np.ndarray:
    """For each group, somebody who goes there and has agreed to walk others in; -1 where nobody has."""
    day = plan.month_starts[month + 1]
    willing = (people.introductions > 0) & people.present(plan, min(month + 1, plan.months - 1))
    ready = (members.start <= day) & (members.end > day) & willing[members.person]
    chosen = np.full(len(group), -1)
    for which in np.unique(group):
        pool = members.person[ready & (members.group == which)]
        if len(pool):
            chosen[group == which] = rng.choice(pool, int((group == which).sum()))
    return chosen
