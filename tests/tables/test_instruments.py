"""The register of instruments: what is known of each, and nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError
from recoverynet.report.outcome_names import KNOWN
from recoverynet.tables.instruments import REGISTER, found_in


def test_each_variable_and_version_stands_once() -> None:
    keys = [(each.variable, each.version) for each in REGISTER]
    assert len(set(keys)) == len(keys)
    texts = [(each.variable, text) for each in REGISTER for text in {each.label, *each.written}]
    assert all(sum(one.is_written(text) for one in REGISTER if one.variable == variable) == 1 for variable, text in texts)


def test_no_reliable_change_and_no_cut_off_without_a_source() -> None:
    frame = rn.instruments()
    assert frame["reliable_change"].isna().all()
    assert frame.loc[frame["cut_off"].notna(), "variable"].tolist() == ["instrument.barc10"]
    assert (frame.loc[frame["low"].isna(), "cut_off"].isna()).all() and (frame["low"].isna() == frame["high"].isna()).all()


def test_directions_are_those_that_reports_print() -> None:
    for each in REGISTER:
        if each.variable in KNOWN:
            assert KNOWN[each.variable].better == each.better
            assert f"{each.low:g} to {each.high:g}" in KNOWN[each.variable].label or each.high == 28


@pytest.mark.parametrize(
    ("written", "version"),
    [("ARC 0-50", "agree or disagree"), ("arc 1-6", "items of 1 to 6"), ("ARC, items of 1 to 6", "items of 1 to 6")],
)
def test_versions_are_told_apart_by_what_is_written(written: str, version: str) -> None:
    assert found_in(REGISTER, "instrument.arc", written).version == version


def test_where_nothing_is_written_only_one_version_can_be_meant() -> None:
    assert found_in(REGISTER, "instrument.barc10", None).name == "BARC-10"
    assert found_in(REGISTER, "instrument.arc", None) is None and found_in(REGISTER, "instrument.arc", "ARC") is None
    assert found_in(REGISTER, "instrument.barc10", "BARC-10 Spanish") is None


def test_one_of_your_own_takes_the_place_of_one_of_the_register() -> None:
    own = rn.Instrument(
        "instrument.sure", "SURE", low=21, high=63, better="higher", reliable_change=5, reliable_change_source="Us 2011"
    )
    frame = rn.instruments([own])
    assert len(frame) == len(rn.instruments())
    assert frame.set_index("variable").loc["instrument.sure", ["low", "high", "reliable_change"]].tolist() == [21, 63, 5]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": ""}, "needs a variable and a name"),
        ({"better": "more"}, "'higher', 'lower'"),
        ({"low": 5, "high": 5}, "range"),
        ({"low": 5}, "range"),
        ({"low": 0, "high": 10, "cut_off": 11, "cut_off_means": "x"}, "cut-off lies in the range"),
        ({"low": 0, "high": 10, "cut_off": 5}, "says what it means"),
        ({"reliable_change": 3}, "says after whom"),
        ({"reliable_change": -3, "reliable_change_source": "Us"}, "above 0"),
    ],
)
def test_a_wrong_instrument_is_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.Instrument(**({"variable": "instrument.x", "name": "X"} | options))  # type: ignore[arg-type]


@pytest.mark.parametrize("more", ["BARC-10", [1], [rn.Instrument("instrument.x", "X"), rn.Instrument("instrument.x", "Y")], np.nan])
def test_what_is_no_instrument_is_told(more: object) -> None:
    with pytest.raises(RecoveryNetError, match=r"Instrument\(|same variable and version"):
        rn.instruments(more)  # type: ignore[arg-type]
