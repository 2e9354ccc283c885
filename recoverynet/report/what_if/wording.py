"""What is done and assumed, in words for a reader; nobody is named."""

from __future__ import annotations

from collections.abc import Sequence

from recoverynet.models.interventions import declared
from recoverynet.models.interventions.declared import Intervention, in_range
from recoverynet.readable import true_minus
from recoverynet.report import wording

SUPPOSED = "Supposition: what passes between people is supposed here, not found"
CONSISTENT = "What passes between people is consistent with spread by the evidence ladder"
RULE_LABELS = {
    "nobody": "Nobody is introduced",
    "random": "Clients drawn at random",
    "degree": "Clients with most contacts",
    "nomination": "Whom people asked at random name",
    "survey": "Most contacts in a survey of a fifth",
    "isolated": "Clients with fewest contacts",
    "mentor": "Where a willing person like them goes",
    "as planned": "As planned",
}


def basis(supposition: bool) -> str:
    """On what the spread part rests, for every table and figure."""
    return SUPPOSED if supposition else CONSISTENT


def amount(value: float) -> str:
    """A number a month without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign; a minus is a minus."""
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else true_minus(text)


def within(low: float, high: float, digits: int = 0) -> str:
    """An interval of differences."""
    return f"{signed(low, digits)} to {signed(high, digits)}"


def interventions_in_words(interventions: Sequence[Intervention], names: dict[str, str]) -> list[str]:
    """One sentence an intervention; people are not named."""
    return [_in_words(each, names) for each in interventions]


def _in_words(each: Intervention, names: dict[str, str]) -> str:
    group = names.get(getattr(each, "group_id", None) or "", getattr(each, "group_id", None) or "")
    if isinstance(each, declared.Introduction):
        return _introduction(each, group)
    since = f" from month {each.start}" if not isinstance(each, declared.BridgeRemoved) and each.start > 1 else ""
    if isinstance(each, declared.Champion):
        return f"A champion who agreed to it introduces {amount(each.per_month)} clients a month to {group}{since}."
    if isinstance(each, declared.NewGroup):
        when = f" in {each.area}" * bool(each.area) + f" on {str(each.weekday).capitalize()}s" * bool(each.weekday)
        comes = f"; {amount(each.joins_per_month)} clients a month come of themselves" * bool(each.joins_per_month)
        return f"A new group, {group}{when}, with room for {each.capacity}{comes}{since}."
    if isinstance(each, declared.GroupClosed):
        return f"{group} closes{since or ' at once'}."
    if isinstance(each, declared.HoursMoved):
        to = " ".join(part for part in (str(each.weekday or "").capitalize(), each.start_time or "") if part)
        return f"{group} moves{f' to {to}' * bool(to)}{since}; {wording.percent(each.keeps)} of those who go there can still come."
    return "One person who links others is no longer there."


def _introduction(each: declared.Introduction, group: str) -> str:
    where = f" to {group}" if group else " to a group that suits them"
    who = f"{len(each.clients)} clients are introduced once" if each.clients else f"{amount(each.per_month)} introductions a month"
    closure = {"offered": "as often as the record's own proposals", "accepted": "as often as proposals that had been accepted"}
    if isinstance(each.closure, str):
        follow = closure[each.closure]
    else:
        low, high = in_range(each.closure, "closure")
        follow = f"in {wording.percent(low)}" + (f" to {wording.percent(high)}" if high > low else "") + " of cases"
    lasts = f", months {each.start} to {each.start + each.months - 1}" if each.months else ""
    since = f" from month {each.start}" if each.start > 1 and not lasts else ""
    return (
        f"{who}{where}{lasts}{since}; they are followed {follow}. Each costs {amount(each.hours)} hours and £{amount(each.pounds)}."
    )
