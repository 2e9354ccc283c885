"""The glossary maps the field's terms to plain words, whole and true."""

import ast
import re
from pathlib import Path

import pytest

import recoverynet as rn

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
TERMS = (
    "label permutation", "degree-preserving rewiring", "edge reversal", "separation", "aliased", "dyadic covariate",
    "rate function", "ministep", "similarity", "strongly connected component",
    "discrete-time hazard", "negative control", "convergence criterion",
    "ego", "alter", "exposure", "threshold", "homophily", "spell", "wave", "reciprocity",
)  # fmt: skip
RETIRED = {"Stay", "Walk", "paces", "turn", "trouble", "switches", "reading", "circle"}


def rows():
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_term_has_plain_words():
    found = {term: plain for term, plain, _ in rows()}
    assert not [term for term in TERMS if not found.get(term)]


def test_terms_stand_in_order_and_once():
    terms = [term for term, _, _ in rows()]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_a_row_refers_to_is_there(row):
    for name in re.findall(r"`(\w+)`", row[2]):
        assert hasattr(rn, name)


def test_retired_names_are_gone_from_the_code():
    """No class, function, argument or module of kernels and models bears one."""
    found = set()
    for path in [path for room in ("kernels", "models") for path in (ROOT / "recoverynet" / room).rglob("*.py")]:
        found |= {path.stem} & RETIRED
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in RETIRED:
                found.add(f"{path.name}: {node.name}")
            if isinstance(node, ast.arg) and node.arg in RETIRED:
                found.add(f"{path.name}: {node.arg}")
    assert not found
