"""Reports of one record that were published before: what two of them would give away together is hidden in the second."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.disclosure.audit import audited, earlier_in_words
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.ledger import DisclosureLedger, open_book, open_ledger, scope_of
from recoverynet.report.sections import ReportWriter
from recoverynet.report.verified import MadeWith, verify_report

CLIENTS = Counted("clients")
WORDS = {"population": "Clients", "denominator": "all clients", "period": "2011"}
IDS = [f"c{number}" for number in range(80)]


def table(n: int, of: int) -> rn.CountTable:
    return rn.CountTable.of_shares(
        {"Any contact": (n, of)}, title="Contact", who=Who(CLIENTS, {"Any contact": ("contact",)}), **WORDS
    )


def published(path, policy: str, n: int, of: int, **scope: str) -> ReportWriter:
    """A report of one table, made with a ledger and written into it."""
    dates = scope.pop("dates", ("2010-07-01", "2012-01-01"))
    own = scope_of(tuple(map(pd.Timestamp, dates)), **scope)
    book = open_ledger(path, IDS)
    writer = ReportWriter(policy, earlier=book.before(own, policy), scope=own)
    writer.rehearse(lambda: writer.section("one", "One").table(table(n, of)))
    writer.shown = writer.section("one", "One").table(table(n, of))
    book.remember("Test", writer.publication, policy)
    return writer


def test_a_shorter_period_is_hidden_where_the_difference_is_small(tmp_path):
    """40 had contact in 18 months: that 38 had it in the last 15 would say that two had it in the first three alone."""
    path = tmp_path / "ledger.json"
    first = published(path, "ndtms", 40, 60)
    assert first.shown.n("Any contact") == 40
    second = published(path, "ndtms", 38, 60, dates=("2010-10-01", "2012-01-01"))
    assert pd.isna(second.shown.n("Any contact"))
    assert "Because of them more is hidden in “contact”" in earlier_in_words(second.publication)
    assert set(audited(second.publication)["outcome"]) <= {"safe"}
    # A difference of ten tells of nobody.
    third = published(path, "ndtms", 30, 60, dates=("2011-01-01", "2012-01-01"))
    assert third.shown.n("Any contact") == 30


@pytest.mark.slow
def test_the_last_of_three_areas_is_not_given_away_by_the_whole(tmp_path):
    path = tmp_path / "ledger.json"
    whole = published(path, "ndtms", 41, 80)
    north = published(path, "ndtms", 20, 30, area="North")
    south = published(path, "ndtms", 19, 30, area="South")
    east = published(path, "ndtms", 2, 20, area="East")
    assert whole.shown.n("Any contact") == 41
    assert pd.isna(east.shown.n("Any contact"))
    # The whole is out already: 41 - 20 - 19 would be 2.
    assert pd.isna(north.shown.n("Any contact")) or pd.isna(south.shown.n("Any contact"))


def test_two_policies_for_one_record_are_solved_together(tmp_path):
    path = tmp_path / "ledger.json"
    assert published(path, "nhs", 12, 80).shown.n("Any contact") == 10
    again = published(path, "ndtms", 12, 80)
    # 68 without contact: rounded to 70 before, exact now; nothing small hangs on it.
    assert again.shown.n("Any contact") == 12


@pytest.mark.slow
def test_a_report_made_again_is_the_same_and_written_down_once(tmp_path):
    path = tmp_path / "ledger.json"
    first = published(path, "ndtms", 40, 60)
    second = published(path, "ndtms", 38, 60, dates=("2010-10-01", "2012-01-01"))
    text = path.read_text()
    assert published(path, "ndtms", 40, 60).shown.counts.equals(first.shown.counts)
    assert published(path, "ndtms", 38, 60, dates=("2010-10-01", "2012-01-01")).shown.counts.equals(second.shown.counts)
    assert path.read_text() == text
    assert path.stat().st_mode & 0o077 == 0


def test_it_holds_figures_and_no_ids(tmp_path):
    path = tmp_path / "ledger.json"
    published(path, "ndtms", 3, 60)
    assert not any(f'"{one}"' in path.read_text() for one in IDS)
    assert len(json.loads(path.read_text())["reports"]) == 1


def test_a_ledger_of_another_record_is_refused(tmp_path):
    path = tmp_path / "ledger.json"
    published(path, "ndtms", 40, 60)
    with pytest.raises(rn.DisclosureError, match="another record"):
        open_ledger(path, [f"other{number}" for number in range(80)])
    # A record that grew by half is the same record.
    assert len(open_ledger(path, [*IDS, *(f"new{number}" for number in range(40))]).reports) == 1


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", '{"form": 1}', '{"form": 1, "salt": "a", "marks": [], "reports": [1]}', '{"form": 9}']
)
def test_what_is_no_ledger_is_refused(tmp_path, text):
    (tmp_path / "ledger.json").write_text(text)
    with pytest.raises(rn.SchemaError, match="not a disclosure ledger"):
        open_ledger(tmp_path / "ledger.json", IDS)


def test_days_named_alike_in_two_periods_are_one_figure(tmp_path):
    """A quarter that stands in two reports is hidden in both or in neither."""
    who = Who(CLIENTS, rows_of={"Jan": CLIENTS.who("here 2011-01-31")}, rows={"Jan": ("here 2011-01-31", "contact: Jan")})
    quarter = rn.CountTable.of_shares({"Jan": (30, 33)}, title="By month", who=who, **WORDS)
    shown = []
    path = tmp_path / "ledger.json"
    for dates in (("2010-07-01", "2012-01-01"), ("2010-10-01", "2012-01-01")):
        own = scope_of(tuple(map(pd.Timestamp, dates)))
        book = open_ledger(path, IDS)
        writer = ReportWriter("ndtms", earlier=book.before(own, "ndtms"), scope=own)
        shown.append(writer.section("one", "One").table(quarter).counts.to_numpy())
        book.remember("Test", writer.publication, "ndtms")
    assert np.array_equal(np.isnan(shown[0]), np.isnan(shown[1]))


@pytest.mark.slow
def test_a_year_and_a_half_and_then_fifteen_months_of_it(tmp_path):
    record = rn.load_sample("riverside")
    path = tmp_path / "ledger.json"
    start, end = record.window
    rn.evaluation_report(record, ledger=path)
    report = rn.evaluation_report(record, ledger=path, window=(start + pd.DateOffset(months=3), end))
    assert set(rn.disclosure_audit(report)["outcome"]) <= {"safe"}
    assert "published before from the same record" in report["settings"].to_text()


@pytest.mark.slow
def test_a_report_made_with_a_ledger_is_verified_with_it(tmp_path):
    record, ledger = rn.load_sample("five_people"), tmp_path / "ledger.json"
    rn.evaluation_report(record, ledger=ledger).save(tmp_path / "x.html")
    rn.evaluation_report(record, ledger=ledger, disclosure="nhs").save(tmp_path / "y.html")
    held = ledger.read_bytes()
    for name in ("x.html", "y.html"):
        assert verify_report(tmp_path / name, record, MadeWith(ledger=ledger)).is_same
    assert ledger.read_bytes() == held
    with pytest.raises(rn.SchemaError, match="Give the ledger as well"):
        verify_report(tmp_path / "x.html", record)


def test_another_kind_of_report_on_the_same_people_is_another_report(tmp_path):
    """The first report shows 40 of 60; a second with other settings, about the same people and time, is solved beside it."""
    path, own = tmp_path / "ledger.json", scope_of(tuple(map(pd.Timestamp, ("2011-01-01", "2012-01-01"))))
    told = {}
    for kind, settings in (("evaluation", {"by": ("sex",)}), ("evaluation", {"by": ("area",)}), ("comparison", {"by": "area"})):
        book = open_book(path, IDS, kind=kind, settings=settings, scope=own, policy="ndtms")
        told[kind, str(settings)] = len(book.earlier)
        writer = ReportWriter("ndtms", earlier=book.earlier, scope=book.scope)
        writer.section("one", "One").table(table(40, 60))
        book.remember("Test", writer.publication)
    assert list(told.values()) == [0, 3, 6], "figures published before each"
    again = open_book(path, IDS, kind="evaluation", settings={"by": ("sex",)}, scope=own, policy="ndtms")
    assert len(again.earlier) == 0 and len(json.loads(path.read_text())["reports"]) == 3
    assert open_book(None, IDS, kind="evaluation", settings={}, scope=own, policy="ndtms").earlier == ()


def test_clients_a_year_before_are_those_of_a_report_on_that_year(tmp_path):
    """40 of 60 had contact in the year before, as was published then: the comparison counts the same people."""
    path = tmp_path / "ledger.json"
    published(path, "ndtms", 40, 60, dates=("2010-01-01", "2011-01-01"))
    scope, before = (scope_of(tuple(map(pd.Timestamp, (f"{year}-01-01", f"{year + 1}-01-01")))) for year in (2011, 2010))
    book = open_book(path, IDS, kind="comparison", settings={}, scope=scope, policy="ndtms")
    writer = ReportWriter("ndtms", earlier=book.earlier, scope=scope, elsewhere={"then": ("clients", before)})
    then = rn.CountTable.of_shares(
        {"Any contact": (40, 60)}, title="Then", who=Who(Counted("then"), {"Any contact": ("contact",)}), **WORDS
    )
    writer.section("one", "One").table(then)
    linked, _, names = writer.publication.linked()
    assert sum(name is not None and "contact" in name.facts and "2010" in name.text for name in names) == 1, "one figure, not two"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["spread", "comparison"])
def test_every_report_is_written_into_the_ledger_and_verified_with_it(tmp_path, kind):
    record, ledger = rn.load_sample("five_people"), tmp_path / "ledger.json"
    make = {"spread": rn.spread_report, "comparison": rn.comparison_report}[kind]
    first = make(record, ledger=ledger)
    held = json.loads(ledger.read_text())["reports"]
    assert [entry["kind"].split()[0] for entry in held] == [kind] and held[0]["figures"]
    again = make(record, ledger=ledger)
    assert [section.to_text() for section in again.sections] == [section.to_text() for section in first.sections]
    assert len(json.loads(ledger.read_text())["reports"]) == 1
    other = make(record, ledger=ledger, disclosure="nhs")
    assert "published before from the same record" in other["settings"].to_text()
    other.save(tmp_path / "x.html")
    assert verify_report(tmp_path / "x.html", record, MadeWith(ledger=ledger)).is_same


def test_a_panel_has_no_ledger(tmp_path):
    panel = rn.panel(rn.ContactGraph(rn.load_sample("riverside")), breaks=["2010-07-01", "2011-01-01", "2011-07-01"])
    with pytest.raises(rn.SchemaError, match="leave it out"):
        rn.spread_report(panel, ledger=tmp_path / "ledger.json")


def corrected_book(path, inputs, policy="ndtms", dates=("2011-01-01", "2012-01-01")):
    scope = scope_of(tuple(map(pd.Timestamp, dates)))
    return open_book(path, IDS, kind="evaluation", settings={}, scope=scope, policy=policy, inputs=lambda: inputs)


def published_in(book, n: int, of: int):
    writer = ReportWriter("ndtms", earlier=book.earlier, scope=book.scope, corrected=book.corrected)
    writer.rehearse(lambda: writer.section("one", "One").table(table(n, of)))
    writer.section("one", "One").table(table(n, of))
    book.remember("Test", writer.publication)
    return writer.publication


def test_a_record_corrected_since_is_told_of_and_what_counts_otherwise_is_named(tmp_path):
    path = tmp_path / "ledger.json"
    first, second = {"people": "a", "linkage": "b"}, {"people": "a", "linkage": "c", "episodes": "d"}
    published_in(corrected_book(path, first), 40, 60)
    same = corrected_book(path, first)
    assert same.corrected == () and same.earlier == (), "the same report of the same record is made again"
    after = published_in(corrected_book(path, second), 30, 60)
    assert after.counted_otherwise == ["contact"]
    told = earlier_in_words(after)
    assert "The record was changed since (episodes and linkage)." in told
    assert "In “contact” there are figures that an earlier report counts otherwise." in told
    assert set(audited(after)["outcome"]) <= {"safe"}
    assert len(json.loads(path.read_text())["reports"]) == 2, "what the first told is told already"


def test_a_change_that_moves_no_figure_is_told_of_without_naming_any(tmp_path):
    path = tmp_path / "ledger.json"
    published_in(corrected_book(path, {"people": "a"}), 40, 60)
    told = earlier_in_words(published_in(corrected_book(path, {"people": "b"}), 40, 60))
    assert "The record was changed since (people)." in told and "otherwise" not in told


def test_a_ledger_begun_before_fingerprints_were_kept_is_read(tmp_path):
    path = tmp_path / "ledger.json"
    published_in(corrected_book(path, {}), 40, 60)
    assert "inputs" not in json.loads(path.read_text())["reports"][0]
    assert corrected_book(path, {"people": "b"}).corrected == ()


def test_tables_corrected_since_are_those_of_reports_about_the_same(tmp_path: Path) -> None:
    """Of reports on other areas, before and after in the alphabet, nothing is said."""
    was = {"people": "1", "episodes": "1"}
    reports: list[dict[str, object]] = [
        {"scope": [f"area: {area}"], "inputs": was | {table: "0"}}
        for area, table in [("A", "people"), ("B", "episodes"), ("C", "people")]
    ]
    ledger = DisclosureLedger(tmp_path / "ledger.json", "salt", (), reports)
    assert ledger.corrected(["area: B"], was) == ("episodes",)
    assert ledger.corrected(["area: B"], was | {"groups": "1"}) == ("episodes", "groups")
    assert ledger.corrected(["area: D"], was) == () == ledger.corrected(["area: B"], {})
