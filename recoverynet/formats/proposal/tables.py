"""What each table found becomes: sections for people, workers, groups, contacts, episodes, ties, observations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recoverynet.formats.proposal.columns import ColumnProfile
from recoverynet.formats.proposal.dates import Order
from recoverynet.formats.proposal.found import FoundTable, named_columns
from recoverynet.formats.proposal.sections import MappingSection, Value, some_of
from recoverynet.formats.proposal.words import group_values, kind_map, missing_words, outcome_map, role_map, shown_values
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name

_SERVICE = "service"
_MOST_NAMED = 12
_OF_PEOPLE = ("area", "sex", "age_band", "substance", "joined_on")
_HOLDS_IDS = re.compile(r"[A-Za-z]{0,6}[-_/ ]?[0-9]{1,10}[A-Za-z]?|[a-z]+[0-9]+")


@dataclass
class Questions:
    """What was asked and has been answered, and what is still to be asked.

    Attributes
    ----------
    order : {"day_first", "month_first"} or None
        Which comes first in dates that could be either.
    waves : dict of str to str
        The day of each wave.
    known_people : frozenset of str
        Ids that a table of people in the source holds.
    told_by_table : {"day_first", "month_first"} or None
        The order that other dates of the table at hand can be read in alone.
    questions : list of str
    """

    order: Order | None = None
    waves: dict[str, str] = field(default_factory=dict)
    known_people: frozenset[str] = frozenset()
    told_by_table: Order | None = None
    questions: list[str] = field(default_factory=list)


def mapping_sections(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    """The sections that take one table in."""
    makers: dict[str, Callable[[FoundTable, Questions], Iterator[MappingSection]]] = {
        "ours": _ours, "contacts": _contacts, "episodes": _episodes, "people": _people, "nominations": _nominations,
        "observations": _observations,
    }  # fmt: skip
    told = {profile.written.order for profile in found.columns if profile.holds_dates} & {"day_first", "month_first"}
    answers.told_by_table = next(iter(told)) if len(told) == 1 else None
    if found.sort in makers:
        yield from makers[found.sort](found, answers)


def _section(table: str, found: FoundTable) -> MappingSection:
    section = MappingSection(table, found.place, [found.title], found.area)
    if found.leave_out:
        section.settings["leave_out"] = dict(found.leave_out)
    return section


def _who(found: FoundTable) -> tuple[ColumnProfile | None, Value | None, str]:
    """The column that says whom a row is about, what fills person_id, and a remark."""
    profile = found.roles.get("person_id")
    if profile is not None and not profile.holds_names:
        return profile, profile.title, ""
    named = [profile] if profile is not None else named_columns(found.columns)
    if not named:
        return None, None, ""
    titles = [one.title for one in named]
    remark = f"{' and '.join(titles)} name persons, and there is no other id: each name becomes person-1, person-2 and so on."
    return named[0], {"from": titles[0] if len(titles) == 1 else titles, "numbered": "person"}, remark


def _clients(found: FoundTable, answers: Questions, role: Value | None = None) -> MappingSection | None:
    """People as the table speaks of them; None where a table of people holds them all."""
    profile, value, remark = _who(found)
    if profile is None or value is None or (answers.known_people and set(profile.values) <= answers.known_people):
        return None
    section = _section("people", found)
    section.settings["once"] = True
    section.columns["person_id"] = value
    section.columns["role"] = role or {"default": "client"}
    section.beside["person_id"] = remark
    if role is None:
        section.beside["role"] = "Nothing says who is a client and who is not: everybody named here was taken as one."
    if answers.known_people:
        section.comments.append(f"People whom {found.title} names and the table of people does not hold come in as well.")
    for name in _OF_PEOPLE:
        if name in found.roles:
            _optional(section, name, found.roles[name], answers)
    return section


def _optional(section: MappingSection, name: str, profile: ColumnProfile, answers: Questions) -> None:
    if READABLE_TABLES[section.table].is_instant(name):
        _date(section, name, [profile], answers)
        return
    missing = missing_words(profile)
    section.columns[name] = {"from": profile.title, "missing": missing} if missing else profile.title
    if missing:
        section.beside[name] = f"Taken as nothing recorded in {profile.title}: {some_of(missing)}."


def _date(section: MappingSection, name: str, given: list[ColumnProfile], answers: Questions) -> None:
    """What fills a date, or a question where its order cannot be known."""
    written, titles = given[0].written, [profile.title for profile in given]
    source: str | list[str] = titles[0] if len(titles) == 1 else titles
    order = _order_of(given[0], answers)
    where = f"{section.sources[0]}, column {titles[0]!r}"
    if order == "either" and answers.order is None:
        answers.questions.append(
            f"{where}: every date could be read day first or month first ({shown_values(given[0])}). Which is it? Say --dates "
            "day-first "
            "or --dates month-first."
        )
        section.asked[name] = f'{name} = {{ from = "{titles[0]}", date_format = "%d/%m/%Y" }}   # or "%m/%d/%Y"'
        section.beside[name] = (
            "ASKED: every date could be read day first or month first; take the # away from the line that is right."
        )
        return
    if order == "mixed":
        answers.questions.append(
            f"{where}: some dates can only be read day first and others only month first, so no order reads them all. Look how "
            "the file was made, and export it with dates as 2011-03-07."
        )
        return
    order = answers.order or order if order == "either" else order
    formats = written.formats(order)
    if not formats:
        section.columns[name] = source
    else:
        wanted = [f"{day} %H:%M" for day in formats] if len(titles) > 1 else formats
        section.columns[name] = {"from": source, "date_format": wanted[0] if len(wanted) == 1 else wanted}
    if written.order == "either" and answers.order is None:
        section.beside[name] = f"Taken as {str(order).replace('_', ' ')}, as the other dates of the table can only be read."
    if written.n_other:
        section.beside[name] = (
            f"{written.n_other} different values are no dates ({found_example(given[0])}); their rows are told and left out."
        )


def _order_of(profile: ColumnProfile, answers: Questions) -> Order:
    """The order of a column's dates: its own, or, where they could be either, that of every other date of the table."""
    order = profile.written.order
    return answers.told_by_table if order == "either" and answers.order is None and answers.told_by_table else order


