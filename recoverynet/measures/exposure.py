"""Exposure: what share of a person's contacts hold a norm?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import number_within, whole_number
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs import panel as panels
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.projection import Weighting
from recoverynet.kernels.equivalence import equivalence_weights, geodesic_profiles, profile_distances
from recoverynet.kernels.exposure import binary, directed_ties, exposure_sums, two_steps
from recoverynet.kernels.proportions import share
from recoverynet.measures.behaviours import Behaviour, behaviour_values, is_binary, person_wave_index, with_last_adopters
from recoverynet.measures.exposure_on_engine import exposure_on_engine
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

Direction = Literal["out", "in", "mutual"]
COUNTS = ("n_alters", "n_observed", "n_holding", "n_lost", "n_unknown")
LARGEST_FOR_EQUIVALENCE = 5_000


@dataclass(frozen=True)
class StructuralEquivalence:
    """How are people weighted by how alike their positions in the network are?

    Parameters
    ----------
    power : float
        Cohesion v: larger gives more weight to those most alike. Default 1.
    longest : int, optional
        Steps beyond which two people count as unconnected. Default: no limit.
    unreachable : {"one_further", "zero"}
        Distance of two unconnected people: one step more than the longest there is (default), or none at all.
    inverse : bool
        Weigh by one over the likeness, so that those *least* alike count most and the least alike of all not
        at all. netdiffuseR does so; see Notes of :func:`exposure`. Default False.
    """

    power: float = 1.0
    longest: int | None = None
    unreachable: Literal["one_further", "zero"] = "one_further"
    inverse: bool = False

    def __post_init__(self) -> None:
        number_within(self.power, "power", 0, such_as=1.0)
        if self.longest is not None:
            whole_number(self.longest, "longest", 1, " steps")
        if self.unreachable not in ("one_further", "zero"):
            raise SchemaError(f"unreachable must be 'one_further' or 'zero'; got {self.unreachable!r}.")


def exposure(
    source: NetworkPanel | ContactGraph | RecordStore | RecordOnEngine,
    behaviour: Behaviour = None,
    *,
    lag: int = 1,
    direction: Direction = "out",
    normalise: bool = True,
    isolates: Literal["nan", "zero"] = "nan",
    weighted: bool = False,
    order: Literal[1, 2] = 1,
    weights: Literal["ties", "structural_equivalence"] | StructuralEquivalence = "ties",
    unknown: Literal["leave_out", "not_holding"] = "leave_out",
    last_period_adopts: bool = False,
    breaks: Iterable[object] | None = None,
    observations: pd.DataFrame | None = None,
    weighting: Weighting = "newman",
) -> pd.DataFrame:
    """What share of each person's contacts hold the norm, how many lost it, and of how many is nothing known?

    Parameters
    ----------
    source : NetworkPanel, ContactGraph or RecordStore
        n people at W waves; or contacts, cut into waves by ``breaks``. The contacts of a store stay on its engine, which knows a
        norm, and contacts rather than contacts of contacts or likeness of position.
    behaviour : str, Norm, array of shape (n, W) or None
        Name of a behaviour of the panel, a norm, or numbers (NaN unknown). A norm is 1, 0 or NaN; of any
        other behaviour the exposure is the mean value among contacts. Default: the panel's norm.
    lag : int
        Waves back: exposure at wave w looks at the ties and the states of wave w − ``lag``. 0 or more, below
        W. Default 1, because what comes at the same time cannot have come before.
    direction : {"out", "in", "mutual"}
        Whom a person is exposed to: people they name (default), people who name them, or only those who do
        both. All three are the same where ties have no direction.
    normalise : bool
        Share (default) or, if False, the sum over contacts.
    isolates : {"nan", "zero"}
        Exposure of somebody without any contact: unknown (default) or 0. Contacts of whom nothing is known, and
        ties of which nobody knows whether they are there, give NaN either way.
    weighted : bool
        Weigh contacts by the strength of the tie (for mutual ties the weaker of the two). Default: all count
        alike.
    order : {1, 2}
        Contacts, or contacts of contacts who are not contacts themselves (weighted: by the sum over ways of
        the product of strengths).
    weights : {"ties", "structural_equivalence"} or StructuralEquivalence
        Whether ties carry exposure (default), or likeness of position, whoever is tied to whom.
    unknown : {"leave_out", "not_holding"}
        Contacts of unknown state leave the denominator (default), or stay in it as if they did not hold the
        norm, which gives the lowest exposure the data allow.
    last_period_adopts : bool
        Count everybody never seen to hold the norm as holding it at the last wave, as netdiffuseR does.
        Default False.
    breaks, weighting : optional
        For a ContactGraph only: passed to :func:`recoverynet.panel`.
    observations : pandas.DataFrame, optional
        For a ContactGraph only. Default: the observations of its record.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave)
        Every person at every wave. ``exposure`` (0 to 1 for a normalised norm); ``n_alters`` (contacts),
        ``n_observed`` (those whose state is known: the denominator), ``n_holding`` (hold it), ``n_lost``
        (known not to hold it now, seen to hold it at an earlier wave), ``n_unknown``; ``exposure_lost`` (as
        ``exposure``, to those who lost it) and ``exposure_unknown`` (to those unknown, out of all contacts).
        ``n_holding``, ``n_lost`` and ``exposure_lost`` are missing where the behaviour is not a norm;
        everything is missing in the first ``lag`` waves. Somebody who was not present has no contacts and no
        exposure.

    Raises
    ------
    SchemaError
        Unknown behaviour or argument; arguments that cannot be combined; ``breaks`` missing for a
        ContactGraph.
    NotEstimableError
        The panel has too few waves for the lag, or too many people (over 5,000) for structural equivalence.

    Notes
    -----
    E_iw = Σ_j W_ij x_j / Σ_j W_ij over contacts j with known x_j, ties W and states x of wave w − lag
    (Valente 1995). A tie nobody knows of (missing in the panel) is no contact. Exposure is a description:
    people who are alike meet, and share surroundings, so a high exposure before a change is not evidence that
    one led to the other.

    Structural equivalence (Burt 1987): W_ij = (D_i − d_ij)^v / Σ_k (D_i − d_ik)^v with d the distance between
    geodesic profiles and D_i the largest of them; strengths and ``direction`` play no part. What netdiffuseR
    1.23 calls exposure under structural equivalence stops geodesics at six steps and weighs by one over the
    likeness: ``StructuralEquivalence(longest=6, unreachable="zero", inverse=True)``.

    References
    ----------
    Valente, T. W. (1995). Network Models of the Diffusion of Innovations. Hampton Press.

    Burt, R. S. (1987). Social contagion and innovation. American Journal of Sociology 92, 1287–1335.
    https://doi.org/10.1086/228667

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> frame = rn.exposure(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> frame.loc[("ann", 2), ["exposure", "n_alters", "n_observed"]].tolist()
    [1.0, 3.0, 2.0]
    """
    if isinstance(source, RecordStore | RecordOnEngine):
        _require_plain(order, weights, last_period_adopts, observations)
        there = source.on_engine if isinstance(source, RecordStore) else source
        return exposure_on_engine(
            there, behaviour, breaks=breaks, lag=lag, normalise=normalise, isolates=isolates, weighted=weighted, unknown=unknown,
            weighting=weighting,
        )  # fmt: skip
    panel = panel_of(source, behaviour, breaks=breaks, observations=observations, weighting=weighting)
    lag = whole_number(lag, "lag", 0, of="waves")
    scheme = _checked(panel, lag, direction, isolates, order, weights, unknown, weighted)
    _, values = behaviour_values(panel, behaviour)
    norm = is_binary(values)
    if last_period_adopts:
        if not norm:
            raise SchemaError("last_period_adopts needs a norm (1 or 0), not another behaviour.")
        values = with_last_adopters(values)
    seen_before = np.maximum.accumulate(np.nan_to_num(values), axis=1)
    lost = np.where(np.isnan(values), np.nan, (values == 0) & (seen_before == 1)) if norm else np.full_like(values, np.nan)
    blocks = {name: np.full(values.shape, np.nan) for name in ("exposure", *COUNTS, "exposure_lost", "exposure_unknown")}
    ties: dict[int, sparse.csr_array | np.ndarray] = {}
    asked = known_ties(panel, direction, lag)
    for wave in range(lag, panel.n_waves):
        then = wave - lag
        network = panel.networks[then]
        if id(network) not in ties:
            ties[id(network)] = _ties(network, panel.directed, scheme, direction, order, weighted)
        columns = _one_wave(ties[id(network)], values[:, then], lost[:, then], normalise, unknown)
        absent = ~panel.present[:, then]
        if isolates == "zero":
            columns["exposure"][(columns["n_alters"] == 0) & asked[:, wave]] = 0.0
        for name, column in columns.items():
            column[absent] = 0.0 if name in COUNTS else np.nan
            blocks[name][:, wave] = column
    if not norm:
        blocks["n_holding"][:], blocks["n_lost"][:] = np.nan, np.nan
    frame = pd.DataFrame({name: block.ravel() for name, block in blocks.items()}, index=person_wave_index(panel))
    return frame.astype(dict.fromkeys(COUNTS, "Int64"))


def _require_plain(order: int, weights: object, last_period_adopts: bool, observations: object) -> None:
    """What an engine does not do, said before it starts."""
    asked = {"order": order != 1, "weights": weights != "ties", "last_period_adopts": last_period_adopts}
    asked["observations"] = observations is not None
    strange = [name for name, given in asked.items() if given]
    if strange:
        raise SchemaError(
            f"Of a store, {', '.join(strange)} cannot be set: read the record into memory with read_record(folder), and pass "
            "ContactGraph(record)."
        )


def known_ties(panel: NetworkPanel, direction: str, lag: int, most: float = 0.0) -> np.ndarray:
    """Whether at most a share ``most`` of the ties a person could have is unknown, (n, W) at the wave of the outcome."""
    known = np.zeros((panel.n_people, panel.n_waves), dtype=bool)
    for column in range(lag, panel.n_waves):
        here = panel.present[:, column - lag]
        out, into = (np.asarray(panel.missing[column - lag].sum(axis=axis)).ravel() for axis in (1, 0))
        one_way = direction == "out" or not panel.directed
        unknown = into if direction == "in" else out if one_way else np.maximum(out, into)
        known[:, column] = here & (unknown <= most * max(here.sum() - 1, 1))
    return known


def panel_of(
    source: NetworkPanel | ContactGraph,
    behaviour: Behaviour = None,
    *,
    breaks: Iterable[object] | None = None,
    observations: pd.DataFrame | None = None,
    weighting: Weighting = "newman",
) -> NetworkPanel:
    """The panel itself, or contacts cut into waves by ``breaks`` with the states of the record.

    Raises
    ------
    SchemaError
        Neither a panel nor contacts, or contacts without ``breaks``.
    """
    if isinstance(source, NetworkPanel):
        if breaks is not None or observations is not None:
            raise SchemaError("breaks and observations cut contacts into waves; a panel has its waves already.")
        return source
    if not isinstance(source, ContactGraph):
        raise SchemaError(f"Expected a NetworkPanel or a ContactGraph; got {type(source).__name__}.")
    if breaks is None:
        raise SchemaError("Contacts must be cut into waves: say where with breaks=, such as a list of dates.")
    seen = source.record.observations if observations is None else observations
    norm = behaviour if isinstance(behaviour, Norm) else RECOVERY_NORM
    return panels.panel(source, seen, breaks=breaks, norm=norm, weighting=weighting)


def _checked(
    panel: NetworkPanel, lag: int, direction: str, isolates: str, order: int, weights: object, unknown: str, weighted: bool
) -> StructuralEquivalence | None:
    """Arguments that make sense together; the structural-equivalence scheme or None."""
    for name, given, allowed in (
        ("direction", direction, ("out", "in", "mutual")),
        ("isolates", isolates, ("nan", "zero")),
        ("order", order, (1, 2)),
        ("unknown", unknown, ("leave_out", "not_holding")),
    ):
        if given not in allowed:
            raise SchemaError(f"{name} must be {' or '.join(map(repr, allowed))}; got {given!r}.")
    if lag >= panel.n_waves:
        raise NotEstimableError(
            f"The panel has {panel.n_waves} wave{'s' * (panel.n_waves != 1)}, and exposure {lag} "
            f"wave{'s' * (lag != 1)} earlier needs {lag + 1}. "
            "Cut the period into more waves, or use lag=0 and read it as description only."
        )
    if isinstance(weights, str) and weights == "ties":
        return None
    scheme = StructuralEquivalence() if weights == "structural_equivalence" else weights
    if not isinstance(scheme, StructuralEquivalence):
        raise SchemaError(f"weights must be 'ties', 'structural_equivalence' or a StructuralEquivalence; got {weights!r}.")
    if direction != "out" or order != 1 or weighted:
        raise SchemaError("Structural equivalence looks at the whole network: leave direction, order and weighted alone.")
    if panel.n_people > LARGEST_FOR_EQUIVALENCE:
        raise NotEstimableError(
            f"Structural equivalence compares every pair, which is too much for {panel.n_people:,} people "
            f"(at most {LARGEST_FOR_EQUIVALENCE:,}). Use weights='ties', or one area at a time."
        )
    return scheme


def _ties(
    network: sparse.csr_array, directed: bool, scheme: StructuralEquivalence | None, direction: str, order: int, weighted: bool
) -> sparse.csr_array | np.ndarray:
    """Whom each row is exposed to, and how much."""
    if scheme is None:
        ties = directed_ties(network, direction if directed else "out", weighted=weighted)
        if order == 1:
            return ties
        return two_steps(ties) if weighted else binary(two_steps(ties))
    profiles = geodesic_profiles(network, longest=scheme.longest, unreachable=0.0 if scheme.unreachable == "zero" else None)
    return equivalence_weights(profile_distances(profiles), power=scheme.power, inverse=scheme.inverse)


def _one_wave(
    ties: sparse.csr_array | np.ndarray, values: np.ndarray, lost: np.ndarray, normalise: bool, unknown: str
) -> dict[str, np.ndarray]:
    """Every column of one wave."""
    known = np.isfinite(values).astype(np.float64)
    marks = np.column_stack([np.ones_like(values), known, np.nan_to_num(values), np.nan_to_num(lost), 1.0 - known])
    reach = (ties > 0).astype(np.float64)
    counts = reach @ marks
    strength = exposure_sums(ties, marks).value
    below = strength[:, 0] if unknown == "not_holding" else strength[:, 1]
    seen = counts[:, 1] > 0
    columns = dict(zip(COUNTS, counts.T.copy(), strict=True))
    shares = {
        "exposure": (2, below, seen),
        "exposure_lost": (3, below, seen & ~np.isnan(lost).all()),
        "exposure_unknown": (4, strength[:, 0], counts[:, 0] > 0),
    }
    for name, (mark, denominator, defined) in shares.items():
        number = share(strength[:, mark], denominator) if normalise else strength[:, mark]
        columns[name] = np.where(defined, number, np.nan)
    return columns
