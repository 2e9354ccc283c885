"""Waves: the same people's ties and states at several times, aligned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.person_network import PersonNetwork, people_frame
from recoverynet.states import Norm


@dataclass(frozen=True, repr=False)
class NetworkPanel:
    """Who was tied to whom, and who held which norm, at each of several waves?

    Made by :func:`recoverynet.panel`, :meth:`from_nominations` or :meth:`from_adjacency` rather than by hand.

    Attributes
    ----------
    people : pandas.DataFrame indexed by person_id
        The n people, one row each, in the order of every array.
    waves : pandas.DataFrame indexed by wave (1, 2, … W)
        Columns ``start`` and ``end``: the half-open window whose ties the wave holds; NaT where waves are not dated.
        The behaviour of a wave is that at the end of its window.
    networks : tuple of W scipy.sparse.csr_array, each (n, n)
        Strength of the tie from row to column; 0 is no tie.
    directed : bool
    behaviour : dict of name to float array (n, W)
        NaN where unknown. A norm appears under its own name as 1, 0 or NaN.
    states : pandas.DataFrame or None
        (n × W) states as words, ``"unknown"`` where nobody has looked; None where the panel was not made from states.
    norm : Norm or None
    covariates : dict of name to array (n,) or (n, W)
    dyadic : dict of name to float array (n, n)
    present : boolean array (n, W)
        Whether the person had joined and not left. Somebody who is not present has no ties at that wave.
    missing : tuple of W scipy.sparse.csr_array of bool, each (n, n)
        Ties nobody knows of (RSiena's NA); 0 in ``networks``.
    structural : tuple of W scipy.sparse.csr_array of bool, each (n, n)
        Ties fixed from outside, present or absent (RSiena's codes 11 and 10).
    groups : array (n,) or None
        House or site each person belongs to where several networks are pooled; no ties run between groups.
    network : str
        Name of the network.
    """

    people: pd.DataFrame
    waves: pd.DataFrame
    networks: tuple[sparse.csr_array, ...]
    directed: bool = True
    behaviour: Mapping[str, np.ndarray] = field(default_factory=dict)
    states: pd.DataFrame | None = None
    norm: Norm | None = None
    covariates: Mapping[str, np.ndarray] = field(default_factory=dict)
    dyadic: Mapping[str, np.ndarray] = field(default_factory=dict)
    present: np.ndarray | None = None
    missing: tuple[sparse.csr_array, ...] | None = None
    structural: tuple[sparse.csr_array, ...] | None = None
    groups: np.ndarray | None = None
    network: str = "network"

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", people_frame(self.people))
        n_people, n_waves = len(self.people), len(self.networks)
        if n_waves == 0 or len(self.waves) != n_waves:
            raise SchemaError(f"A panel needs one network a wave; got {n_waves} networks for {len(self.waves)} waves.")
        for name, values in self.behaviour.items():
            if np.shape(values) != (n_people, n_waves):
                raise SchemaError(
                    f"Behaviour {name!r} must be {n_people} people × {n_waves} waves; got {np.shape(values)}."
                )
        none = sparse.csr_array((n_people, n_people), dtype=bool)
        if self.present is None:
            object.__setattr__(self, "present", np.ones((n_people, n_waves), dtype=bool))
        for name in ("missing", "structural"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, (none,) * n_waves)

    @property
    def n_people(self) -> int:
        """Number of people, those present at some waves only included."""
        return len(self.people)

    @property
    def n_waves(self) -> int:
        """Number of waves."""
        return len(self.networks)

    def at(self, wave: int) -> PersonNetwork:
        """The network of one wave, counted from 1.

        Raises
        ------
        SchemaError
            There is no such wave.
        """
        if wave not in range(1, self.n_waves + 1):
            raise SchemaError(f"The panel has waves 1 to {self.n_waves}; there is no wave {wave!r}.")
        return PersonNetwork(self.networks[wave - 1], self.people, directed=self.directed, settings={"wave": wave})

    def __repr__(self) -> str:
        kind = "directed" if self.directed else "undirected"
        names = ", ".join(self.behaviour) or "none"
        return f"<NetworkPanel {kind}: {self.n_people:,} people, {self.n_waves} waves, behaviour: {names}>"
