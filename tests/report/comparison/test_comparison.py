"""The comparison report: two periods, providers, groups and the flow, on records with and without what each needs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import DisclosureError, NotEstimableError, SchemaError, TimeOrderError
from recoverynet.kernels.differences import difference_interval, paired_difference_interval
from recoverynet.report.comparison.comparison import comparison_report
from recoverynet.report.comparison.counted import paired_counts, standing_table
from recoverynet.report.comparison.figures import ASKED, FIGURES
from recoverynet.report.comparison.flow import asked_counts, left_out
from recoverynet.report.comparison.setting import YearComparison, make_comparison
from recoverynet.report.disclosure.audit import disclosure_audit
from recoverynet.report.report import Report
from recoverynet.report.verified import verify_report
from recoverynet.samples import sample_folder
from recoverynet.states import RECOVERY_NORM

TZ = "Europe/London"
USUAL = {"norm": RECOVERY_NORM, "by": "provider", "valid_for": "90D", "unknown_consent": "count"}
WHOM = {"area": None, "provider": None, "clients": None, "smallest_shown": 5}
SPRING = ("2011-01-01", "2011-07-01")
OFF = rn.DisclosurePolicy.none(reason="a test")


def at(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz=TZ)


def small(**people: object) -> rn.RecoveryRecord:
    """Twelve clients over two years: six meet a peer in the first spring, eight in the second; two leave, two join."""
    ids = [f"c{number:02d}" for number in range(12)]
    frame = pd.DataFrame(
        {
            "person_id": [*ids, "p1"],
            "role": ["client"] * 12 + ["peer"],
            "joined_on": [at("2009-06-01")] * 10 + [at("2011-01-10")] * 2 + [pd.NaT],
            "left_on": [at("2010-12-01")] * 2 + [pd.NaT] * 11,
            "sex": (["F", "M"] * 6) + [None],
        }
        | people
    )
    met = [(who, "2010-02-01") for who in ids[:6]] + [(who, "2011-02-01") for who in ids[3:11]]
    met += [("c05", "2010-01-01"), ("c05", "2011-06-29")]
    occasions = pd.DataFrame(
        {"occasion_id": [f"o{n}" for n in range(len(met))], "started_at": [at(day) for _, day in met], "kind": "call"}
    )
    who = [(f"o{n}", person) for n, (client, _) in enumerate(met) for person in (client, "p1")]
    return rn.RecoveryRecord(frame, occasions, pd.DataFrame(who, columns=["occasion_id", "person_id"]))


@pytest.fixture(scope="module")
def report(riverside: rn.RecoveryRecord) -> Report:
    return comparison_report(riverside)


@pytest.fixture(scope="module")
def open_report(riverside: rn.RecoveryRecord) -> Report:
    """By area, with small numbers shown."""
    return comparison_report(riverside, by="area", disclosure=OFF)


@pytest.fixture(scope="module")
def comparison(riverside: rn.RecoveryRecord) -> YearComparison:
    return make_comparison(riverside, window=None, **USUAL, **WHOM)  # type: ignore[arg-type]


@pytest.mark.slow
def test_how_an_attack_on_it_went_stands_in_the_appendix(report: Report, open_report: Report) -> None:
    assert "It worked out none and narrowed none down" in report["settings"].to_text()
    assert "attack" not in open_report["settings"].to_text(), "nothing is hidden, so nothing is attacked"


def figure(name: str) -> object:
    return next(each for each in FIGURES if each.name == name)


def grid(report: Report, section: str, title: str) -> dict[str, tuple[str, ...]]:
    table = next(table for table in report[section].tables() if table.shown.title == title)
    return {row[0]: row[1:] for row in table.grid.rows}


def test_by_hand() -> None:
    """Ten clients in spring 2010, six met a peer; ten in spring 2011 (two of them new), eight met a peer, one of them new."""
    report = comparison_report(small(), window=SPRING, disclosure=OFF)
    rows = grid(report, "change", "Main figures of all clients, now and a year before")
    assert rows["Any contact with the recovery community"][:2] == ("6 of 10 (60%)", "8 of 10 (80%)")
    difference, low, high = (round(100 * float(each), 1) for each in difference_interval(8, 10, 6, 10))
    assert rows["Any contact with the recovery community"][2:] == (f"+{difference}", f"{low:+.1f} to {high:+.1f}".replace("-", "−"))
    same = grid(report, "change", "The same people, now and a year before")["Any contact with the recovery community"]
    assert [cell.split(" ")[0] for cell in same] == ["3", "4", "1", "0", "8"]
    joined = grid(report, "change", "Who joined since, and who left since, beside the same people of that period")
    assert joined["Any contact with the recovery community: joined since"][:2] == ("7 of 8 (88%)", "1 of 2 (50%)")
    assert joined["Any contact with the recovery community: left since"][:2] == ("4 of 8 (50%)", "2 of 2 (100%)")


def test_the_same_people_have_the_interval_for_pairs() -> None:
    report = comparison_report(small(), window=SPRING, disclosure=OFF)
    difference, low, high = (100 * float(each) for each in paired_difference_interval(3, 4, 1, 0))
    told = f"+{difference:.0f} points ({low:+.0f} to {high:+.0f})".replace("-", "−")
    assert told in report["change"].figures()[1].alt


def test_joiners_leavers_and_the_same_people_are_all_there_are(comparison: YearComparison) -> None:
    """A law: whoever is asked is the same, has joined or has left, and answers yes or no."""
    for each in FIGURES:
        for setting in comparison.settings:
            assert standing_table(comparison, setting, each).to_numpy().sum() == len(comparison.answers(each, setting))
    assert set(comparison.same) == set(comparison.now.clients) & set(comparison.before.clients)  # type: ignore[union-attr]


def test_the_same_people_answer_in_both_periods_as_in_each(comparison: YearComparison) -> None:
    """A law: pairs add up to what each period says of the same people, where everybody is asked."""
    for name in ("contact", "group", "person", "tie"):
        pairs = paired_counts(comparison, figure(name))  # type: ignore[arg-type]
        now = standing_table(comparison, comparison.now, figure(name)).loc["Same people", "Yes"]  # type: ignore[arg-type]
        before = standing_table(comparison, comparison.before, figure(name)).loc["Same people", "Yes"]  # type: ignore[arg-type]
        assert (pairs["Both times"] + pairs["Only now"], pairs["Both times"] + pairs["Only the year before"]) == (now, before)
        assert pairs.sum() == len(comparison.same)


def test_the_flow_adds_up(comparison: YearComparison) -> None:
    """A law: from the clients on the record to those asked, everybody left out has exactly one reason."""
    rows = left_out(comparison)
    assert sum(rows.values()) == comparison.n_on_record and min(rows.values()) >= 0
    for each in FIGURES:
        counts = asked_counts(comparison, comparison.now, each)
        assert counts.sum() == comparison.now.n_clients
        assert counts[ASKED] == len(comparison.answers(each, comparison.now))


@pytest.mark.slow
def test_the_flow_adds_up_whoever_is_chosen(riverside: rn.RecoveryRecord) -> None:
    for whom in ({"area": "Quayside"}, {"provider": "Northgate"}, {"clients": list(riverside.people["person_id"][:60])}):
        chosen = make_comparison(riverside, window=None, **USUAL, **(WHOM | whom))  # type: ignore[arg-type]
        rows = left_out(chosen)
        assert sum(rows.values()) == chosen.n_on_record and min(rows.values()) >= 0
        assert rows["Not among those reported on"] > 0


def test_providers_stand_in_alphabetical_order_and_unranked(report: Report) -> None:
    for table in report["units"].tables():
        names = [row[0] for row in table.grid.rows if row[0] != "All"]
        assert names == sorted(names, key=str.casefold)
    said = report.to_text().casefold()
    assert not any(word in said for word in (" best performing", " worst", "top of", "rank 1", "league"))


@pytest.mark.slow
def test_the_shares_of_units_are_those_of_their_clients(comparison: YearComparison, open_report: Report) -> None:
    made = comparison
    rows = grid(open_report, "units", "Any contact with the recovery community, by area")
    areas = made.now.client_rows["area"]
    contact = made.answers(figure("contact"), made.now)  # type: ignore[arg-type]
    for area, cells in rows.items():
        theirs = contact[areas == area]
        assert cells[0].startswith(f"{int(theirs.sum())} of {len(theirs)} ")


@pytest.mark.slow
def test_gaps_are_groups_against_everybody_else(comparison: YearComparison, open_report: Report) -> None:
    made = comparison
    contact = made.answers(figure("contact"), made.now)  # type: ignore[arg-type]
    areas = made.now.client_rows["area"].reindex(contact.index)
    own, rest = contact[areas == "Millfield"], contact[areas.notna() & (areas != "Millfield")]
    cells = grid(open_report, "equity", "Any contact with the recovery community, by group")["Area: Millfield"]
    assert cells[0].startswith(f"{int(own.sum())} of {len(own)} ") and cells[1].startswith(f"{int(rest.sum())} of {len(rest)} ")
    low, high = (float(each) for each in difference_interval(own.sum(), len(own), rest.sum(), len(rest))[1:])
    assert cells[3] == f"{100 * low:+.1f} to {100 * high:+.1f}".replace("-", "−")


def test_unknown_ethnicity_is_told_and_is_in_no_gap() -> None:
    without = comparison_report(small(), window=SPRING, disclosure=OFF)["equity"].to_text()
    assert "so that a gap could be there unseen: age band, main substance, area and ethnicity." in without
    record = small(ethnicity=["Asian", "Asian", "Black", "White", None, None] * 2 + [None])
    told = comparison_report(record, window=SPRING, disclosure=OFF)["equity"].to_text()
    assert "Ethnicity: White" in told and "Ethnicity: Not recorded" not in told
    assert "Ethnicity not recorded: 4 of 10." in told


def test_of_two_groups_one_gap_is_told() -> None:
    told = grid(
        comparison_report(small(), window=SPRING, disclosure=OFF), "equity", "Any contact with the recovery community, by group"
    )
    assert list(told) == ["Sex: Female"] and told["Sex: Female"][:2] == ("4 of 5 (80%)", "4 of 5 (80%)")


def test_no_record_of_the_year_before() -> None:
    report = comparison_report(small(), window=("2010-03-01", "2010-09-01"), disclosure=OFF)
    assert "Nothing to compare with. The record begins on 1 January 2010, after the same period a year before" in report.to_text()
    assert [table.shown.title for table in report["change"].tables()] == []
    within = comparison_report(small(), window=("2010-12-01", "2011-04-01"), disclosure=OFF)
    assert "within the same period a year before (1 December 2009 to 31 March 2010)" in within.to_text()
    assert [table.shown.title for table in within["change"].tables()] == ["Main figures of this period"]
    assert "stands alone" in within.in_brief[0]


def test_one_provider_only() -> None:
    record = small()
    nobody = comparison_report(record, window=SPRING, disclosure=OFF)["units"].to_text()
    assert "No client's provider is recorded in this period" in nobody
    started = pd.DataFrame({"person_id": record.people["person_id"][:12], "started_on": at("2011-02-01"), "provider": "Northgate"})
    one = record.with_tables(episodes=started)
    told = comparison_report(one, window=SPRING, disclosure=OFF, provider="Northgate")
    assert "All of them are with one provider in this period, so there is nothing to set side by side." in told["units"].to_text()
    assert "“Northgate”" in told.subtitle


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"window": ("2005-01-01", "2005-07-01")}, NotEstimableError, "There is no client to report on"),
        ({"window": ("2010-01-01", "2011-06-01")}, TimeOrderError, "no longer than a year, or the two would share days"),
        ({"window": ("2011-06-01", "2011-01-01")}, TimeOrderError, "A window is a start and a later end"),
        ({"by": "worker_id"}, SchemaError, "by says what stands beside each other: 'provider' or 'area'"),
        ({"area": "Nowhere"}, SchemaError, "There is no area 'Nowhere' on the record"),
        ({"disclosure": "none"}, DisclosureError, "There is no disclosure preset 'none'"),
        ({"clients": []}, SchemaError, "The list of clients is empty"),
    ],
)
def test_what_does_not_fit_is_refused(riverside: rn.RecoveryRecord, asked: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        comparison_report(riverside, **asked)


def test_nothing_dated_and_no_record_are_refused() -> None:
    record = small()
    empty = record.with_tables(occasions=record.occasions.iloc[:0], participation=record.participation.iloc[:0], window=None)
    with pytest.raises(NotEstimableError, match="so no period can be compared"):
        comparison_report(empty)
    with pytest.raises(SchemaError, match="made from a RecoveryRecord; got str"):
        comparison_report("folder")  # type: ignore[arg-type]


def test_contact_that_cannot_be_seen_is_not_none() -> None:
    record = small()
    record = record.with_tables(
        occasions=record.occasions.iloc[:0], participation=record.participation.iloc[:0], window=record.window
    )
    report = comparison_report(record, window=SPRING)
    assert "cannot be seen" in report.in_brief[0] and report.unseen
    assert "Any contact with the recovery community" not in [row for table in report["change"].tables() for row in table.grid.rows]


@pytest.mark.parametrize(("policy", "smallest"), [("ndtms", 5), pytest.param("nhs", 8, marks=pytest.mark.slow)])
def test_small_numbers_are_hidden(policy: str, smallest: int) -> None:
    report = comparison_report(small(), window=SPRING, disclosure=policy)
    for section in report.sections:
        for table in section.tables():
            for row in table.grid.rows:
                counts = [int(cell.split(" of ")[0]) for cell in row[1:] if " of " in cell and cell[0] not in "*–"]
                assert not any(0 < count < smallest for count in counts), (table.shown.title, row)


@pytest.mark.slow
def test_nothing_hidden_can_be_worked_out(report: Report) -> None:
    found = disclosure_audit(report)
    assert len(found) and set(found["outcome"]) == {"safe"}


@pytest.mark.slow
def test_nothing_hidden_can_be_worked_out_of_few() -> None:
    """Twelve clients, nearly everything hidden: some stars are known to be 2 or more, and none is known."""
    found = disclosure_audit(comparison_report(small(), window=SPRING))
    assert len(found) and not set(found["outcome"]) & {"worked out", "not declared"}


@pytest.mark.slow
def test_from_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "c.html"
    run = CliRunner().invoke(
        app, ["report", "comparison", str(sample_folder("five_people")), "--out", str(out), "--by", "area", "--brief", "--quiet"]
    )
    assert run.exit_code == 0, run.output
    assert "there is nothing this period could be compared with" in " ".join(run.output.split())
    assert "What this cannot say" in out.read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["report", "comparison", str(sample_folder("riverside")), "--by", "worker_id"])
    assert refused.exit_code == 2


@pytest.mark.slow
def test_it_can_be_verified(tmp_path: Path) -> None:
    page = tmp_path / "c.html"
    comparison_report(small(), window=SPRING, disclosure=OFF).save(page)
    assert verify_report(page, small()).is_same
    people = small().people
    other = small(sex=people["sex"].replace("F", "M"))
    told = verify_report(page, other).differences
    assert any(difference.startswith("inputs: people") for difference in told)


@pytest.mark.slow
def test_the_notebook_behind_it_says_the_same(tmp_path: Path) -> None:
    report = comparison_report(small(), window=SPRING, by="area")
    report.save(tmp_path / "c.ipynb")
    text = (tmp_path / "c.ipynb").read_text(encoding="utf-8")
    assert "by='area'" in text and "Who is reached, and who is not" in text
