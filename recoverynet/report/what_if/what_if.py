"""What would one more introduction a week do, and how sure are we? The report on a plan."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.measures.subgroups import people_with_role
from recoverynet.models.interventions.community import MONTH_DAYS
from recoverynet.models.interventions.comparison import compare_interventions
from recoverynet.models.interventions.fitted import FittedRates
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.models.interventions.rates import DeclaredRates
from recoverynet.models.interventions.robustness import tipping_points
from recoverynet.models.interventions.source import spread_source
from recoverynet.models.ladder.ladder import evidence_ladder
from recoverynet.models.ladder.verdict import EvidenceLadder
from recoverynet.models.spread.hazard import fit_hazard
from recoverynet.models.spread.sisa import fit_sisa
from recoverynet.models.spread.spread_panel import spread_panel
from recoverynet.report import wording
from recoverynet.report.disclosure.audit import appendix
from recoverynet.report.disclosure.ledger import open_book, scope_of
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.published import remember_publication
from recoverynet.report.evaluation.closing import fingerprint, fingerprints
from recoverynet.report.manifest import make_manifest
from recoverynet.report.report import Report
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.standing import standing
from recoverynet.report.what_if.findings import courses_section, rules_section, tipping_section, who_section
from recoverynet.report.what_if.meetings import meetings_section
from recoverynet.report.what_if.opening import brief_section, plan_section
from recoverynet.report.what_if.setting import WhatIf, require_nobody_told_of, with_rare_levels_pooled
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.record import RecoveryRecord, require_record

RUNS_OF_TIPPING = 60
N_PERMUTATIONS = 199


def what_if_report(
    record: RecoveryRecord,
    plan: InterventionPlan,
    *,
    norm: Norm = RECOVERY_NORM,
    disclosure: str | DisclosurePolicy = "ndtms",
    title: str | None = None,
    ledger: str | Path | None = None,
    workers: int | None = None,
    quiet: bool | None = None,
) -> Report:
    """What would a plan do, at what cost, for whom, and how far can the answer be trusted?

    Parameters
    ----------
    record : RecoveryRecord
        Who did not agree to evaluation is in no figure.
    plan : InterventionPlan
        What :func:`recoverynet.read_plan` reads.
    norm : Norm
        Which states hold the norm.
    disclosure : str or DisclosurePolicy
        ``"ndtms"`` (default), ``"nhs"``, or a policy.
    title : str, optional
        For the cover. Default: the plan's.
    ledger : str or pathlib.Path, optional
        File that remembers what was published from this record, as for :func:`recoverynet.evaluation_report`.
    workers, quiet
        As for :func:`recoverynet.simulate_spread`.

    Returns
    -------
    Report
        Sections ``in_brief``, ``plan``, ``courses``, ``rules``, ``who``, ``tipping``, ``meetings``, ``limits`` and ``settings``;
        with too few clients ``in_brief``, ``limits`` and ``settings``. Saved as .html, .pdf, .docx or .xlsx.

    Raises
    ------
    SchemaError
        The plan does not fit the record: see :func:`recoverynet.simulate_spread`.
    UnknownPersonError
        The plan names somebody who is not on the record.
    NotEstimableError
        No client's state is known, or the record cannot say how proposals are followed and the plan does not.
    DisclosureError
        There is no such policy, the ledger is that of another record, or the plan is about so few clients that a shared
        report would tell of them.

    Notes
    -----
    Where the plan names a placebo the evidence ladder is asked; below level 3, or unasked, every table and figure calls what
    passes between people a supposition. No person is named or listed.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.models.interventions.plan import InterventionPlan
    >>> plan = InterventionPlan((rn.Introduction(per_month=4.35),), rn.DeclaredRates(), rules=("random",), horizon=3, runs=20)
    >>> report = rn.what_if_report(rn.load_sample("riverside"), plan, quiet=True)
    >>> report["courses"].title
    'How it would go'
    """
    require_record(record, "what_if_report()")
    if not isinstance(plan, InterventionPlan):
        raise SchemaError(f"A what-if report is made of a plan that read_plan() reads; got {type(plan).__name__}.")
    policy = DisclosurePolicy.resolve(disclosure)
    ladder = None if plan.placebo is None else _ladder(record, plan.placebo, norm, plan.seed)
    source = spread_source(record, _rates(record, plan, norm), norm=norm, ladder=ladder, reach=plan.reach)
    source = with_rare_levels_pooled(source, policy.smallest_shown)
    require_nobody_told_of(plan, source, policy)
    shared = {"rules": plan.rules, "horizon": plan.horizon, "turnover": plan.turnover, "workers": workers, "quiet": quiet}
    found = compare_interventions(source, plan.interventions, n_runs=plan.runs, rng=plan.seed, **shared)  # type: ignore[arg-type]
    runs = min(plan.runs, RUNS_OF_TIPPING)
    tipping = tipping_points(source, plan.interventions, vary=plan.vary, n_runs=runs, rng=plan.seed, **shared)  # type: ignore[arg-type]
    what_if = WhatIf(plan, source, found, tipping, policy, record.period_in_words())
    named: dict[str, Any] = {"kind": "what-if", "settings": (plan_fingerprint(plan), norm), "policy": policy.in_ledger}
    named["inputs"] = partial(fingerprints, record)
    book = open_book(ledger, people_with_role(record, ("client",)), scope=scope_of(record.window), **named)
    writer = ReportWriter(policy, earlier=book.earlier, scope=book.scope, corrected=book.corrected)
    makers = () if what_if.too_few else (plan_section, courses_section, rules_section, who_section, tipping_section)
    counting = (plan_section, *((_meetings(record),) if len(record.groups) else ())) if makers else ()
    writer.rehearse(lambda: [make(writer, what_if) for make in counting])
    found_of_it = [make(writer, what_if) for make in (*makers, *counting[1:])]
    sections = (brief_section(writer, what_if), *found_of_it, _limits(writer, ladder))
    settings = _settings(what_if, record)
    told = {"norm": norm, "disclosure": policy, "title": title, "ledger": ledger is not None}
    report = Report(
        title=title or plan.title,
        subtitle=f"What would follow over {plan.horizon} months, under which assumptions, and how sure that is.",
        sections=(*sections, _again(writer, settings)),
        period=record.period_in_words(),
        policy=policy,
        settings=settings,
        kind_in_words="What if",
        manifest=make_manifest("what_if", fingerprints(record) | {"plan": plan_fingerprint(plan)}, told, listed=False),
    )
    book.remember(report.title, writer.publication)
    return remember_publication(report, writer.publication)


def _meetings(record: RecoveryRecord) -> Callable[[ReportWriter, WhatIf], Section]:
    """The section on meetings, which looks at the record itself."""

    def make(writer: ReportWriter, what_if: WhatIf) -> Section:
        return meetings_section(writer, record, what_if.period, what_if.policy.smallest_shown, what_if.n)

    return make


def _rates(record: RecoveryRecord, plan: InterventionPlan, norm: Norm) -> DeclaredRates | FittedRates:
    """The plan's rates, or those of the model it asks for, fitted to the record."""
    if plan.model is None:
        return plan.rates
    said = plan.rates
    waves = spread_panel(record, norm=norm, purpose="evaluation")
    others: dict[str, Any] = {"attending": said.attending, "leaving": said.leaving, "ties_ending": said.ties_ending}
    spans = (waves.panel.waves["end"] - waves.panel.waves["start"]).dt.days
    months = float(spans.median()) / MONTH_DAYS
    if plan.model == "sisa":
        return FittedRates(fit_sisa(waves.panel), wave_months=months, **others)
    gain, loss = (fit_hazard(waves.panel, transition=way, adjust=waves.adjust) for way in ("gain", "loss"))
    return FittedRates(gain, wave_months=months, loss=loss, **others)


