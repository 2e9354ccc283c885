"""What a service could do, declared: introductions, a group, a champion, a bridge removed, a group closed, hours moved."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.measures.meetings import WEEKDAYS

Range: TypeAlias = "float | tuple[float, float]"
RULES = ("nobody", "random", "degree", "nomination", "survey", "isolated", "mentor")
"""How clients are chosen; see :func:`recoverynet.compare_interventions`."""
RULE_WORDS = {
    "nobody": "nobody is introduced",
    "random": "clients drawn at random",
    "degree": "clients with most contacts",
    "nomination": "whom people asked at random name",
    "survey": "most contacts in a survey of a fifth",
    "isolated": "clients with fewest contacts",
    "mentor": "where a willing person like them goes",
}


def in_range(value: object, name: str, low: float = 0.0, high: float = 1.0) -> tuple[float, float]:
    """A number or a pair (low, high) as a pair, within bounds that are included.

    Raises
    ------
    SchemaError

    Examples
    --------
    >>> in_range(0.02, "gain"), in_range((0.01, 0.03), "gain")
    ((0.02, 0.02), (0.01, 0.03))
    """
    pair = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value, value)
    fine = len(pair) == 2 and all(isinstance(end, Real) and not isinstance(end, bool) and math.isfinite(end) for end in pair)
    if not fine or not low <= pair[0] <= pair[1] <= high:
        bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of {low:g} or more"
        raise SchemaError(f"{name} is a number {bounds}, or a pair of them, the lower first; got {value!r}.")
    return float(pair[0]), float(pair[1])


def _amounts(what: object, **values: float) -> None:
    for name, value in values.items():
        in_range(value, f"{name} of {what}", 0.0, math.inf)


def _first_month(start: object, what: str) -> None:
    whole_number(start, f"start of {what}, the first month it is so,", 1)


def _when(weekday: object, start_time: object, what: str) -> None:
    if weekday is not None and weekday not in WEEKDAYS:
        raise SchemaError(f"weekday of {what} is one of {', '.join(WEEKDAYS)}; got {weekday!r}.")
    if start_time is not None and not (isinstance(start_time, str) and re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", start_time)):
        raise SchemaError(f"start_time of {what} is a time of day as '18:30'; got {start_time!r}.")


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """What if clients were introduced to groups, so many a month?

    Parameters
    ----------
    per_month : float
        Introductions a month, 0 to 200; one a week is 4.35. A part of one is made in that share of months.
    rule : str
        How clients are chosen, one of ``RULES``; default at random among those who go to no recovery group.
    group_id : str, optional
        To which group. Default: one that suits, of the client's area before others.
    clients : sequence of str
        Named clients instead of a rule, each introduced once, in the first month; needs ``group_id``.
    closure : {"offered", "accepted"}, number or (low, high)
        How often a client then goes: as the record's own proposals went (default), as those went to which the client had
        said yes, or a share.
    start, months : int
        First month, and for how many months; default to the end.
    hours, pounds : float
        What one introduction costs. Default 1.5 hours of staff or peer time and no money.

    Raises
    ------
    SchemaError
        A number is out of its range, or the rule or closure is unknown.

    Examples
    --------
    >>> Introduction(per_month=4.35, rule="isolated").what
    'introduction'
    """

    per_month: float
    rule: str = "random"
    group_id: str | None = None
    clients: tuple[str, ...] = ()
    closure: str | float | tuple[float, float] = "offered"
    start: int = 1
    months: int | None = None
    hours: float = 1.5
    pounds: float = 0.0
    what = "introduction"

    def __post_init__(self) -> None:
        in_range(self.per_month, "per_month of an introduction", 0.0, 200.0)
        if isinstance(self.per_month, Sequence):
            raise SchemaError(f"per_month of an introduction is one number; got {self.per_month!r}.")
        if self.rule not in RULES:
            raise SchemaError(f"There is no rule {self.rule!r} of choosing clients; there are {', '.join(RULES)}.")
        if isinstance(self.clients, str):
            raise SchemaError(f"clients of an introduction is a list of ids, even of one: ({self.clients!r},).")
        object.__setattr__(self, "clients", tuple(self.clients))
        if self.clients and self.group_id is None:
            raise SchemaError("An introduction of named clients needs group_id: the group they are introduced to.")
        if isinstance(self.closure, str):
            if self.closure not in ("offered", "accepted"):
                raise SchemaError(f"closure is 'offered', 'accepted' or a share from 0 to 1; got {self.closure!r}.")
        else:
            in_range(self.closure, "closure of an introduction")
        _first_month(self.start, "an introduction")
        if self.months is not None:
            whole_number(self.months, "months of an introduction", 1)
        _amounts("an introduction", hours=self.hours, pounds=self.pounds)


@dataclass(frozen=True, kw_only=True)
class NewGroup:
    """What if there were one more group?

    Parameters
    ----------
    group_id : str
        A name no group of the record has.
    capacity : int
        Room for so many, 1 or more.
    area, weekday : str, optional
        Where and when it meets; clients of the area come to it before those of others.
    norm : {"recovery"}
        What going there carries.
    hosts : int
        People who hold the norm and are there every time. Default 1.
    joins_per_month : float
        Clients who come of themselves, with nobody introducing them. Default 0.
    women_only, ost_friendly : bool
        Who is welcome. Default: everybody.
    access : str
        What it says of its access, such as "step-free; hearing loop". Default: nothing.
    start : int
        First month. Default 1.
    hours_per_month, pounds_per_month : float
        What it costs to run. Default 8 hours and no money.

    Raises
    ------
    SchemaError
        A number is out of its range, or the norm is another.

    Examples
    --------
    >>> NewGroup(group_id="Friday walk", capacity=12, area="Eastmoor").hosts
    1
    """

    group_id: str
    capacity: int
    area: str | None = None
    weekday: str | None = None
    norm: str = "recovery"
    hosts: int = 1
    joins_per_month: float = 0.0
    women_only: bool = False
    ost_friendly: bool = True
    access: str = ""
    start: int = 1
    hours_per_month: float = 8.0
    pounds_per_month: float = 0.0
    what = "group"

    def __post_init__(self) -> None:
        whole_number(self.capacity, f"capacity of the group {self.group_id!r}", 1)
        whole_number(self.hosts, f"hosts of the group {self.group_id!r}", 0)
        in_range(self.joins_per_month, f"joins_per_month of the group {self.group_id!r}", 0.0, 200.0)
        if self.norm != "recovery":
            raise SchemaError(f"A new group is one of recovery; the norm of {self.group_id!r} is given as {self.norm!r}.")
        _when(self.weekday, None, f"the group {self.group_id!r}")
        _first_month(self.start, f"the group {self.group_id!r}")
        _amounts(f"the group {self.group_id!r}", hours_per_month=self.hours_per_month, pounds_per_month=self.pounds_per_month)


@dataclass(frozen=True, kw_only=True)
class Champion:
    """What if somebody who agreed to introduce others did so regularly, to a group they go to?

    Parameters
    ----------
    person_id : str
        Somebody with ``introducer_consent`` who may safely be contacted and goes to the group.
    group_id : str
        Where.
    per_month : float
        Clients a month, up to their ``max_introductions``.
    closure, start, hours, pounds
        As for :class:`Introduction`; hours and pounds are per introduction.

    Raises
    ------
    SchemaError
        A number is out of its range.

    Examples
    --------
    >>> Champion(person_id="p001", group_id="g03").per_month
    1.0
    """

    person_id: str
    group_id: str
    per_month: float = 1.0
    closure: str | float | tuple[float, float] = "offered"
    start: int = 1
    hours: float = 1.0
    pounds: float = 0.0
    what = "champion"

    def __post_init__(self) -> None:
        Introduction(
            per_month=self.per_month, closure=self.closure, start=self.start, hours=self.hours, pounds=self.pounds
        )  # the same ranges hold


@dataclass(frozen=True, kw_only=True)
class BridgeRemoved:
    """What if somebody who links people (a peer, a worker) were no longer there?

    Parameters
    ----------
    person_id : str
        Anybody but a client: their ties and links to groups are gone from the beginning.

    Examples
    --------
    >>> BridgeRemoved(person_id="p001").what
    'bridge_removed'
    """

    person_id: str
    what = "bridge_removed"


@dataclass(frozen=True, kw_only=True)
class GroupClosed:
    """What if a group closed? Those who went there go there no more; to other groups they go as before.

    Parameters
    ----------
    group_id : str
    start : int
        First month without it. Default 1.
    pounds_saved_per_month, hours_saved_per_month : float
        What closing it saves. Default 0.

    Examples
    --------
    >>> GroupClosed(group_id="g03", start=4).start
    4
    """

    group_id: str
    start: int = 1
    hours_saved_per_month: float = 0.0
    pounds_saved_per_month: float = 0.0
    what = "group_closed"

    def __post_init__(self) -> None:
        _first_month(self.start, f"the closing of {self.group_id!r}")
        _amounts("a closing", hours_saved_per_month=self.hours_saved_per_month, pounds_saved_per_month=self.pounds_saved_per_month)


@dataclass(frozen=True, kw_only=True)
class HoursMoved:
    """What if a group met at another day or hour?

    Parameters
    ----------
    group_id : str
    keeps : float
        Share of those who go there who can still come, 0 to 1.
    weekday, start_time : str, optional
        When it would meet, for the text.
    start : int
        The month it moves. Default 1.

    Examples
    --------
    >>> HoursMoved(group_id="g03", weekday="sunday", keeps=0.7).keeps
    0.7
    """

    group_id: str
    keeps: float
    weekday: str | None = None
    start_time: str | None = None
    start: int = 1
    what = "hours_moved"

    def __post_init__(self) -> None:
        in_range(self.keeps, f"keeps, the share who still come to {self.group_id!r},")
        _when(self.weekday, self.start_time, f"the move of {self.group_id!r}")
        _first_month(self.start, f"the move of {self.group_id!r}")


IN_WORDS = {
    "introduction": "people are introduced",
    "group": "a new one is opened",
    "champion": "a champion brings people",
    "hours_moved": "the hours are moved",
}
Intervention: TypeAlias = "Introduction | NewGroup | Champion | BridgeRemoved | GroupClosed | HoursMoved"
KINDS = {each.what: each for each in (Introduction, NewGroup, Champion, BridgeRemoved, GroupClosed, HoursMoved)}


def require_interventions(interventions: object) -> tuple[Intervention, ...]:
    """Interventions as a tuple, none of which contradicts another.

    Raises
    ------
    SchemaError
        Something else is among them, or two contradict each other.
    """
    given = (interventions,) if isinstance(interventions, tuple(KINDS.values())) else interventions
    if isinstance(given, str) or not isinstance(given, Sequence) or any(type(each) not in KINDS.values() for each in given):
        kinds = ", ".join(each.__name__ for each in KINDS.values())
        raise SchemaError(f"interventions is a list of {kinds}; got {interventions!r}.")
    every = tuple(given)
    _require_no_contradiction(every)
    return every


def _require_no_contradiction(every: tuple[Intervention, ...]) -> None:
    for kind in (NewGroup, GroupClosed, HoursMoved):
        ids = [each.group_id for each in every if isinstance(each, kind)]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise SchemaError(f"The plan has {kind.what} of {twice[0]!r} twice; keep one of them.")
    closed = {each.group_id: each.start for each in every if isinstance(each, GroupClosed)}
    for each in every:
        group = getattr(each, "group_id", None)
        if group in closed and not isinstance(each, GroupClosed) and _last(each) >= closed[group]:
            raise SchemaError(
                f"Two interventions contradict each other: the group {group!r} is closed from month {closed[group]}, and "
                f"{IN_WORDS[each.what]} there. Take one out, or let it end before."
            )
    gone = {each.person_id for each in every if isinstance(each, BridgeRemoved)}
    both = sorted(gone & {each.person_id for each in every if isinstance(each, Champion)})
    if both:
        raise SchemaError(
            f"Two interventions contradict each other: {both[0]!r} is a champion and is no longer there. Take one out."
        )


def _last(each: Intervention) -> float:
    """The last month something goes on."""
    months = getattr(each, "months", None)
    return math.inf if months is None else each.start + months - 1  # type: ignore[union-attr]
