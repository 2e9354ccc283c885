"""One answer out of several: the same estimate from panels in which what is unknown was filled in differently."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recoverynet.errors import SchemaError
from recoverynet.results import Check, Estimates


def pooled(fits: Sequence[Estimates]) -> Estimates:
    """What do several panels say together, the doubt about what was filled in included?

    Parameters
    ----------
    fits : sequence of Estimates
        Two or more answers to one question, of panels that differ in what was filled in only; see
        :func:`recoverynet.impute_panels`.

    Returns
    -------
    Estimates
        The table of the first: ``estimate`` the mean, ``std_error`` from within and between panels, intervals and p from a t
        distribution; ``df`` (its degrees of freedom) and ``unknown`` (share of the variance that is due to what was unknown) are
        added. Of ``n_rows`` and ``n_events`` the mean, rounded. Panels without an answer are left out and counted in a check;
        NaN with a ``reason`` where fewer than two have one.

    Raises
    ------
    SchemaError
        Fewer than two are given, or they are not answers to one question.

    Notes
    -----
    With m panels, W the mean squared standard error and B the variance of the estimates among panels, the variance is
    T = W + (1 + 1/m) B, its degrees of freedom (m - 1) (1 + W / ((1 + 1/m) B))² (Rubin).

    References
    ----------
    Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley. https://doi.org/10.1002/9780470316696

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> fits = [rn.fit_hazard(simulate_panel(200, rng=seed)) for seed in (1, 2)]  # two panels, as if filled in twice
    >>> found = rn.pooled(fits)
    >>> min(fit.estimate for fit in fits) < found.estimate < max(fit.estimate for fit in fits)
    True
    """
    found = list(fits) if isinstance(fits, Sequence) else []
    if len(found) < 2 or not all(isinstance(fit, Estimates) for fit in found):
        raise SchemaError("pooled() takes a list of two or more fits, one of each panel, such as fit_hazard() gives them.")
    first = found[0]
    asked = (first.question, first.estimand, first.focus)
    apart = next((fit for fit in found if (fit.question, fit.estimand, fit.focus) != asked), None)
    if apart is not None:
        raise SchemaError(f"These fits answer different questions: {first.question!r} and {apart.question!r}.")
    answered = [fit for fit in found if math.isfinite(fit.estimate) and math.isfinite(fit.std_error)]
    check = Check("every panel has an answer", len(answered) == len(found), f"{len(answered)} of {len(found)} panels")
    shared: dict[str, Any] = {"checks": (*first.checks, check), "covariance": None}
    if len(answered) < 2:
        why = first.reason or "too little is known in most of them"
        table = first.table * np.nan
        return replace(first, table=table, reason=f"fewer than two of {len(found)} panels have an answer ({why})", **shared)
    names = ("n_rows", "n_events", "n_people")
    shared |= {name: round(float(np.mean([getattr(fit, name) for fit in answered]))) for name in names}
    return replace(answered[0], table=_together(answered), reason=None, **shared)


def _together(fits: Sequence[Estimates]) -> pd.DataFrame:
    """Rubin's rules, term by term; a term some panels lack is left out."""
    terms = [term for term in fits[0].table.index if all(term in fit.table.index for fit in fits)]
    estimates, errors = (np.array([fit.table.loc[terms, name] for fit in fits], dtype=float) for name in ("estimate", "std_error"))
    within, between = (errors**2).mean(axis=0), (1 + 1 / len(fits)) * estimates.var(axis=0, ddof=1)
    middle, error = estimates.mean(axis=0), np.sqrt(within + between)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (len(fits) - 1) * (1 + within / between) ** 2
        statistic, unknown = middle / error, between / (within + between)
    reach = stats.t.ppf((1 + fits[0].level) / 2, df) * error
    columns: dict[str, np.ndarray] = {
        "estimate": middle,
        "std_error": error,
        "statistic": statistic,
        "p": 2 * stats.t.sf(np.abs(statistic), df),
        "low": middle - reach,
        "high": middle + reach,
    }
    return pd.DataFrame({**columns, "df": df, "unknown": unknown}, index=pd.Index(terms, name=fits[0].table.index.name))
