"""What was done to make a folder that names nobody, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from recoverynet.tables.problems import masked

_LONGEST_CODE = 12


@dataclass(frozen=True)
class Pseudonymised:
    """What was done to make a folder that names nobody?

    Attributes
    ----------
    folder : Path
        Where the tables were written, as CSV under our names; no mapping is needed to read them.
    n_people : int
        People in the people table, each once.
    n_by_role : dict of str to int
        The same by role, the most frequent first.
    n_named : int
        People with pseudonyms who are not in the people table, such as those only named by somebody.
    tables : tuple of str
    left_out : tuple of (table, column, why)
    masked : tuple of (table, column, number of rows)
        Texts in which an e-mail address, a telephone, NHS or National Insurance number, a street address or a postcode
        was replaced by ``[removed]``.
    people_removed, free_text_removed : tuple of (table, column, number of rows)
        Texts in which somebody known was replaced by ``[removed]``; texts of somebody's own that went whole.
    alike : tuple of tuples of str
        Ids that differ in capitals, accents, spaces or punctuation alone, and may be one person written in two ways.
    n_age_bands : int
        Dates of birth that became an age band (the age on joining) before they were left out.
    """

    folder: Path
    n_people: int
    tables: tuple[str, ...]
    left_out: tuple[tuple[str, str, str], ...] = ()
    masked: tuple[tuple[str, str, int], ...] = ()
    n_age_bands: int = 0
    n_by_role: dict[str, int] = field(default_factory=dict)
    n_named: int = 0
    people_removed: tuple[tuple[str, str, int], ...] = ()
    free_text_removed: tuple[tuple[str, str, int], ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()

    def summary(self) -> str:
        """What was done, in plain sentences."""
        lines = [f"Written to {self.folder}: {', '.join(self.tables)}; {self._people_in_words()}."]
        lines += [f"  left out {table}.{column}: {why}" for table, column, why in self.left_out]
        for what, found in (
            ("masked identifiers in", self.masked),
            ("removed known people from", self.people_removed),
            ("removed free text from", self.free_text_removed),
        ):
            lines += [f"  {what} {table}.{column}: {n:,} {'row' if n == 1 else 'rows'}" for table, column, n in found]
        if self.n_age_bands:
            people = "person" if self.n_age_bands == 1 else "people"
            lines.append(f"  dates of birth became an age band for {self.n_age_bands:,} {people}")
        if self.alike:
            lines.append(self._alike_in_words())
        if self.free_text_removed or any(why.startswith("it is no column") for _, _, why in self.left_out):
            lines.append('To keep a column that tells of nobody, name it in a mapping file: keep = ["column"] under the table.')
        lines.append("Ids of groups and occasions are pseudonyms too; names and places of groups are kept as they are.")
        lines.append("Read it through before it leaves your hands: no rule finds every name.")
        return "\n".join(lines)

    def _people_in_words(self) -> str:
        """How many people, by role, and how many who are only named by them."""
        roles = ", ".join(f"{role} {n:,}" for role, n in self.n_by_role.items())
        people = (
            f"{self.n_people:,} {'person' if self.n_people == 1 else 'people'} under pseudonyms{f' ({roles})' if roles else ''}"
        )
        named = (
            f", and {self.n_named:,} more who {'is' if self.n_named == 1 else 'are'} named but not in people"
            if self.n_named
            else ""
        )
        return people + named

    def _alike_in_words(self) -> str:
        """Which ids may be one person written in two ways; ids that may be names are cut short."""
        first = "; ".join(" and ".join(one if _is_code(one) else masked(one) for one in same) for same in self.alike[:3])
        return (
            f"  doubtful: {len(self.alike):,} {'id is' if len(self.alike) == 1 else 'ids are'} written in several ways ({first}"
            f"{'; …' if len(self.alike) > 3 else ''}), and each way has a pseudonym of its own; if they mean one person, write "
            "them alike in the source first"
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a column left out or masked: table, column, done, n_rows."""
        rows = [(table, column, f"left out: {why}", 0) for table, column, why in self.left_out]
        for done, found in (
            ("masked", self.masked),
            ("known people removed", self.people_removed),
            ("free text removed", self.free_text_removed),
        ):
            rows += [(table, column, done, count) for table, column, count in found]
        return pd.DataFrame(rows, columns=["table", "column", "done", "n_rows"])


def _is_code(one: str) -> bool:
    """Whether an id is a short code rather than a name or a number by which somebody is known."""
    return (
        len(one) <= _LONGEST_CODE and any(sign.isdigit() for sign in one) and any(sign.isalpha() for sign in one) and " " not in one
    )
