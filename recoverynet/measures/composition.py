"""Composition: who a person's ties are to, by state and role."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.alignment import by_wave
from recoverynet.graphs.egos import EgoNetworks
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.ids import by_person, require_shared
from recoverynet.kernels.composition import entropy, external_internal, index_of_qualitative_variation, tally
from recoverynet.kernels.proportions import share
from recoverynet.measures.layers import layer_frame, layers_of, towards
from recoverynet.states import RECOVERY_NORM, UNKNOWN, Norm

UNKNOWN_CODE = 0


@dataclass(frozen=True)
class AlterTies:
    """Every tie as seen from its ego.

    Attributes
    ----------
    ego : int array, one a tie
    state : int array, one a tie
        0 for unknown, else 1 + position among the known states of the scheme.
    services : float array, one a tie
        1 where the alter's role is a service role, 0 where it is not, NaN where no role is recorded.
    strength : float array, one a tie
    own : float array, one an ego
        Whether the ego holds the norm: 1, 0 or NaN.
    """

    ego: np.ndarray
    state: np.ndarray
    services: np.ndarray
    strength: np.ndarray
    own: np.ndarray


def composition(
    network: PersonNetwork | NetworkPanel | EgoNetworks,
    *,
    states: pd.Series | pd.DataFrame | None = None,
    norm: Norm | None = None,
    weighted: bool = False,
    direction: str = "out",
    service_roles: Collection[str] = ("worker",),
    perceived: bool = True,
) -> pd.DataFrame:
    """What share of each person's ties is to people who hold the norm, who are using, and to services?

    Parameters
    ----------
    network : PersonNetwork, NetworkPanel or EgoNetworks
        n people, or n egos with the alters one step away, with a column ``role`` where it is known.
    states : pandas.Series or pandas.DataFrame, optional
        State of each person as words, indexed by person id (text or numbers), as ``state_at`` gives it; for a panel a frame
        with one column a wave. People who are not in it are unknown. Needed for a network; default for a
        panel: its own states. For personal networks whose alters have a ``perceived_state`` it gives the
        egos' own states only.
    norm : Norm, optional
        Which states hold the norm. Default: that of the panel, else the recovery norm (abstinent, in
        recovery, or stable on substitution).
    weighted : bool
        Weigh ties by their strength in every share and index. Default: all ties count alike. Counts stay
        counts.
    direction : {"out", "in", "either"}
        Whose states count where ties have a direction: people named (default), people naming, or both.
    service_roles : collection of str
        Roles of people who are there for their work. Default ``worker``.
    perceived : bool
        For personal networks: whether alters are in the state the ego perceives (column ``perceived_state``),
        which is the default and the only one known of third parties, or in that of ``states``.

    Returns
    -------
    pandas.DataFrame indexed by person_id, or by (person_id, wave) for a panel
        Every person, those without ties and those not present included. Columns:

        - ``present``: whether the person was there (always for a network).
        - ``n_alters``: people tied to; ``n_known``: those whose state is known; ``n_unknown``: the others.
        - ``share_norm``, ``share_using``: of those known, how many hold the norm, and how many are using.
        - ``share_unknown``: of all alters, how many are of unknown state.
        - ``ei_norm``: (E − I) / (E + I) over known alters, I holding the norm as ego does or not holding it
          as ego does not: −1 all like ego, 1 none. NaN where ego's own state is unknown.
        - ``iqv``, ``entropy``: how varied the states of known alters are; see Notes.
        - ``n_role_known``: alters with a role on record (people only named have none); ``share_services``:
          how many of those are services.
        - ``n_recovery_ties``: alters known to hold the norm; ``share_recovery_ties``: of all alters, the
          unknown ones included, so a lower bound.
        - ``strength``, ``strength_known``: summed strength of all ties and of those to known alters, which
          are the denominators where ``weighted``.

        A share or index without a denominator is NaN, never 0.

    Raises
    ------
    SchemaError
        States are missing or hold a word the scheme does not know, an unknown direction or role, or something
        else than a network.
    UnknownPersonError
        ``states`` name nobody of the network.

    Notes
    -----
    With p the shares of the k states of the scheme (``unknown`` apart; k = 5 by default, whether or not they
    occur) among known alters: IQV = (1 − Σp²) / (1 − 1/k), entropy = −Σ p ln p in nats. Somebody stable on
    substitution counts as holding the recovery norm, and is not using.

    These describe whom somebody is tied to in the record, and say nothing about why. A high share of ties to
    services is not a fault; a dense or large network is not a merit.

    References
    ----------
    Krackhardt, D. & Stern, R. N. (1988). Informal networks and organizational crises: an experimental
    simulation. Social Psychology Quarterly 51, 123-140. https://doi.org/10.2307/2786835

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> network = rn.project(rn.ContactGraph(record))
    >>> frame = rn.composition(network, states=rn.state_at(record.observations, "2011-04-13"))
    >>> frame.loc["ann", ["n_alters", "n_known", "share_norm", "share_services"]].round(2).tolist()
    [3.0, 2.0, 0.5, 0.33]
    """
    norm = _norm_of(network, norm)
    if isinstance(network, EgoNetworks):
        ties = _named_ties(network, states, norm, service_roles, perceived)
        columns = composition_columns(ties, norm, weighted=weighted)
        return pd.DataFrame({"present": True, **columns}, index=network.egos.index)
    codes = _state_codes(network, states, norm)
    roles = _service_flags(network.people, service_roles)
    measured = []
    for layer, code in zip(layers_of(network), codes.T, strict=True):
        matrix = towards(layer, direction).tocoo()
        ties = AlterTies(matrix.row, code[matrix.col], roles[matrix.col], matrix.data, _own(code, norm))
        measured.append({"present": layer.present, **composition_columns(ties, norm, weighted=weighted)})
    return layer_frame(network, measured)


def composition_columns(ties: AlterTies, norm: Norm, *, weighted: bool) -> dict[str, np.ndarray]:
    """Every column of :func:`composition` but ``present``, one value an ego."""
    words = known_states(norm)
    n_egos = len(ties.own)
    counts = tally(ties.ego, ties.state, np.ones(len(ties.ego)), n_egos, len(words) + 1)
    sums = tally(ties.ego, ties.state, ties.strength, n_egos, len(words) + 1)
    table = sums if weighted else counts
    known, total = table[:, 1:], table.sum(axis=1)
    holds = np.array([word in norm.holds for word in words])
    using = np.array([word in norm.scheme.using for word in words])
    n_known, held = known.sum(axis=1), known[:, holds].sum(axis=1)
    other = np.where(ties.own == 1, n_known - held, held)
    size = ties.strength if weighted else np.ones(len(ties.ego))
    role_known = ~np.isnan(ties.services)
    in_services = ties.ego[role_known], np.nan_to_num(ties.services)[role_known]
    services = np.bincount(in_services[0], weights=in_services[1] * size[role_known], minlength=n_egos)
    with_role = np.bincount(in_services[0], weights=size[role_known], minlength=n_egos)
    return {
        "n_alters": counts.sum(axis=1).astype(np.int64),
        "n_known": counts[:, 1:].sum(axis=1).astype(np.int64),
        "n_unknown": counts[:, UNKNOWN_CODE].astype(np.int64),
        "share_norm": share(held, n_known),
        "share_using": share(known[:, using].sum(axis=1), n_known),
        "share_unknown": share(table[:, UNKNOWN_CODE], total),
        "ei_norm": np.where(np.isnan(ties.own), np.nan, external_internal(other, n_known - other)),
        "iqv": index_of_qualitative_variation(known),
        "entropy": entropy(known),
        "n_role_known": np.bincount(in_services[0], minlength=n_egos),
        "share_services": share(services, with_role),
        "n_recovery_ties": counts[:, 1:][:, holds].sum(axis=1).astype(np.int64),
        "share_recovery_ties": share(held, total),
        "strength": sums.sum(axis=1),
        "strength_known": sums[:, 1:].sum(axis=1),
    }


def known_states(norm: Norm) -> list[str]:
    """The states of the norm's scheme but for unknown, in order."""
    return [state for state in norm.scheme.states if state != UNKNOWN]


