"""Networks written for other programs: UCINET, Pajek, VNA, GraphML, GEXF. What is written is read back as the same."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from recoverynet.arguments import as_path
from recoverynet.atomic import write_text
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.formats.gexf import gexf_text
from recoverynet.formats.graphml import graphml_text
from recoverynet.formats.pajek.net import pajek_files
from recoverynet.formats.raw_networks import NETWORK, RawNetwork
from recoverynet.formats.ucinet.dl import ucinet_text
from recoverynet.formats.vna import vna_text
from recoverynet.graphs.files.networks import ImportedNetworks
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork

Networks: TypeAlias = PersonNetwork | NetworkPanel | ImportedNetworks | Mapping[str, PersonNetwork]


def write_ucinet(networks: Networks, path: str | Path) -> None:
    """Keep networks as a UCINET DL file, for UCINET and whatever reads its files.

    Parameters
    ----------
    networks : PersonNetwork, NetworkPanel, ImportedNetworks or mapping of str to PersonNetwork
        Several make several matrices, all of the same people and all with a direction or all without.
    path : path
        Where to write; a file that is there is overwritten. It holds every person: mind who may see it.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        The networks are not of the same people or differ in direction, or an id holds a line break.
    NotWrittenError
        The disk is full, or the folder is not there or may not be written to.

    Warns
    -----
    RecoveryNetWarning
        The people have attributes, which DL has no place for; or ties of a panel that nobody knows of are written as no tie.

    Notes
    -----
    Undirected networks are written as lower half matrices, so that reading them back gives undirected networks. UCINET makes
    labels capitals and cuts them after 18 letters.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> network = rn.PersonNetwork(np.array([[0, 2.0], [2.0, 0]]), ["p1", "p2"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rn.write_ucinet(network, Path(folder) / "two.dl")
    ...     rn.read_ucinet(Path(folder) / "two.dl").network
    <PersonNetwork undirected: 2 people, 1 tie, 0 people without ties>
    """
    parts = _of_the_same_people(networks)
    lost = ", ".join(map(str, parts[0].people.columns))
    if lost:
        warnings.warn(f"A DL file has no place for attributes of people; not written: {lost}.", RecoveryNetWarning, stacklevel=2)
    write_text(path, ucinet_text(parts))


def write_pajek(networks: Networks, path: str | Path) -> list[Path]:
    """Keep networks as a Pajek file, with a partition or vector beside it for every attribute.

    Parameters
    ----------
    networks : PersonNetwork, NetworkPanel, ImportedNetworks or mapping of str to PersonNetwork
        Several make several relations of the same people.
    path : path
        Where to write, ending in .net. Attributes go beside it: whole numbers, words and truths to ``…_name.clu``, with
        comments that say which number stands for which word, fractions to ``…_name.vec``. Files that are there are overwritten.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    SchemaError
        The path does not end in .net, the networks are not of the same people, or a text holds a line break.

    Warns
    -----
    RecoveryNetWarning
        As for :func:`write_ucinet`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import pandas as pd
    >>> import recoverynet as rn
    >>> people = pd.DataFrame({"sex": ["f", "m"]}, index=["p1", "p2"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.net"
    ...     written = rn.write_pajek(rn.PersonNetwork(np.array([[0, 1], [0, 0]]), people, directed=True), path)
    ...     [one.name for one in written], rn.read_pajek(path).network.people["sex"].tolist()
    (['two.net', 'two_sex.clu'], ['f', 'm'])
    """
    path = as_path(path, "write_pajek()")
    if path.suffix.lower() != ".net":
        raise SchemaError(f"A Pajek network is written to a file that ends in .net; got {path.name!r}.")
    written = []
    for name, text in pajek_files(_of_the_same_people(networks), path.stem).items():
        place = path if name == f"{path.stem}.net" else path.with_name(name)
        write_text(place, text)
        written.append(place)
    return written


def write_vna(networks: Networks, path: str | Path) -> None:
    """Keep networks and attributes as a VNA file, for NetDraw and Gephi.

    Parameters
    ----------
    networks : PersonNetwork, NetworkPanel, ImportedNetworks or mapping of str to PersonNetwork
        Several make several columns of the ties, all with a direction or all without.
    path : path
        Where to write; a file that is there is overwritten.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        The networks are not of the same people or differ in direction, or a text holds a line break.

    Warns
    -----
    RecoveryNetWarning
        As for :func:`write_ucinet`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import pandas as pd
    >>> import recoverynet as rn
    >>> people = pd.DataFrame({"sex": ["f", None]}, index=["p1", "p2"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.vna"
    ...     rn.write_vna(rn.PersonNetwork(np.array([[0, 1], [1, 0]]), people), path)
    ...     rn.read_vna(path).network.people["sex"].isna().tolist()
    [False, True]
    """
    write_text(path, vna_text(_of_the_same_people(networks)))


def write_graphml(networks: Networks, path: str | Path) -> None:
    """Keep networks and attributes as a GraphML file, a graph each.

    Parameters
    ----------
    networks : PersonNetwork, NetworkPanel, ImportedNetworks or mapping of str to PersonNetwork
        Several make several graphs; networkx, igraph and Gephi read the first of them only.
    path : path
        Where to write; a file that is there is overwritten.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        A text holds a sign that XML cannot, or there is no network.

    Warns
    -----
    RecoveryNetWarning
        Ties of a panel that nobody knows of are written as no tie.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> network = rn.PersonNetwork(np.array([[0, 2.0], [2.0, 0]]), ["p1", "p2"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rn.write_graphml({"calls": network, "visits": network}, Path(folder) / "both.graphml")
    ...     list(rn.read_graphml(Path(folder) / "both.graphml").networks)
    ['calls', 'visits']
    """
    write_text(path, graphml_text(_parts(networks)))


def write_gexf(network: PersonNetwork, path: str | Path) -> None:
    """Keep a network and its attributes as a GEXF file, for Gephi.

    Parameters
    ----------
    network : PersonNetwork
        One: a GEXF file holds one graph.
    path : path
        Where to write; a file that is there is overwritten.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        There are several networks, or a text holds a sign that XML cannot.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> network = rn.PersonNetwork(np.array([[0, 2.0], [2.0, 0]]), ["p1", "p2"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rn.write_gexf(network, Path(folder) / "two.gexf")
    ...     rn.read_gexf(Path(folder) / "two.gexf").network.ties()["strength"].tolist()
    [2.0]
    """
    parts = _parts(network)
    if len(parts) != 1:
        raise SchemaError(f"A GEXF file holds one network; {len(parts)} were given. Write each to its own file, or all to GraphML.")
    write_text(path, gexf_text(parts[0]))


def _parts(networks: Networks) -> list[RawNetwork]:
    """Networks by name, as the formats take them."""
    if isinstance(networks, PersonNetwork):
        return [_part(str(networks.settings.get("network", NETWORK)), networks)]
    if isinstance(networks, NetworkPanel):
        unknown = sum(one.nnz for one in networks.missing or ())
        if unknown:
            told = f"Ties nobody knows of, written as no tie: {unknown:,}."
            warnings.warn(told, RecoveryNetWarning, stacklevel=4)
        return [_part(f"wave {wave}", networks.at(wave)) for wave in networks.waves.index]
    named = networks.networks if isinstance(networks, ImportedNetworks) else networks
    if not isinstance(named, Mapping) or not named or not all(isinstance(one, PersonNetwork) for one in named.values()):
        raise SchemaError("Give a PersonNetwork, a NetworkPanel, or networks by name, such as {'calls': network}; there is none.")
    return [_part(str(name), network) for name, network in named.items()]


def _part(name: str, network: PersonNetwork) -> RawNetwork:
    return RawNetwork(name, network.weights, network.people, network.directed)


def _of_the_same_people(networks: Networks) -> list[RawNetwork]:
    parts = _parts(networks)
    if any(not part.people.index.equals(parts[0].people.index) for part in parts):
        raise SchemaError(
            "The networks of such a file are all of the same people in the same order; write others to files of their own."
        )
    return parts
