"""What changes when somebody takes or drops a tie, moves in behaviour, joins or leaves: lists, classes, values."""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.linked import linked
from recoverynet.kernels.saom.actor_model import (
    ACTIVE,
    CLASS,
    DEGREE_CAP,
    DIRECTED,
    FIRST_CATEGORY,
    INTO,
    N_CLASSES,
    N_OWN,
    OUT,
    PLACE,
    POOL_USED,
    ActorModel,
    Epoch,
    State,
)
from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.growing_lists import drop, push


@lean()
def class_of(strides: np.ndarray, whole: np.ndarray, people: np.ndarray, j: int) -> int:
    """The class of a person as they are now; the last number for a degree beyond the cap."""
    n_attributes = strides.shape[0] - 2
    which = 0
    for a in range(n_attributes):
        which += strides[a] * people[j, FIRST_CATEGORY + a]
    for side in range(2):
        stride, degree = strides[n_attributes + side], people[j, (INTO if side == 0 else OUT) + 1]
        if stride > 0:
            if degree >= whole[DEGREE_CAP]:
                answer: int = whole[N_CLASSES]
                return answer
            which += stride * degree
    return which


@lean()
def enter_class(
    strides: np.ndarray, whole: np.ndarray, people: np.ndarray, classes: np.ndarray, pool: np.ndarray, used: np.ndarray, j: int
) -> bool:
    """Put a person into the class they belong to; False where the pool is full."""
    which = class_of(strides, whole, people, j)
    people[j, CLASS] = which
    people[j, PLACE] = classes[which, 1]
    return push(classes, 0, which, j, pool, used)


@lean()
def leave_class(people: np.ndarray, classes: np.ndarray, pool: np.ndarray, j: int) -> None:
    """Take a person out of their class."""
    which = people[j, CLASS]
    if which < 0:
        return
    moved = pool[classes[which, 0] + classes[which, 1] - 1]
    pool[classes[which, 0] + people[j, PLACE]] = moved
    people[moved, PLACE] = people[j, PLACE]
    classes[which, 1] -= 1
    people[j, CLASS] = -1


@lean()
def class_anew(
    strides: np.ndarray, whole: np.ndarray, people: np.ndarray, classes: np.ndarray, pool: np.ndarray, used: np.ndarray, j: int
) -> bool:
    """Move a person to the class they now belong to; False where the pool is full."""
    if whole[N_CLASSES] == 0 or class_of(strides, whole, people, j) == people[j, CLASS]:
        return True
    leave_class(people, classes, pool, j)
    return enter_class(strides, whole, people, classes, pool, used, j)


@lean()
def toggle(
    strides: np.ndarray,
    whole: np.ndarray,
    people: np.ndarray,
    classes: np.ndarray,
    pool: np.ndarray,
    used: np.ndarray,
    dense: np.ndarray,
    i: int,
    j: int,
    tied: bool,
) -> bool:
    """Change the tie from i to j (and back, where ties have no direction); False where the pool is full."""
    fine = True
    for way in range(2 - whole[DIRECTED]):
        ego, alter = (i, j) if way == 0 else (j, i)
        if tied:
            drop(people, OUT, ego, alter, pool)
            drop(people, INTO, alter, ego, pool)
        else:
            fine = push(people, OUT, ego, alter, pool, used) and push(people, INTO, alter, ego, pool, used) and fine
        if whole[N_OWN] > 0:
            dense[ego, alter] = 0 if tied else 1
    return (
        fine
        and class_anew(strides, whole, people, classes, pool, used, i)
        and class_anew(strides, whole, people, classes, pool, used, j)
    )


@lean()
def fill_ties(people: np.ndarray, pool: np.ndarray, used: np.ndarray, pairs: np.ndarray) -> bool:
    """Ties (m, 2) into empty lists both ways; False where the pool is full. Whatever was in the pool is gone."""
    for i in range(people.shape[0]):
        for place in range(OUT, INTO + 3):
            people[i, place] = 0
    used[POOL_USED] = 0
    for tie in range(pairs.shape[0]):
        i, j = pairs[tie, 0], pairs[tie, 1]
        if not (push(people, OUT, i, j, pool, used) and push(people, INTO, j, i, pool, used)):
            return False
    return True


@linked(nogil=True)
def begin(model: ActorModel, epoch: Epoch, state: State, seed: np.uint64) -> bool:
    """Set the state to the start of the epoch; False where its pool is too small."""
    people, n_attributes = state.people, epoch.values.shape[0]
    state.random[0] = seed
    for k in range(state.scores.shape[0]):
        state.scores[k] = 0.0
    for i in range(people.shape[0]):
        people[i, ACTIVE] = epoch.active[i]
        for a in range(n_attributes):
            state.values[a, i] = epoch.values[a, i]
            people[i, FIRST_CATEGORY + a] = epoch.categories[a, i]
        for b in range(epoch.z.shape[0]):
            people[i, FIRST_CATEGORY + n_attributes + b] = epoch.z[b, i]
    if not fill_ties(people, state.pool, state.used, epoch.start):
        return False
    if model.whole[N_OWN] > 0:
        state.dense[:] = 0
        for tie in range(epoch.start.shape[0]):
            state.dense[epoch.start[tie, 0], epoch.start[tie, 1]] = 1
    state.classes[:, :] = 0
    people[:, CLASS] = -1
    if model.whole[N_CLASSES] > 0:
        for j in range(people.shape[0]):
            if people[j, ACTIVE] and not enter_class(model.strides, model.whole, people, state.classes, state.pool, state.used, j):
                return False
    return True


@lean()
def come_or_go(model: ActorModel, epoch: Epoch, state: State, event: int) -> bool:
    """Somebody joins, without ties, or leaves, and their ties go; False where the pool is full."""
    strides, whole, people, classes = model.strides, model.whole, state.people, state.classes
    pool, used, dense = state.pool, state.used, state.dense
    i = epoch.movers[event, 0]
    if epoch.movers[event, 1] == 1:
        people[i, ACTIVE] = 1
        return whole[N_CLASSES] == 0 or enter_class(strides, whole, people, classes, pool, used, i)
    while people[i, OUT + 1] > 0:
        if not toggle(strides, whole, people, classes, pool, used, dense, i, pool[people[i, OUT]], True):
            return False
    while people[i, INTO + 1] > 0:
        if not toggle(strides, whole, people, classes, pool, used, dense, pool[people[i, INTO]], i, True):
            return False
    people[i, ACTIVE] = 0
    leave_class(people, classes, pool, i)
    return True
