"""Agencies as nodes: who sends clients on to whom, and whether sectors keep to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.ids import id_index
from recoverynet.kernels.composition import external_internal
from recoverynet.kernels.mixing import expected_within, within_beyond_chance
from recoverynet.measures.days import local_days, resolved_window
from recoverynet.shown import card
from recoverynet.tables.record import RecoveryRecord, Window, require_record

TREATMENT = "treatment"
EVERY_SECTOR = "all"
OFFERS = ("offered", "discussed", "introduced")
"""Steps by which a client is referred to a group."""
ARRIVALS = ("attended", "repeated", "involved")
"""Steps by which a referral is taken up."""
_TIE = ["from_agency", "to_agency"]


@dataclass(frozen=True, repr=False)
class AgencyNetwork:
    """Which services refer clients to which, and which stand alone?

    Made by :func:`recoverynet.agency_network`.

    Attributes
    ----------
    agencies : pandas.DataFrame indexed by agency_id
        Every provider of the episodes and every group of the record, those without a referral included: ``sector``, ``name``
        (of a group; missing for a provider), ``n_sent`` and ``n_received`` (clients, added up over agencies), ``n_sends_to`` and
        ``n_receives_from`` (agencies). No ties: zeros.
    referrals : pandas.DataFrame
        One row an ordered pair of agencies with at least one referral: ``from_agency``, ``to_agency``, ``from_sector``,
        ``to_sector``, ``n_clients`` (different clients: the weight of the tie), ``n_offers`` (clients referred to the group),
        ``n_taken_up`` (of those, who came), ``n_transfers`` (clients whose next treatment is with the other).
    n_without_sender : int
        Referrals of a client to a group while the client was in no treatment, or with no provider on record: no tie.
    window : (start, end) or None
        Half-open period the referrals fall in.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.agency_network(rn.load_sample("five_people")).weights.toarray().tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """

    agencies: pd.DataFrame
    referrals: pd.DataFrame
    n_without_sender: int
    window: Window | None

    @property
    def weights(self) -> sparse.csr_array:
        """Clients referred from each agency (row) to each other (column), in the order of ``agencies``."""
        place = self.agencies.index
        rows, columns = (place.get_indexer(pd.Index(self.referrals[name])) for name in _TIE)
        clients = self.referrals["n_clients"].to_numpy(dtype=np.float64)
        return sparse.csr_array((clients, (rows, columns)), shape=(len(place), len(place)))

    def network(self) -> PersonNetwork:
        """The same as a directed network, for measures of position and for files; its "people" are agencies."""
        return PersonNetwork(self.weights, self.agencies.rename_axis("person_id"), directed=True)

    def to_frame(self) -> pd.DataFrame:
        """The referrals."""
        return self.referrals

    def __repr__(self) -> str:
        alone = int((self.agencies[["n_sends_to", "n_receives_from"]].sum(axis=1) == 0).sum())
        return f"<AgencyNetwork: {len(self.agencies):,} agencies, {len(self.referrals):,} ties, {alone:,} agencies without one>"

    def _repr_html_(self) -> str:
        facts = [
            ("agencies", len(self.agencies)),
            ("ties", len(self.referrals)),
            ("referrals without a sender", self.n_without_sender),
        ]
        return card("Referrals between agencies", facts, self.agencies)


def agency_network(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    sectors: Mapping[str, str] | None = None,
    continues_within: int = 21,
) -> AgencyNetwork:
    """Which services refer clients to which, how many are taken up, and which services stand alone?

    Parameters
    ----------
    record : RecoveryRecord
        Its episodes with their ``provider``, its groups, and the steps of its ``linkage`` table.
    window : (start, end), optional
        Half-open period in which a referral falls. Default: the window of the record.
    sectors : mapping of agency to sector, optional
        Sector of each provider (by its name) or group (by its id), such as ``{"Northgate": "NHS"}``. Default, also for those it
        does not name: ``"treatment"`` for a provider, its kind for a group.
    continues_within : int
        Days from the end of a treatment within which the next with another provider is a transfer, 0 or more. Default 21: three
        weeks, as in the measures around treatment.

    Returns
    -------
    AgencyNetwork
        Agencies, directed ties between them weighted by clients, and what has no sender.

    Raises
    ------
    SchemaError
        ``sectors`` names an agency that is not in the record or an empty sector, or ``continues_within`` is no whole number from 0.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    - A referral to a group: the first ``offered``, ``discussed`` or ``introduced`` of a client towards a group in the period.
      It comes from the provider of the treatment the client was in on that day (the one begun last, where there are several).
      It is taken up where the client ``attended`` at that time or any later one on record (``repeated`` and ``involved`` count).
    - A transfer: a client's treatment with one provider that begins in the period and not before an earlier one with another, and
      at most ``continues_within`` days after its end. The one begun last before it is the sender. A transfer nobody came from is
      not seen, so transfers have no share taken up.
    - A client counts once a pair of agencies. Referrals of an agency to itself are no tie. A provider whose name is the id of a
      group is that group.

    What is not written down is missing: a tie says that referrals are on record, none that there is no working together. Agencies
    are compared here by whom they work with, and not by how well.

    References
    ----------
    Krackhardt, D. & Stern, R. N. (1988). Informal networks and organizational crises: an experimental simulation. Social
    Psychology Quarterly 51, 123-140. https://doi.org/10.2307/2786835

    Examples
    --------
    >>> import recoverynet as rn
    >>> made = rn.agency_network(rn.load_sample("five_people"))
    >>> made
    <AgencyNetwork: 4 agencies, 2 ties, 1 agencies without one>
    >>> made.referrals[["from_agency", "to_agency", "n_clients", "n_taken_up"]].values.tolist()
    [['Northgate', 'g1', 1, 1], ['Southbank', 'g1', 1, 0]]
    """
    require_record(record, "agency_network()")
    continues_within = whole_number(continues_within, "continues_within", 0, of="days")
    period = resolved_window(record, window)
    agencies = _agencies(record, sectors)
    offers, n_without = _offers(record, period)
    moves = _transfers(record, period, continues_within)
    rows = pd.concat([offers.assign(transfer=False), moves.assign(transfer=True, came=False)], ignore_index=True)
    rows = rows[rows["from_agency"] != rows["to_agency"]]
    ties = _ties(rows)
    for side in ("from", "to"):
        ties.insert(2 + (side == "to"), f"{side}_sector", ties[f"{side}_agency"].map(agencies["sector"]).astype("str"))
    return AgencyNetwork(_with_totals(agencies, ties), ties, n_without, period)


def sector_homophily(network: AgencyNetwork, *, weighted: bool = True) -> pd.DataFrame:
    """Do agencies refer within their own sector or to others, and more so than chance would have it?

    Parameters
    ----------
    network : AgencyNetwork
    weighted : bool
        Count every client referred (default); otherwise every tie between two agencies counts as one.

    Returns
    -------
    pandas.DataFrame indexed by sector
        Every sector, those without a referral included, then ``"all"``. Columns:

        - ``n_agencies``; ``n_sent``: referrals its agencies sent, the denominator; ``n_within``, ``n_outside``: of those.
        - ``ei``: (outside − within) / (outside + within): −1 where all stay within, 1 where none does.
        - ``expected_within``: n_within if to whom agencies refer did not depend on the sector they are of.
        - ``beyond_chance``: (n_within − expected) / (n_sent − expected): 0 as by chance, 1 where all stay within; for ``"all"``
          it is the assortativity coefficient.

        NaN where a sector sent nothing, or where there is nothing outside it to refer to.

    Raises
    ------
    SchemaError
        It is no AgencyNetwork.

    Notes
    -----
    The expectation holds what each sector sends and what each receives; with few agencies it is rough, and no test. A sector of
    groups that write down no referrals sends none: that is how the record was kept, and not how they work.

    References
    ----------
    Krackhardt, D. & Stern, R. N. (1988). Informal networks and organizational crises: an experimental simulation. Social
    Psychology Quarterly 51, 123-140. https://doi.org/10.2307/2786835

    Newman, M. E. J. (2003). Mixing patterns in networks. Physical Review E 67, 026126. https://doi.org/10.1103/PhysRevE.67.026126

    Examples
    --------
    >>> import recoverynet as rn
    >>> found = rn.sector_homophily(rn.agency_network(rn.load_sample("five_people")))
    >>> found.loc[["treatment", "all"], ["n_agencies", "n_sent", "n_within", "ei"]].values.tolist()
    [[2.0, 2.0, 0.0, 1.0], [4.0, 2.0, 0.0, 1.0]]
    """
    if not isinstance(network, AgencyNetwork):
        raise SchemaError(
            f"sector_homophily() takes an AgencyNetwork, as agency_network(record) gives; got a {type(network).__name__}."
        )
    names = sorted(network.agencies["sector"].unique())
    size = network.referrals["n_clients"].to_numpy() if weighted else np.ones(len(network.referrals), dtype=np.int64)
    place = [pd.Index(names).get_indexer(pd.Index(network.referrals[f"{side}_sector"])) for side in ("from", "to")]
    table = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(table, tuple(place), size)
    sent, within, expected = table.sum(axis=1), np.diag(table), expected_within(table)
    columns = {
        "n_agencies": network.agencies["sector"].value_counts().reindex(names).to_numpy(),
        "n_sent": sent,
        "n_within": within,
        "n_outside": sent - within,
        "expected_within": np.where(sent > 0, expected, np.nan),
    }
    frame = pd.DataFrame(columns, index=pd.Index(names, name="sector", dtype="str"))
    whole: Any = frame.sum().to_frame(EVERY_SECTOR).T.rename_axis("sector")
    whole["expected_within"] = expected.sum() if sent.sum() else np.nan
    frame = pd.concat([frame, whole]).astype(dict.fromkeys(("n_agencies", "n_sent", "n_within", "n_outside"), "int64"))
    frame.insert(4, "ei", external_internal(frame["n_outside"].to_numpy(), frame["n_within"].to_numpy()))
    chance = within_beyond_chance(*(frame[name].to_numpy(dtype=float) for name in ("n_within", "expected_within", "n_sent")))
    answer: pd.DataFrame = frame.assign(beyond_chance=chance)
    return answer


def _agencies(record: RecoveryRecord, sectors: Mapping[str, str] | None) -> pd.DataFrame:
    """Every provider and group with its sector and name."""
    providers = sorted(record.episodes["provider"].dropna().unique())
    groups = record.groups.set_index("group_id")[["kind", "name"]].rename(columns={"kind": "sector"})
    alone = pd.DataFrame({"sector": TREATMENT}, index=pd.Index([one for one in providers if one not in groups.index], dtype="str"))
    agencies = pd.concat([alone, groups]).reindex(columns=["sector", "name"]).astype("str").rename_axis("agency_id")
    if sectors is None:
        return agencies
    if not isinstance(sectors, Mapping):
        raise SchemaError(
            f"sectors is a mapping of agency to sector, such as {{'Northgate': 'NHS'}}; got a {type(sectors).__name__}."
        )
    given = dict(zip(id_index(list(sectors), "The agencies of sectors"), sectors.values(), strict=True))
    strange = [name for name in given if name not in agencies.index]
    if strange:
        raise SchemaError(
            f"sectors names {len(strange)} agencies that are no provider or group of the record, the first being {strange[0]!r}; "
            f"it has {', '.join(agencies.index[:5])}."
        )
    if any(not isinstance(word, str) or not word.strip() or word == EVERY_SECTOR for word in given.values()):
        raise SchemaError(f"A sector is a word other than {EVERY_SECTOR!r}; got {list(given.values())}.")
    return agencies.assign(sector=pd.Series(given, dtype="str").reindex(agencies.index).fillna(agencies["sector"]))


def _offers(record: RecoveryRecord, period: Window | None) -> tuple[pd.DataFrame, int]:
    """First referral of every client to every group in the period, from whom and whether they came; and how many from nobody."""
    steps = record.linkage
    sent = steps[steps["stage"].isin(OFFERS)]
    sent = sent.loc[_inside(sent["at"], period)].sort_values("at").drop_duplicates(["client_id", "group_id"]).reset_index(drop=True)
    came = steps.loc[steps["stage"].isin(ARRIVALS)].groupby(["client_id", "group_id"])["at"].max().rename("last").reset_index()
    sent = sent.merge(came, how="left", on=["client_id", "group_id"]).assign(row=np.arange(len(sent)), day=local_days(sent["at"]))
    held = _treatments(record)
    both = sent[["row", "client_id", "day"]].merge(held, left_on="client_id", right_on="person_id")
    open_then = both[(both["first"] <= both["day"]) & ~(both["last"] < both["day"])]
    sender = open_then.sort_values(["first", "provider"]).drop_duplicates("row", keep="last").set_index("row")["provider"]
    sent = sent.assign(from_agency=sent["row"].map(sender).astype("str"), came=sent["last"] >= sent["at"])
    known = sent["from_agency"].notna()
    named = sent[known].rename(columns={"client_id": "person_id", "group_id": "to_agency"})
    return named[["person_id", *_TIE, "came"]], int((~known).sum())


def _transfers(record: RecoveryRecord, period: Window | None, continues_within: int) -> pd.DataFrame:
    """A client's treatments that follow one with another provider."""
    held = _treatments(record)
    held = held.assign(row=np.arange(len(held)))
    began = held[_inside(held["started_on"], period)]
    both = began.merge(held, on="person_id", suffixes=("", "_before"))
    follows = (both["first_before"] < both["first"]) & ~(both["last_before"] < both["first"] - continues_within)
    both = both[follows].sort_values(["first_before", "provider_before"]).drop_duplicates("row", keep="last")
    return both.rename(columns={"provider_before": "from_agency", "provider": "to_agency"})[["person_id", *_TIE]]


