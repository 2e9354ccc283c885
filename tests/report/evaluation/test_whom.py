"""A report on an area, a provider, a list of clients or a period is that of a record which holds only that."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import DisclosureError
from recoverynet.report.report import Report
from recoverynet.samples import sample_folder
from recoverynet.tables.reported_on import reported_on


@pytest.fixture(scope="module")
def five() -> rn.RecoveryRecord:
    record = rn.load_sample("five_people")
    people = record.people.assign(area=["north", "north", "south", "north", "south"])
    return record.with_tables(people=people)


def bodies(report: Report) -> dict[str, str]:
    """What the sections say; which coarser report would tell more hangs on what was asked for."""
    told = {section.name: section.to_text() for section in report.sections if section.name != "settings"}
    return {name: re.sub(r"A coarser report can tell more: .*", "", text) for name, text in told.items()}


@pytest.mark.slow
def test_a_report_on_an_area_is_that_of_a_record_of_the_area(five: rn.RecoveryRecord) -> None:
    asked = rn.evaluation_report(five, area="north")
    alone = rn.evaluation_report(reported_on(five, area="north").record)
    assert bodies(asked) == bodies(alone)
    assert bodies(asked) != bodies(rn.evaluation_report(five, area="north", clients=["ben"]))
    assert "north" in asked.subtitle and "“north”" in asked["settings"].to_text()
    assert asked.settings["Fingerprint of the record"] == alone.settings["Fingerprint of the record"]


@pytest.mark.slow
def test_a_list_of_clients_leaves_no_id_in_the_report(five: rn.RecoveryRecord, tmp_path: Path) -> None:
    report = rn.evaluation_report(five, clients=["ben"])
    report.save(tmp_path / "x.html")
    assert "'ben'" not in (tmp_path / "x.html").read_text() and "on a list" in report["settings"].to_text()


def test_the_report_on_spread_is_cut_by_the_same_rule(five: rn.RecoveryRecord) -> None:
    asked = rn.spread_report(five, area="north")
    assert bodies(asked) == bodies(rn.spread_report(reported_on(five, area="north").record))
    assert "north" in asked.subtitle


@pytest.mark.parametrize("by", ["worker_id", ["sex", "worker_id"]])
def test_nothing_is_broken_down_by_worker(five: rn.RecoveryRecord, by: object) -> None:
    with pytest.raises(DisclosureError, match="work of one person"):
        rn.evaluation_report(five, by=by)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (("--from", "1990-01-01", "--to", "1990-12-31"), 1, "nobody in the period"),
        (("--from", "2011-05-01", "--to", "2011-04-01"), 1, "ends on or after its first day"),
        (("--from", "7/3/2011"), 1, "is not a date"),
        (("--area", "nowhere"), 1, "There is no area 'nowhere'"),
        (("--provider", "nowhere"), 1, "There is no provider 'nowhere'"),
        (("--clients", "not_there.csv"), 2, "is not a file"),
        (("--by", "worker_id"), 1, "work of one person"),
        (("--by", "shoe_size"), 1, "shoe_size"),
    ],
)
@pytest.mark.parametrize("kind", ["evaluation", "spread"])
def test_what_cannot_be_chosen_is_said_plainly(tmp_path: Path, kind: str, options: tuple, status: int, says: str) -> None:
    if kind == "spread" and "--by" in options:
        options, status, says = ("--area", "nowhere"), 1, "There is no area"
    folder = shutil.copytree(sample_folder("five_people"), tmp_path / "five")
    done = CliRunner().invoke(app, ["report", kind, str(folder), "--out", str(tmp_path / "x.html"), "--quiet", *options])
    told = done.output + str(done.exception or "")
    assert done.exit_code == status and says in " ".join(told.replace("│", " ").split()), told
    assert not (tmp_path / "x.html").exists()


@pytest.mark.slow
def test_a_month_is_reported_on_to_its_last_day(tmp_path: Path) -> None:
    folder = shutil.copytree(sample_folder("five_people"), tmp_path / "five")
    out = tmp_path / "march.html"
    command = ["report", "evaluation", str(folder), "--out", str(out), "--quiet", "--from", "2011-03-01", "--to", "2011-03-31"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code in (0, 3), done.output
    assert "1 March 2011 to 31 March 2011" in out.read_text() or "March 2011" in out.read_text()
