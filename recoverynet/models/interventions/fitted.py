"""A fitted model as a source of chances a month: SISa, hazards of gaining and losing, or an actor-oriented model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.kernels.reversible_spread.courses import COUNTED, RATIOS, STEPS
from recoverynet.models.interventions.actor_rates import ActorRates, actor_rates
from recoverynet.models.interventions.community import RecordedRates
from recoverynet.models.interventions.declared import Range, in_range
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.models.spread.sisa import SisaFit
from recoverynet.results import Estimates

Fit: TypeAlias = "SisaFit | Estimates | SaomFit"
OTHER_RATES = ("attending", "leaving", "ties_ending")
INSTEAD = "Declare rates instead, or mend the fit."


class DrawnRates(NamedTuple):
    """What a fitted model says of each run: chances of gaining and losing (None: the record's own), and what contacts do."""

    gain: np.ndarray | None
    loss: np.ndarray | None
    per_contact: np.ndarray
    lines: np.ndarray
    steps: np.ndarray
    likeness: np.ndarray


def unmoved(n_runs: int) -> DrawnRates:
    """Nothing that contacts do."""
    nothing = np.zeros(n_runs)
    return DrawnRates(None, None, nothing, np.zeros((n_runs, 2, 5)), nothing, nothing)


@dataclass(frozen=True, eq=False)
class FittedRates:
    """How do people gain and lose the norm, by a model fitted to what was seen? Drawn anew in every run from its covariance.

    Parameters
    ----------
    fit : SisaFit, Estimates or SaomFit
        Of the same norm: what :func:`recoverynet.fit_sisa` gives; :func:`recoverynet.fit_hazard` of gaining it, with
        ``link="cloglog"``; or :func:`recoverynet.fit_saom` with the norm as a behaviour of two levels.
    wave_months : float, optional
        How many months lie between two waves of the panel it was fitted to. A hazard ratio does not depend on it, the chance
        it multiplies does where the courses start from a panel; the others need it.
    loss : Estimates, optional
        With a hazard: that of losing the norm. Default: losing it does not depend on contacts.
    attending, leaving, ties_ending
        As for :class:`DeclaredRates`.

    Raises
    ------
    NotEstimableError
        The model has no answer (it did not converge, or too few changed).
    SchemaError
        Something else than a fit is given, a fit that asks another question, or a number out of its range.

    Notes
    -----
    With n contacts who hold the norm and share E of contacts who do, a month:

    - SISa: P(gain) = 1 − (1 − a)^(1/w) + (β / w) n, P(loss) = 1 − (1 − g)^(1/w), w months a wave; contacts are counted as they were
      for the fit, every one of a group as one.
    - Hazard: P(gain) = 1 − (1 − p)^r, r = exp(b E) over its mean at the start, so that p is the record's own chance; and the
      same of losing. People without contacts move by p, or by the fit's own term for them (``isolates="zero"``).
    - Actor-oriented: steps come at the fitted rate ρ of the last period, up with chance logit⁻¹(η) and down otherwise, η = linear +
      quad (1 − 2 z̄) + what the terms on contacts add; with contacts as they are for a month, P(gain) = (1 − exp(−ρ / w))
      logit⁻¹(η). Terms on other things are taken at their mean. New ties go to one's like by the fitted log-odds of similarity in
      the norm; that ties end at all is the panel's own.

    References
    ----------
    Snijders, T. A. B., Steglich, C. E. G. & Schweinberger, M. (2007). Modeling the coevolution of networks and behavior. In
    Longitudinal models in the behavioral and related sciences, 41-71. Lawrence Erlbaum.

    Prentice, R. L. & Gloeckler, L. A. (1978). Regression analysis of grouped survival data with application to breast cancer
    data. Biometrics 34, 57-67. https://doi.org/10.2307/2529588

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> panel = simulate_panel(1000, influence=8.0, rng=1)
    >>> rn.spread_source(panel, FittedRates(rn.fit_sisa(panel), wave_months=3.0))
    <SpreadSource 1,000 clients, 0 groups, the last wave of a panel>
    >>> FittedRates(rn.fit_hazard(panel)).in_words()
    'a fitted hazard of gaining'
    """

    fit: Fit
    wave_months: float | None = None
    loss: Estimates | None = None
    attending: Range = 0.0
    leaving: Range | None = None
    ties_ending: Range | None = None

    def __post_init__(self) -> None:
        if isinstance(self.fit, SisaFit):
            _require_sisa(self.fit)
        elif isinstance(self.fit, SaomFit):
            _require_converged(self.fit)
        elif isinstance(self.fit, Estimates):
            _require_hazard(self.fit, "fit", "gain")
        else:
            raise SchemaError(f"A fitted source of rates is what fit_sisa(), fit_hazard() or fit_saom() gives; got "
                              f"{type(self.fit).__name__}.")  # fmt: skip
        if self.loss is not None:
            if isinstance(self.fit, SisaFit | SaomFit):
                raise SchemaError("loss goes with a fit of fit_hazard(); the other models say themselves how the norm is lost.")
            _require_hazard(self.loss, "loss", "loss")
        if self.needs_waves and self.wave_months is None:
            raise SchemaError("wave_months is missing: how many months lie between two waves of the panel the model was fitted to?")
        if self.wave_months is not None:
            in_range(self.wave_months, "wave_months", 0.01, 120.0)
        for name in OTHER_RATES:
            if getattr(self, name) is not None:
                in_range(getattr(self, name), f"The rate {name}, a chance a month,")

    @property
    def needs_waves(self) -> bool:
        """Whether the model's numbers are of a wave."""
        return isinstance(self.fit, SisaFit | SaomFit)

    @property
    def mode(self) -> int:
        """How the kernel reads contacts."""
        return COUNTED if isinstance(self.fit, SisaFit) else STEPS if isinstance(self.fit, SaomFit) else RATIOS

    @property
    def weighted(self) -> bool:
        """Whether contacts count by the strength of the tie."""
        return self.mode == RATIOS and bool(self.fit.settings["weighted"])

    @property
    def about(self) -> str | None:
        """Of what the model was fitted; None where its names do not say which behaviour."""
        return None if isinstance(self.fit, SaomFit) else str(self.fit.settings["behaviour"])

    def in_words(self) -> str:
        """What was fitted."""
        if isinstance(self.fit, Estimates):
            return "fitted hazards of gaining and of losing" if self.loss is not None else "a fitted hazard of gaining"
        return "a fitted SISa model" if isinstance(self.fit, SisaFit) else "a fitted actor-oriented model"

    def draw(self, seen: RecordedRates, behaviour: str, n_runs: int, rng: np.random.Generator) -> DrawnRates:
        """What the model says of each run."""
        if isinstance(self.fit, SisaFit):
            return _of_sisa(self.fit, float(self.wave_months or 1.0), n_runs, rng)
        if isinstance(self.fit, SaomFit):
            return _of_actors(actor_rates(self.fit, behaviour), float(self.wave_months or 1.0), n_runs, rng)
        gain, loss = (_of_hazard(each, seen.exposure[way], n_runs, rng) for way, each in enumerate((self.fit, self.loss)))
        return unmoved(n_runs)._replace(lines=np.stack([gain, loss], axis=1))


def _require_sisa(fit: SisaFit) -> None:
    if fit.reason or fit.covariance is None or not np.isfinite(fit.covariance.iloc[:3, :3].to_numpy()).all():
        raise NotEstimableError(f"The fitted model has no answer to go on from: {fit.reason or 'its covariance is not known'}. "
                                f"{INSTEAD}")  # fmt: skip


def _require_converged(fit: SaomFit) -> None:
    if not fit.converged:
        raise NotEstimableError(
            f"The actor-oriented model did not converge, so that nothing may be built on it. {fit.convergence} {INSTEAD}"
        )


def _require_hazard(fit: object, name: str, transition: str) -> None:
    """A hazard of the transition by the share of contacts, as courses can carry it."""
    if not isinstance(fit, Estimates) or "transition" not in fit.settings or "link" not in fit.settings:
        raise SchemaError(f"{name} is what fit_hazard() gives; got {getattr(fit, 'question', type(fit).__name__)!r}.")
    said, wanted = fit.settings, {"transition": transition, "link": "cloglog", "complex": False, "lag": 1, "direction": "out"}
    for word, value in wanted.items():
        if said[word] != value:
            raise SchemaError(
                f"{name} is a hazard fitted with {word}={value!r}, which courses can carry on month by month; got {said[word]!r}. "
                "Fit it again."
            )
    if said["exposure_to"] != said["behaviour"]:
        raise SchemaError(
            f"{name} is a hazard of {said['behaviour']!r} by contacts who hold {said['exposure_to']!r}; courses need it by "
            "contacts who hold the same."
        )
    covariance = fit.covariance
    if fit.reason or covariance is None or not np.isfinite(covariance["exposure"]["exposure"]):
        raise NotEstimableError(f"The fitted hazard has no answer to go on from: {fit.reason or 'its covariance is not known'}. "
                                f"{INSTEAD}")  # fmt: skip


def _of_sisa(fit: SisaFit, months: float, n_runs: int, rng: np.random.Generator) -> DrawnRates:
    """Chances of a wave as chances of a month, drawn from estimates and covariance and cut at 0 and 1."""
    covariance = fit.covariance.iloc[:3, :3].to_numpy()  # type: ignore[union-attr]
    draws = rng.multivariate_normal(fit.table["estimate"].iloc[:3].to_numpy(dtype=float), covariance, n_runs)
    gain, loss = (1.0 - (1.0 - np.clip(draws[:, place], 0.0, 0.999)) ** (1.0 / months) for place in (0, 2))
    return unmoved(n_runs)._replace(gain=gain, loss=loss, per_contact=draws[:, 1] / months)


def _of_hazard(fit: Estimates | None, exposure: np.ndarray, n_runs: int, rng: np.random.Generator) -> np.ndarray:
    """Lines (R, 5) of the log hazard ratio, less the log of the mean ratio at the start."""
    lines = np.zeros((n_runs, 5))
    if fit is None:
        return lines
    terms = ["exposure", *(["no contacts"] if "no contacts" in fit.table.index else [])]
    inner = fit.covariance.loc[terms, terms].to_numpy()  # type: ignore[union-attr]
    draws = rng.multivariate_normal(fit.table.loc[terms, "estimate"].to_numpy(dtype=float), inner, n_runs)
    met = exposure[np.isfinite(exposure)]
    ratios = np.exp(draws[:, :1] * met)
    if len(terms) > 1:
        ratios = np.column_stack([ratios, np.repeat(np.exp(draws[:, 1:]), len(exposure) - len(met), axis=1)])
    centre = np.log(ratios.mean(axis=1)) if ratios.shape[1] else np.zeros(n_runs)
    lines[:, 0], lines[:, 1] = -centre, draws[:, 0]
    lines[:, 4] = draws[:, 1] - centre if len(terms) > 1 else 0.0
    return lines


def _of_actors(rates: ActorRates, months: float, n_runs: int, rng: np.random.Generator) -> DrawnRates:
    """Steps of an actor-oriented model: chances to move at all a month, and where to by what contacts hold."""
    draws = rates.draw(n_runs, rng)
    up = draws.lines
    steps = 1.0 - np.exp(-draws.rate / months)
    return unmoved(n_runs)._replace(lines=np.stack([up, -up], axis=1), steps=steps, likeness=draws.likeness)
