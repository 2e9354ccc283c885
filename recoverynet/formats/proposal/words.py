"""What the words of a column mean, as far as they say it themselves."""

from __future__ import annotations

from collections.abc import Sequence

from recoverynet.formats.group_kinds import kind_of_group
from recoverynet.formats.proposal.columns import ColumnProfile
from recoverynet.formats.proposal.sections import MappingSection, Value, some_of
from recoverynet.tables.attendance import outcome_of
from recoverynet.tables.layouts import OCCASIONS, OUTCOMES, PEOPLE
from recoverynet.tables.problems import masked

_KINDS = (
    (r"phone|\btel\b|\bcall|voice ?mail", "call"),
    (r"\btext|\bsms\b|e-?mail|letter|whats ?app|messag", "text"),
    (r"outreach|street", "outreach"),
    (r"\bgroup|meeting|session|workshop|\bclass\b", "meeting"),
    (r"social|activit|drop-?in|leisure", "social"),
    (
        r"face|1 ?[:-] ?1|one[ -]to[ -]one|\b121\b|key ?-?work|appoint|visit|review|assess|in person|office|home|clinic",
        "one_to_one",
    ),
)
_ROLES = (
    (r"client|service ?user|patient|\bsu\b|in treatment|customer", "client"),
    (r"peer|mentor|champion|volunteer|ambassador", "peer"),
    (r"worker|staff|professional|nurse|practitioner|counsellor|manager", "worker"),
    (r"family|carer|parent|partner|friend", "family"),
)
_MISSING = (
    "NA",
    "N/A",
    "n/a",
    "na",
    "-",
    "--",
    "?",
    "NULL",
    "null",
    "None",
    "none",
    "Not known",
    "Not recorded",
    "not recorded",
    ".",
)


def outcome_map(section: MappingSection, profile: ColumnProfile, kinds_too: bool) -> Value:
    """What fills ``outcome``; words that say nothing of it are doubts."""
    if profile.yes_or_no:
        missed = (
            any(word in profile.words for word in ("dna", "not attend", "missed", "no show")) and "attended" not in profile.words
        )
        gone = "cancelled" if "cancel" in profile.words else "did_not_attend"
        yes, no = (gone, "attended") if missed or "cancel" in profile.words else ("attended", "did_not_attend")
        section.beside["outcome"] = f"{profile.title} says yes and no only: yes was taken as {yes}, no as {no}."
        return {
            "from": profile.title,
            "values": {value: yes if value.lower() in ("true", "yes", "y", "1") else no for value in profile.values},
        }
    values = {value: meaning for value in profile.values if (meaning := outcome_of(value))}
    silent = [value for value in profile.values if value not in values]
    if silent and kinds_too:
        section.beside["outcome"] = f"Words that say nothing of it were taken as attended: {some_of(silent)}."
        return {"from": profile.title, "values": values, "other": "attended"}
    if silent:
        section.beside["outcome"] = (
            f"What do {some_of(silent)} mean? Write each under values as one of {', '.join(OUTCOMES)}; "
            "until then their rows are left out."
        )
    return {"from": profile.title, "values": values}


def kind_map(section: MappingSection, profile: ColumnProfile) -> Value:
    """What fills ``kind`` of a contact; words nobody here knows become ``other``."""
    import re

    found: dict[str, str] = {}
    silent = []
    for value in profile.values:
        small = value.lower()
        if small in OCCASIONS["kind"].choices:
            found[value] = small
            continue
        meaning = next((kind for pattern, kind in _KINDS if re.search(pattern, small)), None)
        if meaning is None:
            silent.append(value)
        else:
            found[value] = meaning
    if silent:
        section.beside["kind"] = f"Taken as other, because nothing here knows the words: {some_of(silent)}."
    if len(profile.values) > 60:
        used = [(pattern, kind) for pattern, kind in _KINDS if kind in found.values()]
        return {"from": profile.title, "patterns": dict(used), "other": "other"}
    return {"from": profile.title, "values": {old: new for old, new in found.items() if old != new}, "other": "other"}


def role_map(section: MappingSection, profile: ColumnProfile) -> Value:
    """What fills ``role``; codes nobody can read become ``community``, and the doubt is told."""
    import re

    choices = PEOPLE["role"].choices
    if set(profile.values) <= set(choices):
        return profile.title
    found = {}
    for value in profile.values:
        meaning = next((role for pattern, role in _ROLES if re.search(pattern, value.lower())), None)
        meaning = value.lower() if value.lower() in choices else meaning
        if meaning is not None:
            found[value] = meaning
    silent = [value for value in profile.values if value not in found]
    if silent:
        section.beside["role"] = (
            f"Nothing here says what {some_of(silent)} stand for, so these people come in as community. Write each under "
            f"values as one of {', '.join(choices)}."
        )
    return {"from": profile.title, "values": found, "other": "community"} if silent else {"from": profile.title, "values": found}


def group_values(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Kind and norm of groups by their names, and the names that say nothing."""
    kinds, norms, silent = {}, {}, []
    for name in names:
        kind, _, norm = kind_of_group(name)
        if kind:
            kinds[name] = kind
        else:
            silent.append(name)
        if norm:
            norms[name] = norm
    return kinds, norms, silent


def missing_words(profile: ColumnProfile) -> list[str]:
    """Words of a column that stand for nothing recorded."""
    return [word for word in _MISSING if word in profile.values]


def shown_values(profile: ColumnProfile, most: int = 3) -> str:
    """Some values of a column as a comment may show them."""
    return ", ".join(masked(value) if profile.holds_names else repr(value) for value in profile.values[:most])