def found_example(profile: ColumnProfile) -> str:
    """The length of the first value that is no date, never the value."""
    from recoverynet.formats.proposal.dates import how_written

    value = next((value for value in profile.values if how_written([value]).n_other), "")
    return f"the first has {len(value)} characters"


def _workers(found: FoundTable, answers: Questions) -> tuple[MappingSection | None, Value | None]:
    """Whom contacts were with: a section for them, and what fills with_person_id."""
    profile = found.roles.get("with_person_id")
    if profile is None:
        return None, None
    as_ids = not profile.holds_names and profile.share(lambda value: bool(_HOLDS_IDS.fullmatch(value))) >= 0.8
    value: Value = profile.title if as_ids else {"from": profile.title, "numbered": "worker"}
    if as_ids and answers.known_people and set(profile.values) <= answers.known_people:
        return None, value
    section = _section("people", found)
    section.settings["once"] = True
    section.columns = {"person_id": value, "role": {"default": "worker"}}
    if not as_ids:
        section.beside["person_id"] = f"{profile.title} names persons or their initials: each becomes worker-1, worker-2 and so on."
    return section, value


def _groups(found: FoundTable) -> MappingSection | None:
    profile = found.roles.get("group_id")
    if profile is None:
        return None
    section = _section("groups", found)
    section.settings["once"] = True
    kinds, norms, silent = group_values(profile.values)
    section.columns = {
        "group_id": profile.title,
        "name": profile.title,
        "kind": {"from": profile.title, "values": kinds, "other": "other"},
    }
    if norms:
        section.columns["norm"] = {"from": profile.title, "values": norms, "other": "unknown"}
    section.beside["kind"] = "What sort of group each is was read from its name" + (
        f"; the names of {some_of(silent)} do not say, so they are other, which counts as no recovery community." if silent else "."
    )
    return section


