"""The table of a fit: estimates, standard errors, t-ratios of convergence; and the way the estimation took."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from recoverynet.models.saom.columns import Parameter, parameter_frame
from recoverynet.models.saom.robbins_monro import Estimation, Phase3
from recoverynet.models.saom.setting import SaomSetting


def covariance_of(here: Phase3, free: np.ndarray) -> np.ndarray:
    """D⁻¹ Σ D⁻ᵀ of the free parameters."""
    inverse = np.linalg.pinv(here.derivative[np.ix_(free, free)])
    answer: np.ndarray = inverse @ here.spread[np.ix_(free, free)] @ inverse.T
    return answer


def table_of(
    setting: SaomSetting, theta: np.ndarray, covariance: np.ndarray, t_ratios: np.ndarray, targets: np.ndarray, here: Phase3 | None
) -> pd.DataFrame:
    """One row a parameter; standard errors and t-ratios are NaN where they were held fixed."""
    frame = parameter_frame(setting.parameters)
    with np.errstate(invalid="ignore", divide="ignore"):
        std_error = np.sqrt(np.diag(covariance))
        frame = frame.assign(
            estimate=theta,
            std_error=std_error,
            t_ratio=t_ratios,
            p=2 * ndtr(-np.abs(theta / std_error)),
            low=theta - ndtri(0.975) * std_error,
            high=theta + ndtri(0.975) * std_error,
            target=targets,
            fixed=[each.fixed is not None for each in setting.parameters],
        )
    frame.loc[frame["effect"] == "Rate", "p"] = np.nan
    if setting.condition >= 0 and here is not None:
        frame = _with_conditional_rates(frame, setting, here)
    return frame if frame["group"].notna().any() else frame.drop(columns="group")


def _with_conditional_rates(frame: pd.DataFrame, setting: SaomSetting, here: Phase3) -> pd.DataFrame:
    """Basic rates of the variable conditioned on, from the time its change took; those of others in the same units."""
    name = [setting.specification.network_name, *setting.specification.behaviour][setting.condition]
    rows = []
    for epoch, times in zip(setting.epochs, here.times, strict=True):
        rows.append(
            {
                "dependent": name,
                "effect": "Rate",
                "covariate": "",
                "type": "rate",
                "period": epoch.period,
                "group": epoch.group,
                "estimate": times.mean(),
                "std_error": times.std(),
                "target": float(epoch.arrays.distances[setting.condition]),
                "fixed": False,
            }
        )
        others = (frame["effect"] == "Rate") & (frame["period"] == epoch.period)
        if epoch.group is not None:
            others &= frame["group"] == epoch.group
        frame.loc[others, ["estimate", "std_error", "low", "high"]] *= times.mean()
    found = pd.concat([pd.DataFrame(rows), frame], ignore_index=True)[list(frame.columns)]
    return found.astype({"period": "Int64"})


def trace_of(parameters: Sequence[Parameter], estimation: Estimation) -> pd.DataFrame:
    """One row an iteration of phase 2 and a parameter."""
    values = np.array([theta for _, theta in estimation.trace]).reshape(-1, len(parameters))
    n_steps = len(values)
    return pd.DataFrame(
        {
            "iteration": np.repeat(np.arange(1, n_steps + 1), len(parameters)),
            "subphase": np.repeat([subphase for subphase, _ in estimation.trace], len(parameters)),
            "parameter": np.tile([each.label for each in parameters], n_steps),
            "value": values.ravel(),
        }
    )
