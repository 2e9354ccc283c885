"""Two agencies linked, 900 and 300,000 people each: who is found, which links are right, seconds and memory.

Run with ``pytest tests/benchmarks/test_linking.py --benchmark-only -o addopts="--import-mode=importlib"``. "national" has the
errors of a national match: 0.1 % of birth dates, initials, sexes and part postcodes are wrong, and nobody moved. "harder" is
everyday: one in ten moved, one in twenty has no postcode at each agency, 0.5 % errors, three times as many for some groups.
``extra_info`` holds sensitivity, predictive value and their counts, seconds, and the most memory that the linking took.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn

sys.path.insert(0, str(Path(__file__).parent))
from measure_engines import peak_gb  # noqa: E402

KEY = "only for this benchmark"
NATIONAL = {"errors": 0.001, "moved": 0.0, "no_postcode": 0.0, "unequal": 1.0}
BAR = (0.995, 0.998)
"""Sensitivity and predictive value of the national match."""


def measured(benchmark, n_people: int, seeds: range, kind: str) -> pd.Series:  # type: ignore[no-untyped-def]
    worlds = [rn.two_agencies(n_people, **(NATIONAL if kind == "national" else {}), rng=seed) for seed in seeds]
    given = [(world.records, world.tokens(key=KEY)) for world in worlds]
    peak_gb()
    linked = benchmark.pedantic(lambda: [rn.link_people(records, tokens=tokens) for records, tokens in given], rounds=1)
    peak = peak_gb()
    rows = [rn.linkage_errors(links, world.truth, by=[]).iloc[0] for links, world in zip(linked, worlds, strict=True)]
    counts = pd.DataFrame(rows)[["n_true", "n_found", "n_links", "n_right"]].sum()
    doubt = sum(float((1 - links.pairs.loc[links.pairs["decision"] == "linked", "probability"]).sum()) for links in linked)
    benchmark.extra_info.update(
        counts.astype(int).to_dict()
        | {
            "sensitivity": counts["n_found"] / counts["n_true"],
            "predictive_value": counts["n_right"] / counts["n_links"],
            "n_said_to_be_wrong": doubt,
            "n_for_review": sum(links.n_review for links in linked),
            "seconds_a_linkage": benchmark.stats.stats.min / len(worlds),
            "peak_gb": peak,
        }
    )
    return counts


@pytest.mark.parametrize(("n_people", "seeds"), [(900, range(1, 9)), (300_000, range(1, 2))])
def test_the_bar_of_a_national_match(benchmark, n_people, seeds):
    counts = measured(benchmark, n_people, seeds, "national")
    assert counts["n_found"] / counts["n_true"] >= BAR[0] and counts["n_right"] / counts["n_links"] >= BAR[1]


@pytest.mark.parametrize(("n_people", "seeds"), [(900, range(1, 9)), (30_000, range(1, 2)), (300_000, range(1, 2))])
def test_what_is_found_where_people_move_and_postcodes_are_missing(benchmark, n_people, seeds):
    counts = measured(benchmark, n_people, seeds, "harder")
    assert counts["n_right"] / counts["n_links"] >= 0.99
