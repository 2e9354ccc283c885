"""What a published number counts, so that the same people counted twice are known to be the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from recoverynet.report import wording
from recoverynet.report.disclosure.linked import INNER
from recoverynet.tables.layouts import EPISODES, PEOPLE

PERIOD, PLACES = "period", ("area", "provider")
"""What the facts are about that say over which time, and on whom, a report is."""

DATED = ("here ", "state on ", "away on ")
"""How facts begin that name a day: of the same clients they are the same whatever period a report is about."""


class Fact(NamedTuple):
    """A fact in its two parts: what it is about, and what is so; of a fact that holds or does not, nothing."""

    about: str
    value: str

    @classmethod
    def read(cls, text: str) -> Fact:
        """The same from the text it stands as among others."""
        about, _, value = text.partition(": ")
        return cls(about, value)

    @property
    def text(self) -> str:
        """As it stands among others."""
        return f"{self.about}: {self.value}" if self.value else self.about

    @property
    def is_dated(self) -> bool:
        """Whether it names a day."""
        return self.about.startswith(DATED)


def label_facts(about: str, labels: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """What is true of the people with each label of something, as every table of every report names it; see :func:`of_column`."""
    return {str(label): (Fact(about, wording.label(label)).text,) for label in labels}


def of_column(name: str) -> str:
    """What facts about a column of the record are about: a column of its own keeps clear of what reports say of people."""
    return name if name in (*PEOPLE.names, *EPISODES.names, "") else f"column {name.replace(':', ',')}"


@dataclass(frozen=True, order=True)
class Counted:
    """Who is counted by a figure: a population, and what is true of all who are counted.

    Two figures with the same population and facts are the same figure; one with more facts counts some of those of the
    one with fewer.

    Attributes
    ----------
    of : str
        The population, such as ``"clients"``.
    facts : frozenset of str
        What narrows it, such as ``{"contact", "sex: Female"}``; a fact that follows from another is named as well.

    Examples
    --------
    >>> clients = Counted("clients")
    >>> clients.who("contact").within(clients)
    True
    >>> clients.who("contact", "contact: person").text
    'clients; contact; contact: person'
    """

    of: str
    facts: frozenset[str] = frozenset()

    def who(self, *facts: str) -> Counted:
        """Those of whom these facts are true too."""
        return Counted(self.of, self.facts | {fact.replace(";", ",") for fact in facts})

    def within(self, other: Counted) -> bool:
        """Whether all counted here are counted there."""
        return self.of == other.of and self.facts > other.facts

    @property
    def text(self) -> str:
        """The population and the facts in one line, always in the same order."""
        return "; ".join([self.of, *sorted(self.facts)])

    @classmethod
    def read(cls, text: str) -> Counted:
        """The same from its text."""
        of, *facts = text.split("; ")
        return cls(of, frozenset(facts))


Sum = tuple[tuple[Counted, int], tuple[tuple[Counted, int], ...]]
"""A whole and its parts, each with its true count."""
Union = tuple[Counted, tuple[Counted, ...]]
"""A whole, and the figures in one or more of which each of its people is counted."""


@dataclass(frozen=True)
class Bound:
    """What a published statistic tells of counts: a weighted sum of them lies between two numbers.

    Attributes
    ----------
    weights : tuple of (Counted, float)
    low, high : float
    """

    weights: tuple[tuple[Counted, float], ...]
    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def at_most(cls, fewer: Iterable[Counted], more: Iterable[Counted]) -> Bound:
        """Some figures together are at most as many as others together."""
        return cls((*((cell, 1.0) for cell in more), *((cell, -1.0) for cell in fewer)), low=0.0)


@dataclass(frozen=True, eq=False)
class Declaration:
    """The figures of one table and how they hang together, as they enter the model of a report.

    Attributes
    ----------
    name : str
        Name of the table.
    cells : tuple of Counted
        What each figure counts.
    values : int array (n_cells,)
        True counts.
    printed : bool array (n_cells,)
    level : int array (n_cells,)
        ``INNER``, ``MARGIN`` or ``WHOLE``.
    forced : bool array (n_cells,)
        Hidden in any case.
    lines : tuple of (int, tuple of int)
        A total and its parts.
    pairs : tuple of (int, int)
        Figures the second of which counts some of those of the first.
    sums : tuple of Sum
        Sums beyond those of the table, with true counts; figures that are printed nowhere may stand in them.
    unions : tuple of Union
        A figure whose people each are in one or more of others.
    bounds : tuple of Bound
    """

    name: str
    cells: tuple[Counted, ...]
    values: np.ndarray
    printed: np.ndarray
    level: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    forced: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    lines: tuple[tuple[int, tuple[int, ...]], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    sums: tuple[Sum, ...] = ()
    unions: tuple[Union, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.cells)
        if not len(self.level):
            object.__setattr__(self, "level", np.full(n, INNER))
        if not len(self.forced):
            object.__setattr__(self, "forced", np.zeros(n, dtype=bool))


@dataclass(frozen=True)
class Earlier:
    """A figure of a report published before.

    Attributes
    ----------
    counted : Counted
        With the period, area and so on of its report among the facts.
    value : int
        True count.
    low, high : float
        What was told of it: the same number twice, the ends of a rounding, or 0 and infinity for a star.
    hidden : bool
    report : str
        Title of the report.
    """

    counted: Counted
    value: int
    low: float
    high: float
    hidden: bool
    report: str


def containments(cells: Iterable[Counted | None]) -> list[tuple[int, int, bool]]:
    """Pairs of figures the first of which contains the second, and whether none stands between.

    Returns
    -------
    list of (int, int, bool)
    """
    places: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for place, cell in enumerate(cells):
        if cell is not None:
            places.setdefault(cell.of, []).append((place, cell.facts))
    found = []
    for family in places.values():
        for below, facts in family:
            above = [(place, wider) for place, wider in family if facts > wider]
            for place, wider in above:
                found.append((place, below, not any(between > wider for _, between in above)))
    return found
