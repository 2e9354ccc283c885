"""What each column of a foreign table may hold, by its title and by its values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow.compute as pc

from recoverynet.formats.proposal.dates import Written, how_written
from recoverynet.tables.attendance import outcome_of
from recoverynet.tables.identifiers import free_text_column, identifying_column
from recoverynet.tables.mapped import as_text, plain_name
from recoverynet.tables.raw import RawTable
from recoverynet.tables.schema import CLOCK_PATTERN, FLAGS, NUMBER_PATTERN

MOST_VALUES = 5_000
_NAME = re.compile(r"[A-Z][\w'’.-]*(?:,? +[A-Z][\w'’.-]*)+")
_INITIALS = re.compile(r"[A-Z]{2,3}|(?:[A-Z]\. ?){2,3}")
_ROLES: tuple[tuple[str, str], ...] = (
    ("ended_on", r"\b(?:discharge|end|closed?|closure|exit|left|disd|modend|finish)(?:ed|d)?\b.*(?:date|on|$)|^(?:disd|modend)$"),
    ("started_on", r"\b(?:triage|admission|admitted|start|opened|referral|referred|modst)(?:ed|d)?\b.*(?:date|on)"
     r"|^(?:triaged|modst|refld)$"),
    ("asked_at", r"^(?:asked at|interview date|wave date)$"),
    ("joined_on", r"^(?:joined|registered|registration)(?: on| date)?$|^date (?:joined|registered)$"),
    ("exit_reason", r"discharge reason|exit reason|reason for (?:discharge|closure|leaving)|^disrsn$"),
    ("modality", r"modality|^modal$|intervention|treatment type"),
    ("provider", r"^(?:provider|agency|agncy|service(?: name)?|organisation|team)$"),
    ("ego_id", r"^ego(?: ?id)?$|^from$|^source$|^nominator$"),
    ("alter_id", r"^alt(?:er)?(?: ?id)?$|^to$|^target$|^nominee$"),
    ("with_person_id", r"\b(?:key ?worker|worker|staff|practitioner|clinician|nurse|officer|seen by|recorded by"
     r"|entered by|mentor|facilitator"
     r"|with person|with whom|coordinator|counsellor|navigator)\b|^with$"),
    ("person_id", r"\b(?:client|person|patient|participant|service ?user|su|case|member|attendee|individual)(?:'?s)? ?"
     r"(?:id|ref|reference|no|number|code"
     r"|identifier)?$"
     r"|^(?:our |your )?(?:ref|reference|id|crn|pid|code|unique id|id no|id number|client"
     r"|episode client)(?: no| number)?\.?$|random id"),
    ("outcome", r"attend|\bdna\b|outcome|appointment status|\bstatus\b|arrived|showed"),
    ("duration_min", r"duration|length|minutes|\bmins?\b|\bhours?\b|\bhrs\b|time spent"),
    ("time", r"^(?:start |appointment |contact |appt )?time$|^clock$|time of (?:contact|day)|^at$"),
    ("started_at", r"^(?:contact |appointment |session |event |appt |activity |start )?date(?: ?/ ?time| and time| ?time)?$"
     r"|^date of (?:contact|session|"
     r"appointment|event)|^(?:when|day|timestamp|started at|contact datetime|datetime|start)$"),
    ("observed_at", r"^(?:top ?date|assessment date|date of (?:assessment|review)|review date|observed at)$"),
    ("variable", r"^(?:variable|measure|item|question|outcome name)$"),
    ("value", r"^(?:value|score|answer|result|response)$"),
    ("wave", r"^wave$|^time ?point$|^timepoint$|^round$"),
    ("kind", r"\b(?:type|method|mode|medium|channel|category)\b|^(?:activity|contact|how|kind|event|appointment)$"),
    ("group_id", r"\bgroup\b|\bmeeting\b|\bsession\b|^class$|^activity name$|^event name$"),
    ("area", r"^(?:area|ward|locality|town|district|borough|la)$"),
    ("sex", r"^(?:sex|gender)$"),
    ("age_band", r"^age(?: ?band| ?group| ?range)?$"),
    ("substance", r"substance|^drug ?1?$|main drug|primary drug"),
    ("role", r"^(?:role|person type|client type)$"),
)  # fmt: skip


@dataclass(frozen=True)
class ColumnProfile:
    """One column of a foreign table.

    Attributes
    ----------
    title : str
    n_rows, n_filled, n_distinct : int
    values : tuple of str
        Its different values, at most 5,000 of them.
    """

    title: str
    n_rows: int
    n_filled: int
    n_distinct: int
    values: tuple[str, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """The title in small letters, words apart."""
        return " ".join(re.sub(r"[^a-z0-9'/]+", " ", self.title.lower().replace("_", " ")).split())

    @cached_property
    def written(self) -> Written:
        """How its values are written, if they are dates."""
        return how_written(self.values)

    def share(self, test: Callable[[str], bool]) -> float:
        """Share of its different values that pass a test."""
        return sum(map(test, self.values)) / max(len(self.values), 1)

    @property
    def holds_dates(self) -> bool:
        """Whether nearly all of its values are dates."""
        return self.n_filled > 0 and self.written.share >= 0.8

    @property
    def holds_clocks(self) -> bool:
        """Whether nearly all of its values are times of day."""
        return self.n_filled > 0 and self.share(lambda value: bool(re.fullmatch(CLOCK_PATTERN, value))) >= 0.9

    @property
    def holds_numbers(self) -> bool:
        """Whether nearly all of its values are numbers."""
        return self.n_filled > 0 and self.share(lambda value: bool(re.fullmatch(NUMBER_PATTERN, value))) >= 0.9

    @property
    def holds_outcomes(self) -> bool:
        """Whether some of its few values say that an appointment was missed or cancelled."""
        few = 0 < len(self.values) <= 60
        return few and any(len(value) <= 60 and outcome_of(value) in ("did_not_attend", "cancelled") for value in self.values)

    @property
    def yes_or_no(self) -> bool:
        """Whether it only says yes or no."""
        return self.n_filled > 0 and {value.lower() for value in self.values} <= set(FLAGS)

    @property
    def holds_names(self) -> bool:
        """Whether most of its values look like names of persons, or like their initials."""
        return self.n_filled > 0 and self.share(lambda value: bool(_NAME.fullmatch(value) or _INITIALS.fullmatch(value))) >= 0.5

    @property
    def tells_of_persons(self) -> str:
        """What it would tell about a person by its title, empty where nothing is to be feared."""
        apart, joined = (plain_name(re.sub(r"[^\w\s-]", sign, self.title)) for sign in (" ", ""))
        return identifying_column(apart) or identifying_column(joined)

    @property
    def is_free_text(self) -> bool:
        """Whether it holds sentences, by its title or because its values are long and nearly all different."""
        if free_text_column(plain_name(self.title)):
            return True
        return (
            self.n_filled > 20 and self.n_distinct > 0.5 * self.n_filled and self.share(lambda value: value.count(" ") >= 4) > 0.5
        )


def profiles(raw: RawTable) -> list[ColumnProfile]:
    """The columns of a table, looked at."""
    if raw.table is None:
        return []
    made = []
    for title in raw.columns:
        column = raw.table[title]
        distinct = pc.unique(column).drop_null()
        values = tuple(str(value).strip() for value in as_text(_chunked(distinct.slice(0, MOST_VALUES))).to_pylist())
        made.append(ColumnProfile(title, len(column), len(column) - column.null_count, len(distinct), values))
    return made


def _chunked(array: object):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    return pa.chunked_array([array]) if isinstance(array, pa.Array) else array


def roles(columns: list[ColumnProfile]) -> dict[str, ColumnProfile]:
    """Which column may be which of ours: the first that fits by title and whose values allow it."""
    found: dict[str, ColumnProfile] = {}
    taken: set[str] = set()
    for role, pattern in _ROLES:
        for profile in columns:
            if profile.title in taken or profile.n_filled == 0 or not re.search(pattern, profile.words):
                continue
            if _allows(role, profile):
                found[role] = profile
                taken.add(profile.title)
                break
    return _by_values(found, [profile for profile in columns if profile.title not in taken and profile.n_filled])


def _allows(role: str, profile: ColumnProfile) -> bool:
    """Whether the values of a column may be what its title says."""
    if role in ("started_on", "ended_on", "joined_on", "started_at", "observed_at", "asked_at"):
        return profile.holds_dates
    if role == "time":
        return profile.holds_clocks
    if role == "duration_min":
        return profile.holds_numbers
    if role == "outcome":
        return profile.holds_outcomes or (profile.yes_or_no and "status" not in profile.words) or profile.share(_is_outcome) >= 0.5
    if role == "person_id":
        return not profile.holds_dates and not profile.tells_of_persons
    return not profile.holds_dates or role in ("value", "wave")


def _is_outcome(value: str) -> bool:
    return outcome_of(value) is not None


def _by_values(found: dict[str, ColumnProfile], rest: list[ColumnProfile]) -> dict[str, ColumnProfile]:
    """Columns whose titles say nothing, by what stands in them: the only dates, the only outcomes."""
    dated = [profile for profile in rest if profile.holds_dates and not profile.tells_of_persons]
    if not {"started_at", "started_on", "observed_at", "asked_at"} & set(found) and len(dated) == 1:
        found["started_at"] = dated[0]
    if "outcome" not in found:
        telling = [profile for profile in rest if profile.holds_outcomes]
        if telling:
            found["outcome"] = telling[0]
    return found
