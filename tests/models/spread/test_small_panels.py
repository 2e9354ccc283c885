"""Panels of a handful of people, of every kind: an answer that stands on something, or a reason, and never a crash."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import recoverynet as rn
from recoverynet import NetworkPanel
from recoverynet.errors import RecoveryNetError, RecoveryNetWarning
from recoverynet.measures.autocorrelation import autocorrelation

TERMS = ["trait", "word", "changing"]
NULLS = ("labels", "rewiring", "time_shuffle", "edge_reversal")


def small_panel(seed: int) -> NetworkPanel:
    """2 to 24 people, 1 to 4 waves, any density, some states unknown, some people absent."""
    rng = np.random.default_rng(seed)
    n, n_waves = int(rng.integers(2, 25)), int(rng.integers(1, 5))
    density, directed = 0.6 * rng.random(), rng.random() < 0.5
    networks = []
    for _ in range(n_waves):
        ties = np.triu((rng.random((n, n)) < density) * rng.integers(1, 4, (n, n)), 1).astype(float)
        other = np.triu((rng.random((n, n)) < density) * rng.integers(1, 4, (n, n)), 1).astype(float)
        networks.append(ties + (other if directed else ties).T)
    held = (rng.random((n, n_waves)) < rng.random()).astype(float)
    held[rng.random((n, n_waves)) < rng.choice([0.0, 0.3, 0.7])] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        return NetworkPanel.from_adjacency(
            networks,
            directed=bool(directed),
            present=rng.random((n, n_waves)) < rng.choice([1.0, 0.8]),
            behaviour={"recovery": held, "placebo": (rng.random((n, n_waves)) < 0.5).astype(float)},
            covariates={
                "trait": (rng.random(n) < 0.5).astype(float),
                "score": rng.normal(size=n),
                "word": np.array(["a", "b", "c"], dtype=object)[rng.integers(0, 3, n)],
                "changing": rng.normal(size=(n, n_waves)),
            },
        )


ASKED = {
    **{null: lambda p, null=null: rn.contagion_test(p, "recovery", null=null, n_permutations=19, rng=1) for null in NULLS},
    "gain": lambda p: rn.fit_hazard(p, "recovery", adjust=TERMS),
    "loss": lambda p: rn.fit_hazard(p, "recovery", transition="loss", link="logit", adjust=TERMS),
    "zero": lambda p: rn.fit_hazard(p, "recovery", isolates="zero", adjust=["history", "n_alters"]),
    "complex": lambda p: rn.fit_hazard(p, "recovery", complex=True, future_ties="outcome"),
    "dyadic": lambda p: rn.dyadic_influence(p, "recovery", adjust=TERMS, placebo="placebo"),
    "sisa": lambda p: rn.fit_sisa(p, "recovery"),
    "lag": lambda p: rn.network_autocorrelation(p, "recovery", ["trait", "score"], wave=1),
    "error": lambda p: rn.network_autocorrelation(p, "recovery", ["score"], kind="error", wave=1),
    "cem": lambda p: rn.matched_estimate(p, "recovery", on=["score", "word"]),
    "mahalanobis": lambda p: rn.matched_estimate(p, "recovery", on=["score", "word"], method="mahalanobis"),
}


@pytest.mark.parametrize("seed", [6, 26, 50, 52, 84, 114, 162, 1056, 1223, *range(300, 310)])
def test_every_model_answers_or_says_why_not(seed):
    panel = small_panel(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no division by zero, no overflow: only what is said in words
        warnings.simplefilter("ignore", RecoveryNetWarning)
        for name, ask in ASKED.items():
            try:
                found = ask(panel)
            except RecoveryNetError:
                continue
            assert found.summary()
            assert math.isnan(found.p) == (found.reason is not None), (name, found.reason)
            if found.reason is None and hasattr(found, "table"):
                assert found.table.loc[found.focus, "std_error"] > 1e-9, name
        ladder = rn.evidence_ladder(panel, behaviour="recovery", adjust=TERMS, placebo="placebo", n_permutations=9, rng=1)
        assert 0 <= ladder.level <= 4 and ladder.verdict
        for frame in (
            rn.norm_clustering(panel, "recovery", n_permutations=9, rng=1),
            autocorrelation(panel, "recovery", n_permutations=9, rng=1),
        ):
            assert (frame["p"].isna() == frame["reason"].notna()).all()