def _treatments(record: RecoveryRecord) -> pd.DataFrame:
    """Episodes with a provider, and their first and last local day (NaN while they go on)."""
    episodes = record.episodes[["person_id", "provider", "started_on", "ended_on"]].dropna(subset=["provider"])
    return episodes.assign(first=local_days(episodes["started_on"]), last=local_days(episodes["ended_on"]))


def _inside(instants: pd.Series, period: Window | None) -> pd.Series:
    if period is None:
        return instants.notna()
    return (instants >= period[0]) & (instants < period[1])


def _ties(rows: pd.DataFrame) -> pd.DataFrame:
    """Referrals as one row a pair of agencies, by sender and receiver."""
    moved = rows["transfer"].astype(bool)
    parts = {"n_clients": rows, "n_offers": rows[~moved], "n_taken_up": rows[rows["came"].astype(bool)], "n_transfers": rows[moved]}
    counts = {name: part.groupby(_TIE)["person_id"].nunique() for name, part in parts.items()}
    index = counts["n_clients"].index
    return pd.DataFrame({name: each.reindex(index, fill_value=0) for name, each in counts.items()}, index=index).reset_index()


def _with_totals(agencies: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """The agencies with what each sent and received."""
    sums = {
        "n_sent": ties.groupby("from_agency")["n_clients"].sum(),
        "n_received": ties.groupby("to_agency")["n_clients"].sum(),
        "n_sends_to": ties.groupby("from_agency").size(),
        "n_receives_from": ties.groupby("to_agency").size(),
    }
    return agencies.assign(**{name: each.reindex(agencies.index, fill_value=0).astype("int64") for name, each in sums.items()})
