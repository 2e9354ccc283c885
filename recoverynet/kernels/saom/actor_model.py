"""A stochastic actor-oriented model as arrays: what is estimated, what one period starts from, and where it stands.

A *column* is one term of an objective function. Tie columns and behaviour columns are rows of whole numbers whose
places are named below; ``weight`` is the place of the term's parameter in θ, −1 for terms that only help others
(factors of interactions). An *attribute* is what a term refers to: a covariate or a behaviour, one row of ``values``
each, centred. Variable 0 is the network, variables 1, 2, … the behaviours.

Kernels take arrays, not these bundles: handing many arrays on at every step would cost more than the step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recoverynet.kernels.saom.growing_lists import lists_of

CODE, KIND, PART, ATTRIBUTE, SLOT, FIRST, SECOND, THIRD, WEIGHT, VARIABLE, ON_EGO, CLOSURE = range(12)
"""Places in a column: code and kind of the effect, its part (evaluation, endowment, creation), its attribute, its slot of
``through``, up to three columns it is the product of, its parameter; for behaviour and rate columns their variable;
whether its statistic is no sum over ties; how its change works through other ties."""
N_FIELDS = 12
RATE_COVARIATE, RATE_OUT, RATE_IN, RATE_MUTUAL, RATE_OUT_INVERSE = range(5)
DONE, POOL_FULL, ENDLESS = 0, 1, 2

OUT, INTO = 0, 3
CLASS, PLACE, OUT_MARK, IN_MARK, TOUCHED, FIXED_MARK, COUNTS = 6, 7, 8, 9, 10, 11, 12
NEAR, ACTIVE, IN_START, OUT_START, FIRST_CATEGORY = 17, 18, 19, 20, 21
"""Places of ``people``, one row a person: lists of neighbours both ways; class and place in it; marks; five counts of
two-step paths; the list of who is near; whether they are there; known degrees at the start; then the categories of each
attribute, then each behaviour."""
LAGGED_OUT, LAGGED_IN, BASE, FIXED, UNKNOWN, SETTLED = 0, 3, 6, 9, 12, 15
"""Places of ``given``: lists that do not change within a period."""
POOL_USED, N_NEAR = 0, 1


class ActorModel(NamedTuple):
    """What is modelled, whatever the period.

    Attributes
    ----------
    ties : int64 array (E, N_FIELDS)
        Tie columns.
    numbers : float array (E, 2)
        Internal parameter of each effect, and the factor of its statistic.
    attributes : float array (A, 3)
        Range, mean similarity, and what is put back on where a rate refers to it (the centre of modelled behaviour).
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
    whole : int64 array (9,)
        Two-step paths to count; 1 if directed; number of classes (0: everybody is looked at); degree from which a
        person is a class of their own; number of parameters; number of own effects; variable conditioned on (−1: none);
        number of closure slots; whether people of unknown behaviour count at the mean in averages of others' behaviour.
    """

    ties: np.ndarray
    numbers: np.ndarray
    attributes: np.ndarray
    strides: np.ndarray
    behaviours: np.ndarray
    rows: np.ndarray
    bounds: np.ndarray
    centres: np.ndarray
    rates: np.ndarray
    whole: np.ndarray


PATHS, DIRECTED, N_CLASSES, DEGREE_CAP, N_PARAMETERS, N_OWN, CONDITION, N_SLOTS, AT_MEAN = range(9)


class Epoch(NamedTuple):
    """One period of one group: where it starts, and what of its end may be looked at.

    Attributes
    ----------
    start : int32 array (m, 2)
        Ties to start from, ego and alter, in order; undirected ties stand in both directions.
    given : int32 array (n, 18);  pool : int32 array
        Lists of ties known at the start both ways (for statistics of behaviour), of ties known at both ends (to tell
        what changed), of pairs that cannot change in this period, of pairs unknown at either end, and of pairs fixed at
        one.
    settled : int32 array (m, 3)
        Pairs whose tie (0 or 1, third place) is fixed at an end: put in before statistics.
    values, seen : float arrays (A, n)
        Attributes to simulate with, and to compute statistics with (behaviour as at the start, 0 where unknown).
    known, seen_known : bool arrays (A, n)
    categories : int32 array (A, n)
        Category of each value, for classes.
    z : int32 array (B, n)
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
    given: np.ndarray
    pool: np.ndarray
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
    people : int32 array (n, places)
        See the names of places above.
    classes : int32 array (C + 1, 4)
        Lists of members of each class (the last: those who are a class of their own), and how many of them are near.
    pool : int32 array;  used : int64 array (2,)
        Values of the lists, how much of the pool is given out, and how many people are near.
    values : float array (A, n)
    through : float array (S, n)
        What a tie to each would change through ego's other ties, a slot an effect.
    delta : float array (E + 2, n + C)
        Change statistics of each option, a row a tie column; then what the option is worth, and 1 for adding, −1 for
        dropping.
    options : int64 array (2, n + C)
        A person for each option, and how many people it stands for.
    worth : float array (3, F + 1)
        What each behaviour column makes of a step down, none and up; then what the step is worth.
    nobody : bool array (1, n)
        Nobody: whose behaviour is left out when people look around them.
    dense : uint8 array (n, n) where there are own effects, else (1, 1)
    random : uint64 array (1,)
    scores : float array (parameters,)
    """

    people: np.ndarray
    classes: np.ndarray
    pool: np.ndarray
    used: np.ndarray
    values: np.ndarray
    through: np.ndarray
    delta: np.ndarray
    options: np.ndarray
    worth: np.ndarray
    nobody: np.ndarray
    dense: np.ndarray
    random: np.ndarray
    scores: np.ndarray


def given_lists(n: int, *pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Several sets of pairs (m, 2), each in order, as lists below each other, and their pool."""
    tables, values, begin = [], [], 0
    for each in pairs:
        table = lists_of(each, n)
        table[:, 0] += begin
        tables.append(table)
        values.append(each[:, 1])
        begin += len(each)
    return np.concatenate(tables, axis=1), np.concatenate([*values, [0]]).astype(np.int32)


