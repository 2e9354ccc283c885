"""The measures of NICE on support to reach recovery communities, worked by hand."""

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.nice import nice_qs11_statement2, nice_qs23_statement7


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


def test_nice_measure_on_five_people(record: rn.RecoveryRecord) -> None:
    # All three were in treatment in March and offered g1; only ann was introduced. Her offer of 20 February
    # counts, because her treatment had begun.
    row = nice_qs11_statement2(record).iloc[0]
    assert row[["n_clients", "n_informed", "n_supported", "n_both"]].tolist() == [3, 3, 1, 1]
    assert row["share"] == pytest.approx(1 / 3)
    assert (row["start"], row["end"]) == record.window


def test_nice_denominator_is_treatment_in_the_period(record: rn.RecoveryRecord) -> None:
    april = nice_qs11_statement2(record, window=("2011-04-01", "2011-05-01")).iloc[0]
    assert april[["n_clients", "n_informed", "n_supported", "n_both"]].tolist() == [1, 1, 0, 0]  # ben alone
    january = nice_qs11_statement2(record, window=("2011-01-01", "2011-02-01")).iloc[0]
    assert january[["n_clients", "n_informed"]].tolist() == [1, 0]  # ann; her offer came later
    autumn = nice_qs11_statement2(record, window=("2010-09-01", "2010-10-01")).iloc[0]
    assert autumn["n_clients"] == 0 and np.isnan(autumn["share"])


def test_nice_support_is_somebody_going_along(record: rn.RecoveryRecord) -> None:
    along = record.linkage.assign(
        by_person_id=record.linkage["by_person_id"].mask(
            (record.linkage["client_id"] == "ben") & (record.linkage["stage"] == "attended"), "cat"
        )
    )
    assert nice_qs11_statement2(record.with_tables(linkage=along)).iloc[0]["n_both"] == 2
    opiate = nice_qs11_statement2(record.with_tables(linkage=along), substances=("opiate_crack",)).iloc[0]
    assert opiate[["n_clients", "n_both"]].tolist() == [2, 2]


def test_drug_treatment_counts_support_without_information(record: rn.RecoveryRecord) -> None:
    # ann alone was introduced; her offer and talk are taken away, so she counts here and not under statement 2.
    helped = record.with_tables(linkage=record.linkage[~record.linkage["stage"].isin(["offered", "discussed"])])
    assert nice_qs23_statement7(helped).iloc[0][["n_clients", "n_supported"]].tolist() == [3, 1]
    assert nice_qs11_statement2(helped).iloc[0]["n_both"] == 0


def test_drug_treatment_leaves_out_alcohol_and_says_who_is_not_recorded(record: rn.RecoveryRecord) -> None:
    substance = record.people["substance"].mask(record.people["person_id"] == "ann", "alcohol")
    people = record.people.assign(substance=substance.mask(record.people["person_id"] == "eve"))
    changed = record.with_tables(people=people)
    row = nice_qs23_statement7(changed).iloc[0]
    assert row[["n_clients", "n_supported", "n_not_recorded"]].tolist() == [1, 0, 1]  # ben alone; eve's is not recorded
    assert nice_qs23_statement7(changed, substances=("alcohol",)).iloc[0][["n_clients", "n_supported"]].tolist() == [1, 1]


def test_drug_treatment_with_nobody_has_no_share(record: rn.RecoveryRecord) -> None:
    row = nice_qs23_statement7(record, window=("2010-09-01", "2010-10-01")).iloc[0]
    assert row["n_clients"] == 0 and np.isnan(row["share"])
    with pytest.raises(SchemaError, match="several words"):
        nice_qs23_statement7(record, substances="opiate_crack")


def test_one_word_for_several_is_explained(record: rn.RecoveryRecord) -> None:
    for measure in (nice_qs11_statement2, nice_qs23_statement7):
        with pytest.raises(SchemaError, match=r"several words, such as \('alcohol',\)"):
            measure(record, substances="alcohol")
