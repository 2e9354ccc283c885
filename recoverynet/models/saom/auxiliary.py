"""What a goodness-of-fit test counts at the end of a period: degrees, distances, triads, behaviour, likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.kernels.autocorrelation import moran
from recoverynet.kernels.network_shape import TRIADS, UNDIRECTED_TRIADS, counts_up_to, degrees, distance_counts, triad_census
from recoverynet.models.saom.ends import Ending, PeriodEnd

STATISTICS = ("outdegree", "indegree", "geodesic", "triads", "behaviour", "moran")
NEEDS_BEHAVIOUR = ("behaviour", "moran")
FARTHEST = 5
"""Steps up to which distances are told apart."""
LEVELS = 9
"""Numbers of ties at which people are counted."""
Behaviour: TypeAlias = "Mapping[str, np.ndarray]"
UserFunction: TypeAlias = "Callable[[sparse.csr_array, Behaviour], np.ndarray | Sequence[float] | pd.Series]"
Asked: TypeAlias = "str | Mapping[str, UserFunction] | Sequence[str | Mapping[str, UserFunction]]"


@dataclass(frozen=True)
class Auxiliary:
    """One statistic: what it is called and how it is counted.

    Attributes
    ----------
    name : str
    labels : tuple of str
        What each of its values stands for.
    title, classes, unit : str
        What is counted, what the labels are, and of what the values are numbers, for figures.
    count : callable
        Network (n × n, sparse) and behaviours (name to n floats, NaN unknown) to one number a label.
    mean : bool
        Averaged over the ends of periods rather than added up.
    """

    name: str
    labels: tuple[str, ...]
    title: str
    classes: str
    unit: str
    count: UserFunction
    mean: bool = False


def auxiliaries(asked: Asked, periods: Sequence[PeriodEnd]) -> list[Auxiliary]:
    """Which statistics are meant?

    Parameters
    ----------
    asked : str, mapping of name to function, or sequence of both
        Names are those of ``STATISTICS``.
    periods : sequence of PeriodEnd
        What was observed. Functions of the user are tried on the first, to learn how many values they give.

    Returns
    -------
    list of Auxiliary
        ``"behaviour"`` and ``"moran"`` come once a behaviour, named after it; ``"outdegree"`` and ``"indegree"``
        are one, ``"degree"``, where ties have no direction.

    Raises
    ------
    SchemaError
        A name that is not known or there twice, a behaviour where there is none, a function that does not give
        one-dimensional numbers.
    """
    wanted = [asked] if isinstance(asked, str | Mapping) or not isinstance(asked, Iterable) else list(asked)
    found: list[Auxiliary] = []
    for each in wanted:
        if callable(each):
            raise SchemaError(f"A function needs a name: {{'{getattr(each, '__name__', 'mine')}': function}}.")
        if isinstance(each, Mapping):
            found += [_of_user(name, function, periods[0].end) for name, function in each.items()]
        elif each in NEEDS_BEHAVIOUR and not periods[0].ranges and tuple(wanted) == STATISTICS:
            continue
        else:
            found += _of_name(each, periods)
    unique = list({each.name: each for each in found}.values())
    twice = [each.name for each in found if sum(other.name == each.name for other in found) > 1]
    if any(name != "degree" for name in twice):
        raise SchemaError(f"Every statistic needs a name of its own; {twice[0]!r} is there twice.")
    if not unique:
        raise SchemaError(f"No statistic was named. Known: {', '.join(STATISTICS)}; or give a function by name.")
    return unique


def _of_name(name: str, periods: Sequence[PeriodEnd]) -> list[Auxiliary]:
    """The statistics behind one name."""
    if name in NEEDS_BEHAVIOUR:
        if not periods[0].ranges:
            raise SchemaError(f"{name!r} needs a behaviour, and the model has none. Leave it out of ``statistics``.")
        make = _levels_of if name == "behaviour" else _likeness_in
        return [make(behaviour, periods[0]) for behaviour in periods[0].ranges]
    if name in ("outdegree", "indegree", "degree"):
        return [_ties_of(name, periods)]
    if name == "geodesic":
        return [_distances()]
    if name == "triads":
        return [_triads(periods[0].directed)]
    raise SchemaError(
        f"{name!r} is not a statistic. Known: {', '.join(STATISTICS)}. For one of your own give a mapping of its name "
        "to a function of the network and the behaviours."
    )


def rows_of(network: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Pointers and columns of the ties of a network, as kernels read them."""
    if not network.data.all():
        network = network.copy()
        network.eliminate_zeros()
    return network.indptr.astype(np.int32, copy=False), network.indices.astype(np.int32, copy=False)


