"""Which effects do people's choices hang on? How far each effect moves the chances of what they may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.importance import draw_importance
from recoverynet.draw.results import Axes
from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import DONE, POOL_FULL, State
from recoverynet.kernels.saom.importance import importance as importance_of_terms
from recoverynet.models.saom.combinations import of_fit, short_labels
from recoverynet.models.saom.epochs import PanelEpoch
from recoverynet.models.saom.fitted import SaomFit, checked_fit
from recoverynet.models.saom.interpretation import Interpretation
from recoverynet.models.saom.simulation import Workspace, without_note
from recoverynet.results import settings_of

ASSUMPTIONS = (
    "Estimates are taken as known: shares have no interval.",
    "It is of the moment a period starts; which effects matter changes as ties and behaviour do.",
    "An effect is taken away while all others stay as they are; effects that work together share what they do.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Importance(Interpretation):
    """Which effects do people's choices hang on?

    Parameters
    ----------
    table : pandas.DataFrame
        See :meth:`to_frame`.
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row an effect and period.

        Returns
        -------
        pandas.DataFrame
            ``dependent`` (network or behaviour decided on), ``period``, ``effect``, ``share`` (relative importance,
            mean over people; sums to 1 over the effects of a dependent and period; NaN where no effect moves anybody),
            ``importance`` (mean distance between chances with and without the effect, 0 to 2), ``n_people`` (people
            that the share is the mean of: those whom some effect moves).
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """A bar an effect and period; in new Axes where none are given."""
        return draw_importance(self.table, people=self.n_people, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", (
            "how far chances of what people may choose move if one effect is taken away, as a share of that of all effects"
        )

    def _headline(self) -> str:
        means = self.table.groupby(["dependent", "effect"], sort=False)["share"].mean().dropna()
        best: list[Any] = [part.idxmax() for _, part in means.groupby(level=0, sort=False)]
        return "most important: " + "; ".join(f"{own}, {effect} {means[own, effect]:.0%}" for own, effect in best)


def importance(fit: SaomFit, *, period: int | None = None) -> Importance:
    """Which effects do people's choices hang on, in ties and in behaviour?

    Parameters
    ----------
    fit : SaomFit
        From :func:`recoverynet.fit_saom`.
    period : int, optional
        One period, counted from 1. Default: each.

    Returns
    -------
    Importance
        ``to_frame()`` has one row an effect and period: ``dependent``, ``period``, ``effect``, ``share``,
        ``importance``, ``n_people``.

    Raises
    ------
    SchemaError
        There is no such period.
    NotEstimableError
        The network is too dense to be looked at.

    Notes
    -----
    For each person there at the start of a period, π are the probabilities of everything they may choose (any one tie
    changed or none; a step of behaviour down, up or none), π⁻ᵏ the same with θ_k = 0. The importance of effect k to
    them is ``Σ |π − π⁻ᵏ|``, its share that over the sum for all effects on the same network or behaviour. Both are averaged over
    people, all groups together. A large share says that choices would differ, not that the effect is known well: see
    the standard errors of the fit. Shares of models with different effects cannot be compared.

    References
    ----------
    Indlekofer, N. & Brandes, U. (2013). Relative importance of effects in stochastic actor-oriented models. Network
    Science 1, 278-304. https://doi.org/10.1017/nws.2013.21

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> waves = rn.NetworkPanel.from_adjacency([first * 1.0, (first ^ change) * 1.0], network="contact")
    >>> model = rn.Specification(network={"contact": ["density", "recip"]})
    >>> fit = rn.fit_saom(waves, model, n_simulations=200, quiet=True, rng=1)
    >>> shares = rn.importance(fit).to_frame()
    >>> shares[["dependent", "period", "effect", "n_people"]].to_numpy().tolist()
    [['contact', 1, 'density', 25], ['contact', 1, 'recip', 25]]
    >>> float(shares["share"].sum().round(9))
    1.0
    """
    setting = checked_fit(fit).setting
    if period is not None and period not in setting.periods:
        known = ", ".join(map(str, setting.periods))
        raise SchemaError(f"There is no period {period!r}; there are {known}, counted from 1.")
    rows = []
    for number in setting.periods if period is None else [period]:
        found = np.concatenate([_of_epoch(fit, epoch) for epoch in setting.epochs if epoch.period == number])
        rows += _rows(fit, number, found)
    table = pd.DataFrame(rows)
    return Importance(
        question="Which effects do people's choices hang on?",
        assumptions=(*ASSUMPTIONS, *fit.assumptions),
        settings=settings_of(period=period),
        table=table,
        reason=None if table["share"].notna().any() else "no effect moves anybody: all parameters are 0",
        **of_fit(fit),
    )


def _of_epoch(fit: SaomFit, epoch: PanelEpoch) -> np.ndarray:
    """Importance to each person there at the start (people, parameters)."""
    setting, arrays = fit.setting, epoch.arrays
    found = np.zeros((epoch.n_people, len(fit.theta)))

    def attempt(state: State) -> int:
        fine = importance_of_terms(setting.model, arrays, setting.own, state, fit.theta, found)
        return DONE if fine else POOL_FULL

    with without_note():
        Workspace(setting.model, epoch).use(attempt)
    answer: np.ndarray = found[arrays.active]
    return answer


def _rows(fit: SaomFit, period: int, found: np.ndarray) -> list[dict[str, object]]:
    """Means over people, a row an effect; ``found`` is (people, parameters)."""
    parameters, rows = fit.setting.parameters, []
    for dependent in dict.fromkeys(each.dependent for each in parameters):
        places = [p for p, each in enumerate(parameters) if each.dependent == dependent and each.type != "rate"]
        mine = found[:, places]
        total = mine.sum(axis=1)
        moved = total > 0
        shares = (mine[moved] / total[moved, None]).mean(axis=0) if moved.any() else np.full(len(places), np.nan)
        raw = mine.mean(axis=0) if len(mine) else np.full(len(places), np.nan)
        rows += [
            {
                "dependent": dependent, "period": period, "effect": effect, "share": float(share),
                "importance": float(size), "n_people": int(moved.sum()),
            }
            for effect, share, size in zip(short_labels(fit, places), shares, raw, strict=True)
        ]  # fmt: skip
    return rows
