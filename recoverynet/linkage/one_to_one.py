"""Who is linked to whom, where each agency knows a person once: probabilities among competitors, links, and draws of links.

Symbols: o_ij the odds that i and j are one person, by the comparisons alone. Every set of pairs in which nobody stands twice is
as likely as the product of its odds. h_ij = 1 / (1 + Σ_k≠j o_ik h_ki) is how likely i is free when j is left out of it, and
p_ij = o_ij h_ij h_ji / (1 + o_ij h_ij h_ji): a rival whose own entry is certain elsewhere is no rival.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MOST_LOG_ODDS = 60.0
_ROUNDS, _CLOSE = 500, 1e-10
_SWEEPS = 10


def among_competitors(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with ``probability`` and ``n_competitors`` (other pairs that hold either person against the same agency)."""
    sides = _sides(pairs)
    log_odds = _log_odds(pairs)
    free = _log_free(log_odds, sides)
    together = log_odds + free[0] + free[1]
    counts = sum(np.bincount(side)[side] for side in sides) - 2 if len(pairs) else np.empty(0, dtype=int)
    return pairs.assign(probability=1 / (1 + np.exp(-together)), n_competitors=counts)


def _log_odds(pairs: pd.DataFrame) -> np.ndarray:
    bounded: np.ndarray = np.clip(pairs["log_odds"].to_numpy(dtype=float), -MOST_LOG_ODDS, MOST_LOG_ODDS)
    return bounded


def _sides(pairs: pd.DataFrame) -> list[np.ndarray]:
    """Of each pair the number of its first and of its second person, each against the other's agency."""
    names = [(f"agency_{one}", f"person_{one}", f"agency_{other}") for one, other in (("a", "b"), ("b", "a"))]
    return [pairs.groupby(list(columns), sort=False).ngroup().to_numpy(dtype=np.int64) for columns in names]


def _log_free(log_odds: np.ndarray, sides: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of h of the first and the second person of each pair, found by turns.

    Half way to each new value on the scale of logarithms: without it a ring of people all alike swings for ever.
    """
    first, second = np.zeros(len(log_odds)), np.zeros(len(log_odds))
    for _ in range(_ROUNDS if len(log_odds) else 0):
        new_first = 0.5 * (first - _others(log_odds + second, sides[0]))
        new_second = 0.5 * (second - _others(log_odds + new_first, sides[1]))
        moved = max(float(np.abs(new_first - first).max()), float(np.abs(new_second - second).max()))
        first, second = new_first, new_second
        if moved < _CLOSE:
            break
    return first, second


def _others(terms: np.ndarray, side: np.ndarray) -> np.ndarray:
    """log(1 + Σ exp(term)) over the other pairs of each pair's person."""
    n = int(side.max()) + 1
    best = np.zeros(n)
    np.maximum.at(best, side, terms)
    scaled = np.exp(terms - best[side])
    rest = np.maximum(np.bincount(side, weights=scaled)[side] - scaled, 0.0)
    rest[np.bincount(side)[side] == 1] = 0.0
    answer: np.ndarray = np.log(np.exp(-best[side]) + rest) + best[side]
    return answer


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
    """Whether each pair is linked in one draw: those ``settled`` always are; of the others a set in which nobody stands twice,
    as often as it is likely: a first one by turns, then each person in turn chooses anew among those free.
    """
    drawn = settled.copy()
    first, second = _sides(pairs)
    rows = np.flatnonzero(open_to & ~settled & ~np.isin(first, first[settled]) & ~np.isin(second, second[settled]))
    if not len(rows):
        return drawn
    first, second = pd.factorize(first[rows])[0], pd.factorize(second[rows])[0]
    log_odds = _log_odds(pairs)[rows]
    alone = (np.bincount(first)[first] == 1) & (np.bincount(second)[second] == 1)
    drawn[rows[alone]] = rng.random(int(alone.sum())) < 1 / (1 + np.exp(-log_odds[alone]))
    rivals = np.flatnonzero(~alone)
    if len(rivals):
        first, second = pd.factorize(first[rivals])[0], pd.factorize(second[rivals])[0]
        drawn[rows[rivals[_drawn_rivals(log_odds[rivals], first, second, rng)]]] = True
    return drawn


def _drawn_rivals(log_odds: np.ndarray, first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> list[int]:
    free = _log_free(log_odds, [first, second])[1]
    weights = [np.exp(log_odds + free).tolist(), *[np.exp(log_odds).tolist()] * _SWEEPS]
    whose = second.tolist()
    choices: list[list[int]] = [[] for _ in range(int(first.max()) + 1)]
    for row, person in enumerate(first.tolist()):
        choices[person].append(row)
    held = [-1] * len(choices)
    taken = [False] * (int(second.max()) + 1)
    for odds in weights:
        order, luck = rng.permutation(len(choices)).tolist(), rng.random(len(choices)).tolist()
        for person in order:
            if held[person] >= 0:
                taken[whose[held[person]]] = False
            left = [row for row in choices[person] if not taken[whose[row]]]
            at = luck[person] * (1.0 + sum(odds[row] for row in left))
            held[person] = -1
            for row in left:
                at -= odds[row]
                if at < 0:
                    held[person] = row
                    taken[whose[row]] = True
                    break
    return [row for row in held if row >= 0]
