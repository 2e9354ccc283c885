"""Where the order of rules tips: tables put together by hand, one assumption set at a time, and who leads."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.models.interventions.robustness import VARIED, TippingPoints, _asked, _rows, _under

RECORD = rn.load_sample("riverside")


@pytest.fixture(scope="module")
def source():  # type: ignore[no-untyped-def]
    return rn.spread_source(RECORD, rn.DeclaredRates())


def tipping(*rows: tuple) -> TippingPoints:
    table = pd.DataFrame(rows, columns=["assumption", "value", "rule", "gained", "place", "leads"])
    return TippingPoints(question="?", table=table, supposition=True)


TABLE = (
    ("leaving", 0.3, "b", 5.0, 1, False), ("leaving", 0.3, "a", 4.0, 2, False),
    ("leaving", 0.1, "a", 9.0, 1, True), ("leaving", 0.1, "b", 1.0, 2, False),
    ("leaving", 0.2, "a", 6.0, 1, False), ("leaving", 0.2, "b", 5.0, 2, False),
    ("closure", 0.1, "b", 2.0, 1, False), ("closure", 0.1, "a", 1.0, 2, False),
    ("closure", 0.6, "b", 3.0, 1, False), ("closure", 0.6, "a", 1.0, 2, False),
    ("attending", 0.0, "a", 2.0, 1, False), ("attending", 0.0, "b", 1.0, 2, False),
    ("attending", 0.1, "b", 3.0, 1, False), ("attending", 0.1, "a", 1.0, 2, False),
)  # fmt: skip


def test_an_assumption_tips_between_the_first_two_values_at_which_the_best_rule_changes() -> None:
    tips = tipping(*TABLE).tips().set_index("assumption")
    assert tips.loc["leaving"].tolist() == [0.1, 0.3, "a", (0.2, 0.3), "b", True]
    assert tips.loc["closure", ["lowest", "highest", "best", "ever_leads"]].tolist() == [0.1, 0.6, "b", False]
    assert tips.loc["closure", ["tips_between", "then"]].isna().all()
    assert tips.loc["attending"].tolist() == [0.0, 0.1, "a", (0.0, 0.1), "b", False]
    assert tips.index.tolist() == ["leaving", "closure", "attending"]


def test_it_says_under_what_a_rule_is_told_apart_or_that_none_is() -> None:
    assert "told apart from the next under some value of leaving" in repr(tipping(*TABLE))
    assert "no rule is told apart" in repr(tipping(*TABLE[6:]))
    one = tipping(*TABLE)
    frame = one.to_frame()
    frame["gained"] = 0.0
    assert one.table["gained"].iloc[0] == 5.0, "a copy"


def found(gained: dict[str, float], apart: np.ndarray) -> SimpleNamespace:
    frame = pd.DataFrame({"gained": gained}).assign(gained_low=-1.0, gained_high=9.0)
    frame.loc["nobody"] = [0.0, 0.0, 0.0]
    asked: list[tuple[str, str]] = []

    def differences(rule: str, *, than: str) -> np.ndarray:
        asked.append((rule, than))
        return apart

    return SimpleNamespace(to_frame=lambda: frame, differences=differences, asked=asked)


def test_the_first_leads_where_nearly_all_runs_set_it_above_the_second() -> None:
    """Of 100 runs the lower end at 95 % is the third smallest: two at 0 or below do no harm, three do."""
    runs = np.r_[np.zeros(2), np.ones(98)]
    some = found({"a": 2.0, "b": 7.0, "c": 3.0}, runs)
    rows = _rows(some, "leaving", 0.1).set_index("rule")
    assert some.asked == [("b", "c")] and rows["place"].to_dict() == {"a": 3, "b": 1, "c": 2}
    assert rows["leads"].to_dict() == {"a": False, "b": True, "c": False}
    assert rows.loc["b", ["assumption", "value", "gained", "low", "high"]].tolist() == ["leaving", 0.1, 7.0, -1.0, 9.0]
    assert not _rows(found({"a": 2.0, "b": 7.0}, np.r_[np.zeros(3), np.ones(97)]), "leaving", 0.1)["leads"].any()
    alone = _rows(found({"a": 2.0}, runs), "leaving", 0.1)
    assert alone["place"].tolist() == [1] and alone["leads"].tolist() == [False]


def test_one_assumption_is_set_and_the_others_stay(source) -> None:  # type: ignore[no-untyped-def]
    plan = (rn.Introduction(per_month=2), rn.GroupClosed(group_id="g03"))
    there, same = _under(source, plan, "leaving", 0.25)
    assert there.rates.leaving == 0.25 and there.rates.transmission == source.rates.transmission and same is plan
    back, changed = _under(source, plan, "closure", 0.4)
    assert back is source and changed[0].closure == 0.4 and changed[0].per_month == 2 and changed[1] is plan[1]


def test_what_is_varied_is_of_ours_in_order_and_within_range(source) -> None:  # type: ignore[no-untyped-def]
    assert _asked(source, None) == {name: tuple(map(float, values)) for name, values in VARIED.items()}
    assert _asked(source, {"leaving": [0.3, 0, 0.1]}) == {"leaving": (0.0, 0.1, 0.3)}
    for wrong, words in (({"leaving": (0.1,)}, "two values or more"), ({"leaving": "ab"}, "two values or more"),
                         ({"leaving": (0.1, 1.1)}, "A value of leaving"), ({}, "got nothing")):  # fmt: skip
        with pytest.raises(SchemaError, match=words):
            _asked(source, wrong)
    with pytest.raises(SchemaError, match="what spread_source"):
        _asked("riverside", None)  # type: ignore[arg-type]


def test_what_a_fitted_model_says_of_contacts_is_not_ours_to_vary() -> None:
    from recoverynet.worlds.worlds import simulate_panel

    panel = simulate_panel(300, influence=6.0, rng=1)
    fitted = rn.spread_source(panel, rn.FittedRates(rn.fit_sisa(panel), wave_months=1.0))
    assert set(_asked(fitted, None)) == set(VARIED) - {"transmission"}
    with pytest.raises(SchemaError, match="the fitted model's to say"):
        _asked(fitted, {"transmission": (0.0, 0.1)})
