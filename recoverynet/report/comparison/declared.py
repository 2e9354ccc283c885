"""Who is counted in the figures of a comparison, in names its tables share, so that they are hidden together."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recoverynet.report.comparison.figures import CONTACT, GROUP, NO, PERSON, YES, MainFigure
from recoverynet.report.comparison.setting import JOINED, LEFT, SAME, YearComparison
from recoverynet.report.disclosure.counted import Counted, Union, label_facts, of_column
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting

BEFORE = Counted("clients a year before")
HERE_BEFORE, HERE_NOW = "here a year before", "here now"


def clients_of(comparison: YearComparison, setting: EvaluationSetting) -> Counted:
    """The clients of a period."""
    return CLIENTS if setting is comparison.now else BEFORE


def asked_of(figure: MainFigure, of: Counted) -> Counted:
    """Those of them a figure can be asked of."""
    return of if figure.why_not is None else of.who(f"asked {figure.name}")


def answer_facts(figure: MainFigure) -> dict[str, tuple[str, ...]]:
    """What is true of those who do, and of those who do not: going to a group is contact."""
    wider = (f"yes {CONTACT}",) if figure.name in (GROUP, PERSON) else ()
    return {YES: (*wider, f"yes {figure.name}"), NO: (f"no {figure.name}",)}


def who_by_standing(comparison: YearComparison, setting: EvaluationSetting, figure: MainFigure) -> Who:
    """The same people are as many in one period as in the other; contact is through a group or a person."""
    of = asked_of(figure, clients_of(comparison, setting))
    there = HERE_BEFORE if setting is comparison.now else HERE_NOW
    alone = JOINED if setting is comparison.now else LEFT
    unions: tuple[Union, ...] = ()
    if figure.name == CONTACT:
        parts = tuple(of.who(f"yes {CONTACT}", f"yes {name}") for name in (GROUP, PERSON))
        unions = ((of.who(f"yes {CONTACT}"), parts),)
    return Who(of, rows={SAME: (there,), alone: (f"not {there}",)}, columns=answer_facts(figure), unions=unions)


def who_overlaps(comparison: YearComparison, labels: tuple[str, str]) -> Who:
    """Those of one period who are in the other: one number, told of both."""
    before, now = labels
    same = len(comparison.same)
    return Who(
        CLIENTS,
        rows={before: (HERE_NOW,), now: (HERE_BEFORE,)},
        rows_of={before: BEFORE, now: CLIENTS},
        sums=(((CLIENTS.who(HERE_BEFORE), same), ((BEFORE.who(HERE_NOW), same),)),),
    )


def who_in_pairs(counts: pd.DataFrame, figures: Iterable[MainFigure], names: tuple[str, str, str, str]) -> Who:
    """The same people twice: each answer of a period is the sum of two cells, where everybody is asked both times."""
    both, only_now, only_before, neither = names
    cells, rows_of, sums = {}, {}, []
    for figure in figures:
        if figure.label not in counts.index:
            continue
        yes, no = answer_facts(figure)[YES], answer_facts(figure)[NO]
        of = asked_of(figure, CLIENTS).who(HERE_BEFORE)
        rows_of[figure.label] = of if figure.why_not is None else of.who(f"asked {figure.name} a year before")
        for name, now, then in ((both, yes, "yes"), (only_now, yes, "no"), (only_before, no, "yes"), (neither, no, "no")):
            cells[figure.label, name] = (*now, f"{then} {figure.name} a year before")
        if figure.why_not is None:
            n = {name: int(counts[name][figure.label]) for name in names}
            cell = {name: rows_of[figure.label].who(*cells[figure.label, name]) for name in names}
            for whole, parts in (
                (CLIENTS.who(HERE_BEFORE, *yes), (both, only_now)),
                (BEFORE.who(HERE_NOW, *yes), (both, only_before)),
            ):
                sums.append(((whole, sum(n[part] for part in parts)), tuple((cell[part], n[part]) for part in parts)))
    return Who(CLIENTS.who(HERE_BEFORE), rows_of=rows_of, cells=cells, sums=tuple(sums))


def attribute(column: str, labels: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """What is true of the clients with each label of a column."""
    return label_facts(of_column(column), labels)


def who_by_column(figure: MainFigure, column: str, labels: Iterable[object]) -> Who:
    """A figure by sex, area and so on."""
    return Who(asked_of(figure, CLIENTS), rows=attribute(column, labels), columns=answer_facts(figure))


def who_by_unit(figure: MainFigure, by: str, names: Iterable[str]) -> Who:
    """A figure by provider or area, of those who have one."""
    return Who(asked_of(figure, with_unit(by)), rows=attribute(by, names), columns=answer_facts(figure))


def with_unit(by: str) -> Counted:
    """Clients whose provider or area is recorded."""
    return CLIENTS.who(f"{by} recorded")


def who_asked(figure: MainFigure, asked: str, reasons: Iterable[str]) -> Who:
    """The clients by whether a figure can be asked of them."""
    rows = {reason: (f"not asked {figure.name}: {reason}",) for reason in reasons if reason != asked}
    return Who(CLIENTS, rows=rows | {asked: (f"asked {figure.name}",)})
