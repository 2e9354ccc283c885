"""Ids and dates of a personal-network study settled, its answers cleaned: from long tables to interviews."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportRow, chained
from recoverynet.formats.interviews.answers import Answers, require_asked
from recoverynet.formats.interviews.tables import Interviews
from recoverynet.formats.recognised import recognised
from recoverynet.instants import as_instant
from recoverynet.tables.columns import parse_instants
from recoverynet.tables.mapped import plain_name

_CODE = re.compile(r"[A-Za-z]{0,3}[-_.]?\d+[a-z]?")


class AccountPlace(Protocol):
    """Where a study keeps its account."""

    label: str
    rows: list[ImportRow]
    notes: list[str]


def settled_interviews(
    egos: list[pd.DataFrame],
    alters: list[pd.DataFrame],
    ties: list[pd.DataFrame],
    study: AccountPlace,
    asked_at: object,
    keep: Collection[str],
    tz: str,
) -> Interviews:
    """Interviews of long tables.

    Raises
    ------
    SchemaError
        There is nobody who was asked, or nobody named, or a date cannot be read.
    """
    asked = _asked(egos, study, asked_at, tz)
    named = _named(alters, asked, study)
    tied = _tied(ties, asked, named, study)
    cleaned = []
    require_asked(keep, [*asked.columns, *named.columns, *tied.columns], "keep")
    for frame, own, what in (
        (asked, ["_ego", "ego_id", "asked_at"], "the people asked"),
        (named, ["_ego", "_alter", "ego_id", "alter_id", "asked_at"], "the alters"),
        (tied, ["ego_id", "alter_a", "alter_b", "asked_at", "weight"], "the ties"),
    ):
        rest = frame[[title for title in frame.columns if title not in own]]
        answers = Answers(rest, what, study.label).cleaned(keep, (), tells_none=True)
        study.rows += answers.rows
        cleaned.append(pd.concat([frame[[title for title in own if title not in ("_ego", "_alter")]], answers.frame], axis=1))
    cleaned[0]["instrument"] = cleaned[1]["instrument"] = None
    cleaned[1] = _beside(cleaned[1], "relation")
    cleaned[2] = _beside(cleaned[2], "relation")
    return Interviews(cleaned[0], cleaned[1], cleaned[2], study.label)


def _beside(frame: pd.DataFrame, title: str) -> pd.DataFrame:
    return frame if title in frame.columns else frame.assign(**{title: pd.Series(None, index=frame.index, dtype="str")})


def _asked(egos: list[pd.DataFrame], study: AccountPlace, asked_at: object, tz: str) -> pd.DataFrame:
    frame = _below(egos, ["_ego"])
    if not len(frame):
        raise SchemaError(f"{study.label!r} holds nobody who was asked; the files are empty below their headings.")
    missing = frame["_ego"].isna()
    twice = ~missing & frame.duplicated("_ego")
    dropped = ((int(missing.sum()), "they have no id"), (int(twice.sum()), "the same person stood there before"))
    study.rows += chained(study.label, "people asked", len(frame), dropped)
    frame = frame[~missing & ~twice].reset_index(drop=True)
    sure, names = recognised(frame["_ego"])
    telling = frame["_ego"].isin(sure | names)
    number = pd.Series([f"ego {place}" for place in range(1, len(frame) + 1)], dtype="str")
    if telling.any():
        why = "the id looks like a name or number of somebody; a number stands for it"
        study.rows.append(ImportRow(study.label, "ids of the people asked", len(frame), len(frame), why, int(telling.sum())))
    frame = frame.assign(ego_id=frame["_ego"].where(~telling, number))
    if isinstance(asked_at, str) and asked_at in frame.columns:
        instants = parse_instants(frame[asked_at], tz)
        wrong = int(instants.isna().sum())
        if wrong:
            raise SchemaError(
                f"The column {asked_at!r} does not hold a date as 2011-03-07 for {wrong} of {len(frame)} people asked. A date such "
                "as 03/07/2011 may be of March or of July, and is not guessed: write it the other way, or give one day for all."
            )
        return frame.drop(columns=asked_at).assign(asked_at=instants)
    return frame.assign(asked_at=as_instant(asked_at, tz)).astype({"asked_at": pd.DatetimeTZDtype("us", tz)})


def _below(frames: list[pd.DataFrame], needed: list[str]) -> pd.DataFrame:
    """Frames below one another, with the columns needed at least."""
    filled = [frame for frame in frames if len(frame)]
    whole = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=needed, dtype="str")
    return whole.assign(
        **{title: pd.Series(None, index=whole.index, dtype="str") for title in needed if title not in whole.columns}
    )


def _named(alters: list[pd.DataFrame], asked: pd.DataFrame, study: AccountPlace) -> pd.DataFrame:
    """Alters with ids of their own, ``ego:alter``; ids that may be names are replaced by numbers."""
    frame = _below(alters, ["_ego", "_alter"])
    unknown = ~frame["_ego"].isin(asked["_ego"])
    missing = ~unknown & frame["_alter"].isna()
    twice = ~unknown & ~missing & frame.duplicated(["_ego", "_alter"])
    reasons = [(unknown, "who named them is not among the people asked"), (missing, "they have no id")]
    reasons += [(twice, "the same person named the same alter before")]
    study.rows += chained(study.label, "alters", len(frame), [(int(wrong.sum()), why) for wrong, why in reasons])
    if twice.any():
        study.notes.append("Where somebody was asked twice, name the column that tells interviews apart: ego_id='Interview ID'.")
    frame = frame[~unknown & ~missing & ~twice].reset_index(drop=True)
    own = frame["_alter"]
    if not own.map(lambda value: bool(_CODE.fullmatch(value))).all():
        own = (frame.groupby("_ego", sort=False).cumcount() + 1).astype("str")
        n = len(frame)
        why = "the ids of alters may be names; the number of the alter stands for each"
        study.rows.append(ImportRow(study.label, "ids of alters", n, n, why, n))
    known = asked.set_index("_ego")[["ego_id", "asked_at"]].loc[frame["_ego"]].reset_index(drop=True)
    return frame.assign(ego_id=known["ego_id"], asked_at=known["asked_at"], alter_id=known["ego_id"] + ":" + own)


def _tied(ties: list[pd.DataFrame], asked: pd.DataFrame, named: pd.DataFrame, study: AccountPlace) -> pd.DataFrame:
    """Ties between alters that were named."""
    frame = _below(ties, ["_ego", "_source", "_target"])
    ids = dict(zip(zip(named["_ego"], named["_alter"], strict=True), named["alter_id"], strict=True))
    one, other = (
        pd.Series([ids.get(pair) for pair in zip(frame["_ego"], frame[end], strict=True)], index=frame.index, dtype="str")
        for end in ("_source", "_target")
    )
    stray = one.isna() | other.isna()
    own = ~stray & (one == other)
    weight, wrong = _weights(frame)
    wrong &= ~stray & ~own
    reasons = [(stray, "an end is no alter of the person asked"), (own, "both ends are the same")]
    reasons += [(wrong, "the weight is no number of 0 or more")]
    study.rows += chained(study.label, "ties of the files", len(frame), [(int(bad.sum()), why) for bad, why in reasons])
    left = ~stray & ~own & ~wrong
    known = asked.set_index("_ego")[["ego_id", "asked_at"]].reindex(frame["_ego"]).reset_index(drop=True)
    made = pd.DataFrame(
        {"ego_id": known["ego_id"], "alter_a": one, "alter_b": other, "asked_at": known["asked_at"], "weight": weight}
    )
    taken = {"_ego", "_source", "_target", _weight_title(frame)}
    rest = frame[[title for title in frame.columns if title not in taken]]
    return pd.concat([made, rest], axis=1)[left].reset_index(drop=True)


def _weight_title(frame: pd.DataFrame) -> str:
    return next((title for title in frame.columns if plain_name(title) in ("weight", "strength", ".weight")), "")


def _weights(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Weights as numbers, and which rows hold something else."""
    title = _weight_title(frame)
    if not title:
        return pd.Series(float("nan"), index=frame.index), pd.Series(False, index=frame.index)
    numbers = pd.to_numeric(frame[title], errors="coerce").astype("float64")
    return numbers, frame[title].notna() & ~(numbers >= 0)
