"""How fast the ladder is on a usual panel and on a very large one, surroundings at each wave included. Processor time is
counted, so that other work on the machine weighs less.

Run with ``pytest tests/benchmarks/test_ladder_speed.py -o addopts="--import-mode=importlib"``. On two cores: 650 people and six
waves 0.05 s, 30,000 people and twelve waves 8 s.
"""

import time

import pytest

import recoverynet as rn
from recoverynet.worlds.worlds import WORLD_ADJUST, WORLD_SURROUNDINGS, simulate_panel

ASKED = {"placebo": "placebo", "adjust": WORLD_ADJUST, "surroundings": WORLD_SURROUNDINGS, "rng": 1}
ROWS_MORE = 30_000 / 650 * 11 / 5


def climbed(n_people, n_waves):
    panel = simulate_panel(n_people, n_waves=n_waves, influence=3.0, ties_change=0.2, rng=1)
    return lambda: rn.evidence_ladder(panel, **ASKED)


@pytest.mark.benchmark(group="ladder", timer=time.process_time)
def test_ladder_of_650_people(benchmark):
    ladder = benchmark.pedantic(climbed(650, 6), rounds=10, warmup_rounds=1)
    assert ladder.level >= 3


@pytest.mark.slow
@pytest.mark.benchmark(group="ladder", timer=time.process_time)
def test_ladder_of_30_000_people_and_twelve_waves(benchmark):
    """Time grows with the rows and not with their square."""
    small = climbed(650, 6)
    small()
    begin = time.process_time()
    small()
    usual = time.process_time() - begin
    ladder = benchmark.pedantic(climbed(30_000, 12), rounds=1)
    benchmark.extra_info["times the time of 650 people"] = benchmark.stats["min"] / usual
    benchmark.extra_info["times the rows"] = ROWS_MORE
    assert ladder.level >= 3 and benchmark.stats["min"] < 5 * ROWS_MORE * usual
