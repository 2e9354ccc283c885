"""A stochastic actor-oriented model as arrays: what is estimated, what one period starts from, and where it stands.

A *column* is one term of an objective function. Tie columns and behaviour columns are rows of whole numbers whose
places are named below; ``weight`` is the place of the term's parameter in θ, −1 for terms that only help others
(factors of interactions). An *attribute* is what a term refers to: a covariate or a behaviour, one row of ``values``
each, centred. Variable 0 is the network, variables 1, 2, … the behaviours.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recoverynet.kernels.growing_lists import Lists, empty_lists

CODE, KIND, PART, ATTRIBUTE, SLOT, FIRST, SECOND, THIRD, WEIGHT, VARIABLE, ON_EGO = range(11)
"""Places in a column: code and kind of the effect, its part (evaluation, endowment, creation), its attribute, its slot of
``through``, up to three columns it is the product of, its parameter; for behaviour and rate columns their variable;
whether its statistic is no sum over ties."""
N_FIELDS = 11
RATE_COVARIATE, RATE_OUT, RATE_IN, RATE_MUTUAL, RATE_OUT_INVERSE = range(5)
DONE, POOL_FULL, ENDLESS = 0, 1, 2


class Model(NamedTuple):
    """What is modelled, whatever the period.

    Attributes
    ----------
    ties : int64 array (E, N_FIELDS)
        Tie columns.
    tie_numbers : float array (E, 2)
        Internal parameter of each effect, and the factor of its statistic.
    slots : int64 array (S, 2)
        Closure and code of each effect whose change works through other ties.
    slot_numbers : float array (S,)
        Their internal parameters.
    attributes : float array (A, 2)
        Range and mean similarity.
    strides : int64 array (A + 2,)
        What each attribute's category, the in- and the outdegree add to the number of a person's class; 0 where people
        out of reach do not differ by it.
    behaviours : int64 array (F, N_FIELDS)
        Behaviour columns.
    rows : int64 array (B,)
        The attribute each behaviour is.
    bounds : int64 array (B, 2)
        Lowest and highest value.
    centres : float array (B,)
        Means that were taken off.
    rates : int64 array (R, N_FIELDS)
        Rate columns: effects on how often people may change something.
    whole : int64 array (7,)
        Two-step paths to count; 1 if directed; number of classes (0: everybody is looked at); degree from which a
        person is a class of their own; number of parameters; number of own effects; variable conditioned on (−1: none).
    """

    ties: np.ndarray
    tie_numbers: np.ndarray
    slots: np.ndarray
    slot_numbers: np.ndarray
    attributes: np.ndarray
    strides: np.ndarray
    behaviours: np.ndarray
    rows: np.ndarray
    bounds: np.ndarray
    centres: np.ndarray
    rates: np.ndarray
    whole: np.ndarray


PATHS, DIRECTED, N_CLASSES, DEGREE_CAP, N_PARAMETERS, N_OWN, CONDITION = range(7)


class Epoch(NamedTuple):
    """One period of one group: where it starts, and what of its end may be looked at.

    Arrays of ties are (m, 2): ego, alter, in order of ego; undirected ties stand in both directions.

    Attributes
    ----------
    start, lagged, base : int32 arrays (m, 2)
        Ties to start from; those known at the start (for statistics of behaviour); those known at both ends (to tell what
        changed).
    fixed : int32 array (m, 2)
        Pairs that cannot change in this period.
    unknown : int32 array (m, 2)
        Pairs unknown at either end: taken out before statistics.
    settled : int32 array (m, 3)
        Pairs whose tie (0 or 1, third place) is fixed at an end: put in before statistics.
    values, seen : float arrays (A, n)
        Attributes to simulate with, and to compute statistics with (behaviour as at the start, 0 where unknown).
    known, seen_known : bool arrays (A, n)
    categories : int32 array (A, n)
        Category of each value, for classes.
    z : int64 array (B, n)
        Behaviour at the start.
    z_unknown : bool array (B, n)
        Whose behaviour is unknown at either end.
    active : bool array (n,)
        Who is there at the start.
    moments : float array (k,)
        Times in (0, 1) at which somebody joins or leaves, in order.
    movers : int64 array (k, 2)
        Who, and 1 for joining or 0 for leaving.
    dyadic : float array (D, n, n)
    rate_places : int64 array (1 + B,)
        Places of the basic rates in θ.
    distances : int64 array (1 + B,)
        Observed amounts of change, for conditional simulation.
    """

    start: np.ndarray
    lagged: np.ndarray
    base: np.ndarray
    fixed: np.ndarray
    unknown: np.ndarray
    settled: np.ndarray
    values: np.ndarray
    seen: np.ndarray
    known: np.ndarray
    seen_known: np.ndarray
    categories: np.ndarray
    z: np.ndarray
    z_unknown: np.ndarray
    active: np.ndarray
    moments: np.ndarray
    movers: np.ndarray
    dyadic: np.ndarray
    rate_places: np.ndarray
    distances: np.ndarray


class State(NamedTuple):
    """Where a simulation stands, and room to work in.

    Attributes
    ----------
    out, into, members : Lists
        Neighbours of each person both ways, and members of each class (the last list: classes of their own).
    lagged_out, lagged_in, base_out, fixed, unknown : Lists
        Ties and pairs of the epoch, as lists.
    place : int64 array (2, n)
        Class of each person (−1 where not there), and place in its list.
    values : float array (A, n);  categories : int32 array (A, n);  z : int64 array (B, n);  active : bool array (n,)
    marks : uint8 array (4, n)
        Tied to by ego, tied to ego, touched, fixed.
    counts : int32 array (5, n)
        Two-step paths, in the order of their flags.
    through : float array (S, n)
    touched : int32 array (n + 1,)
        People near ego; the last place holds how many.
    taken : int64 array (C + 1,)
        Near people of each class.
    options : int32 array (n + C,);  shares : int64 array (n + C,)
        A person for each option, and how many it stands for.
    delta : float array (n + C, E);  utility : float array (n + C,);  expected : float array (max(E, F),)
    dense : uint8 array (n, n) where there are own effects, else (1, 1)
    ends : int32 array (2, n)
        In- and outdegrees at the start.
    random : uint64 array (1,)
    scores : float array (parameters,)
    """

    out: Lists
    into: Lists
    members: Lists
    lagged_out: Lists
    lagged_in: Lists
    base_out: Lists
    fixed: Lists
    unknown: Lists
    place: np.ndarray
    values: np.ndarray
    categories: np.ndarray
    z: np.ndarray
    active: np.ndarray
    marks: np.ndarray
    counts: np.ndarray
    through: np.ndarray
    touched: np.ndarray
    taken: np.ndarray
    options: np.ndarray
    shares: np.ndarray
    delta: np.ndarray
    utility: np.ndarray
    expected: np.ndarray
    dense: np.ndarray
    ends: np.ndarray
    random: np.ndarray
    scores: np.ndarray


def new_state(model: Model, epoch: Epoch, room: float = 4.0) -> State:
    """Room to simulate an epoch in; ``room`` times the memory its ties need at the start."""
    n = epoch.active.shape[0]
    n_columns, n_classes = model.ties.shape[0], int(model.whole[N_CLASSES])
    most = n + n_classes
    pool = int(room * (len(epoch.start) + 8 * n)) + 64

    def lists(pairs: np.ndarray) -> Lists:
        return empty_lists(n, 4 * len(pairs) + 8 * n + 64)

    return State(
        out=empty_lists(n, pool), into=empty_lists(n, pool), members=empty_lists(n_classes + 1, pool),
        lagged_out=lists(epoch.lagged), lagged_in=lists(epoch.lagged), base_out=lists(epoch.base),
        fixed=lists(epoch.fixed), unknown=lists(epoch.unknown),
        place=np.full((2, n), -1, np.int64), values=epoch.values.copy(), categories=epoch.categories.copy(),
        z=epoch.z.copy(), active=epoch.active.copy(), marks=np.zeros((4, n), np.uint8),
        counts=np.zeros((5, n), np.int32), through=np.zeros((len(model.slots), n)),
        touched=np.zeros(n + 1, np.int32), taken=np.zeros(n_classes + 1, np.int64),
        options=np.zeros(most, np.int32), shares=np.zeros(most, np.int64), delta=np.zeros((most, n_columns)),
        utility=np.zeros(most), expected=np.zeros(max(n_columns, len(model.behaviours), 1)),
        dense=np.zeros((n, n) if model.whole[N_OWN] else (1, 1), np.uint8), ends=np.zeros((2, n), np.int32),
        random=np.zeros(1, np.uint64), scores=np.zeros(int(model.whole[N_PARAMETERS])),
    )
