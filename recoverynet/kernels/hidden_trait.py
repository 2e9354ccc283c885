"""How much a trait nobody recorded could fake: the bias of a lagged exposure estimate under latent homophily.

Symbols: U a trait half of the people have; τ the odds of a tie within over across U; ω the odds ratio of gaining the
norm with U over without (and of losing it, the other way round); g and l the chances of gaining and losing the norm
from one wave to the next in the middle of U; v the variance of the exposure among those at risk.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

STRONGEST = 1e4


def long_run_share(gain: float, loss: float) -> float:
    """Share holding a reversible norm once gains and losses balance: g / (g + l)."""
    return gain / (gain + loss)


def hidden_trait_bias(tie_odds: float, outcome_odds: float, *, gain: float, loss: float, variance: float) -> float:
    """Log odds ratio that a hidden trait alone would lend to exposure.

    U shifts the log odds of gaining by ± ½ log ω and of losing by ∓ ½ log ω, so that a share p₁ of those with U holds
    the norm in the long run and p₀ of those without. Of a person's contacts τ/(1 + τ) share U, hence exposure differs
    by Δ = (τ − 1)/(τ + 1) · (p₁ − p₀) between the two; U regressed on exposure has slope Δ/(4v), and leaving U out adds
    log ω · Δ/(4v) to the coefficient of exposure (omitted-variable bias to first order).
    """
    half = 0.5 * np.log(outcome_odds)
    with_trait = long_run_share(expit(logit(gain) + half), expit(logit(loss) - half))
    without = long_run_share(expit(logit(gain) - half), expit(logit(loss) + half))
    difference = (tie_odds - 1.0) / (tie_odds + 1.0) * (with_trait - without)
    return float(np.log(outcome_odds) * difference / (4.0 * variance))


def trait_strength_for(bias: float, *, gain: float, loss: float, variance: float) -> float:
    """The x at which a hidden trait with tie odds x and outcome odds x alone makes ``bias``; 1 where bias ≤ 0.

    Infinite where no strength up to 10,000 would do, NaN where a rate or the variance is not known.
    """
    if not np.isfinite([bias, gain, loss, variance]).all() or variance <= 0 or not (0 < gain < 1 and 0 < loss < 1):
        return np.nan
    if bias <= 0:
        return 1.0

    def excess(log_odds: float) -> float:
        odds = float(np.exp(log_odds))
        return hidden_trait_bias(odds, odds, gain=gain, loss=loss, variance=variance) - bias

    top = float(np.log(STRONGEST))
    return float(np.exp(brentq(excess, 0.0, top))) if excess(top) > 0 else np.inf
