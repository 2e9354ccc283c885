"""Where an estimation starts, and whether the panel can answer: change in every period, not too much of it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, RecoveryNetWarning, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.saom.columns import Parameter
from recoverynet.models.saom.epochs import PanelEpoch
from recoverynet.models.saom.setting import SaomSetting
from recoverynet.results import Check

LEAST_JACCARD = 0.2


def check_change(setting: SaomSetting) -> tuple[Check, ...]:
    """Does every period hold change to learn from, and enough ties that stay?

    Raises
    ------
    NotEstimableError
        Nothing is known to have changed in a period, so that its rate cannot be estimated, or everybody has the same
        value of a covariate.
    TimeOrderError
        Somebody left before joining.

    Warns
    -----
    RecoveryNetWarning
        Fewer than one in five ties that are there at either end of a period are there at both (Jaccard below 0.2).
    """
    _check_order(setting.panel)
    _check_there(setting.panel)
    _check_constant(setting)
    check_nothing_still(setting)
    found = [_jaccard(setting, period) for period in setting.periods]
    low = [f"{value:.2f} in period {period}" for period, value in zip(setting.periods, found, strict=True) if value < LEAST_JACCARD]
    words = ", ".join(f"{value:.2f}" for value in found)
    if low:
        warnings.warn(
            f"Few ties last: the Jaccard index is {', '.join(low)}, where 0.3 or more is usual. The waves may be too far apart "
            "for a model of gradual change, or the network was asked for differently.",
            RecoveryNetWarning,
            stacklevel=4,
        )
    strengths = any((matrix.data != 1.0).any() for matrix in setting.panel.networks)
    valued = (Check("ties are there or not", False, "they have strengths here; any strength counts as a tie"),) * strengths
    return (*valued, Check(f"ties last (Jaccard index of {LEAST_JACCARD} or more in every period)", not low, words))


def check_nothing_still(setting: SaomSetting) -> None:
    """Every network and behaviour changes in every period of every group.

    Raises
    ------
    NotEstimableError
        Nothing is known to have changed in one.
    """
    still = [
        f"{name} from wave {epoch.period} to {epoch.period + 1}{_in_group(epoch)} ({_why_still(setting, epoch, variable)})"
        for epoch in setting.epochs
        for variable, name in enumerate([setting.specification.network_name, *setting.specification.behaviour])
        if epoch.arrays.distances[variable] == 0
    ]
    if still:
        raise NotEstimableError(
            f"No change to learn from: {', '.join(still[:5])}{f' and {len(still) - 5} more' if len(still) > 5 else ''}. A rate "
            "of change cannot be estimated there; leave the wave, the group or the variable out."
        )


def _in_group(epoch: PanelEpoch) -> str:
    return f" in group {epoch.group}" if epoch.group is not None else ""


def _why_still(setting: SaomSetting, epoch: PanelEpoch, variable: int) -> str:
    """Why nothing is known to have changed in an epoch."""
    panel, waves = setting.panel, slice(epoch.period - 1, epoch.period + 1)
    here = panel.present[epoch.people, waves].all(axis=1)
    if here.sum() < 2:
        return f"{int(here.sum())} of {epoch.n_people} people are there at both waves"
    if variable == 0:
        people = epoch.people[here]
        first, last = (panel.missing[wave][people][:, people] for wave in (epoch.period - 1, epoch.period))
        nothing = int(((first + last) > 0).sum()) >= len(people) * (len(people) - 1)
    else:
        values = panel.behaviour[epoch.behaviours[variable - 1]][epoch.people, waves]
        nothing = not np.isfinite(values).all(axis=1).any()
    return "nothing is known at both waves" if nothing else "nothing changed"


def _check_order(panel: NetworkPanel) -> None:
    """Nobody leaves before joining, where the panel tells when people did."""
    people = panel.people
    if not {"joined_on", "left_on"} <= set(people.columns):
        return
    joined, left = (pd.to_datetime(people[name], errors="coerce", utc=True) for name in ("joined_on", "left_on"))
    wrong = people[left < joined]
    if len(wrong):
        raise TimeOrderError(
            f"{len(wrong)} people leave before they join, such as {wrong.index[0]!r}: joined_on {wrong['joined_on'].iloc[0]}, "
            f"left_on {wrong['left_on'].iloc[0]}. Mend the dates, or empty one of them, and make the panel again."
        )


def _check_there(panel: NetworkPanel) -> None:
    """Somebody is there at every wave."""
    empty = [str(wave) for wave, here in enumerate(np.atleast_1d(panel.present.any(axis=0)), start=1) if not here]
    if empty:
        raise NotEstimableError(f"Nobody is there at wave {', '.join(empty)}; leave {'it' if len(empty) == 1 else 'these'} out.")


def _check_constant(setting: SaomSetting) -> None:
    """Covariates differ between people."""
    own = setting.attributes
    for name, levels in zip(own.names[:-1], own.levels[:-1], strict=True):
        if len(levels) == 1:
            raise NotEstimableError(
                f"Everybody whose {name!r} is known has the same value, so that nothing can be learnt about it; leave out the "
                "terms that refer to it."
            )


def _jaccard(setting: SaomSetting, period: int) -> float:
    both = either = 0
    for epoch in setting.epochs:
        if epoch.period == period:
            first = {tuple(pair) for pair in epoch.arrays.start.tolist()}
            last = {tuple(pair) for pair in epoch.end.tolist()}
            both, either = both + len(first & last), either + len(first | last)
    return both / either if either else 0.0


def starting_values(setting: SaomSetting, targets: np.ndarray) -> np.ndarray:
    """θ to start from: rates from observed change, density from observed density, everything else 0."""
    theta = np.zeros(len(setting.parameters))
    people = {(epoch.group, epoch.period): epoch for epoch in setting.epochs}
    network = setting.specification.network_name
    for place, parameter in enumerate(setting.parameters):
        if parameter.effect == "Rate":
            epoch = people[parameter.group, int(parameter.period or 1)]
            change = targets[place] / max(epoch.n_people, 1)
            theta[place] = np.clip(2.0 * change if parameter.dependent == network else 1.5 * change + 0.1, 0.3, 40.0)
        elif parameter.effect == "density" and parameter.type == "eval":
            theta[place] = _half_logit(setting)
        if parameter.start is not None:
            theta[place] = parameter.start
        if parameter.fixed is not None:
            theta[place] = parameter.fixed
    return theta


def _half_logit(setting: SaomSetting) -> float:
    ties = sum(len(epoch.arrays.start) + len(epoch.end) for epoch in setting.epochs)
    pairs = sum(2 * epoch.n_people * (epoch.n_people - 1) for epoch in setting.epochs)
    density = np.clip(ties / max(pairs, 1), 1e-4, 0.9)
    return float(0.5 * np.log(density / (1.0 - density)))


def check_collinear(free: Sequence[Parameter], sums: np.ndarray, started: Sequence[str] = ()) -> None:
    """Can the statistics be told apart? ``sums`` (runs, P) are simulated statistics of the free parameters.

    ``started`` are labels of parameters whose starting value was given.

    Raises
    ------
    NotEstimableError
        A statistic never varies, or is a combination of others.
    """
    hint = ""
    if started:
        hint = (f" Or starting values of {', '.join(started)} lead where there is no way back, such as to ties with everybody or "
                "nobody: leave start out, or begin nearer to 0.")  # fmt: skip
    spread = sums.std(axis=0)
    fixed = [each.label for each, value in zip(free, spread, strict=True) if value < 1e-10]
    if fixed:
        raise NotEstimableError(
            f"Simulations never change the statistic of {', '.join(fixed)}: the panel holds nothing to estimate it from. "
            f"Leave it out, or hold it with fixed=.{hint}"
        )
    standard = (sums - sums.mean(axis=0)) / spread
    _, values, directions = np.linalg.svd(standard, full_matrices=False)
    if len(values) < len(free) or values[-1] < 1e-7 * values[0]:
        together = [each for each, weight in zip(free, directions[-1], strict=True) if abs(weight) > 0.05]
        if any(each.effect == "Rate" for each in together):
            hint = f" Where ties are only made, or only dropped, their number tells no more than the amount of change.{hint}"
        raise NotEstimableError(
            "Effects that are combinations of each other cannot be estimated together: "
            f"{', '.join(each.label for each in together)}. Leave one of them out.{hint}"
        )
