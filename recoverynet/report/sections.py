"""What a report is made of: sections of prose, tables after disclosure, figures with their words, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from recoverynet.draw.style import ShownAxes, figure_of
from recoverynet.draw.style import png as as_png
from recoverynet.draw.style import svg as as_svg
from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report.disclosure.coarser import disclosed_or_coarser, in_its_place
from recoverynet.report.disclosure.counted import Earlier
from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable, Grid
from recoverynet.report.disclosure.estimates import DisclosedEstimates, EstimateTable
from recoverynet.report.disclosure.policy import CountTable, DisclosurePolicy
from recoverynet.report.disclosure.publication import Publication
from recoverynet.report.disclosure.summary import SummaryTable
from recoverynet.report.rendering import in_columns, page, without_emphasis


class Drawn(Protocol):
    """Axes of a figure, as the functions of :mod:`recoverynet.draw` return them."""

    def get_figure(self, root: bool = False) -> Any:
        """The figure they belong to."""


@dataclass(frozen=True)
class Prose:
    """Paragraphs; ``**words**`` are emphasised."""

    paragraphs: tuple[str, ...]
    kind: Literal["prose"] = "prose"

    def to_text(self) -> str:
        """The paragraphs as plain text."""
        return "\n\n".join(without_emphasis(text) for text in self.paragraphs)


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: Literal["heading"] = "heading"

    def to_text(self) -> str:
        """The heading, underlined."""
        return f"{self.text}\n{'-' * len(self.text)}"


@dataclass(frozen=True)
class Points:
    """Sentences that stand beside each other, one a line; ``**words**`` are emphasised."""

    items: tuple[str, ...]
    kind: Literal["points"] = "points"

    def to_text(self) -> str:
        """One line a point."""
        return "\n".join(f"- {without_emphasis(item)}" for item in self.items)


@dataclass(frozen=True)
class KeyFigure:
    """One number of the summary: its value as text, what it is, and what it is out of."""

    value: str
    label: str
    detail: str


@dataclass(frozen=True)
class KeyFigures:
    """The few numbers a reader should take away."""

    figures: tuple[KeyFigure, ...]
    kind: Literal["key_figures"] = "key_figures"

    def to_text(self) -> str:
        """One line a number."""
        return "\n".join(f"{figure.value}  {figure.label} ({figure.detail})" for figure in self.figures)


@dataclass(frozen=True)
class Note:
    """A remark set apart: something missing, or something to keep in mind while reading."""

    text: str
    tone: Literal["plain", "caution"] = "plain"
    kind: Literal["note"] = "note"

    def to_text(self) -> str:
        """The remark as plain text."""
        return f"Note: {without_emphasis(self.text)}"


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and a value: settings, versions, files."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"

    def to_text(self) -> str:
        """One line a pair."""
        return "\n".join([self.title, *(f"  {name}: {value}" for name, value in self.pairs)])


@dataclass(frozen=True, eq=False)
class Table:
    """A table after disclosure, with its number in the report."""

    shown: DisclosedTable | DisclosedSummary | DisclosedEstimates
    number: int
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        if not isinstance(self.shown, DisclosedTable | DisclosedSummary | DisclosedEstimates):
            raise DisclosureError(
                f"A report holds tables after disclosure only; got {type(self.shown).__name__}. Call "
                ".disclosed(policy) on a CountTable or SummaryTable first."
            )

    @property
    def grid(self) -> Grid:
        """The table as texts."""
        return self.shown.grid()

    @property
    def identity(self) -> str:
        """What the table is called within a page."""
        return f"table-{self.number}"

    def to_text(self) -> str:
        """The table in columns of text."""
        grid = self.grid
        body = in_columns([grid.columns, *grid.rows], numbers=True)
        heading = f"Table {self.number}. {self.shown.title} ({self.shown.population}, {self.shown.period})"
        return "\n".join([heading, *body, *self.shown.remarks()])


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture drawn from disclosed numbers, its caption, and the same in words for who cannot see it.

    It is drawn when a form of it is first asked for: a page needs no PNG, a Word document no SVG, a text and a workbook neither.
    """

    draw: Callable[[], Drawn] | None
    alt: str
    caption: str
    number: int
    kind: Literal["figure"] = "figure"

    def __post_init__(self) -> None:
        if not self.alt.strip() or not self.caption.strip():
            raise SchemaError("A figure needs a caption, and an alt text that says in words what it shows.")

    def __getstate__(self) -> dict[str, Any]:
        """What is put away: the pictures made, not what they were drawn with."""
        made = {"svg": self.svg, "narrow_svg": self.narrow_svg, "png": self.png}
        return {name: kept for name, kept in {**self.__dict__, **made}.items() if name != "_axes"} | {"draw": None}

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG text."""
        return as_svg(self._axes.get_figure(root=True))

    @cached_property
    def _axes(self) -> Drawn:
        if self.draw is None:  # only what was put away has none, and it has its pictures
            raise SchemaError(f"Figure {self.number} was put away with its pictures, and without what they were drawn with.")
        return self.draw()

    @cached_property
    def narrow_svg(self) -> str:
        """The same drawn for a phone; empty where it is not known how it was drawn."""
        narrow = self._axes.narrow() if isinstance(self._axes, ShownAxes) else None
        return as_svg(figure_of(narrow)) if narrow else ""

    @cached_property
    def png(self) -> bytes:
        """The picture for documents that cannot hold SVG."""
        return as_png(self._axes.get_figure(root=True))

    def to_text(self) -> str:
        """What the picture shows, in words."""
        return f"Figure {self.number}. {self.caption}\n{self.alt}"


@dataclass(frozen=True)
class Listing:
    """Rows about one person's life, as texts: never in a report that is shared."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["listing"] = "listing"

    def to_text(self) -> str:
        """The rows in columns of text."""
        return "\n".join([self.title, *in_columns([self.columns, *self.rows])])


