"""One file of a return on its way in, and who each of its rows is about."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from recoverynet.formats.imported import ImportRow
from recoverynet.formats.ndtms.columns import ColumnParts
from recoverynet.tables.birth_dates import ImplausibleBirths, plausible_births
from recoverynet.tables.linkage_tokens import births_in_words
from recoverynet.tables.pseudonym_ids import pseudonyms


@dataclass
class Return:
    """One file on its way in."""

    source: str
    columns: ColumnParts
    frame: pd.DataFrame
    person: pd.Series
    dates: dict[str, pd.Series]
    rows: list[ImportRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self, part: str) -> pd.Series:
        """A column by the part it plays, all missing where there is none."""
        title = self.columns.parts.get(part)
        return self.frame[title] if title else pd.Series(pd.NA, index=self.frame.index, dtype="str")

    def date(self, part: str) -> pd.Series:
        """A column of dates by the part it plays."""
        return self.dates.get(part, pd.Series(pd.NaT, index=self.frame.index, dtype="datetime64[us]"))


def person_ids(one: Return, secret: bytes | None, numbers: dict[str, int]) -> pd.Series:
    """The id of each row's person: the extract's own, the agency's, or a token or number of the attributor.

    ``numbers`` grows by the people met first in this file, so that who stands in two files is one person, and others are not.
    """
    agency = one.text("agency").fillna("")
    if "random_id" in one.columns.parts:
        ids = one.text("random_id")
    elif "client" in one.columns.parts:
        ids = agency.where(agency == "", agency + ":") + one.text("client")
    else:
        whose = one.text("attributor") if "attributor" in one.columns.parts else attributor(one)
        for person in whose.dropna().unique():
            numbers.setdefault(person, len(numbers) + 1)
        numbered = "person-" + whose.map(numbers).astype("Int64").astype("str")
        one.notes.append("people are told apart by initials, birth date and sex alone; some of them share these.")
        ids = pseudonyms(whose, secret) if secret else numbered.where(whose.notna())
    return pseudonyms(ids, secret) if secret else ids.astype("str")


def attributor(one: Return) -> pd.Series:
    """Initials, birth date and sex as one text, missing where one of the first three is or the date cannot be right."""
    first, second = (one.text(part).str.upper().str[:1] for part in ("first_initial", "second_initial"))
    born, births = plausible_births(one.date("born"), one.date("born").notna(), known=first_known(one))
    tell_of_births(one, births)
    attributor: pd.Series = (first + second + born.dt.strftime("%Y%m%d") + one.text("sex").fillna("").str.upper().str[:1]).astype(
        "str"
    )
    return attributor


def tell_of_births(one: Return, births: ImplausibleBirths) -> None:
    """Note birth dates that cannot be right, once."""
    told = f"{one.source}: {births_in_words(births)}"
    if births.n_wrong and told not in one.notes:
        one.notes.append(told)


def first_known(one: Return) -> pd.Series:
    """The day each row's person was triaged, else referred."""
    return one.date("triaged").fillna(one.date("referred"))
