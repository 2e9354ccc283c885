"""Rare labels: what so few clients have on record that its very name would tell of them is put together as "other"."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from recoverynet.report import wording
from recoverynet.report.outcome_names import KNOWN
from recoverynet.states import STATE_VARIABLE
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.period import DATED_BY
from recoverynet.tables.record import RecoveryRecord, Window

OTHER = "other"
HOLDER = {"people": "person_id", "episodes": "person_id", "nominations": "ego_id", "observations": "person_id"}
"""Tables whose labels are about a person, and the column that says whose."""
SEXES, SUBSTANCES, ANSWERS = ("f", "m", "female", "male"), ("opiate_crack", "alcohol"), ("yes", "no", "true", "false", "1", "0")
STATUSES = ("settled", "temporary", "no_fixed_abode", "none", "some", "regular", "employed", "education", "unemployed", "released")
TREATMENTS = ("psychosocial", "prescribing", "day_programme", "residential")
EXITS = ("completed", "dropped_out", "transferred", "in_custody", "declined", "died")
USUAL = frozenset((OTHER, *SEXES, *SUBSTANCES, *ANSWERS, *STATUSES, *TREATMENTS, *EXITS))
"""Words of the layouts and samples, in small letters: they are in every report of this kind, and tell of nobody."""
_BAND = re.compile(r"(\d{2})\s*[-–]\s*(\d{2})|(\d{2})\s*\+")
OLDEST_BAND, NARROWEST_BAND = 65, 4


def is_usual(label: object) -> bool:
    """Whether a label is a word of the layouts, or an age band at least five years wide and no older than 65 and over."""
    text = str(label).strip().lower()
    band = _BAND.fullmatch(text)
    if band is None:
        return text.replace(" ", "_") in USUAL
    low, high, open_from = band.groups()
    if open_from is not None:
        return int(open_from) <= OLDEST_BAND
    return int(high) - int(low) >= NARROWEST_BAND and int(high) <= OLDEST_BAND + 10


def rare_pooled(values: pd.Series, holders: pd.Series | pd.Index, smallest: int, *, counted: pd.Series | None = None) -> pd.Series:
    """Labels, with ``"other"`` for those that fewer than a number of people have.

    Parameters
    ----------
    values : pandas.Series
        Labels; missing ones stay missing.
    holders : pandas.Series or Index of str, as long
        Whose label it is; somebody with a label twice counts once.
    smallest : int
        From how many people on a label is told.
    counted : bool Series, as long, optional
        Which of them count as having it. Default: all.

    Returns
    -------
    pandas.Series
        Labels are the same where they read the same; words every report has (:func:`is_usual`) stay.

    Examples
    --------
    >>> import pandas as pd
    >>> rare_pooled(pd.Series(["Roma", "Polish", "polish"]), pd.Series(["a", "b", "c"]), 2).tolist()
    ['other', 'Polish', 'polish']
    """
    if smallest <= 1:
        return values
    different = values.dropna().unique()
    read = {value: wording.label(value) for value in different if not is_usual(value)}
    frame = pd.DataFrame({"label": values.map(read).to_numpy(), "holder": pd.Index(holders).astype("str")})
    kept = frame if counted is None else frame[counted.to_numpy(dtype=bool)]
    n = kept.drop_duplicates()["label"].value_counts()
    few = {value for value, label in read.items() if n.get(label, 0) < smallest}
    return values.astype("str").mask(values.isin(few), OTHER) if few else values


def with_rare_labels_pooled(
    record: RecoveryRecord, clients: pd.Index, smallest: int, *, window: Window | None = None
) -> RecoveryRecord:
    """The record a report may be made of: no label is in it that fewer than a number of its clients have.

    Parameters
    ----------
    record : RecoveryRecord
    clients : pandas.Index of str
        Clients the report is about.
    smallest : int
        From how many clients on a label is told: the smallest count a policy shows. 1: everything is.
    window : (start, end), optional
        The period the report is about: what was answered or named outside it does not count. Default: all of the record.

    Returns
    -------
    RecoveryRecord
        The same record where nothing is rare.

    Notes
    -----
    Pooled are the texts of people (area, sex, substance, ethnicity and every other column), of treatments (provider, modality
    and so on), of those named (relation), and answers. An outcome asked of so few clients is left out. Areas of groups follow
    those of clients; an area where no client lives is a place, and stays. Ids, dates, numbers and words that the layouts
    prescribe are no labels; forms of questionnaires are kept apart, so that no two are compared, and are not printed.
    """
    if smallest <= 1:
        return record
    changed: dict[str, pd.DataFrame] = {}
    for name in ("people", "episodes", "nominations"):
        table = getattr(record, name)
        new = _labels_pooled(name, table, _counted(name, table, clients, window), smallest)
        if new:
            changed[name] = _without_twins(name, table.assign(**new))
    asked = _counted("observations", record.observations, clients, window)
    answers = _answers_pooled(record.observations, asked, smallest)
    if answers is not record.observations:
        changed["observations"] = answers
    if "people" in changed:
        groups = _areas_of_groups(record, changed["people"])
        if groups is not None:
            changed["groups"] = groups
    return record.with_tables(**changed) if changed else record


def label_columns(name: str, table: pd.DataFrame) -> list[str]:
    """Columns of a table that hold labels from the data: texts, and what rides along beside the layout."""
    layout = {column.name: column for column in RECORD_TABLES[name].columns}
    own = [column for column in table.columns if column not in layout or layout[column].kind == "text"]
    return [column for column in own if not pd.api.types.is_datetime64_any_dtype(table[column])]


def _counted(name: str, table: pd.DataFrame, clients: pd.Index, window: Window | None) -> pd.Series:
    """Rows about the clients and the period of a report."""
    theirs = table[HOLDER[name]].isin(clients)
    if window is None or name not in DATED_BY:
        return theirs
    when = table[DATED_BY[name]]
    return theirs & (when >= window[0]) & (when < window[1])


def _labels_pooled(name: str, table: pd.DataFrame, counted: pd.Series, smallest: int) -> Mapping[str, pd.Series]:
    """Columns in which a label was rare."""
    found = {}
    for column in label_columns(name, table):
        values = table[column]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            continue
        new = rare_pooled(values, table[HOLDER[name]], smallest, counted=counted)
        if new is not values:
            found[str(column)] = new
    return found


def _without_twins(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rows that nothing but a pooled label told apart are one; of treatments, that which lasts longest."""
    keys = [key for key in RECORD_TABLES[name].key if key in table.columns]
    if not table.duplicated(keys).any():
        return table
    ordered = table.sort_values("ended_on", kind="stable", na_position="last") if "ended_on" in table.columns else table
    return table.loc[ordered.drop_duplicates(keys, keep="last").index.sort_values()]


