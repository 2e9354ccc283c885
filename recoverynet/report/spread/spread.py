"""Is the norm spreading? The report for researchers, and the section of an evaluation report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from recoverynet.arguments import list_of_names, whole_number
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.instants import as_window
from recoverynet.measures.behaviours import norm_values
from recoverynet.measures.subgroups import people_with_role
from recoverynet.models.spread.positions import position_names, with_positions
from recoverynet.models.spread.spread_panel import SpreadPanel, spread_panel
from recoverynet.models.spread.spread_terms import Placebo
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.report.disclosure.ledger import Book, open_book, scope_of
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.evaluation.closing import fingerprint, fingerprints
from recoverynet.report.manifest import make_manifest
from recoverynet.report.rendering import without_emphasis
from recoverynet.report.report import Report, remember_rerun
from recoverynet.report.rerun_settings import settings_cell
from recoverynet.report.save.ipynb import Rerun
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.spread.chance import chance_section, clustering_section, rates_section
from recoverynet.report.spread.closing import brief_section, limits_section, rerun_section, settings_in_words
from recoverynet.report.spread.declared import clients_reported_on
from recoverynet.report.spread.ladder import cannot_be_seen, ladder_section, null_figure, rungs_table, sensitivity_section
from recoverynet.report.spread.people import exposure_section, people_section
from recoverynet.report.spread.setting import SpreadSetting, verdict_sentences
from recoverynet.report.standing import standing
from recoverynet.report.whom import whom_in_words, whom_sentence
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.consent import Purpose, UnknownConsent
from recoverynet.tables.period import record_of_period
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.relational.on_engine import EngineName
from recoverynet.tables.relational.start import EngineSettings
from recoverynet.tables.reported_on import ReportedOn, reported_on
from recoverynet.tables.store import RecordStore

TITLE = "Is the norm spreading?"
N_PERMUTATIONS = 999
COUNTING = (people_section, exposure_section)
"""Sections that count people: what they publish is decided for both at once."""
FEW = (people_section, exposure_section, ladder_section)
BODY = (people_section, exposure_section, clustering_section, chance_section, rates_section, ladder_section, sensitivity_section)


def spread_report(
    source: RecoveryRecord | RecordStore | NetworkPanel,
    *,
    norm: Norm | str | None = None,
    placebo: Placebo | None = None,
    adjust: Sequence[str] | None = None,
    surroundings: Sequence[str] | None = None,
    positions: int = 0,
    window: tuple[object, object] | None = None,
    every: str | None = None,
    roles: Sequence[str] | None = None,
    valid_for: str = "90D",
    unknown_consent: UnknownConsent = "count",
    n_permutations: int = N_PERMUTATIONS,
    disclosure: str | DisclosurePolicy = "ndtms",
    title: str | None = None,
    subtitle: str | None = None,
    rng: RandomSource = 0,
    engine: EngineName | EngineSettings | None = None,
    area: str | None = None,
    provider: str | None = None,
    clients: Iterable[str] | None = None,
    ledger: str | Path | None = None,
) -> Report:
    """Does a norm spread through this network or do like people meet, and how sure can a researcher be?

    Parameters
    ----------
    source : RecoveryRecord, RecordStore or NetworkPanel
        The contacts of a store on Parquet stay in its files, and its engine adds them up. A record becomes
        a panel by :func:`recoverynet.models.spread.spread_panel.spread_panel`.
    norm : Norm, str or None
        For a record which states hold the norm, by default abstinent, in recovery, or stable on opioid
        substitution. For a panel the name of a behaviour of 1, 0 and NaN, by default the panel's norm.
    placebo : str or mapping, optional
        An outcome that cannot spread between people; without one the ladder ends at level 2. For a record as
        ``"housing.status=settled"``, ``"health.physical>=12"`` or ``"health.physical"`` (at or above its
        median); for a panel the name of a behaviour.
    adjust, surroundings : sequence of str, optional
        Covariates, as :func:`recoverynet.evidence_ladder` takes them. Default for a record: what is filled
        in, see ``spread_panel``; for a panel: none.
    positions : int
        Also adjust for so many coordinates of the first wave's network, for hidden traits that drew its ties; 3 are usual.
        Default 0, none. See :func:`recoverynet.with_positions`.
    window, every, roles, valid_for, unknown_consent
        How a record becomes a panel, as for ``spread_panel``. Not for panels. People of a record who did not agree to
        research are in no figure; those whose answer is not recorded are counted unless ``unknown_consent="leave_out"``.
    n_permutations : int
        Permutations of every test. Default 999.
    disclosure : str or DisclosurePolicy
        ``"ndtms"`` (default), ``"nhs"``, or a policy. Estimates of fewer people or events than its
        ``min_for_mean`` are hidden; their counts are shown to the nearest ten.
    title, subtitle : str, optional
        For the cover.
    rng : int, numpy.random.SeedSequence, numpy.random.Generator or None
        Seed of the permutations. Default 0, so that a report made again is the same.
    engine : {"duckdb", "spark"} or EngineSettings, optional
        Where the ties of a record are added up, wave by wave. The report is the same. Default: here. Not for panels.
    area, provider, clients : str, str, iterable of str, optional
        Only clients of an area, in treatment with a provider in the period, or on a list of ids; with them people of other
        roles in touch with them. Not for panels.
    ledger : str or pathlib.Path, optional
        File that remembers what was published from this record, as for :func:`recoverynet.evaluation_report`. Not for panels.

    Returns
    -------
    Report
        Sections ``in_brief``, ``people``, ``exposure``, ``clustering``, ``tests``, ``rates``, ``ladder``,
        ``sensitivity``, ``limits`` and ``settings``. Where nothing can be estimated, ``clustering`` to
        ``rates`` and ``sensitivity`` are left out and the others say why.

    Raises
    ------
    SchemaError
        An argument does not fit the source: no such area or provider, an empty list of clients, ``positions`` below 0.
    UnknownPersonError
        Somebody on the list of clients is not on the record.
    TimeOrderError
        The window does not end after it starts.
    NotEstimableError
        Nothing in the record is dated, hardly anybody's state is on record, nobody agreed to research, or positions are asked
        for and the first wave's network is too small for them.
    DisclosureError
        There is no such disclosure policy, or the ledger is that of another record.
    EngineError
        The engine cannot start, or went away.

    Notes
    -----
    No person is drawn, scored or predicted, and no text says that anything made anything happen. What each
    level of the ladder means, and how often it is reached where nothing spreads, stands in
    :func:`recoverynet.evidence_ladder` and in the sample ``calibration``.

    Examples
    --------
    >>> import recoverynet as rn
    >>> report = rn.spread_report(rn.load_sample("five_people"))
    >>> [section.name for section in report.sections]
    ['in_brief', 'people', 'exposure', 'ladder', 'limits', 'settings']
    """
    source = source.as_record() if isinstance(source, RecordStore) else source
    policy = DisclosurePolicy.resolve(disclosure)
    chosen: dict[str, object] = {"window": window, "every": every, "roles": roles, "valid_for": valid_for, "engine": engine}
    chosen["unknown_consent"] = unknown_consent
    chosen_of = _chosen(source, window, area, provider, clients)
    asked_of = chosen_of.record if chosen_of else source
    panel_and_name = _panel_of(asked_of, norm, adjust, surroundings, placebo, chosen, positions)
    clients_of = None if chosen_of is None else clients_reported_on(chosen_of.record, _window(source, window), unknown_consent)
    setting = SpreadSetting(*panel_and_name, policy, _seed(rng), n_permutations, clients_of)
    ways = {"norm": norm, "placebo": placebo, "adjust": adjust, "surroundings": surroundings, **chosen}
    ways |= {"positions": positions, "n_permutations": n_permutations, "rng": setting.seed}
    whom = {"area": area, "provider": provider}
    book = _book(source, chosen_of, ledger, policy, ways, whom)
    writer = ReportWriter(policy, earlier=book.earlier, scope=book.scope, corrected=book.corrected)
    writer.rehearse(lambda: [make(writer, setting) for make in COUNTING])
    body = [make(writer, setting) for make in track(FEW if setting.too_few else BODY, "Sections of the report")]
    settings = settings_in_words(setting, policy.in_words(), _of_the_record(chosen_of))
    report = Report(
        title=title or TITLE,
        subtitle=subtitle or _about(setting) + whom_sentence(chosen_of),
        sections=(brief_section(writer, setting), *body, limits_section(writer, setting), rerun_section(writer, settings)),
        period=setting.period,
        policy=policy,
        settings=settings,
        kind_in_words="Report on spread",
        unseen=(without_emphasis(cannot_be_seen(setting)),) * setting.too_few,
    )
    if not isinstance(source, RecoveryRecord) or chosen_of is None:
        return remember_publication(report, writer.publication)
    arguments = ways | {"title": title, "subtitle": subtitle} | whom
    told = {name: value for name, value in arguments.items() if name != "engine"} | {"disclosure": policy}
    told |= {"ledger": ledger is not None}
    report = replace(report, manifest=make_manifest("spread", fingerprints(source), told, listed=clients is not None))
    remember_publication(report, writer.publication)
    book.remember(report.title, writer.publication)
    kept = source if clients is None else chosen_of.record
    return remember_rerun(report, Rerun(kept, settings_cell(source, policy, arguments), "spread"))


def _book(
    source: RecoveryRecord | NetworkPanel,
    chosen: ReportedOn | None,
    ledger: str | Path | None,
    policy: DisclosurePolicy,
    ways: dict[str, object],
    whom: dict[str, str | None],
) -> Book:
    """The place of the report in the ledger of its record."""
    named: dict[str, Any] = {"kind": "spread", "policy": policy.in_ledger}
    named["settings"] = {name: each for name, each in ways.items() if name not in ("window", "engine")}
    if not isinstance(source, RecoveryRecord) or chosen is None:
        if ledger is not None:
            raise SchemaError("A disclosure ledger is that of a record, and this report is made from a panel: leave it out.")
        return open_book(None, (), scope=frozenset(), **named)
    window = _window(source, ways["window"])
    listed = people_with_role(chosen.record, ("client",)) if chosen.listed else None
    scope = scope_of(window, clients=listed, **whom)
    named["inputs"] = partial(fingerprints, record_of_period(chosen.record, window))
    return open_book(ledger, people_with_role(source, ("client",)), scope=scope, **named)


def _window(source: RecoveryRecord | NetworkPanel, asked: Any) -> Window | None:
    """The period asked for, or that of the record; None for a panel."""
    if not isinstance(source, RecoveryRecord):
        return None
    return source.window if asked is None else as_window(asked, source.tz)


def _of_the_record(chosen: ReportedOn | None) -> dict[str, str]:
    """What is told of the record itself, and of whom it is about."""
    return {} if chosen is None else {"Fingerprint of the record": fingerprint(chosen.record)} | whom_in_words(chosen)


def _about(setting: SpreadSetting) -> str:
    return f"What contact records can and cannot say about whether {setting.norm} passes between people."


def _chosen(
    source: RecoveryRecord | NetworkPanel,
    window: tuple[object, object] | None,
    area: str | None,
    provider: str | None,
    clients: Iterable[str] | None,
) -> ReportedOn | None:
    """The record of those the report is about; None for a panel, which has no clients to choose from."""
    if isinstance(source, RecoveryRecord):
        return reported_on(source, window=window, area=area, provider=provider, clients=clients)
    if (area, provider, clients) != (None, None, None):
        raise SchemaError("area, provider and clients choose among the clients of a record; this is a panel already.")
    return None


UNSEEN = "This cannot be looked at: nothing in the record is dated, or hardly anybody's state is on record."


def spread_section(
    report: ReportWriter,
    record: RecoveryRecord,
    *,
    norm: Norm = RECOVERY_NORM,
    window: tuple[object, object] | None = None,
    placebo: Placebo | None = None,
    adjust: Sequence[str] | None = None,
    surroundings: Sequence[str] | None = None,
    valid_for: str = "90D",
    purpose: Purpose | None = "evaluation",
    n_permutations: int = N_PERMUTATIONS,
    rng: RandomSource = 0,
    engine: EngineName | EngineSettings | None = None,
    on_level: Callable[[int], object] | None = None,
) -> Section:
    """Do people gain the norm next to people who hold it: the verdict, one figure and the caveat, in plain
    words.

    Parameters
    ----------
    report : ReportWriter
        Of the report the section is for.
    record : RecoveryRecord
    norm, window, placebo, adjust, surroundings, valid_for, n_permutations, rng, engine
        As for :func:`spread_report`.
    purpose : {"evaluation", "research", "care"} or None
        Whose agreement is asked for; None where that was seen to before.
    on_level : callable, optional
        Is told the level of evidence that was reached, for a summary; not called where none was asked for.

    Returns
    -------
    Section
        ``spread``. A record that cannot feed it gives a plain sentence instead of an error.

    Raises
    ------
    SchemaError
        An argument does not fit the record.
    """
    section = report.section(
        "spread", "Is the norm spreading?", "Do people gain the norm next to people who hold it, and can the records say why?"
    )
    try:
        waves = spread_panel(
            record,
            norm=norm,
            window=window,
            placebo=placebo,
            adjust=adjust,
            surroundings=surroundings,
            valid_for=valid_for,
            purpose=purpose,
            engine=engine,
        )
    except NotEstimableError:
        section.note(UNSEEN + _placebo_unused(placebo), "caution")
        return section.finish()
    setting = SpreadSetting(waves, norm.name, report.policy, _seed(rng), n_permutations)
    if setting.too_few:
        section.note(cannot_be_seen(setting) + _placebo_unused(placebo), "caution")
        return section.finish()
    if on_level is not None:
        on_level(setting.ladder.level)
    section.say(
        f"Looked at are people seen at two {setting.wave}s in a row who did not hold {setting.norm} at the "
        "first: did those gain it more often whose contacts held it?",
        *verdict_sentences(setting),
    )
    null_figure(section, setting)
    rungs_table(section, setting)
    section.note(standing("spread_caveat"))
    return section.finish()


def _placebo_unused(placebo: Placebo | None) -> str:
    """That the placebo asked for has no use, where there is one."""
    return "" if placebo is None else f" The placebo that was named ({placebo}) was therefore not used."


def _panel_of(
    source: RecoveryRecord | NetworkPanel,
    norm: Norm | str | None,
    adjust: Sequence[str] | None,
    surroundings: Sequence[str] | None,
    placebo: Placebo | None,
    chosen: dict[str, object],
    positions: int,
) -> tuple[SpreadPanel, str]:
    """The panel with how it is asked, and the name of the behaviour."""
    if isinstance(source, RecoveryRecord):
        if isinstance(norm, str):
            raise SchemaError(f"For a record norm must be a Norm, such as Norm('recovery', holds={{'abstinent'}}); got {norm!r}.")
        asked = RECOVERY_NORM if norm is None else norm
        waves = spread_panel(
            source,
            norm=asked,
            adjust=adjust,
            surroundings=surroundings,
            placebo=placebo,
            positions=positions,
            **chosen,  # type: ignore[arg-type]
        )
        return waves, asked.name
    if not isinstance(source, NetworkPanel):
        raise SchemaError(f"A report on spread is made from a RecoveryRecord or a NetworkPanel; got {type(source).__name__}.")
    given = [name for name, value in chosen.items() if value not in (None, "90D", "count")]
    if given:
        raise SchemaError(f"{', '.join(given)} turn a record into a panel; this is a panel already.")
    if placebo is not None and not isinstance(placebo, str):
        raise SchemaError(f"For a panel the placebo is the name of a behaviour; got {placebo!r}.")
    name, _ = norm_values(source, norm)
    terms = list_of_names(() if adjust is None else adjust, "adjust")
    shared = list_of_names(() if surroundings is None else surroundings, "surroundings", apart_from=terms, other="adjust")
    if whole_number(positions, "positions", 0):
        source, terms = with_positions(source, positions), (*terms, *position_names(positions))
    return SpreadPanel(source, terms, shared, placebo, "wave", notes=source.notes), name


def _seed(rng: RandomSource) -> int:
    """The seed as one number, to be told and used again."""
    is_number = isinstance(rng, int) and not isinstance(rng, bool)
    return int(rng) if is_number else int(resolve_rng(rng).integers(2**31))  # type: ignore[arg-type]
