"""How states move and links end in a what-if: declared numbers, the record's own, or a fitted model with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.kernels.reversible_spread.courses import Rates
from recoverynet.models.interventions.community import RecordedRates
from recoverynet.models.interventions.declared import Range, in_range
from recoverynet.models.spread.sisa import SisaFit

SHARED, COUNTED = 0, 1


@dataclass(frozen=True, kw_only=True)
class DeclaredRates:
    """How do people gain and lose the norm, as you suppose? Chances a month; a pair (low, high) is drawn from anew in every run.

    Parameters
    ----------
    gain, loss : number or (low, high), optional
        Chance a month of gaining and of losing the norm with no contact who holds it, 0 to 1. Default: the record's own, drawn
        from what was seen, less what ``transmission`` and ``attending`` account for on average.
    transmission : number or (low, high)
        Added to the chance of a gain by each contact who holds the norm; a group counts as one contact, by the share of
        its others who hold it. Default 0: nothing spreads.
    attending : number or (low, high)
        Added by going to a recovery group, whoever is there. Default 0.
    leaving : number or (low, high), optional
        Chance a month that a link to a group ends. Default: the record's own.
    ties_ending : number or (low, high)
        Chance a month that a tie between two people gives way to another, where the network turns over. Default 0.05.

    Raises
    ------
    SchemaError
        A rate lies outside 0 to 1.

    Examples
    --------
    >>> DeclaredRates(transmission=(0.0, 0.02)).transmission
    (0.0, 0.02)
    """

    gain: Range | None = None
    loss: Range | None = None
    transmission: Range = 0.0
    attending: Range = 0.0
    leaving: Range | None = None
    ties_ending: Range = 0.05

    def __post_init__(self) -> None:
        for name in ("gain", "loss", "transmission", "attending", "leaving", "ties_ending"):
            value = getattr(self, name)
            if value is not None:
                in_range(value, f"The rate {name}, a chance a month,")


@dataclass(frozen=True, eq=False)
class FittedRates:
    """A fitted model as a source of chances a month.

    Parameters
    ----------
    fit : SisaFit
        Of the same norm; drawn anew in every run from its estimates and their covariance.
    wave_months : float
        How many months lie between two waves of the panel it was fitted to.
    attending, leaving, ties_ending
        As for :class:`DeclaredRates`.

    Raises
    ------
    NotEstimableError
        The model has no answer (it did not converge, or too few changed).
    SchemaError
        Something else than a fit is given, or a number is out of its range.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> panel = simulate_panel(1000, influence=8.0, rng=1)
    >>> rates = FittedRates(rn.fit_sisa(panel), wave_months=3.0)
    >>> rn.spread_source(panel, rates)
    <SpreadSource 1,000 clients, 0 groups, the last wave of a panel>
    """

    fit: SisaFit
    wave_months: float
    attending: Range = 0.0
    leaving: Range | None = None
    ties_ending: Range = 0.05

    def __post_init__(self) -> None:
        if not isinstance(self.fit, SisaFit):
            raise SchemaError(f"A fitted source of rates is what fit_sisa() gives; got {type(self.fit).__name__}.")
        if self.fit.reason or self.fit.covariance is None or not np.isfinite(self.fit.covariance.iloc[:3, :3].to_numpy()).all():
            why = self.fit.reason or "its covariance is not known"
            raise NotEstimableError(f"The fitted model has no answer to go on from: {why}. Declare rates instead.")
        in_range(self.wave_months, "wave_months", 0.01, 120.0)
        for name in ("attending", "leaving", "ties_ending"):
            if getattr(self, name) is not None:
                in_range(getattr(self, name), f"The rate {name}, a chance a month,")


RateSource = DeclaredRates | FittedRates


def mode_of(source: RateSource) -> int:
    """Whether a group counts as one contact, or each of its people as one, as in the panel of a fitted model."""
    return COUNTED if isinstance(source, FittedRates) else SHARED


def uniform(value: Range, n_runs: int, rng: np.random.Generator) -> np.ndarray:
    """One draw a run of a number or a pair; the stream moves on alike for both."""
    low, high = in_range(value, "A range", 0.0, np.inf)
    return low + (high - low) * rng.random(n_runs)


def draw_rates(source: RateSource, seen: RecordedRates, closure: np.ndarray, n_runs: int, rng: np.random.Generator) -> Rates:
    """Chances a month of each run; ``closure`` (R, S) goes along."""
    base_rng, own_rng = rng.spawn(2)
    draws = {name: uniform(getattr(source, name), n_runs, own_rng) for name in ("attending", "ties_ending")}
    leaving = seen.draw_leaving(n_runs, own_rng) if source.leaving is None else uniform(source.leaving, n_runs, own_rng)
    base = seen.draw_base(n_runs, base_rng)
    if isinstance(source, FittedRates):
        gain, per_contact, loss = _of_fit(source, n_runs, own_rng)
    else:
        per_contact = uniform(source.transmission, n_runs, own_rng)
        gain = None if source.gain is None else uniform(source.gain, n_runs, own_rng)
        loss = None if source.loss is None else uniform(source.loss, n_runs, own_rng)
    if gain is None:
        accounted = per_contact * seen.mean_contacts + draws["attending"] * seen.share_linked
        base = _less(base, seen.holds, accounted)
    else:
        base = _scaled(base, seen.holds, gain, away_from_norm=False)
    if loss is not None:
        base = _scaled(base, seen.holds, loss, away_from_norm=True)
    return Rates(base, per_contact, draws["attending"], leaving, draws["ties_ending"], closure)


def _of_fit(source: FittedRates, n_runs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances of a wave as chances of a month, drawn from estimates and covariance and cut at 0 and 1."""
    covariance = source.fit.covariance.iloc[:3, :3].to_numpy()  # type: ignore[union-attr]
    draws = rng.multivariate_normal(source.fit.table["estimate"].iloc[:3].to_numpy(dtype=float), covariance, n_runs)
    spontaneous, loss = (1.0 - (1.0 - np.clip(draws[:, place], 0.0, 0.999)) ** (1.0 / source.wave_months) for place in (0, 2))
    return spontaneous, draws[:, 1] / source.wave_months, loss


