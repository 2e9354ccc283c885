"""Columns of the National Drug Treatment Monitoring System: what each version of the data set calls what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recoverynet.errors import SchemaError

PERSON = {
    "first_initial": ("finitial",),
    "second_initial": ("sinitial",),
    "born": ("dob",),
    "sex": ("sex", "gender"),
    "postcode": ("pc", "postcode"),
    "agency": ("agncy", "agency"),
    "client": ("clientid", "client"),
    "random_id": ("client_random_id", "client_random", "clientrandomid"),
    "attributor": ("attrbdat", "attributor"),
    "consent": ("consent",),
    "area": ("la", "utla23cd", "utla", "dat", "pct"),
    "substance": ("drug1", "drug_grp"),
}
EPISODE = {
    "episode": ("episodid", "episodeid", "n_jy"),
    "referred": ("refld",),
    "triaged": ("triaged", "triaged_jy"),
    "discharged": ("disd", "disd_jy", "disd_ep"),
    "reason": ("disrsn", "disrsn_jy", "disrsn_ep"),
}
MODALITY = {
    "modality": ("modal",),
    "modality_id": ("modid",),
    "modality_referred": ("refmoddt",),
    "modality_start": ("modst",),
    "modality_end": ("modend",),
    "modality_exit": ("modexit",),
}
REVIEW = {"reviewed": ("submoddt",), "review_id": ("submid", "submodid")}
TOP = {"top_date": ("topdate",), "top_id": ("topid",), "top_stage": ("trstage",)}
ROLES = {**PERSON, **EPISODE, **MODALITY, **REVIEW, **TOP}
DATES = ("born", "referred", "triaged", "discharged", "modality_referred", "modality_start", "modality_end", "reviewed", "top_date")

INTERVENTIONS = {
    "psymoti": "motivational", "psycnmg": "contingency_management", "psyfsni": "family_and_social_network",
    "psycgbh": "cognitive_behavioural",
    "psymnth": "mental_health", "psydnmc": "psychodynamic", "psystp": "twelve_step_work", "psycoun": "counselling",
    "psyothr": "other_psychosocial", "recpeer": "peer_support", "recmaid": "mutual_aid_access", "recfmsp": "family_support",
    "recprnt": "parenting_support", "rechse": "housing_support", "recemp": "employment_support", "recedut": "education_support",
    "recwprj": "work_projects", "recchkp": "recovery_check_ups", "recrlpp": "relapse_prevention",
    "reccmpt": "complementary_therapies",
    "recgnh": "general_health", "recoth": "other_recovery_support", "phbudi": "depot_buprenorphine", "phbupren": "buprenorphine",
}  # fmt: skip
"""Sub-interventions and what they are called here; derived extracts put ``_any`` behind them."""


@dataclass(frozen=True)
class Item:
    """One question of the Treatment Outcomes Profile.

    Attributes
    ----------
    variable : str
        As in the table observations.
    high : float or None
        Largest answer of a scale from 0; None where the answer is yes or no.
    substance : str
        Which substance the days are of, empty for other items.
    """

    variable: str
    high: float | None
    substance: str = ""


ITEMS = {
    "alcuse": Item("dependency.days_alcohol", 28, "alcohol"),
    "opiuse": Item("dependency.days_opiates", 28, "opiates"),
    "crause": Item("dependency.days_crack", 28, "crack"),
    "cocause": Item("dependency.days_cocaine", 28, "cocaine"),
    "amphuse": Item("dependency.days_amphetamines", 28, "amphetamines"),
    "cannuse": Item("dependency.days_cannabis", 28, "cannabis"),
    "otdrguse": Item("dependency.days_other", 28, "other"),
    "ivdrguse": Item("dependency.days_injected", 28),
    "sharing": Item("dependency.shared", None),
    "shotheft": Item("offending.shoplifting_days", 28),
    "drgsell": Item("offending.selling_days", 28),
    "oththeft": Item("offending.other_theft", None),
    "assault": Item("offending.assault", None),
    "psyhstat": Item("health.psychological", 20),
    "pwork": Item("employment.paid_days", 28),
    "educat": Item("employment.education_days", 28),
    "acuthpbm": Item("housing.acute_problem", None),
    "hrisk": Item("housing.at_risk", None),
    "phstat": Item("health.physical", 20),
    "quallife": Item("wellbeing.quality_of_life", 20),
}
_DERIVED = frozenset(["attrbdat", "client_random_id", "n_jy", "triaged_jy", "disd_jy", "utla23cd", "drug_grp"])
_SINCE: tuple[tuple[str, frozenset[str]], ...] = (
    ("a derived extract", _DERIVED),
    ("CDS-K or later", frozenset(("recpeer", "recmaid", "submoddt"))),
    ("CDS-J or earlier", frozenset(("modal", "triaged"))),
)


@dataclass(frozen=True)
class ColumnParts:
    """Which column of a file plays which part.

    Attributes
    ----------
    version : str
        What the columns tell about the version.
    parts : dict of part to column
    interventions, items : dict of column to what it is
    unknown : tuple of str
    """

    version: str
    parts: Mapping[str, str]
    interventions: Mapping[str, str]
    items: Mapping[str, Item]
    unknown: tuple[str, ...]


def find_columns(titles: Iterable[str], renamed: Mapping[str, str] | None, source: str) -> ColumnParts:
    """The parts that columns play, by the names of every version known and those declared.

    Parameters
    ----------
    titles : iterable of str
    renamed : mapping of their column to a name known here, optional
        For versions of the data set that nobody here knows.
    source : str

    Raises
    ------
    SchemaError
        A declared column is not there or its new name is not known, or nothing says whom a row is about.
    """
    by_small = {title.strip().lower(): title for title in titles}
    for theirs, ours in (renamed or {}).items():
        if theirs.strip().lower() not in by_small:
            raise SchemaError(f"{source} has no column {theirs!r}; it has {', '.join(list(by_small.values())[:12])} …")
        if ours.strip().lower() not in {name for names in ROLES.values() for name in names} | set(INTERVENTIONS) | set(ITEMS):
            raise SchemaError(
                f"{ours!r} is no column of the data set known here; known are TRIAGED, DISD, RECMAID, ALCUSE and the like."
            )
        by_small[ours.strip().lower()] = by_small.pop(theirs.strip().lower())
    parts = {part: by_small[name] for part, names in ROLES.items() for name in reversed(names) if name in by_small}
    named = {small.removesuffix("_any"): title for small, title in by_small.items()}
    interventions = {named[name]: what for name, what in INTERVENTIONS.items() if name in named}
    items = {by_small[name]: item for name, item in ITEMS.items() if name in by_small}
    if not {"client", "random_id", "attributor"} & set(parts) and not {"first_initial", "second_initial", "born"} <= set(parts):
        raise SchemaError(
            f"{source} is no return of the National Drug Treatment Monitoring System: no CLIENTID, CLIENT, "
            "client_random_id or attrbdat "
            f"says whom a row is about. Its columns are {', '.join(list(by_small.values())[:8]) or 'none'}."
        )
    known = {*parts.values(), *interventions, *items}
    version = next((what for what, marks in _SINCE if marks & set(by_small)), "a version not known here")
    unknown = tuple(
        title for small, title in by_small.items() if title not in known and small not in {n for ns in ROLES.values() for n in ns}
    )
    return ColumnParts(version, parts, interventions, items, unknown)
