"""One row a person asked, with a block of columns for each alter and one column for each pair of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

_PAIR = re.compile(r"^(?P<stem>.*?)[._ -]?X?(?P<one>\d+)[._ -]?(?:to|with|and)[._ -]?(?P<other>\d+)$", re.IGNORECASE)
_PLAIN_PAIR = re.compile(r"^(?P<stem>.*?[._ -]|X?)(?P<one>\d+)[._-](?P<other>\d+)$")
_NUMBERED = re.compile(r"^(?P<stem>.+?)[._ -]?(?P<number>\d+)$")
_OF_ALTERS = re.compile(r"^(?:alter|alteri|alt|name|tie|relation)s?(?:[._ -]|$)", re.IGNORECASE)
_SIZES = ("netsize", "networksize", "nalters", "numberofalters", "alternumber")


@dataclass(frozen=True)
class WideColumns:
    """Which columns are about alters.

    Attributes
    ----------
    blocks : dict of str to dict of int to str
        For each question, the column of each alter.
    pairs : dict of (int, int) to str
        For each pair of alters, its column.
    """

    blocks: dict[str, dict[int, str]]
    pairs: dict[tuple[int, int], str]

    @property
    def titles(self) -> set[str]:
        """Every column of them."""
        return {title for block in self.blocks.values() for title in block.values()} | set(self.pairs.values())

    @property
    def n_alters(self) -> int:
        """The highest number of an alter."""
        numbers = [number for block in self.blocks.values() for number in block] + [end for pair in self.pairs for end in pair]
        return max(numbers, default=0)


def wide_columns(titles: Iterable[str], declared: Iterable[str] = ()) -> WideColumns:
    """Columns about alters among those of the people asked.

    Pairs are columns such as ``X1.to.2``, or ``tie_1_2`` where every pair has one. Blocks are columns that end in a number: those
    whose names begin with alter, those of the questions declared, and those numbered as far as the pairs go.

    Examples
    --------
    >>> found = wide_columns(["age", "alter.sex.1", "alter.sex.2", "X1.to.2", "item1", "item2", "item3"])
    >>> found.blocks, found.pairs
    ({'alter.sex': {1: 'alter.sex.1', 2: 'alter.sex.2'}}, {(1, 2): 'X1.to.2'})
    """
    order = list(titles)
    pairs = _pairs(order)
    taken = set(pairs.values())
    last = max((end for pair in pairs for end in pair), default=0)
    wanted = set(declared)
    numbered: dict[str, dict[int, str]] = {}
    for title in order:
        found = _NUMBERED.match(title)
        if found and title not in taken and int(found["number"]) <= 1000:
            numbered.setdefault(found["stem"], {}).setdefault(int(found["number"]), title)
    blocks = {}
    for stem, block in numbered.items():
        whole = sorted(block) == list(range(1, len(block) + 1))
        if stem in wanted or (whole and _OF_ALTERS.match(stem) and len(block) > 1) or (whole and last and len(block) == last):
            blocks[stem] = block
    return WideColumns(blocks, pairs)


def _pairs(titles: list[str]) -> dict[tuple[int, int], str]:
    """Columns of pairs."""
    sure = {(int(found["one"]), int(found["other"])): title for title in titles if (found := _PAIR.match(title))}
    if sure:
        return {pair: title for pair, title in sure.items() if pair[0] != pair[1]}
    by_stem: dict[str, dict[tuple[int, int], str]] = {}
    for title in titles:
        found = _PLAIN_PAIR.match(title)
        if found:
            by_stem.setdefault(found["stem"], {})[int(found["one"]), int(found["other"])] = title
    for pairs in by_stem.values():
        last = max(end for pair in pairs for end in pair)
        every = {(one, other) for other in range(2, last + 1) for one in range(1, other)} if last <= 1000 else set()
        if last > 1 and set(pairs) == every:
            return pairs
    return {}


def named_size(titles: Iterable[str]) -> str:
    """The column that says how many alters somebody named, empty where there is none."""
    return next((title for title in titles if re.sub(r"[^a-z]", "", title.lower()) in _SIZES), "")


def long_alters(egos: pd.DataFrame, ego: str, wide: WideColumns) -> pd.DataFrame:
    """One row an alter: ``_ego``, ``_alter`` (its number) and the questions; alters nobody said anything of are none.

    Where a column says how many alters somebody named, the first so many are alters whatever was said of them.
    """
    size = named_size(egos.columns)
    named = pd.to_numeric(egos[size], errors="coerce") if size else pd.Series(float("nan"), index=egos.index)
    parts = []
    for number in range(1, wide.n_alters + 1):
        answers = {stem: egos[block[number]] for stem, block in wide.blocks.items() if number in block}
        tied = [title for pair, title in wide.pairs.items() if number in pair]
        said = pd.DataFrame(answers).notna().any(axis=1) if answers else pd.Series(False, index=egos.index)
        said |= egos[tied].notna().any(axis=1) if tied else False
        there = said.where(named.isna(), named >= number)
        part = pd.DataFrame({"_ego": egos[ego], "_alter": str(number), **answers})
        parts.append(part[there])
    if not parts:
        return pd.DataFrame(columns=["_ego", "_alter"])
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def long_ties(egos: pd.DataFrame, ego: str, wide: WideColumns) -> pd.DataFrame:
    """One row a pair of which something is said: ``_ego``, ``_source``, ``_target``, ``weight``."""
    parts = [pd.DataFrame(columns=["_ego", "_source", "_target", "weight"], index=egos.index[:0], dtype="str")]
    for (one, other), title in sorted(wide.pairs.items()):
        part = pd.DataFrame({"_ego": egos[ego], "_source": str(one), "_target": str(other), "weight": egos[title]})
        parts.append(part[part["weight"].notna()])
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