def _less(base: np.ndarray, holds: np.ndarray, accounted: np.ndarray) -> np.ndarray:
    """Base chances whose gains are lower by what contacts and groups account for, not below 0."""
    gains = base[:, :, holds].sum(axis=2)
    left = np.clip(gains - accounted[:, None], 0.0, None)
    return _with_part(base, holds, left, ~holds)


def _scaled(base: np.ndarray, holds: np.ndarray, chance: np.ndarray, *, away_from_norm: bool) -> np.ndarray:
    """Base chances whose gains, or losses, come to a chance of one's own on average over the rows they start from."""
    rows, targets = (holds, ~holds) if away_from_norm else (~holds, holds)
    wanted = np.repeat(chance[:, None], len(holds), axis=1)
    return _with_part(base, targets, wanted, rows)


def _with_part(base: np.ndarray, targets: np.ndarray, wanted: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Base chances with ``wanted`` going to ``targets`` in ``rows``; a row that never went there spreads it evenly."""
    made = base.copy()
    for row in np.flatnonzero(rows):
        part = base[:, row, targets]
        total = part.sum(axis=1, keepdims=True)
        spread = np.where(total > 0, part / np.where(total > 0, total, 1.0), 1.0 / targets.sum())
        rest = ~targets & (np.arange(len(targets)) != row)
        made[:, row, targets] = wanted[:, row, None] * spread
        others = base[:, row, rest].sum(axis=1)
        room = np.where(others > 0, np.minimum(1.0, (1.0 - wanted[:, row]) / np.where(others > 0, others, 1.0)), 1.0)
        made[:, row, rest] = base[:, row, rest] * room[:, None]
    return made
