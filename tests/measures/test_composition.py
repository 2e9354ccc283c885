"""Composition worked by hand on five people: contacts, waves and personal networks."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.composition import composition

SHARES = ["share_norm", "share_using", "share_unknown", "ei_norm", "iqv", "entropy", "share_services", "share_recovery_ties"]


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


@pytest.fixture(scope="module")
def network(record: rn.RecoveryRecord) -> rn.PersonNetwork:
    # ann–ben 1, ann–cat 2, ben–cat 2, ann–dev 1; eve alone
    return rn.project(rn.ContactGraph(record))


@pytest.fixture(scope="module")
def states() -> pd.Series:
    return pd.Series({"ann": "abstinent", "ben": "using", "cat": "in_recovery"})


def test_five_people(network: rn.PersonNetwork, states: pd.Series) -> None:
    frame = composition(network, states=states)
    assert frame["n_alters"].tolist() == [3, 2, 2, 1, 0]
    ann = frame.loc["ann"]  # ben uses, cat is in recovery, dev is a worker of unknown state
    assert ann[["n_known", "n_unknown", "n_role_known", "n_recovery_ties"]].tolist() == [2, 1, 3, 1]
    assert ann["share_norm"] == 0.5 and ann["share_using"] == 0.5
    assert ann["share_unknown"] == ann["share_services"] == ann["share_recovery_ties"] == pytest.approx(1 / 3)
    assert ann["ei_norm"] == 0
    # two states of five, half each: (1 − 1/2) / (1 − 1/5)
    assert ann["iqv"] == pytest.approx(0.625) and ann["entropy"] == pytest.approx(np.log(2))
    ben = frame.loc["ben"]  # ann and cat hold the norm, ben does not
    assert ben[["share_norm", "ei_norm"]].tolist() == [1, 1]
    assert np.isnan(frame.loc["dev", "ei_norm"])  # dev's own state is unknown
    assert frame.loc["eve", SHARES].isna().all()


def test_strength_counts_where_asked(network: rn.PersonNetwork, states: pd.Series) -> None:
    ann = composition(network, states=states, weighted=True).loc["ann"]
    assert ann["n_alters"] == 3 and ann["n_recovery_ties"] == 1
    assert ann["share_norm"] == pytest.approx(2 / 3)
    assert ann["share_unknown"] == ann["share_services"] == pytest.approx(1 / 4)
    assert ann["ei_norm"] == pytest.approx((1 - 2) / 3)
    assert (ann["strength"], ann["strength_known"]) == (4, 3)


def test_stable_on_substitution_holds_the_norm_and_is_not_using(network: rn.PersonNetwork) -> None:
    states = pd.Series({"ben": "ost_stable", "cat": "ost_stable", "dev": "reduced"})
    ann = composition(network, states=states).loc["ann"]
    assert ann["share_norm"] == pytest.approx(2 / 3) and ann["share_using"] == 0
    strict = rn.Norm("abstinence", holds={"abstinent"})
    assert composition(network, states=states, norm=strict).loc["ann", "share_norm"] == 0


def test_variety_runs_from_none_to_all() -> None:
    hub = np.zeros((6, 6))
    hub[0, 1:] = hub[1:, 0] = 1
    network = rn.PersonNetwork(hub, list("abcdef"))
    all_five = pd.Series(["using", "reduced", "ost_stable", "abstinent", "in_recovery"], index=list("bcdef"))
    row = composition(network, states=all_five).loc["a"]
    assert row["iqv"] == pytest.approx(1) and row["entropy"] == pytest.approx(np.log(5))
    same = composition(network, states=all_five.mask(all_five != "using", "using")).loc["a"]
    assert same["iqv"] == 0 and same["entropy"] == 0


def test_direction() -> None:
    arrows = rn.PersonNetwork(np.array([[0, 2.0, 0], [0, 0, 0], [1.0, 0, 0]]), ["a", "b", "c"], directed=True)
    states = pd.Series({"a": "using", "b": "using", "c": "abstinent"})
    assert composition(arrows, states=states).loc["a", "share_norm"] == 0
    assert composition(arrows, states=states, direction="in").loc["a", "share_norm"] == 1
    either = composition(arrows, states=states, direction="either")
    assert either.loc["a", ["n_alters", "share_norm"]].tolist() == [2, 0.5]


def test_waves(record: rn.RecoveryRecord) -> None:
    panel = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    frame = composition(panel)
    assert frame.index.names == ["person_id", "wave"] and len(frame) == 10
    assert frame.loc["ann", "n_alters"].tolist() == [3, 2]
    # March: ben abstinent, cat in recovery; April: ben using
    assert frame.loc["ann", "share_norm"].tolist() == [1, 0.5]
    for wave in (1, 2):
        alone = composition(panel.at(wave), states=panel.states[wave])
        pd.testing.assert_frame_equal(frame.xs(wave, level="wave"), alone)


def test_personal_networks_as_perceived(record: rn.RecoveryRecord, states: pd.Series) -> None:
    named = rn.ego_networks(record)
    # ann sees cat in recovery, x1 using, ben abstinent; ben sees ann using
    frame = composition(named, states=states)
    assert frame.loc["ann", "share_norm"] == pytest.approx(2 / 3)
    assert frame.loc["ann", "ei_norm"] == pytest.approx((1 - 2) / 3)
    assert frame.loc["ben", ["share_norm", "share_using", "ei_norm"]].tolist() == [0, 1, -1]
    assert frame.loc[["cat", "dev", "eve"], SHARES].isna().all().all()
    assert composition(named)["ei_norm"].isna().all()  # nobody's own state is given
    known = composition(named, states=states, perceived=False)
    assert known.loc["ann", ["n_known", "n_unknown"]].tolist() == [2, 1]  # nothing but perception tells of x1


def test_personal_networks_from_contacts_say_the_same(network: rn.PersonNetwork, states: pd.Series) -> None:
    whole = composition(network, states=states, weighted=True)
    pd.testing.assert_frame_equal(composition(rn.ego_networks(network), states=states, weighted=True), whole)
    far = composition(rn.ego_networks(network, radius=2), states=states, weighted=True)
    pd.testing.assert_frame_equal(far, whole)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs the states"),
        ({"states": pd.Series({"ann": "sober"})}, "'sober'"),
        ({"states": pd.Series(["using"] * 2, index=["ann", "ann"])}, "more than once"),
        ({"states": ["using"]}, "Series or DataFrame"),
        ({"states": pd.Series({"ann": "using"}), "direction": "up"}, "direction must be"),
        ({"states": pd.Series({"ann": "using"}), "service_roles": "worker"}, "several words"),
    ],
)
def test_bad_arguments_are_explained(network: rn.PersonNetwork, arguments: dict, message: str) -> None:
    with pytest.raises(rn.SchemaError, match=message):
        composition(network, **arguments)


def test_something_else_is_refused(record: rn.RecoveryRecord) -> None:
    with pytest.raises(rn.SchemaError, match="PersonNetwork"):
        composition(record, states=pd.Series({"ann": "using"}))
