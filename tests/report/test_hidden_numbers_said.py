"""Where a number cannot be shown a sentence says so in words: a star stands in tables and on figures, which explain it, alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import recoverynet as rn
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.report.report import Report
from recoverynet.report.sections import Figure, Heading, KeyFigures, Note, Points, Prose, Table

STAR = re.compile(r"(?<!\*)\*(?!\*)")
LEGEND = re.compile(r"\* (A number|Fewer than|.*hidden)|are shown as \*")


def sentences(report: Report) -> Iterator[str]:
    """Every text of a report that is read or heard as a sentence: all but the cells of its tables and what is drawn."""
    yield from (report.title, report.subtitle, *report.unseen)
    for section in report.sections:
        yield from (section.title, section.lead)
        for block in section.blocks:
            if isinstance(block, Prose):
                yield from block.paragraphs
            elif isinstance(block, Points):
                yield from block.items
            elif isinstance(block, KeyFigures):
                yield from (f"{each.value} {each.label} {each.detail}" for each in block.figures)
            elif isinstance(block, Figure):
                yield from (block.alt, block.caption)
            elif isinstance(block, Heading | Note):
                yield block.text
            elif isinstance(block, Table):
                yield from (block.shown.title, block.shown.population, block.shown.denominator, *block.shown.remarks())


def made(kind: str, n_clients: int, policy: str) -> Report:
    record = rn.synthetic_record(n_clients, rng=n_clients)
    if kind == "what_if":
        plan = InterventionPlan((rn.Introduction(per_month=2),), rn.DeclaredRates(), rules=("random",), horizon=2, runs=20)
        return rn.what_if_report(record, plan, disclosure=policy, quiet=True)
    if kind == "spread":
        return rn.spread_report(record, disclosure=policy, n_permutations=19)
    return (rn.evaluation_report if kind == "evaluation" else rn.comparison_report)(record, disclosure=policy)


def starred(report: Report) -> list[str]:
    return [text for text in sentences(report) if STAR.search(text) and not LEGEND.search(text)]


def test_no_sentence_of_a_tiny_report_has_a_star_for_a_number(tiny_report: Report) -> None:
    assert starred(tiny_report) == []


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["ndtms", "nhs"])
@pytest.mark.parametrize("n_clients", [40, 80])
@pytest.mark.parametrize("kind", ["evaluation", "comparison", "spread", "what_if"])
def test_no_sentence_of_a_small_report_has_a_star_for_a_number(kind: str, n_clients: int, policy: str) -> None:
    assert starred(made(kind, n_clients, policy)) == []
