"""Waves: the same people's ties and states at several times, aligned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.adjacency import matrix_waves
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.contact_waves import contact_waves
from recoverynet.graphs.nominated import nomination_waves
from recoverynet.graphs.panel_shape import FILLED_IN, checked_panel, panel_card
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.graphs.projection import Weighting
from recoverynet.observed import OWN_SOURCES, SourceRule
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.consent import Purpose, UnknownConsent


@dataclass(frozen=True, repr=False)
class NetworkPanel:
    """Who was tied to whom, and who held which norm, at each of several waves?

    Made by :func:`recoverynet.panel`, :meth:`from_nominations` or :meth:`from_adjacency` rather than by hand.

    Attributes
    ----------
    people : pandas.DataFrame indexed by person_id
        The n people, one row each, in the order of every array.
    waves : pandas.DataFrame indexed by wave (1, 2, … W)
        Columns ``start`` and ``end``: the half-open window whose ties the wave holds; NaT where waves are not
        dated. The behaviour of a wave is that at the end of its window.
    networks : tuple of W scipy.sparse.csr_array, each (n, n)
        Strength of the tie from row to column; 0 is no tie.
    directed : bool
    behaviour : dict of name to float array (n, W)
        NaN where unknown or the person is not present. A norm appears under its own name as 1, 0 or NaN.
    states : pandas.DataFrame or None
        (n × W) states as words, ``"unknown"`` where nobody has looked or the person is not present; None
        where the panel was not made from states.
    norm : Norm or None
    covariates : dict of name to array (n,) or (n, W)
        Words as objects with None where missing, numbers as float with NaN.
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
    settings : dict
        How the panel was made.
    notes : tuple of str
        What was left out or assumed on the way, in plain sentences.

    Raises
    ------
    SchemaError
        An array does not match the people and waves, a network is not a network, or ties run between groups.
    TimeOrderError
        Waves are dated and do not follow each other.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> ties = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> NetworkPanel.from_adjacency([ties, ties.T], behaviour={"drink": [[1, 2], [3, 3], [2, np.nan]]})
    <NetworkPanel directed: 3 people, 2 waves, behaviour: drink>
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
    present: np.ndarray = FILLED_IN
    missing: tuple[sparse.csr_array, ...] = FILLED_IN
    structural: tuple[sparse.csr_array, ...] = FILLED_IN
    groups: np.ndarray | None = None
    network: str = "network"
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in checked_panel(vars(self)).items():
            object.__setattr__(self, name, value)

    @property
    def n_people(self) -> int:
        """Number of people, those present at some waves only included."""
        return len(self.people)

    @property
    def n_waves(self) -> int:
        """Number of waves."""
        return len(self.networks)

    @property
    def person_ids(self) -> pd.Index:
        """Ids in the order of every array."""
        return self.people.index

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

    def _repr_html_(self) -> str:
        return panel_card(vars(self), repr(self)[1:-1])

    def __repr__(self) -> str:
        kind = "directed" if self.directed else "undirected"
        names = ", ".join(self.behaviour) or "none"
        return (
            f"<NetworkPanel {kind}: {self.n_people:,} people, {self.n_waves} wave{'s' * (self.n_waves != 1)}, behaviour: {names}>"
        )

    @classmethod
    def from_nominations(
        cls,
        nominations: pd.DataFrame,
        observations: pd.DataFrame | None = None,
        *,
        breaks: object,
        norm: Norm | None = None,
        people: pd.DataFrame | Iterable[str] | None = None,
        relation: str | Iterable[str] | None = None,
        sources: Sequence[str] = OWN_SOURCES,
        conflict: SourceRule = "priority",
        tz: str = "Europe/London",
    ) -> NetworkPanel:
        """Who named whom at each wave, and what was observed about each at the time?

        Parameters
        ----------
        nominations : pandas.DataFrame
            Columns ego_id, alter_id and asked_at (tz-aware) or wave; optionally weight (default 1, 0 no tie) and relation.
        observations : pandas.DataFrame, optional
            Columns person_id, variable, value and observed_at (tz-aware) and source, or wave (source is then
            optional). Every variable that holds numbers becomes a behaviour, ``"state"`` the norm.
        breaks : sequence of W + 1 instants, or "wave"
            Wave w holds what falls in [break w, break w + 1); or both frames number their waves 1 … W.
        norm : Norm, optional
            What holding the norm means. Default: states are not used.
        people : pandas.DataFrame or sequence of str, optional
            The people of the panel in order, with attributes, joined_on and left_on where known. Default:
            everyone who names or is observed, by id. Somebody only named is a third party and no part of the
            panel.
        relation : str or sequence of str, optional
            Only nominations of these relations. Default: all; two relations to one person are one tie.
        sources, conflict
            Whose observations count and who is believed, as for :func:`recoverynet.state_at`.
        tz : str
            Time zone of naive breaks.

        Returns
        -------
        NetworkPanel
            Directed. A behaviour is the last value observed within the wave, NaN where there is none. Who
            names nobody at a wave has no ties then: nominations cannot tell that apart from not having been
            asked.

        Raises
        ------
        SchemaError
            A column is missing or of another kind, somebody names themselves, a wave is not numbered 1, 2, …,
            or some values of a variable are numbers and some are not.
        TimeOrderError
            A break does not stand after the one before it.

        Warns
        -----
        RecoveryNetWarning
            People named who are not of the panel, or nominations outside every wave, were left out.

        Examples
        --------
        >>> import recoverynet as rn
        >>> record = rn.load_sample("five_people")
        >>> known = record.nominations[record.nominations["alter_id"] != "x1"]
        >>> states = record.observations[record.observations["variable"] == "state"]
        >>> made = rn.NetworkPanel.from_nominations(
        ...     known, states, breaks=["2011-03-01", "2011-04-01"], norm=rn.Norm("recovery", {"in_recovery", "abstinent"})
        ... )
        >>> made.behaviour["recovery"].T
        array([[0., 1., 1.]])
        """
        return cls(
            **nomination_waves(
                nominations,
                observations,
                breaks=breaks,
                norm=norm,
                people=people,
                relation=relation,
                sources=sources,
                conflict=conflict,
                tz=tz,
            )
        )

    @classmethod
    def from_adjacency(
        cls,
        networks: Iterable[object],
        *,
        network: str = "network",
        behaviour: Mapping[str, object] | None = None,
        covariates: Mapping[str, object] | None = None,
        dyadic: Mapping[str, object] | None = None,
        present: object | None = None,
        groups: object | None = None,
        people: pd.DataFrame | Iterable[str] | None = None,
        directed: bool | None = None,
    ) -> NetworkPanel:
        """What do matrices from another program, one a wave, say about the same people over time?

        Parameters
        ----------
        networks : sequence of W arrays, sparse arrays or frames, each (n, n)
            From row to column: 0 no tie, 1 or any strength a tie, NaN unknown. Where the only other values
            are 0 and 1, 10 and 11 are RSiena's codes for a tie fixed as absent and as present.
        network : str
            Name of the network.
        behaviour : mapping of name to array (n, W), optional
            Numbers, NaN where missing.
        covariates : mapping of name to array (n,) or (n, W), optional
            Beside the columns of ``people``.
        dyadic : mapping of name to array (n, n), optional
        present : boolean array (n, W), optional
            Whether the person was there. Default: everybody always. Ties to people not there are removed.
        groups : sequence of n, optional
            House or site of each person, where several networks are pooled.
        people : pandas.DataFrame or sequence of str, optional
            Ids in the order of the matrices, with attributes where there are any. Default: ``"1"`` to ``"n"``.
        directed : bool, optional
            Default: undirected where every matrix is symmetric and has a tie, else directed.

        Returns
        -------
        NetworkPanel

        Raises
        ------
        SchemaError
            Shapes do not match, values are not numbers or negative, somebody is tied to themselves, ties run
            between groups, or ``directed=False`` and a matrix is not symmetric; a frame or series is labelled with
            other people, or a name is that of two things.

        Warns
        -----
        RecoveryNetWarning
            10 or 11 were read as strengths, or 9 was found beside 0 and 1; ties of people not there were
            removed.

        Notes
        -----
        Rows and columns of frames and series with labels go by them, whatever their order; arrays, and frames
        whose labels only count 0, 1, 2, …, go by place.

        Examples
        --------
        >>> import pandas as pd
        >>> import recoverynet as rn
        >>> ties = pd.DataFrame([[0, 1], [0, 0]], index=["ann", "ben"], columns=["ann", "ben"])
        >>> later = pd.DataFrame([[0, 0], [1, 0]], index=["ben", "ann"], columns=["ben", "ann"])
        >>> age = pd.Series({"ben": 41, "ann": 38})
        >>> waves = rn.NetworkPanel.from_adjacency([ties, later], network="call", covariates={"age": age})
        >>> waves.covariates["age"].tolist(), waves.at(2).weights.toarray().tolist()
        ([38, 41], [[0.0, 1.0], [0.0, 0.0]])
        """
        return cls(
            **matrix_waves(
                networks,
                network=network,
                behaviour=behaviour,
                covariates=covariates,
                dyadic=dyadic,
                present=present,
                groups=groups,
                people=people,
                directed=directed,
            )
        )