def codes_of(words: np.ndarray, norm: Norm) -> np.ndarray:
    """0 for an unknown or missing state, else 1 + its position; SchemaError for any other word."""
    series = pd.Series(np.asarray(words, dtype=object).ravel(), dtype="object")
    codes = pd.Index([UNKNOWN, *known_states(norm)]).get_indexer(pd.Index(series.fillna(UNKNOWN)))
    if (codes < 0).any():
        raise SchemaError(
            f"{int((codes < 0).sum())} states are not of the scheme, the first being "
            f"{series[codes < 0].iloc[0]!r}; it has {', '.join(norm.scheme.states)}."
        )
    return codes.reshape(np.shape(words))


def _own(code: np.ndarray, norm: Norm) -> np.ndarray:
    """1, 0 or NaN for each state code."""
    holds = np.array([np.nan, *(float(word in norm.holds) for word in known_states(norm))])
    answer: np.ndarray = holds[code]
    return answer


def _named_ties(
    networks: EgoNetworks, states: pd.Series | pd.DataFrame | None, norm: Norm, service_roles: Collection[str], perceived: bool
) -> AlterTies:
    """Every tie of personal networks, the alters as perceived or as known."""
    alters = networks.alters[networks.alters["distance"] == 1]
    by_perception = perceived and "perceived_state" in alters.columns
    if states is None and not by_perception:
        raise SchemaError("Composition needs states: pass states=state_at(record.observations, when).")
    known = pd.Series(dtype="object", index=pd.Index([], dtype="str")) if states is None else _one_column(states)
    everybody = networks.egos.index.append(pd.Index(alters["alter_id"]))
    require_shared(known.index, everybody, "the states", "the egos and alters of the personal networks")
    seen = alters["perceived_state"] if by_perception else known.reindex(alters["alter_id"])
    return AlterTies(
        networks.egos.index.get_indexer(pd.Index(alters["ego_id"])),
        codes_of(seen.to_numpy(dtype=object), norm),
        _service_flags(alters, service_roles),
        alters["weight"].fillna(1.0).to_numpy(dtype=np.float64),
        _own(codes_of(known.reindex(networks.egos.index).to_numpy(dtype=object), norm), norm),
    )


