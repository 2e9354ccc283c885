"""How strong would a trait nobody recorded have to be to explain an estimate away?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from recoverynet.arguments import number_within
from recoverynet.draw.results import Axes, draw_reason
from recoverynet.draw.sensitivity import draw_sensitivity
from recoverynet.errors import SchemaError
from recoverynet.models.spread.matching import MatchedEstimate
from recoverynet.results import Check, Estimates, Result, settings_of

RATIOS = ("risk ratio", "odds ratio", "hazard ratio")
RARE = 0.15
OUTCOME_RATIOS = (1.5, 2.0, 3.0, 4.0, 6.0)
TRAIT_SHARES = ((0.5, 0.4), (0.6, 0.4), (0.7, 0.3), (0.8, 0.2), (0.9, 0.1))
ASSUMPTIONS = (
    "The estimate is right but for one thing: a trait nobody recorded that goes with exposure, because like "
    "people meet, and with the outcome.",
    "For the table of traits: the trait has two levels and moves the outcome by the same ratio whatever the exposure.",
    "Faulty records, people left out and chance are not allowed for here.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Sensitivity(Result):
    """How much likeness it takes to explain an estimate away.

    Parameters
    ----------
    estimand : str
        What was estimated, in words.
    risk_ratio, low, high : float
        The estimate and its interval as (approximate) risk ratios.
    e_value, e_value_bound : float
        E-value of the estimate and of the bound of its interval that is nearer to 1.
    traits : pandas.DataFrame
        One row a trait; see :func:`sensitivity`.
    curve : pandas.DataFrame
        Points of the two curves that the figure shows.
    """

    estimand: str
    risk_ratio: float
    low: float
    high: float
    e_value: float
    e_value_bound: float
    traits: pd.DataFrame
    curve: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """E-values.

        Returns
        -------
        pandas.DataFrame indexed by value ("estimate", "bound")
            ``risk_ratio``: the estimate and the bound of its interval nearer to 1; ``e_value``: how
            strongly, as a risk ratio, a trait must go with exposure and with the outcome to bring it to
            1.
        """
        bound = _nearer(self.risk_ratio, self.low, self.high)
        values = {"risk_ratio": [self.risk_ratio, bound], "e_value": [self.e_value, self.e_value_bound]}
        return pd.DataFrame(values, index=pd.Index(["estimate", "bound"], name="value"))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Which traits would explain the estimate, and the bound of its interval, away.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Default: new ones.

        Returns
        -------
        matplotlib Axes
        """
        if self.reason:
            return draw_reason(self.reason, ax=ax)
        return draw_sensitivity(self.curve, e_value=self.e_value, e_value_bound=self.e_value_bound, people=self.n_people, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimate", self.estimand

    def _headline(self) -> str:
        interval = "" if np.isnan(self.e_value_bound) else f", one of {self.e_value_bound:.2f} its interval"
        return (
            f"a trait that goes with both exposure and outcome by a ratio of {self.e_value:.2f} could "
            f"explain the estimate away{interval}"
        )


def sensitivity(
    estimate: Estimates | float,
    *,
    low: float | None = None,
    high: float | None = None,
    ratio: str | None = None,
    outcome_share: float | None = None,
    contrast: float = 1.0,
    outcome_ratios: Sequence[float] = OUTCOME_RATIOS,
    trait_shares: Sequence[tuple[float, float]] = TRAIT_SHARES,
) -> Sensitivity:
    """How strongly would an unrecorded trait have to draw like people together to explain this away?

    Parameters
    ----------
    estimate : Estimates or float
        What :func:`recoverynet.fit_hazard`, :func:`recoverynet.dyadic_influence` or
        :func:`recoverynet.matched_estimate` gave, or a ratio from elsewhere, above 0.
    low, high : float, optional
        Interval of a ratio given as a number. Without the bound nearer to 1 nothing is said of it (NaN).
    ratio : {"risk ratio", "odds ratio", "hazard ratio"}, optional
        What the number is. Default "risk ratio"; estimates know theirs.
    outcome_share : float, optional
        Share of people in whom the outcome happens by the end of follow-up, above 0 and below 1. Up to 0.15 (default for
        numbers) odds and hazard ratios are taken for risk ratios; above, they are converted. Estimates know theirs: the
        people who ever gained (lost, held) it among those at risk, not the share of person-waves, which shrinks with every
        wave looked at.
    contrast : float
        Exposures compared, above 0: 1 (default) is every contact holding the norm rather than none; 0.5 is half
        of them. Estimates of ratios from models only; an error with a number or a matched estimate.
    outcome_ratios : sequence of float
        Ratios by which the traits of the table move the outcome, above 1.
    trait_shares : sequence of (float, float)
        Shares having the trait among exposed and unexposed people in the table.

    Returns
    -------
    Sensitivity
        ``e_value``, ``e_value_bound``; ``traits`` with columns ``outcome_ratio``, ``share_exposed``,
        ``share_unexposed``, ``bias`` (ratio the trait alone would make), ``corrected`` and
        ``corrected_bound`` (estimate and nearer bound without it), ``explains`` and ``explains_bound``
        (whether they reach 1). Ratios below 1 are turned round for the E-value, and ``traits`` is of
        the ratio turned round.

    Raises
    ------
    SchemaError
        A ratio that is not above 0, an interval that does not hold it, an estimate that is not a ratio,
        shares outside 0 to 1.

    Notes
    -----
    E = RR + √(RR(RR − 1)) (VanderWeele & Ding 2017): a trait that goes with exposure and with the
    outcome by less than E each, as risk ratios given what was adjusted for, cannot explain RR away. For
    the bound nearer to 1 likewise; 1 where the interval holds 1. The figure shows every pair (γ, e)
    with γe/(γ + e − 1) = RR.

    For a trait of two levels that a share π₁ of the exposed and π₀ of the unexposed have, and that
    multiplies the chance of the outcome by γ, RR without it is RR/B with B = [1 + (γ − 1)π₁]/[1 + (γ −
    1)π₀] (VanderWeele 2011).

    Where the outcome is not rare by the end of follow-up (more than 15 % of people, VanderWeele & Ding's bound), RR is
    taken as √OR, or as (1 − 0.5^√HR)/(1 − 0.5^√(1/HR)). Rarity is that of people who ever have the outcome: on a sample
    where 7 % of person-waves but 37 % of people gain the norm it is common. Which was used, and of whom, stands among the
    checks and settings. These numbers weigh an estimate against a rival explanation; they do not show that the rival is wrong.

    References
    ----------
    VanderWeele, T. J. & Ding, P. (2017). Sensitivity analysis in observational research: introducing
    the E-value. Annals of Internal Medicine 167, 268-274. https://doi.org/10.7326/M16-2607

    VanderWeele, T. J. (2011). Sensitivity analysis for contagion effects in social networks.
    Sociological Methods & Research 40, 240-255. https://doi.org/10.1177/0049124111404821

    Examples
    --------
    >>> import recoverynet as rn
    >>> result = rn.sensitivity(3.9, low=1.8, high=8.7)
    >>> round(result.e_value, 2), round(result.e_value_bound, 2)
    (7.26, 3.0)
    """
    _require(contrast, outcome_share, outcome_ratios, trait_shares)
    value, bounds, kind, share, words, n_people, n_dropped = _ratio_of(estimate, low, high, ratio, outcome_share, contrast)
    needed = [value, *bounds] if isinstance(estimate, Estimates) else [value]
    reason = None if np.isfinite(needed).all() else _no_ratio(estimate)
    _require_within(value, bounds)
    converted = [_as_risk_ratio(each, kind, share) for each in (value, *bounds)]
    nearer = _nearer(*converted)
    common = kind != "risk ratio" and share is not None and share > RARE
    rare = "outcome rare enough to read the ratio as a risk ratio"
    of_people = isinstance(estimate, Estimates) and outcome_share is None and estimate.n_people_ever is not None
    check = Check(rare, not common, _share_words(share, common, kind, "people ever have" if of_people else "rows have"))
    return Sensitivity(
        question="How strong would a trait nobody recorded have to be to explain this away?",
        estimand=words,
        assumptions=ASSUMPTIONS,
        n_people=n_people,
        n_dropped=n_dropped,
        checks=(check,),
        settings=settings_of(
            ratio=kind,
            outcome_share=share,
            outcome_share_of="people" if of_people else "given" if outcome_share is not None else "rows",
            contrast=contrast,
            outcome_ratios=list(outcome_ratios),
            trait_shares=[list(pair) for pair in trait_shares],
        ),
        risk_ratio=converted[0],
        low=converted[1],
        high=converted[2],
        reason=reason,
        e_value=e_value(converted[0]),
        e_value_bound=e_value(nearer),
        traits=_traits(converted[0], nearer, outcome_ratios, trait_shares),
        curve=_curve(converted[0], nearer),
    )


def e_value(risk_ratio: float) -> float:
    """How strongly must a trait go with exposure and with outcome to make this risk ratio on its own?

    Parameters
    ----------
    risk_ratio : float
        Above 0; below 1 it is turned round.

    Returns
    -------
    float
        RR + √(RR(RR − 1)), 1 or more; NaN where the ratio is missing.

    Examples
    --------
    >>> round(e_value(2.0), 3), e_value(1.0)
    (3.414, 1.0)
    """
    if np.isnan(risk_ratio):
        return float("nan")
    larger = max(risk_ratio, 1 / risk_ratio)
    return float(larger + np.sqrt(larger * (larger - 1)))


def trait_bias(outcome_ratio: float, share_exposed: float, share_unexposed: float) -> float:
    """Which risk ratio would a trait of two levels make on its own?

    Parameters
    ----------
    outcome_ratio : float
        γ, by which the trait multiplies the chance of the outcome, above 0.
    share_exposed, share_unexposed : float
        π₁ and π₀, shares having the trait, 0 to 1.

    Returns
    -------
    float
        [1 + (γ − 1)π₁] / [1 + (γ − 1)π₀].

    Examples
    --------
    >>> trait_bias(3.0, 0.75, 0.25)
    1.6666666666666667
    """
    return (1 + (outcome_ratio - 1) * share_exposed) / (1 + (outcome_ratio - 1) * share_unexposed)


def _ratio_of(
    estimate: Estimates | float, low: float | None, high: float | None, ratio: str | None, share: float | None, contrast: float
) -> tuple[float, tuple[float, float], str, float | None, str, int, int]:
    """The ratio, its interval, its kind, the share with the outcome, and what it is in words."""
    if contrast != 1 and (isinstance(estimate, MatchedEstimate) or not isinstance(estimate, Estimates)):
        raise SchemaError(f"contrast is of what a model estimates for exposure; leave it alone here, got {contrast!r}.")
    if not isinstance(estimate, Estimates):
        if isinstance(estimate, bool) or not isinstance(estimate, Real) or not 0 < estimate < np.inf:
            raise SchemaError(f"estimate must be a ratio above 0, or what a model of this package gave; got {estimate!r}.")
        bounds = tuple(
            np.nan if bound is None else number_within(bound, name, 0, such_as=1.5, what="a bound of the ratio,")
            for name, bound in (("low", low), ("high", high))
        )
        kind = ratio or "risk ratio"
        if kind not in RATIOS:
            raise SchemaError(f"ratio must be one of {', '.join(map(repr, RATIOS))}; got {kind!r}.")
        return float(estimate), bounds, kind, share, f"{kind} {estimate:.3g}, as given", 0, 0
    if low is not None or high is not None or ratio is not None:
        raise SchemaError("low, high and ratio belong to a ratio given as a number; an estimate knows its own.")
    people = estimate.n_people, estimate.n_dropped
    if isinstance(estimate, MatchedEstimate):
        middle, reach = estimate.log_risk_ratio, ndtri(0.5 + estimate.level / 2) * estimate.log_risk_ratio_error
        value, lower, upper = np.exp([middle, middle - reach, middle + reach])
        return value, (lower, upper), "risk ratio", None, estimate.estimand, *people
    if estimate.ratio not in RATIOS:
        raise SchemaError(f"{estimate!r} is not a ratio; a sensitivity analysis needs {', '.join(RATIOS)}.")
    if share is None:
        share = _share_of(estimate)
    value, *bounds = np.exp(contrast * np.array([estimate.estimate, estimate.low, estimate.high]))
    return value, tuple(sorted(bounds)), estimate.ratio, share, estimate.estimand, *people


def _share_of(estimate: Estimates) -> float | None:
    """Share of people in whom the outcome ever happened; of rows where people were not counted, None without either."""
    if estimate.n_people_ever is not None and estimate.n_people:
        return estimate.n_people_ever / estimate.n_people
    return estimate.n_events / estimate.n_rows if estimate.n_rows else None


def _no_ratio(estimate: Estimates | float) -> str:
    reason = estimate.reason if isinstance(estimate, Estimates) else None
    return reason or "the estimate has no finite ratio with an interval"


def _require(
    contrast: float, outcome_share: float | None, outcome_ratios: Sequence[float], shares: Sequence[tuple[float, float]]
) -> None:
    """Raise SchemaError for numbers that cannot be."""
    number_within(contrast, "contrast", 0, such_as=1.0)
    if outcome_share is not None:
        number_within(outcome_share, "outcome_share", 0, 1, such_as=0.2, what="a share of rows")
    try:
        ratios, pairs = np.asarray(outcome_ratios, dtype=float), np.asarray(list(shares), dtype=float)
    except (TypeError, ValueError):
        ratios, pairs = np.empty((0, 0)), np.empty(0)
    if ratios.ndim != 1 or not ((ratios > 1) & np.isfinite(ratios)).all():
        raise SchemaError(f"outcome_ratios is a list of numbers above 1, such as [2.0, 3.0]; got {outcome_ratios!r}.")
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not ((pairs >= 0) & (pairs <= 1)).all():
        raise SchemaError(f"trait_shares is a list of pairs of shares from 0 to 1, such as [(0.7, 0.3)]; got {shares!r}.")


def _require_within(value: float, bounds: tuple[float, float]) -> None:
    """Raise SchemaError for a ratio that its interval does not hold."""
    if bounds[0] > value or bounds[1] < value:
        raise SchemaError(f"A ratio within its interval is needed; got {value:g} in {bounds[0]:g} to {bounds[1]:g}.")


def _as_risk_ratio(value: float, kind: str, share: float | None) -> float:
    """An odds or hazard ratio of a common outcome as an approximate risk ratio."""
    if kind == "risk ratio" or share is None or share <= RARE:
        return float(value)
    if kind == "odds ratio":
        return float(np.sqrt(value))
    return float((1 - 0.5 ** np.sqrt(value)) / (1 - 0.5 ** np.sqrt(1 / value)))


def _nearer(value: float, low: float, high: float) -> float:
    """The bound nearer to 1; 1 where the interval holds it."""
    if value > 1:
        return float(np.maximum(low, 1.0))
    return float(np.minimum(high, 1.0)) if value < 1 else float(value)


def _share_words(share: float | None, common: bool, kind: str, who: str) -> str:
    if kind == "risk ratio":
        return "it is one"
    known = "share with the outcome not given" if share is None else f"{share:.0%} of {who} the outcome"
    return f"{known}; {kind} converted" if common else known


def _traits(value: float, bound: float, outcome_ratios: Sequence[float], shares: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """What is left of the estimate, and of its bound, for every trait of the table."""
    if value < 1:
        value, bound = 1 / value, 1 / bound
    rows: list[dict[str, Any]] = []
    for gamma in outcome_ratios:
        for exposed, unexposed in shares:
            bias = trait_bias(gamma, exposed, unexposed)
            rows.append(
                {
                    "outcome_ratio": gamma,
                    "share_exposed": exposed,
                    "share_unexposed": unexposed,
                    "bias": bias,
                    "corrected": value / bias,
                    "corrected_bound": bound / bias,
                    "explains": bool(bias >= value),
                    "explains_bound": None if np.isnan(bound) else bool(bias >= bound),
                }
            )
    return pd.DataFrame(rows)


def _curve(value: float, bound: float, n_points: int = 60) -> pd.DataFrame:
    """Pairs of ratios that just explain the estimate, and its bound, away."""
    parts = []
    for name, ratio in (("estimate", value), ("bound", bound)):
        larger = max(ratio, 1 / ratio)
        if not larger > 1:
            continue
        strength = e_value(larger)
        outcome = larger + np.geomspace((strength - larger) / 20, 4 * strength, n_points)
        exposure = larger * (outcome - 1) / (outcome - larger)
        parts.append(pd.DataFrame({"what": name, "outcome_ratio": outcome, "exposure_ratio": exposure}))
    empty = pd.DataFrame({"what": pd.Series(dtype=str), "outcome_ratio": [], "exposure_ratio": []})
    return pd.concat(parts, ignore_index=True) if parts else empty
