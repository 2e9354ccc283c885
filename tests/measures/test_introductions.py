"""Who could walk whom into which group, worked by hand: consent, room, nearness, what suits, and people kept apart."""

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.kept_apart import falls_to

TZ = "Europe/London"
AT = "2011-06-15"
GROUPS = [
    ("aa", "Harbour AA", "mutual_aid", "monday", "19:30", "Mission"),
    ("cafe", "The Landing", "recovery_cafe", "saturday", "10:30", "Quay"),
    ("walk", "Recovery walk", "recovery_community", "sunday", "11:00", "Lock"),
    ("pub", "The Anchor", "other", "friday", "20:00", "Anchor"),
]


def groups_table(**columns: list) -> pd.DataFrame:
    frame = pd.DataFrame(GROUPS, columns=["group_id", "name", "kind", "weekday", "start_time", "place"])
    return frame.assign(norm=["recovery", "recovery", "recovery", "using"], **columns)


def made(
    contacts: list[tuple], *, clients: tuple[str, ...] = ("ann",), guides: dict | None = None, **tables: pd.DataFrame
) -> rn.RecoveryRecord:
    """A record of clients, of guides (id: columns of people) and of contacts (when, kind, group, people)."""
    guides = {"pat": {}} if guides is None else guides
    rows = [{"person_id": client, "role": "client", "sex": "M"} for client in clients]
    rows += [
        {"person_id": guide, "role": "peer", "introducer_consent": True, "max_introductions": 2, **more}
        for guide, more in guides.items()
    ]
    rows += [{"person_id": "mid", "role": "peer"}]
    occasions = [(f"o{place}", when, kind, group) for place, (when, kind, group, _) in enumerate(contacts)]
    there = [(f"o{place}", person) for place, (*_, people) in enumerate(contacts) for person in people]
    return rn.RecoveryRecord(
        pd.DataFrame(rows),
        pd.DataFrame(occasions, columns=["occasion_id", "started_at", "kind", "group_id"]),
        pd.DataFrame(there, columns=["occasion_id", "person_id"]),
        groups=tables.pop("groups", groups_table()),
        window=("2011-01-01", "2011-07-01"),
        tz=TZ,
        **tables,
    )


def steps(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["client_id", "group_id", "stage", "at", "by_person_id"])


AT_CAFE = ("2011-06-11", "meeting", "cafe", ["pat"])
KNOWS_PAT = ("2011-05-20", "call", None, ["ann", "pat"])


def test_a_door_with_somebody_the_client_knows() -> None:
    found = rn.introductions(made([AT_CAFE, KNOWS_PAT]), "ann", at=AT)
    row = found.iloc[0]
    assert row[["group_id", "introducer_id", "steps", "capacity_left"]].tolist() == ["cafe", "pat", 1.0, 2.0]
    assert row["next_at"] == pd.Timestamp("2011-06-18 10:30", tz=TZ)
    assert row["reason"] == (
        "Peer pat, whom the client knows, has agreed to introduce people, has room for 2 more introductions this month "
        "and was last there on 11 June 2011."
    )


def test_one_step_away_and_nearer_first() -> None:
    through = [("2011-05-20", "call", None, ["ann", "mid"]), ("2011-05-21", "call", None, ["mid", "pat"])]
    found = rn.introductions(made([AT_CAFE, *through]), "ann", at=AT)
    assert found.loc[0, ["introducer_id", "steps", "via_id"]].tolist() == ["pat", 2.0, "mid"]
    assert "known to peer mid" not in found.loc[0, "reason"] and "known to person mid" in found.loc[0, "reason"]
    nearer = [*through, ("2011-05-20", "call", None, ["ann", "sue"]), ("2011-06-11", "meeting", "cafe", ["sue"])]
    both = rn.introductions(made([AT_CAFE, *nearer], guides={"pat": {}, "sue": {}}), "ann", at=AT)
    assert both["introducer_id"].tolist() == ["sue"] and both["steps"].tolist() == [1.0]


def test_nobody_far_away_unless_nobody_is_near() -> None:
    guides = {"pat": {}, "far": {}}
    contacts = [AT_CAFE, ("2011-06-13", "meeting", "aa", ["far"])]
    near = rn.introductions(made([*contacts, KNOWS_PAT], guides=guides), "ann", at=AT)
    assert near["introducer_id"].tolist() == ["pat"]
    filled = rn.introductions(made([*contacts, KNOWS_PAT], guides=guides), "ann", at=AT, fill=True).set_index("introducer_id")
    assert filled.loc["pat", "steps"] == 1 and np.isnan(filled.loc["far", "steps"])
    none_near = rn.introductions(made(contacts, guides=guides), "ann", at=AT)
    assert sorted(none_near["introducer_id"]) == ["far", "pat"] and none_near["steps"].isna().all()
    assert "does not know yet" in none_near["reason"].iloc[0]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"introducer_consent": False},
        {"introducer_consent": None},
        {"max_introductions": 0},
        {"left_on": "2011-06-01"},
        {"safe_contact": False},
    ],
)
def test_nobody_who_did_not_agree_or_cannot(spoilt: dict) -> None:
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT], guides={"pat": spoilt}), "ann", at=AT).empty


