"""The intervals the ladder judges by: from one known state to the next, over one or two waves of which nobody knows.

Where three states in ten are unknown, half of all pairs of neighbouring waves are lost. A change between two known states further
apart is seen all the same, if later; what contacts held at its start came before it, and nothing that came after the start is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.transitions import RiskRows, Transition
from recoverynet.measures.behaviours import Behaviour
from recoverynet.models.spread.risk_set import RiskSet, reason_of, risk_set

MOST_STEPS, LEAST_CHANGES = 3, 10
"""Waves from one known state to the next, at most, and how many must have changed, and not, over so many for them to count."""

OF_ROWS = ("nobody_twice", "all_alike")
"""Reasons that intervals over more than one wave may do away with."""


def expected_risk_set(
    panel: NetworkPanel, behaviour: Behaviour, direction: str = "out", *, transition: Transition = "gain"
) -> RiskSet:
    """Chances to gain the norm between neighbouring waves, exposure counting unknown contacts at their expected state.

    Leaving unknown contacts out would measure exposure with error and pull the estimate towards none; see
    :func:`recoverynet.kernels.expectation.expected_states`.
    """
    return risk_set(panel, behaviour, transition=transition, direction=direction, unknown="expected")


def with_jumps(risk: RiskSet) -> RiskSet:
    """The same with the intervals that jump one or two waves at which the person's own state is unknown.

    A row stands at the wave after its start, so that exposure and covariates are those of the start; its outcome is the next known
    state. Intervals of a length (and, of holding, of a state at the start) over which fewer than ``LEAST_CHANGES`` changed, or did
    not, are left out. Where every state is known nothing is added.
    """
    mendable = risk.reason is None or risk.reason.code in OF_ROWS
    if not mendable or np.isfinite(risk.held[risk.panel.present]).all():
        return risk
    parts = [risk.rows, *_jumps(risk)]
    person, column, outcome = (np.concatenate(values) for values in zip(*parts, strict=True))
    steps = np.repeat(np.arange(1, len(parts) + 1), [len(part.person) for part in parts])
    before = risk.held[person, column - 1]
    kept = steps == 1
    for length in range(2, len(parts) + 1):
        for start in (0.0, 1.0):
            rows = (steps == length) & (before == start)
            changed = int((outcome[rows] != (start if risk.transition == "holding" else 0.0)).sum())
            if min(changed, int(rows.sum()) - changed) >= LEAST_CHANGES:
                kept |= rows
    rows = RiskRows(person[kept], column[kept], outcome[kept])
    reason = reason_of(risk.panel, risk.held, risk.name, risk.transition, rows, risk.seen, risk.lag)
    return replace(risk, rows=rows, steps=steps[kept], reason=reason)


def judged_risk_set(
    panel: NetworkPanel, behaviour: Behaviour, direction: str = "out", *, transition: Transition = "gain"
) -> RiskSet:
    """What the ladder judges by: :func:`expected_risk_set` :func:`with_jumps`."""
    return with_jumps(expected_risk_set(panel, behaviour, direction, transition=transition))


def _jumps(risk: RiskSet) -> Iterator[RiskRows]:
    """Rows over two waves, then over three, in order of wave and person."""
    known, n_waves = np.isfinite(risk.held) & risk.panel.present, risk.held.shape[1]
    for length in range(2, min(MOST_STEPS, n_waves - 1) + 1):
        at_risk = known[:, : n_waves - length] & known[:, length:]
        for between in range(1, length):
            at_risk &= ~known[:, between : n_waves - length + between]
        if risk.transition != "holding":
            at_risk &= risk.held[:, : n_waves - length] == (0.0 if risk.transition == "gain" else 1.0)
        column, person = np.nonzero(at_risk.T)
        after = risk.held[person, column + length]
        yield RiskRows(person, column + 1, 1.0 - after if risk.transition == "loss" else after)
