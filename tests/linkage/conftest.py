"""Two agencies of a few people whose links are set by hand, so that nothing has to be compared first."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.linkage.links import COMPARED, PeopleLinks, with_linked_ids

PEOPLE = [
    # agency, id, role, joined, left, consent_care, consent_research, sex
    ("north", "n1", "client", "2011-01-05", "2011-03-01", True, True, "F"),
    ("north", "n2", "client", "2011-02-01", None, True, None, "M"),
    ("north", "n3", "client", None, None, None, None, "F"),
    ("south", "s1", "client", "2010-12-01", "2011-05-01", True, False, "M"),
    ("south", "s2", "client", "2011-02-01", "2011-04-01", True, True, "M"),
    ("south", "s3", "client", None, None, False, None, "F"),
]


@lru_cache
def record_of(agency: str) -> rn.RecoveryRecord:
    rows = [row[1:] for row in PEOPLE if row[0] == agency]
    columns = ["person_id", "role", "joined_on", "left_on", "consent_care", "consent_research", "sex"]
    ids = [row[0] for row in rows]
    return rn.RecoveryRecord(
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame({"occasion_id": ["o1"], "started_at": ["2011-03-10"], "kind": ["meeting"], "group_id": ["aa"]}),
        pd.DataFrame({"occasion_id": "o1", "person_id": ids}),
        groups=pd.DataFrame({"group_id": ["aa"], "name": ["Harbour AA"], "kind": ["mutual_aid"]}),
        separations=pd.DataFrame({"person_id": ids[:1], "other_id": ids[1:2]}),
        nominations=pd.DataFrame({"ego_id": ids[:1], "alter_id": ["stranger"], "asked_at": ["2011-03-01"], "relation": ["friend"]}),
        window=("2011-01-01", "2011-06-01") if agency == "north" else ("2010-12-01", "2011-04-01"),
        notes=("read by hand",) if agency == "south" else (),
    )


def links_of(pairs: list[tuple[str, str, float, str]], **settings: object) -> PeopleLinks:
    """Links of n? and s?: (person_a, person_b, probability, decision); the links that are decided are made."""
    frame = pd.DataFrame(pairs, columns=["person_a", "person_b", "probability", "decision"])
    frame = frame.assign(
        pair=np.arange(1, len(frame) + 1), agency_a="north", agency_b="south", **dict.fromkeys(COMPARED, "agrees"),
        log_odds=np.log(frame["probability"]) - np.log1p(-frame["probability"]), match_weight=0.0, rarity=0.5, n_competitors=0,
        stage="probabilistic",
    )  # fmt: skip
    people = pd.DataFrame([row[:2] for row in PEOPLE], columns=["agency", "person_id"])
    counts = pd.DataFrame(
        {"n_people": 3, "n_declined": 0, "n_without": 0, "n_linked": 0}, index=pd.Index(["north", "south"], name="agency")
    )
    weights = pd.DataFrame({"comparison": ["sex"], "level": ["agrees"], "m": [0.9], "u": [0.45], "weight": [1.0]})
    made = PeopleLinks(
        frame, with_linked_ids(people, {}), counts, weights,
        {"link_at": 0.9, "review_at": 0.3, "prior": 0.2, **settings}, {name: record_of(name) for name in ("north", "south")},
    )  # fmt: skip
    decision = frame["decision"].to_numpy(dtype=object)
    return made.decided(decision == "linked", decision)


@pytest.fixture(scope="session")
def by_hand():
    """``by_hand([(person of north, person of south, probability, decision), …])``."""
    return links_of