def test_room_is_counted_by_calendar_month() -> None:
    def room(*rows: tuple) -> list[float]:
        record = made([AT_CAFE, KNOWS_PAT], clients=("ann", "bob", "cal"), linkage=steps(*rows))
        return rn.introductions(record, "ann", at=AT)["capacity_left"].tolist()

    assert room(("bob", "cafe", "introduced", "2011-05-31", "pat")) == [2.0]
    assert room(("bob", "cafe", "introduced", "2011-06-01", "pat")) == [1.0]
    # An introduction agreed and then made is one; a step of the next day is not known yet.
    assert room(("bob", "cafe", "accepted", "2011-06-02", "pat"), ("bob", "cafe", "introduced", "2011-06-09", "pat")) == [1.0]
    assert room(("bob", "cafe", "introduced", "2011-06-02", "pat"), ("cal", "cafe", "accepted", "2011-06-03", "pat")) == []
    assert room(("bob", "cafe", "introduced", "2011-06-16", "pat")) == [2.0]
    unlimited = made([AT_CAFE, KNOWS_PAT], guides={"pat": {"max_introductions": None}})
    assert rn.introductions(unlimited, "ann", at=AT)["capacity_left"].tolist() == [1.0]


def test_who_went_long_ago_is_no_guide() -> None:
    long_ago = ("2011-04-30", "meeting", "cafe", ["pat"])
    assert rn.introductions(made([long_ago, KNOWS_PAT]), "ann", at=AT).empty
    assert len(rn.introductions(made([long_ago, KNOWS_PAT]), "ann", at=AT, active_within="60D")) == 1


@pytest.mark.parametrize(
    "column",
    [
        {"women_only": [False, True, False, False]},
        {"newcomers_welcome": [True, False, True, True]},
        {"closed_temporarily": [False, True, False, False]},
        {"valid_to": [None, "2011-06-01", None, None]},
        {"weekday": ["monday", None, "sunday", "friday"]},
    ],
)
def test_groups_that_do_not_suit(column: dict) -> None:
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT], groups=groups_table(**column)), "ann", at=AT).empty


def test_wishes() -> None:
    columns = {
        "online": [False, False, True, False],
        "access": [None, "Step-free, loop", None, None],
        "lat": [51.5, 51.5, 51.6, 51.5],
    }
    contacts = [AT_CAFE, KNOWS_PAT, ("2011-06-12", "meeting", "walk", ["pat"])]
    record = made(contacts, groups=groups_table(lon=[0.0, 0.1, 0.2, 0.0], **columns))

    def doors(**wishes: object) -> list[str]:
        return rn.introductions(record, "ann", at=AT, wishes=rn.Wishes(**wishes))["group_id"].tolist()  # type: ignore[arg-type]

    assert doors() == ["cafe", "walk"]
    assert doors(days=("sunday",)) == ["walk"] and doors(online=False) == ["cafe"] and doors(online=True) == ["walk"]
    assert doors(access=("step-free",)) == ["cafe"]
    assert doors(home=(51.5, 0.0), max_km=10) == ["cafe"]
    with pytest.raises(rn.SchemaError, match="the days are"):
        rn.Wishes(days=("someday",))
    with pytest.raises(rn.SchemaError, match="max_km must be above 0"):
        rn.Wishes(max_km=0)
    with pytest.raises(rn.SchemaError, match="several words"):
        rn.Wishes(access="step-free")
    with pytest.raises(rn.SchemaError, match="latitude, longitude"):
        rn.Wishes(home=(200.0, 0.0))


def test_opioid_substitution_is_read_from_the_record() -> None:
    groups = groups_table(ost_friendly=[True, False, True, True])
    episode = pd.DataFrame({"person_id": ["ann"], "started_on": ["2011-02-01"], "modality": ["prescribing"]})
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT], groups=groups, episodes=episode), "ann", at=AT).empty
    assert len(rn.introductions(made([AT_CAFE, KNOWS_PAT], groups=groups), "ann", at=AT)) == 1


def test_a_group_the_client_goes_to_or_said_no_to_is_not_proposed() -> None:
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT, ("2011-06-04", "meeting", "cafe", ["ann"])]), "ann", at=AT).empty
    said_no = steps(("ann", "cafe", "declined", "2011-06-04", None))
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT], linkage=said_no), "ann", at=AT).empty
    offered = steps(("ann", "cafe", "offered", "2011-06-04", None))
    assert rn.introductions(made([AT_CAFE, KNOWS_PAT], linkage=offered), "ann", at=AT)["stage"].tolist() == ["offered"]


def kept_apart(contacts: list[tuple], other: str = "bob", **tables: pd.DataFrame) -> rn.RecoveryRecord:
    pair = pd.DataFrame({"person_id": [other], "other_id": ["ann"]})
    return made(contacts, clients=("ann", "bob"), guides={"pat": {}, "sue": {}}, separations=pair, **tables)


