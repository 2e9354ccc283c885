"""How long courses take: a thousand on riverside, and a hundred of thirty thousand people."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import recoverynet as rn

WEEKLY = rn.Introduction(per_month=4.35)


def once(benchmark, source, n_runs):  # type: ignore[no-untyped-def]
    rn.simulate_spread(source, interventions=WEEKLY, horizon=1, n_runs=20, rng=1, quiet=True)
    found = benchmark.pedantic(
        rn.simulate_spread,
        args=(source,),
        kwargs={"interventions": WEEKLY, "horizon": 18, "n_runs": n_runs, "rng": 1, "quiet": True},
        rounds=1,
    )
    assert found.with_it.held.shape[0] == n_runs


@pytest.fixture(scope="module")
def riverside():  # type: ignore[no-untyped-def]
    return rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates(transmission=0.02, attending=0.02))


def test_a_thousand_courses_of_riverside(benchmark, riverside):  # type: ignore[no-untyped-def]
    once(benchmark, riverside, 1000)


def test_a_hundred_courses_of_thirty_thousand_people(benchmark, riverside):  # type: ignore[no-untyped-def]
    standing = riverside.standing
    at, times = standing.community, 30_000 // len(standing.person_ids) + 1
    n = len(at.keys)
    wide = {"active", "allowed", "near", "like", "levels", "state", "kind", "client", "guide_room"}
    grown = {name: np.concatenate([getattr(at, name)] * times) for name in wide}
    indptr = np.concatenate([[0], np.cumsum(np.tile(np.diff(at.indptr), times))])
    indices = np.concatenate([at.indices + n * copy for copy in range(times)])
    keys = np.arange(1, n * times + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    community = at._replace(keys=keys, indptr=indptr, indices=indices, strength=np.tile(at.strength, times), **grown)
    larger = dataclasses.replace(standing, community=community)
    once(benchmark, dataclasses.replace(riverside, standing=larger), 100)
