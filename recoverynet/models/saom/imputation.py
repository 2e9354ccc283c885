"""Panels in which states and ties nobody knows of stand as a fitted co-evolution model would have them, several times over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from recoverynet.arguments import whole_number
from recoverynet.errors import NotEstimableError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.saom.fitted import SaomFit, checked_fit
from recoverynet.models.saom.setting import SaomSetting
from recoverynet.models.saom.what_if import WaveEnd, chained_runs, start_of, with_wave
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng

MOST_DRAWS = 100


def impute_panels(fit: SaomFit, n: int = 20, *, rng: RandomSource = None, quiet: bool | None = None) -> tuple[NetworkPanel, ...]:
    """What might the ties and states that nobody knows of have been, if people changed by the rules of a fitted model?

    Parameters
    ----------
    fit : SaomFit
        A converged fit, of ties alone or of ties and behaviour.
    n : int
        Panels, 2 or more. Default 20; more where more is unknown.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
    quiet : bool, optional
        Show no progress.

    Returns
    -------
    tuple of NetworkPanel
        The panel of the fit n times; what is known stands as it was, what is not as simulated. To be analysed one by one and
        put together with :func:`recoverynet.pooled`.

    Raises
    ------
    SchemaError
        It is no fit, or ``n`` is below 2.
    NotEstimableError
        The fit did not converge, nothing is unknown, or a simulation did not come to an end.

    Notes
    -----
    For each panel parameters are drawn from the normal distribution of the estimates. Then, wave by wave, a run of the model
    starts from the completed wave before; what it ends in stands for what is unknown, and what is known stays. At the first
    wave, which nothing comes before, unknown ties are taken to be absent, and states to be as next known, else the commonest.

    What is known at a later wave is kept, but does not steer the run that leads to it, so that a tie or state between two
    known ones is guessed from the one before alone. Values are unknown at random, given what is known; the model is right.

    It pulls influence towards none: in six worlds of 150 people and four waves with 30 % of states unknown, the log odds ratio of
    exposure was 0.95 with all known (mean), 1.11 with what is known alone (standard error 0.65) and 0.59 filled in (0.55). The
    evidence ladder does not use it.

    References
    ----------
    Krause, R. W., Huisman, M. & Snijders, T. A. B. (2018). Multiple imputation for longitudinal network data. Italian Journal of
    Applied Statistics 30 (1).

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> one = ((draw.random((20, 20)) < 0.15) & ~np.eye(20, dtype=bool)) * 1.0
    >>> two = np.where(draw.random((20, 20)) < 0.1, ((draw.random((20, 20)) < 0.15) & ~np.eye(20, dtype=bool)) * 1.0, one)
    >>> two[3] = np.nan
    >>> two[3, 3] = 0
    >>> waves = rn.NetworkPanel.from_adjacency([one, two], network="contact")
    >>> fit = rn.fit_saom(waves, rn.Specification(network={"contact": ["density", "recip"]}), rng=1, quiet=True)
    >>> panels = rn.impute_panels(fit, 5, rng=1, quiet=True)
    >>> [int(each.missing[1].nnz) for each in panels]
    [0, 0, 0, 0, 0]
    """
    fit, n = checked_fit(fit), whole_number(n, "n, the number of panels,", 2)
    setting = fit.setting
    if not fit.converged:
        raise NotEstimableError(f"What is unknown is filled in by a fit that can be read. {fit.convergence}")
    if not _unknown(setting):
        raise NotEstimableError("Every tie and state of the model is known: there is nothing to fill in; analyse the panel itself.")
    generator = resolve_rng(rng)
    first = _mended(setting.panel, 0, start_of(setting))
    begun = with_wave(setting.panel, 0, first)
    return tuple(_completed(begun, fit, child) for child in track(generator.spawn(n), "filling in", total=n, quiet=quiet))


def _unknown(setting: SaomSetting) -> bool:
    panel = setting.panel
    gaps = (~np.isfinite(panel.behaviour[name]) & panel.present for name in setting.specification.behaviour)
    return any(ties.nnz for ties in panel.missing) or any(gap.any() for gap in gaps)


def _completed(begun: NetworkPanel, fit: SaomFit, rng: np.random.Generator) -> NetworkPanel:
    """One panel: parameters drawn, then every wave in turn."""
    observed = fit.setting.panel
    theta = _drawn(fit, rng)
    runs = chained_runs(fit.setting, theta, 1, rng, True, lambda wave, end: _mended(observed, wave, end))
    ((_, ends),) = runs
    panel = begun
    for wave, end in enumerate(ends, start=1):
        panel = with_wave(panel, wave, end)
    return replace(panel, norm=observed.norm, settings={**observed.settings, "filled_in": "impute_panels"}, notes=observed.notes)


def _drawn(fit: SaomFit, rng: np.random.Generator) -> np.ndarray:
    """Parameters within what the fit leaves open; rates stay above 0."""
    free = np.isfinite(np.diag(fit.covariance))
    rates = np.array([each.effect == "Rate" for each in fit.setting.parameters])
    answer: np.ndarray = fit.theta.copy()
    for _ in range(MOST_DRAWS):
        answer[free] = rng.multivariate_normal(fit.theta[free], fit.covariance[np.ix_(free, free)])
        if (answer[rates] > 0).all():
            return answer
    return fit.theta.copy()


def _mended(panel: NetworkPanel, wave: int, end: WaveEnd) -> WaveEnd:
    """A wave (from 0) with what is known of it as it was, and the rest as simulated."""
    unknown = panel.missing[wave].astype(float)
    known = sparse.csr_array(panel.networks[wave] > 0).astype(float)
    network = sparse.csr_array(known + end.network.multiply(unknown))
    network.eliminate_zeros()
    held = {
        name: np.where(np.isfinite(panel.behaviour[name][:, wave]), panel.behaviour[name][:, wave], values)
        for name, values in end.behaviour.items()
    }
    return WaveEnd(network, held)
