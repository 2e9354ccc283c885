"""One client's links, worked by hand: who is tied, what ties carry, ways to groups, and who is never shown."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.recovery_contacts import recovery_contacts

TZ = "Europe/London"
AT = "2011-06-01"
PEOPLE = [
    ("ann", "client", None), ("ben", "client", None), ("cat", "peer", True), ("dan", "peer", False), ("eva", "community", True),
    ("fay", "family", None), ("wil", "worker", None),
]  # fmt: skip
GROUPS = [
    ("aa", "Harbour AA", "mutual_aid", "recovery"), ("cafe", "The Landing", "recovery_cafe", "recovery"),
    ("pub", "The Anchor", "other", "using"), ("clinic", "Clinic group", "treatment", "mixed"),
]  # fmt: skip


def made(contacts: list[tuple], **tables: pd.DataFrame) -> rn.RecoveryRecord:
    """A record from (when, kind, group or None, people); the people above unless others are given."""
    occasions = [(f"o{place}", when, kind, group) for place, (when, kind, group, _) in enumerate(contacts)]
    there = [(f"o{place}", person, None) for place, (*_, people) in enumerate(contacts) for person in people]
    people = pd.DataFrame(PEOPLE, columns=["person_id", "role", "introducer_consent"]).assign(
        worker_id=lambda rows: np.where(rows["role"] == "client", "wil", None)
    )
    groups = pd.DataFrame(GROUPS, columns=["group_id", "name", "kind", "norm"])
    given = {"groups": groups} | tables
    return rn.RecoveryRecord(
        given.pop("people", people),
        pd.DataFrame(occasions, columns=["occasion_id", "started_at", "kind", "group_id"]),
        pd.DataFrame(there, columns=["occasion_id", "person_id", "part"]),
        window=("2010-01-01", AT),
        tz=TZ,
        **given,
    )


def named(*rows: tuple, asked: str = "2011-05-01") -> pd.DataFrame:
    """Nominations of ann: (alter, relation, perceived state, support, basis)."""
    frame = pd.DataFrame(rows, columns=["alter_id", "relation", "perceived_state", "support", "consent_basis"])
    return frame.assign(ego_id="ann", asked_at=asked)


def separated(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["person_id", "other_id"])


def people_of(links: rn.ClientLinks) -> pd.DataFrame:
    return links.people.set_index("person_id")


def test_ties_are_counted_in_the_window_and_before_it() -> None:
    record = made(
        [
            ("2011-05-30", "call", None, ["ann", "cat"]),
            ("2011-03-03", "call", None, ["ann", "cat"]),  # the first day of the window of 90 days is 3 March
            ("2011-03-02", "call", None, ["ann", "cat"]),
            ("2011-02-01", "social", None, ["ann", "fay"]),
            ("2010-08-01", "social", None, ["ann", "dan"]),
            ("2011-05-20", "meeting", "cafe", ["ann", "dan", "eva"]),
        ]
    )
    links = rn.client_links(record, "ann", at=AT)
    people = people_of(links)
    assert people.loc["cat", ["n_contacts", "n_before", "status", "days_since"]].tolist() == [2, 1, "current", 2.0]
    assert people["last_contact"].dt.strftime("%Y-%m-%d").to_dict() == {
        "cat": "2011-05-30", "fay": "2011-02-01", "dan": "2010-08-01",
    }  # fmt: skip
    assert people.loc["fay", ["n_contacts", "n_before", "status"]].tolist() == [0, 1, "quiet"]
    assert people.loc["dan", "status"] == "quiet" and people.loc["dan", "days_since"] == 304
    assert "eva" not in people.index, "people met at a meeting are no ties: a meeting is a place"
    assert links.groups["group_id"].tolist() == ["cafe"]
    assert (links.n_recovery, links.n_recovery_before, links.change) == (2, 1, 1)
    assert links.gained == ("cafe",) and links.lost == ()
    assert links.days_since_recovery == 2


@pytest.mark.parametrize(("n_contacts", "ring"), [(13, 1), (12, 2), (4, 2), (3, 3)])
def test_where_nobody_asked_how_close_it_is_how_often_they_met(n_contacts: int, ring: int) -> None:
    """90 days are 12.9 weeks: once a week is close, once in four weeks between."""
    met = [(f"2011-05-{day:02d}", "call", None, ["ann", "cat"]) for day in range(1, n_contacts + 1)]
    assert people_of(rn.client_links(made(met), "ann", at=AT)).loc["cat", "ring"] == ring


@pytest.mark.parametrize(("said", "ring"), [(5, 1), (4, 1), (3, 2), (2, 3), (1, 3)])
def test_how_close_the_client_said_comes_before_how_often_they_met(said: float, ring: int) -> None:
    met = [(f"2011-05-{day:02d}", "call", None, ["ann", "cat"]) for day in range(1, 5)]
    asked = named(("cat", "friend", None, None, None)).assign(closeness=said)
    assert people_of(rn.client_links(made(met, nominations=asked), "ann", at=AT)).loc["cat", "ring"] == ring


def test_what_a_tie_carries_and_why() -> None:
    seen = pd.DataFrame(
        [
            ("cat", "2011-05-25", "using", "self", None),
            ("ben", "2011-05-25", "using", "worker", None),
            ("fay", "2011-05-25", "abstinent", "perceived", "ann"),
        ],
        columns=["person_id", "observed_at", "value", "source", "perceived_by"],
    ).assign(variable="state")
    met = [("2011-05-20", "call", None, ["ann", who]) for who in ("cat", "dan", "ben", "fay", "wil")]
    asked = named(
        ("x1", "friend", "using", None, "not_asked"),
        ("x2", "aunt", None, "recovery", None),
        ("x3", "friend", "reduced", None, None),
    )
    people = people_of(rn.client_links(made(met, observations=seen, nominations=asked), "ann", at=AT))
    told = people[["carries", "because"]].apply(tuple, axis=1).to_dict()
    assert told == {
        "cat": ("using", "recorded_state"),
        "dan": ("recovery", "role"),
        "ben": ("unknown", "nothing_known"),  # what a worker wrote about another client is not this client's to know
        "fay": ("recovery", "perceived_state"),
        "wil": ("supportive", "role"),
        "x1": ("using", "perceived_state"),
        "x2": ("supportive", "support"),
        "x3": ("neutral", "perceived_state"),
    }
    assert people["perceived"].to_dict() == {who: who in ("fay", "x1", "x3") for who in people.index}
    assert not people.loc["x1", "known"] and people.loc["x1", "role"] == "not_on_record"


@pytest.mark.parametrize(("day", "carries"), [("2011-03-03", "using"), ("2011-03-02", "recovery")])
def test_what_is_recorded_of_a_peer_holds_for_a_quarter(day: str, carries: str) -> None:
    """From 3 March to 1 June are 90 days; what was seen before that is no longer known, and the role speaks."""
    seen = pd.DataFrame({"person_id": ["cat"], "observed_at": [day], "value": ["using"], "source": ["self"], "variable": ["state"]})
    people = people_of(rn.client_links(made([("2011-05-20", "call", None, ["ann", "cat"])], observations=seen), "ann", at=AT))
    assert people.loc["cat", "carries"] == carries


def test_perceptions_run_out_and_the_latest_interview_counts() -> None:
    old = named(("x1", "friend", "using", None, None), ("x2", "friend", "using", None, None), asked="2010-06-01")
    new = named(("x1", "friend", None, None, None), asked="2010-11-20")
    people = people_of(rn.client_links(made([], nominations=pd.concat([old, new])), "ann", at="2011-05-31"))
    assert people.index.tolist() == ["x1"] and people.loc["x1", "carries"] == "unknown"


def test_consent_is_told_on_every_tie_and_refusal_takes_the_name() -> None:
    record = made([("2011-05-20", "call", None, ["ann", who]) for who in ("cat", "dan", "wil")])
    people = record.people.assign(consent_care=[None, None, True, False, None, None, None])
    ties = people_of(
        rn.client_links(
            record.with_tables(people=people, nominations=named(("x1", "friend", None, None, "not_asked"))), "ann", at=AT
        )
    )
    assert ties["consent_basis"].to_dict() == {"cat": "consented", "dan": "refused", "wil": "in_role", "x1": "not_asked"}
    assert ties["may_be_named"].to_dict() == {"cat": True, "dan": False, "wil": True, "x1": False}


def test_the_sole_link() -> None:
    once = rn.client_links(made([("2011-05-20", "call", None, ["ann", "cat"])]), "ann", at=AT)
    assert (once.sole_link.layer, once.sole_link.id) == ("person", "cat")
    with_cat = [("2011-05-20", "meeting", "cafe", ["ann", "cat"]), ("2011-05-27", "call", None, ["ann", "cat"])]
    assert rn.client_links(made(with_cat), "ann", at=AT).sole_link.id == "cat"
    also = [*with_cat, ("2011-05-28", "meeting", "cafe", ["ann"])]
    assert rn.client_links(made(also), "ann", at=AT).sole_link is None
    assert rn.client_links(made([]), "ann", at=AT).sole_link is None


def test_only_through_services() -> None:
    record = made([("2011-05-20", "one_to_one", None, ["ann", "wil"]), ("2011-05-21", "meeting", "clinic", ["ann"])])
    links = rn.client_links(record, "ann", at=AT)
    assert (links.n_ties, links.n_outside_services, links.only_through_services) == (2, 0, True)
    assert rn.client_links(record, "ben", at=AT).only_through_services is None


def test_ways_go_through_people_who_agreed() -> None:
    calls = [("2011-05-10", "call", None, ["ann", "dan"]), ("2011-05-12", "call", None, ["dan", "eva"])]
    meetings = [("2011-05-25", "meeting", "aa", ["dan", "eva"]), ("2011-05-26", "meeting", "cafe", ["dan"])]
    ways = rn.client_links(made(calls + meetings), "ann", at=AT).ways.set_index("group_id")
    # dan has not agreed to introduce anybody: he is no way into mutual aid; eva, whom he knows, is.
    assert (ways.loc["aa", "steps"], ways.loc["aa", "through"]) == (3, ("dan", "eva"))
    assert (ways.loc["cafe", "steps"], ways.loc["cafe", "through"]) == (2, ("dan",))
    assert "pub" not in ways.index and "clinic" not in ways.index
    there = rn.client_links(made([*calls, *meetings, ("2011-05-20", "meeting", "aa", ["ann"])]), "ann", at=AT).ways
    assert there.set_index("group_id").loc["aa", ["steps", "through"]].tolist() == [1, ()]


def test_people_kept_apart_are_nowhere() -> None:
    contacts = [
        ("2011-05-20", "call", None, ["ann", "cat"]),
        ("2011-05-21", "call", None, ["ann", "dan"]),
        ("2011-05-22", "call", None, ["dan", "cat"]),
        ("2011-05-25", "meeting", "aa", ["cat"]),
    ]
    asked = named(("cat", "sponsor", "in_recovery", None, "consented"))
    for pair in (("ann", "cat"), ("cat", "ann")):
        links = rn.client_links(made(contacts, nominations=asked, separations=separated(pair)), "ann", at=AT)
        assert links.people["person_id"].tolist() == ["dan"]
        assert not any("cat" in way for way in links.ways["through"]) and "cat" not in links.contacts["id"].tolist()
        assert links.ways["steps"].isna().all()


def test_two_others_kept_apart_are_not_in_one_view() -> None:
    contacts = [("2011-05-20", "call", None, ["ann", "cat"]), ("2011-05-21", "call", None, ["ann", "dan"])]
    links = rn.client_links(made(contacts, separations=separated(("cat", "dan"))), "ann", at=AT)
    assert links.people["person_id"].tolist() == ["dan"], "the one met last is shown"


def test_a_client_without_contacts_has_a_page_all_the_same() -> None:
    links = rn.client_links(made([("2011-05-20", "meeting", "cafe", ["cat"])]), "ann", at=AT)
    assert links.people.empty and links.groups.empty and links.contacts.empty and len(links.ways) == 2
    assert np.isnan(links.days_since_recovery) and links.n_recovery == 0
    assert links.people["carries"].dtype == "str" and links.people["last_contact"].dt.tz is not None
    assert {spot.code for spot in links.blind_spots} >= {"no_entry", "no_interview", "meetings"}
    assert links.counts().to_numpy().sum() == 0


@pytest.mark.parametrize("at", ["2009-12-31", "2011-09-01", "2036-01-01"])
def test_a_date_outside_the_record(at: str) -> None:
    with pytest.raises(rn.TimeOrderError, match="runs from 1 January 2010 to 31 May 2011"):
        rn.client_links(made([]), "ann", at=at)


def test_wrong_questions_are_answered_in_words() -> None:
    record = made([])
    with pytest.raises(rn.UnknownPersonError, match="knows nobody called 'anna'.*Did you mean 'ann'"):
        rn.client_links(record, "anna", at=AT)
    with pytest.raises(rn.UnknownPersonError, match="as worker, not as client"):
        rn.client_links(record, "wil", at=AT)
    with pytest.raises(rn.SchemaError, match="with its unit"):
        rn.client_links(record, "ann", at=AT, window=90)
    with pytest.raises(rn.TimeOrderError, match="a day or longer"):
        rn.client_links(record, "ann", at=AT, window="2h")
    with pytest.raises(rn.SchemaError, match="not a date"):
        rn.client_links(record, "ann", at="soon")


def test_the_future_is_not_looked_at() -> None:
    contacts = [("2011-05-20", "call", None, ["ann", "cat"]), ("2011-05-31T12:00", "call", None, ["ann", "dan"])]
    record = made(contacts, nominations=named(("x1", "friend", "using", None, None), asked="2011-05-31"))
    early = rn.client_links(record, "ann", at="2011-05-31")
    assert early.people["person_id"].tolist() == ["cat"]


def test_the_order_of_rows_does_not_matter() -> None:
    record = rn.load_sample("riverside")
    shuffled = record.with_tables(
        **{name: frame.sample(frac=1.0, random_state=5) for name, frame in record.tables().items() if len(frame)}
    )
    for client in ("c0337", "c0012", "c0422"):
        one, two = (rn.client_links(each, client, at="2011-06-15") for each in (record, shuffled))
        for name in ("people", "groups", "ways", "contacts"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
        assert one.to_dict() == two.to_dict()


def test_where_only_peers_and_groups_carry_recovery_it_is_contact_with_the_community() -> None:
    record = rn.load_sample("riverside")
    bare = record.with_tables(observations=record.observations.iloc[:0], nominations=record.nominations.iloc[:0])
    contacts = recovery_contacts(bare)
    contacts = contacts[contacts["started_at"] < pd.Timestamp("2011-06-15", tz=TZ)]
    sponsors = set(bare.participation.loc[bare.participation["part"] == "sponsor", "person_id"])
    checked = 0
    for client in bare.people.loc[bare.people["role"] == "client", "person_id"].head(150):
        links = rn.client_links(bare, client, at="2011-06-15", window="130D")
        last = contacts.loc[contacts["person_id"] == client, "started_at"].max()
        if pd.isna(last) or set(links.people["person_id"]) & sponsors or links.apart.hidden & set(bare.people["person_id"]):
            continue
        checked += 1
        assert links.last_recovery_contact == last
    assert checked > 15
