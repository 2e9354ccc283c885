"""Ids and dates of interviews made with Network Canvas settled, and their answers cleaned: egos, nodes, edges."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportRow, chained
from recoverynet.formats.interviews.answers import Answers, require_asked
from recoverynet.formats.network_canvas.collected import (
    CASE,
    EDGE,
    EGO,
    EGO_ID,
    EXPORTED,
    FINISH,
    NODE,
    NODE_ID,
    PROTOCOL,
    SESSION,
    SOURCE_ID,
    START,
    TARGET_ID,
    TYPE,
    Collected,
)
from recoverynet.formats.recognised import recognised
from recoverynet.instants import as_instant
from recoverynet.tables.columns import parse_instants
from recoverynet.tables.mapped import plain_name

_EGO_OWN = {EGO_ID, NODE_ID, CASE, SESSION, PROTOCOL, START, FINISH, EXPORTED, "APP_VERSION", "COMMIT_HASH"}
_EGO_OWN |= {"networkCanvasInterviewLocale", "networkCanvasFinishOutcome", "networkCanvasProtocolUID"}
_NODE_OWN = {"nodeID", EGO_ID, NODE_ID, SESSION, TYPE}
_EDGE_OWN = {"edgeID", "from", "to", EGO_ID, NODE_ID, SOURCE_ID, TARGET_ID, SESSION, TYPE}
_ALTER_COLUMNS = ("ego_id", "alter_id", "asked_at", "instrument", "relation")
_TIE_COLUMNS = ("ego_id", "alter_a", "alter_b", "asked_at", "weight", "relation")


class Reading:
    """One export being read; ``rows`` and ``notes`` are its account."""

    def __init__(self, found: Collected, keep: Iterable[str], categorical: Iterable[str], tz: str) -> None:
        self._found, self._keep, self._categorical, self._tz = found, set(keep), set(categorical), tz
        self._numbers: dict[tuple[str, str], str] = {}
        self.rows: list[ImportRow] = []
        self.notes: list[str] = []

    def egos(self, asked_at: object | None) -> pd.DataFrame:
        """A row an interview: ``_ego``, ``ego_id``, ``asked_at``, ``instrument``, and answers.

        Raises
        ------
        SchemaError
            There are alters and nobody who was asked, or an interview has no date.
        """
        frame = self._found.frame(EGO)
        if not len(frame) and any(len(self._found.frame(NODE, of)) for of in self._found.types(NODE)):
            raise SchemaError(
                f"{self._found.label!r} holds people who were named and no file …_ego.csv that says who named them and when. "
                "Export it again with the egos."
            )
        if not len(frame):
            return pd.DataFrame(columns=["_ego", "ego_id", "asked_at", "instrument"])
        missing, twice = frame[EGO_ID].isna(), frame[EGO_ID].notna() & frame.duplicated(EGO_ID)
        dropped = ((int(missing.sum()), "they have no id"), (int(twice.sum()), "the same interview stood there before"))
        self.rows += chained(self._found.label, "interviews", len(frame), dropped)
        frame = frame[~missing & ~twice].reset_index(drop=True)
        own = pd.DataFrame({"_ego": frame[EGO_ID], "ego_id": self._person_ids(frame), "asked_at": self._instants(frame, asked_at)})
        own["instrument"] = _or_missing(frame, PROTOCOL)
        unfinished = int(_or_missing(frame, FINISH).isna().sum())
        self.notes += [f"Interviews without an end, read like the others: {unfinished:,}."] * bool(unfinished)
        return pd.concat([own, self._answers(frame, _EGO_OWN, "the people asked")], axis=1)

    def _answers(self, frame: pd.DataFrame, own: set[str], what: str) -> pd.DataFrame:
        rest = frame[[title for title in frame.columns if title not in own]]
        answers = Answers(rest, what, self._found.label).cleaned(self._keep, self._categorical, tells_none=self._found.newer)
        self.rows += answers.rows
        return answers.frame

    def require_asked(self) -> None:
        """Raise SchemaError where ``keep`` or ``categorical`` names a question that was not asked."""
        titles = [title for parts in self._found.parts.values() for header in parts for title in header]
        require_asked(sorted(self._keep), titles, "keep")
        require_asked(sorted(self._categorical), titles, "categorical")

    def _person_ids(self, frame: pd.DataFrame) -> pd.Series:
        """Case ids; of those that look like somebody's name or number, the id of the case's first interview."""
        case = _or_missing(frame, CASE)
        own = case.where(case.notna(), frame[EGO_ID])
        sure, names = recognised(case.dropna())
        telling = own.isin(sure | names)
        if telling.any():
            first = frame.loc[telling].groupby(own[telling])[EGO_ID].first()
            why = "the case id looks like a name or number of somebody; the id of its first interview stands for it"
            n = len(own)
            self.rows.append(ImportRow(self._found.label, "ids of the people asked", n, n, why, int(telling.sum())))
            own = own.mask(telling, own.map(first))
        return own

    def _instants(self, frame: pd.DataFrame, asked_at: object | None) -> pd.Series:
        """Start of the interview, else its end, else its export, else what was told."""
        found = pd.Series(pd.NaT, index=frame.index, dtype=pd.DatetimeTZDtype("us", self._tz))
        for column, told in ((START, ""), (FINISH, "end"), (EXPORTED, "export")):
            instants = parse_instants(_or_missing(frame, column), self._tz)
            n = int((found.isna() & instants.notna()).sum())
            self.notes += [f"Interviews without a start, dated by their {told}: {n:,}."] * bool(n and told)
            found = found.where(found.notna(), instants)
        undated = int(found.isna().sum())
        if undated and asked_at is None:
            raise SchemaError(
                f"{undated} of {len(frame)} interviews do not say when they took place; pass asked_at='2011-03-07' if you know it."
            )
        if undated:
            self.notes.append(f"Interviews that do not say when they took place, dated as told: {undated:,}.")
            found = found.fillna(as_instant(asked_at, self._tz))
        return found

    def nodes(self, egos: pd.DataFrame, places: set[str], keep_group_names: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Alters with their answers, and groups with their names; ``_node`` tells them apart."""
        asked = egos.set_index("_ego")[["ego_id", "asked_at", "instrument"]]
        several = len([of for of in self._found.types(NODE) if of not in places]) > 1
        alters = [pd.DataFrame(columns=[*_ALTER_COLUMNS, "_node"])]
        groups = [pd.DataFrame(columns=["group_id", "name", "ego_id", "_node"])]
        for of in self._found.types(NODE):
            frame = self._of_known_egos(
                self._found.frame(NODE, of), asked, f"{'groups' if of in places else 'alters'} {of}".strip()
            )
            if not len(frame):
                continue
            if of in places:
                groups.append(self._groups(frame, of, keep_group_names))
                continue
            answers = self._answers(frame, {*_NODE_OWN, "ego_id", "asked_at", "instrument", "_node"}, f"the alters {of}".strip())
            own = frame[["ego_id", "asked_at", "instrument", "_node"]].assign(relation=of if several and of else None)
            alters.append(pd.concat([own.assign(alter_id=self._ids(frame, "alters")), answers], axis=1))
        if places:
            self.notes.append(f"Types of node read as groups and not as people: {', '.join(sorted(places))}.")
        return _together(alters), _together(groups)

    def _of_known_egos(self, frame: pd.DataFrame, asked: pd.DataFrame, what: str) -> pd.DataFrame:
        """Rows of interviews that are known, with the person asked and the instant, each node once."""
        if not len(frame):
            return frame
        ego = _or_missing(frame, EGO_ID)
        node = _or_missing(frame, NODE_ID)
        number = _or_missing(frame, "nodeID")
        node = node.where(node.notna(), ego + ":" + number)
        unknown = ~ego.isin(asked.index)
        nameless = ~unknown & node.isna()
        key = ego + "\n" + node
        twice = ~unknown & ~nameless & key.duplicated()
        reasons = [(unknown, "nothing is told of the interview they belong to"), (nameless, "they have no id")]
        reasons += [(twice, "the same one stood there before")]
        self.rows += chained(self._found.label, what, len(frame), [(int(wrong.sum()), why) for wrong, why in reasons])
        left = ~unknown & ~nameless & ~twice
        self._numbers.update(zip(zip(ego[left], number[left].fillna(""), strict=True), node[left], strict=True))
        kept = frame[left].assign(**{NODE_ID: node[left], "_node": key[left]}).reset_index(drop=True)
        return pd.concat([kept, asked.loc[kept[EGO_ID]].reset_index(drop=True)], axis=1)

    def _ids(self, frame: pd.DataFrame, what: str) -> pd.Series:
        """Ids of nodes, kept apart for each person asked where several name the same one."""
        n_egos = frame.groupby(NODE_ID)["ego_id"].transform("nunique")
        shared = n_egos > 1
        if shared.any():
            n = frame.loc[shared, NODE_ID].nunique()
            self.notes.append(f"Ids that several people named (a roster), kept apart for each of them: {n:,} of the {what}.")
        return frame[NODE_ID].where(~shared, frame["ego_id"] + ":" + frame[NODE_ID])

    def _groups(self, frame: pd.DataFrame, of: str, keep_names: bool) -> pd.DataFrame:
        given = next((title for title in ("name", "label", "Name") if title in frame.columns), "")
        number = pd.Series([f"{of or 'group'} {place}" for place in range(1, len(frame) + 1)], dtype="str")
        kept = frame[given].where(frame[given].notna(), number) if keep_names and given else number
        rest = [title for title in frame.columns if title not in {*_NODE_OWN, "ego_id", "asked_at", "instrument", "_node", given}]
        if given and not keep_names:
            n = int(frame[given].notna().sum())
            why = "a place may be somebody's home; keep_group_names=True takes names over"
            self.rows.append(ImportRow(self._found.label, f"names of {of}", n, 0, why))
        if rest:
            why = "there is no place for them in the table of groups"
            self.rows.append(ImportRow(self._found.label, f"columns of {of} ({', '.join(rest[:6])})", len(rest), 0, why))
        return pd.DataFrame(
            {"group_id": self._ids(frame, "groups"), "name": kept, "ego_id": frame["ego_id"], "_node": frame["_node"]}
        )

    def edges(self, egos: pd.DataFrame, alters: pd.DataFrame, groups: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Ties between alters, and ties of alters with groups."""
        asked = egos.set_index("_ego")[["ego_id", "asked_at"]]
        people = dict(zip(alters["_node"], alters["alter_id"], strict=True))
        places = dict(zip(groups["_node"], groups["group_id"], strict=True))
        ties = [pd.DataFrame(columns=list(_TIE_COLUMNS))]
        memberships = [pd.DataFrame(columns=["ego_id", "alter_id", "group_id", "relation", "asked_at"])]
        for of in self._found.types(EDGE):
            frame = self._found.frame(EDGE, of)
            if not len(frame):
                continue
            ego = _or_missing(frame, EGO_ID)
            ends = [ego + "\n" + self._end(frame, ego, *names) for names in ((SOURCE_ID, "from"), (TARGET_ID, "to"))]
            one, other = (end.map(people) for end in ends)
            group = ends[0].map(places).where(one.isna(), ends[1].map(places))
            alter = one.where(one.notna(), other)
            is_tie = one.notna() & other.notna() & (one != other)
            is_membership = group.notna() & alter.notna()
            known = pd.concat([frame, one.rename("alter_a"), other.rename("alter_b")], axis=1)
            self._tell_edges(of, ego.isin(asked.index), one, other, is_tie, is_membership)
            when = asked.reindex(ego).reset_index(drop=True)
            whole = pd.concat([known, when, alter.rename("alter_id"), group.rename("group_id")], axis=1).assign(relation=of or None)
            memberships.append(whole.loc[is_membership, ["ego_id", "alter_id", "group_id", "relation", "asked_at"]])
            ties.append(self._ties(whole[is_tie].reset_index(drop=True), frame.columns, of))
        return _together(ties), _together(memberships)

    def _ties(self, whole: pd.DataFrame, columns: pd.Index, of: str) -> pd.DataFrame:
        """Ties of one type with their answers, called by type and question."""
        answers = self._answers(whole[list(columns)], _EDGE_OWN, f"the ties {of}".strip())
        weight = pd.Series(float("nan"), index=whole.index)
        for title in answers.columns:
            numbers = pd.to_numeric(answers[title], errors="coerce")
            if plain_name(title) in ("weight", "strength") and (answers[title].isna() | (numbers >= 0)).all():
                weight, answers = numbers.astype("float64"), answers.drop(columns=title)
                break
        named = answers.rename(columns={title: f"{of}.{title}" if of else title for title in answers.columns})
        return pd.concat([whole[["ego_id", "alter_a", "alter_b", "asked_at", "relation"]].assign(weight=weight), named], axis=1)

    def _end(self, frame: pd.DataFrame, ego: pd.Series, by_id: str, by_number: str) -> pd.Series:
        """The node at one end: by its id, else by its number in the interview."""
        found = _or_missing(frame, by_id)
        number = _or_missing(frame, by_number)
        told = [self._numbers.get(pair) for pair in zip(ego.fillna(""), number.fillna(""), strict=True)]
        return found.where(found.notna(), pd.Series(told, index=frame.index, dtype="str"))

    def _tell_edges(
        self, of: str, known: pd.Series, one: pd.Series, other: pd.Series, is_tie: pd.Series, is_membership: pd.Series
    ) -> None:
        came = is_tie | is_membership
        own = known & one.notna() & (one == other)
        reasons = (
            (~known, "nothing is told of the interview they belong to"),
            (own, "both ends are the same"),
            (known & ~came & ~own, "an end is not among the alters, or both ends are groups"),
        )
        self.rows += chained(
            self._found.label, f"ties {of}".strip(), len(known), [(int(wrong.sum()), why) for wrong, why in reasons]
        )


def _or_missing(frame: pd.DataFrame, title: str) -> pd.Series:
    return frame[title] if title in frame.columns else pd.Series(None, index=frame.index, dtype="str", name=title)


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts below one another; the first is empty and says which columns there are at least."""
    filled = [part for part in parts[1:] if len(part)]
    if not filled:
        return parts[0]
    whole = pd.concat(filled, ignore_index=True)
    return whole[[*parts[0].columns, *(title for title in whole.columns if title not in parts[0].columns)]]
