"""All that one report publishes, and what was published before from the same record: figures are hidden for all of it at once.

How a section declares its figures, so that the same people counted in two tables are one unknown:

- ``setting.count_table(..., who=Who(Counted("clients"), rows={"Any contact": ("contact",)}))`` says who is counted in a row.
- Facts narrow a population: a figure with all the facts of another and more counts some of its people.
- Rows out of others than the table's population: ``rows_of={"Jan 2011": CLIENTS.who("here on 2011-01-31")}``.
- Means: ``setting.summary_table(..., who={"Mean age": CLIENTS.who("age known")})`` names whom ``n`` counts.
- Without ``who`` a table is protected by itself; ``sums``, ``unions`` and ``bounds`` of :class:`Who` tell what holds beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from recoverynet.report.disclosure.attack import Attacker, AttackFindings
from recoverynet.report.disclosure.counted import PERIOD, PLACES, Bound, Counted, Declaration, Earlier, Fact, containments
from recoverynet.report.disclosure.hiding import figures_to_hide, hidden_first
from recoverynet.report.disclosure.linked import HidingRule, LinkedFigures
from recoverynet.report.wording import NOT_RECORDED

TRIES, MANY = 3, 300


@dataclass(eq=False)
class FigureModel:
    """Figures and relations while they are collected.

    Attributes
    ----------
    cells : list of Counted or None
        None for figures that follow without being named anywhere.
    """

    cells: list[Counted | None] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    printed: list[bool] = field(default_factory=list)
    people: list[bool] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    forced: list[bool] = field(default_factory=list)
    equations: list[tuple[dict[int, float], int]] = field(default_factory=list)
    lines: list[tuple[int, np.ndarray]] = field(default_factory=list)
    places: dict[Counted, int] = field(default_factory=dict)
    conflicts: list[Counted] = field(default_factory=list)

    def figure(self, counted: Counted, value: int, *, printed: bool, level: int = 0, forced: bool = False) -> int:
        """The place of a figure; one that was there before is the same figure."""
        place = self.places.get(counted)
        if place is not None and self.values[place] != value:
            # Not what it says: kept apart, so that nothing wrong is concluded from it.
            self.conflicts.append(counted)
            counted = counted.who(f"otherwise counted {value}")
            place = self.places.get(counted)
        if place is None:
            place = self._new(counted, value, people=True)
            self.places[counted] = place
        self.printed[place] |= printed
        self.forced[place] |= forced
        self.level[place] = max(self.level[place], level)
        return place

    def follows(self, value: int, *, people: bool) -> int:
        """The place of a figure that follows from others."""
        return self._new(None, value, people=people)

    def _new(self, counted: Counted | None, value: int, *, people: bool) -> int:
        self.cells.append(counted)
        self.values.append(int(value))
        self.people.append(people)
        self.printed.append(False)
        self.forced.append(False)
        self.level.append(0)
        return len(self.values) - 1

    def contains(self, above: int, below: int) -> None:
        """One figure counts some of those of another: the others are counted as well."""
        gap = self.follows(self.values[above] - self.values[below], people=True)
        self.equations.append(({above: -1.0, below: 1.0, gap: 1.0}, -1))

    def covers(self, whole: int, parts: Sequence[int]) -> None:
        """Everybody of a figure is in one or more of others; of two, those in both are counted as well."""
        twice = self.follows(sum(self.values[part] for part in parts) - self.values[whole], people=len(parts) == 2)
        self.equations.append(({whole: 1.0, twice: 1.0, **dict.fromkeys(parts, -1.0)}, -1))


@dataclass(eq=False)
class Publication:
    """What a report publishes.

    Parameters
    ----------
    rule : HidingRule
    earlier : tuple of Earlier
        What was published before from the same record.
    scope : frozenset of str
        What is true of everybody in this report: its period, area and so on.
    off : bool
        Whether nothing is hidden.
    elsewhere : mapping of population to (population, scope)
        Populations of this report that are another one at another time, as the ledger names them: clients a year before.
    corrected : tuple of str
        Tables of the record that were changed since an earlier report about the same people and time.
    """

    rule: HidingRule
    earlier: tuple[Earlier, ...] = ()
    scope: frozenset[str] = frozenset()
    off: bool = False
    elsewhere: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    corrected: tuple[str, ...] = ()
    declared: list[Declaration] = field(default_factory=list)
    hidden: dict[Counted, bool] = field(default_factory=dict)
    conflicts: list[Counted] = field(default_factory=list)
    because_earlier: list[str] = field(default_factory=list)
    gathering: bool = False
    decided: dict[tuple[object, ...], list[np.ndarray]] = field(default_factory=dict)

    def decide(self) -> None:
        """End of gathering: decide what to hide of all tables declared so far at once; publish each again to hear of it."""
        self.gathering = False
        tables, self.declared = self.declared, []
        for table, hidden in zip(tables, self._solved(tables), strict=True):
            self.decided.setdefault(_key(table), []).append(hidden)

    def publish(self, tables: Sequence[Declaration]) -> list[np.ndarray]:
        """Decide what to hide of some tables, together with all that was published before.

        Parameters
        ----------
        tables : sequence of Declaration

        Returns
        -------
        list of bool array (n_cells,)
            For each table where it is hidden. While tables are gathered only small figures are: nothing is decided yet.
        """
        if self.gathering:
            self.declared += tables
            return [(self.rule.too_small(table.values) | table.forced) & table.printed & (not self.off) for table in tables]
        known = [self.decided.get(_key(table)) for table in tables]
        if all(known):
            return [hidden.pop(0) if len(hidden) > 1 else hidden[0] for hidden in known if hidden]
        return self._solved(tables)

    def _solved(self, tables: Sequence[Declaration]) -> list[np.ndarray]:
        """Where some tables are hidden, together with all that is decided already."""
        before = list(self.declared)
        self.declared += tables
        linked, places, names = self.linked()
        if self.off:
            hidden = np.zeros(len(linked.values), dtype=bool)
        else:
            hidden = figures_to_hide(linked, self.rule, tries=TRIES if not before and len(linked.values) <= MANY else 1)
        found = places[len(before) :]
        if self.earlier and not self.off:
            self._note_tables(before, tables, [hidden[own] for own in found])
        for own in found:
            for place in own:
                if linked.printed[place]:
                    self.hidden[names[place]] = bool(hidden[place])
        return [hidden[own] for own in found]

    def _note_tables(self, before: list[Declaration], tables: Sequence[Declaration], hidden: Sequence[np.ndarray]) -> None:
        """Remember in which tables more is hidden than there would be without the reports before."""
        alone = Publication(self.rule, scope=self.scope, declared=before, hidden=dict(self.hidden))
        for table, own, without in zip(tables, hidden, alone.publish(tables), strict=True):
            if int(own.sum()) > int(without.sum()):
                self.because_earlier.append(table.name)

    @property
    def counted_otherwise(self) -> list[str]:
        """Names of the tables with figures that an earlier report counts otherwise, and that could not be solved together."""
        told = {each.counted: each.value for each in self.earlier}
        return [
            table.name
            for table in self.declared
            if any(told.get(self._scoped(cell), value) != value for cell, value in zip(table.cells, table.values, strict=True))
        ]

    def is_hidden(self, cell: Counted) -> bool:
        """Whether a figure, named as its table declared it, is hidden."""
        return self.hidden.get(self._scoped(cell), False)

    def told(self, report: str) -> list[Earlier]:
        """Every printed figure with what is told of it, as a ledger keeps it."""
        linked, _, names = self.linked()
        low, high = self.rule.told(linked.values)
        found = []
        for place, name in enumerate(names):
            if name in self.hidden:
                hidden = self.hidden[name]
                ends = (0.0, np.inf) if hidden else (float(low[place]), float(high[place]))
                found.append(Earlier(name, int(linked.values[place]), *ends, hidden, report))
        return found

    def linked(self) -> tuple[LinkedFigures, list[np.ndarray], list[Counted | None]]:
        """Every figure declared so far with all relations, where the figures of each table stand, and what each counts."""
        model, places = FigureModel(), []
        for number, table in enumerate(self.declared):
            columns = zip(table.cells, table.values, table.printed, table.level, table.forced, strict=True)
            own = np.array(
                [
                    model.figure(self._scoped(cell), value, printed=bool(told), level=int(level), forced=bool(forced))
                    for cell, value, told, level, forced in columns
                ],
                dtype=int,
            )
            places.append(own)
            self._relate(model, table, own, number)
        self._add_lines(model)
        past = self._add_earlier(model)
        self._relate_tables(model)
        self.conflicts = model.conflicts
        return self._arrays(model, past), places, model.cells

    def _scoped(self, cell: Counted) -> Counted:
        of, scope = self.elsewhere.get(cell.of, (cell.of, self.scope))
        return Counted(of, cell.facts).who(*scope)

    def _relate(self, model: FigureModel, table: Declaration, own: np.ndarray, number: int) -> None:
        """The sums of one table."""
        for total, parts in table.lines:
            terms = {int(own[total]): -1.0}
            for part in parts:
                terms[int(own[part])] = terms.get(int(own[part]), 0.0) + 1.0
            model.equations.append((terms, number))
            told = np.array([own[part] for part in parts if table.printed[part]], dtype=int)
            if table.printed[total] and len(told):
                model.lines.append((int(own[total]), told))
        for above, below in table.pairs:
            if model.values[own[above]] >= model.values[own[below]] and own[above] != own[below]:
                model.contains(int(own[above]), int(own[below]))
        for (whole, n), counted in table.sums:
            terms = {model.figure(self._scoped(cell), value, printed=False): 1.0 for cell, value in counted}
            model.equations.append(({model.figure(self._scoped(whole), n, printed=False): -1.0, **terms}, -1))

    def _add_lines(self, model: FigureModel) -> None:
        """A printed figure that others add up to is their total: where it is hidden as small, so are the zeros in it."""
        for table in self.declared:
            for (whole, n), counted in table.sums:
                total = model.figure(self._scoped(whole), n, printed=False)
                parts = [model.figure(self._scoped(cell), value, printed=False) for cell, value in counted]
                told = np.array([part for part in parts if model.printed[part]], dtype=int)
                if model.printed[total] and len(told):
                    model.lines.append((total, told))

    def _add_earlier(self, model: FigureModel) -> dict[int, list[Earlier]]:
        past: dict[int, list[Earlier]] = {}
        for told in self.earlier:
            place = model.figure(told.counted, told.value, printed=False)
            past.setdefault(place, []).append(told)
        return past

    def _relate_tables(self, model: FigureModel) -> None:
        """What hangs together between tables, and between reports."""
        for table in self.declared:
            for whole, counted in table.unions:
                found = [model.places.get(self._scoped(cell)) for cell in (whole, *counted)]
                known = [place for place in found if place is not None]
                if len(known) == len(found) and sum(model.values[each] for each in known[1:]) >= model.values[known[0]]:
                    model.covers(known[0], known[1:])
        for above, below, nearest in containments(list(model.cells)):
            gap = model.values[above] - model.values[below]
            if gap >= 0 and (nearest or self.rule.too_small(np.array([gap]))[0]):
                model.contains(above, below)
        self._parts_by_place(model)
        self._periods(model)
        self._twins(model)

    def _parts_by_place(self, model: FigureModel) -> None:
        """Areas and providers of one record add up to the whole of it, as far as reports on them were published."""
        groups: dict[tuple[Counted, str], list[int]] = {}
        for cell, place in model.places.items():
            for fact in cell.facts:
                if (about := Fact.read(fact).about) in PLACES:
                    groups.setdefault((Counted(cell.of, cell.facts - {fact}), about), []).append(place)
        for (whole, _), parts in groups.items():
            total = model.places.get(whole)
            if total is None or len(parts) < 2:
                continue
            rest = model.values[total] - sum(model.values[part] for part in parts)
            if rest >= 0:
                terms = {total: -1.0, **dict.fromkeys(parts, 1.0)}
                # Where nobody is left over, a reader may know that these are all the parts there are.
                terms |= {model.follows(rest, people=True): 1.0} if rest else {}
                model.equations.append((terms, -1))

    def _periods(self, model: FigureModel) -> None:
        """What was counted in a period was counted in a longer one around it."""
        groups: dict[Counted, list[tuple[str, int]]] = {}
        for cell, place in model.places.items():
            spans = [fact for fact in cell.facts if Fact.read(fact).about == PERIOD]
            if len(spans) == 1:
                groups.setdefault(Counted(cell.of, cell.facts - set(spans)), []).append((Fact.read(spans[0]).value, place))
        for told in groups.values():
            for one, here in told:
                for other, there in told:
                    if _inside(one, other) and model.values[there] >= model.values[here]:
                        model.contains(there, here)

    def _twins(self, model: FigureModel) -> None:
        """A day's figures are the same in reports of two periods; as many of whom nothing is recorded may be the same people."""
        seen: dict[tuple[Counted, int], int] = {}
        for cell, place in list(model.places.items()):
            facts_of = {fact: Fact.read(fact) for fact in cell.facts}
            dated = any(fact.is_dated for fact in facts_of.values())
            timeless = frozenset(text for text, fact in facts_of.items() if not (dated and fact.about == PERIOD))
            blank = frozenset(NOT_RECORDED if fact.value == NOT_RECORDED else text for text, fact in facts_of.items())
            for facts in (timeless, blank):
                twin = seen.setdefault((Counted(cell.of, facts), int(model.values[place])), place)
                if facts != cell.facts and twin != place:
                    model.equations.append(({twin: 1.0, place: -1.0}, -1))

    def _arrays(self, model: FigureModel, past: dict[int, list[Earlier]]) -> LinkedFigures:
        n = len(model.values)
        known_low, known_high = np.zeros(n), np.full(n, np.inf)
        kept, moot, before = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        for place, told in past.items():
            known_low[place] = max(each.low for each in told)
            known_high[place] = min(each.high for each in told)
            moot[place] = any(not each.hidden for each in told)
            before[place] = not moot[place]
        for cell, is_hidden in self.hidden.items():
            place = model.places[cell]
            kept[place], before[place] = not is_hidden, is_hidden
        rows = [row for table in self.declared for bound in table.bounds if (row := self._row(model, bound)) is not None]
        linked = LinkedFigures(
            values=np.array(model.values, dtype=np.int64),
            printed=np.array(model.printed, dtype=bool),
            people=np.array(model.people, dtype=bool),
            level=np.array(model.level, dtype=int),
            equations=_matrix([terms for terms, _ in model.equations], n),
            groups=np.array([group for _, group in model.equations], dtype=int),
            lines=tuple(model.lines),
            bounds=_matrix([terms for terms, _, _ in rows], n),
            bound_low=np.array([low for _, low, _ in rows], dtype=float),
            bound_high=np.array([high for _, _, high in rows], dtype=float),
            known_low=known_low,
            known_high=known_high,
            forced=np.array(model.forced, dtype=bool),
            kept=kept,
            moot=moot,
            before=before,
        )
        return linked if self.rule.hide_zeros else linked.without_sure_zeros(hidden_first(linked, self.rule))

    def _row(self, model: FigureModel, bound: Bound) -> tuple[dict[int, float], float, float] | None:
        terms: dict[int, float] = {}
        for cell, weight in bound.weights:
            place = model.places.get(self._scoped(cell))
            if place is None:
                return None
            terms[place] = terms.get(place, 0.0) + weight
        value = sum(weight * model.values[place] for place, weight in terms.items())
        return (terms, bound.low, bound.high) if bound.low <= value <= bound.high else None

    def attacked(self, *, knows_algorithm: bool = True) -> tuple[np.ndarray, list[Counted | None], AttackFindings]:
        """An attack on everything published: which figures are hidden, what they count, and what was found.

        Returns
        -------
        (bool array, list of Counted or None, Findings)
        """
        linked, _, names = self.linked()
        hidden = np.array([name in self.hidden and self.hidden[name] for name in names], dtype=bool)
        hidden |= linked.before & ~linked.kept
        return hidden, names, Attacker(linked, self.rule, hidden, knows_algorithm=knows_algorithm).attack()


def _key(table: Declaration) -> tuple[object, ...]:
    """By what a table that was declared before is known again."""
    return table.name, table.cells, table.values.tobytes(), table.printed.tobytes(), table.forced.tobytes()


def _matrix(rows: Sequence[dict[int, float]], n: int) -> sparse.csr_array:
    entries = [(number, place, weight) for number, terms in enumerate(rows) for place, weight in terms.items()]
    if not entries:
        return sparse.csr_array((len(rows), n))
    row, column, weight = zip(*entries, strict=True)
    return sparse.csr_array((np.array(weight), (np.array(row), np.array(column))), shape=(len(rows), n))


def _inside(one: str, other: str) -> bool:
    """Whether a period lies within another, and is not the same; periods as ``2011-01-01 to 2011-07-01``."""
    start, end = one.split(" to ")
    first, last = other.split(" to ")
    return one != other and first <= start and end <= last
