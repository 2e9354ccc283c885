"""Results say what they are, in words, in tables, in JSON and in a picture, and never look at a clock."""

import json
import math

import matplotlib
import numpy as np
import pandas as pd
import pytest

from recoverynet.results import Check, Estimates, NullTest, empty_table, settings_of, term_table

matplotlib.use("Agg")


def estimates(**changes):
    given = dict(
        question="Do people gain the norm more often where more of their contacts hold it?",
        estimand="odds ratio of gaining the norm",
        table=term_table(["exposure", "age"], [math.log(2), 0.1], [0.2, 0.1]),
        focus="exposure",
        ratio="odds ratio",
        n_people=40,
        n_dropped=3,
        assumptions=("no unmeasured trait",),
        checks=(Check("waves with events", True, "3 of 3"), Check("constant covariate", False, "'site' left out")),
        settings=settings_of(np.random.default_rng(5), link="logit", when=pd.Timestamp("2011-03-07")),
    )
    return Estimates(**{**given, **changes})


def null_test(**changes):
    given = dict(
        question="Could chance have made this?",
        null="labels are shuffled",
        statistic="difference",
        observed=0.3,
        p=0.02,
        draws=np.linspace(-0.2, 0.2, 101),
        n_people=40,
    )
    return NullTest(**{**given, **changes})


def test_interval_and_p_are_those_of_the_normal():
    row = estimates().table.loc["exposure"]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.959963985 * 0.2)
    assert row["statistic"] == pytest.approx(math.log(2) / 0.2)
    assert row["p"] == pytest.approx(math.erfc(math.log(2) / 0.2 / math.sqrt(2)))


def test_ratio_columns_are_exponentials_and_only_where_estimates_are_logarithms():
    frame = estimates().to_frame()
    assert frame.loc["exposure", "ratio"] == pytest.approx(2)
    assert frame.loc["exposure", "ratio_low"] == pytest.approx(2 * math.exp(-1.959963985 * 0.2))
    assert "ratio" not in estimates(ratio=None).to_frame()


def test_to_frame_is_a_copy():
    result = estimates()
    frame = result.to_frame()
    frame.loc["exposure", "estimate"] = 99.0
    assert result.estimate == pytest.approx(math.log(2))


def test_repr_is_one_line_without_address():
    for result in (estimates(), null_test()):
        assert "\n" not in repr(result)
        assert "0x" not in repr(result)
    assert "odds ratio 2 (95% interval 1.35 to 2.96, p = 0.0005)" in repr(estimates())


def test_summary_holds_everything_a_reader_needs():
    text = estimates().summary()
    for part in (
        "Do people gain",
        "odds ratio of gaining",
        "People: 40; 3 could not be used",
        "no unmeasured trait",
        "constant covariate: did not hold ('site' left out)",
    ):
        assert part in text
    assert "Null: labels are shuffled" in null_test().summary()


def test_a_reason_replaces_the_answer():
    result = estimates(table=empty_table(["exposure"]), reason="nobody gained the norm")
    assert math.isnan(result.p)
    assert "no answer: nobody gained the norm" in repr(result)
    assert "No answer: nobody gained the norm" in result.summary()
    assert math.isnan(null_test(observed=math.nan, p=math.nan, draws=np.empty(0)).expected)


def test_html_escapes_what_people_wrote():
    html = estimates(question="Is <b>this</b> & that so?")._repr_html_()
    assert "<b>this" not in html
    assert "&lt;b&gt;this&lt;/b&gt; &amp; that" in html


def test_to_dict_survives_json_and_keeps_the_seed():
    for result in (estimates(), null_test(), estimates(table=empty_table(["exposure"]))):
        round_trip = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert set(round_trip) == set(result.to_dict())
    held = estimates().to_dict()
    assert held["settings"]["seed"] == {"entropy": 5, "spawn_key": []}
    assert "numpy" in held["settings"]["versions"]
    assert held["table"][0]["term"] == "exposure"
    assert estimates(table=empty_table(["exposure"])).to_dict()["table"][0]["p"] is None


def test_null_test_frame_shows_the_middle_of_the_draws():
    row = null_test().to_frame().iloc[0]
    assert row["expected"] == pytest.approx(0)
    assert (row["draws_low"], row["draws_high"]) == pytest.approx((-0.19, 0.19))
    assert row["n_permutations"] == 101


def test_plots_draw_on_the_axes_given():
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert estimates().plot(ax=left) is left
    assert left.get_xscale() == "log"
    assert "n = 40 people" in left.get_xlabel()
    assert null_test().plot(ax=right) is right
    assert any(line.get_xdata()[0] == pytest.approx(0.3) for line in right.lines)
    nothing = estimates(table=empty_table(["exposure"])).plot()
    assert nothing.get_yticklabels()[0].get_text() == "exposure"
    plt.close("all")
