"""Panels, models and the kernels driven by hand, for the laws of the actor-oriented model."""

from typing import NamedTuple

import numpy as np
from dense_effects import mean_similarity

import recoverynet as rn
from recoverynet.kernels.saom.actor_model import ACTIVE, CLASS, FIRST_CATEGORY, OUT, TOUCHED, new_state, pairs_of
from recoverynet.kernels.saom.effects.declared import Pair
from recoverynet.kernels.saom.nearby import forget
from recoverynet.kernels.saom.state_changes import begin
from recoverynet.kernels.saom.tie_choice import tie_options
from recoverynet.models.saom.simulation import without_note


def quietly(kernel, *arguments):
    """Call a kernel without numba's note on functions as arguments."""
    with without_note():
        return kernel(*arguments)


def random_network(rng, n, density, *, directed=True):
    """A network of 0 and 1 without a diagonal; undirected ones have a tie."""
    x = (rng.random((n, n)) < density).astype(float)
    np.fill_diagonal(x, 0.0)
    if directed:
        return x
    x = np.maximum(np.triu(x), np.triu(x).T)
    x[0, 1] = x[1, 0] = 1.0
    return x


def with_and_without(x, i, j, *, directed=True):
    """The network with the tie from i to j there, and with it away."""
    found = []
    for tie in (1.0, 0.0):
        y = x.copy()
        y[i, j] = tie
        if not directed:
            y[j, i] = tie
        found.append(y)
    return found


def pair_in(x, i, j, start=None):
    """What i sees of a tie to j in a dense network, by products of matrices."""
    start = x if start is None else start
    both = x * x.T
    numbers = {
        "tied": x[i, j], "back": x[j, i],
        "two_paths": x[i] @ x[:, j], "shared_out": x[i] @ x[j], "shared_in": x[:, i] @ x[:, j],
        "back_paths": x[:, i] @ x[j], "shared_kept": both[i] @ x[j],
        "ego_out": x[i].sum(), "ego_in": x[:, i].sum(), "ego_mutual": both[i].sum(),
        "alter_out": x[j].sum(), "alter_in": x[:, j].sum(),
        "ego_in_start": start[:, i].sum(), "ego_out_start": start[i].sum(), "alter_out_start": start[j].sum(), "n_people": len(x),
    }  # fmt: skip
    return Pair(**{name: int(value) for name, value in numbers.items()})


def random_panel(rng, n=12, *, n_waves=2, density=0.2, directed=True, **changes):
    """People with a behaviour ``drink`` (1–4), covariates ``age`` (numbers), ``site`` (0–2) and ``near`` of pairs."""
    drink = rng.integers(1, 5, (n, n_waves)).astype(float)
    drink[:4, 0] = [1, 2, 3, 4]
    drink[0, 1:] = 4
    site = rng.integers(0, 3, n).astype(float)
    site[:3] = [0, 1, 2]
    given = {
        "network": "friend",
        "behaviour": {"drink": drink},
        "covariates": {"age": rng.normal(size=n).round(2), "site": site},
        "dyadic": {"near": rng.normal(size=(n, n)).round(2)},
        "directed": directed,
    }
    networks = [random_network(rng, n, density, directed=directed) for _ in range(n_waves)]
    return rn.NetworkPanel.from_adjacency(changes.pop("networks", networks), **{**given, **changes})


def covariates_of(panel):
    """Centred values at the first wave, range and mean similarity of what terms may refer to."""
    drink = panel.behaviour["drink"]
    reach = drink.max() - drink.min()
    found = {"drink": (drink[:, 0] - drink.mean(), reach, mean_similarity(drink[:, :-1].T, reach))}
    for name, values in panel.covariates.items():
        reach = values.max() - values.min()
        found[name] = (values - values.mean(), reach, mean_similarity([values], reach))
    return found


class Choice(NamedTuple):
    """What ego may choose: a person for each option, whom it stands for, change statistics, and what each is worth."""

    people: np.ndarray
    members: list
    changes: np.ndarray
    worth: np.ndarray

    def probabilities(self, n):
        """The probability of changing the tie to each person (n,)."""
        weights = np.exp(self.worth - max(0.0, self.worth.max(initial=0.0)))
        stay = np.exp(-max(0.0, self.worth.max(initial=0.0)))
        total = stay + sum(weight * len(members) for weight, members in zip(weights, self.members, strict=True))
        found = np.zeros(n)
        for weight, members in zip(weights, self.members, strict=True):
            found[members] = weight / total
        return found

    def expected(self):
        """Expected change of each column."""
        weights = np.exp(self.worth)
        sizes = np.array([len(members) for members in self.members], float)
        return (self.changes * (weights * sizes)).sum(axis=1) / (1.0 + (weights * sizes).sum())


def started(setting, epoch=0, seed=1):
    """A state at the start of an epoch."""
    arrays = setting.epochs[epoch].arrays
    state = new_state(setting.model, arrays)
    assert begin(setting.model, arrays, state, np.uint64(seed))
    return state


def weighed(setting, state, theta, ego, epoch=0):
    """Drive ``tie_options`` from a state; marks stay until ``forget``. Returns the number of options."""
    model, arrays = setting.model, setting.epochs[epoch].arrays
    return quietly(tie_options, model, arrays, setting.own, theta, state, ego)


def choice_of(setting, state, theta, ego, epoch=0):
    """The choice of ego in a state, and whom each option stands for."""
    found = weighed(setting, state, theta, ego, epoch)
    people, sizes = state.options[:, :found].copy()
    members = [np.array([j]) if size == 1 else alike(state, j) for j, size in zip(people, sizes, strict=True)]
    assert [len(each) for each in members] == sizes.tolist()
    n_columns = len(setting.model.ties)
    changes, worth = state.delta[:n_columns, :found].copy(), state.delta[n_columns, :found].copy()
    forget(state.people, state.used, state.through, ego)
    return Choice(people, members, changes, worth)


def alike(state, j):
    """People out of reach who are in the class of j."""
    people = state.people
    return np.flatnonzero((people[:, CLASS] == people[j, CLASS]) & (people[:, TOUCHED] == 0) & (people[:, ACTIVE] == 1))


def network_of(state):
    """The network of a state, dense."""
    x = np.zeros((len(state.people),) * 2)
    pairs = pairs_of(state.people, OUT, state.pool)
    x[pairs[:, 0], pairs[:, 1]] = 1.0
    return x


def behaviour_of(state, which=0):
    """Behaviour of a state, not centred."""
    return state.people[:, FIRST_CATEGORY + state.values.shape[0] + which].copy()


def place_of(setting, effect, *, type="eval", about=""):
    """The place of a parameter in θ."""
    (place,) = [
        place for place, each in enumerate(setting.parameters) if (each.effect, each.type, each.covariate) == (effect, type, about)
    ]
    return place
