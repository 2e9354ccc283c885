"""Every reason can be worded, counts nobody where it must not, and stays what it is when copied."""

from __future__ import annotations

import pickle
import string

import pytest

from recoverynet.models.spread.reasons import REASONS, Reason

COUNTS = {"n_events", "n_rows", "n_people", "n_unknown", "fewest_gains", "fewest_people", "least", "least_rows", "least_events"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", REASONS)
def test_it_is_worded_from_its_facts_with_and_without_counts(code: str) -> None:
    """What is shared names no count, and nothing that the other words do not have as well."""
    counted, uncounted = fields(REASONS[code].counted), fields(REASONS[code].uncounted)
    assert uncounted <= counted and not uncounted & COUNTS
    facts = {name: 7 if name in COUNTS or name == "exposed" else f"<{name}>" for name in counted}
    made = Reason(code, **facts)
    assert (made.code, made.facts) == (code, facts) and "{" not in made + made.uncounted
    assert all(f"<{name}>" in made for name in counted if facts[name] != 7)
    assert all(f"<{name}>" in made.uncounted for name in uncounted if facts[name] != 7)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
    assert again == made and again.code == code and again.facts == facts


def test_a_reason_nobody_knows_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        Reason("because")
