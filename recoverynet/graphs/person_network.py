"""People and the ties between them: a sparse matrix of strengths and an ordered person index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import array_of_numbers
from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.graphs import interop
from recoverynet.graphs.alignment import in_order_both_ways
from recoverynet.graphs.missing_codes import warn_of_codes
from recoverynet.ids import PERSON_ID, first_ids, id_index
from recoverynet.shown import card


@dataclass(frozen=True, repr=False)
class PersonNetwork:
    """Who is tied to whom, and how strongly?

    Parameters
    ----------
    weights : array or sparse array, shape (n, n)
        Strength of the tie from row to column, 0 or more; larger is stronger, never a distance. 0 is no tie.
        Symmetric unless ``directed``; nobody is tied to themselves. A DataFrame labelled with ids goes by its labels,
        in whatever order; one whose labels only count 0, 1, 2, … by place.
    people : pandas.DataFrame, pandas.Index or sequence of str
        The n people in the order of the matrix: their ids (text or whole numbers; 7 is ``"7"``), or a frame of attributes
        indexed by ``person_id`` (a column ``person_id`` is taken as the index).
    directed : bool
        Whether a tie from one to another says nothing about the way back.
    settings : mapping
        How the network was made (weighting, window and so on), carried along into results.

    Attributes
    ----------
    weights : scipy.sparse.csr_array of float
    people : pandas.DataFrame indexed by person_id
    directed : bool
    settings : dict

    Raises
    ------
    SchemaError
        The matrix is not square, does not match the people or is labelled with others, holds a negative or missing
        strength or a tie with oneself, an id occurs twice, or an undirected network is not symmetric.

    Warns
    -----
    RecoveryNetWarning
        A strength looks like a code for missing: 9, 99 or 999 beside 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import PersonNetwork
    >>> PersonNetwork(np.array([[0, 2.0], [2.0, 0]]), ["ann", "ben"])
    <PersonNetwork undirected: 2 people, 1 tie, 0 people without ties>
    """

    weights: sparse.csr_array
    people: pd.DataFrame
    directed: bool = field(default=False, kw_only=True)
    settings: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", people_frame(self.people))
        given = in_order_both_ways(self.weights, self.people.index, "The weights")
        object.__setattr__(self, "weights", checked_weights(given, len(self.people), self.directed))
        warn_of_codes([self.weights.data], "The weights hold", "a strength", stacklevel=5)
        object.__setattr__(self, "settings", dict(self.settings))

    @property
    def person_ids(self) -> pd.Index:
        """Ids in the order of the matrix."""
        return self.people.index

    @property
    def n_people(self) -> int:
        """Number of people, those without ties included."""
        return len(self.people)

    @property
    def n_ties(self) -> int:
        """Number of ties: arcs where directed, pairs where not."""
        return int(self.weights.nnz) if self.directed else int(self.weights.nnz) // 2

    def ties(self) -> pd.DataFrame:
        """Every tie once.

        Returns
        -------
        pandas.DataFrame
            Columns ``person_id``, ``other_id``, ``strength``; where undirected, the person earlier in the
            index first.
        """
        matrix = self.weights.tocoo()
        keep = np.ones(matrix.nnz, dtype=bool) if self.directed else matrix.row < matrix.col
        ids = self.person_ids
        return pd.DataFrame({"person_id": ids[matrix.row[keep]], "other_id": ids[matrix.col[keep]], "strength": matrix.data[keep]})

    def among(self, person_ids: object) -> PersonNetwork:
        """The network among some people only, in the order given.

        Raises
        ------
        UnknownPersonError
            An id is not in the network.
        SchemaError
            An id is named twice.
        """
        wanted = id_index(person_ids, "among()")
        if wanted.equals(self.person_ids):
            return self
        rows = self.person_ids.get_indexer(wanted)
        if (rows < 0).any():
            raise UnknownPersonError(
                f"{int((rows < 0).sum())} of {len(wanted)} people are not in the network, the first being {wanted[rows < 0][0]!r}; "
                f"those of the network are {first_ids(self.person_ids)}."
            )
        inner = self.weights[rows][:, rows]
        inner.sort_indices()
        if wanted.has_duplicates:
            raise SchemaError(f"Somebody is named twice: {wanted[wanted.duplicated()][0]!r}.")
        return PersonNetwork.trusted(inner, self.people.iloc[rows], directed=self.directed, settings=self.settings)

    def to_networkx(self) -> interop.NetworkxGraph:
        """The network as a networkx Graph, or DiGraph where directed.

        Returns
        -------
        networkx.Graph
            Nodes are person ids in order, those without ties included, with ``person_id`` and every column of
            ``people`` that is not missing. Edges carry ``strength`` and ``distance`` (1 / strength); there is
            no ``weight``, so an algorithm must be told which it wants: ``weight="distance"`` for shortest
            paths, ``"strength"`` for flow. The graph's ``recoverynet_columns`` says which type each column had.

        Raises
        ------
        SchemaError
            Two columns of ``people`` have one name as text.
        """
        return interop.to_networkx(self.weights, self.people, self.directed)

    @classmethod
    def from_networkx(cls, graph: interop.NetworkxGraph, *, strength: str | None = "strength") -> PersonNetwork:
        """A network from a networkx Graph or DiGraph.

        Parameters
        ----------
        graph : networkx.Graph or DiGraph
            Person ids are the node attribute ``person_id`` where there is one, else the nodes themselves, as text and
            in the order of the graph; the other node attributes become columns of ``people``, in the type they had
            where recoverynet wrote them.
        strength : str or None
            Edge attribute that holds the strength, larger being closer; ``None`` counts every tie as 1.

        Returns
        -------
        PersonNetwork

        Raises
        ------
        SchemaError
            A multigraph, a tie with oneself, a strength that is absent, negative or not a number, two nodes of one id,
            or a ``person_id`` on some nodes only.
        """
        return cls._from_parts(interop.from_networkx(graph, strength=strength))

    def to_igraph(self) -> interop.IgraphGraph:
        """The network as an igraph Graph.

        Returns
        -------
        igraph.Graph
            Vertices in order with ``name`` and ``person_id`` (the id) and every column of ``people``, None
            where missing; instants are ISO text, and ``unknown_columns`` lists (as JSON) what is not known of each, because
            igraph's own files make false and ``None`` of it. Edges carry ``strength`` and ``distance`` (1 / strength) and
            no ``weight``.

        Raises
        ------
        SchemaError
            ``people`` has a column ``name``, or two of one name as text.

        Warns
        -----
        RecoveryNetWarning
            A column holds something else than text, numbers, yes or no and instants, and becomes text.

        Notes
        -----
        igraph writes numbers with 15 digits: through its files a strength may change in the sixteenth.
        """
        return interop.to_igraph(self.weights, self.people, self.directed)

    @classmethod
    def from_igraph(cls, graph: interop.IgraphGraph, *, strength: str | None = "strength") -> PersonNetwork:
        """A network from an igraph Graph.

        Parameters
        ----------
        graph : igraph.Graph
            Person ids are the vertex attribute ``person_id``, else ``name``, else ``id`` (the keys of a file's nodes),
            else the numbers of the vertices; the other vertex attributes become columns of ``people``.
        strength : str or None
            Edge attribute that holds the strength, larger being closer; ``None`` counts every tie as 1.

        Returns
        -------
        PersonNetwork

        Raises
        ------
        SchemaError
            As for :meth:`from_networkx`.
        """
        return cls._from_parts(interop.from_igraph(graph, strength=strength))

    @classmethod
    def trusted(
        cls, weights: sparse.csr_array, people: pd.DataFrame, *, directed: bool, settings: Mapping[str, Any]
    ) -> PersonNetwork:
        """A network of parts known to be sound, without checking them again: for recoverynet's own use."""
        network = object.__new__(cls)
        fields = {"weights": weights, "people": people, "directed": directed, "settings": dict(settings)}
        for name, value in fields.items():
            object.__setattr__(network, name, value)
        return network

    @classmethod
    def _from_parts(cls, parts: interop.ReadNetwork) -> PersonNetwork:
        """A network of raw parts."""
        return cls(parts.weights, parts.people, directed=parts.directed)

    def write_graphml(self, path: str | Path) -> None:
        """The network as a GraphML file, for Gephi, Cytoscape, igraph, visone and others.

        Parameters
        ----------
        path : str or Path
            Where to write; a file that is there is overwritten. It holds every person and attribute of the
            network: mind who may see it.

        Raises
        ------
        SchemaError
            An id, text or name of a column holds a character that XML cannot hold, or two columns have one name.

        Warns
        -----
        RecoveryNetWarning
            A column holds something else than text, numbers, yes or no and instants, and is written as text.

        Notes
        -----
        What is not known of a person is left out and listed in ``unknown_columns``; the graph's ``recoverynet_columns`` says
        which type each column had, so that :meth:`read_graphml` gives back what was written.
        """
        interop.save_graphml(path, self.weights, self.people, self.directed)

    @classmethod
    def read_graphml(cls, path: str | Path, *, strength: str | None = "strength") -> PersonNetwork:
        """A network from a GraphML file.

        Parameters
        ----------
        path : str or Path
            The file.
        strength : str or None
            Edge attribute that holds the strength, larger being closer; ``None`` counts every tie as 1.

        Returns
        -------
        PersonNetwork

        Raises
        ------
        SchemaError
            The file is not there or not GraphML, a value is not of the type its attribute says, or as for
            :meth:`from_networkx`.

        Notes
        -----
        In a file that igraph wrote (nodes n0, n1, …) the ids are ``person_id``, else ``name``.
        """
        return cls._from_parts(interop.load_graphml(path, strength=strength))

    def write_gexf(self, path: str | Path) -> None:
        """The network as a GEXF file, for Gephi; the same network gives the same bytes.

        Parameters
        ----------
        path : str or Path
            Where to write, as for :meth:`write_graphml`.

        Raises
        ------
        SchemaError
            As for :meth:`write_graphml`.

        Warns
        -----
        RecoveryNetWarning
            As for :meth:`write_graphml`; or a column has a name that GEXF keeps for itself (``id``, ``label``, ``start``,
            ``spells`` and so on) and is written with a ``_`` behind it.
        """
        interop.save_gexf(path, self.weights, self.people, self.directed)

    def _repr_html_(self) -> str:
        degree = np.diff(sparse.csr_array(self.weights + self.weights.T).indptr)
        facts = [
            ("people", self.n_people),
            ("arcs" if self.directed else "ties", self.n_ties),
            ("without ties", int((degree == 0).sum())),
        ]
        roles = None
        if "role" in self.people.columns:
            by_role = pd.Series(degree, index=self.people["role"].to_numpy(dtype=object)).groupby(level=0)
            roles = pd.DataFrame({"people": by_role.size(), "tied to, on average": by_role.mean().round(1)}).rename_axis("role")
        return card(f"{'Directed' if self.directed else 'Undirected'} network", facts, roles)

    def __repr__(self) -> str:
        alone = int(((self.weights.sum(axis=0) + self.weights.sum(axis=1)) == 0).sum())
        return (
            f"<PersonNetwork {'directed' if self.directed else 'undirected'}: {self.n_people:,} people, "
            f"{self.n_ties:,} {'arc' if self.directed else 'tie'}{'s' * (self.n_ties != 1)}, {alone:,} "
            "people without ties>"
        )


def people_frame(people: object) -> pd.DataFrame:
    """Attributes indexed by ``person_id`` from a frame or a sequence of ids; ids are text and unique."""
    if isinstance(people, pd.DataFrame):
        frame = people.set_index(PERSON_ID) if PERSON_ID in people.columns else people
        frame = frame.set_axis(id_index(frame.index, "The people"), axis=0)
    else:
        frame = pd.DataFrame(index=id_index(people, "people"))
    if frame.index.has_duplicates:
        twice = frame.index[frame.index.duplicated()]
        raise SchemaError(f"{len(twice)} person ids occur more than once, the first being {twice[0]!r}.")
    return frame


def checked_weights(weights: Any, n_people: int, directed: bool) -> sparse.csr_array:
    """Strengths as a sparse matrix without stored zeros; raises SchemaError where they make no network."""
    if not sparse.issparse(weights):
        weights = array_of_numbers(weights, "The weights")
    matrix = sparse.csr_array(weights if np.ndim(weights) == 2 else np.zeros((0, 0)), dtype=np.float64)
    if matrix.shape != (n_people, n_people):
        raise SchemaError(f"The weights must be {n_people} × {n_people}, one row and column a person; got {np.shape(weights)}.")
    if sparse.issparse(weights) and not matrix.has_canonical_format:
        matrix = matrix.copy()  # shares its arrays with what was given, which must stay as it is
    matrix.sum_duplicates()
    if matrix.nnz and not (np.isfinite(matrix.data).all() and matrix.data.min() >= 0):
        wrong = matrix.data[~(np.isfinite(matrix.data) & (matrix.data >= 0))]
        raise SchemaError(
            f"Strengths must be finite and 0 or more; {len(wrong):,} are negative, infinite or missing, the first being "
            f"{wrong[0]:g}. Put 0 where there is no tie; where nobody knows, NetworkPanel.from_adjacency takes NaN."
        )
    if matrix.nnz and (matrix.data == 0).any():
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    if matrix.diagonal().any():
        first = matrix.diagonal()[matrix.diagonal() != 0][0]
        raise SchemaError(
            f"Nobody can be tied to themselves; the diagonal of the weights must be 0 and holds {first:g}. "
            "np.fill_diagonal(weights, 0) clears it. RSiena's codes (10, 11, NA) are read by NetworkPanel.from_adjacency."
        )
    if not directed and matrix.nnz:
        difference = abs(matrix - matrix.T)
        if difference.nnz and difference.max() > 1e-9 * matrix.data.max():
            raise SchemaError("An undirected network needs symmetric weights; pass directed=True if ties have a direction.")
    return matrix
