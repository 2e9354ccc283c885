"""The tables of a recovery record, each in long format: one row a fact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from recoverynet.tables.schema import Column, TableSchema

PERSON_ALIASES = ("client_id", "client", "clientid", "id", "person", "participant_id", "service_user_id", "ref")
WHEN_ALIASES = ("date", "datetime", "timestamp", "time", "start", "contact_date", "when", "date_time")
DURATION_ALIASES = ("duration", "minutes", "mins", "length", "duration_s", "duration_sec", "seconds", "hours")
STATES_SOURCES = ("self", "worker", "peer", "external", "perceived")
LINKAGE_COURSE = ("offered", "discussed", "accepted", "introduced", "attended", "repeated", "involved")
"""Steps of a client towards a group, each further than the one before it."""
LINKAGE_ENDS = ("declined", "withdrawn", "stopped")
"""Ends a course may take: the client says no, it is called off before they went, they stop going."""
LINKAGE_REASONS = (
    "not_now",
    "not_for_me",
    "day_or_time",
    "travel",
    "access",
    "caring_or_work",
    "health",
    "safety",
    "changed_groups",
    "introducer_unavailable",
    "group_closed",
    "moved_away",
    "other",
    "none_given",
)
"""Why a course ended, in the words of a short list; an empty cell says that nobody noted a reason."""
TIE_QUALITIES = ("strong", "tenuous", "strained")
SUPPORT_DIRECTIONS = ("received", "given", "both", "neither")

OUTCOMES = ("attended", "did_not_attend", "cancelled", "booked")
"""What became of a contact that was arranged; only those attended are contacts."""


_OUTCOME = Column(
    "outcome",
    "category",
    "what became of it; only what was attended is a contact",
    choices=OUTCOMES,
    aliases=("attendance", "attended", "attended_dna", "dna", "appointment_outcome", "appointment_status", "attendance_status"),
)


def _person(name: str, meaning: str, **more: Any) -> Column:
    """An id that stands for a person."""
    return Column(name, "id", meaning, person=True, **more)


PEOPLE = TableSchema(
    "people",
    "one person known to the service or the community",
    (
        _person("person_id", "pseudonym of the person", required=True, aliases=PERSON_ALIASES),
        Column(
            "role",
            "category",
            "how the person stands to the service",
            required=True,
            choices=("client", "peer", "worker", "family", "community"),
            aliases=("type", "person_type", "category"),
        ),
        Column("joined_on", "instant", "first day under observation", aliases=("start_date", "registered_on")),
        Column("left_on", "instant", "day after the last under observation", aliases=("end_date", "closed_on")),
        Column("area", "text", "ward or locality", aliases=("ward", "locality", "la")),
        Column("sex", "text", "as recorded by the service", aliases=("gender",)),
        Column("age_band", "text", "age in bands, never a date of birth", aliases=("age", "age_group")),
        Column("substance", "text", "main substance: opiate_crack or other", aliases=("drug1", "main_drug")),
        _person(
            "worker_id", "the worker who holds the case", refers_to="people", aliases=("keyworker", "key_worker", "keyworker_id")
        ),
        Column("introducer_consent", "flag", "has agreed to walk others into a group"),
        Column("max_introductions", "number", "introductions a month the person has agreed to", low=0),
        Column("consent_care", "flag", "agrees to use for their own care"),
        Column("consent_evaluation", "flag", "agrees to use for evaluation"),
        Column("consent_research", "flag", "agrees to use for research"),
        Column(
            "safe_contact", "flag", "whether it is safe to get in touch; no: nobody is prompted to", aliases=("safe_to_contact",)
        ),
    ),
    key=("person_id",),
    ordered=(("joined_on", "left_on"),),
)

EPISODES = TableSchema(
    "episodes",
    "one treatment episode of one person; several a person are usual",
    (
        _person("person_id", "who was in treatment", required=True, refers_to="people", aliases=PERSON_ALIASES),
        Column(
            "started_on", "instant", "first day", required=True, aliases=("start", "start_date", "triaged", "modst", "triage_date")
        ),
        Column(
            "ended_on",
            "instant",
            "last day; empty while it goes on",
            aliases=("end", "end_date", "disd", "discharge_date", "modend"),
        ),
        Column("provider", "text", "who provides it", aliases=("agency", "agncy", "service")),
        Column("modality", "text", "kind of treatment", aliases=("modal", "intervention")),
        Column("exit_reason", "text", "how it ended", aliases=("disrsn", "discharge_reason")),
    ),
    key=("person_id", "started_on", "provider", "modality"),
    ordered=(("started_on", "ended_on"),),
)

GROUPS = TableSchema(
    "groups",
    "one group or meeting as a place: never a roster",
    (
        Column("group_id", "id", "id of the group", required=True, aliases=("group", "meeting_id", "slug")),
        Column(
            "name", "text", "what the group calls itself", required=True, aliases=("group_name", "meeting_name", "meeting", "title")
        ),
        Column(
            "kind",
            "category",
            "what sort of group",
            required=True,
            choices=("mutual_aid", "recovery_cafe", "recovery_community", "peer_support", "treatment", "family", "other"),
            aliases=("type", "group_type"),
        ),
        Column("fellowship", "text", "AA, NA, SMART and the like"),
        Column("norm", "category", "which norm the group carries", choices=("recovery", "mixed", "using", "unknown")),
        Column(
            "weekday",
            "category",
            "day it meets",
            choices=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            aliases=("day",),
        ),
        Column("start_time", "clock", "local time it begins, HH:MM", aliases=("time",)),
        Column("duration_min", "number", "usual length", unit="minutes", low=0, high=1440),
        Column("timezone", "text", "IANA time zone"),
        Column("recurrence", "text", "when it meets where that is not once a week: an RRULE of RFC 5545", aliases=("rrule",)),
        Column("place", "text", "name of the place", aliases=("location", "venue")),
        Column("area", "text", "ward or locality", aliases=("ward", "locality")),
        Column("lat", "number", "latitude", unit="degrees", low=-90, high=90, aliases=("latitude",)),
        Column("lon", "number", "longitude", unit="degrees", low=-180, high=180, aliases=("longitude", "lng")),
        Column("online", "flag", "can be joined online"),
        Column("in_person", "flag", "can be gone to; online as well is hybrid"),
        Column("access", "text", "wheelchair and other access"),
        Column("women_only", "flag", "for women only"),
        Column("ost_friendly", "flag", "welcomes people on opioid substitution"),
        Column("newcomers_welcome", "flag", "open to people coming for the first time"),
        Column("closed_temporarily", "flag", "not meeting at present"),
        Column("valid_from", "instant", "first day the entry holds"),
        Column("valid_to", "instant", "day after the last the entry holds"),
    ),
    key=("group_id",),
    ordered=(("valid_from", "valid_to"),),
)

OCCASIONS = TableSchema(
    "occasions",
    "one contact: a meeting of thirty and a phone call alike",
    (
        Column("occasion_id", "id", "id of the occasion", required=True, aliases=("contact_id", "event_id", "session_id")),
        Column("started_at", "instant", "when it began", required=True, aliases=WHEN_ALIASES),
        Column(
            "kind",
            "category",
            "what sort of contact",
            required=True,
            choices=("meeting", "one_to_one", "call", "text", "outreach", "social", "other"),
            aliases=("type", "contact_type"),
        ),
        Column("group_id", "id", "the group whose meeting it was", refers_to="groups", aliases=("group", "meeting_id")),
        Column("duration_min", "number", "how long it lasted", unit="minutes", low=0, aliases=DURATION_ALIASES),
        Column("setting", "text", "where or how it took place", aliases=("mode", "venue", "location")),
    ),
    key=("occasion_id",),
)

PARTICIPATION = TableSchema(
    "participation",
    "one person at one occasion",
    (
        Column(
            "occasion_id",
            "id",
            "which occasion",
            required=True,
            refers_to="occasions",
            aliases=("contact_id", "event_id", "session_id"),
        ),
        _person("person_id", "who took part", required=True, refers_to="people", aliases=PERSON_ALIASES),
        Column(
            "part", "category", "as what", choices=("attendee", "host", "facilitator", "sponsor", "introducer"), aliases=("role",)
        ),
    ),
    key=("occasion_id", "person_id"),
)

OBSERVATIONS = TableSchema(
    "observations",
    "one thing observed about one person on one day, by one source",
    (
        _person("person_id", "whom it is about", required=True, refers_to="people", aliases=PERSON_ALIASES),
        Column(
            "observed_at", "instant", "when it was observed", required=True, aliases=(*WHEN_ALIASES, "topdate", "assessment_date")
        ),
        Column(
            "variable",
            "text",
            "state, or a dotted name such as wellbeing.quality_of_life",
            required=True,
            aliases=("measure", "item", "outcome"),
        ),
        Column("value", "text", "what was observed", required=True, aliases=("score", "answer", "result")),
        Column("source", "category", "who says so", required=True, choices=STATES_SOURCES, aliases=("reported_by", "informant")),
        _person("perceived_by", "whose perception it is, where the source is perceived", refers_to="people"),
        Column("instrument", "text", "questionnaire and version"),
    ),
    key=("person_id", "observed_at", "variable", "source", "perceived_by", "instrument"),
)

NOMINATIONS = TableSchema(
    "nominations",
    "one person named by another; the one named is a third party and may be unknown to the record",
    (
        _person("ego_id", "who names", required=True, refers_to="people", aliases=("ego", "egoid", "source", "from")),
        _person("alter_id", "who is named", required=True, aliases=("alter", "altid", "target", "to")),
        Column("asked_at", "instant", "when the question was asked", required=True, aliases=(*WHEN_ALIASES, "wave_date")),
        Column("relation", "text", "friend, family, sponsor and so on", aliases=("type", "relationship")),
        Column("weight", "number", "strength of the tie", low=0, aliases=("strength",)),
        Column("closeness", "number", "how close, on the scale used", aliases=("importance",)),
        Column("contact_frequency", "number", "how often, on the scale used"),
        Column(
            "perceived_state",
            "category",
            "how the ego sees the alter's state",
            choices=("using", "reduced", "ost_stable", "abstinent", "in_recovery", "unknown"),
        ),
        Column("support", "text", "what support is given"),
        Column("consent_basis", "text", "on what basis the alter is recorded"),
        Column("quality", "category", "how the tie is, as drawn on an ecomap", choices=TIE_QUALITIES, aliases=("tie_quality",)),
        Column("support_direction", "category", "which way support goes, as the ego sees it", choices=SUPPORT_DIRECTIONS),
    ),
    key=("ego_id", "alter_id", "asked_at", "relation"),
    distinct=(("ego_id", "alter_id"),),
)

ALTER_TIES = TableSchema(
    "alter_ties",
    "one tie between two people named by the same ego",
    (
        _person("ego_id", "who reports it", required=True, refers_to="people", aliases=("ego", "egoid")),
        _person("alter_a", "one alter", required=True, aliases=("srcid", "from", "source")),
        _person("alter_b", "the other", required=True, aliases=("tgtid", "to", "target")),
        Column("asked_at", "instant", "when the question was asked", required=True, aliases=WHEN_ALIASES),
        Column("weight", "number", "strength of the tie", low=0, aliases=("strength",)),
    ),
    key=("ego_id", "alter_a", "alter_b", "asked_at"),
    distinct=(("alter_a", "alter_b"),),
)

LINKAGE = TableSchema(
    "linkage",
    "one step of one client towards one group",
    (
        _person("client_id", "who is being linked", required=True, refers_to="people", aliases=PERSON_ALIASES[1:] + ("person_id",)),
        Column("group_id", "id", "to which group", required=True, refers_to="groups", aliases=("group", "meeting_id")),
        Column("stage", "category", "which step", required=True, choices=LINKAGE_COURSE + LINKAGE_ENDS, aliases=("step", "status")),
        Column("at", "instant", "when", required=True, aliases=WHEN_ALIASES),
        _person("by_person_id", "who offered, or walked them in", refers_to="people", aliases=("by", "worker_id")),
        Column(
            "reason", "category", "why it was declined, called off or stopped", choices=LINKAGE_REASONS, aliases=("decline_reason",)
        ),
    ),
    key=("client_id", "group_id", "stage", "at"),
)

SEPARATIONS = TableSchema(
    "separations",
    "two people who must never be shown together",
    (
        _person("person_id", "one person", required=True, refers_to="people", aliases=PERSON_ALIASES),
        _person("other_id", "the other", required=True, refers_to="people", aliases=("other", "other_person_id")),
        Column("reason", "text", "why, in a word"),
    ),
    key=("person_id", "other_id"),
    distinct=(("person_id", "other_id"),),
)

APPOINTMENTS = TableSchema(
    "appointments",
    "one contact of one person that was arranged and did not take place, or not yet",
    (
        _person("person_id", "with whom it was arranged", required=True, refers_to="people", aliases=PERSON_ALIASES),
        Column("at", "instant", "when it was to be", required=True, aliases=WHEN_ALIASES),
        Column("outcome", "category", "what became of it", required=True, choices=OUTCOMES[1:], aliases=("status", "attendance")),
        _person("with_person_id", "who was to be met", refers_to="people", aliases=("keyworker", "worker_id")),
        Column("group_id", "id", "or at which group", refers_to="groups", aliases=("group", "meeting_id")),
        Column("kind", "category", "what sort of contact", choices=OCCASIONS["kind"].choices, aliases=("type", "contact_type")),
        Column("source", "text", "where the entry comes from"),
    ),
)

CONTACT_LOG = TableSchema(
    "contact_log",
    "the shape most services hold: one row a contact of one person with another or with a group",
    (
        Column("started_at", "instant", "when the contact began", required=True, aliases=WHEN_ALIASES),
        _person("person_id", "who", required=True, refers_to="people", aliases=PERSON_ALIASES),
        _person(
            "with_person_id", "with whom", refers_to="people", aliases=("contact_id", "other_id", "with", "peer_id", "worker_id")
        ),
        Column("group_id", "id", "or at which group", refers_to="groups", aliases=("group", "meeting_id")),
        Column("kind", "category", "what sort of contact", choices=OCCASIONS["kind"].choices, aliases=("type", "contact_type")),
        Column("duration_min", "number", "how long it lasted", unit="minutes", low=0, aliases=DURATION_ALIASES),
        Column("mode", "text", "in person, by phone, online", aliases=("setting",)),
        Column("source", "text", "where the entry comes from"),
        _OUTCOME,
    ),
    distinct=(("person_id", "with_person_id"),),
)

RECOVERY_GROUP_KINDS = ("mutual_aid", "recovery_cafe", "recovery_community", "peer_support")
"""Kinds of group that make up the recovery community, unless their norm is using."""

RECORD_TABLES = {
    table.name: table
    for table in (
        PEOPLE,
        OCCASIONS,
        PARTICIPATION,
        EPISODES,
        GROUPS,
        OBSERVATIONS,
        NOMINATIONS,
        ALTER_TIES,
        LINKAGE,
        SEPARATIONS,
        APPOINTMENTS,
    )
}
"""The tables a record holds, by name."""

READABLE_TABLES = {
    **RECORD_TABLES,
    **{table.name: replace(table, columns=(*table.columns, _OUTCOME)) for table in (OCCASIONS, PARTICIPATION)},
    CONTACT_LOG.name: CONTACT_LOG,
}
"""The tables that can be read: those of a record, and the contact log that becomes occasions and participation.

Occasions and participation may say what became of them; those not attended become appointments of the record.
"""

TABLE_ALIASES: dict[str, tuple[str, ...]] = {
    "people": ("clients", "client", "persons", "person", "participants", "members", "service_users", "cohort"),
    "occasions": ("contacts", "events", "sessions", "meetings", "activities"),
    "participation": ("attendance", "attendances", "attendees", "participations"),
    "episodes": ("treatment", "treatments", "treatment_episodes", "referrals"),
    "groups": ("group", "mutual_aid", "meeting_list", "group_list"),
    "observations": ("outcomes", "assessments", "states", "scores", "top"),
    "nominations": ("network", "alters", "friendships", "ties", "important_people"),
    "alter_ties": ("alter_alter", "aaties", "alteralter"),
    "linkage": ("links", "linkages", "introductions"),
    "separations": ("separation", "keep_apart", "exclusions"),
    "appointments": ("appointment", "bookings", "dna", "dnas", "missed_appointments"),
    "contact_log": ("log", "contactlog", "contact", "contacts_log", "diary"),
}
"""Other names a table often goes by: suggested in messages, never applied without being asked for."""