def panel(
    graph: ContactGraph,
    observations: pd.DataFrame | None = None,
    *,
    breaks: Iterable[object],
    norm: Norm = RECOVERY_NORM,
    weighting: Weighting = "newman",
    valid_for: object | None = "90D",
    sources: Sequence[str] = OWN_SOURCES,
    conflict: SourceRule = "priority",
    half_life: object | None = None,
    min_weight: float = 0.0,
    roles: str | Iterable[str] | None = None,
    outcomes: Mapping[str, Iterable[str] | None] | Sequence[str] = (),
    purpose: Purpose | None = "research",
    unknown_consent: UnknownConsent = "count",
) -> NetworkPanel:
    """Who was tied to whom through shared contacts, and who held the norm, in each of several periods?

    Parameters
    ----------
    graph : ContactGraph
        Contacts of n people.
    observations : pandas.DataFrame, optional
        As ``record.observations``. Default: those of the graph's record.
    breaks : sequence of W + 1 instants
        Wave w holds the contacts that start in [break w, break w + 1). Naive ones are local time of the record.
    norm : Norm
        Which states hold the norm; default the recovery norm (abstinent, in recovery, stable on substitution).
    weighting, half_life, min_weight
        How contacts become ties, as for :func:`recoverynet.project`, within each wave.
    valid_for, sources, conflict
        Whose observations count and for how long, as for :func:`recoverynet.state_at`. The state of a wave is
        that at its last instant.
    roles : str or sequence of str, optional
        Only people of these roles, such as ``("client", "peer")``. Default: everybody. Contacts are weighted
        before the others are left out, so a meeting keeps its size.
    outcomes : sequence of str, or mapping of str to the words that count as 1
        Other observed variables to carry: numbers as they are, words as ``{"employment.status": {"employed"}}``.
    purpose : {"research", "evaluation", "care"} or None
        What it is for: whoever did not agree (``people.consent_research`` …) is left out, with a note. None: nobody.
    unknown_consent : {"count", "leave_out"}
        What to do with people whose answer is not recorded.

    Returns
    -------
    NetworkPanel
        Undirected. ``behaviour[norm.name]`` is 1, 0 or NaN, ``states`` the words behind it, ``covariates`` the columns of
        the people table but for dates and agreements. A person is present at the waves that [joined_on, left_on) overlaps.

    Raises
    ------
    SchemaError
        There are fewer than two breaks, an argument is unknown, or an outcome holds words and none is counted.
    TimeOrderError
        A break does not stand after the one before it.

    Warns
    -----
    RecoveryNetWarning
        Ties of people not present were removed, people did not agree, or as :func:`recoverynet.project` warns.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> waves = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> waves
    <NetworkPanel undirected: 5 people, 2 waves, behaviour: recovery>
    >>> waves.states[2].to_dict()
    {'ann': 'abstinent', 'ben': 'using', 'cat': 'in_recovery', 'dev': 'unknown', 'eve': 'unknown'}
    """
    return NetworkPanel(
        **contact_waves(
            graph,
            observations,
            breaks=breaks,
            norm=norm,
            weighting=weighting,
            valid_for=valid_for,
            sources=sources,
            conflict=conflict,
            half_life=half_life,
            min_weight=min_weight,
            roles=roles,
            outcomes=outcomes,
            purpose=purpose,
            unknown_consent=unknown_consent,
        )
    )