Block = Prose | Heading | Points | KeyFigures | Note | Facts | Table | Figure | Listing


@dataclass(frozen=True, eq=False, repr=False)
class Section:
    """One part of a report, which shows itself in a notebook.

    Attributes
    ----------
    name : str
        Short name by which a report finds it: ``report["network"]``.
    title : str
        Its heading.
    blocks : tuple of Prose, Points, KeyFigures, Note, Facts, Table or Figure
        What it says, in order.
    lead : str
        The question it answers, in one sentence.

    Examples
    --------
    >>> from recoverynet.report.sections import Prose, Section
    >>> print(Section("network", "The network", (Prose(("Most clients know **somebody**.",)),)))
    The network
    ===========
    <BLANKLINE>
    Most clients know somebody.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""

    def tables(self) -> tuple[Table, ...]:
        """The tables of the section, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the section, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))

    def to_text(self) -> str:
        """The whole section as plain text."""
        head = [self.title, "=" * len(self.title), *(["", self.lead] if self.lead else [])]
        return "\n".join([*head, *(f"\n{block.to_text()}" for block in self.blocks)])

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        parts = [f"{len(self.tables())} tables", f"{len(self.figures())} figures"]
        return f"<Section {self.name!r}: {self.title}, {', '.join(parts)}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Where a notebook cannot show HTML, the section is told as text."""
        printer.text(repr(self) if cycle else self.to_text())

    def _repr_html_(self) -> str:
        return page("section.html.j2", {"section": self})


