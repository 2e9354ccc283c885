"""The evaluation report: who is linked to recovery communities, what changed, and what cannot be known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from recoverynet.instants import as_instant
from recoverynet.measures.subgroups import people_with_role
from recoverynet.models.spread.spread_terms import Placebo
from recoverynet.progress import track
from recoverynet.report.disclosure.ledger import open_book, scope_of
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.evaluation.brief import Narrowed, brief_section
from recoverynet.report.evaluation.change import change_section
from recoverynet.report.evaluation.closing import fingerprints, limits_section, rerun_section, settings_in_words
from recoverynet.report.evaluation.links import links_section, unseen_in_words
from recoverynet.report.evaluation.network import network_section
from recoverynet.report.evaluation.observed import Findings, observed_section
from recoverynet.report.evaluation.outcomes import outcomes_section
from recoverynet.report.evaluation.setting import EvaluationSetting, make_setting
from recoverynet.report.manifest import make_manifest
from recoverynet.report.rendering import without_emphasis
from recoverynet.report.report import Report, remember_rerun
from recoverynet.report.save.ipynb import Rerun
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.spread.spread import spread_section
from recoverynet.report.whom import whom_in_words, whom_sentence
from recoverynet.states import RECOVERY_NORM, RECOVERY_STATES, Norm
from recoverynet.tables.consent import UnknownConsent
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import EngineName
from recoverynet.tables.relational.start import EngineSettings
from recoverynet.tables.reported_on import reported_on
from recoverynet.tables.store import RecordStore

TITLE = "Links to recovery communities"
SUBTITLE = "An evaluation of contact records: who is linked to mutual aid and other recovery communities, and what changed."

Arguments = dict[str, Any]
Makers = tuple[Callable[..., Section], ...]


def evaluation_report(
    record: RecoveryRecord | RecordStore,
    *,
    norm: Norm = RECOVERY_NORM,
    n_periods: int = 2,
    breaks: Sequence[object] | None = None,
    window: tuple[object, object] | None = None,
    by: Sequence[str] | None = None,
    valid_for: str = "90D",
    placebo: Placebo | None = None,
    unknown_consent: UnknownConsent = "count",
    disclosure: str | DisclosurePolicy = "ndtms",
    title: str | None = None,
    subtitle: str | None = None,
    engine: EngineName | EngineSettings | None = None,
    area: str | None = None,
    provider: str | None = None,
    clients: Iterable[str] | None = None,
    ledger: str | Path | None = None,
) -> Report:
    """Who is linked to recovery communities, before, during and after treatment, and what changed?

    Parameters
    ----------
    record : RecoveryRecord or RecordStore
        Any record with at least one client; sections that the record cannot feed say so. The contacts of a store on Parquet
        stay in its files, and its engine is asked about them; ``area``, ``provider``, ``clients`` and saving as a notebook need a
        record in memory.
    norm : Norm
        Which states hold the norm. Default: abstinent, in recovery, or stable on opioid substitution.
    n_periods : int
        Number of periods compared, 1 or more; the window is cut into equal parts. Default 2: before and
        after.
    breaks : sequence of instants, optional
        The periods compared, one bound more than there are periods; overrides ``n_periods``.
    window : (start, end), optional
        Half-open period reported on. Default: that of the record. The report is that of a record kept over this period
        only; see Notes.
    by : str or sequence of str, optional
        Columns of people (or of episodes, read from the latest) by which links are broken down. Default:
        substance, sex and age band where they are filled in; ``()`` for none.
    valid_for : str
        How long an observation of a state holds, such as ``"90D"``, a quarter.
    placebo : str or mapping, optional
        An outcome that cannot spread between people, such as ``"housing.status=settled"``, for the section on
        spread; see :func:`recoverynet.spread_report`. Without one that section ends at level 2 of 4.
    unknown_consent : {"count", "leave_out"}
        What to do with people whose ``consent_evaluation`` is empty: count them (default; a service that never asked has
        no refusals on record) or leave them out. Whoever said no is in no figure either way.
    disclosure : str or DisclosurePolicy
        ``"ndtms"`` (default; counts of 1 to 4 become ``*``), ``"nhs"`` (1 to 7, other counts rounded to 5),
        or a policy.
    title, subtitle : str, optional
        For the cover.
    engine : {"duckdb", "spark"} or EngineSettings, optional
        Where what grows with contacts is added up: ties, contact before, during and after treatment and over time, steps
        towards groups. The report is the same. Default: here.
    area : str, optional
        Only clients whose ``area`` this is.
    provider : str, optional
        Only clients in treatment with this provider on any day of the period.
    clients : iterable of str, optional
        Only these clients, by id. The list is not part of the report.
    ledger : str or pathlib.Path, optional
        File that remembers what was published from this record (see Notes); begun where there is none. A report made with it
        counts as published from then on.

    Returns
    -------
    Report
        Sections ``in_brief``, ``observed``, ``network``, ``links``, ``change``, ``spread``, ``outcomes``,
        ``limits`` and ``settings``. Shows itself in a notebook; ``report.save("x.html")``, ``.ipynb``,
        ``.xlsx``; ``report.save_tables(folder)``.

    Raises
    ------
    SchemaError
        Nobody is a client, or an argument does not fit the record: no such area or provider, an empty list of clients.
    UnknownPersonError
        Somebody on the list of clients is not on the record.
    NotEstimableError
        Nobody is all of what was asked for, or no client agreed to evaluation and was under observation in the period.
    TimeOrderError
        The window or a period does not end after it starts.
    DisclosureError
        There is no such disclosure policy, or the ledger is that of another record.
    EngineError
        The engine cannot start, or went away.

    Notes
    -----
    *What a period cuts* (:func:`recoverynet.tables.period.record_of_period`): contacts, observations, interviews and steps
    count where they fall into it; clients are those under observation in it; treatments are taken whole. Looked back on are
    states (those observed up to ``valid_for`` before the period still count in it) and, for NICE QS11, steps since the start
    of a treatment. A report of a period is otherwise that of a record which holds only that period.

    *Whom it is about* (:func:`recoverynet.tables.reported_on.reported_on`): with an area, a provider or a list of clients the
    report is that of a record which holds only these clients, the people of other roles in touch with them, and the
    contacts among these.

    *What cannot be seen* is said to be unseen and never shown as 0: without contacts, or where none of them is with a
    recovery group, a peer or a community member, there is no share with contact, and ``report.unseen`` says why.

    *Two reports of one record* (another period, area, provider or policy) can give away together what each hides. With a
    ledger a report is hidden together with all that was published before, and says in which tables more is hidden for that.
    The ledger holds true counts, and no people: keep it with the records. A report made again from the same record with the
    same period, area, provider, clients and policy is what it was the first time; that a record was corrected in between is
    not taken into account.

    *Too few to tell.* Where nearly all of a table has to be hidden, a coarser one of the same people stands in its place, as far
    as there is one that can be shown, and the report says so. What is told of a part of the clients (those who named somebody,
    those with two scores) is broken down from 50 of them on.

    Every table passes the disclosure policy before any percentage, interval, sentence or figure is made from
    it, and the report holds nothing else. No person is drawn, scored, ranked or predicted. The report never
    says that a norm did spread or that a service worked: the section on spread tells how far up a ladder of
    evidence the records carry.

    Examples
    --------
    >>> import recoverynet as rn
    >>> report = rn.evaluation_report(rn.load_sample("five_people"))
    >>> [section.name for section in report.sections]
    ['in_brief', 'observed', 'network', 'links', 'change', 'spread', 'outcomes', 'limits', 'settings']
    """
    record = record.as_record() if isinstance(record, RecordStore) else record
    policy = DisclosurePolicy.resolve(disclosure)
    asked_of: Arguments = {"norm": norm, "window": window, "n_periods": n_periods, "breaks": breaks}
    asked_of |= {"by": by, "valid_for": valid_for}
    told = asked_of | {"placebo": placebo, "unknown_consent": unknown_consent, "disclosure": policy, "title": title}
    told |= {"subtitle": subtitle, "area": area, "provider": provider, "ledger": ledger is not None}
    chosen = reported_on(record, window=window, area=area, provider=provider, clients=clients)
    usual = {"smallest_shown": policy.smallest_shown, "unknown_consent": unknown_consent, "engine": engine}
    setting = make_setting(chosen.record, **asked_of, **usual)  # type: ignore[arg-type]
    listed = people_with_role(chosen.record, ("client",)) if chosen.listed else None
    scope = scope_of(setting.window, area=area, provider=provider, clients=listed)
    ways = {name: value for name, value in asked_of.items() if name != "window"} | {"unknown_consent": unknown_consent}
    named: Arguments = {"kind": "evaluation", "settings": ways, "scope": scope, "policy": policy.in_ledger}
    named["inputs"] = partial(fingerprints, setting.looked_back_as_written)
    book = open_book(ledger, people_with_role(record, ("client",)), **named)
    writer, findings = ReportWriter(policy, earlier=book.earlier, scope=book.scope, corrected=book.corrected), Findings()
    spread = partial(_spread, placebo=placebo)
    makers: Makers = (observed_section, network_section, links_section, change_section, spread, outcomes_section)
    writer.rehearse(lambda: [make(writer, setting, Findings()) for make in makers if make is not spread])
    body = [make(writer, setting, findings) for make in track(makers, "Sections of the report")]
    settings = settings_in_words(setting, policy.in_words()) | whom_in_words(chosen)
    narrowed = Narrowed(window is not None, (area, provider) != (None, None), clients is not None, bool(by))
    ends = limits_section(writer, setting, findings), rerun_section(writer, setting, findings, settings)
    report = Report(
        title=title or TITLE,
        subtitle=subtitle or SUBTITLE + whom_sentence(chosen),
        sections=(brief_section(writer, setting, findings, narrowed), *body, *ends),
        period=setting.period,
        policy=policy,
        settings=settings,
        kind_in_words="Evaluation report",
        unseen=(without_emphasis(unseen_in_words(setting.unseen_contact)),) if setting.unseen_contact else (),
        manifest=make_manifest("evaluation", fingerprints(record), told, listed=clients is not None),
    )
    remember_publication(report, writer.publication)
    book.remember(report.title, writer.publication)
    asked = asked_of | {"title": title, "subtitle": subtitle, "placebo": placebo, "unknown_consent": unknown_consent}
    asked |= {"disclosure": policy, "area": area, "provider": provider}
    kept = record if clients is None else chosen.record
    return remember_rerun(report, Rerun(kept, _settings_cell(_as_python(asked, setting)), "evaluation"))


def _as_python(asked: Mapping[str, object], setting: EvaluationSetting) -> dict[str, str]:
    """Arguments as Python would write them, in the order of a notebook's cell."""
    told: dict[str, Callable[[Any], str]] = {
        "norm": lambda norm: _norm_source(norm),
        "window": lambda window: _instants_source(setting, window),
        "breaks": lambda breaks: _instants_source(setting, breaks),
        "disclosure": lambda policy: _policy_source(policy),
    }
    order = ("title", "subtitle", "norm", "window", "n_periods", "breaks", "by", "valid_for", "placebo", "unknown_consent")
    return {name: told.get(name, repr)(asked[name]) for name in (*order, "disclosure", "area", "provider")}