def _norm_of(network: object, norm: Norm | None) -> Norm:
    if norm is not None:
        return norm
    return (network.norm if isinstance(network, NetworkPanel) else None) or RECOVERY_NORM


def _state_codes(network: PersonNetwork | NetworkPanel, states: pd.Series | pd.DataFrame | None, norm: Norm) -> np.ndarray:
    """State codes of every person (rows) at every layer (columns)."""
    n_layers = len(layers_of(network))
    if states is None:
        states = network.states if isinstance(network, NetworkPanel) else None
        if states is None:
            raise SchemaError(
                "Composition needs the states of the people: pass states=state_at(record.observations, when)"
                + (", one column a wave." if isinstance(network, NetworkPanel) else ".")
            )
    frame = by_wave(_one_a_person(states), n_layers, "The states")
    require_shared(frame.index, network.person_ids, "the states", "the people of the network")
    if frame.shape[1] != n_layers:
        raise SchemaError(f"The states must have one column a wave ({n_layers}); got {frame.shape[1]}.")
    return codes_of(frame.reindex(network.person_ids).to_numpy(dtype=object), norm)


def _one_a_person(states: pd.Series | pd.DataFrame) -> pd.DataFrame:
    """The states as a frame; SchemaError where they are something else or somebody occurs twice."""
    if not isinstance(states, pd.Series | pd.DataFrame):
        raise SchemaError(f"states must be a Series or DataFrame by person id; got {type(states).__name__}.")
    frame = by_person(states, "The states")
    return frame.to_frame() if isinstance(frame, pd.Series) else frame


def _one_column(states: pd.Series | pd.DataFrame) -> pd.Series:
    frame = _one_a_person(states)
    if frame.shape[1] != 1:
        raise SchemaError(
            f"Personal networks need one state a person; the states have {frame.shape[1]} columns. Choose one of them."
        )
    return frame.iloc[:, 0]


def _service_flags(people: pd.DataFrame, service_roles: Collection[str]) -> np.ndarray:
    """1 for services, 0 for others, NaN where no role is recorded."""
    if isinstance(service_roles, str):
        raise SchemaError(f"service_roles must be several words, such as ({service_roles!r},).")
    if "role" not in people.columns:
        return np.full(len(people), np.nan)
    role = people["role"]
    return np.where(role.isna(), np.nan, role.isin(list(service_roles)).astype(float))