def plan_fingerprint(plan: InterventionPlan) -> str:
    """A short text that changes if anything in a plan does; the plan itself may name people and stays out of the report."""
    return hashlib.sha256(repr(plan).encode("utf-8")).hexdigest()[:16]


def _ladder(record: RecoveryRecord, placebo: str, norm: Norm, seed: int) -> EvidenceLadder | None:
    """What the evidence ladder says of the record; None where it cannot be asked."""
    try:
        waves = spread_panel(record, norm=norm, placebo=placebo, purpose="evaluation")
    except NotEstimableError:
        return None
    return evidence_ladder(
        waves.panel,
        adjust=waves.adjust,
        surroundings=waves.surroundings,
        placebo=waves.placebo,
        n_permutations=N_PERMUTATIONS,
        rng=seed,
    )


def _limits(report: ReportWriter, ladder: EvidenceLadder | None) -> Section:
    """What nobody should conclude."""
    section = report.section("limits", "What this cannot say", "What should nobody conclude from this report?")
    asked = "The evidence ladder was not asked (the plan names no placebo)."
    section.points(
        [
            f"**Whether the norm spreads.** "
            f"{asked if ladder is None else f'The evidence ladder reached level {ladder.level} of 4.'} "
            "Below level 3 what passes between people is supposed; the row for 0 in the table of tipping points leaves it out.",
            standing("what_if_works"),
            standing("what_if_person"),
            standing("what_if_unrecorded"),
            standing("what_if_precision"),
        ]
    )
    return section.finish()


def _settings(what_if: WhatIf, record: RecoveryRecord) -> dict[str, str]:
    plan, rates = what_if.plan, what_if.source.rates
    fitted = f"{rates.in_words()}, drawn from its covariance" if isinstance(rates, FittedRates) else ""
    return {
        "Starting point": what_if.source.standing.source_in_words,
        "People who did not agree to evaluation": "left out",
        "Horizon": f"{plan.horizon} months",
        "Runs": f"{plan.runs:,}, seed {plan.seed}; {min(plan.runs, RUNS_OF_TIPPING)} a value for tipping points",
        "Rates": fitted or "declared, or the record's own",
        "Within reach": _reach_in_words(plan),
        "Network": "turns over" if plan.turnover else "stays as it stands",
        "Fingerprint of the record": fingerprint(record),
        "Small numbers": what_if.policy.in_words(),
        "Made with": f"recoverynet {version('recoverynet')}, Python {platform.python_version()}, pandas {pd.__version__}, "
        f"numpy {np.__version__}",
    }


def _reach_in_words(plan: InterventionPlan) -> str:
    reach = plan.reach
    said = [f"at most {reach.max_km:g} km away or in the own area"] if reach.max_km is not None else []
    said += [f"says of itself: {', '.join(reach.access)}"] if reach.access else []
    said += [f"on {wording.listed([str(day).capitalize() for day in reach.days])}"] if reach.days else []
    said += [] if reach.online is None else ["online" if reach.online else "in a place"]
    return "; ".join(said) or "every group that suits"


def _again(report: ReportWriter, settings: dict[str, str]) -> Section:
    section = report.section("settings", "How to make this report again")
    section.say(standing("what_if_again"))
    section.facts("Settings", list(settings.items()))
    section.say(*appendix(report.publication))
    return section.finish()
