"""The evaluation report: who is linked to recovery communities, what changed, and what cannot be known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from recoverynet.atomic import write_text
from recoverynet.errors import SchemaError
from recoverynet.instants import as_instant
from recoverynet.models.spread.spread_terms import Placebo
from recoverynet.progress import track
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.evaluation.change import change_section
from recoverynet.report.evaluation.closing import brief_section, limits_section, rerun_section, settings_in_words
from recoverynet.report.evaluation.links import links_section
from recoverynet.report.evaluation.network import network_section
from recoverynet.report.evaluation.observed import Findings, observed_section
from recoverynet.report.evaluation.outcomes import outcomes_section
from recoverynet.report.evaluation.setting import Setting, make_setting
from recoverynet.report.report import Report, remember_rerun
from recoverynet.report.save.ipynb import Rerun, notebook_template
from recoverynet.report.sections import ReportWriter, Section
from recoverynet.report.spread.spread import spread_section
from recoverynet.states import RECOVERY_NORM, RECOVERY_STATES, Norm
from recoverynet.tables.record import RecoveryRecord

TEMPLATE = "evaluation.ipynb"
TITLE = "Links to recovery communities"


def evaluation_report(
    record: RecoveryRecord,
    *,
    norm: Norm = RECOVERY_NORM,
    n_periods: int = 2,
    breaks: Sequence[object] | None = None,
    window: tuple[object, object] | None = None,
    by: Sequence[str] | None = None,
    valid_for: str = "90D",
    placebo: Placebo | None = None,
    disclosure: str | DisclosurePolicy = "ndtms",
    title: str | None = None,
    subtitle: str | None = None,
) -> Report:
    """Who is linked to recovery communities, before, during and after treatment, and what changed?

    Parameters
    ----------
    record : RecoveryRecord
        Any record with at least one client; sections that the record cannot feed say so.
    norm : Norm
        Which states hold the norm. Default: abstinent, in recovery, or stable on opioid substitution.
    n_periods : int
        Number of periods compared, 1 or more; the window is cut into equal parts. Default 2: before and
        after.
    breaks : sequence of instants, optional
        The periods compared, one bound more than there are periods; overrides ``n_periods``.
    window : (start, end), optional
        Half-open period reported on. Default: that of the record.
    by : str or sequence of str, optional
        Columns of people (or of episodes, read from the latest) by which links are broken down. Default:
        substance, sex and age band where they are filled in; ``()`` for none.
    valid_for : str
        How long an observation of a state holds, such as ``"90D"``, a quarter.
    placebo : str or mapping, optional
        An outcome that cannot spread between people, such as ``"housing.status=settled"``, for the section on
        spread; see :func:`recoverynet.spread_report`. Without one that section ends at level 2 of 4.
    disclosure : str or DisclosurePolicy
        ``"ndtms"`` (default; counts of 1 to 4 become ``*``), ``"nhs"`` (1 to 7, other counts rounded to 5),
        or a policy.
    title, subtitle : str, optional
        For the cover.

    Returns
    -------
    Report
        Sections ``in_brief``, ``observed``, ``network``, ``links``, ``change``, ``spread``, ``outcomes``,
        ``limits`` and ``settings``. Shows itself in a notebook; ``report.save("x.html")``, ``.ipynb``,
        ``.xlsx``; ``report.save_tables(folder)``.

    Raises
    ------
    SchemaError
        Nobody is a client, or an argument does not fit the record.
    TimeOrderError
        The window or a period does not end after it starts.
    DisclosureError
        There is no such disclosure policy.

    Notes
    -----
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
    policy = DisclosurePolicy.resolve(disclosure)
    setting = make_setting(record, norm=norm, window=window, n_periods=n_periods, breaks=breaks, by=by, valid_for=valid_for)
    writer, findings = ReportWriter(policy), Findings()
    spread = partial(_spread, placebo=placebo)
    makers = (observed_section, network_section, links_section, change_section, spread, outcomes_section)
    body = [make(writer, setting, findings) for make in track(makers, "Sections of the report")]
    settings = settings_in_words(setting, policy.in_words())
    report = Report(
        title=title or TITLE,
        subtitle=subtitle
        or "An evaluation of contact records: who is linked to mutual aid and other recovery communities, and what changed.",
        sections=(
            brief_section(writer, setting, findings),
            *body,
            limits_section(writer, setting, findings),
            rerun_section(writer, setting, findings, settings),
        ),
        period=setting.period,
        policy=policy,
        settings=settings,
        kind_in_words="Evaluation report",
    )
    asked = {
        "title": repr(title),
        "subtitle": repr(subtitle),
        "norm": _norm_source(norm),
        "window": _instants_source(setting, window),
        "n_periods": repr(n_periods),
        "breaks": _instants_source(setting, breaks),
        "by": repr(by),
        "valid_for": repr(valid_for),
        "placebo": repr(placebo),
        "disclosure": _policy_source(policy),
    }
    return remember_rerun(report, Rerun(record, _settings_cell(asked), TEMPLATE))


def _spread(writer: ReportWriter, setting: Setting, _: Findings, *, placebo: Placebo | None) -> Section:
    window = setting.window if setting.window_given else None
    return spread_section(writer, setting.record, norm=setting.norm, window=window, valid_for=setting.valid_for, placebo=placebo)


def evaluation_notebook_template(path: str | Path) -> Path:
    """Copy the notebook template of the evaluation report to a file of your own, to edit.

    Parameters
    ----------
    path : str or pathlib.Path
        File to write; it must not exist yet.

    Returns
    -------
    pathlib.Path
        The file. Pass it as ``report.save("x.ipynb", template=path)``.

    Raises
    ------
    SchemaError
        The file is there already.
    NotWrittenError
    """
    path = Path(path)
    if path.exists():
        raise SchemaError(f"{path} is there already, and is not replaced unasked. Choose another name.")
    write_text(path, notebook_template(TEMPLATE))
    return path


_MEANINGS = {
    "norm": "which states hold the norm",
    "window": "(first day, day after the last); None: that of the record",
    "n_periods": "periods compared",
    "breaks": "their bounds; None: equal parts",
    "by": "columns to break links down by; None: substance, sex, age band",
    "valid_for": "how long a state holds",
    "placebo": "an outcome that cannot spread, such as 'housing.status=settled'",
    "disclosure": "'ndtms', 'nhs' or a policy",
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


def _instants_source(setting: Setting, instants: Sequence[object] | None) -> str:
    if instants is None:
        return "None"
    return repr(tuple(as_instant(instant, setting.record.tz).isoformat() for instant in instants))


def _policy_source(policy: DisclosurePolicy) -> str:
    if policy in (DisclosurePolicy.named("ndtms"), DisclosurePolicy.named("nhs")):
        return repr(policy.name)
    return f"rn.{policy!r}"
