"""Interviews in a synthetic area: whom some clients and peers name, third parties included."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.worlds.area.life import STATES, USING, Life
from recoverynet.worlds.area.plan import CLIENT, COMMUNITY, FAMILY, PEER, WORKER, AreaPlan

CLIENTS_ASKED, PEERS_ASKED = 0.24, 0.35
MOST_NAMED, MOST_OUTSIDE = 8, 4
SEES_RIGHT, NAMED_AGAIN = 0.78, 0.6
_OUTSIDE = ("friend", "partner", "parent", "sibling", "neighbour", "colleague")
Columns = dict[str, np.ndarray]
"""Rows as columns of equal length: made into a table once, at the end."""


def nominations_tables(plan: AreaPlan, life: Life, rng: np.random.Generator) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Nominations, and the ties that egos report among those they named; None where nobody was asked."""
    strength = _strength(plan, life)
    named, ties = [], []
    asked = _asked(plan, life, rng)
    outside: dict[int, Columns] = {}
    outside_ids = 0
    for ego, month in asked:
        day = int(plan.month_starts[month]) + int(rng.integers(0, 28))
        inside = _named_inside(life, strength, ego, month, day, rng)
        n_outside = int(rng.integers(0, MOST_OUTSIDE + 1)) if life.people.role[ego] == CLIENT else 0
        fresh = _named_outside(ego, day, outside_ids, n_outside, rng)
        outside_ids += n_outside
        if ego in outside:
            kept = rng.random(len(outside[ego]["alter"])) < NAMED_AGAIN
            again = {name: column[kept] for name, column in outside[ego].items()}
            again["day"] = np.full(int(kept.sum()), day)
            room = max(0, MOST_OUTSIDE - int(kept.sum()))
            fresh = _below([again, {name: column[:room] for name, column in fresh.items()}])
        outside[ego] = fresh
        rows = _below([inside, fresh])
        named.append(rows)
        ties.append(_reported_ties(strength, rows["alter"], ego, day, rng))
    if not asked:
        return None, None
    tables = pd.DataFrame(_below(named)), pd.DataFrame(_below(ties))
    return _nominations(plan, life, tables[0]), _alter_ties(plan, life, tables[1])


def _below(parts: list[Columns]) -> Columns:
    """The rows of one below those of the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _strength(plan: AreaPlan, life: Life) -> sparse.csr_array:
    """Newman weight of everybody's shared occasions over the whole period."""
    contacts = life.contacts
    size = np.bincount(contacts.occasion, minlength=len(contacts.day))
    weight = np.where(size > 1, 1.0 / np.maximum(size - 1, 1), 0.0)
    shape = (plan.n_people, len(contacts.day))
    there = sparse.csr_array((np.ones(len(contacts.person)), (contacts.person, contacts.occasion)), shape=shape)
    shared = (there * weight[None, :]) @ there.T
    shared = sparse.csr_array(shared)
    shared.setdiag(0.0)
    shared.eliminate_zeros()
    return shared


