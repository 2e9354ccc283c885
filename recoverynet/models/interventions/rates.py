"""How states move and links end in a what-if: as declared, as the record shows, or as a fitted model says, drawn for each run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.kernels.reversible_spread.courses import Rates
from recoverynet.models.interventions.community import RecordedRates
from recoverynet.models.interventions.declared import Range, in_range
from recoverynet.models.interventions.fitted import DrawnRates, FittedRates, unmoved


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
    ties_ending : number or (low, high), optional
        Chance a month that a tie between two people gives way to another, where the network turns over. Default: the record's
        own, quarter by quarter; 0.05 where it shows none.

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
    ties_ending: Range | None = None

    def __post_init__(self) -> None:
        for name in ("gain", "loss", "transmission", "attending", "leaving", "ties_ending"):
            value = getattr(self, name)
            if value is not None:
                in_range(value, f"The rate {name}, a chance a month,")


RateSource = DeclaredRates | FittedRates


def uniform(value: Range, n_runs: int, rng: np.random.Generator) -> np.ndarray:
    """One draw a run of a number or a pair; the stream moves on alike for both."""
    low, high = in_range(value, "A range", 0.0, np.inf)
    return low + (high - low) * rng.random(n_runs)


def draw_rates(
    source: RateSource, seen: RecordedRates, behaviour: str, closure: np.ndarray, n_runs: int, rng: np.random.Generator
) -> Rates:
    """Chances a month of each run; ``closure`` (R, S) goes along."""
    base_rng, own_rng = rng.spawn(2)
    attending = uniform(source.attending, n_runs, own_rng)
    months = (source.wave_months if isinstance(source, FittedRates) else None) or 1.0
    said = source.ties_ending
    ending = seen.draw_ties_ending(months, n_runs, own_rng) if said is None else uniform(said, n_runs, own_rng)
    leaving = seen.draw_leaving(n_runs, own_rng) if source.leaving is None else uniform(source.leaving, n_runs, own_rng)
    base = seen.draw_base(months, n_runs, base_rng)
    drawn = source.draw(seen, behaviour, n_runs, own_rng) if isinstance(source, FittedRates) else _declared(source, n_runs, own_rng)
    if drawn.gain is None:
        accounted = drawn.per_contact * seen.start.mean_contacts + attending * seen.start.share_linked
        base = _less(base, seen.holds, accounted)
    else:
        base = _scaled(base, seen.holds, drawn.gain, away_from_norm=False)
    if drawn.loss is not None:
        base = _scaled(base, seen.holds, drawn.loss, away_from_norm=True)
    return Rates(base, drawn.per_contact, attending, leaving, ending, closure, drawn.lines, drawn.steps, drawn.likeness)


def _declared(source: DeclaredRates, n_runs: int, rng: np.random.Generator) -> DrawnRates:
    """The declared rates of each run."""
    per_contact = uniform(source.transmission, n_runs, rng)
    gain = None if source.gain is None else uniform(source.gain, n_runs, rng)
    loss = None if source.loss is None else uniform(source.loss, n_runs, rng)
    return unmoved(n_runs)._replace(per_contact=per_contact, gain=gain, loss=loss)


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
