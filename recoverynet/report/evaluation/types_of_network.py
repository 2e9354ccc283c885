"""Types of network by what most of a client's people are, and moves between them."""

from __future__ import annotations

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.measures.composition import composition
from recoverynet.measures.network_types import AWAY, network_type_moves, network_types
from recoverynet.report.disclosure.counted import Bound, Counted
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.network import ANYBODY, NO_TIE, NOT_WORKERS
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, FEWEST_BROKEN_DOWN, FEWEST_IN_WORDS, EvaluationSetting
from recoverynet.report.sections import SectionWriter

RECOVERY, OTHERS, NOBODY_KNOWN = "Mostly in recovery", "Mixed or mostly using", "Nobody of known state"
SPOKEN = {
    "recovery": RECOVERY,
    "mixed": OTHERS,
    "using": OTHERS,
    "empty": NOBODY_KNOWN,
    "services_only": NOBODY_KNOWN,
    "not_known": NOBODY_KNOWN,
}
"""Types put together, so that fewer figures are about few people."""
HOLDING, NOT_HOLDING = ("Hold the norm",), ("Other known", "Using")
TIES = Counted("ties of clients")


def ties_in(period: str) -> Counted:
    """Ties of clients in a period, as the tables of the report name them."""
    return TIES.who(f"in {period}")


def ties_counted(period: str, kind: str) -> Counted:
    """Those of them to people of one state."""
    return ties_in(period).who(f"to: {kind}")


def network_types_told(
    section: SectionWriter, setting: EvaluationSetting, waves: NetworkPanel, findings: Findings, *, of: Counted
) -> None:
    """Clients there in every period, by the type of their network in the first and in the last; ``of`` is what they are called."""
    found = network_types(composition(waves, norm=setting.norm))
    found = found[found.index.get_level_values("person_id").isin(setting.clients)]
    ends = [int(waves.waves.index[0]), int(waves.waves.index[-1])]
    kept = found["type"].ne(AWAY).groupby("person_id").all()
    chosen = found[found.index.get_level_values("person_id").isin(kept.index[kept])]
    chosen = chosen[chosen.index.get_level_values("wave").isin(ends)]
    if int(kept.sum()) < FEWEST_BROKEN_DOWN:
        section.say(
            f"Fewer than {FEWEST_IN_WORDS} clients were under observation in every period: too few to tell types of network apart."
        )
        return
    moves = network_type_moves(chosen).query("before != @AWAY and now != @AWAY")
    table = moves.assign(before=moves["before"].map(SPOKEN), now=moves["now"].map(SPOKEN))
    order = [RECOVERY, OTHERS, NOBODY_KNOWN]
    counts = table.pivot_table(index="before", columns="now", values="n", aggfunc="sum").reindex(index=order, columns=order)
    first, last = (setting.periods[place][0] for place in (0, -1))
    findings["network_types"] = section.table(
        setting.count_table(
            counts.fillna(0).astype("int64").rename_axis(index=None, columns=None),
            title="Types of network, the same clients first and last",
            denominator="clients with the same type of network in the first period",
            population="Clients under observation in every period",
            row_header=f"In {first}",
            columns="parts",
            share_of="row",
            who=_who(of, first, last),
            note=f"Rows: {first}. Columns: {last}. Mostly: more than half of those of known state around a client, workers "
            "included. A type says what is known of the people around somebody and nothing about that person; a network with "
            "nobody of known state may be one nobody asked about.",
        )
    )


def _who(of: Counted, first: str, last: str) -> Who:
    """Whoever has no tie has nobody of known state around them, and behind every other type stands a tie that makes it."""
    kinds = (RECOVERY, OTHERS, NOBODY_KNOWN)
    facts = {period: {kind: (f"network in {period}: {kind}",) for kind in kinds} for period in (first, last)}
    alone = of.who(*facts[first][NOBODY_KNOWN], *facts[last][NOBODY_KNOWN])
    untied = [CLIENTS.who(*NO_TIE[kind]) for kind in (ANYBODY, NOT_WORKERS)]
    bounds = [Bound.at_most([each, of], [CLIENTS, alone]) for each in untied]
    for period, told in facts.items():
        for kind, parts in {RECOVERY: HOLDING, OTHERS: NOT_HOLDING}.items():
            bounds.append(Bound.at_most([of.who(*told[kind])], [ties_counted(period, part) for part in parts]))
    return Who(of, facts[first], facts[last], bounds=tuple(bounds))