def _ties_of(name: str, periods: Sequence[PeriodEnd]) -> Auxiliary:
    """How many people have at most so many ties."""
    side = 1 if name == "indegree" else 0
    directed, levels = periods[0].directed, np.arange(LEVELS)
    most = max(int(degrees(*rows_of(each.start.network))[side].max(initial=0)) for each in periods)
    if most > LEVELS:
        levels = np.unique(np.rint(np.linspace(0, most, LEVELS)).astype(int))
    kind = ("ties sent", "ties received")[side] if directed else "ties"

    def count(network: sparse.csr_array, behaviour: Behaviour) -> np.ndarray:
        answer: np.ndarray = counts_up_to(degrees(*rows_of(network))[side], levels)
        return answer

    return Auxiliary(
        name if directed else "degree", tuple(map(str, levels)), f"People by number of {kind}",
        f"{kind.capitalize()}, at most", "people", count,
    )  # fmt: skip


def _distances() -> Auxiliary:
    """How many ordered pairs are at most so many steps apart."""

    def count(network: sparse.csr_array, behaviour: Behaviour) -> np.ndarray:
        answer: np.ndarray = distance_counts(*rows_of(network), FARTHEST)
        return answer

    labels = (*map(str, range(1, FARTHEST + 1)), "farther")
    return Auxiliary(
        "geodesic", labels, "Pairs of people by number of steps between them",
        "Steps, at most; then: farther or out of reach", "ordered pairs", count,
    )  # fmt: skip


def _triads(directed: bool) -> Auxiliary:
    """How many triads there are of each class."""
    labels = TRIADS if directed else ("no tie", "one tie", "two ties", "three ties")
    kept = np.array([TRIADS.index(name) for name in (TRIADS if directed else UNDIRECTED_TRIADS)])

    def count(network: sparse.csr_array, behaviour: Behaviour) -> np.ndarray:
        answer: np.ndarray = triad_census(*rows_of(network))[kept]
        return answer

    return Auxiliary("triads", labels, "Triads of people by the ties between them", "Triad", "triads", count)


def _levels_of(name: str, period: PeriodEnd) -> Auxiliary:
    """How many people are at each level of a behaviour."""
    levels = np.arange(period.ranges[name][0], period.ranges[name][1] + 1)

    def count(network: sparse.csr_array, behaviour: Behaviour) -> np.ndarray:
        answer: np.ndarray = (behaviour[name][:, None] == levels).sum(axis=0)
        return answer

    return Auxiliary(
        f"behaviour {name}", tuple(map(str, levels)), f"People by level of {name}", f"Level of {name}", "people", count
    )


def _likeness_in(name: str, period: PeriodEnd) -> Auxiliary:
    """Moran's I of a behaviour; 0 where nothing varies or nobody is tied: no likeness can be seen there."""

    def count(network: sparse.csr_array, behaviour: Behaviour) -> np.ndarray:
        values = behaviour[name]
        known = np.isfinite(values)
        if not known.all():
            network, values = network[known][:, known], values[known]
        if not len(values):
            return np.zeros(1)
        answer: np.ndarray = np.nan_to_num(moran(sparse.csr_array(network, dtype=float), values)).reshape(1)
        return answer

    return Auxiliary(f"moran {name}", (name,), f"Likeness of tied people in {name} (Moran’s I)", "", "", count, mean=True)


def _of_user(name: str, function: UserFunction, example: Ending) -> Auxiliary:
    """A statistic that a user wrote, tried once."""
    if not callable(function):
        raise SchemaError(f"Statistic {name!r} must be a function of network and behaviours; got {function!r}.")
    try:
        tried = function(*example)
    except Exception as error:
        raise SchemaError(
            f"Statistic {name!r} could not be counted of what was observed: {type(error).__name__}: {error}. It is called with "
            "the network (scipy.sparse.csr_array, n × n) and the behaviours (dict of name to n floats)."
        ) from error
    values = np.asarray(tried)
    if values.ndim != 1 or values.size == 0 or not np.issubdtype(values.dtype, np.number):
        raise SchemaError(
            f"Statistic {name!r} must give a one-dimensional array of numbers; it gave {type(tried).__name__} of shape "
            f"{values.shape}. Wrap a single number in a list."
        )
    labels = tried.index if isinstance(tried, pd.Series) else range(1, len(values) + 1)
    return Auxiliary(name, tuple(map(str, labels)), str(name).capitalize(), f"Value of {name}", "", function)
