"""Group disclosure: where all of a group are counted, or none, the policy says whether that is told, and the audit names it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.disclosure.audit import ALL_OR_NONE, all_or_none, audit_in_words, audited
from recoverynet.report.sections import ReportWriter

WORDS = {"population": "Clients", "denominator": "all clients", "period": "2011"}
SAY, HIDE = rn.DisclosurePolicy("said"), rn.DisclosurePolicy("hidden", all_or_none="hide")
GROUPS = {"All went": (20, 20), "None went": (0, 20), "Half went": (10, 20), "Nobody there": (0, 0)}


def written(policy: rn.DisclosurePolicy, table: rn.CountTable) -> tuple[ReportWriter, pd.DataFrame]:
    writer = ReportWriter(policy)
    return writer, writer.section("one", "One").table(table).counts


def shares() -> rn.CountTable:
    return rn.CountTable.of_shares(GROUPS, title="Went", **WORDS)


def test_a_group_of_which_all_or_none_are_counted_is_told_of_and_named_unless_the_policy_hides_it() -> None:
    writer, shown = written(SAY, shares())
    assert shown.notna().all(axis=None)
    named = all_or_none(writer.publication)
    assert [name.split(": ", 1)[0] for name in named] == ["all", "none", "none", "all"], "two groups, told of from both sides"
    assert not any("Half went" in name or "Nobody there" in name for name in named)
    assert "4 figures shown tell that all of a group are counted, or none" in audit_in_words(audited(writer.publication))


def test_the_policy_can_hide_it() -> None:
    writer, shown = written(HIDE, shares())
    assert shown.loc[["All went", "None went"], ["Yes", "No"]].isna().all(axis=None)
    assert shown.loc["Half went", "Yes"] == 10 and shown.loc["All went", "All"] == 20
    assert all_or_none(writer.publication) == [] and set(audited(writer.publication)["outcome"]) == {"safe"}
    assert "All went" not in audit_in_words(audited(writer.publication))


@pytest.mark.parametrize(
    "counts",
    [
        pd.DataFrame({"Went": [20, 9], "Did not": [0, 15]}, index=["Women", "Men"]),
        pd.DataFrame({"One": [20, 0, 8], "Two": [0, 30, 7], "Three": [0, 12, 9]}, index=["A", "B", "C"]),
    ],
)
def test_in_a_cross_table_no_group_shows_as_whole(counts: pd.DataFrame) -> None:
    writer, shown = written(HIDE, rn.CountTable(counts, title="By group", **WORDS))
    body = shown.loc[counts.index, counts.columns]
    whole = body.eq(shown.loc[counts.index, "All"], axis=0) | body.eq(0)
    assert not whole.any(axis=None) and set(audited(writer.publication)["outcome"]) == {"safe"}
    assert all_or_none(written(SAY, rn.CountTable(counts, title="By group", **WORDS))[0].publication)


def test_a_stage_that_everybody_reached_is_one_too() -> None:
    stages = rn.CountTable(pd.Series({"Everybody": 20, "Offered": 20, "Went": 0}), title="Stages", rows="nested", **WORDS)
    writer, shown = written(SAY, stages)
    assert len(all_or_none(writer.publication)) == 2
    assert np.isnan(written(HIDE, stages)[1].loc[["Offered", "Went"], "Number"]).all()


def test_the_policy_says_which_and_what_a_star_is() -> None:
    assert SAY.in_words().endswith("Where a whole group is counted, or nobody in it, that is shown.")
    assert HIDE.in_words().startswith("Counts from 0 to 4 are shown as *.") and HIDE.in_words().endswith(
        "counted, or nobody in it, that is not shown."
    )
    assert "a number from 0 to 4" in " ".join(shares().disclosed(HIDE).remarks()).lower()
    assert rn.DisclosurePolicy.named("ndtms").all_or_none == "say", "NDTMS prints zeros"
    with pytest.raises(rn.DisclosureError, match="all_or_none is 'say' or 'hide'; got 'sometimes'"):
        rn.DisclosurePolicy(all_or_none="sometimes")  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_audit_of_a_report_names_them() -> None:
    audit = rn.disclosure_audit(
        rn.evaluation_report(rn.load_sample("five_people"), disclosure=rn.DisclosurePolicy(smallest_shown=2))
    )
    assert isinstance(audit.attrs[ALL_OR_NONE], list) and set(audit["outcome"]) <= {"safe"}
