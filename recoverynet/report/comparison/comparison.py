"""The comparison report: this period and the same a year before, providers or areas, and groups of clients side by side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from recoverynet.measures.subgroups import people_with_role
from recoverynet.progress import track
from recoverynet.report.comparison.change import change_section
from recoverynet.report.comparison.counted import Found
from recoverynet.report.comparison.declared import BEFORE
from recoverynet.report.comparison.equity import equity_section
from recoverynet.report.comparison.flow import flow_section
from recoverynet.report.comparison.meetings import meetings_section
from recoverynet.report.comparison.opening import again_section, brief_section, limits_section, settings_in_words
from recoverynet.report.comparison.setting import YearComparison, make_comparison
from recoverynet.report.comparison.standards import standards_section
from recoverynet.report.comparison.units import units_section
from recoverynet.report.disclosure.counted import PERIOD, Fact
from recoverynet.report.disclosure.ledger import Book, open_book, scope_of
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.evaluation.closing import fingerprints
from recoverynet.report.evaluation.links import unseen_in_words
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.outcomes import outcomes_section
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.manifest import make_manifest
from recoverynet.report.rendering import without_emphasis
from recoverynet.report.report import Report, remember_rerun
from recoverynet.report.rerun_settings import settings_cell
from recoverynet.report.save.ipynb import Rerun
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.whom import whom_in_words, whom_sentence
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.consent import UnknownConsent
from recoverynet.tables.record import RecoveryRecord

TITLE = "Links to recovery communities, compared"


def comparison_report(
    record: RecoveryRecord,
    *,
    norm: Norm = RECOVERY_NORM,
    window: tuple[object, object] | None = None,
    by: str = "provider",
    valid_for: str = "90D",
    unknown_consent: UnknownConsent = "count",
    disclosure: str | DisclosurePolicy = "ndtms",
    title: str | None = None,
    subtitle: str | None = None,
    area: str | None = None,
    provider: str | None = None,
    clients: Iterable[str] | None = None,
    ledger: str | Path | None = None,
) -> Report:
    """What is different from a year ago, do providers or areas differ by more than chance, and who is reached less?

    Parameters
    ----------
    record : RecoveryRecord
        Any record with at least one client and a date; sections that the record cannot feed say so.
    norm : Norm
        Which states hold the norm. Default: abstinent, in recovery, or stable on opioid substitution.
    window : (start, end), optional
        Half-open period of up to a year. Default: up to a year at the end of the record; shorter where that leaves the same
        period a year before on the record.
    by : {"provider", "area"}
        What stands side by side in the funnel plots.
    valid_for : str
        How long an observation of a state holds, such as ``"90D"``, a quarter.
    unknown_consent : {"count", "leave_out"}
        As for :func:`recoverynet.evaluation_report`.
    disclosure : str or DisclosurePolicy
        ``"ndtms"`` (default), ``"nhs"``, or a policy.
    title, subtitle : str, optional
        For the cover.
    area, provider : str, optional
        Only clients of this area, or in treatment with this provider in the period; the same is asked of the year before.
    clients : iterable of str, optional
        Only these clients, by id. The list is not part of the report.
    ledger : str or pathlib.Path, optional
        File that remembers what was published from this record, as for :func:`recoverynet.evaluation_report`.

    Returns
    -------
    Report
        Sections ``in_brief``, ``change``, ``units``, ``equity``, ``standards``, ``meetings``, ``outcomes``, ``flow``, ``limits``
        and ``settings``. Saved in every format: ``report.save("x.html")``, ``.pdf``, ``.docx``, ``.xlsx``, ``.ipynb``.

    Raises
    ------
    SchemaError
        Nobody is a client, or an argument does not fit the record.
    UnknownPersonError
        Somebody on the list of clients is not on the record.
    NotEstimableError
        Nothing on the record is dated, or there is no client to report on in the period.
    TimeOrderError
        The window does not end after it starts, or is longer than a year.
    DisclosureError
        There is no such disclosure policy, or the ledger is that of another record.

    Notes
    -----
    A year before is compared only where the record covers it (its first contact or observation may be up to 14 days late);
    otherwise the report says why not, and the figures stand alone. Differences are made from counts after disclosure, so
    that nothing hidden shows through them: independent groups with Newcombe's hybrid score interval, the same people with his
    interval for pairs. Control limits are exact binomial limits around the share of all together. Shares are not adjusted for
    the mix of clients, which is told beside them; nothing is ranked.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in Medicine
    17, 873-890. https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24, 1185-1202.
    https://doi.org/10.1002/sim.1970

    Examples
    --------
    >>> import recoverynet as rn
    >>> report = rn.comparison_report(rn.load_sample("five_people"))
    >>> [section.name for section in report.sections]
    ['in_brief', 'change', 'units', 'equity', 'standards', 'meetings', 'outcomes', 'flow', 'limits', 'settings']
    """
    policy = DisclosurePolicy.resolve(disclosure)
    listed = None if clients is None or isinstance(clients, str) else list(clients)
    asked: dict[str, Any] = {"norm": norm, "window": window, "by": by, "valid_for": valid_for, "unknown_consent": unknown_consent}
    whom = {"area": area, "provider": provider}
    whose = {"clients": clients if listed is None else listed, "smallest_shown": policy.smallest_shown}
    comparison = make_comparison(record, **asked, **whom, **whose)  # type: ignore[arg-type]
    book = _book(record, comparison, policy, ledger, asked | whom)
    past = {"scope": book.scope, "elsewhere": _a_year_before(book, comparison), "corrected": book.corrected}
    writer = ReportWriter(policy, earlier=book.earlier, **past)  # type: ignore[arg-type]
    found = Found()
    writer.rehearse(lambda: _rehearsed(writer, comparison))
    body = [make(writer, comparison, found) for make in track(MAKERS, "Sections of the report")]
    settings = settings_in_words(comparison, policy.in_words()) | whom_in_words(comparison.chosen)
    ends = limits_section(writer, comparison, found), again_section(writer, settings)
    asked |= whom | {"title": title, "subtitle": subtitle}
    told = asked | {"disclosure": policy, "ledger": ledger is not None}
    unseen = comparison.now.unseen_contact
    report = Report(
        title=title or TITLE,
        subtitle=subtitle or _subtitle(comparison),
        sections=(brief_section(writer, comparison, found), *body, *ends),
        period=comparison.now.period,
        policy=policy,
        settings=settings,
        kind_in_words="Comparison report",
        unseen=(without_emphasis(unseen_in_words(unseen)),) if unseen else (),
        manifest=make_manifest("comparison", fingerprints(record), told, listed=clients is not None),
    )
    remember_publication(report, writer.publication)
    book.remember(report.title, writer.publication)
    kept = record if clients is None else comparison.chosen.record
    return remember_rerun(report, Rerun(kept, settings_cell(record, policy, asked), "comparison"))


def _book(
    record: RecoveryRecord,
    comparison: YearComparison,
    policy: DisclosurePolicy,
    ledger: str | Path | None,
    asked: dict[str, object],
) -> Book:
    """The place of a comparison in the ledger: it is about two periods, and named by the later."""
    everybody = people_with_role(record, ("client",))
    ways = {name: value for name, value in asked.items() if name not in ("window", "area", "provider")}
    named: dict[str, Any] = {"kind": "comparison", "settings": ways, "policy": policy.in_ledger}
    named["inputs"] = partial(fingerprints, comparison.now.looked_back_as_written)
    return open_book(ledger, everybody, scope=_scope(comparison, comparison.now, asked), **named)


def _scope(comparison: YearComparison, setting: EvaluationSetting, asked: dict[str, object]) -> frozenset[str]:
    listed = people_with_role(comparison.chosen.record, ("client",)) if comparison.chosen.listed else None
    return scope_of(setting.window, area=asked["area"], provider=asked["provider"], clients=listed)


def _a_year_before(book: Book, comparison: YearComparison) -> dict[str, tuple[str, frozenset[str]]]:
    """Clients a year before are the clients of a report on that year."""
    if book.ledger is None or comparison.before is None or comparison.before.window is None:
        return {}
    days = scope_of(comparison.before.window)
    return {BEFORE.of: (CLIENTS.of, days | {fact for fact in book.scope if Fact.read(fact).about != PERIOD})}


def _subtitle(comparison: YearComparison) -> str:
    against = "" if comparison.before is None else f" against {comparison.label(comparison.before)}"
    return (
        f"{comparison.label(comparison.now)}{against}; {comparison.by}s and groups of clients side by side."
        f"{whom_sentence(comparison.chosen)}"
    )


def _rehearsed(writer: ReportWriter, comparison: YearComparison) -> None:
    """Every section once, so that all its tables are declared."""
    found = Found()
    for make in MAKERS:
        make(writer, comparison, found)


def _outcomes(writer: ReportWriter, comparison: YearComparison, _: Found) -> Section:
    """Outcomes of this period in the four domains with their sources, the softer measures beside them."""
    return outcomes_section(writer, comparison.now, Findings())


MAKERS = (change_section, units_section, equity_section, standards_section, meetings_section, _outcomes, flow_section)
