"""A specification put onto a panel: parameters, arrays and epochs, everything a simulation needs but θ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.saom.actor_model import ActorModel
from recoverynet.kernels.saom.own_effects import own_functions
from recoverynet.models.saom.attributes import Attributes, attributes_of
from recoverynet.models.saom.columns import Parameter, build_columns, build_model
from recoverynet.models.saom.composition_change import ChangeAt, shares_of_change
from recoverynet.models.saom.epochs import PanelEpoch, epochs_of
from recoverynet.models.saom.specification import Specification, Term, check_names


@dataclass(frozen=True, eq=False)
class SaomSetting:
    """A specification put onto a panel: all that a simulation needs but θ.

    Attributes
    ----------
    panel : NetworkPanel
    specification : Specification
    parameters : tuple of Parameter
        What θ holds, in order.
    model : Model
    epochs : tuple of PanelEpoch
    own : tuple of compiled functions
    attributes : Attributes
    condition : int
        Variable conditioned on, −1 for none.
    changes : float array (n, periods)
        Share of a period after which somebody joins or leaves it; NaN where they do not.
    """

    panel: NetworkPanel
    specification: Specification
    parameters: tuple[Parameter, ...]
    model: ActorModel
    epochs: tuple[PanelEpoch, ...]
    own: tuple[Callable[..., float], ...]
    attributes: Attributes
    condition: int = -1
    changes: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def periods(self) -> list[int]:
        """Periods in order, counted from 1."""
        return sorted({epoch.period for epoch in self.epochs})


def saom_setting(
    panel: NetworkPanel,
    specification: Specification,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    conditional: str | None = None,
    change_at: ChangeAt = 0.5,
    unknown_alters: str = "mean",
    by_class: bool | None = None,
) -> SaomSetting:
    """What does a simulation of this panel under this specification start from?

    Parameters
    ----------
    panel : NetworkPanel
        Two waves or more.
    specification : Specification
    bounds : mapping of behaviour to (lowest, highest), optional
        Default: what was observed.
    conditional : str, optional
        Network or behaviour whose amount of change is taken as given; its basic rates are then not estimated with the
        rest.
    change_at : float, or mapping of people to moments
        Share of a period, above 0 and below 1, after which people who join or leave within it do so; or moments of their
        own, counted in waves (1.25 is a quarter of the way from wave 1 to wave 2); those not named move halfway.
    unknown_alters : {"mean", "left_out"}
        Whether people of unknown behaviour count at the mean in averages of others' behaviour.
    by_class : bool, optional
        Look at people out of reach class by class (True), at everybody (False), or whichever is quicker (default).

    Returns
    -------
    Setting

    Raises
    ------
    SchemaError
        Names, effects, behaviour or bounds do not suit the panel.
    NotEstimableError
        The panel has one wave, or a condition cannot be met.
    """
    check_names(specification, panel)
    if panel.n_waves < 2:
        raise NotEstimableError("Change needs two waves or more; the panel has one.")
    if unknown_alters not in ("mean", "left_out"):
        raise SchemaError(f"unknown_alters is 'mean' or 'left_out'; got {unknown_alters!r}.")
    changes = shares_of_change(panel, change_at)
    if by_class not in (None, True, False):
        raise SchemaError(f"by_class is True, False or None; got {by_class!r}.")
    if not isinstance(bounds or {}, Mapping):
        raise SchemaError(f"bounds maps behaviours to their lowest and highest level, as in {{'drink': (1, 5)}}; got {bounds!r}.")
    behaviours = list(specification.behaviour)
    condition = _condition(conditional, [specification.network_name, *behaviours], panel)
    used, pairs = _names_used(specification)
    attributes = attributes_of(panel, used, behaviours, pairs, dict(bounds or {}))
    epochs = epochs_of(panel, attributes, behaviours, changes=changes, condition=condition)
    columns = build_columns(specification, attributes, [(each.group, each.period) for each in epochs], condition)
    for (epoch, variable), place in columns.rate_places.items():
        epochs[epoch].arrays.rate_places[variable] = place
    model = build_model(
        columns,
        attributes,
        directed=panel.directed,
        n_people=max(each.n_people for each in epochs),
        most_degree=_most_degree(epochs),
        condition=condition,
        by_class=by_class,
        unknown_alters=unknown_alters,
    )
    return SaomSetting(
        panel,
        specification,
        tuple(columns.parameters),
        model,
        tuple(epochs),
        own_functions(columns.own),
        attributes,
        condition,
        changes,
    )


def _most_degree(epochs: list[PanelEpoch]) -> int:
    """The largest number of ties anybody has or receives at either end of an epoch."""
    counts = [np.bincount(side) for each in epochs for ties in (each.arrays.start, each.end) for side in ties.T if len(side)]
    return max((int(each.max()) for each in counts), default=0)


def _condition(conditional: str | None, names: list[str], panel: NetworkPanel) -> int:
    if conditional is None:
        return -1
    if conditional not in names:
        raise SchemaError(f"conditional is one of {', '.join(names)}; got {conditional!r}.")
    if (panel.present[:, 1:] != panel.present[:, :-1]).any():
        raise NotEstimableError("Where people join or leave within a period no model is conditional; leave out conditional=.")
    return names.index(conditional)


def _names_used(specification: Specification) -> tuple[list[str], list[str]]:
    """Covariates and behaviours, and covariates of pairs, that terms refer to."""
    used: list[str] = []
    pairs: list[str] = []

    def note(term: Term, network: bool) -> None:
        for each in (term, *term.times):
            if each.about is not None and (network or each.about != specification.network_name):
                (pairs if each.effect == "X" else used).append(each.about)

    for term in specification.tie_terms:
        note(term, True)
    for terms in specification.step_terms.values():
        for term in terms:
            note(term, False)
    return used, pairs
