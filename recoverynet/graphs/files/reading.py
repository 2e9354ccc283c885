"""Network files of other programs, read: UCINET, Pajek, VNA, GraphML, GEXF."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.formats import gexf, graphml, vna
from recoverynet.formats.opened import decoded, read_bounded
from recoverynet.formats.pajek import net
from recoverynet.formats.ucinet import dl
from recoverynet.graphs.files.networks import ImportedNetworks, imported_networks

_OPENINGS = {
    "ucinet": re.compile(r"\s*dl\b", re.IGNORECASE),
    "vna": re.compile(r"\s*\*\s*(?:node|tie)\s+(?:data|properties)", re.IGNORECASE),
    "pajek": re.compile(r"(?:\s*[%/][^\n]*\n)*\s*\*\s*(?:vertices|network|arcs|edges|matrix)", re.IGNORECASE),
}
_ROOT = re.compile(r"<(?:\w+:)?(graphml|gexf)\b", re.IGNORECASE)
_BEFORE_ROOT = {"<?": "?>", "<!--": "-->", "<!": ">"}
_NAMES = {"ucinet": "UCINET DL", "vna": "VNA", "pajek": "Pajek", "graphml": "GraphML", "gexf": "GEXF"}


def read_network(path: str | Path, *, keep: Iterable[str] = (), directed: bool | None = None) -> ImportedNetworks:
    r"""Which networks does a file of another program hold, whatever its format?

    Parameters
    ----------
    path : path
        A file in UCINET's data language, Pajek (.net, .paj), VNA, GraphML or GEXF. What it is is told by what stands in it;
        its ending is not looked at.
    keep : sequence of str
        Attributes of people to take over though they are called as names, labels or addresses are.
    directed : bool, optional
        Whether ties have a direction, where you know better than the file. Default: as the file says, or, where its format
        has no way to say so, undirected where every tie has its equal the other way.

    Returns
    -------
    ImportedNetworks

    Raises
    ------
    SchemaError
        There is no such file, it is in none of these formats, is cut short, or as the reader of its format says.

    Notes
    -----
    Ids of people are the labels of the file, which may be names: the report says how many people came in, and a record made of
    them is checked for names like any other. Ties of people with themselves, ties without strength and ties with nobody are
    counted in the report; ties between the same two people are added up; negative ties become a network of their own, called
    "… (negative)", because a strength is 0 or more.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "friends.txt"
    ...     _ = path.write_text("dl n=3 format=edgelist1\nlabels embedded\ndata:\np1 p2 2\np2 p3\n")
    ...     rn.read_network(path).network.ties()["strength"].tolist()
    [2.0, 1.0]
    """
    data, name = read_bounded(path), Path(path).name
    kind = kind_of(data, name)
    if kind == "ucinet":
        return imported_networks(dl.parse_ucinet(data, name, directed=directed))
    if kind == "pajek":
        return read_pajek(path, keep=keep, directed=directed)
    if kind == "vna":
        return imported_networks(vna.parse_vna(data, name, keep=keep, directed=directed))
    parse = graphml.parse_graphml if kind == "graphml" else gexf.parse_gexf
    return imported_networks(parse(data, name, keep=keep, directed=directed))


def kind_of(data: bytes, name: str) -> str:
    """Which of the formats a file is in, by what stands in it.

    Raises
    ------
    SchemaError
        None of them.
    """
    kind = _told_kind(data, name)
    if kind:
        return kind
    raise SchemaError(
        f"{name!r} is in none of the formats read here ({', '.join(_NAMES.values())}): a DL file begins with DL, a Pajek file with "
        "*Vertices, a VNA file with *node data, GraphML and GEXF with their names as elements."
    )


def _told_kind(data: bytes, name: str) -> str:
    """The format that the first lines tell, empty where they tell none."""
    start = decoded(data[:65536], name).text
    return next((kind for kind, opening in _OPENINGS.items() if opening.match(start)), "") or _root(start)


def _root(start: str) -> str:
    """The outermost element of XML where it is one of ours, whatever declarations and comments stand before it."""
    rest = start.lstrip()
    while mark := next((mark for mark in _BEFORE_ROOT if rest.startswith(mark)), ""):
        ending = "]>" if mark == "<!" and "[" in rest.partition(">")[0] else _BEFORE_ROOT[mark]
        rest = rest.partition(ending)[2].lstrip()
    found = _ROOT.match(rest)
    return found.group(1).lower() if found else ""


def _of_kind(path: str | Path, kind: str) -> tuple[bytes, str]:
    """The bytes and name of a file, refused where it is plainly of another of the formats."""
    data, name = read_bounded(path), Path(path).name
    found = next(
        (other for other, opening in _OPENINGS.items() if other != kind and opening.match(decoded(data[:65536], name).text)), ""
    )
    if found:
        raise SchemaError(f"{name!r} is not {_NAMES[kind]} but {_NAMES[found]}; read it with read_{found} or read_network.")
    return data, name


def read_ucinet(path: str | Path, *, directed: bool | None = None) -> ImportedNetworks:
    r"""Which networks does a UCINET DL file hold?

    Parameters
    ----------
    path : path
        A text file that begins with DL: full, lower-half and upper-half matrices, node lists and edge lists (1 and 2), any number
        of matrices, labels in the head or embedded. Datasets in UCINET's own binary form (.##h, .##d) are exported to DL first.
    directed : bool, optional
        Default: edge and node lists have a direction, half matrices have none, and full ones have one unless every matrix of the
        file is symmetric. ``False`` makes one tie of what is listed from either end, as strong as the stronger.

    Returns
    -------
    ImportedNetworks
        A network a matrix, all of the same people. Where rows and columns are not the same (two modes), both are people of an
        undirected network and the column ``mode`` says which they are.

    Raises
    ------
    SchemaError
        The file is of another kind, cut short, or contradicts itself.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.dl"
    ...     _ = path.write_text("DL N=2 NM=2\nMATRIX LABELS:\nlikes helps\nDATA:\n0 1\n0 0\n0 2\n2 0\n")
    ...     rn.read_ucinet(path).networks["helps"].n_ties
    2
    """
    data, name = _of_kind(path, "ucinet")
    return imported_networks(dl.parse_ucinet(data, name, directed=directed))


def read_pajek(
    path: str | Path, *, attributes: Iterable[str | Path] | None = None, keep: Iterable[str] = (), directed: bool | None = None
) -> ImportedNetworks:
    r"""Which networks and attributes does a Pajek file hold?

    Parameters
    ----------
    path : path
        A network (.net) with arcs, edges, lists of arcs or edges, or matrices, in any number of relations, or a project (.paj).
    attributes : sequence of paths, optional
        Partitions (.clu) and vectors (.vec) of the same people. Default: those beside the network whose names begin as its own
        does (``friends.clu`` and ``friends_sex.clu`` beside ``friends.net``).
    keep : sequence of str
        Attributes to take over though they are called as names are.
    directed : bool, optional
        Default: arcs have a direction, edges have none; where a relation has both, its edges hold both ways.

    Returns
    -------
    ImportedNetworks
        A network a relation. Two-mode networks come as :func:`read_ucinet` says.

    Raises
    ------
    SchemaError
        The file is of another kind, cut short, names a vertex it does not hold, or an attribute is of another number of people.

    Notes
    -----
    Vertices without a label are called by their number. Places on a drawing, colours, and times in square brackets are counted in
    the report and not taken over.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "club.net"
    ...     _ = path.write_text('*Vertices 3\n*Arcslist :1 "asks"\n1 2 3\n*Edges :2 "meets"\n1 2\n')
    ...     _ = (Path(folder) / "club_house.clu").write_text("*Vertices 3\n1\n1\n2\n")
    ...     came = rn.read_pajek(path)
    >>> list(came.networks), came.networks["asks"].people["house"].tolist()
    (['asks', 'meets'], [1, 1, 2])
    """
    data, name = _of_kind(path, "pajek")
    beside = _beside(Path(path)) if attributes is None else [Path(one) for one in attributes]
    told = [(one.name, read_bounded(one)) for one in beside]
    return imported_networks(net.parse_pajek(data, name, attributes=told, keep=keep, directed=directed))


def _beside(path: Path) -> list[Path]:
    """Partitions and vectors that belong to a network by their names."""
    if path.suffix.lower() != ".net":
        return []
    own = re.compile(re.escape(path.stem) + r"(?:[_-].*)?", re.IGNORECASE)
    return sorted(one for one in path.parent.iterdir() if one.suffix.lower() in (".clu", ".vec") and own.fullmatch(one.stem))


def read_vna(path: str | Path, *, keep: Iterable[str] = (), directed: bool | None = None) -> ImportedNetworks:
    r"""Which networks and attributes does a VNA file (NetDraw) hold?

    Parameters
    ----------
    path : path
        A text file with the sections ``*node data`` and ``*tie data``.
    keep : sequence of str
        Attributes to take over though they are called as names are.
    directed : bool, optional
        Default: undirected where every tie has its equal the other way, unless ``*tie properties`` draw heads of arrows.

    Returns
    -------
    ImportedNetworks
        A network a column of the ties. People that only ties name are people too.

    Raises
    ------
    SchemaError
        The file is of another kind or cut short, or a strength is no number.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "club.vna"
    ...     _ = path.write_text("*node data\nID age\np1 41\np2 38\n*tie data\nfrom to strength\np1 p2 2\n")
    ...     rn.read_vna(path).network.people["age"].tolist()
    [41, 38]
    """
    data, name = _of_kind(path, "vna")
    return imported_networks(vna.parse_vna(data, name, keep=keep, directed=directed))


def read_graphml(
    path: str | Path, *, strength: str | None = "auto", keep: Iterable[str] = (), directed: bool | None = None
) -> ImportedNetworks:
    """Which networks does a GraphML file of networkx, igraph, Gephi or yEd hold?

    Parameters
    ----------
    path : path
        A GraphML file with any number of graphs. Document types and entities are refused.
    strength : str or None
        Attribute of ties that holds the strength, larger being closer; ``None`` counts every tie as 1. Default: ``strength``
        where there is one, else ``weight``, else 1; the report says which.
    keep : sequence of str
        Attributes of people to take over though they are called as names or labels are.
    directed : bool, optional
        Default: as each graph and edge says.

    Returns
    -------
    ImportedNetworks
        A network a graph. Ids are the attribute ``person_id``, else igraph's ``name``, else the ids of the nodes.

    Raises
    ------
    SchemaError
        The file is of another kind, cut short or declares entities; no tie has the strength asked for, or it is no number.

    Notes
    -----
    An interview of Network Canvas is one person's account of others: read it with :func:`recoverynet.read_network_canvas`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import networkx as nx
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "path.graphml"
    ...     nx.write_graphml(nx.path_graph(["p1", "p2", "p3"]), path)
    ...     rn.read_graphml(path).network
    <PersonNetwork undirected: 3 people, 2 ties, 0 people without ties>
    """
    data, name = _of_kind(path, "graphml")
    return imported_networks(graphml.parse_graphml(data, name, strength=strength, keep=keep, directed=directed))


def read_gexf(
    path: str | Path, *, strength: str | None = "auto", keep: Iterable[str] = (), directed: bool | None = None
) -> ImportedNetworks:
    """Which network does a GEXF file of Gephi or networkx hold?

    Parameters
    ----------
    path : path
        A GEXF file. Document types and entities are refused.
    strength : str or None
        As for :func:`read_graphml`.
    keep : sequence of str
        Attributes of people to take over though they are called as names or labels are; Gephi's ``label`` is one.
    directed : bool, optional
        Default: as the graph and each edge say; mutual edges hold both ways.

    Returns
    -------
    ImportedNetworks
        Ids are the attribute ``person_id``, else the ids of the nodes. Times at which nodes and ties were there are counted in
        the report and not taken over.

    Raises
    ------
    SchemaError
        As for :func:`read_graphml`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import networkx as nx
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "path.gexf"
    ...     nx.write_gexf(nx.path_graph(["p1", "p2", "p3"]), path)
    ...     rn.read_gexf(path).network.n_ties
    2
    """
    data, name = _of_kind(path, "gexf")
    return imported_networks(gexf.parse_gexf(data, name, strength=strength, keep=keep, directed=directed))
