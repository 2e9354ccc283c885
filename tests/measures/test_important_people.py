"""The indices of the important-people interview, worked by hand on a circle of four."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.important_people import ImportantPeopleScheme, RatedItem, important_people

SCHEME = ImportantPeopleScheme(
    contact=RatedItem("contact"),
    daily={7},
    importance=RatedItem("importance"),
    important={5, 6},
    drinking_status=RatedItem("drinker", {"none": 0, "recovering": 0, "light": 1, "heavy": 3, "not known": None}),
    heavy_drinking={"heavy"},
    not_drinking={"none", "recovering"},
    drinking_frequency=RatedItem("how_often"),
    reaction_to_drinking=RatedItem("reaction", {"encouraged": 5, "neutral": 3, "left": 1}),
    general_support=RatedItem("supportive"),
)


@pytest.fixture
def circle() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ego_id": "ann",
            "alter_id": ["mum", "friend", "boss", "peer"],
            "wave": 1,
            "contact": [7, 4, 5, 7],
            "importance": [6, 5, 2, np.nan],
            "drinker": ["light", "heavy", "not known", "recovering"],
            "how_often": [2, 7, 1, 0],
            "reaction": ["left", "encouraged", "encouraged", "left"],
            "supportive": [5, 1, 2, np.nan],
        }
    )


def test_every_index_by_hand(circle: pd.DataFrame) -> None:
    row = important_people(circle, scheme=SCHEME).loc[("ann", 1)]
    expected = {
        "network_size": 4,
        "daily_network_size": 2,
        "n_contact": 4,
        "mean_importance": (6 + 5 + 2) / 3,
        "n_importance": 3,
        # boss's drinking is not known: mum 1·7, friend 3·4, peer 0·7 over three
        "drinking_status_by_contact": 19 / 3,
        "n_drinking_status_by_contact": 3,
        "drinking_frequency_by_contact": (14 + 28 + 5 + 0) / 4,
        "n_drinking_frequency_by_contact": 4,
        "share_heavy_drinking": 1 / 3,
        "share_not_drinking": 1 / 3,
        "n_drinking_status": 3,
        # very or extremely important: mum and friend
        "drinking_support_highest": 5,
        "drinking_support_lowest": 1,
        "drinking_support_mean": 3,
        "n_drinking_support": 2,
        "general_support_highest": 5,
        "general_support_lowest": 1,
        "general_support_mean": 8 / 3,
        "n_general_support": 3,
    }
    for name, value in expected.items():
        assert row[name] == pytest.approx(value), name


def test_what_is_not_declared_is_not_known(circle: pd.DataFrame) -> None:
    row = important_people(circle, scheme=SCHEME).loc[("ann", 1)]
    drugs = [
        "drug_status_by_contact",
        "drug_frequency_by_contact",
        "share_heavy_drug_use",
        "share_not_using_drugs",
        "drug_use_support_mean",
        "treatment_support_highest",
    ]
    assert row[drugs].isna().all()
    assert row[["n_drug_status", "n_drug_use_support", "n_treatment_support"]].tolist() == [0, 0, 0]
    bare = important_people(circle, scheme=ImportantPeopleScheme()).loc[("ann", 1)]
    assert bare["network_size"] == 4 and np.isnan(bare["daily_network_size"])


def test_all_23_indices_are_there_with_their_denominators(circle: pd.DataFrame) -> None:
    columns = [name for name in important_people(circle, scheme=SCHEME) if not name.startswith("n_") and name != "asked_at"]
    assert len(columns) == 23


def test_somebody_who_named_nobody_has_size_0_and_no_means(circle: pd.DataFrame) -> None:
    frame = important_people(circle, scheme=SCHEME, people=["ann", "zoe"])
    zoe = frame.loc[("zoe", 1)].drop("asked_at")
    counts = [name for name in zoe.index if name.startswith("n_")] + ["network_size", "daily_network_size"]
    assert (zoe[counts] == 0).all()
    assert zoe.drop(counts).isna().all()


def test_codes_and_direction_are_the_users(circle: pd.DataFrame) -> None:
    turned = ImportantPeopleScheme(contact=RatedItem("contact", {4: 4, 5: 3, 7: 1}), daily={"7"})
    row = important_people(circle, scheme=turned).loc[("ann", 1)]
    assert row["daily_network_size"] == 2
    as_text = circle.assign(contact=circle["contact"].astype(str))
    pd.testing.assert_frame_equal(important_people(as_text, scheme=SCHEME), important_people(circle, scheme=SCHEME))


def test_who_is_met_daily_is_unknown_where_no_contact_is(circle: pd.DataFrame) -> None:
    scheme = ImportantPeopleScheme(contact=RatedItem("contact"), daily={7})
    row = important_people(circle.assign(contact=np.nan), scheme=scheme).loc[("ann", 1)]
    assert row["network_size"] == 4 and np.isnan(row["daily_network_size"])


def test_interviews_are_told_apart_by_day_and_members_counted_once() -> None:
    nominations = pd.DataFrame(
        {
            "ego_id": ["ann"] * 4,
            "alter_id": ["mum", "mum", "pal", "mum"],
            "asked_at": pd.to_datetime(
                ["2011-03-01 10:00", "2011-03-01 10:05", "2011-03-01 10:10", "2011-09-01 10:00"]
            ).tz_localize("Europe/London"),
            "relation": ["family", "carer", "friend", "family"],
            "supportive": [np.nan, 4.0, 2.0, 5.0],
        }
    )
    scheme = ImportantPeopleScheme(general_support=RatedItem("supportive"))
    frame = important_people(nominations, scheme=scheme)
    assert frame.index.tolist() == [("ann", 1), ("ann", 2)]
    assert frame["network_size"].tolist() == [2, 1]
    assert frame["general_support_mean"].tolist() == [3, 5]
    assert frame["asked_at"].iloc[0] == pd.Timestamp("2011-03-01 10:00", tz="Europe/London")


def test_personal_networks_are_one_interview_each() -> None:
    scheme = ImportantPeopleScheme(contact=RatedItem("contact_frequency"), daily={7})
    frame = important_people(rn.ego_networks(rn.load_sample("five_people")), scheme=scheme)
    assert frame["network_size"].droplevel("wave").to_dict() == {"ann": 3, "ben": 1, "cat": 0, "dev": 0, "eve": 0}
    assert frame["daily_network_size"].tolist() == [1, 0, 0, 0, 0]


def test_order_and_names_change_nothing(circle: pd.DataFrame) -> None:
    other = circle.assign(ego_id="ben", importance=[1, 1, 6, 6])
    both = pd.concat([circle, other], ignore_index=True)
    frame = important_people(both, scheme=SCHEME)
    mixed = important_people(both.sample(frac=1, random_state=np.random.default_rng(1)), scheme=SCHEME)
    pd.testing.assert_frame_equal(frame, mixed)
    pd.testing.assert_series_equal(frame.loc[("ann", 1)], important_people(circle, scheme=SCHEME).loc[("ann", 1)])


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (lambda: ImportantPeopleScheme(daily={7}), "contact, which is not declared"),
        (lambda: ImportantPeopleScheme(contact=RatedItem("contact", {1: 1}), daily={7}), "does not have"),
        (lambda: RatedItem(""), "name of its column"),
        (lambda: RatedItem("x", {"a": np.inf}), "infinite"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(scheme: object, message: str) -> None:
    with pytest.raises(rn.SchemaError, match=message):
        scheme()


def test_an_undeclared_code_is_named(circle: pd.DataFrame) -> None:
    scheme = ImportantPeopleScheme(drinking_status=RatedItem("drinker", {"light": 1, "heavy": 3, "recovering": 0}))
    with pytest.raises(rn.SchemaError, match="1 answers in 'drinker' have no number, the first being 'not known'"):
        important_people(circle, scheme=scheme)
    with pytest.raises(rn.SchemaError, match="'mood', which the nominations do not have"):
        important_people(circle, scheme=ImportantPeopleScheme(general_support=RatedItem("mood")))
    with pytest.raises(rn.SchemaError, match="asked_at"):
        important_people(circle.drop(columns="wave"), scheme=SCHEME)
