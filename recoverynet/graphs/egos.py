"""Personal networks: whom each person has around them, and who of those know each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import NotEstimableError, SchemaError, UnknownPersonError
from recoverynet.graphs.named_alters import named_alters, reported_ties
from recoverynet.graphs.neighbourhoods import counts_within, neighbourhoods, ties_within
from recoverynet.graphs.person_network import PersonNetwork, people_frame
from recoverynet.ids import first_ids, id_index, ids_in, one_id
from recoverynet.instants import as_window
from recoverynet.shown import card
from recoverynet.tables.record import RecoveryRecord

MOST_LISTED = 2_000_000
"""Ties between alters that are listed one by one, all egos together: about 200 MB. One occasion of 400 people makes 32 million."""


@dataclass(frozen=True, repr=False)
class EgoNetworks:
    """Whom does each person have around them, and who of those are tied to each other?

    Made by :func:`recoverynet.ego_networks`.

    Attributes
    ----------
    egos : pandas.DataFrame indexed by person_id
        The people at the centre, those without anybody around them included, with what is known of them.
    alters : pandas.DataFrame
        One row an ego and alter: ``ego_id``, ``alter_id``, ``weight`` (strength of the tie from ego to alter;
        NaN where it was not said, or beyond one step), ``distance`` (1 or 2 steps), ``in_record`` (whether
        the alter is one of the people of the record), then what is known: for nominations ``relation``,
        ``closeness``, ``contact_frequency``, ``perceived_state``, ``support``, ``consent_basis``,
        ``asked_at`` (of the last naming) and any column of your own; for contacts the columns of ``people``.
    alter_ties : pandas.DataFrame
        One row a tie between two alters of one ego: ``ego_id``, ``alter_a``, ``alter_b``, ``weight``. Ties to
        the ego are not among them. Undirected ties stand once, ``alter_a`` before ``alter_b``. Where there are
        more than 2,000,000 of all egos together, those of the egos with most are counted and not listed.
    directed : bool
        Whether the ties between alters have a direction (from ``alter_a`` to ``alter_b``).
    notes : tuple of str
        What was left out on the way.
    tie_counts : pandas.Series of int
        Ties between the alters of each ego, indexed by person_id: those listed and those only counted.

    Examples
    --------
    >>> import recoverynet as rn
    >>> networks = rn.ego_networks(rn.load_sample("five_people"))
    >>> networks
    <EgoNetworks: 5 egos, 4 alters in all, 1 tie between alters, 3 egos without alters>
    >>> networks.sizes().to_dict()
    {'ann': 3, 'ben': 1, 'cat': 0, 'dev': 0, 'eve': 0}
    """

    egos: pd.DataFrame
    alters: pd.DataFrame
    alter_ties: pd.DataFrame
    directed: bool = False
    notes: tuple[str, ...] = ()
    tie_counts: pd.Series | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "egos", people_frame(self.egos))
        for name, columns in (("alters", ("ego_id", "alter_id")), ("alter_ties", ("ego_id", "alter_a", "alter_b"))):
            frame = ids_in(getattr(self, name), columns, f"{name.replace('_', ' ')} of personal networks")
            strange = frame.loc[~frame["ego_id"].isin(self.egos.index), "ego_id"]
            if len(strange):
                raise UnknownPersonError(
                    f"The {name.replace('_', ' ')} name {strange.nunique():,} people who are none of the {len(self.egos):,} egos, "
                    f"such as {first_ids(strange.unique(), 1)}; the egos are {first_ids(self.egos.index)}."
                )
            object.__setattr__(self, name, frame)
        listed = self._per_ego(self.alter_ties["ego_id"]).rename("n_alter_ties")
        counts = listed if self.tie_counts is None else self.tie_counts.reindex(self.egos.index).rename("n_alter_ties")
        object.__setattr__(self, "tie_counts", counts)

    def sizes(self) -> pd.Series:
        """How many people does each ego have around them?

        Returns
        -------
        pandas.Series of int
            Named ``n_alters``, indexed by person_id; 0 for an ego without alters.
        """
        return self._per_ego(self.alters["ego_id"]).rename("n_alters")

    def densities(self) -> pd.Series:
        """Of the ties there could be between an ego's alters, what share is there?

        Returns
        -------
        pandas.Series of float
            Named ``density``, indexed by person_id; the ego and its ties left out. NaN for fewer than two
            alters. The denominator is n (n − 1) / 2 pairs, twice that where ties are directed.

        Notes
        -----
        A dense network is not a good or a bad one by itself: it depends on what its members do.
        """
        size = self.sizes().to_numpy(dtype=np.float64)
        possible = size * (size - 1) * (1.0 if self.directed else 0.5)
        ties = self._counts.to_numpy(dtype=np.float64)
        share = np.divide(ties, possible, out=np.full(len(size), np.nan), where=possible > 0)
        return pd.Series(share, index=self.egos.index, name="density")

    def network(self, ego_id: str, *, include_ego: bool = True) -> PersonNetwork:
        """The personal network of one ego.

        Parameters
        ----------
        ego_id : str
            Whose.
        include_ego : bool
            Whether the ego and its ties are in it, first in order. Leave the ego out for density or
            components.

        Returns
        -------
        PersonNetwork
            The alters in the order of ``alters`` with what is known of them. A tie whose strength is unknown
            counts 1.

        Raises
        ------
        UnknownPersonError
            Nobody of that id is an ego.
        NotEstimableError
            Ties between the alters of this ego are counted and not listed.
        """
        ego_id = one_id(ego_id, "ego_id")
        if ego_id not in self.egos.index:
            raise UnknownPersonError(f"{ego_id!r} is none of the {len(self.egos)} egos, who are {first_ids(self.egos.index)}.")
        alters = self.alters.iloc[self._rows["alters"].get(ego_id, [])]
        ties = self.alter_ties.iloc[self._rows["alter_ties"].get(ego_id, [])]
        self._require_listed(ego_id, len(ties))
        ids = pd.Index(([ego_id] if include_ego else []) + alters["alter_id"].tolist(), name="person_id", dtype="str")
        one, other = ids.get_indexer(pd.Index(ties["alter_a"])), ids.get_indexer(pd.Index(ties["alter_b"]))
        weight = ties["weight"].fillna(1.0).to_numpy()
        if include_ego:
            near = alters[alters["distance"] == 1]
            one = np.concatenate([one, np.zeros(len(near), dtype=np.int64)])
            other = np.concatenate([other, ids.get_indexer(pd.Index(near["alter_id"]))])
            weight = np.concatenate([weight, near["weight"].fillna(1.0).to_numpy()])
        if not self.directed:
            one, other, weight = (np.concatenate([one, other]), np.concatenate([other, one]), np.tile(weight, 2))
        matrix = sparse.csr_array((weight, (one, other)), shape=(len(ids), len(ids)))
        known = alters.set_index("alter_id").drop(columns=["ego_id", "weight"]).reindex(ids)
        return PersonNetwork(matrix, known.set_axis(ids), directed=self.directed, settings={"ego": ego_id})

    def _per_ego(self, ego_ids: pd.Series) -> pd.Series:
        counts = np.bincount(self.egos.index.get_indexer(pd.Index(ego_ids)), minlength=len(self.egos))
        return pd.Series(counts, index=self.egos.index)

    @property
    def _counts(self) -> pd.Series:
        assert self.tie_counts is not None  # settled once the object is made
        return self.tie_counts

    def _require_listed(self, ego_id: str, n_listed: int) -> None:
        n_ties = int(self._counts[ego_id])
        if n_listed < n_ties:
            raise NotEstimableError(
                f"The {n_ties:,} ties between the alters of {ego_id!r} are counted and not listed, because all egos together have "
                f"more than {MOST_LISTED:,}. Ask for this ego alone: ego_networks(network, egos=[{ego_id!r}])."
            )

    @cached_property
    def _rows(self) -> dict[str, dict[str, np.ndarray]]:
        """Rows of each ego in either table."""
        return {name: getattr(self, name).groupby("ego_id", sort=False).indices for name in ("alters", "alter_ties")}

    def _repr_html_(self) -> str:
        facts = [("egos", len(self.egos)), ("alters in all", len(self.alters)), ("ties between alters", int(self._counts.sum()))]
        spread = pd.DataFrame({"alters": self.sizes(), "density": self.densities()}).describe().loc[["count", "mean", "min", "max"]]
        return card("Personal networks", facts, spread.round(2))

    def __repr__(self) -> str:
        alone = int((self.sizes() == 0).sum())
        ties = int(self._counts.sum())
        return (
            f"<EgoNetworks: {len(self.egos):,} egos, {len(self.alters):,} alters in all, {ties:,} "
            f"tie{'s' * (ties != 1)} between alters, {alone:,} egos without alters>"
        )


def ego_networks(
    record_or_network: RecoveryRecord | PersonNetwork,
    *,
    radius: int = 1,
    window: tuple[object, object] | None = None,
    egos: Iterable[str] | None = None,
    relation: str | Iterable[str] | None = None,
) -> EgoNetworks:
    """Whom does each person have around them, from what they said or from their contacts?

    Parameters
    ----------
    record_or_network : RecoveryRecord or PersonNetwork
        A record: the alters are the people each ego named (table nominations), their ties those the ego
        reported (alter_ties). A network, such as :func:`recoverynet.project` makes: the alters are the people
        tied to the ego (where directed: those the ego is tied to), their ties those of the network.
    radius : {1, 2}
        How many steps from the ego to the farthest alter; 2 for networks only.
    window : (start, end), optional
        Half-open window [start, end) in which the question was asked, for records only. Default: whenever.
        Somebody named several times in the window is one alter, described as the last time.
    egos : sequence of str, optional
        Whose networks, in this order. Default: every person of the record or network. A record does not say
        who was asked and named nobody, so those never asked have no alters either: name those who were asked.
    relation : str or sequence of str, optional
        Only nominations of these relations, for records only. Default: all.

    Returns
    -------
    EgoNetworks
        Of a network in which egos have more than 2,000,000 ties between alters in all, as one occasion of 160 people makes,
        those of the egos with most are counted (``tie_counts``, ``densities()``) and not listed; a note says above how many.

    Raises
    ------
    SchemaError
        Neither a record nor a network; ``radius`` is neither 1 nor 2; 2 steps are asked of a record; ``window`` or
        ``relation`` of a network.
    UnknownPersonError
        Somebody of ``egos`` is not known.
    TimeOrderError
        The window does not end after it starts.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> contacts = rn.ego_networks(rn.project(rn.ContactGraph(record)))
    >>> contacts.densities().round(2).to_dict()
    {'ann': 0.33, 'ben': 1.0, 'cat': 1.0, 'dev': nan, 'eve': nan}
    """
    if radius not in (1, 2):
        raise SchemaError(f"radius must be 1 or 2 steps; got {radius!r}.")
    if isinstance(record_or_network, PersonNetwork):
        if window is not None or relation is not None:
            raise SchemaError("A network has its window and relations already; project or choose before.")
        return _from_network(record_or_network, radius, egos)
    if not isinstance(record_or_network, RecoveryRecord):
        raise SchemaError(
            f"ego_networks() takes a RecoveryRecord or a PersonNetwork; got a {type(record_or_network).__name__}. "
            "read_record('my_folder') makes the one, project(ContactGraph(record)) the other."
        )
    if radius == 2:
        raise SchemaError("Nominations reach one step: radius=2 needs a network, such as project() makes.")
    return _from_record(record_or_network, window, egos, relation)


def _from_network(network: PersonNetwork, radius: int, egos: Iterable[str] | None) -> EgoNetworks:
    people = network.people
    rows = _rows_of(people.index, egos)
    ego, alter, weight, distance = neighbourhoods(network.weights, rows, radius)
    counts = counts_within(network.weights, ego, alter, len(rows), directed=network.directed)
    listed, notes = _listed(counts)
    few = listed[ego]
    one, a, b, strength = ties_within(network.weights, ego[few], alter[few], len(rows), directed=network.directed)
    ids = people.index
    alters = pd.DataFrame(
        {"ego_id": ids[rows[ego]], "alter_id": ids[alter], "weight": weight, "distance": distance, "in_record": True}
    )
    known = people.iloc[alter].reset_index(drop=True)
    known = known.drop(columns=[name for name in alters.columns if name in known.columns])
    ties = pd.DataFrame({"ego_id": ids[rows[one]], "alter_a": ids[a], "alter_b": ids[b], "weight": strength})
    tie_counts = pd.Series(counts, index=ids[rows])
    return EgoNetworks(people.iloc[rows], pd.concat([alters, known], axis=1), ties, network.directed, notes, tie_counts)


def _listed(counts: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Whose ties are listed: everybody's, or of those with fewest as many as there is room for; and a note where not all."""
    ordered = np.sort(counts)
    if counts.sum() <= MOST_LISTED:
        return np.ones(len(counts), dtype=bool), ()
    most = ordered[int(np.searchsorted(np.cumsum(ordered), MOST_LISTED, side="right"))]
    listed = counts < most
    return listed, (
        f"Ties between alters are counted and not listed for {int((~listed).sum()):,} of {len(counts):,} egos, those with "
        f"{int(most):,} or more; all together have {int(counts.sum()):,}, and at most {MOST_LISTED:,} are listed.",
    )


