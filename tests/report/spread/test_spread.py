"""The report on spread and the section of the evaluation: the ladder's numbers, safe counts, plain words."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.lagged import LaggedEstimate
from recoverynet.models.ladder.rungs import too_few
from recoverynet.models.ladder.verdict import LEVELS, Rung
from recoverynet.models.spread.reasons import REASONS, Reason
from recoverynet.models.spread.spread_panel import SpreadPanel, spread_panel
from recoverynet.report.disclosure.estimates import DisclosedEstimates
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import publication_of
from recoverynet.report.report import Report
from recoverynet.report.sections import ReportWriter
from recoverynet.report.spread.chance import _as_row
from recoverynet.report.spread.closing import calibration_in_words, error_rates
from recoverynet.report.spread.setting import SpreadSetting, found_at, verdict_sentences
from recoverynet.report.spread.spread import spread_section
from recoverynet.worlds.area.synthetic import riverside_record
from recoverynet.worlds.calibration import calibration_table
from recoverynet.worlds.worlds import WORLD_ADJUST, WORLD_SURROUNDINGS, simulate_world

PLACEBO = "housing.status=settled"
BANNED = re.compile(r"\b(caus\w*|contagio\w*|infect\w*|addict\w*|clean)\b", re.IGNORECASE)
SECTIONS = ["in_brief", "people", "exposure", "clustering", "tests", "rates", "ladder", "sensitivity", "limits", "settings"]


@pytest.fixture(scope="module")
def whole(riverside: rn.RecoveryRecord) -> Report:
    return rn.spread_report(riverside, placebo=PLACEBO, n_permutations=199)


@pytest.fixture(scope="module")
def setting(riverside: rn.RecoveryRecord) -> SpreadSetting:
    waves = spread_panel(riverside, placebo=PLACEBO)
    return SpreadSetting(waves, "recovery", DisclosurePolicy.named("ndtms"), 0, 199)


def estimates(report: Report, section: str, title: str) -> DisclosedEstimates:
    return next(table.shown for table in report[section].tables() if table.shown.title.startswith(title))


def test_every_section_is_there_and_says_something(whole):
    assert [section.name for section in whole.sections] == SECTIONS
    assert all(len(section.to_text()) > 200 for section in whole.sections)
    assert {"people", "clustering", "ladder", "sensitivity"} <= {s.name for s in whole.sections if s.figures()}


def test_every_chance_with_contacts_stands_in_one_row_and_the_means_are_of_the_same(whole):
    gains, means = (table.shown for table in whole["exposure"].tables())
    rows = [row for row in gains.counts.index if row.startswith("With contacts")]
    yes, no = (sum(gains.n(row, column) for row in rows) for column in ("Gained it", "Did not"))
    assert [yes, no] == means.values["n"].tolist(), "contacts of unknown state do not drop a row"
    publication = publication_of(whole)
    assert publication.conflicts == []
    named = {cell for table in publication.declared for cell in table.cells}
    assert sum(len(table.cells) for table in publication.declared) - len(named) <= 2, "a figure told twice is one figure"


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
def test_hidden_figures_of_a_small_service_are_safe_together(policy):
    report = rn.spread_report(rn.synthetic_record(40, rng=40), disclosure=policy, n_permutations=19)
    assert set(rn.disclosure_audit(report)["outcome"]) == {"safe"}
    rows = [row[0] for row in report["exposure"].tables()[0].grid.rows]
    assert rows == ["Without any contact", "With contacts"], "coarser where finer rows would be small"


@pytest.mark.slow
def test_the_verdict_comes_first_and_is_the_ladders(whole, setting):
    ladder = setting.ladder
    assert whole["people"].to_text().count("Did not agree, in no figure") == 1
    assert whole.in_brief[0].startswith(f"Level {ladder.level} of 4: {LEVELS[ladder.level]}.")
    assert whole["ladder"].blocks[0].to_text().startswith(f"Level {ladder.level} of 4")
    table = estimates(whole, "ladder", "The rungs").to_frame().set_index("row")
    adjusted = ladder.to_frame().loc["adjusted, beyond the margin"]
    found = table.loc["L3 Adjusted for what is recorded", ["ratio", "low", "high"]].astype(float)
    np.testing.assert_allclose(found, adjusted[["odds_ratio", "low", "high"]].astype(float), atol=0.005)


@pytest.mark.slow
def test_influence_planted_in_riverside_is_found_among_everybody(riverside):
    """The sample's truth, asked of everybody: beyond the margin and above a placebo that could have seen a hidden trait."""
    waves = spread_panel(riverside, placebo=PLACEBO, purpose=None)
    everybody = SpreadSetting(waves, "recovery", DisclosurePolicy.named("ndtms"), 0, 199)
    placebo = everybody.rung("placebo outcome")
    assert everybody.rung("adjusted, beyond the margin").passed and placebo.contrast_low > 1
    assert everybody.ladder.consistent_with_spread and placebo.reason is None and placebo.sees < 4


