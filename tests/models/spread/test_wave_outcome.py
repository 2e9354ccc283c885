"""A yes-or-no outcome fitted with every safeguard: the numbers of statsmodels, and what is left out or is why there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from recoverynet.models.spread.dependence import Dependence
from recoverynet.models.spread.wave_outcome import DesignTerm, OutcomeRows, design_of, fit_rows

NAN = np.nan
N = 400


def rows_of(seed: int = 1, **more: object) -> OutcomeRows:
    """100 people at four waves: the outcome goes with x and with a level of a site."""
    rng = np.random.default_rng(seed)
    x, site = rng.normal(size=N), rng.integers(0, 3, N)
    outcome = (rng.random(N) < 1 / (1 + np.exp(0.5 - 0.8 * x - 0.5 * (site == 1)))).astype(float)
    values = np.column_stack([x, site == 1, site == 2]).astype(float)
    given = {
        "outcome": outcome, "terms": ["x", "site: b", "site: c"], "values": values, "wave": np.tile([2, 3, 4, 5], N // 4),
        "cluster": np.repeat(np.arange(N // 4), 4), "level_of": {"site: b": "site", "site: c": "site"}, "first_of": {"site": "a"},
    }  # fmt: skip
    return OutcomeRows(**{**given, **more})  # type: ignore[arg-type]


def fitted(rows: OutcomeRows, **more: object):
    return fit_rows(rows, **{"link": "logit", "focus": ["x"], **more})  # type: ignore[arg-type]


def told(found, name: str):
    return {check.name: check for check in found.checks}.get(name)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
@pytest.mark.parametrize("wave_effects", [True, False])
def test_it_is_the_fit_of_statsmodels_with_errors_by_person(link: str, wave_effects: bool) -> None:
    rows = rows_of()
    waves = (rows.wave[:, None] == [3, 4, 5]).astype(float) if wave_effects else np.empty((N, 0))
    family = sm.families.Binomial(link={"logit": sm.families.links.Logit, "cloglog": sm.families.links.CLogLog}[link]())
    other = sm.GLM(rows.outcome, np.column_stack([np.ones(N), waves, rows.values]), family=family).fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": rows.cluster}
    )
    found = fitted(rows, link=link, wave_effects=wave_effects, level=0.9)
    names = ["constant", *(["wave 3", "wave 4", "wave 5"] if wave_effects else []), *rows.terms]
    assert found.table.index.tolist() == names == found.covariance.index.tolist() and found.reason is None
    np.testing.assert_allclose(found.table["estimate"], other.params, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.table["std_error"], other.bse, rtol=1e-5)
    np.testing.assert_allclose(found.table[["low", "high"]], other.conf_int(0.1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.log_likelihood, other.llf)
    assert found.used.all() and not [check for check in found.checks if check.passed is False]


def test_a_design_is_constant_waves_and_terms_with_their_kinds() -> None:
    rows = rows_of(marks=("site: c",))
    used = rows.wave != 3
    terms, design = design_of(rows, used, True)
    assert terms == [
        DesignTerm("constant", "constant"),
        DesignTerm("wave 4", "wave"),
        DesignTerm("wave 5", "wave"),
        DesignTerm("x", "value", "x"),
        DesignTerm("site: b", "level", "site"),
        DesignTerm("site: c", "mark", "site"),
    ]
    assert (
        (design[:, 0] == 1).all() and (design[:, 1] == (rows.wave[used] == 4)).all() and (design[:, 3:] == rows.values[used]).all()
    )
    assert [term.name for term in design_of(rows, used, False)[0]] == ["constant", *rows.terms]


def test_rows_unknown_in_a_term_are_left_out_and_counted_by_what_is_unknown() -> None:
    rows = rows_of()
    values = rows.values.copy()
    values[:3, 0] = values[2:7, 1] = values[2:7, 2] = NAN
    found = fitted(replace(rows, values=values))
    assert found.used.sum() == N - 7 and not found.used[:7].any()
    assert told(found, "every term known in every row").detail == "left out of 400 rows, unknown: x 3, site 5"


def test_waves_in_which_all_fared_alike_say_nothing_where_each_has_a_level() -> None:
    rows = rows_of()
    outcome = np.where(rows.wave == 3, 0.0, np.where(rows.wave == 5, 1.0, rows.outcome))
    found = fitted(replace(rows, outcome=outcome))
    assert told(found, "both outcomes at every wave").detail == "left out, all alike: wave 3, 5"
    assert set(rows.wave[found.used]) == {2, 4} and "wave 4" in found.table.index and "wave 3" not in found.table.index
    alike = fitted(replace(rows, outcome=outcome), wave_effects=False)
    assert alike.used.all() and told(alike, "both outcomes at every wave") is None


def test_a_level_that_leaves_no_doubt_goes_with_its_rows_and_the_rest_is_fitted_without() -> None:
    rows = rows_of()
    certain = rows.values[:, 2] == 1
    found = fitted(replace(rows, outcome=np.where(certain, 1.0, rows.outcome)))
    assert (found.used == ~certain).all() and "site: c" not in found.table.index
    assert (
        told(found, "both outcomes at every level").detail == f"{certain.sum()} rows left out, all alike at their level of 'site'"
    )
    assert told(found, "every term varies on its own") is None, "it was dealt with before"
    kept = replace(rows, outcome=rows.outcome[~certain], values=rows.values[~certain][:, :2], terms=rows.terms[:2],
                   wave=rows.wave[~certain], cluster=rows.cluster[~certain])  # fmt: skip
    np.testing.assert_allclose(found.table.loc["x", "estimate"], fitted(kept).table.loc["x", "estimate"], rtol=1e-6)


def test_a_number_that_tells_the_outcome_apart_is_why_there_is_no_answer() -> None:
    rows = rows_of()
    found = fitted(replace(rows, outcome=(rows.values[:, 0] > 0).astype(float)))
    assert found.covariance is None and "'x'" in found.reason and "apart perfectly (separation)" in found.reason
    assert found.table["estimate"].isna().all() and found.table.index.tolist() == rows.terms


def test_terms_that_do_not_vary_go_with_a_word_unless_they_only_mark_what_is_unknown() -> None:
    rows = rows_of()
    more = np.column_stack([rows.values, np.ones(N), rows.values[:, 0] * 2])
    found = fitted(replace(rows, terms=[*rows.terms, "same", "twice"], values=more))
    assert told(found, "every term varies on its own").detail == "left out: 'same', 'twice'"
    quiet = fitted(replace(rows, terms=[*rows.terms, "same", "twice"], values=more, marks=("same", "twice")))
    assert told(quiet, "every term varies on its own") is None
    assert found.table["estimate"].dropna().equals(quiet.table["estimate"].dropna())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: replace(r, values=np.where([True, False, False], 0.25, r.values)), "x is the same (0.25) in every row"),
        (lambda r: replace(r, terms=["y", "x", "z"], values=r.values[:, [0, 0, 1]]), "x cannot be told apart from the other terms"),
        (
            lambda r: replace(r, values=np.where([True, False, False], NAN, r.values)),
            "'x' is not known for anybody at risk; leave it out",
        ),
        (
            lambda r: replace(r, values=np.where(np.arange(N)[:, None] % 2 == [0, 1, 1], r.values, NAN)),
            "no row is known in every term",
        ),
        (lambda r: replace(r, outcome=np.zeros(N)), "the rows left have no event, or nothing but events"),
        (lambda r: replace(r, cluster=np.arange(N) % 7), "7 people are too few to tell chance from, with 7 terms; adjust for less"),
    ],
)
def test_why_there_is_no_answer(change, reason: str) -> None:
    found = fitted(change(rows_of()))
    assert found.reason is not None and found.reason.startswith(reason) and found.covariance is None


def test_as_many_rows_as_terms_are_too_few() -> None:
    rows = rows_of()
    few = np.r_[0:5]
    small = OutcomeRows(
        np.array([0, 1, 0, 1, 1.0]), ["x", "y", "z", "w"], np.random.default_rng(0).normal(size=(5, 4)), rows.wave[few] * 0, few
    )
    assert fitted(small).reason == "5 rows are too few for 5 terms"


def test_errors_by_group_need_eight_of_them() -> None:
    rows = rows_of()
    for n_groups, enough in ((8, True), (7, False)):
        groups = Dependence("groups", "groups of 'hall'", groups=np.arange(N) % n_groups)
        found = fitted(rows, errors=groups)
        assert (found.reason is None) is enough
        assert enough or found.reason.startswith("7 groups of 'hall' are too few to tell chance from; take errors='person'")


@pytest.mark.parametrize(("n_rows", "terms", "clusters", "passed"), [(140, 7, 30, True), (138, 7, 29, False)])
def test_checks_of_size(n_rows: int, terms: int, clusters: int, passed: bool) -> None:
    """Seven terms need 70 of the rarer outcome; 30 people are enough."""
    rows = rows_of()
    half = OutcomeRows(np.tile([0.0, 1.0], n_rows // 2), rows.terms, rows.values[:n_rows], np.repeat([1, 2, 3, 4], 40)[:n_rows],
                np.arange(n_rows) % clusters)  # fmt: skip
    found = fitted(half)
    assert len(found.table) == terms and told(found, "10 events a term").passed is passed
    assert told(found, "people enough for the covariance").passed is passed
    assert told(found, "10 events a term").detail == f"{n_rows // 2} for 7 terms"