def test_an_introducer_kept_apart_from_the_client_is_not_named_and_their_groups_are_not_proposed() -> None:
    contacts = [AT_CAFE, KNOWS_PAT, ("2011-06-11", "meeting", "cafe", ["sue"]), ("2011-05-20", "call", None, ["ann", "sue"])]
    assert rn.introductions(kept_apart(contacts, other="pat"), "ann", at=AT).empty


def test_nobody_who_knows_the_other_introduces_the_client() -> None:
    contacts = [AT_CAFE, KNOWS_PAT, ("2011-05-21", "call", None, ["bob", "pat"])]
    assert rn.introductions(kept_apart(contacts), "ann", at=AT).empty
    named = pd.DataFrame({"ego_id": ["bob"], "alter_id": ["pat"], "asked_at": ["2011-05-01"]})
    assert rn.introductions(kept_apart([AT_CAFE, KNOWS_PAT], nominations=named), "ann", at=AT).empty


def test_the_place_and_hour_of_the_other_are_not_proposed() -> None:
    there = ("2011-06-04", "meeting", "aa", ["bob"])
    same_hall = groups_table().assign(place=["Hall", "Hall", "Lock", "Anchor"], weekday=["monday", "monday", "sunday", "friday"])
    for start, proposed in (("19:30", 0), ("20:30", 0), ("10:30", None)):
        groups = same_hall.assign(start_time=["19:30", start, "11:00", "20:00"])
        found = rn.introductions(kept_apart([AT_CAFE, KNOWS_PAT, there], groups=groups), "ann", at=AT)
        assert "aa" not in found["group_id"].tolist()
        if proposed is not None:
            assert found.empty, "another group in the same hall while the other is there"


def test_two_clients_kept_apart_are_never_sent_to_the_same_place_or_person() -> None:
    record = rn.load_sample("riverside")
    pairs = list(zip(record.separations["person_id"], record.separations["other_id"], strict=True))
    clients = record.people.loc[record.people["role"] == "client", "person_id"].tolist()
    more = [*pairs, *zip(clients[:40:2], clients[1:40:2], strict=True)]
    record = record.with_tables(separations=pd.DataFrame(more, columns=["person_id", "other_id"]))
    proposed = 0
    for one, two in more:
        a, b = (rn.introductions(record, each, at="2011-06-15", n=50) for each in (one, two))
        spots = [set(zip(each["place"].fillna(each["group_id"]), each["weekday"], strict=True)) for each in (a, b)]
        assert not set(a["group_id"]) & set(b["group_id"]) and not spots[0] & spots[1]
        assert not set(a["introducer_id"]) & set(b["introducer_id"])
        proposed += len(a) + len(b)
    assert proposed > 40, "a rule that proposes nothing would pass"


def test_what_falls_to_one_does_not_fall_to_the_other() -> None:
    things = [f"g{number}" for number in range(200)]
    mine = sum(falls_to("ann", "bob", thing) for thing in things)
    assert all(falls_to("ann", "bob", thing) != falls_to("bob", "ann", thing) for thing in things) and 60 < mine < 140


def test_wrong_arguments() -> None:
    record = made([AT_CAFE])
    for n in (0, -1, 2.5, True):
        with pytest.raises(rn.SchemaError, match="n is a whole number"):
            rn.introductions(record, "ann", at=AT, n=n)
    with pytest.raises(rn.UnknownPersonError, match="nobody called 'zoe'"):
        rn.introductions(record, "zoe", at=AT)
    with pytest.raises(rn.TimeOrderError):
        rn.introductions(record, "ann", at="2019-01-01")


def most_served(options: dict[str, set[str]], room: dict[str, int]) -> int:
    """By trying every assignment."""
    choices = [[None, *sorted(found)] for found in options.values()]
    fits = (pick for pick in itertools.product(*choices) if all(pick.count(guide) <= room[guide] for guide in room))
    return max(sum(guide is not None for guide in pick) for pick in fits)


@pytest.mark.parametrize("seed", range(6))
def test_a_caseload_is_served_as_well_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clients, guides = [f"c{i}" for i in range(6)], {f"p{i}": {"max_introductions": int(rng.integers(1, 3))} for i in range(3)}
    contacts = [("2011-06-11", "meeting", "cafe", list(guides))]
    knows = {client: {guide for guide in guides if rng.random() < 0.4} for client in clients}
    contacts += [("2011-05-20", "call", None, [client, guide]) for client, known in knows.items() for guide in sorted(known)]
    knows = {client: known or set(guides) for client, known in knows.items()}  # knowing nobody, anybody may be asked
    plan = rn.caseload_introductions(made(contacts, clients=tuple(clients), guides=guides), clients, at=AT)
    assert plan["client_id"].tolist() == clients
    assert int(plan["served"].sum()) == most_served(knows, {guide: more["max_introductions"] for guide, more in guides.items()})
    loads = plan["introducer_id"].value_counts()
    assert all(load <= guides[guide]["max_introductions"] for guide, load in loads.items())
