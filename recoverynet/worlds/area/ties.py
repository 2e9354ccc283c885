"""How people of a synthetic area take up groups and ties: by likeness where homophily is dialled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.worlds.area.people import Episodes, People
from recoverynet.worlds.area.places import Places
from recoverynet.worlds.area.plan import CLIENT, COMMUNITY, FAMILY, PEER, AreaPlan, inverse_logit, logit

SAME_AREA_ODDS = 2.5
POOL = 20
FRIEND, SUPPORT, RELATIVE = range(3)


@dataclass
class Memberships:
    """Who has taken up which group, one array entry a membership; ``ever`` is person × group."""

    ever: np.ndarray
    person: np.ndarray
    group: np.ndarray
    start: np.ndarray
    end: np.ndarray
    attend: np.ndarray
    introducer: np.ndarray

    @classmethod
    def none(cls, n_people: int, n_groups: int) -> Memberships:
        """Nobody anywhere yet."""
        whole, real = np.empty(0, dtype=np.int64), np.empty(0)
        return cls(np.zeros((n_people, n_groups), dtype=bool), whole, whole, whole, whole, real, whole)

    def take_up(
        self,
        person: np.ndarray,
        group: np.ndarray,
        start: int,
        days: np.ndarray,
        attend: np.ndarray,
        introducer: np.ndarray | None = None,
    ) -> None:
        """Add memberships; a second one of the same person in the same group is left out."""
        _, first = np.unique(person * self.ever.shape[1] + group, return_index=True)
        first = first[~self.ever[person[first], group[first]]]
        self.ever[person[first], group[first]] = True
        by = np.full(len(person), -1) if introducer is None else introducer
        new = (person, group, np.full(len(person), start), start + days, attend, by)
        for name, values in zip(("person", "group", "start", "end", "attend", "introducer"), new, strict=True):
            setattr(self, name, np.concatenate([getattr(self, name), values[first]]))


@dataclass
class Ties:
    """Ties of two people, one array entry a tie, active from month ``start`` to before month ``end``."""

    one: np.ndarray
    other: np.ndarray
    kind: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def add(self, one: np.ndarray, other: np.ndarray, kind: int, month: int, lasts: np.ndarray) -> None:
        """Add ties of one kind; one that is still active is not doubled."""
        active = self.end > month
        known = set(zip(self.one[active].tolist(), self.other[active].tolist(), strict=True))
        pairs = zip(one.tolist(), other.tolist(), strict=True)
        fresh = np.zeros(len(one), dtype=bool)
        for place, pair in enumerate(pairs):
            fresh[place] = pair not in known
            known.add(pair)
        new = (one, other, np.full(len(one), kind), np.full(len(one), month), month + lasts)
        for name, values in zip(("one", "other", "kind", "start", "end"), new, strict=True):
            setattr(self, name, np.concatenate([getattr(self, name), values[fresh]]))


def no_ties() -> Ties:
    """Nobody tied to anybody."""
    return Ties(*(np.empty(0, dtype=np.int64) for _ in range(5)))


def pull_of_norm(plan: AreaPlan, people: People, held: np.ndarray, sign: np.ndarray | float) -> np.ndarray:
    """Log odds likeness adds to taking up a group: sign 1 for a recovery norm, −1 for using."""
    likeness = np.log(plan.homophily) * (held - 0.5) + np.log(plan.latent[0]) * (people.latent - 0.5)
    answer: np.ndarray = sign * likeness
    return answer


def choose_groups(
    places: Places,
    people: People,
    person: np.ndarray,
    among: np.ndarray,
    day: int,
    rng: np.random.Generator,
    prescribed: np.ndarray,
) -> np.ndarray:
    """One group a person among those open, near ones likelier; -1 where none suits."""
    options = np.flatnonzero(among & (places.opens <= day) & (places.closes > day))
    if not len(options) or not len(person):
        return np.full(len(person), -1)
    weight = np.where(places.area[options][None, :] == people.area[person][:, None], SAME_AREA_ODDS, 1.0)
    weight[~people.female[person][:, None] & places.women_only[options][None, :]] = 0.0
    weight[prescribed[person][:, None] & ~places.ost_friendly[options][None, :]] *= 0.5
    total = np.cumsum(weight, axis=1)
    drawn = (rng.random(len(person)) * total[:, -1])[:, None]
    return np.where(total[:, -1] > 0, options[(total <= drawn).sum(axis=1).clip(max=len(options) - 1)], -1)


def take_up_groups(
    plan: AreaPlan,
    people: People,
    places: Places,
    episodes: Episodes,
    members: Memberships,
    held: np.ndarray,
    month: int,
    rng: np.random.Generator,
) -> None:
    """Who takes up a group by themselves; the first month also holds what was taken up before."""
    here, day = people.present(plan, month) & people.recorded, int(plan.month_starts[month])
    prescribed = episodes.prescribed[:, month]
    treated = episodes.in_treatment[:, month]
    keen = 0.8 * np.log(people.sociability)
    client, peer = people.role == CLIENT, people.role == PEER
    community, family = people.role == COMMUNITY, people.role == FAMILY
    kinds = (
        (client, places.recovery, 0.009, 11.0, 1.0, 190.0),
        (client, places.using, 0.022, 6.0, -1.0, 200.0),
        (client, places.mixed, 0.004, 6.0, 0.0, 180.0),
        (client & treated, places.treatment, 0.020, 2.5, 0.0, 70.0),
        (peer, places.recovery, 0.12, 7.5, 1.0, 420.0),
        (community, places.recovery, 0.03, 15.0, 1.0, 500.0),
        (community, places.using | places.mixed, 0.02, 15.0, -1.0, 500.0),
        (family, places.family, 0.04, 10.0, 0.0, 400.0),
    )
    for who, where, base, stock, sign, lasts in kinds:
        share = min(0.9, base * stock) if month == 0 else base
        odds = logit(share) + pull_of_norm(plan, people, held, sign) + np.where(client, keen, 0.0)
        person = np.flatnonzero(who & here & (rng.random(plan.n_people) < inverse_logit(odds)))
        group = choose_groups(places, people, person, where, day, rng, prescribed)
        person, group = person[group >= 0], group[group >= 0]
        days = np.ceil(rng.exponential(lasts, len(person))).astype(np.int64)
        steady = rng.beta(1.4, 1.6, len(person)) if who[client].any() else rng.beta(5.0, 3.0, len(person))
        members.take_up(person, group, day, days, steady)


def make_ties(plan: AreaPlan, people: People, held: np.ndarray, ties: Ties, month: int, rng: np.random.Generator) -> None:
    """New friendships between clients, and new ties of clients with peers and the community."""
    here = people.present(plan, month) & people.recorded
    clients = np.flatnonzero(here & (people.role == CLIENT))
    support = np.flatnonzero(here & np.isin(people.role, (PEER, COMMUNITY)))
    rise = 1.0 + 0.7 * month / plan.months
    for others, kind, rate, stock, months in ((clients, FRIEND, 0.048, 9.0, 10.0), (support, SUPPORT, 0.020 * rise, 7.0, 8.0)):
        n_new = rng.poisson(rate * len(clients) * (stock if month == 0 else 1.0))
        one, other = _likely_pairs(plan, people, held, clients, others, n_new, rng)
        if kind == FRIEND:
            one, other = np.minimum(one, other), np.maximum(one, other)
        ties.add(one, other, kind, month, rng.geometric(1.0 / months, len(one)))


def _likely_pairs(
    plan: AreaPlan, people: People, held: np.ndarray, ones: np.ndarray, others: np.ndarray, n_pairs: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs drawn from a large pool by the odds that likeness of state, trait and area gives them."""
    one = rng.choice(ones, n_pairs * POOL, p=_shares(people.sociability[ones]))
    other = rng.choice(others, n_pairs * POOL, p=_shares(people.sociability[others]))
    log_odds = (
        np.log(plan.homophily) * (held[one] == held[other])
        + np.log(plan.latent[0]) * (people.latent[one] == people.latent[other])
        + np.log(SAME_AREA_ODDS) * (people.area[one] == people.area[other])
    )
    # Gumbel noise: the highest n_pairs are a draw without replacement with odds exp(log_odds).
    ranked = np.argsort(-(log_odds + rng.gumbel(size=len(one)) + np.where(one == other, -np.inf, 0.0)), kind="stable")
    best = ranked[:n_pairs]
    best = best[one[best] != other[best]]
    return one[best], other[best]


def _shares(weights: np.ndarray) -> np.ndarray:
    answer: np.ndarray = weights / weights.sum()
    return answer
