"""Who is linked to whom, where each agency knows a person once: probabilities among competitors, links, and draws of links.

Symbols: o_ij the odds that i and j are one person, by the comparisons alone. Where i can be at most one of the people of
j's agency and the other way round, p_ij = o_ij / (1 + Σ_k o_ik + Σ_l o_lj − o_ij) over the competitors k of j and l of i.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MOST_LOG_ODDS = 60.0


def among_competitors(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with ``probability`` and ``n_competitors`` (other pairs that hold either person against the same agency)."""
    odds = np.exp(np.clip(pairs["log_odds"].to_numpy(dtype=float), -MOST_LOG_ODDS, MOST_LOG_ODDS))
    weighed = pairs.assign(odds=odds)
    sums, counts = np.ones(len(pairs)) - odds, np.full(len(pairs), -2)
    for side, other in (("a", "b"), ("b", "a")):
        whose = weighed.groupby([f"agency_{side}", f"person_{side}", f"agency_{other}"], sort=False)["odds"]
        sums = sums + whose.transform("sum").to_numpy()
        counts = counts + whose.transform("size").to_numpy()
    return pairs.assign(probability=odds / np.maximum(sums, odds), n_competitors=counts)


def linked_rows(pairs: pd.DataFrame, chosen: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, dict[tuple[str, str], int]]:
    """(whether each pair is linked, cluster of each person linked): pairs are taken in ``order``, and one is refused that
    would make two people of one agency the same.
    """
    parent: dict[tuple[str, str], tuple[str, str]] = {}
    members: dict[tuple[str, str], dict[str, str]] = {}

    def root(person: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(person, person) != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        return person

    linked = np.zeros(len(pairs), dtype=bool)
    columns = [pairs[name].to_numpy(dtype=object) for name in ("agency_a", "person_a", "agency_b", "person_b")]
    for row in order[chosen[order]]:
        agency_a, person_a, agency_b, person_b = (column[row] for column in columns)
        one, other = root((agency_a, person_a)), root((agency_b, person_b))
        mine, theirs = members.setdefault(one, {agency_a: person_a}), members.setdefault(other, {agency_b: person_b})
        if one == other:
            linked[row] = True
        elif not mine.keys() & theirs.keys():
            parent[other] = one
            mine.update(theirs)
            linked[row] = True
    number = {top: at for at, top in enumerate(dict.fromkeys(root(person) for person in parent))}
    return linked, {person: number[root(person)] for person in parent}


def drawn_rows(pairs: pd.DataFrame, settled: np.ndarray, open_to: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whether each pair is linked in one draw: those ``settled`` always are; of the others each person of the first agency
    takes one of those still free with the probabilities of the pairs, or nobody.
    """
    drawn = settled.copy()
    taken: set[tuple[str, str, str]] = set()
    columns = [pairs[name].to_numpy(dtype=object) for name in ("agency_a", "person_a", "agency_b", "person_b")]

    def sides(row: int | np.intp) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
        agency_a, person_a, agency_b, person_b = (column[row] for column in columns)
        return (agency_a, person_a, agency_b), (agency_b, person_b, agency_a)

    for row in np.flatnonzero(settled):
        taken.update(sides(row))
    odds = np.exp(np.clip(pairs["log_odds"].to_numpy(dtype=float), -MOST_LOG_ODDS, MOST_LOG_ODDS))
    waiting: dict[tuple[str, str, str], list[int]] = {}
    for row in np.flatnonzero(open_to & ~settled):
        waiting.setdefault(sides(row)[0], []).append(int(row))
    people = list(waiting)
    for at in rng.permutation(len(people)):
        rows = [row for row in waiting[people[at]] if sides(row)[0] not in taken and sides(row)[1] not in taken]
        share = np.append(odds[rows], 1.0)
        pick = int(rng.choice(len(share), p=share / share.sum()))
        if pick < len(rows):
            drawn[rows[pick]] = True
            taken.update(sides(rows[pick]))
    return drawn
