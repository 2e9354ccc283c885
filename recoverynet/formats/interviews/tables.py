"""Interviews about the people somebody knows, as tables of a record: people, nominations, alter ties, observations, groups.

The people named are third parties: they are known by ids of the interview alone, what is said of them is how the person asked
sees them, and they are no people of the record unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportRow, chained
from recoverynet.formats.interviews.answers import typed_answers
from recoverynet.tables.layouts import NOMINATIONS
from recoverynet.tables.mapped import plain_name

Recoding: TypeAlias = Mapping[str, str | tuple[str, Mapping[str, object]]]
_TAKEN = ("relation", "weight", "closeness", "contact_frequency", "perceived_state", "support", "consent_basis")
_NUMBERS = ("weight", "closeness", "contact_frequency")
PREFIX = "interview."


@dataclass
class Interviews:
    """What interviews hold, row by row, ids settled and answers cleaned.

    Attributes
    ----------
    egos : pandas.DataFrame
        ``ego_id``, ``asked_at``, ``instrument`` and answers, a row an interview.
    alters : pandas.DataFrame
        ``ego_id``, ``alter_id``, ``asked_at``, ``instrument``, ``relation`` and answers.
    ties : pandas.DataFrame
        ``ego_id``, ``alter_a``, ``alter_b``, ``asked_at``, ``weight``, ``relation`` and answers.
    """

    egos: pd.DataFrame
    alters: pd.DataFrame
    ties: pd.DataFrame
    source: str
    rows: list[ImportRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_tables(
        self, role: str, recode: Recoding | None, *, alters_as_people: bool
    ) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
        """Tables of the record, and those that have no place in it.

        Raises
        ------
        SchemaError
            A question to recode was not asked, or is to become a column that nominations do not have.
        """
        people = pd.DataFrame({"person_id": self.egos["ego_id"].unique()}).assign(role=role)
        nominations = self._nominations(recode or {})
        observations = self._observations(self.egos, "ego_id", ("ego_id", "asked_at", "instrument"), "self")
        own = ("ego_id", "alter_id", "asked_at", "instrument", "relation")
        perceived = self._observations(self.alters, "alter_id", own, "perceived")
        tables = {"people": people, "nominations": nominations, "alter_ties": self._alter_ties(), "observations": observations}
        others = {"alter_observations": perceived}
        if alters_as_people:
            alters = pd.DataFrame({"person_id": self.alters["alter_id"].unique()}).assign(role="community")
            alters = alters[~alters["person_id"].isin(people["person_id"])]
            tables["people"] = pd.concat([people, alters], ignore_index=True)
            tables["observations"] = pd.concat([observations, others.pop("alter_observations")], ignore_index=True)
        return {name: frame for name, frame in tables.items() if len(frame) or name == "people"}, {
            name: frame for name, frame in others.items() if len(frame)
        }

    def _nominations(self, recode: Recoding) -> pd.DataFrame:
        """Alters with what is said of each; answers called as a column of nominations become it where they fit."""
        own = ["ego_id", "alter_id", "asked_at", "relation"]
        frame = self.alters[own].copy()
        asked = [title for title in self.alters.columns if title not in (*own, "instrument")]
        absent = [title for title in recode if title not in asked]
        if absent:
            raise SchemaError(
                f"recode names {absent[0]!r}, which was not asked of the alters; there are {', '.join(asked) or 'none'}."
            )
        for title in asked:
            target, values = self._target(title, recode)
            if target == "relation":
                frame["relation"] = values.where(values.notna(), frame["relation"])
            elif target in frame.columns:
                raise SchemaError(
                    f"{title!r} and another question both become the column {target!r}; recode one of them to another."
                )
            else:
                frame[target] = typed_answers(values) if target not in _NUMBERS else values
        return frame.reset_index(drop=True)

    def _target(self, title: str, recode: Recoding) -> tuple[str, pd.Series]:
        """The column of the nominations a question becomes, and its values there."""
        values = self.alters[title]
        if title in recode:
            given = recode[title]
            target, words = (given, None) if isinstance(given, str) else given
            if target not in _TAKEN:
                raise SchemaError(f"recode makes {target!r} of {title!r}; nominations have {', '.join(_TAKEN)} to fill.")
            if words is not None:
                values = self._recoded(values, title, words)
            return target, self._fitting(values, title, target, strict=True)
        target = plain_name(title)
        if target in _TAKEN:
            fitted = self._fitting(values, title, target, strict=False)
            if fitted is not None:
                return target, fitted
        return (f"answer_{title}" if target in NOMINATIONS.names or title == "instrument" else title), values

    def _recoded(self, values: pd.Series, title: str, words: Mapping[str, object]) -> pd.Series:
        known = values.notna()
        named = values.isin(list(words))
        n_in, n_out = int(known.sum()), int((known & named).sum())
        why = f"recoded as declared; {n_in - n_out} answers are none of those declared" if n_in > n_out else "recoded as declared"
        self.rows.append(ImportRow(self.source, f"answers to {title!r}", n_in, n_out, why, n_out))
        return values.map({key: str(value) for key, value in words.items()}).astype("str").where(named)

    def _fitting(self, values: pd.Series, title: str, target: str, *, strict: bool) -> pd.Series:
        """The values as the column takes them; None where they do not fit and need not."""
        if target in _NUMBERS:
            numbers = pd.to_numeric(values, errors="coerce")
            wrong = values.notna() & ~(numbers >= 0)
            fitted: pd.Series = numbers.astype("float64")
        elif target == "perceived_state":
            wrong, fitted = values.notna() & ~values.isin(NOMINATIONS[target].choices), values
        else:
            return values
        if not wrong.any():
            return fitted
        if not strict:
            return None  # type: ignore[return-value]
        wanted = "numbers of 0 or more" if target in _NUMBERS else f"one of {', '.join(NOMINATIONS[target].choices)}"
        raise SchemaError(
            f"{title!r} cannot become {target!r}, which holds {wanted}: {int(wrong.sum())} answers do not fit, such as "
            f"{values[wrong].iloc[0]!r}. Say in recode what each answer stands for."
        )

    def _observations(self, frame: pd.DataFrame, person: str, own: tuple[str, ...], source: str) -> pd.DataFrame:
        """One row an answer."""
        asked = [title for title in frame.columns if title not in own]
        long = frame.melt(id_vars=[title for title in own if title in frame.columns], value_vars=asked, var_name="variable")
        long = long[long["value"].notna()]
        made = pd.DataFrame(
            {
                "person_id": long[person],
                "observed_at": long["asked_at"],
                "variable": PREFIX + long["variable"].astype("str"),
                "value": long["value"].astype("str"),
                "source": source,
                "perceived_by": long["ego_id"] if source == "perceived" else None,
                "instrument": long["instrument"],
            }
        )
        twice = made.duplicated(["person_id", "observed_at", "variable", "perceived_by", "instrument"])
        if twice.any():
            why = "the same question was answered before in an interview of the same instant"
            self.rows.append(ImportRow(self.source, f"answers ({source})", len(made), int((~twice).sum()), why))
        return made[~twice].sort_values(["person_id", "observed_at", "variable"], kind="stable", ignore_index=True)

    def _alter_ties(self) -> pd.DataFrame:
        """One row a pair: relations joined by ``;``, the strongest weight, what else is said carried along."""
        frame = self.ties.reset_index(drop=True)
        low = frame["alter_a"].where(frame["alter_a"] <= frame["alter_b"], frame["alter_b"])
        high = frame["alter_b"].where(frame["alter_a"] <= frame["alter_b"], frame["alter_a"])
        pair = ["ego_id", "asked_at", "_low", "_high"]
        frame = frame.assign(_low=low, _high=high)
        repeated = frame.duplicated([*pair, "relation"])
        more = frame[~repeated].duplicated(pair)
        n = len(frame)
        dropped = ((int(repeated.sum()), "the same tie stood there before"),)
        self.rows += chained(self.source, "ties between alters", n, dropped)
        if more.any():
            note = f"Ties between two alters in several relations, joined into one row each: {int(more.sum()):,}."
            self.notes.append(note)
        kept = frame[~repeated]
        groups = kept.groupby(pair, sort=False, dropna=False)
        first = groups.first().reset_index()
        if len(first) and kept["relation"].notna().any():
            named: list[list[str]] = [[] for _ in range(len(first))]
            for place, relation in zip(groups.ngroup().tolist(), kept["relation"], strict=True):
                if isinstance(relation, str):
                    named[place].append(relation)
            first["relation"] = ["; ".join(relations) or None for relations in named]
        first["weight"] = groups["weight"].max().to_numpy()
        rest = [title for title in frame.columns if title not in (*pair, "alter_a", "alter_b", "weight", "relation")]
        ordered = first[["ego_id", "alter_a", "alter_b", "asked_at", "weight", "relation", *rest]]
        return ordered.assign(**{title: typed_answers(ordered[title]) for title in rest})