def _from_record(
    record: RecoveryRecord, window: tuple[object, object] | None, egos: Iterable[str] | None, relation: str | Iterable[str] | None
) -> EgoNetworks:
    people = record.people.set_index("person_id")
    chosen = people.iloc[_rows_of(people.index, egos)]
    bounds = None if window is None else as_window(window, record.tz)
    alters = named_alters(record.nominations, chosen.index, bounds, relation)
    alters.insert(4, "in_record", alters["alter_id"].isin(people.index))
    ties, notes = reported_ties(record.alter_ties, alters, bounds)
    return EgoNetworks(chosen, alters, ties, directed=False, notes=notes)


def _rows_of(ids: pd.Index, egos: Iterable[str] | None) -> np.ndarray:
    if egos is None:
        return np.arange(len(ids))
    wanted = id_index([egos] if isinstance(egos, str) else egos, "egos")
    rows = ids.get_indexer(wanted)
    if (rows < 0).any():
        raise UnknownPersonError(
            f"{int((rows < 0).sum())} of {len(wanted)} egos are not known, the first being {wanted[rows < 0][0]!r}; the people are "
            f"{first_ids(ids)}."
        )
    if wanted.has_duplicates:
        raise SchemaError(f"An ego is named twice: {wanted[wanted.duplicated()][0]!r}.")
    return rows
