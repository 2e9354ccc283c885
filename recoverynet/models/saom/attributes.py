"""Covariates and behaviour of a panel as the attributes of an actor-oriented model: numbers, centred, with categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recoverynet.arguments import require_finite
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel

NOTHING = "(nothing)"
MOST_CATEGORIES = 24


@dataclass(frozen=True, eq=False)
class Attributes:
    """What terms may refer to.

    Attributes
    ----------
    names : list of str
        Covariates and behaviours in use; the last is a constant for terms that refer to nothing.
    raw : float array (A, n, M)
        Values at the start of each of the M periods; NaN unknown. Behaviour is as observed.
    centres : float array (A,)
        Means taken off: of covariates over people and periods, of behaviour over people and waves.
    ranges, similarities : float arrays (A,)
        Largest minus smallest value, and mean similarity 1 − |v_i − v_j| / range of two people of one group at the start
        of a period.
    levels : list of float arrays
        The distinct values of each.
    words : set of str
        Covariates that were words: only sameness means anything.
    behaviour_rows : list of int
        Places of the modelled behaviours, in the order of the specification.
    bounds : float array (B, 2)
        Lowest and highest value of each.
    pairs : dict of name to float array (n, n) or (M, n, n)
        Covariates of pairs of one group, at the start of each period where they change; NaN unknown, and on the
        diagonal.
    disagreement : dict
        Mean disagreement of two people about a third, of out-ties (balance) and in-ties (inStructEq).
    """

    names: list[str]
    raw: np.ndarray
    centres: np.ndarray
    ranges: np.ndarray
    similarities: np.ndarray
    levels: list[np.ndarray]
    words: frozenset[str]
    behaviour_rows: list[int]
    bounds: np.ndarray
    pairs: dict[str, np.ndarray]
    disagreement: Mapping[str, float]

    def place(self, name: str | None, *, words: bool = False) -> int:
        """The row of an attribute; ``words`` tells whether words will do."""
        if name is None:
            return len(self.names) - 1
        if name in self.words and not words:
            raise SchemaError(
                f"The covariate {name!r} holds words, which only sameX can use; give numbers, or a column of 0 and 1 for one "
                "of the words."
            )
        return self.names.index(name)

    def dyadic_place(self, name: str) -> int:
        """The place of a covariate of pairs."""
        return list(self.pairs).index(name)

    def pairs_in(self, name: str, period: int) -> np.ndarray:
        """A covariate of pairs (n, n) in a period counted from 1, its mean over pairs and periods taken off."""
        matrices = self.pairs[name]
        return (matrices if matrices.ndim == 2 else matrices[period - 1]) - self.pair_mean(name)

    def pair_mean(self, name: str) -> float:
        """Mean of a covariate of pairs over pairs of different people that are known, and periods."""
        return float(np.nanmean(self.pairs[name]))

    @property
    def n_categories(self) -> list[int]:
        """Number of categories of each, the unknown included; more than any class can hold where there are too many."""
        return [len(each) + 1 if len(each) <= MOST_CATEGORIES else 10**6 for each in self.levels]

    def for_kernels(self) -> np.ndarray:
        """Range, mean similarity and what rates put back on (A, 3), as kernels read them."""
        put_back = np.zeros(len(self.names))
        put_back[self.behaviour_rows] = self.centres[self.behaviour_rows]
        return np.column_stack([self.ranges, self.similarities, put_back]).astype(float)


def attributes_of(
    panel: NetworkPanel,
    used: Sequence[str],
    behaviours: Sequence[str],
    pairs: Sequence[str],
    bounds: Mapping[str, tuple[float, float]],
) -> Attributes:
    """Attributes ``used`` by terms, behaviours that are modelled first.

    Raises
    ------
    SchemaError
        Behaviour is not whole numbers or outside its bounds, everybody has the same value, or a covariate holds nothing
        or something infinite.
    NotEstimableError
        Nobody is there.
    """
    if not panel.present.any():
        raise NotEstimableError(f"Nobody is there at any of the {panel.n_waves} waves; there are {panel.n_people} people in all.")
    names = list(dict.fromkeys([*behaviours, *used])) + [NOTHING]
    for name in bounds:
        if name not in behaviours:
            raise SchemaError(f"Bounds are of behaviour that is modelled ({', '.join(behaviours) or 'none'}); got {name!r}.")
    raw, all_waves, words = _raw_values(panel, names, behaviours)
    limits = np.array([_bounds(name, panel.behaviour[name], bounds.get(name)) for name in behaviours]).reshape(-1, 2)
    house = panel.groups if panel.groups is not None else np.zeros(panel.n_people)
    centres, ranges, similarities, levels = [], [], [], []
    for place, name in enumerate(names):
        values = all_waves.get(name, raw[place])
        known = values[np.isfinite(values)]
        low, high = limits[behaviours.index(name)] if name in behaviours else (known.min(), known.max())
        centres.append(_centre(values, worded=name in words or name == NOTHING, modelled=name in behaviours))
        ranges.append(max(float(high - low), 1e-12))
        similarities.append(_mean_similarity(raw[place], house, panel.present, ranges[-1]))
        levels.append(np.arange(low, high + 1) if name in behaviours else np.unique(known))
    return Attributes(
        names,
        raw,
        np.array(centres),
        np.array(ranges),
        np.array(similarities),
        levels,
        frozenset(words),
        [names.index(name) for name in behaviours],
        limits,
        {name: _pairs_known(name, panel.dyadic[name], house) for name in dict.fromkeys(pairs)},
        {"balance": _disagreement(panel, house, 0), "inStructEq": _disagreement(panel, house, 1)},
    )


def _raw_values(
    panel: NetworkPanel, names: Sequence[str], behaviours: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray], set[str]]:
    """Values at the start of each period (A, n, M), those that centres and levels are taken from, and which were words."""
    n_periods, words = panel.n_waves - 1, set()
    raw = np.zeros((len(names), panel.n_people, n_periods))
    all_waves: dict[str, np.ndarray] = {}
    for place, name in enumerate(names[:-1]):
        if name in panel.behaviour:
            all_waves[name] = panel.behaviour[name] if name in behaviours else panel.behaviour[name][:, :-1]
            raw[place] = panel.behaviour[name][:, :-1]
        else:
            values, worded = _numbers_of(panel.covariates[name], name)
            words |= {name} if worded else set()
            raw[place] = values[:, :n_periods] if values.ndim == 2 else values[:, None]
            all_waves[name] = raw[place]
    return raw, all_waves, words


def _centre(values: np.ndarray, *, worded: bool, modelled: bool) -> float:
    """What is taken off: of a covariate the mean of all known values, of behaviour the mean of the means of its waves."""
    if worded:
        return 0.0
    if not modelled:
        return float(np.nanmean(values))
    return float(np.mean([column[np.isfinite(column)].mean() for column in values.T if np.isfinite(column).any()]))


def _numbers_of(values: np.ndarray, name: str) -> tuple[np.ndarray, bool]:
    """A covariate as numbers (NaN unknown), and whether it was words."""
    if values.dtype.kind in "biuf":
        found, worded = values.astype(float), False
    else:
        flat = [None if each is None or each != each else each for each in values.ravel()]
        try:
            found = np.array([np.nan if each is None else float(each) for each in flat])
            worded = False
        except (TypeError, ValueError):
            order = {word: code for code, word in enumerate(sorted({str(each) for each in flat if each is not None}))}
            found, worded = np.array([np.nan if each is None else float(order[str(each)]) for each in flat]), True
        found = found.reshape(values.shape)
    require_finite(found, f"The covariate {name!r}")
    if not np.isfinite(found).any():
        raise SchemaError(f"Nobody has a known value of the covariate {name!r}; leave out the terms that refer to it.")
    return found, worded


def _pairs_known(name: str, given: np.ndarray, house: np.ndarray) -> np.ndarray:
    """A covariate of pairs of different people of one group, at the starts of periods where it changes."""
    matrices = np.array(given if given.ndim == 2 else given[:-1], float)
    matrices[..., (house[:, None] != house) | np.eye(len(house), dtype=bool)] = np.nan
    if np.isnan(matrices).all():
        raise SchemaError(f"The dyadic covariate {name!r} is known of no pair; leave out the terms that refer to it.")
    return matrices[0] if matrices.ndim == 3 and len(matrices) == 1 else matrices


def _declared(name: str, given: object) -> tuple[float, float]:
    """Bounds of a behaviour as two whole numbers."""
    try:
        low, high = (float(each) for each in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        low = high = np.nan
    if not (low < high and low == np.round(low) and high == np.round(high) and np.isfinite(high - low)):
        raise SchemaError(f"Bounds of {name!r} are two whole numbers, the lower first, as in (1, 5); got {given!r}.")
    return low, high


def _bounds(name: str, values: np.ndarray, declared: tuple[float, float] | None) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        raise SchemaError(f"Nobody's {name!r} is known at any wave.")
    if (known != np.round(known)).any():
        odd = known[known != np.round(known)]
        raise SchemaError(
            f"Behaviour {name!r} must be whole numbers, one step apart; {len(odd)} values are not, such as {odd[0]:g}. "
            "Round it, or cut it into a few ordered levels."
        )
    low, high = (known.min(), known.max()) if declared is None else _declared(name, declared)
    outside = (known < low) | (known > high)
    if outside.any():
        raise SchemaError(
            f"Behaviour {name!r} was declared to go from {low:g} to {high:g}; {int(outside.sum())} values lie outside, such as "
            f"{known[outside][0]:g}. Widen the bounds, or make these values NaN where they are mistakes."
        )
    if high - low < 1:
        raise SchemaError(f"Everybody has the same {name!r} at all waves; there is nothing to model.")
    if high - low > 50:
        raise SchemaError(
            f"Behaviour {name!r} has {int(high - low) + 1} levels; the model takes one step at a time and is meant for a few. "
            "Cut it into ordered levels."
        )
    return float(low), float(high)


def _mean_similarity(raw: np.ndarray, house: np.ndarray, present: np.ndarray, reach: float) -> float:
    """Mean of 1 − |v_i − v_j| / range over all pairs of one group, both known and there, at the starts of periods."""
    total, count = 0.0, 0
    for column in range(raw.shape[1]):
        for group in dict.fromkeys(house.tolist()):
            here = (house == group) & present[:, column] & np.isfinite(raw[:, column])
            values = np.sort(raw[here, column])
            n = len(values)
            total += 2.0 * float(values @ (2.0 * np.arange(n) - n + 1))
            count += n * (n - 1)
    return 1.0 - total / count / reach if count else 0.0


def _disagreement(panel: NetworkPanel, house: np.ndarray, axis: int) -> float:
    """Mean of |x_ih − x_jh| (axis 0) or |x_hi − x_hj| (axis 1) over i ≠ j ≠ h of one group and the starts of periods.

    Over pairs of ties that are known, between people who are there; ties fixed from outside count as they are.
    """
    total = count = 0.0
    for wave in range(panel.n_waves - 1):
        ties, unknown = sparse.csr_array(panel.networks[wave]) > 0, sparse.csr_array(panel.missing[wave]) > 0
        for group in dict.fromkeys(house.tolist()):
            people = np.flatnonzero((house == group) & panel.present[:, wave])
            here, hidden = (sparse.csr_array(each[people][:, people]) for each in (ties, unknown))
            dark = np.asarray(hidden.sum(axis=axis)).ravel() - (hidden.diagonal() > 0)
            known = len(people) - 1.0 - dark
            ones = np.asarray((here > here.multiply(hidden)).sum(axis=axis)).ravel().astype(float)
            total += float((2.0 * ones * (known - ones)).sum())
            count += float((known * (known - 1.0)).sum())
    return total / count if count else 0.0
