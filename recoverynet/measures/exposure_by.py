"""Exposure taken apart: by relation to a contact, and by the norm of the groups a person goes to."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.waves import wave_windows
from recoverynet.kernels.proportions import share
from recoverynet.measures.exposure import exposure
from recoverynet.measures.tie_kinds import Kinds, kinds_of
from recoverynet.states import RECOVERY_NORM, STATE_VARIABLE, Norm

GROUP_NORMS = ("recovery", "mixed", "using", "unknown")


def exposure_by_relation(
    nominations: pd.DataFrame,
    observations: pd.DataFrame,
    *,
    breaks: object,
    relations: Kinds | None = None,
    norm: Norm = RECOVERY_NORM,
    people: pd.DataFrame | Iterable[str] | None = None,
    tz: str = "Europe/London",
    **options: Any,
) -> pd.DataFrame:
    """Relation by relation, what share of the people somebody names hold the norm?

    Parameters
    ----------
    nominations, observations : pandas.DataFrame
        As for :meth:`NetworkPanel.from_nominations`; nominations with a column ``relation``.
    breaks : sequence of W + 1 instants, or "wave"
        As for :meth:`NetworkPanel.from_nominations`.
    relations : sequence of str, or mapping of kind to relations, optional
        Which relations; or kinds of tie and the relations each is made of, such as
        ``{"lending": {"loan"}, "advice": {"advice", "sponsor"}}``. Default: every relation named, in order of the alphabet.
    norm : Norm
        Which states hold the norm; default the recovery norm.
    people : pandas.DataFrame or sequence of str, optional
        Default: everybody who names or is observed.
    tz : str
        Time zone of naive breaks.
    **options
        As for :func:`recoverynet.exposure`.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave, relation)
        Columns as of :func:`recoverynet.exposure`. Somebody who names nobody in a relation has no contacts
        there.

    Raises
    ------
    SchemaError
        There is no column ``relation``, no relation in it or not those asked for, or as
        :func:`recoverynet.exposure` and :meth:`NetworkPanel.from_nominations` say.
    NotEstimableError
        There are too few waves for the lag.

    Warns
    -----
    RecoveryNetWarning
        As :meth:`NetworkPanel.from_nominations`: for instance people are named who are not of the panel.

    Notes
    -----
    A contact named in two relations counts in both, so counts do not add up to those of all relations
    together.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.exposure_by import exposure_by_relation
    >>> record = rn.load_sample("five_people")
    >>> known = record.nominations[record.nominations["alter_id"].isin(record.people["person_id"])]
    >>> frame = exposure_by_relation(known, record.observations, breaks=["2011-03-01", "2011-04-01"], lag=0)
    >>> frame.loc["ann"].droplevel("wave")["exposure"].to_dict()
    {'friend': 1.0, 'sponsor': 1.0}
    """
    for rows, columns in (
        (nominations, "relation beside ego_id and alter_id"),
        (observations, "person_id, observed_at, variable and value"),
    ):
        if not isinstance(rows, pd.DataFrame):
            raise SchemaError(
                f"exposure_by_relation() takes nominations, then observations, as pandas DataFrames; got a {type(rows).__name__} "
                f"where one with the columns {columns} was expected."
            )
    if "relation" not in nominations:
        raise SchemaError("Exposure by relation needs nominations with a column 'relation'.")
    wanted = kinds_of(nominations, relations, "relation", "exposure_by_relation()")
    states = observations[observations["variable"] == STATE_VARIABLE]
    known: dict[str, Any] = {"breaks": breaks, "norm": norm, "tz": tz}
    everybody = NetworkPanel.from_nominations(nominations, states, people=people, **known).people
    parts = {}
    for kind, relation in wanted.items():
        rows = nominations[nominations["relation"].isin(list(relation))]
        with warnings.catch_warnings():  # what they say was said above
            warnings.simplefilter("ignore", RecoveryNetWarning)
            panel = NetworkPanel.from_nominations(rows, states, people=everybody, **known)
        parts[kind] = exposure(panel, norm, **options)
    frame = pd.concat(parts, names=["relation"]).reorder_levels(["person_id", "wave", "relation"])
    order = {person: place for place, person in enumerate(everybody.index)}
    return frame.sort_index(key=lambda level: level.map(order) if level.name == "person_id" else level)


def exposure_by_group_norm(graph: ContactGraph, *, breaks: Iterable[object]) -> pd.DataFrame:
    """Of the group meetings somebody went to in each period, what share carried a recovery norm?

    Parameters
    ----------
    graph : ContactGraph
        Contacts of n people; groups with their norm in its record.
    breaks : sequence of W + 1 instants
        Wave w holds the occasions that start in [break w, break w + 1).

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave)
        Every person at every wave. ``n_contacts`` (occasions of any kind), ``n_at_groups`` (those of a
        group), and of these ``n_recovery``, ``n_mixed``, ``n_using``, ``n_unknown`` by the norm of the group;
        ``n_observed`` (at groups of known norm: the denominator), ``share_recovery``, ``share_using`` (NaN
        where ``n_observed`` is 0).

    Raises
    ------
    SchemaError
        There are fewer than two breaks.
    TimeOrderError
        A break does not stand after the one before it.

    Notes
    -----
    Meetings are places, not rosters: the norm is the group's, and says nothing about the state of anybody who
    went.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.exposure_by import exposure_by_group_norm
    >>> graph = rn.ContactGraph(rn.load_sample("five_people"))
    >>> frame = exposure_by_group_norm(graph, breaks=["2011-03-01", "2011-05-01"])
    >>> frame.loc[("ben", 1), ["n_contacts", "n_recovery", "n_using", "share_recovery"]].round(3).tolist()
    [4.0, 2.0, 1.0, 0.667]
    """
    if not isinstance(graph, ContactGraph):
        raise SchemaError(
            f"exposure_by_group_norm() takes a ContactGraph, such as ContactGraph(record); got a {type(graph).__name__}."
        )
    waves = wave_windows(breaks, graph.record.tz)
    taken = graph.participation()[["person_id", "occasion_id", "started_at", "group_id"]]
    taken = taken.drop_duplicates(["person_id", "occasion_id"])
    norms = graph.record.groups.set_index("group_id")["norm"].astype("object")
    norm = taken["group_id"].map(norms).astype("object")
    kind = np.where(taken["group_id"].isna(), "none", np.where(norm.isin(GROUP_NORMS), norm, "unknown"))
    wave = waves["start"].searchsorted(taken["started_at"], side="right")
    inside = (wave > 0) & (taken["started_at"] < waves["end"].iloc[-1]).to_numpy()
    index = pd.MultiIndex.from_product([graph.people, waves.index], names=["person_id", "wave"])
    counts = (
        pd.DataFrame({"person_id": taken["person_id"], "wave": wave, "kind": kind})[inside]
        .value_counts(["person_id", "wave", "kind"]).unstack(fill_value=0)
        .reindex(index, fill_value=0).reindex(columns=[*GROUP_NORMS, "none"], fill_value=0)
    )  # fmt: skip
    at_groups = counts[list(GROUP_NORMS)].sum(axis=1)
    seen = at_groups - counts["unknown"]
    columns = {"n_contacts": at_groups + counts["none"], "n_at_groups": at_groups}
    columns |= {f"n_{name}": counts[name] for name in GROUP_NORMS}
    columns |= {"n_observed": seen, "share_recovery": share(counts["recovery"], seen)}
    return pd.DataFrame(columns | {"share_using": share(counts["using"], seen)}, index=index)