def test_consent_is_that_for_research(riverside, setting):
    declined = riverside.people.loc[riverside.people["consent_research"] == False, "person_id"]  # noqa: E712
    assert not set(setting.waves.panel.person_ids) & set(declined)
    assert not set(spread_panel(riverside, purpose="evaluation").panel.person_ids) <= set(setting.waves.panel.person_ids)


def test_the_figure_shows_the_draws_the_ladder_judged_by(setting):
    assert setting.null.p == setting.ladder.to_frame().loc["permutation", "p"]


@pytest.mark.slow
def test_the_twin_is_not_called_spread(whole):
    writer = ReportWriter("ndtms")
    section = spread_section(writer, riverside_record(influence=False), placebo=PLACEBO, n_permutations=199)
    assert re.search(r"Level [012] of 4", section.to_text())
    assert "consistent with spread" not in section.to_text()
    assert len(section.figures()) == 1 and "people who went on to gain" in section.figures()[0].alt


def test_without_a_placebo_it_ends_at_level_two_and_says_what_would_lift_it(riverside):
    text = spread_section(ReportWriter("ndtms"), riverside, n_permutations=199).to_text()
    assert "Level 2 of 4" in text and "such as housing, named as placebo" in text and "placebo=" not in text


def test_words_that_are_not_used(whole):
    assert not BANNED.findall(whole.to_text())
    assert "not proof" in whole.to_text() and "nobody recorded" in whole.to_text()


def test_every_figure_has_its_words_and_every_number_its_denominator(whole):
    for section in whole.sections:
        for figure in section.figures():
            assert "Out of:" in figure.caption and len(figure.alt) > 80, figure.caption
        for table in section.tables():
            assert table.shown.denominator


def test_counts_of_estimates_are_rough(whole, setting):
    exact = {f"{value:,}" for rung in setting.ladder.rungs for value in (rung.n_rows, rung.n_events) if value % 10}
    table = estimates(whole, "ladder", "The rungs")
    assert "Counts are to the nearest ten." in table.remarks()
    assert not exact & {cell for row in table.cells for cell in row[1:]}
    assert not [count for count in exact if re.search(rf"(?<![\d,.]){count}(?![\d,.%])", whole["ladder"].to_text())]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_report(riverside, setting):
    short = {"window": ("2010-01-01", "2010-07-01"), "n_permutations": 49, "placebo": PLACEBO}
    one, other = (rn.spread_report(riverside, rng=7, **short) for _ in range(2))
    assert one.to_text() == other.to_text()
    assert one._repr_html_() == other._repr_html_()


@pytest.mark.slow
def test_the_settings_cell_makes_the_report_again(riverside):
    from recoverynet.report.report import _RERUNS

    report = rn.spread_report(
        riverside,
        norm=rn.Norm("abstinence", {"abstinent", "in_recovery"}),
        placebo={"health.physical": 12},
        window=("2010-01-01", "2010-07-01"),
        adjust=["sex"],
        surroundings=["provider", "main_group"],
        n_permutations=49,
        rng=3,
        disclosure=DisclosurePolicy(smallest_shown=6),
    )
    names: dict[str, object] = {"rn": rn}
    exec(_RERUNS[report].settings, names)  # noqa: S102
    again = rn.spread_report(riverside, **names["settings"])
    assert again.to_text() == report.to_text()
    assert names["time_zone"] == riverside.tz


