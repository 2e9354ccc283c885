"""The report: one object that shows itself in a notebook and is saved in every format."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from recoverynet import __version__
from recoverynet.arguments import as_path
from recoverynet.errors import DisclosureError, NotEstimableError, SchemaError
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import still_audited
from recoverynet.report.manifest import as_json, as_properties
from recoverynet.report.rendering import page, without_emphasis
from recoverynet.report.save.csv import write_report_tables
from recoverynet.report.save.docx import write_document
from recoverynet.report.save.html import write_html
from recoverynet.report.save.ipynb import Cover, Rerun, TemplateWords, write_notebook
from recoverynet.report.save.pdf import write_pdf
from recoverynet.report.save.xlsx import write_workbook
from recoverynet.report.sections import Listing, Points, Section
from recoverynet.report.standing import reworded

LOGGER = logging.getLogger("recoverynet.disclosure")
IN_BRIEF, LIMITS = "in_brief", "limits"
ORIGIN = ("made_by", "made_on", "files")
ALWAYS = (IN_BRIEF, LIMITS, "settings")
"""Sections that stay whatever is chosen: what a report cannot say goes with what it says."""
IN_PICTURES = ("links", "change", "ladder", "rules")
SUFFIXES = (".html", ".pdf", ".docx", ".xlsx", ".ipynb")
CLIENT_SHEETS = ("report.css", "client.css")
_RERUNS: weakref.WeakKeyDictionary[Report, Rerun] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What can be told about these records, in a form that may leave the machine?

    Parameters
    ----------
    title : str
        Heading of the cover.
    sections : tuple of Section
        In the order they are read. Their tables have passed the policy.
    period : str
        Over which time, in words.
    policy : DisclosurePolicy
        The policy every table passed.
    subtitle : str
        One sentence under the title.
    settings : mapping of str to str
        What it takes to make the report again.
    audience : {"shared", "case_holder"}
        For whom it is: anybody it is handed to, or only the worker who holds one client's case. The latter is
        saved as a page to read and print and in no other form; that it was saved is logged.
    kind_in_words : str
        What sort of report it is, above the title.
    unseen : tuple of str
        What the report is asked for and cannot see in the record, in sentences; the command line ends with a status of
        its own where there is any.
    manifest : mapping
        Inputs, versions and settings as data, which travel inside the page; see :mod:`recoverynet.report.manifest`.
    service, contact : str
        Whose report it is and whom to ask, for the cover.
    logo : bytes
        A picture for the cover, as PNG; see :func:`recoverynet.report.presentation.read_logo`.

    Raises
    ------
    SchemaError
        Two sections have the same name.
    DisclosureError
        A table passed another policy than that of the report, there is no such audience, or a report that is
        shared lists rows about a person.

    Notes
    -----
    A report holds text, pictures and tables after disclosure; no record, no network and no count that the
    policy hides can be reached from it, and pickling it takes nothing else along.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.report.sections import ReportWriter
    >>> writer = ReportWriter("ndtms")
    >>> section = writer.section("people", "The people")
    >>> section.say("Sixty-three people are known.")
    >>> report = rn.Report("Riverside", (section.finish(),), "2011", writer.policy)
    >>> report["people"]
    <Section 'people': The people, 0 tables, 0 figures>
    """

    title: str
    sections: tuple[Section, ...]
    period: str
    policy: DisclosurePolicy
    subtitle: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    audience: Literal["shared", "case_holder"] = "shared"
    kind_in_words: str = "Report"
    unseen: tuple[str, ...] = ()
    manifest: Mapping[str, object] = field(default_factory=dict)
    service: str = ""
    contact: str = ""
    logo: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sections", tuple(self.sections))
        object.__setattr__(self, "settings", dict(self.settings))
        names = [section.name for section in self.sections]
        if len(set(names)) < len(names):
            raise SchemaError(f"Every section needs its own name; got {', '.join(names)}.")
        if self.audience not in ("shared", "case_holder"):
            raise DisclosureError(f"A report is made for the audience 'shared' or 'case_holder'; got {self.audience!r}.")
        self._require_no_rows_about_a_person()
        for section in self.sections:
            for table in section.tables():
                if table.shown.policy != self.policy.name or table.shown.smallest_shown != self.policy.smallest_shown:
                    raise DisclosureError(
                        f"Table {table.shown.title!r} passed the policy {table.shown.policy!r}, not that of "
                        f"the report, {self.policy.name!r}. Make all sections with one ReportWriter."
                    )
        if not self.is_for_case_holder:
            self.policy.log_if_off(f"the report {self.title!r}")

    def _require_no_rows_about_a_person(self) -> None:
        listed = [section.name for section in self.sections if any(isinstance(block, Listing) for block in section.blocks)]
        if listed and not self.is_for_case_holder:
            raise DisclosureError(
                f"Section {listed[0]!r} lists rows about a person: such a section stands in a report for the audience "
                "'case_holder' only."
            )

    @property
    def is_for_case_holder(self) -> bool:
        """Whether only the worker who holds the case may read it."""
        return self.audience == "case_holder"

    def __getitem__(self, name: str) -> Section:
        """One section by name."""
        for section in self.sections:
            if section.name == name:
                return section
        raise SchemaError(f"The report has no section {name!r}; it has {', '.join(s.name for s in self.sections)}.")

    @property
    def in_brief(self) -> tuple[str, ...]:
        """The sentences of the summary, as plain text; empty where there is no summary."""
        blocks = [block for section in self.sections if section.name == IN_BRIEF for block in section.blocks]
        return tuple(without_emphasis(item) for block in blocks if isinstance(block, Points) for item in block.items)

    def brief(self) -> Report:
        """The report on two pages that can be lifted out: in brief, what it looks like, and what it cannot say.

        Returns
        -------
        Report
            Sections of this report, so that they have passed its policy; tables and figures keep their numbers.

        Raises
        ------
        SchemaError
            The report has no summary.
        """
        names = [section.name for section in self.sections]
        if IN_BRIEF not in names:
            raise SchemaError(f"A briefing begins with the section {IN_BRIEF!r}, and this report has {', '.join(names)}.")
        pictures = [section.figures()[0] for section in self.sections if section.figures() and section.name in IN_PICTURES]
        shown = (Section("pictures", "What it looks like", tuple(pictures[:1])),) if pictures else ()
        closing = tuple(section for section in self.sections if section.name == LIMITS)
        manifest = {**self.manifest, "brief": True} if self.manifest else {}
        briefing = replace(
            self,
            sections=(self[IN_BRIEF], *shown, *closing),
            kind_in_words=f"Briefing, {self.kind_in_words.lower()}",
            manifest=manifest,
        )
        return carry_rerun(self, briefing, "report = report.brief()")

    def arranged(self, sections: Sequence[str]) -> Report:
        """The report with these sections only, in this order; summary, limits and settings always stay.

        Parameters
        ----------
        sections : sequence of str
            Names of sections.

        Returns
        -------
        Report
            Tables and figures keep their numbers.

        Raises
        ------
        SchemaError
            The report has no such section, or one is named twice.
        """
        names = [sections] if isinstance(sections, str) else list(sections)
        chosen = [self[name] for name in names]
        ends = [self[name] for name in ALWAYS if name not in names and name in {section.name for section in self.sections}]
        opening, closing = [each for each in ends if each.name == IN_BRIEF], [each for each in ends if each.name != IN_BRIEF]
        told = replace(self, sections=(*opening, *chosen, *closing))
        return carry_rerun(self, told, f"report = report.arranged({names!r})")

    def worded(self, own: Mapping[str, str]) -> Report:
        """The report with texts of one's own in place of those that stand whatever the record holds.

        Parameters
        ----------
        own : mapping of str to str
            By name, as :func:`recoverynet.report.standing.read_wording` reads them from a file.

        Returns
        -------
        Report
            Figures, and sentences with figures in them, are as they were; the settings name what was worded.
        """
        told = replace(self, title=own.get("title", self.title), sections=reworded(self.sections, own))
        return carry_rerun(self, told, f"report = report.worded({dict(own)!r})") if own else self

    def __repr__(self) -> str:
        return f"<Report {self.title!r}, {self.period}: {', '.join(section.name for section in self.sections)}>"

    def to_text(self) -> str:
        """The whole report as plain text."""
        return "\n\n\n".join([f"{self.title}\n{self.period}", *(section.to_text() for section in self.sections)])

    def _repr_html_(self) -> str:
        if self.is_for_case_holder:
            return page("client_whole.html.j2", self._content(), sheets=CLIENT_SHEETS)
        return page("whole.html.j2", self._content())

    def _content(self) -> dict[str, object]:
        return {"report": self, "version": __version__, "manifest": self._manifest()}

    def _manifest(self) -> str:
        return as_json(self.manifest) if self.manifest else ""

    def save(self, path: str | Path, *, template: str | Path | None = None) -> None:
        """Write the report to one file; the ending says the format.

        Parameters
        ----------
        path : str or pathlib.Path
            ``.html``: one self-contained page; ``.pdf``: the same on A4 paper, tagged; ``.docx``: to be edited in
            Word; ``.xlsx``: its tables; ``.ipynb``: the notebook behind it, run.
        template : str or pathlib.Path, optional
            For ``.ipynb``: a notebook of your own in place of the one that ships with the package.

        Raises
        ------
        SchemaError
            Another ending, or a template that cannot be used.
        DisclosureError
            The report is for the holder of a case, and the ending is not ``.html``.
        NotEstimableError
            For ``.ipynb``: the report was not made from a record, or a cell of the notebook failed.
        """
        path = as_path(path, "save()")
        suffix = path.suffix.lower()
        if self.is_for_case_holder:
            self._save_for_case_holder(path, suffix, template)
            return
        if suffix not in SUFFIXES:
            raise SchemaError(f"A report is saved as {', '.join(SUFFIXES)}; the file {path.name!r} ends otherwise.")
        if template is not None and suffix != ".ipynb":
            raise SchemaError(f"A template is for notebooks (.ipynb); the file {path.name!r} is none.")
        if suffix == ".html":
            write_html(self._content(), path)
        elif suffix == ".pdf":
            write_pdf(self._content(), path)
        elif suffix == ".docx":
            write_document(self._content(), path)
        elif suffix == ".xlsx":
            write_workbook(self.title, self._about(), self.sections, path, properties=as_properties(self._manifest()))
        else:
            self._save_notebook(path, template)

    def _save_for_case_holder(self, path: Path, suffix: str, template: object) -> None:
        """Write the page of one client, and leave a line in the log that says so without saying whose it is."""
        if suffix != ".html" or template is not None:
            raise DisclosureError(
                f"One client's page is there to be read and printed, so it is saved as .html; {path.name!r} ends otherwise. "
                "Tables and notebooks of one client are not written, because they are passed on and put together. To have "
                "it on paper or as PDF, open the page and print it."
            )
        write_html(self._content(), path, template="client.html.j2", sheets=CLIENT_SHEETS, private=True)
        LOGGER.info("A client's page for the holder of the case was saved.")

    def _save_notebook(self, path: Path, template: str | Path | None) -> None:
        if self not in _RERUNS:
            raise NotEstimableError(
                "The notebook behind a report is run on its record, and this report has none: it was put "
                "together by hand or loaded. Make it with evaluation_report(record), or save it as .html."
            )
        cover = Cover(self.service, self.contact, self.logo)
        own = None if template is None else Path(template)
        write_notebook(_RERUNS[self], path, manifest=self._manifest(), template=own, cover=cover)

    def save_tables(self, folder: str | Path) -> list[Path]:
        """Write every table as a CSV file, small numbers hidden, and ``tables.csv``, which lists them.

        Parameters
        ----------
        folder : str or pathlib.Path
            Made where it does not exist.

        Returns
        -------
        list of pathlib.Path
            The files written.

        Raises
        ------
        DisclosureError
            The report is for the holder of a case.
        """
        if self.is_for_case_holder:
            raise DisclosureError("The page of one client is not written as tables: they are passed on and put together.")
        tables = [(section.name, table) for section in self.sections for table in section.tables()]
        return write_report_tables(tables, Path(folder), manifest=self._manifest())

    def _about(self) -> list[tuple[str, str]]:
        whose = (("Service", self.service), ("Contact", self.contact))
        about = [
            *((name, value) for name, value in whose if value),
            ("Report", self.subtitle or self.kind_in_words),
            ("Period", self.period),
            ("Small numbers", self.policy.in_words()),
        ]
        about += [("In brief" if number == 0 else "", text) for number, text in enumerate(self.in_brief)]
        return [*about, *self.settings.items()]


def with_origin(report: Report, **origin: object) -> Report:
    """The same report with more in its manifest: ``files`` it was read from, ``made_by`` and ``made_on``."""
    given = {name: each for name, each in origin.items() if each}
    if not given or not report.manifest:
        return report
    told = replace(report, manifest={**report.manifest, **given})
    return carry_rerun(report, told)


def carry_rerun(before: Report, after: Report, line: str = "", words: TemplateWords | None = None) -> Report:
    """Give a report what its notebook and its audit need from the one it was made from, and the line that makes it of that one.

    ``words`` are those a template puts to its sections.
    """
    still_audited(before, after)
    if before not in _RERUNS:
        return after
    rerun = _RERUNS[before]
    then = (*rerun.then, line) if line else rerun.then
    names = tuple((section.name, section.title) for section in after.sections)
    return remember_rerun(after, replace(rerun, then=then, sections=names, words=words or rerun.words))


def remember_rerun(report: Report, rerun: Rerun) -> Report:
    """Keep beside a report, and out of it, what its notebook needs; forgotten with the report."""
    names = tuple((section.name, section.title) for section in report.sections)
    _RERUNS[report] = rerun if rerun.sections else replace(rerun, sections=names)
    return report