def pairs_of(table: np.ndarray, at: int, pool: np.ndarray) -> np.ndarray:
    """Lists as pairs (m, 2) of list and value."""
    start, length = table[:, at], table[:, at + 1]
    values = [pool[begin : begin + size] for begin, size in zip(start, length, strict=True)]
    first = np.repeat(np.arange(len(table)), length)
    return np.column_stack([first, np.concatenate(values)]).astype(np.int32)


def new_state(model: ActorModel, epoch: Epoch, room: float = 4.0) -> State:
    """Room to simulate an epoch in; ``room`` times the memory its ties need at the start."""
    n, n_attributes = epoch.active.shape[0], epoch.values.shape[0]
    n_columns, n_classes = model.ties.shape[0], int(model.whole[N_CLASSES])
    people = np.zeros((n, FIRST_CATEGORY + n_attributes + epoch.z.shape[0]), np.int32)
    people[:, IN_START], people[:, OUT_START] = epoch.given[:, LAGGED_IN + 1], epoch.given[:, LAGGED_OUT + 1]
    return State(
        people=people,
        classes=np.zeros((n_classes + 1, 4), np.int32),
        pool=np.zeros(int(room * (2 * len(epoch.start) + 16 * n)) + 64, np.int32),
        used=np.zeros(2, np.int64),
        values=epoch.values.copy(),
        through=np.zeros((int(model.whole[N_SLOTS]), n)),
        delta=np.zeros((n_columns + 2, n + n_classes)),
        options=np.zeros((2, n + n_classes), np.int64),
        worth=np.zeros((3, model.behaviours.shape[0] + 1)),
        nobody=np.zeros((1, n), np.bool_),
        dense=np.zeros((n, n) if model.whole[N_OWN] else (1, 1), np.uint8),
        random=np.zeros(1, np.uint64),
        scores=np.zeros(int(model.whole[N_PARAMETERS])),
    )
