"""Agencies as nodes: which services refer clients to which kinds of agency, and whether a sector keeps to itself."""

from __future__ import annotations

import pandas as pd

from recoverynet.measures.agencies import TREATMENT, AgencyNetwork, agency_network
from recoverynet.measures.introduction_outcomes import introduction_courses
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.introductions import PROPOSALS, kind_facts
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import FEWEST_BROKEN_DOWN, FEWEST_IN_WORDS, EvaluationSetting
from recoverynet.report.sections import SectionWriter

REFERRALS = Counted("referrals between services")
WORDS = {"population": "Referrals of a client from one service to another", "denominator": "all such referrals"}


def agencies_told(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Referrals between services, by the service they come from and the sector they go to; nothing where none is on record."""
    record = setting.linked
    theirs = record.keeping(episodes=record.episodes[record.episodes["person_id"].isin(setting.clients)])
    network = agency_network(theirs, window=setting.window)
    ties = network.referrals
    if ties.empty:
        return
    section.heading("Between services")
    if ties["n_clients"].sum() < FEWEST_BROKEN_DOWN:
        section.say(f"Fewer than {FEWEST_IN_WORDS} referrals between services are on record: too few to tell them apart.")
        return
    _by_service(section, setting, network)
    _by_sector(section, setting, network, findings)


def _by_service(section: SectionWriter, setting: EvaluationSetting, network: AgencyNetwork) -> None:
    ties = network.referrals
    alone = network.agencies.index[network.agencies["sector"] == TREATMENT]
    senders = ties.groupby("from_agency")["n_clients"].sum()
    senders = senders.reindex(sorted({*senders.index, *alone[~alone.isin(setting.record.groups["group_id"])]}), fill_value=0)
    named = network.agencies["name"].fillna("")
    sent = senders.groupby(lambda one: named[one] or wording.label(one)).sum()
    section.table(
        setting.count_table(
            sent.rename_axis(None),
            title="Referrals between services, by the service they come from",
            row_header="From",
            who=Who(REFERRALS, {str(row): (f"from: {row}",) for row in sent.index}),
            note="A referral: one client offered, told about or introduced to one group while in treatment with a service, or "
            "going on from one treatment service to another within three weeks. A service without referrals on record may refer "
            "all the same.",
            **WORDS,
        )
    )


def _by_sector(section: SectionWriter, setting: EvaluationSetting, network: AgencyNetwork, findings: Findings) -> None:
    ties = network.referrals
    gone = ties.groupby("to_sector")["n_clients"].sum()
    gone = gone.reindex(sorted({*gone.index, TREATMENT}), fill_value=0).rename(index=wording.label)
    shown = findings["referrals"] = section.disclose(
        setting.count_table(
            gone.rename_axis(None),
            title="Referrals between services, by the sector they go to",
            row_header="To",
            who=_who(setting, gone),
            **WORDS,
        )
    )
    if ties["from_sector"].eq(TREATMENT).all():
        section.say(
            f"**Within the sector or beyond it:** {shown.words(wording.label(TREATMENT), noun='referrals')} stayed within "
            "treatment services; all others went beyond them. Groups write down no referrals of their own here, so how they refer "
            "is not seen."
        )
    section.show(shown)


def _who(setting: EvaluationSetting, gone: pd.Series) -> Who:
    """Referrals to groups of a kind are those of its proposals that come from a known service."""
    courses = setting.once(introduction_courses, setting.record)
    made = courses.loc[courses["client_id"].isin(setting.clients), "kind"].map(wording.label).value_counts()
    facts: dict[str, tuple[str, ...]] = {str(sector): (f"to: {sector}",) for sector in gone.index}
    sums = []
    for sector in sorted(set(facts) & set(made.index) - {wording.label(TREATMENT)}):
        n, n_made, proposed = int(gone[sector]), int(made[sector]), PROPOSALS.who(*kind_facts(sector))
        if n_made >= n:
            parts = (REFERRALS.who(*facts[sector]), n), (proposed.who("from no known service"), n_made - n)
            sums.append(((proposed, n_made), parts))
    return Who(REFERRALS, facts, sums=tuple(sums))
