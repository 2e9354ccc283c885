"""A mapping proposed for a folder or workbook of somebody else's tables, with every doubt written beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recoverynet.errors import SchemaError
from recoverynet.formats.proposal.found import FoundTable, tables_of
from recoverynet.formats.proposal.sections import MappingSection, commented, some_of
from recoverynet.formats.proposal.tables import Questions, mapping_sections
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name
from recoverynet.tables.mapping import read_mapping
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sources import Source, open_source
from recoverynet.untrusted.structured import parse_toml


@dataclass(frozen=True)
class Proposal:
    """How may these tables be read, and what is in doubt?

    Attributes
    ----------
    text : str
        The mapping as a TOML file, its doubts as comments.
    questions : tuple of str
        What nobody but you can answer; until then the lines concerned stand commented out.
    doubts : tuple of str
        What was taken to be so, in the order of the file.
    left_aside : tuple of str
        Files and sheets no table of a record was found in, with why.

    Examples
    --------
    >>> Proposal('time_zone = "Europe/London"', ("Which comes first?",))
    <Proposal: 1 questions, 0 doubts>
    """

    text: str
    questions: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    left_aside: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Proposal: {len(self.questions)} questions, {len(self.doubts)} doubts>"


def propose_mapping(
    source: str | Path,
    *,
    dates: Literal["day_first", "month_first"] | None = None,
    waves: Mapping[str, str] | None = None,
    tz: str = "Europe/London",
) -> Proposal:
    r"""How could these files become a record, and what would have to be true for that?

    Parameters
    ----------
    source : path
        A folder of CSV or Parquet files, one such file, or a workbook.
    dates : {"day_first", "month_first"}, optional
        Which comes first in dates that could be read both ways. Default: they are asked about, never guessed.
    waves : mapping of wave to day, optional
        The day (2011-03-07) of each wave, where a table counts waves instead of dates.
    tz : str
        IANA time zone of times without an offset.

    Returns
    -------
    Proposal

    Raises
    ------
    SchemaError
        There is nothing to read, or no table of it could be made out.

    Notes
    -----
    Tables are looked for below titles and above totals; headings of two rows are joined. What a column is, is read from
    its title and confirmed by its values; a date column must hold dates, an outcome words such as DNA. Columns that name
    persons, birth dates, addresses and free text are never proposed; where only names stand for people they are
    numbered. Hidden sheets are left aside and named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "visits.csv"
    ...     _ = file.write_text("Client ref,Date,Worker,Attended/DNA\nC1,07/03/2011,W1,Attended\nC1,14/03/2011,W1,DNA\n")
    ...     print(rn.propose_mapping(folder).text.splitlines()[-1])
    outcome = { from = "Attended/DNA", values = { Attended = "attended", DNA = "did_not_attend" } }
    """
    return proposed(open_source(source, one_file=True), dates=dates, waves=waves, tz=tz)


def proposed(
    opened: Source, *, dates: Literal["day_first", "month_first"] | None, waves: Mapping[str, str] | None, tz: str
) -> Proposal:
    """The same for a source that is open already."""
    if dates not in (None, "day_first", "month_first"):
        raise SchemaError(f"dates is 'day_first' or 'month_first'; got {dates!r}.")
    require_time_zone(tz, "tz")
    found = list(tables_of(opened))
    answers = Questions(dates, dict(waves or {}), _known_people(found))
    sections = _gathered(section for table in _people_first(found) for section in mapping_sections(table, answers))
    aside = tuple(_left_aside(opened, found))
    if not sections:
        raise SchemaError(
            f"{opened.label} holds no table that could be made out. {' '.join(aside)} Write a mapping by hand, or use "
            "another importer."
        )
    text = _text(opened.label, tz, sections, answers.questions, aside)
    read_mapping(parse_toml(text, "the proposed mapping"))
    doubts = [remark for section in sections for remark in (*section.comments, *section.beside.values()) if remark]
    return Proposal(text, tuple(answers.questions), tuple(doubts), aside)


def _known_people(found: Iterable[FoundTable]) -> frozenset[str]:
    """Ids of people that tables of people hold."""
    known: set[str] = set()
    for table in found:
        if table.sort in ("people", "ours") and (table.sort == "people" or table.name == "people"):
            for profile in table.columns:
                if plain_name(profile.title) == "person_id" or table.roles.get("person_id") is profile:
                    known |= set(profile.values)
    return frozenset(known)


def _people_first(found: list[FoundTable]) -> list[FoundTable]:
    return sorted(found, key=lambda table: 0 if table.sort == "people" or table.name == "people" else 1)


def _gathered(sections: Iterable[MappingSection]) -> list[MappingSection]:
    """Sections in the order of our tables; those that differ in their file alone are one."""
    kept: list[MappingSection] = []
    for section in sections:
        twin = next((other for other in kept if other.same_shape(section)), None)
        if twin is None:
            kept.append(section)
        elif not set(section.sources) <= set(twin.sources):
            twin.sources += section.sources
    order = list(READABLE_TABLES)
    return sorted(kept, key=lambda section: order.index(section.table))


def _left_aside(source: Source, found: list[FoundTable]) -> Iterable[str]:
    for name in sorted(source.hidden):
        yield f"The sheet {source.names[name]!r} is hidden and was left aside."
    read = {table.name for table in found}
    for table in found:
        if table.sort == "register":
            how = "its columns are dates): `recoverynet import register` reads it."
            yield f"{table.title} looks like an attendance register ({how}"
        if table.sort == "unknown":
            titles = some_of([profile.title for profile in table.columns])
            yield f"{table.title}: no column that says whom a row is about was made out among {titles}."
    for name, title in source.names.items():
        if name not in read and name not in source.hidden:
            problems = source.read(name, ()).problems
            yield problems[0].in_words() if problems else f"{title} holds no table."


def _text(label: str, tz: str, sections: list[MappingSection], questions: list[str], aside: tuple[str, ...]) -> str:
    lines = commented(
        f"A mapping proposed for {label[0].lower() + label[1:]}. Read the comments: they say what was taken to be so."
    )
    lines += [line for question in questions for line in commented(f"ASKED: {question}")]
    lines += [line for remark in aside for line in commented(remark)]
    lines += [f'time_zone = "{tz}"   # of times without an offset', ""]
    return "\n".join(lines) + "\n" + "\n\n".join(section.written() for section in sections) + "\n"