def _spread(writer: ReportWriter, setting: EvaluationSetting, findings: Findings, *, placebo: Placebo | None) -> Section:
    return spread_section(
        writer,
        setting.as_written,
        norm=setting.norm,
        window=setting.window,
        valid_for=setting.valid_for,
        placebo=placebo,
        purpose=None,
        engine=setting.engine,
        on_level=findings.keep_level,
    )


_MEANINGS = {
    "norm": "which states hold the norm",
    "window": "(first day, day after the last); None: that of the record",
    "n_periods": "periods compared",
    "breaks": "their bounds; None: equal parts",
    "by": "columns to break links down by; None: substance, sex, age band",
    "valid_for": "how long a state holds",
    "unknown_consent": "'count' or 'leave_out' people whose answer is not recorded",
    "placebo": "an outcome that cannot spread, such as 'housing.status=settled'",
    "disclosure": "'ndtms', 'nhs' or a policy",
    "area": "only clients of this area; None: all",
    "provider": "only clients treated by this provider in the period; None: all",
}


def _settings_cell(asked: dict[str, str]) -> str:
    """The arguments as lines of Python that can be read and edited."""
    lines = [f"    {name}={source}," + (f"  # {_MEANINGS[name]}" if name in _MEANINGS else "") for name, source in asked.items()]
    return "\n".join(["settings = dict(", *lines, ")"])


def _norm_source(norm: Norm) -> str:
    holds = ", ".join(repr(state) for state in norm.scheme.states if state in norm.holds)
    scheme = ""
    if norm.scheme != RECOVERY_STATES:
        using = ", ".join(repr(state) for state in norm.scheme.states if state in norm.scheme.using)
        scheme = f", scheme=rn.StateScheme({norm.scheme.states!r}, using=frozenset([{using}]))"
    return f"rn.Norm({norm.name!r}, holds={{{holds}}}{scheme})"


def _instants_source(setting: EvaluationSetting, instants: Sequence[object] | None) -> str:
    if instants is None:
        return "None"
    return repr(tuple(as_instant(instant, setting.record.tz).isoformat() for instant in instants))


def _policy_source(policy: DisclosurePolicy) -> str:
    if policy in (DisclosurePolicy.named("ndtms"), DisclosurePolicy.named("nhs")):
        return repr(policy.name)
    return f"rn.{policy!r}"
