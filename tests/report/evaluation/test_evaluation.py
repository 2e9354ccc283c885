"""The evaluation report: the right numbers, plain sentences, and no failure where the record is thin."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import DisclosureError, SchemaError, TimeOrderError
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.report import wording
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.evaluation.brief import _tell_contact
from recoverynet.report.evaluation.closing import fingerprint
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.report import Report
from recoverynet.tables.consent import consenting
from recoverynet.tables.layouts import RECORD_TABLES

SECTIONS = ["in_brief", "observed", "network", "links", "change", "spread", "outcomes", "limits", "settings"]

OPEN = rn.DisclosurePolicy.none(reason="a test")


def shown(report: Report, section: str, title: str) -> DisclosedTable:
    """The table of a section whose title begins so."""
    return next(table.shown for table in report[section].tables() if table.shown.title.startswith(title))


def empty(name: str) -> pd.DataFrame:
    return RECORD_TABLES[name].empty()


def people(n_clients: int, *others: str) -> pd.DataFrame:
    roles = ["client"] * n_clients + list(others)
    return pd.DataFrame({"person_id": [f"q{i:03d}" for i in range(len(roles))], "role": roles})


@pytest.fixture(scope="module")
def worked() -> rn.RecoveryRecord:
    """40 clients, a peer, a worker: 10 meet the peer at first, 20 in the second, all of them the worker."""
    table = people(40, "peer", "worker")
    peer, worker = "q040", "q041"
    occasions, participation = [], []
    for number in range(40):
        meetings = [("2011-02-01", worker)]
        meetings += [("2011-03-01", peer)] if number < 10 else []
        meetings += [("2011-09-01", peer)] if number >= 20 else []
        for day, other in meetings:
            name = f"o{len(occasions)}"
            occasions.append((name, day, "one_to_one"))
            participation += [(name, f"q{number:03d}"), (name, other)]
    observations = [
        (f"q{n:03d}", day, "state", "abstinent" if n < cut else "using", "self")
        for day, cut in (("2011-06-15", 12), ("2011-12-15", 20))
        for n in range(40)
    ]
    observations += [("q040", day, "state", "in_recovery", "self") for day in ("2011-06-15", "2011-12-15")]
    return rn.RecoveryRecord(
        table,
        pd.DataFrame(occasions, columns=["occasion_id", "started_at", "kind"]),
        pd.DataFrame(participation, columns=["occasion_id", "person_id"]),
        observations=pd.DataFrame(observations, columns=["person_id", "observed_at", "variable", "value", "source"]),
        window=("2011-01-01", "2012-01-01"),
    )


@pytest.mark.slow
def test_worked_numbers(worked: rn.RecoveryRecord) -> None:
    report = rn.evaluation_report(worked)
    assert shown(report, "links", "Clients with contact").words("Any contact") == "30 of 40 (75%)"
    ties = shown(report, "network", "Clients by number of people").counts
    assert ties.loc["Anybody", ["0", "1–2", "All"]].tolist() == [0, 40, 40]
    assert ties.loc["Anybody but workers", ["0", "1–2"]].tolist() == [10, 30]
    change = shown(report, "change", "The same clients").counts
    assert change.loc["Hold the norm", "Hold the norm"] == 12
    assert change.loc["Do not hold it"].tolist() == [8, 20, 0, 28]
    composition = shown(report, "change", "Ties of clients").counts
    assert composition["Hold the norm"].tolist() == [10, 20]
    turnover = shown(report, "change", "Ties that came")
    assert turnover.words("A new tie to somebody who holds the recovery norm") == "20 of 40 (50%)"
    assert turnover.words("A tie to somebody who held the recovery norm ended") == "10 of 40 (25%)"
    assert report.in_brief[1].startswith("30 of 40 clients (75%) had contact")


def test_riverside_agrees_with_the_record(report: Report, riverside: rn.RecoveryRecord) -> None:
    riverside = consenting(riverside, "evaluation").record
    clients = riverside.people.loc[riverside.people["role"] == "client", "person_id"]
    contacts = recovery_contacts(riverside)["person_id"]
    assert shown(report, "links", "Clients with contact").n("Any contact") == clients.isin(contacts).sum()
    seen = clients.isin(riverside.participation["person_id"])
    assert shown(report, "observed", "From all clients").n("… with at least one recorded contact") == seen.sum()
    coverage = rn.aftercare_coverage(riverside).set_index("phase")
    phase = shown(report, "links", "Contact with the recovery community around")
    assert phase.n("Within 28 days after") == coverage.at["within 28 days after", "n_covered"]
    assert phase.total("Within 28 days after") == coverage.at["within 28 days after", "n_clients"]


def test_sections_in_the_order_of_reading(report: Report) -> None:
    assert [section.name for section in report.sections] == SECTIONS
    assert 4 <= len(report.in_brief) <= 7


def test_language_is_plain_and_respectful(report: Report, tiny_report: Report) -> None:
    for made in (report, tiny_report):
        text = made.to_text().lower()
        assert not re.findall(r"\b(addicts?|junkies|clean|contagious|caused?|proves?|nan|none\b(?= of)|inf)\b", text)
        assert "clustering is not contagion" in text


@pytest.mark.slow
def test_no_id_of_anybody_appears(report: Report, riverside: rn.RecoveryRecord) -> None:
    text = report.to_text() + re.sub(r"base64,[A-Za-z0-9+/=]+", "", report._repr_html_())
    words = set(re.findall(r"\w+", text))
    assert not words & set(riverside.people["person_id"])
    assert not words & set(riverside.occasions["occasion_id"])


def test_notes_of_reading_are_not_repeated(worked: rn.RecoveryRecord) -> None:
    noted = rn.RecoveryRecord(worked.people, worked.occasions, worked.participation, notes=("row 7: J. Smith left out",))
    assert "Smith" not in rn.evaluation_report(noted).to_text()


THIN = {
    "people alone": lambda: rn.RecoveryRecord(people(30, "worker"), empty("occasions"), empty("participation")),
    "one client": lambda: rn.RecoveryRecord(people(1), empty("occasions"), empty("participation")),
    "one call": lambda: rn.RecoveryRecord(
        people(30, "worker"),
        pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-01-01"], "kind": ["call"]}),
        pd.DataFrame({"occasion_id": ["o", "o"], "person_id": ["q000", "q030"]}),
    ),
    "nobody tied": lambda: rn.RecoveryRecord(
        people(30),
        pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-01-01"], "kind": ["call"]}),
        pd.DataFrame({"occasion_id": ["o"], "person_id": ["q000"]}),
    ),
    "states alone": lambda: rn.RecoveryRecord(
        people(30),
        empty("occasions"),
        empty("participation"),
        observations=pd.DataFrame(
            {
                "person_id": [f"q{i:03d}" for i in range(30)] * 2,
                "observed_at": ["2011-01-01"] * 30 + ["2011-06-01"] * 30,
                "variable": "state",
                "value": "using",
                "source": "self",
            }
        ),
    ),
}


@pytest.mark.parametrize("which", THIN)
@pytest.mark.filterwarnings("error")
def test_thin_records_say_so_and_do_not_fail(which: str, tmp_path) -> None:
    report = rn.evaluation_report(THIN[which]())
    assert [section.name for section in report.sections] == SECTIONS
    for section in report.sections:
        assert section.blocks, f"{section.name} is silent"
    report.save(tmp_path / "thin.html")
    report.save(tmp_path / "thin.xlsx")


@pytest.mark.slow
def test_real_contacts_without_anything_else(shared) -> None:
    folder = shared("data/ws16")
    record = rn.read_record(
        folder,
        mapping={
            "time_zone": "Europe/Berlin",
            "people": {
                "missing": ["NA"],
                "columns": {
                    "role": {
                        "from": "role",
                        "values": {"1": "client", "2": "peer", "3": "worker", "4": "community"},
                        "default": "community",
                    }
                },
            },
            "contact_log": {"columns": {"duration_min": {"from": "duration_s", "unit": "seconds"}}},
        },
    )
    text = rn.evaluation_report(record).to_text()
    for said in (
        "No steps towards groups are recorded",
        "No treatment episodes are recorded",
        "No outcomes are recorded",
        "No states of recovery are recorded",
        "Not in the record: treatment episodes",
    ):
        assert said in text


@pytest.mark.slow
def test_the_window_chooses_clients_and_rows(riverside: rn.RecoveryRecord, report: Report) -> None:
    half = rn.evaluation_report(riverside, window=("2010-07-01", "2011-01-01"), disclosure=OPEN)
    assert half.period == "1 July 2010 to 31 December 2010"
    whole = shown(report, "observed", "People").n("Clients")
    part = shown(half, "observed", "People").n("Clients")
    assert 0 < part < whole
    assert shown(half, "links", "How far").n("All clients") == part


@pytest.mark.slow
def test_periods_can_be_chosen(riverside: rn.RecoveryRecord) -> None:
    three = rn.evaluation_report(riverside, n_periods=3, disclosure=OPEN)
    assert three.settings["Periods compared"] == "Jan–Jun 2010, Jul–Dec 2010 and Jan–Jun 2011"
    one = rn.evaluation_report(riverside, n_periods=1, disclosure=OPEN)
    assert "too short a time" in one["change"].to_text()


@pytest.mark.slow
def test_disclosure_off_shows_what_ndtms_hides(tiny_report: Report) -> None:
    policy = rn.DisclosurePolicy.none(reason="a sample of five")
    open_report = rn.evaluation_report(rn.load_sample("five_people"), disclosure=policy)
    assert shown(open_report, "observed", "People").n("Clients") == 3
    assert pd.isna(shown(tiny_report, "observed", "People").n("Clients"))


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"by": "ward"}, SchemaError, "the columns are"),
        ({"n_periods": 0}, SchemaError, "1 or more"),
        ({"norm": "recovery"}, SchemaError, "must be a Norm"),
        ({"valid_for": "soon"}, SchemaError, "length of time"),
        ({"window": ("2011-01-01", "2010-01-01")}, TimeOrderError, "later end"),
        ({"breaks": ["2011-01-01"]}, TimeOrderError, "two or more"),
        ({"disclosure": "open"}, DisclosureError, "preset"),
    ],
)
def test_wrong_arguments_are_told(asked, error, said, worked) -> None:
    with pytest.raises(error, match=said):
        rn.evaluation_report(worked, **asked)


def test_nobody_is_a_client() -> None:
    record = rn.RecoveryRecord(people(0, "worker"), empty("occasions"), empty("participation"))
    with pytest.raises(SchemaError, match="role 'client'"):
        rn.evaluation_report(record)


def test_the_fingerprint_knows_cells_and_not_the_order_of_rows(worked: rn.RecoveryRecord) -> None:
    turned = worked.with_tables(occasions=worked.occasions.iloc[::-1].reset_index(drop=True))
    assert fingerprint(turned) == fingerprint(worked)
    moved = worked.occasions.copy()
    moved.loc[0, "kind"] = "call"
    assert fingerprint(worked.with_tables(occasions=moved)) != fingerprint(worked)


def test_the_fingerprint_survives_files(worked: rn.RecoveryRecord, tmp_path) -> None:
    for form in ("csv", "parquet"):
        rn.write_record(worked, tmp_path / form, format=form)
        assert fingerprint(rn.read_record(tmp_path / form)) == fingerprint(worked)


@pytest.mark.slow
def test_no_small_number_is_the_difference_between_two_tables() -> None:
    """2 of 40 clients have no tie, 3 have one housing status, 4 are over 65: no pair of tables tells."""
    table = people(40, *["peer", "worker"] * 10)
    ages = ["18-24"] * 13 + ["25-34"] * 5 + ["35-44"] * 18 + ["65+"] * 4
    table["age_band"] = [*ages, *[None] * 20]
    table["substance"] = [*(["opiate_crack"] * 3 + ["other"]) * 10, *[None] * 20]
    met = [(n, "q041") for n in range(38)] + [(n, "q040") for n in range(1, 24)]
    occasions = pd.DataFrame({"occasion_id": [f"o{k}" for k in range(len(met))], "started_at": "2011-03-01"})
    participation = [(f"o{k}", who) for k, (n, other) in enumerate(met) for who in (f"q{n:03d}", other)]
    housing = [(f"q{n:03d}", "2011-02-01", "housing.status", "settled", "worker") for n in range(40)]
    housing += [(f"q{n:03d}", "2011-09-01", "housing.status", "settled", "worker") for n in range(37)]
    report = rn.evaluation_report(
        rn.RecoveryRecord(
            table,
            occasions.assign(kind="one_to_one"),
            pd.DataFrame(participation, columns=["occasion_id", "person_id"]),
            observations=pd.DataFrame(housing, columns=["person_id", "observed_at", "variable", "value", "source"]),
            window=("2011-01-01", "2012-01-01"),
        )
    )
    ties = shown(report, "network", "Clients by number of people they are tied to").counts
    assert pd.isna(ties.at["Anybody", "0"])
    assert "to nobody else" not in report["network"].to_text()
    known = shown(report, "outcomes", "How many clients each outcome is known for").counts
    assert pd.isna(known.iat[0, 0])
    assert "37" not in report["outcomes"].to_text()
    by_age = shown(report, "observed", "Clients by age band and main substance").counts["All"]
    reached = shown(report, "links", "Clients with any contact with the recovery community, by age band")
    assert by_age.isna().sum() >= 2
    assert reached.counts.loc[by_age.index[by_age.isna()], ["Contact", "All"]].isna().all(axis=None)
    assert set(rn.disclosure_audit(report)["outcome"]) == {"safe"}


def counts_table(**rows: int) -> DisclosedTable:
    shares = {name: (n, 650) for name, n in rows.items()}
    words = {"title": "Ways", "population": "Clients", "denominator": "all clients", "period": "2011"}
    return CountTable.of_shares(shares, **words).disclosed("ndtms")


def test_the_commonest_way_is_of_all_ways_and_has_a_clear_lead(report: Report) -> None:
    contact = shown(report, "links", "Clients with contact with the recovery community").counts.iloc[:, 0]
    way = contact.drop("Any contact").idxmax()
    assert f"at least once, most often t{way[1:]}: {contact[way]:.0f} clients." in report.in_brief[1]
    close = Findings(contact=counts_table(**{"Any contact": 341, "A": 97, "B": 96}))
    assert "most often" not in _tell_contact(None, close)
    clear = Findings(contact=counts_table(**{"Any contact": 341, "A": 97, "Through b": 235}))
    assert _tell_contact(None, clear).endswith("at least once, most often through b: 235 clients.")


def test_states_observed_count_clients_without_contacts_too(report: Report, riverside: rn.RecoveryRecord) -> None:
    riverside = consenting(riverside, "evaluation").record
    seen = riverside.observations.query("variable == 'state' and source != 'perceived' and value != 'unknown'")
    clients = riverside.people.loc[riverside.people["role"] == "client", "person_id"]
    flow = shown(report, "observed", "From all clients")
    ever = int(clients.isin(seen["person_id"]).sum())
    assert flow.n("State observed at least once, with or without contacts") == ever
    met = clients.isin(riverside.participation["person_id"])
    assert flow.n("… and whose state was observed at least once") == (clients.isin(seen["person_id"]) & met).sum()
    assert f"at least once for {ever} of {len(clients)} clients ({ever / len(clients):.0%})" in report["limits"].to_text()


@pytest.mark.slow
def test_few_with_a_state_and_no_contact_cannot_be_worked_out() -> None:
    met = pd.DataFrame({"occasion_id": [f"o{n}" for n in range(37)], "started_at": "2011-03-01", "kind": "call"})
    who = [(f"o{n}", who) for n in range(37) for who in (f"q{n:03d}", "q060")]
    states = pd.DataFrame({"person_id": [f"q{n:03d}" for n in range(40)], "observed_at": "2011-03-02"})
    report = rn.evaluation_report(
        rn.RecoveryRecord(
            people(60, "worker"),
            met,
            pd.DataFrame(who, columns=["occasion_id", "person_id"]),
            observations=states.assign(variable="state", value="using", source="self"),
        )
    )
    flow = shown(report, "observed", "From all clients")
    last = flow.n("State observed at least once, with or without contacts")
    assert pd.isna(last) or pd.isna(flow.n("… and whose state was observed at least once"))


def test_figures_of_change_say_what_the_table_says(report: Report) -> None:
    table = next(table.shown for table in report["outcomes"].tables() if table.shown.title.startswith("First and last"))
    text = report["outcomes"].to_text()
    for label, row in table.values.iterrows():
        if "BARC" not in label:
            change = f"{row['change']:+.1f}".replace("-", "−")
            assert re.search(rf"{re.escape(label)}: from [^.]+\.\d [^.]+\.\d \w+, {re.escape(change)} ", text), label
    assert "Changes are computed before rounding." in text


def without_states(record: rn.RecoveryRecord, first_half_only: bool = False) -> rn.RecoveryRecord:
    table = record.observations
    kept = table[table["observed_at"] > pd.Timestamp("2011-07-01", tz=record.tz)] if first_half_only else table[:0]
    return record.with_tables(observations=kept)


@pytest.mark.slow
def test_what_is_not_known_is_not_reported_as_none(worked: rn.RecoveryRecord) -> None:
    text = rn.evaluation_report(without_states(worked)).to_text()
    assert "No state is known of anybody clients are tied to" in text
    assert "somebody who holds the recovery norm" not in text and "0% were to people" not in text
    assert "Average number of ties" not in text
    dark = rn.evaluation_report(without_states(worked, first_half_only=True))
    assert "No state is known of anybody clients were tied to in Jan–Jun 2011" in dark["change"].to_text()
    assert "Average number of ties" not in dark.to_text() and "were to people known" not in dark.to_text()


@pytest.mark.slow
def test_a_tie_to_somebody_not_known_before_is_no_change(worked: rn.RecoveryRecord) -> None:
    """Ten clients keep the peer, whose state is seen in the second half alone: nobody came to hold the norm."""
    told = "A tie kept, and the other person came to hold the recovery norm"
    again = pd.DataFrame({"occasion_id": [f"p{n}" for n in range(20)], "started_at": "2011-10-01", "kind": "call"})
    who = [(f"p{n}", one) for n in range(20) for one in (f"q{n:03d}", "q040")]
    table = worked.observations
    first = table["observed_at"] < pd.Timestamp("2011-07-01", tz=worked.tz)
    record = rn.RecoveryRecord(
        worked.people,
        pd.concat([worked.occasions, again.assign(started_at=pd.to_datetime("2011-10-01").tz_localize(worked.tz))]),
        pd.concat([worked.participation, pd.DataFrame(who, columns=["occasion_id", "person_id"])]),
        observations=table[~(first & (table["person_id"] == "q040"))],
        window=worked.window,
    )
    record = record.with_tables(
        observations=pd.concat(
            [
                record.observations,
                pd.DataFrame(
                    {
                        "person_id": ["q041"],
                        "observed_at": pd.to_datetime(["2011-06-15"]).tz_localize(worked.tz),
                        "variable": ["state"],
                        "value": ["using"],
                        "source": ["self"],
                    }
                ),
            ],
            ignore_index=True,
        )
    )
    change = rn.evaluation_report(record)["change"]
    assert told not in change.to_text()  # nobody outside the service whose state is known at first
    changed = record.with_tables(
        observations=pd.concat(
            [
                record.observations,
                pd.DataFrame(
                    {
                        "person_id": ["q040"],
                        "observed_at": pd.to_datetime(["2011-06-15"]).tz_localize(worked.tz),
                        "variable": ["state"],
                        "value": ["using"],
                        "source": ["self"],
                    }
                ),
            ],
            ignore_index=True,
        )
    )
    assert shown(rn.evaluation_report(changed), "change", "Ties that came").n(told) == 10


def test_those_not_under_observation_are_not_among_the_unknown(report: Report) -> None:
    states = shown(report, "change", "Clients by state at the end").counts
    contact = shown(report, "links", "Clients with contact in each quarter")
    for quarter in states.index:
        assert states.at[quarter, "All"] == contact.total(quarter), quarter
    twice = shown(report, "change", "The same clients").counts
    for end, quarter, side in (("row", "Jul–Sep 2010", twice["All"]), ("column", "Apr–Jun 2011", twice.loc["All"])):
        told = side.drop(["All", "Not under observation"])
        told = told[told.notna()]
        assert (told == states.loc[quarter, told.index]).all(), end
    assert shown(report, "change", "The same clients").n("All", "All") == 555, "95 of 650 did not agree"


@pytest.mark.slow
def test_an_incomplete_month_is_shown_and_marked(worked: rn.RecoveryRecord, riverside: rn.RecoveryRecord) -> None:
    short = replace(worked, window=("2011-01-01", "2011-09-11"))
    links = rn.evaluation_report(short)["links"].to_text()
    assert "to Aug 2011" in links and "Incomplete months stand in the table alone" in links
    assert "1 Sep – 10 Sep 2011 (incomplete)" in links and "An incomplete month had fewer days" in links
    half = rn.evaluation_report(riverside, window=("2010-01-15", "2010-06-21"), disclosure=OPEN)
    rows = shown(half, "links", "Clients with contact in each month").counts.index
    assert list(rows[[0, -1]]) == ["15 Jan – 31 Jan 2010 (incomplete)", "1 Jun – 20 Jun 2010 (incomplete)"]


def test_what_is_said_about_treatment(report: Report) -> None:
    links = report["links"].to_text()
    assert "began within 21 days, and has not ended" in links and "stay in" in links
    assert "Clients still in treatment" not in links
    during = shown(report, "links", "Contact with the recovery community around").share("During treatment")
    assert f"treatment, which may last much longer than that, it was {during:.0%}" in " ".join(report.in_brief)
    assert "whichever step recorded" in links and "was in treatment in the period: so" in links


def test_categories_stand_in_the_order_of_their_sense(report: Report) -> None:
    for title, order in (
        ("Housing status", ["Settled", "Temporary", "No fixed abode"]),
        ("Contact with family", ["None", "Some", "Regular"]),
    ):
        assert list(shown(report, "outcomes", title).counts.index[:-1]) == order


def test_notes_speak_to_the_reader(report: Report) -> None:
    text = report.to_text()
    assert "record.notes" not in text and "Whoever holds the record has the list" in text
    assert "no recorded tie to anybody but" not in text
    heads = [block.shown.row_header for section in report.sections for block in section.tables()]
    assert all(heads)


def one_domain(variable: str, *values: str, n: int = 12) -> rn.RecoveryRecord:
    rows = [
        (f"q{number:03d}", day, variable, value, "worker")
        for number in range(n)
        for day, value in zip(("2011-03-09", "2011-06-09"), values, strict=False)
    ]
    columns = ["person_id", "observed_at", "variable", "value", "source"]
    return rn.RecoveryRecord(
        people(n, "worker"), empty("occasions"), empty("participation"), observations=pd.DataFrame(rows, columns=columns)
    )


@pytest.mark.parametrize("n", [1, 12])
@pytest.mark.parametrize(
    ("variable", "values"),
    [
        ("stat", ("using",)),
        ("stat", ("using", "abstinent")),
        ("dependency.days_used", ("3", "1")),
        ("housing.status", ("settled", "settled")),
        ("offending.reoffended", ("yes",)),
        ("instrument.barc10", ("30", "31")),
        ("state", ("unknown", "unknown")),
        ("state", ("using", "abstinent")),
    ],
)
@pytest.mark.filterwarnings("error")
def test_records_of_one_domain_or_one_person(variable: str, values: tuple[str, ...], n: int, tmp_path) -> None:
    report = rn.evaluation_report(one_domain(variable, *values, n=n))
    assert [section.name for section in report.sections] == SECTIONS
    report.save(tmp_path / "one.html")
    assert "nan" not in re.findall(r"\w+", report.to_text().lower())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["period", "contact", "age: years"])
def test_a_column_may_be_called_as_a_fact_of_the_report_is(name: str) -> None:
    record = rn.load_sample("five_people")
    words = ["Any contact", "2010"] * 3
    counts = []
    for called in (name, "house"):
        people = record.people.assign(**{called: words[: len(record.people)]})
        report = rn.evaluation_report(record.with_tables(people=people), by=[called], disclosure=OPEN)
        shown = [table.shown for table in report["links"].tables() if table.shown.row_header == wording.label(called)]
        counts.append(shown[0].counts)
    pd.testing.assert_frame_equal(*counts)