@pytest.mark.slow
def test_the_notebook_behind_it_runs(tmp_path):
    record = rn.synthetic_record(60, n_peers=30, n_workers=4, n_groups=10, months=4, rng=1)
    report = rn.spread_report(record, n_permutations=19)
    report.save(tmp_path / "spread.ipynb")
    text = (tmp_path / "spread.ipynb").read_text(encoding="utf-8")
    assert "The evidence ladder" in text and "Traceback" not in text


@pytest.mark.slow
def test_every_format_holds_the_estimates(whole, tmp_path):
    whole.save(tmp_path / "spread.html")
    assert "The rungs of the ladder" in (tmp_path / "spread.html").read_text(encoding="utf-8")
    whole.save(tmp_path / "spread.xlsx")
    sheets = pd.read_excel(tmp_path / "spread.xlsx", sheet_name=None, engine="calamine", header=3)
    rungs = next(sheet for name, sheet in sheets.items() if "rungs" in name)
    assert rungs["ratio"].dropna().map(lambda cell: isinstance(cell, float) or cell == "–").all()
    whole.save_tables(tmp_path / "tables")
    (csv,) = (tmp_path / "tables").glob("*rungs*.csv")
    table = pd.read_csv(csv, encoding="utf-8-sig").set_index("row")
    assert table.loc["L3 Adjusted for what is recorded", "ratio"] == pytest.approx(
        float(estimates(whole, "ladder", "The rungs").to_frame().set_index("row").loc["L3 Adjusted for what is recorded", "ratio"])
    )


def test_rates_of_error_are_those_of_the_calibration():
    table = calibration_table()
    table = table[(table["test"] == "evidence ladder") & (table["n_people"] == 650) & (table["strength"] == "none")]
    worst = 100 * table.loc[table["reach"] == "within", "rate"].max()
    words = calibration_in_words(error_rates(700))
    assert "worlds of 650 people without any influence" in words and f"in at most {worst:.1f}% of" in words


def test_few_people_give_no_figure_away():
    five = rn.load_sample("five_people")
    report = rn.spread_report(
        five, placebo="health.physical" if (five.observations["variable"] == "health.physical").any() else None
    )
    assert [section.name for section in report.sections] == ["in_brief", "people", "exposure", "ladder", "limits", "settings"]
    for name in ("in_brief", "ladder"):
        assert not re.search(r"\d", re.sub(r"Level \d of 4|level \d", "", report[name].to_text())), report[name].to_text()
    assert "everybody" not in report["ladder"].to_text()
    assert "{" not in " ".join(section.to_text() for section in report.sections)
    grids = [cell for section in report.sections for table in section.tables() for row in table.grid.rows for cell in row[1:]]
    assert not {"1", "2", "3", "4"} & set(grids)


def test_reasons_lose_their_counts(setting):
    assert Reason("all_alike", who="nobody", happened="gained it", n_rows=3).uncounted == "nobody at risk gained it"
    few = Reason("too_few_new_ties", n_rows=4, n_events=2, least_rows=100, least_events=40)
    assert "4 person-waves" in few and few.uncounted == "too few new ties"
    rung = dataclasses.replace(setting.rung("placebo outcome"), n_events=3)
    assert "too few changes" in found_at(setting, rung)


@pytest.mark.parametrize("code", REASONS)
def test_no_reason_counts_people_where_it_may_not(code):
    """Every number a reason is given, but for bounds that are the same for all data, is gone without counts."""
    given = dict.fromkeys(re.findall(r"{(\w+)", REASONS[code].counted + REASONS[code].uncounted), 987)
    about_nobody = {"needed", "exposed", "name"}
    said = Reason(code, **{name: 0.5 if name in about_nobody else value for name, value in given.items()})
    words = {"has", "back", "who", "happened", "transition", "gains", "way", "why", "unexposed"}
    assert "987" not in said.uncounted or set(given) & words


def test_a_placebo_that_changed_too_seldom_gives_no_count_away(setting):
    few = LaggedEstimate(n_rows=95, n_events=1, n_people=40)
    rung = Rung(3, "placebo outcome", False, n_rows=95, n_events=1, reason=too_few(few, code="placebo_too_few"))
    assert found_at(setting, rung) == "the placebo changed too seldom, or among too few"


