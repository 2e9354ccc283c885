"""The networks of a file of another program, with the account of what came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, ImportReport, ImportRow
from recoverynet.formats.raw_networks import NETWORK, RawNetworks
from recoverynet.formats.recognised import recognised
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.graphs.waves import covariates_of, undated_waves
from recoverynet.instants import as_instant
from recoverynet.tables.layouts import PEOPLE

_TAKEN_OVER = ("area", "sex", "age_band", "substance")


@dataclass(frozen=True, repr=False)
class ImportedNetworks:
    r"""Which networks did a file of another program hold?

    Made by :func:`recoverynet.read_network` and its sisters for one format each.

    Parameters
    ----------
    networks : mapping of str to PersonNetwork
        By the name of the relation, matrix or graph, in the order of the file; ``"network"`` where the file gives none.
    report : ImportReport
        What came in, what was dropped and why.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "friends.net"
    ...     _ = path.write_text('*Vertices 2\n1 "p1"\n2 "p2"\n*Arcs\n1 2 3\n1 1 1\n')
    ...     came = rn.read_network(path)
    >>> came.network
    <PersonNetwork directed: 2 people, 1 arc, 0 people without ties>
    >>> came.report.n_dropped
    1
    """

    networks: Mapping[str, PersonNetwork]
    report: ImportReport

    def __post_init__(self) -> None:
        object.__setattr__(self, "networks", dict(self.networks))

    @property
    def network(self) -> PersonNetwork:
        """The one network of the file.

        Raises
        ------
        SchemaError
            There are several; the message names them.
        """
        if len(self.networks) != 1:
            names = ", ".join(map(repr, self.networks))
            raise SchemaError(f"{self.report.source!r} holds {len(self.networks)} networks: {names}. Take one: networks['…'].")
        return next(iter(self.networks.values()))

    def panel(self, names: Sequence[str] | None = None) -> NetworkPanel:
        """The networks as waves of a panel.

        Parameters
        ----------
        names : sequence of str, optional
            Networks in the order of the waves. Default: all, in the order of the file.

        Returns
        -------
        NetworkPanel
            Directed where one of them is; attributes of the people are covariates.

        Raises
        ------
        SchemaError
            A name is not there, or the networks are not of the same people.
        """
        wanted = list(self.networks) if names is None else list(names)
        absent = [name for name in wanted if name not in self.networks]
        if absent or not wanted:
            raise SchemaError(
                f"There is no network {absent[0] if absent else ''!r}; there are {', '.join(map(repr, self.networks))}."
            )
        waves = [self.networks[name] for name in wanted]
        if any(not wave.person_ids.equals(waves[0].person_ids) for wave in waves):
            raise SchemaError("The networks are not of the same people in the same order, so they are no waves of one panel.")
        return NetworkPanel(
            people=waves[0].people,
            waves=undated_waves(len(waves)),
            networks=tuple(wave.weights for wave in waves),
            directed=any(wave.directed for wave in waves),
            covariates=covariates_of(waves[0].people),
            settings={"made_from": "file", "file": self.report.source, "networks": tuple(wanted)},
        )

    def to_tables(self, *, asked_at: object, role: str = "community", tz: str = "Europe/London") -> Imported:
        """The networks as tables of a record: people, and who named whom.

        Parameters
        ----------
        asked_at : date, datetime, pandas.Timestamp or str
            When ties were asked for: such files do not say, and a record must.
        role : {"client", "peer", "worker", "family", "community"}
            Role of everybody.
        tz : str
            IANA time zone of a naive ``asked_at``.

        Returns
        -------
        Imported
            ``people``, and ``nominations`` with the name of the network as ``relation``; ties without a direction stand both
            ways. Ids that look like names, addresses or numbers of somebody are replaced by the number of the person, and the
            report says how many. Attributes called as columns of people that mean something else are carried as ``file_…``.

        Raises
        ------
        SchemaError
            ``asked_at`` is no date, or ``role`` is no role.
        """
        if role not in PEOPLE["role"].choices:
            raise SchemaError(f"role is one of {', '.join(PEOPLE['role'].choices)}; got {role!r}.")
        when = as_instant(asked_at, tz)
        frames = [network.people for network in self.networks.values()]
        people = pd.concat(frames)
        people = people[~people.index.duplicated()].reset_index()
        clash = [title for title in people.columns[1:] if title in PEOPLE.names and title not in _TAKEN_OVER]
        people = people.rename(columns={title: f"file_{title}" for title in clash}).assign(role=role)
        named = [_nominations(name, network) for name, network in self.networks.items()]
        nominations = pd.concat(named, ignore_index=True).assign(asked_at=when)
        ids, told = _without_names(people["person_id"], self.report.source)
        people = people.assign(person_id=people["person_id"].map(ids))
        nominations = nominations.assign(ego_id=nominations["ego_id"].map(ids), alter_id=nominations["alter_id"].map(ids))
        report = replace(self.report, rows=(*self.report.rows, *told))
        return Imported({"people": people, "nominations": nominations}, report, tz=tz)

    def __repr__(self) -> str:
        names = list(self.networks)
        told = ", ".join(map(repr, names[:5])) + " …" * (len(names) > 5)
        count = f"{len(names)} network{'s' * (len(names) != 1)}"
        return f"<ImportedNetworks {self.report.kind}: {count} ({told}); {self.report.n_dropped:,} dropped>"


def _without_names(ids: pd.Series, source: str) -> tuple[dict[str, str], list[ImportRow]]:
    """What each person is to be called: those whose id tells who they are, by their number."""
    sure, names = recognised(ids)
    telling = sure | names
    new = {one: f"person {number}" if one in telling else one for number, one in enumerate(ids, start=1)}
    if not telling:
        return new, []
    why = "the id looks like a name, address or number of somebody; the number of the person stands for it"
    return new, [ImportRow(source, "ids of people", len(ids), len(ids), why, len(telling))]


def _nominations(name: str, network: PersonNetwork) -> pd.DataFrame:
    entries = network.weights.tocoo()
    order = np.lexsort((entries.col, entries.row))
    ids = network.person_ids
    return pd.DataFrame(
        {
            "ego_id": ids[entries.row[order]],
            "alter_id": ids[entries.col[order]],
            "relation": pd.Series([None if name == NETWORK else name] * entries.nnz, dtype="str"),
            "weight": entries.data[order],
        }
    )


def imported_networks(raw: RawNetworks) -> ImportedNetworks:
    """Person networks of what a file held; networks of one name get a number."""
    networks: dict[str, PersonNetwork] = {}
    for part in raw.networks:
        name, number = part.name, 2
        while name in networks:
            name, number = f"{part.name} ({number})", number + 1
        settings = {"made_from": "file", "file": raw.report.source, "network": name}
        networks[name] = PersonNetwork(part.weights, part.people, directed=part.directed, settings=settings)
    return ImportedNetworks(networks, raw.report)
