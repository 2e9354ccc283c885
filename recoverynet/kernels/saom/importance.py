"""How much a person's choice would change without each term: distance between choice probabilities with and without it.

With π the probabilities of everything person i may choose, and π⁻ᵏ the same with θ_k = 0, the importance of term k to i
is Σ |π − π⁻ᵏ| (Indlekofer & Brandes 2013, https://doi.org/10.1017/nws.2013.21), from 0 to 2. An option that stands for
several people counts once for each of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.linked import linked
from recoverynet.kernels.saom.actor_model import ACTIVE, FIRST_CATEGORY, INTO, OUT, VARIABLE, WEIGHT, ActorModel, Epoch, State
from recoverynet.kernels.saom.behaviour_choice import around, weigh_steps
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.nearby import forget
from recoverynet.kernels.saom.state_changes import begin
from recoverynet.kernels.saom.tie_choice import tie_options


@lean()
def chances(worth: np.ndarray, count: np.ndarray, without: np.ndarray, weight: float, into: np.ndarray) -> None:
    """Probabilities of options worth ``worth`` − weight × ``without``, ``count`` people each, written into ``into``.

    Options out of bounds are worth −∞.
    """
    most = 0.0
    for option in range(worth.shape[0]):
        into[option] = worth[option] - weight * without[option]
        most = max(most, into[option])
    total = 0.0
    for option in range(worth.shape[0]):
        into[option] = math.exp(into[option] - most)
        total += count[option] * into[option]
    for option in range(worth.shape[0]):
        into[option] /= total


@lean()
def distance(first: np.ndarray, second: np.ndarray, count: np.ndarray) -> float:
    """Σ |π − π⁻ᵏ|, an option counted once for each person it stands for."""
    total = 0.0
    for option in range(first.shape[0]):
        total += count[option] * abs(first[option] - second[option])
    return total


@linked(nogil=True)
def _ties(model: ActorModel, epoch: Epoch, own: Any, state: State, theta: np.ndarray, into: np.ndarray) -> None:
    """Importance of every tie term to every person who is there."""
    size = state.delta.shape[1] + 1
    worth, change, count = np.zeros(size), np.zeros(size), np.ones(size)
    full, less = np.zeros(size), np.zeros(size)
    last = model.ties.shape[0]
    for i in range(state.people.shape[0]):
        if state.people[i, ACTIVE] == 0:
            continue
        found = tie_options(model, epoch, own, theta, state, i)
        forget(state.people, state.used, state.through, i)
        worth[:found], worth[found], change[found], count[found] = state.delta[last, :found], 0.0, 0.0, 1.0
        count[:found] = state.options[1, :found]
        options = count[: found + 1]
        chances(worth[: found + 1], options, change[: found + 1], 0.0, full[: found + 1])
        for e in range(last):
            k = model.ties[e, WEIGHT]
            if k >= 0:
                change[:found] = state.delta[e, :found]
                chances(worth[: found + 1], options, change[: found + 1], theta[k], less[: found + 1])
                into[i, k] = distance(full[: found + 1], less[: found + 1], options)


@linked(nogil=True)
def _steps(model: ActorModel, epoch: Epoch, state: State, theta: np.ndarray, into: np.ndarray) -> None:
    """Importance of every behaviour term to every person who is there."""
    columns, n = model.behaviours, state.people.shape[0]
    last, one, nothing, nobody = columns.shape[0], np.ones(3), np.zeros(3), np.zeros((1, n), np.bool_)
    worth, full, less = np.zeros((3, last + 1)), np.zeros(3), np.zeros(3)
    for b in range(model.rows.shape[0]):
        level = FIRST_CATEGORY + state.values.shape[0] + b
        for i in range(n):
            if state.people[i, ACTIVE] == 0:
                continue
            a = around(state.people, OUT, INTO, state.pool, state.values, model.rows[b], nobody, 0, 0, i)
            weigh_steps(
                columns, model.rows, model.bounds, model.attributes, state.values, theta, a, state.people[i, level], b + 1, i, worth
            )
            chances(worth[:, last], one, nothing, 0.0, full)
            for f in range(last):
                k = columns[f, WEIGHT]
                if columns[f, VARIABLE] == b + 1 and k >= 0:
                    chances(worth[:, last], one, worth[:, f], theta[k], less)
                    into[i, k] = distance(full, less, one)


@compiled(nogil=True)
def importance(model: ActorModel, epoch: Epoch, own: Any, state: State, theta: np.ndarray, into: np.ndarray) -> bool:
    """Fill ``into`` (n, parameters) at the start of an epoch; False where the state's pool is too small.

    Left as they were: rows of people who are not there, columns of rates. Whatever was in ``state`` is gone.
    """
    if not begin(model, epoch, state, np.uint64(0)):
        return False
    _ties(model, epoch, own, state, theta, into)
    _steps(model, epoch, state, theta, into)
    return True