def test_the_report_says_where_nothing_was_adjusted_for_and_where_few_stand_behind_it():
    panel = simulate_world("plain/strong", 650, rng=2)
    bare = SpreadSetting(SpreadPanel(panel, placebo="placebo"), "recovery", DisclosurePolicy.named("ndtms"), 1, 199)
    said = " ".join(verdict_sentences(bare))
    assert "Nothing was adjusted for" in said and "what was adjusted for" not in said and "Caution" not in said
    small = SpreadSetting(
        SpreadPanel(simulate_world("plain/strong", 100, rng=2), placebo="placebo"),
        "recovery",
        DisclosurePolicy.named("ndtms"),
        1,
        199,
    )
    assert small.ladder.level == 0 or "Caution: few people" in " ".join(verdict_sentences(small))


def test_edge_reversal_is_set_beside_no_difference():
    test = rn.contagion_test(simulate_world("plain/strong", 300, rng=1), null="edge_reversal", n_permutations=49, rng=1)
    assert _as_row(test, 100)["expected"] == 0.0 and test.observed > 0


def test_a_panel_of_ones_own(tmp_path):
    panel = simulate_world("plain/strong", 400, rng=2)
    report = rn.spread_report(
        panel, norm="recovery", placebo="placebo", adjust=WORLD_ADJUST, surroundings=WORLD_SURROUNDINGS, n_permutations=99
    )
    assert report.in_brief[0].startswith(("Level 3", "Level 4"))
    assert "nominations" in report["people"].to_text()
    nameless = NetworkPanel.from_adjacency(panel.networks, behaviour={"drinks": panel.behaviour["recovery"]}, directed=True)
    undated = rn.spread_report(nameless, norm="drinks", n_permutations=49)
    assert "The panel has 6 waves." in undated["people"].to_text() and "Wave 6" in undated["people"].to_text()


def test_arguments_that_do_not_fit(riverside):
    panel = simulate_world("plain/none", 50, rng=1)
    with pytest.raises(SchemaError, match="a panel already"):
        rn.spread_report(panel, window=("2010-01-01", "2010-03-01"))
    with pytest.raises(SchemaError, match="name of a behaviour"):
        rn.spread_report(panel, placebo={"housing.status": {"settled"}})
    with pytest.raises(SchemaError, match="must be a Norm"):
        rn.spread_report(riverside, norm="recovery")
    with pytest.raises(SchemaError, match="RecoveryRecord or a NetworkPanel"):
        rn.spread_report(riverside.people)


@pytest.mark.parametrize("what", ["nothing dated", "no states", "no ties"])
def test_the_section_says_plainly_what_is_missing(what):
    people = pd.DataFrame({"person_id": [f"c{i}" for i in range(30)], "role": "client"})
    occasions = pd.DataFrame({"occasion_id": ["o1", "o2"], "started_at": ["2011-01-05", "2011-05-05"], "kind": "meeting"})
    participation = pd.DataFrame({"occasion_id": ["o1", "o2"], "person_id": ["c1", "c1"]})
    seen = pd.DataFrame(
        {"person_id": people["person_id"], "observed_at": "2011-02-01", "variable": "state", "value": "using", "source": "self"}
    )
    record = {
        "nothing dated": lambda: rn.RecoveryRecord(people, occasions.iloc[:0], participation.iloc[:0]),
        "no states": lambda: rn.RecoveryRecord(people, occasions, participation),
        "no ties": lambda: rn.RecoveryRecord(people, occasions, participation, observations=seen),
    }[what]()
    section = spread_section(ReportWriter("ndtms"), record)
    expected = "nothing is said" if what == "no ties" else "cannot be looked at"
    assert expected in section.to_text() and not section.tables() and not section.figures()


@pytest.mark.slow
def test_positions_of_the_first_network_are_adjusted_for_and_said(riverside, setting):
    report = rn.spread_report(riverside, positions=2, n_permutations=99)
    said = report.settings["Adjusted for (adjust)"]
    assert (
        "position_1, position_2" in said
        and "position" not in rn.spread_report(riverside, n_permutations=99).settings["Adjusted for (adjust)"]
    )
    assert report.manifest["settings"]["positions"] == 2
    panel = setting.waves.panel
    assert "position_1" in rn.spread_report(panel, positions=1, n_permutations=99).settings["Adjusted for (adjust)"]
    with pytest.raises(SchemaError, match="positions"):
        rn.spread_report(riverside, positions=-1)