def _contacts(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    clients = _clients(found, answers)
    workers, with_whom = _workers(found, answers)
    groups = _groups(found)
    yield from (section for section in (clients, workers, groups) if section is not None)
    section = _section("contact_log", found)
    _, section.columns["person_id"], _ = _who(found)  # type: ignore[assignment]
    if with_whom is not None:
        section.columns["with_person_id"] = with_whom
    if groups is not None:
        section.columns["group_id"] = groups.columns["group_id"]
    if with_whom is None and groups is None:
        yield _the_service(found)
        section.columns["with_person_id"] = {"default": _SERVICE}
        section.beside["with_person_id"] = "No column says with whom: every contact was taken as one with the service."
    dated = [found.roles[name] for name in ("started_at", "time") if name in found.roles]
    _date(section, "started_at", dated, answers)
    _of_contacts(section, found)
    episodes = list(_episodes(found, answers, people=False)) if "started_on" in found.roles else []
    section.comments.append(_not_taken(found, section, clients, workers, groups, *episodes))
    yield section
    yield from episodes


def _the_service(found: FoundTable) -> MappingSection:
    section = _section("people", found)
    section.settings["once"] = True
    section.columns = {"person_id": {"default": _SERVICE}, "role": {"default": "worker"}}
    return section


def _of_contacts(section: MappingSection, found: FoundTable) -> None:
    kind, outcome, length = (found.roles.get(name) for name in ("kind", "outcome", "duration_min"))
    if outcome is None and kind is not None and kind.holds_outcomes:
        section.columns["outcome"] = outcome_map(section, kind, True)
    elif outcome is not None:
        section.columns["outcome"] = outcome_map(section, outcome, False)
    else:
        section.comments.append("No column says whether people came: every row was taken as a contact that took place.")
    if kind is not None:
        section.columns["kind"] = kind_map(section, kind)
    if length is not None:
        unit = (
            "hours"
            if re.search(r"\bh(?:ou)?rs?\b", length.words)
            else "seconds"
            if re.search(r"\bs(?:ec\w*)?$", length.words)
            else "minutes"
        )
        section.columns["duration_min"] = {"from": length.title, "unit": unit}
        if not re.search(r"\bmin|\bh(?:ou)?r|\bs(?:ec\w*)?$", length.words):
            section.beside["duration_min"] = f"{length.title} names no unit; it was taken as minutes."


def _not_taken(found: FoundTable, *sections: MappingSection | None) -> str:
    used = {title for section in sections if section is not None for value in section.columns.values() for title in _theirs(value)}
    parts = []
    for profile in found.columns:
        if profile.title not in used and profile.n_filled:
            why = profile.tells_of_persons or (
                "free text, in which people may be named" if profile.is_free_text else "nothing here reads it"
            )
            parts.append(f"{profile.title!r} ({why})")
    more = f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else ""
    return f"Not taken from {found.title}: {', '.join(parts[:_MOST_NAMED])}{more}." if parts else ""


def _theirs(value: Value) -> list[str]:
    """The columns of theirs that fill one of ours."""
    given = value.get("from", []) if isinstance(value, Mapping) else value
    return [given] if isinstance(given, str) else list(given) if isinstance(given, Sequence) else []


def _episodes(found: FoundTable, answers: Questions, people: bool = True) -> Iterator[MappingSection]:
    profile, value, _ = _who(found)
    if profile is None or value is None:
        return
    clients = _clients(found, answers) if people else None
    yield from () if clients is None else (clients,)
    section = _section("episodes", found)
    section.settings["once"] = True
    section.columns["person_id"] = value
    for name in ("started_on", "ended_on"):
        if name in found.roles:
            _date(section, name, [found.roles[name]], answers)
    for name in ("provider", "modality", "exit_reason"):
        if name in found.roles:
            _optional(section, name, found.roles[name], answers)
    section.comments.append(_not_taken(found, section, clients) if people else "")
    yield section


def _people(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    section = _clients(found, Questions(answers.order, told_by_table=answers.told_by_table, questions=answers.questions))
    if section is None:
        return
    if "role" in found.roles:
        section.columns["role"] = role_map(section, found.roles["role"])
        section.beside["role"] = section.beside.get("role", "") if isinstance(section.columns["role"], dict) else ""
    section.comments.append(_not_taken(found, section))
    yield section


def _nominations(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    ego, alter = found.roles["ego_id"], found.roles["alter_id"]
    if not answers.known_people:
        people = _section("people", found)
        people.settings["once"] = True
        people.columns = {"person_id": ego.title, "role": {"default": "community"}}
        people.beside["role"] = "Nothing says what they are to the service: everybody came in as community."
        yield people
    section = _section("nominations", found)
    section.columns = {"ego_id": ego.title, "alter_id": alter.title}
    _asked_at(section, "asked_at", found, answers)
    section.comments.append(_not_taken(found, section))
    yield section


def _asked_at(section: MappingSection, name: str, found: FoundTable, answers: Questions) -> None:
    """A date, or the day of each wave, which only somebody who knows the study can say."""
    dated = next((found.roles[role] for role in (name, "asked_at", "observed_at", "started_at") if role in found.roles), None)
    wave = found.roles.get("wave")
    if dated is not None:
        _date(section, name, [dated], answers)
        return
    if wave is None:
        answers.questions.append(f"{found.title}: no column says when. Add one, or a column of waves with --wave 1=2011-03-07.")
        return
    silent = [value for value in wave.values if value not in answers.waves]
    if silent:
        named = " ".join(f"--wave {value}=2011-03-07" for value in silent)
        answers.questions.append(
            f"{found.title}, column {wave.title!r}: on which day was each wave? Say {named} (with the right days)."
        )
        days = ", ".join(f'"{value}" = "2011-03-07"' for value in wave.values)
        section.asked[name] = f'{name} = {{ from = "{wave.title}", values = {{ {days} }} }}'
        section.beside[name] = "ASKED: the day of each wave."
        return
    section.columns[name] = {"from": wave.title, "values": {value: answers.waves[value] for value in wave.values}}


def _observations(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    clients = _clients(found, answers, {"default": "community"})
    yield from () if clients is None else (clients,)
    section = _section("observations", found)
    _, section.columns["person_id"], _ = _who(found)  # type: ignore[assignment]
    _asked_at(section, "observed_at", found, answers)
    section.columns["variable"] = found.roles["variable"].title
    section.columns["value"] = found.roles["value"].title
    if not any(plain_name(profile.title) == "source" for profile in found.columns):
        section.columns["source"] = {"default": "self"}
        section.beside["source"] = "No column says who reports: everything was taken as people's own account."
    section.comments.append(_not_taken(found, section))
    yield section


def _ours(found: FoundTable, answers: Questions) -> Iterator[MappingSection]:
    """A table that stands under our names already: what would stop it, and what its other names mean."""
    schema = READABLE_TABLES[found.name]
    section = _section(found.name, found)
    section.settings.pop("leave_out", None)
    by_name = {plain_name(profile.title): profile for profile in found.columns}
    for name, profile in by_name.items():
        if name in schema.names and schema[name].kind == "instant" and profile.n_filled:
            if profile.written.order not in ("iso", "none"):
                _date(section, name, [profile], answers)
        elif name in schema.names and schema[name].kind not in ("id", "category") and missing_words(profile):
            _optional(section, name, profile, answers)
    if found.name == "people" and not set(by_name["role"].values) <= set(schema["role"].choices):
        section.columns["role"] = role_map(section, by_name["role"])
    length = found.roles.get("duration_min")
    if length is not None and "duration_min" in schema.names and "duration_min" not in by_name:
        _of_contacts(section, FoundTable(**{**found.__dict__, "roles": {"duration_min": length}}))
        section.comments.clear()
    outcome = found.roles.get("outcome")
    if outcome is not None and "outcome" in schema.names and "outcome" not in by_name:
        section.columns["outcome"] = outcome_map(section, outcome, False)
    section.comments.append(_not_taken_of_ours(found, set(schema.names), section))
    yield section


def _not_taken_of_ours(found: FoundTable, names: set[str], section: MappingSection) -> str:
    used = {title for value in section.columns.values() for title in _theirs(value)}
    rest = [profile.title for profile in found.columns if plain_name(profile.title) not in names and profile.title not in used]
    return f"Not taken from {found.title}, because nothing here reads them: {some_of(rest)}." if rest else ""
