"""Which numbers stand for a behaviour or a norm at each wave of a panel?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import array_of_numbers, require_finite
from recoverynet.errors import SchemaError
from recoverynet.graphs.alignment import by_wave
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.ids import PERSON_ID, first_ids, for_people, id_index, labels_of
from recoverynet.states import Norm

Behaviour = str | Norm | np.ndarray | pd.DataFrame | pd.Series | None


class Wave(NamedTuple):
    """The ties of one moment and a value for each person.

    Attributes
    ----------
    label : int
        Number of the wave.
    weights : scipy.sparse.csr_array (n, n)
    directed : bool
    values : float array (n,)
        NaN where unknown or the person was not there.
    """

    label: int
    weights: sparse.csr_array
    directed: bool
    values: np.ndarray


def behaviour_values(panel: NetworkPanel, behaviour: Behaviour = None) -> tuple[str, np.ndarray]:
    """What does the panel know of a behaviour, and what is it called?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W), DataFrame, Series or None
        A name in ``panel.behaviour``; a norm, worked out from the states of the panel; numbers, NaN where unknown;
        or a frame of numbers by person with a column a wave, or a series by (person_id, wave), which go by their
        labels (people they do not name are unknown). Default: the panel's norm, or its behaviour where it has only one.

    Returns
    -------
    name : str
    values : numpy.ndarray of float, shape (n, W)
        A copy; NaN where unknown.

    Raises
    ------
    SchemaError
        Not a panel; or it does not have that behaviour, or the numbers have another shape.
    UnknownPersonError
        A frame or series names nobody of the panel.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.behaviours import behaviour_values
    >>> panel = NetworkPanel.from_adjacency([1 - np.eye(2)] * 2, behaviour={"drink": [[1, 2], [3, 4]]})
    >>> behaviour_values(panel)[0]
    'drink'
    """
    require_panel(panel)
    if isinstance(behaviour, np.ndarray):
        if behaviour.shape != (panel.n_people, panel.n_waves):
            raise SchemaError(f"The behaviour must be {panel.n_people} people × {panel.n_waves} waves; got {behaviour.shape}.")
        return "behaviour", require_finite(array_of_numbers(behaviour, "The behaviour"), "The behaviour")
    if _has_labels(panel, behaviour):
        return "behaviour", _labelled(panel, behaviour)  # type: ignore[arg-type]
    if behaviour is not None and not isinstance(behaviour, str | Norm):
        raise SchemaError(
            "A behaviour is a name, a Norm, a numpy array of numbers, people × waves in the order of the panel, a DataFrame by "
            "person_id with a column a wave, or a Series by (person_id, wave); got a "
            f"{type(behaviour).__name__}{_labels_in_words(behaviour)}. np.asarray(…, dtype=float) makes an array of it."
        )
    if isinstance(behaviour, Norm) and panel.states is not None:
        words = panel.states.to_numpy(dtype=object)
        return behaviour.name, behaviour.held(words.ravel()).reshape(words.shape)
    name = behaviour.name if isinstance(behaviour, Norm) else behaviour
    if name is None:
        names = list(panel.behaviour)
        if panel.norm is not None and panel.norm.name in panel.behaviour:
            name = panel.norm.name
        elif len(names) == 1:
            name = names[0]
        else:
            raise SchemaError(f"Say which behaviour: the panel has {', '.join(map(repr, names)) or 'none'}.")
    if name not in panel.behaviour:
        raise SchemaError(f"The panel has no behaviour {name!r}; it has {', '.join(map(repr, panel.behaviour)) or 'none'}.")
    return str(name), np.array(panel.behaviour[name], dtype=np.float64)


def _has_labels(panel: NetworkPanel, behaviour: object) -> bool:
    """Whether it is a frame by person, or a series by person and wave."""
    if isinstance(behaviour, pd.Series):
        return behaviour.index.nlevels == 2
    if not isinstance(behaviour, pd.DataFrame):
        return False
    return PERSON_ID in behaviour.columns or labels_of(behaviour.index, panel.person_ids) is not None


def _labels_in_words(behaviour: object) -> str:
    if not isinstance(behaviour, pd.DataFrame | pd.Series) or not len(behaviour):
        return ""
    return f" whose rows are called {first_ids(behaviour.index)}"


def _labelled(panel: NetworkPanel, behaviour: pd.DataFrame | pd.Series) -> np.ndarray:
    """Numbers (n, W) of a frame by person and wave, or of a series by (person_id, wave)."""
    if isinstance(behaviour, pd.Series):
        people, wave = behaviour.index.get_level_values(0), behaviour.index.get_level_values(1)
        by_pair = behaviour.set_axis(pd.MultiIndex.from_arrays([id_index(people, "The behaviour"), wave]))
        if by_pair.index.has_duplicates:
            raise SchemaError(
                f"The behaviour names a person twice at a wave, the first {by_pair.index[by_pair.index.duplicated()][0]}."
            )
        strange = sorted(set(wave) - set(panel.waves.index), key=str)
        if strange:
            raise SchemaError(f"The behaviour names wave {strange[0]!r}; the panel has the waves 1 to {panel.n_waves}.")
        behaviour = by_pair.astype(object).unstack().reindex(columns=panel.waves.index)  # noqa: PD010
    if PERSON_ID in behaviour.columns:
        behaviour = behaviour.set_index(PERSON_ID)
    if behaviour.shape[1] != panel.n_waves:
        raise SchemaError(f"The behaviour must have one column a wave ({panel.n_waves}); got {behaviour.shape[1]}.")
    behaviour = by_wave(behaviour, panel.n_waves, "The behaviour")
    known = for_people(behaviour, panel.person_ids, "the behaviour", "the people of the panel")
    return require_finite(array_of_numbers(known, "The behaviour"), "The behaviour")


def require_panel(given: object) -> None:
    """SchemaError unless it is a panel: what came instead, and how to make one of it."""
    if not isinstance(given, NetworkPanel):
        raise SchemaError(_no_panel(given))


def _no_panel(given: object) -> str:
    """What came instead of a panel, and how to make one of it."""
    if isinstance(getattr(given, "panel", None), NetworkPanel):
        return f"Expected a NetworkPanel; got a {type(given).__name__}, which holds one: pass its .panel."
    return (
        f"Expected a NetworkPanel; got a {type(given).__name__}. recoverynet.spread_panel(record).panel makes one of a "
        "record, recoverynet.panel(graph, breaks=…) of contacts, NetworkPanel.from_nominations(…) of nominations."
    )


def is_binary(values: np.ndarray) -> bool:
    """Whether every known value is 1 or 0."""
    known = values[np.isfinite(values)]
    return bool(((known == 0) | (known == 1)).all())


def norm_values(panel: NetworkPanel, behaviour: Behaviour = None) -> tuple[str, np.ndarray]:
    """As :func:`behaviour_values`, for what needs a norm: 1 holds it, 0 does not, NaN unknown.

    Raises
    ------
    SchemaError
        The panel does not have that behaviour, or it has other values than 1 and 0.
    """
    name, values = behaviour_values(panel, behaviour)
    if not is_binary(values):
        known = np.unique(values[np.isfinite(values)])
        raise SchemaError(
            f"{name!r} must be 1 (holds the norm) or 0 (does not) here; it has values such as "
            f"{', '.join(f'{value:g}' for value in known[:5])}. Say which of them hold the norm, for example "
            f"behaviour=np.where(np.isnan(x), np.nan, x >= {known[-1]:g})."
        )
    return name, values


def first_waves(held: np.ndarray) -> np.ndarray:
    """Wave (from 1) at which each row is first 1; 0 where it never is."""
    holding = held == 1
    return np.where(holding.any(axis=1), holding.argmax(axis=1) + 1, 0)


def with_last_adopters(held: np.ndarray) -> np.ndarray:
    """The same values with everybody seen, but never seen to hold the norm, holding it in the last wave."""
    filled = held.copy()
    filled[(first_waves(held) == 0) & np.isfinite(held).any(axis=1), -1] = 1.0
    return filled


def person_wave_index(panel: NetworkPanel) -> pd.MultiIndex:
    """Every person at every wave, waves running fastest."""
    return pd.MultiIndex.from_product([panel.people.index, panel.waves.index], names=["person_id", "wave"])


def waves_of(source: NetworkPanel | PersonNetwork, behaviour: Behaviour | pd.Series = None) -> list[Wave]:
    """Which ties and which values does each wave have? A single network is one wave.

    Parameters
    ----------
    source : NetworkPanel or PersonNetwork
    behaviour : str, Norm, array, pandas.Series, pandas.DataFrame or None
        For a panel as for :func:`behaviour_values`. For a network of n people: a column of its people that
        holds numbers or True and False, n numbers in its order, or a series indexed by person_id (others are
        unknown).

    Returns
    -------
    list of Wave

    Raises
    ------
    SchemaError
        Neither a panel nor a network, or no such behaviour.
    """
    if isinstance(source, NetworkPanel):
        _, values = behaviour_values(source, behaviour)
        values = np.where(source.present, values, np.nan)
        labels = source.waves.index
        return [Wave(int(labels[w]), source.networks[w], source.directed, values[:, w]) for w in range(source.n_waves)]
    if not isinstance(source, PersonNetwork):
        raise SchemaError(f"Expected a NetworkPanel or a PersonNetwork; got {type(source).__name__}.")
    return [Wave(1, source.weights, source.directed, _network_values(source, behaviour))]


def _network_values(network: PersonNetwork, behaviour: object) -> np.ndarray:
    """Numbers for the people of one network, in its order."""
    if isinstance(behaviour, str):
        if behaviour not in network.people:
            raise SchemaError(
                f"The people of the network have no column {behaviour!r}; they have "
                f"{', '.join(map(repr, network.people.columns)) or 'none'}."
            )
        behaviour = network.people[behaviour]
    if isinstance(behaviour, pd.DataFrame):
        if behaviour.shape[1] != 1:
            raise SchemaError(
                f"A network has one value a person; the behaviour has {behaviour.shape[1]} columns. Choose one of them."
            )
        behaviour = behaviour.squeeze(axis=1)
    if isinstance(behaviour, pd.Series):
        behaviour = for_people(behaviour, network.person_ids, "the series", "the people of the network")
    numbers = array_of_numbers(behaviour, "The values of the behaviour")
    if numbers.shape != (network.n_people,):
        raise SchemaError(f"Give one value for each of the {network.n_people} people; got {numbers.size}.")
    return numbers