def _asked(plan: AreaPlan, life: Life, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Who was interviewed in which month: once in the first half, half of them again in the second."""
    people, middle = life.people, plan.months // 2
    share = np.select([people.role == CLIENT, people.role == PEER], [CLIENTS_ASKED, PEERS_ASKED], 0.0)
    first = np.flatnonzero((rng.random(plan.n_people) < share) & people.recorded)
    asked = [(int(ego), int(rng.integers(0, max(1, middle)))) for ego in first]
    again = [(ego, int(rng.integers(middle, plan.months))) for ego, _ in asked if rng.random() < 0.5]
    return [(ego, month) for ego, month in asked + again if people.present(plan, month)[ego]]


def _named_inside(life: Life, strength: sparse.csr_array, ego: int, month: int, day: int, rng: np.random.Generator) -> Columns:
    """Up to eight of the people ego met most; how ego sees their state is mostly right."""
    begins, ends = strength.indptr[ego], strength.indptr[ego + 1]
    alters, weights = strength.indices[begins:ends], strength.data[begins:ends]
    kept = (weights > 0.4) & (rng.random(len(alters)) < np.where(life.people.role[alters] == WORKER, 0.3, 0.85))
    best = alters[kept][np.argsort(-weights[kept], kind="stable")][: int(rng.integers(2, MOST_NAMED + 1))]
    strong = strength[[ego], :].toarray().ravel()[best] if len(best) else np.empty(0)
    role = life.people.role[best]
    own = life.people.relative_of[best] == ego
    relation = np.select(
        [role == WORKER, own, role == FAMILY, role == PEER, role == COMMUNITY],
        ["worker", "family", "acquaintance", rng.choice(["sponsor", "friend", "mentor"]), "friend"],
        "friend",
    )
    right = rng.random(len(best)) < SEES_RIGHT
    seen = np.where(right, life.state[best, month], rng.integers(0, len(STATES), len(best)))
    words = np.where(life.people.state_known[best], np.array(STATES)[seen], "")
    closeness = np.clip(np.rint(1.6 + 1.1 * np.log1p(strong) + rng.normal(0, 0.8, len(best))), 1, 5)
    often = np.clip(np.rint(2.0 + 1.2 * np.log1p(strong) + rng.normal(0, 1.0, len(best))), 1, 7)
    return _rows(ego, best, day, relation, closeness, often, words, "consented", rng)


def _named_outside(ego: int, day: int, used: int, n: int, rng: np.random.Generator) -> Columns:
    """Third parties: people only this ego names, of whom nothing is recorded but how ego sees them."""
    alters = -1 - used - np.arange(n)
    words = rng.choice(["using", "reduced", "abstinent", ""], n, p=[0.4, 0.15, 0.15, 0.3])
    relation = rng.choice(_OUTSIDE, n)
    return _rows(ego, alters, day, relation, rng.integers(1, 6, n), rng.integers(1, 8, n), words, "not_asked", rng)


def _rows(
    ego: int,
    alters: np.ndarray,
    day: int,
    relation: np.ndarray,
    closeness: np.ndarray,
    often: np.ndarray,
    words: np.ndarray,
    basis: str,
    rng: np.random.Generator,
) -> Columns:
    using = words == STATES[USING]
    support = np.where(
        rng.random(len(alters)) < np.where(using, 0.1, 0.6),
        "recovery",
        np.where(using & (rng.random(len(alters)) < 0.5), "use", ""),
    )
    return {
        "ego": np.full(len(alters), ego),
        "alter": alters,
        "day": np.full(len(alters), day),
        "relation": relation,
        "closeness": closeness.astype(float),
        "often": often.astype(float),
        "words": words,
        "support": support,
        "basis": np.full(len(alters), basis),
    }


def _reported_ties(strength: sparse.csr_array, alters: np.ndarray, ego: int, day: int, rng: np.random.Generator) -> Columns:
    """Pairs of those named who know each other: those who met on record, and some nobody recorded."""
    one, other = np.triu_indices(len(alters), 1)
    inside = alters >= 0
    both = inside[one] & inside[other]
    place = np.where(inside, alters, 0)
    met = strength[place, :][:, place].toarray()[one, other] > 0 if len(alters) else np.empty(0, dtype=bool)
    tied = rng.random(len(one)) < np.where(both, np.where(met, 0.8, 0.05), 0.18)
    ties = {"a": alters[one[tied]], "b": alters[other[tied]]}
    return {**ties, "ego": np.full(len(ties["a"]), ego), "day": np.full(len(ties["a"]), day)}


def _ids(life: Life, position: pd.Series) -> np.ndarray:
    """Ids of positions; a third party, below 0, gets an id of its own that the people table does not hold."""
    number = position.to_numpy()
    return np.where(number >= 0, life.people.ids[np.maximum(number, 0)], [f"x{-i:04d}" for i in number])


def _nominations(plan: AreaPlan, life: Life, named: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ego_id": life.people.ids[named["ego"]],
            "alter_id": _ids(life, named["alter"]),
            "asked_at": plan.stamps(named["day"].to_numpy()),
            "relation": named["relation"],
            "weight": 1.0,
            "closeness": named["closeness"],
            "contact_frequency": named["often"],
            "perceived_state": named["words"].replace("", None),
            "support": named["support"].replace("", None),
            "consent_basis": named["basis"],
        }
    )


def _alter_ties(plan: AreaPlan, life: Life, ties: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ego_id": life.people.ids[ties["ego"]],
            "alter_a": _ids(life, ties["a"]),
            "alter_b": _ids(life, ties["b"]),
            "asked_at": plan.stamps(ties["day"].to_numpy()),
            "weight": 1.0,
        }
    )


def separations_table(life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """A few pairs of clients who must never be shown together; none of them are friends."""
    clients = life.people.of_role(CLIENT)
    friends = set(zip(life.ties.one.tolist(), life.ties.other.tolist(), strict=True))
    n_pairs = max(2, len(clients) // 100)
    drawn = np.sort(rng.choice(clients, (4 * n_pairs, 2)), axis=1)
    pairs = [(a, b) for a, b in dict.fromkeys(map(tuple, drawn.tolist())) if a != b and (a, b) not in friends]
    reasons = rng.choice(["safeguarding", "former_partners", "debt"], len(pairs))
    rows = [(life.people.ids[a], life.people.ids[b], why) for (a, b), why in zip(pairs, reasons, strict=True)]
    return pd.DataFrame(rows[:n_pairs], columns=["person_id", "other_id", "reason"])
