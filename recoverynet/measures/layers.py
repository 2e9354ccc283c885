"""A network, or the waves of a panel, as layers that are measured one by one and put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.measures.behaviours import person_wave_index

DIRECTIONS = ("out", "in", "either")


@dataclass(frozen=True)
class Layer:
    """One network and who was there.

    Attributes
    ----------
    weights : scipy.sparse.csr_array, shape (n, n)
    directed : bool
    present : boolean array (n,)
    """

    weights: sparse.csr_array
    directed: bool
    present: np.ndarray


def layers_of(network: PersonNetwork | NetworkPanel) -> list[Layer]:
    """The network as one layer, or one layer a wave; SchemaError for anything else."""
    if isinstance(network, PersonNetwork):
        return [Layer(network.weights, network.directed, np.ones(network.n_people, dtype=bool))]
    if isinstance(network, NetworkPanel):
        return [Layer(w, network.directed, network.present[:, i]) for i, w in enumerate(network.networks)]
    raise SchemaError(f"Expected a PersonNetwork or a NetworkPanel; got {type(network).__name__}.")


def layer_frame(network: PersonNetwork | NetworkPanel, measured: Sequence[Mapping[str, np.ndarray]]) -> pd.DataFrame:
    """One frame by person, or by person and wave, from the columns measured on each layer."""
    columns = {name: np.stack([layer[name] for layer in measured], axis=1).ravel() for name in measured[0]}
    index = person_wave_index(network) if isinstance(network, NetworkPanel) else network.person_ids
    return pd.DataFrame(columns, index=index)


def towards(layer: Layer, direction: str) -> sparse.csr_array:
    """Ties from each person (row) to their alters: named, naming, or either way (strengths added).

    SchemaError where the direction is unknown. All are the same where ties have no direction.
    """
    if direction not in DIRECTIONS:
        raise SchemaError(f"direction must be {', '.join(map(repr, DIRECTIONS))}; got {direction!r}.")
    if not layer.directed or direction == "out":
        return layer.weights
    turned = sparse.csr_array(layer.weights.T)
    return turned if direction == "in" else sparse.csr_array(layer.weights + turned)