def _answers_pooled(table: pd.DataFrame, counted: pd.Series, smallest: int) -> pd.DataFrame:
    """Observations without outcomes asked of a few, and without answers a few gave; states and numbers stay."""
    own = ~table["variable"].isin([STATE_VARIABLE, *KNOWN])
    names = rare_pooled(table["variable"].where(own), table["person_id"], smallest, counted=counted)
    few = own & (names == OTHER)
    text = (table["variable"] != STATE_VARIABLE) & ~few & pd.to_numeric(table["value"], errors="coerce").isna()
    answers = table["value"].copy()
    for _, rows in table[text].groupby("variable"):
        told = rare_pooled(rows["value"], rows["person_id"], smallest, counted=counted[rows.index])
        answers.loc[rows.index] = told
    return table if not few.any() and answers.equals(table["value"]) else table.assign(value=answers)[~few]


def _areas_of_groups(record: RecoveryRecord, people: pd.DataFrame) -> pd.DataFrame | None:
    """Groups with the areas that were pooled for clients pooled as well; None where none was."""
    gone = record.people["area"].ne(people["area"]) & record.people["area"].notna()
    areas = set(record.people.loc[gone, "area"].map(wording.label))
    theirs = record.groups["area"].map(wording.label, na_action="ignore").isin(areas)
    return record.groups.assign(area=record.groups["area"].mask(theirs, OTHER)) if areas and theirs.any() else None
