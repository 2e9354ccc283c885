"""People named, kinds of tie, types of network, referrals between services and scores: as the report tells them, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.evaluation import agencies, named, scores, types_of_network
from recoverynet.report.evaluation.change import change_section
from recoverynet.report.evaluation.links import links_section
from recoverynet.report.evaluation.network import network_section
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.outcomes import outcomes_section
from recoverynet.report.evaluation.setting import FEWEST_IN_WORDS, make_setting
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.states import RECOVERY_NORM

OFF = rn.DisclosurePolicy.none(reason="a test")


@pytest.fixture
def however_few(monkeypatch):
    """Tables are broken down for five people as well."""
    for module in (agencies, named, scores, types_of_network):
        monkeypatch.setattr(module, "FEWEST_BROKEN_DOWN", 1)


def section_of(make, record: rn.RecoveryRecord, *, n_periods: int = 1) -> Section:
    asked = {"norm": RECOVERY_NORM, "window": None, "n_periods": n_periods, "breaks": None, "by": (), "valid_for": "90D"}
    return make(ReportWriter(OFF), make_setting(record, smallest_shown=1, **asked), Findings())


def counts(section: Section, title: str) -> pd.DataFrame:
    return next(table.shown.counts for table in section.tables() if table.shown.title.startswith(title))


def test_recovery_among_the_people_clients_named(however_few):
    """ann names three of known state, two in recovery; ben names one who uses: see recovery_diversity."""
    record = rn.load_sample("five_people")
    section = section_of(network_section, record)
    mixed = counts(section, "Clients by how many of the people they named")["Number"]
    assert mixed.to_dict() == {"Nobody": 1, "Some": 1, "Everybody": 0, "Not known": 0, "All": 2}
    close = counts(section, "Clients by number of close people")
    told = rn.recovery_diversity(record.nominations).groupby("person_id").tail(1)
    assert close.loc["Close people in recovery", "One"] == (told["n_close_norm"] == 1).sum()
    assert close["All"].tolist() == [2, 2]


def test_kinds_of_tie_are_told_apart_at_the_latest_interview(however_few):
    record = rn.load_sample("five_people")
    rows = record.nominations.assign(relation=["friend", "sponsor", "lending", "friend"][: len(record.nominations)])
    section = section_of(network_section, record.with_tables(nominations=rows))
    told = counts(section, "Clients by kind of tie")
    found = rn.tie_kinds(rows)
    assert told["Yes"].to_dict() == {
        kind: found.loc[relation, "n_naming"]
        for kind, relation in {"Friendship": "friend", "Advice": "sponsor", "Lending": "lending"}.items()
    }


def test_types_of_network_and_moves_of_the_clients_there_in_every_period(however_few):
    """Of ann, ben and eve one went from mostly in recovery to mixed, one the other way; eve knows nobody of known state."""
    record = rn.load_sample("five_people")
    section = section_of(change_section, record, n_periods=2)
    table = counts(section, "Types of network")
    assert table.loc["All", "All"] == 3
    assert table.loc["Nobody of known state", "Nobody of known state"] >= 1


def test_referrals_by_service_and_by_sector(however_few):
    """As in agency_network: Northgate and Southbank each referred one client to the meeting."""
    section = section_of(links_section, rn.load_sample("five_people"))
    assert counts(section, "Referrals between services, by the service")["Number"].to_dict() == {
        "Northgate": 1, "Southbank": 1, "All": 2,
    }  # fmt: skip
    gone = counts(section, "Referrals between services, by the sector")["Number"]
    assert gone.to_dict() == {"Mutual aid": 2, "Treatment": 0, "All": 2}
    assert "0 of 2 referrals (0%) stayed within treatment services" in section.to_text()


def scored(values: dict[str, tuple[int, int]]) -> rn.RecoveryRecord:
    record = rn.load_sample("five_people")
    rows = [
        (who, when, str(value))
        for who, pair in values.items()
        for when, value in zip(("2011-03-05", "2011-04-10"), pair, strict=True)
    ]
    seen = pd.DataFrame(rows, columns=["person_id", "observed_at", "value"])
    seen = seen.assign(observed_at=pd.to_datetime(seen["observed_at"]).dt.tz_localize(record.tz), source="self")
    return record.with_tables(observations=seen.assign(variable="instrument.barc10", instrument="BARC-10"))


def test_scores_come_with_their_form_their_direction_and_their_cut_off(however_few):
    section = section_of(outcomes_section, scored({"ann": (40, 50), "ben": (48, 46), "eve": (30, 30)}))
    text = section.to_text()
    assert "BARC-10, from 10 to 60, higher is better, cut-off 47: sustained remission of more than 12 months" in text
    assert counts(section, "Which way scores went").iloc[0].tolist() == [1, 1, 1, 3]
    reached = counts(section, "Recovery capital, BARC-10 (10 to 60): clients at the cut-off")
    assert reached["Yes"].tolist() == [1, 1]


def test_of_too_few_no_more_is_told_than_that_they_are_too_few():
    record = rn.load_sample("five_people")
    section = section_of(network_section, record)
    assert f"Fewer than {FEWEST_IN_WORDS} clients named somebody" in section.to_text()
    assert not [table for table in section.tables() if table.shown.title.startswith("Clients by kind of tie")]
    assert f"Fewer than {FEWEST_IN_WORDS} referrals between services" in section_of(links_section, record).to_text()
    assert "too few to tell types of network" in section_of(change_section, record, n_periods=2).to_text()


def test_means_bound_how_many_got_better():
    """Nobody gains more than the range has: a mean gain of 10 of 50 in 60 people leaves 12 who gained at least."""
    record = rn.load_sample("five_people")
    pair = pd.DataFrame({"first": ["20"] * 60, "last": ["30"] * 60})
    pair.attrs = {"instrument": "BARC-10", "source": "self"}
    writer = ReportWriter("ndtms")
    asked = {"norm": RECOVERY_NORM, "window": None, "n_periods": 1, "breaks": None, "by": (), "valid_for": "90D"}
    scores.scores_told(
        writer.section("one", "One"), make_setting(record, smallest_shown=5, **asked), {"instrument.barc10": pair}, Findings()
    )
    table = next(one for one in writer.publication.declared if one.name.startswith("which_way"))
    bound = dict(table.bounds[0].weights)
    better = next(cell for cell in bound if "better: instrument.barc10" in cell.facts)
    assert bound[better] == 50
    assert min(bound.values()) == pytest.approx(-9.95)
