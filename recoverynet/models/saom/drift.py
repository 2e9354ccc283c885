"""Where people drift: what the estimates of an actor-oriented model say of behaviour, given that of contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.arguments import number_within
from recoverynet.draw.drift import draw_drift
from recoverynet.draw.results import Axes
from recoverynet.kernels.saom.actor_model import WEIGHT
from recoverynet.kernels.saom.behaviour_choice import column_statistic
from recoverynet.kernels.saom.effects.behaviour import Around
from recoverynet.models.saom.combinations import assumed, behaviour_place, eval_columns, left_out_of, of_fit, short_labels, sums
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.models.saom.interpretation import Interpretation
from recoverynet.results import settings_of


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Drift(Interpretation):
    """Where does a person drift, given the behaviour of their contacts?

    Parameters
    ----------
    behaviour : str
    table : pandas.DataFrame
        See :meth:`to_frame`.
    n_contacts : float
        Number of contacts reckoned with.
    terms, left_out : tuple of str
        Terms that were added up, and those that the table does not show.
    """

    behaviour: str
    table: pd.DataFrame
    n_contacts: float
    terms: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a level of contacts and value of the person.

        Returns
        -------
        pandas.DataFrame
            ``contacts`` (the value that all of them have), ``behaviour`` (the person's own), ``contribution`` (what
            that value is worth to them; differences are log-odds), ``std_error``, ``favoured`` (the highest with such
            contacts).
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """A line a level of contacts, a ring where it is highest; in new Axes where none are given."""
        return draw_drift(self.table, behaviour=self.behaviour, people=self.n_people, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", (
            f"what each value of {self.behaviour} is worth to a person all of whose {self.n_contacts:.3g} contacts have the "
            "same value"
        )

    def _headline(self) -> str:
        best = self.table[self.table["favoured"]]
        said = [f"{level} to {' or '.join(map(str, part['behaviour']))}" for level, part in best.groupby("contacts", sort=False)]
        return f"in {self.behaviour}, people drift with contacts at " + ", at ".join(said)


def influence_table(fit: SaomFit, behaviour: str, *, n_contacts: float | None = None) -> Drift:
    """Where does a person drift, given the behaviour of their contacts?

    Parameters
    ----------
    fit : SaomFit
        From :func:`recoverynet.fit_saom`.
    behaviour : str
        A behaviour that the model has change.
    n_contacts : float, optional
        Number of contacts, above 0; it matters to effects that add contacts up (totSim, totAlt, outdeg). Default: the
        mean outdegree over people and waves.

    Returns
    -------
    Drift
        ``to_frame()`` has one row a level of contacts and own value: ``contacts``, ``behaviour``, ``contribution``,
        ``std_error``, ``favoured``.

    Raises
    ------
    SchemaError
        The model has no such behaviour, or ``n_contacts`` is not above 0.

    Notes
    -----
    Σ_k θ_k s_k(z) of each own value z where all contacts have value y, over the evaluation terms on the behaviour,
    interactions included. Ties are taken to be returned, contacts to be as popular as people are on average, covariates
    and other behaviours to be at their mean. Standard errors by the delta method; only differences within a level of
    contacts mean anything: two neighbouring values 0.69 apart, and a step to the higher is twice as likely as staying.
    Endowment and creation parts are left out and named.

    References
    ----------
    Snijders, T. A. B., Steglich, C. & Schweinberger, M. (2007). Modeling the coevolution of networks and behavior. In:
    Longitudinal models in the behavioral and related sciences, 41-71. Lawrence Erlbaum.

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> drink = draw.integers(1, 4, 25)
    >>> waves = rn.NetworkPanel.from_adjacency(
    ...     [first * 1.0, (first ^ change) * 1.0],
    ...     network="contact",
    ...     behaviour={"drink": np.column_stack([drink, np.clip(drink + draw.integers(-1, 2, 25), 1, 3)])},
    ... )
    >>> model = rn.Specification(network={"contact": ["density"]}, behaviour={"drink": ["linear", ("avAlt", "contact")]})
    >>> fit = rn.fit_saom(waves, model, n_simulations=200, quiet=True, rng=1)
    >>> table = rn.influence_table(fit, "drink").to_frame()
    >>> table.groupby("contacts")["favoured"].sum().to_dict()
    {1: 1, 2: 1, 3: 1}
    """
    b = behaviour_place(fit, behaviour)
    contacts = _mean_degree(fit) if n_contacts is None else number_within(n_contacts, "n_contacts", 0, np.inf, such_as=3)
    model = fit.setting.model
    columns = model.behaviours
    used = eval_columns(columns, b + 1)
    levels = np.arange(model.bounds[b, 0], model.bounds[b, 1] + 1)
    pairs = [(int(y), int(z)) for y in levels for z in levels]
    weights, mean = np.zeros((len(pairs), len(fit.theta))), np.zeros((len(model.attributes), 1))
    for at, (y, z) in enumerate(pairs):
        seen = _among_alike(z - model.centres[b], y - model.centres[b], contacts, _mean_degree(fit))
        for f in used:
            weights[at, columns[f, WEIGHT]] += column_statistic(columns, model.rows, model.attributes, mean, seen, 0, f, 0)
    contribution, error = sums(fit, weights)
    table = pd.DataFrame(pairs, columns=["contacts", "behaviour"]).assign(contribution=contribution, std_error=error)
    table["favoured"] = table["contribution"] == table.groupby("contacts")["contribution"].transform("max")
    places = [int(columns[f, WEIGHT]) for f in used]
    left_out = left_out_of(fit, behaviour, places, None)
    alike = "All contacts have the same value, ties are returned, and covariates and other behaviours are at their mean."
    return Drift(
        question=f"Where does a person's {behaviour} drift, given that of their contacts?",
        assumptions=assumed(fit, left_out, alike),
        settings=settings_of(behaviour=behaviour, n_contacts=n_contacts),
        behaviour=behaviour,
        table=table,
        n_contacts=contacts,
        terms=tuple(short_labels(fit, places)),
        left_out=left_out,
        **of_fit(fit),
    )


def _mean_degree(fit: SaomFit) -> float:
    """Mean outdegree over those who were there, and waves."""
    panel = fit.setting.panel
    return sum(int((each > 0).sum()) for each in panel.networks) / max(int(panel.present.sum()), 1)


def _among_alike(z: float, y: float, n: float, popular: float) -> Around:
    """What a person at z sees of n contacts at y who are tied back, both centred; contacts have ``popular`` ties each."""
    gap = y - z
    far, lower, equal = n * abs(gap), n * (gap < 0.0), n * (gap == 0.0)
    return Around(
        float(z),
        n,
        n,
        n,
        n,
        n,
        n,
        n * y,
        n * y,
        n * y,
        float(y),
        float(y),
        far,
        lower,
        equal,
        far,
        lower,
        equal,
        n * max(gap, 0.0),
        n * max(-gap, 0.0),
        n * popular,
        n,
        n,
        n,
    )
