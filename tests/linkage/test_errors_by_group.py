"""Errors against a truth sample, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.linkage.errors_by_group import shareable_errors, told_errors
from recoverynet.linkage.links import PeopleLinks

PEOPLE = pd.DataFrame(
    [("n", "a", "x", "F"), ("n", "b", "y", "F"), ("n", "c", "z", "M"), ("n", "d", "w", "M"),
     ("s", "e", "x", "F"), ("s", "f", "y", "F"), ("s", "g", "v", "M"), ("s", "h", "w", "M")],
    columns=["agency", "person_id", "linked_id", "sex"],
)  # fmt: skip
TRUTH = pd.DataFrame(
    [("n", "a", "1"), ("s", "e", "1"), ("n", "b", "2"), ("s", "f", "3"), ("n", "c", "4"), ("s", "g", "4"), ("s", "h", "5")],
    columns=["agency", "person_id", "true_id"],
)
LINKS = PeopleLinks(pd.DataFrame(), PEOPLE, pd.DataFrame(index=["n", "s"]), pd.DataFrame())


def test_shares_carry_their_denominators_and_unjudged_links_are_left_out():
    found = rn.linkage_errors(LINKS, TRUTH).set_index(["group", "value"])
    counts = found[["n_true", "n_found", "n_links", "n_right"]]
    assert counts.loc[("everybody", "")].tolist() == [2, 1, 2, 1], "d and h are linked, and nobody knows of d"
    assert counts.loc[("sex", "F")].tolist() == [1, 1, 2, 1]
    assert counts.loc[("sex", "M")].tolist() == [1, 0, 0, 0]
    assert pd.isna(found.loc[("sex", "M"), "precision"]) and found.loc[("sex", "F"), "precision"] == 0.5
    row = found.loc[("everybody", "")]
    assert row["recall_low"] == pytest.approx(0.0945, abs=1e-3) and row["recall_high"] == pytest.approx(0.9055, abs=1e-3)


@pytest.mark.parametrize(
    ("truth", "match", "error"),
    [
        (TRUTH.drop(columns="true_id"), "true_id is not there", rn.SchemaError),
        (pd.concat([TRUTH, TRUTH[:1]]), "name a person of an agency twice", rn.SchemaError),
        (TRUTH.assign(true_id="1"), "two people of one agency are one", rn.SchemaError),
        (TRUTH.assign(agency=TRUTH["agency"] + "orth"), "names nobody of the agencies", rn.UnknownPersonError),
    ],
)
def test_a_truth_that_is_none_is_said(truth, match, error):
    with pytest.raises(error, match=match):
        rn.linkage_errors(LINKS, truth)


def test_small_groups_are_not_told_and_cannot_be_taken_from_the_total():
    sizes = {"": 30, "white": 20, "asian": 7, "other": 3}
    rows = [
        {"group": "ethnicity" if name else "everybody", "value": name, "n_true": n, "n_found": n, "recall": 1.0, "recall_low": 0.9,
         "recall_high": 1.0, "n_links": n, "n_right": n, "precision": 1.0, "precision_low": 0.9, "precision_high": 1.0}
        for name, n in sizes.items()
    ]  # fmt: skip
    told = shareable_errors(pd.DataFrame(rows)).set_index("value")
    assert told["hidden"].to_dict() == {"": False, "white": False, "asian": True, "other": True}
    assert told.loc["asian", ["n_true", "recall"]].isna().all()
    text = told_errors(told.reset_index())
    assert "20 of 20" in text and "3 of 3" not in text and "7 of 7" not in text