class SectionWriter:
    """Writes one section: whatever it is given passes the disclosure policy before it is kept.

    Parameters
    ----------
    report : ReportWriter
        Numbers the tables and figures and holds the policy.
    name, title, lead : str
        As in :class:`Section`.
    """

    def __init__(self, report: ReportWriter, name: str, title: str, lead: str = "") -> None:
        self._report, self._name, self._title, self._lead = report, name, title, lead
        self._blocks: list[Block] = []

    def say(self, *paragraphs: str) -> None:
        """Add paragraphs; empty ones are left out."""
        kept = tuple(text for text in paragraphs if text)
        if kept:
            self._blocks.append(Prose(kept))

    def heading(self, text: str) -> None:
        """Add a heading within the section."""
        self._blocks.append(Heading(text))

    def points(self, items: Sequence[str]) -> None:
        """Add sentences, one a line."""
        if items:
            self._blocks.append(Points(tuple(items)))

    def key_figures(self, figures: Sequence[KeyFigure]) -> None:
        """Add the few numbers to take away."""
        if figures:
            self._blocks.append(KeyFigures(tuple(figures)))

    def note(self, text: str, tone: Literal["plain", "caution"] = "plain") -> None:
        """Add a remark set apart."""
        self._blocks.append(Note(text, tone))

    def facts(self, title: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Add names and values."""
        self._blocks.append(Facts(title, tuple(pairs)))

    def listing(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add rows about one person's life: only a report for the holder of the case may have them."""
        if rows:
            self._blocks.append(Listing(title, tuple(columns), tuple(tuple(row) for row in rows)))

    def table(self, table: CountTable) -> DisclosedTable:
        """Disclose a table of counts, add it and give it back, for the sentences made from it."""
        return self.show(self.disclose(table))

    def disclose(self, table: CountTable) -> DisclosedTable:
        """Disclose a table of counts without adding it yet: a sentence or figure can stand before it."""
        return disclosed_or_coarser(table, self._report.policy, self._report.publication)

    def show(self, table: DisclosedTable) -> DisclosedTable:
        """Add a table that :meth:`disclose` gave, or the coarser one that stands in its place; and say so."""
        self.say(in_its_place(table))
        self._blocks.append(Table(table.coarser or table, self._report.next_number("table")))
        return table

    def summary(self, table: SummaryTable) -> DisclosedSummary:
        """Disclose a table of means or medians, add it and give it back."""
        shown = table.disclosed(self._report.policy, self._report.publication)
        self._blocks.append(Table(shown, self._report.next_number("table")))
        return shown

    def estimates(self, table: EstimateTable) -> DisclosedEstimates:
        """Disclose a table of estimates, add it and give it back."""
        shown = table.disclosed(self._report.policy)
        self._blocks.append(Table(shown, self._report.next_number("table")))
        return shown

    def figure(self, draw: Callable[[], Drawn], *, alt: str, caption: str) -> None:
        """Add a picture of disclosed numbers; it is drawn when it is first looked at."""
        if not self._report.publication.gathering:
            self._blocks.append(Figure(draw, alt, caption, self._report.next_number("figure")))

    def finish(self) -> Section:
        """The section as written."""
        return Section(self._name, self._title, tuple(self._blocks), self._lead)


class ReportWriter:
    """Holds the disclosure policy of one report and numbers its tables and figures.

    Parameters
    ----------
    policy, earlier, scope, elsewhere, corrected
        As :class:`recoverynet.report.disclosure.publication.Publication` takes them. Default: nothing was published before.
    """

    def __init__(
        self,
        policy: str | DisclosurePolicy,
        *,
        earlier: Sequence[Earlier] = (),
        scope: Iterable[str] = (),
        elsewhere: Mapping[str, tuple[str, frozenset[str]]] | None = None,
        corrected: Sequence[str] = (),
    ) -> None:
        self.policy = DisclosurePolicy.resolve(policy)
        past = tuple(earlier), frozenset(scope), self.policy.is_off, elsewhere or {}, tuple(corrected)
        self.publication = Publication(self.policy.rule(), *past)
        self._counts = {"table": 0, "figure": 0}

    def section(self, name: str, title: str, lead: str = "") -> SectionWriter:
        """Begin a section."""
        return SectionWriter(self, name, title, lead)

    def rehearse(self, write: Callable[[], object]) -> None:
        """Let sections declare their tables, without pictures and into nothing, so that what to hide is decided for all at once."""
        self.publication.gathering = True
        write()
        self.publication.decide()
        self._counts = dict.fromkeys(self._counts, 0)

    def next_number(self, what: Literal["table", "figure"]) -> int:
        """The next free number."""
        self._counts[what] += 1
        return self._counts[what]
