"""How the page of one client calls people and groups: by letter and role, by pseudonym, by name only where unlocked."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.measures.client_links import ClientLinks
from recoverynet.measures.client_words import BECAUSE, CARRIES, CONSENT, ROLES, STAGES, days_ago

_SHAPES = {"peer": "peer", "community": "peer", "worker": "worker", "family": "family"}
_FAMILY_WORDS = ("parent", "mother", "father", "sibling", "sister", "brother", "partner", "child", "son", "daughter", "family")


_DIRECTIONS = {"received": "support comes in", "given": "support goes out", "both": "support both ways", "neither": "no support"}
_SUPPORTS = {"recovery": "supports recovery", "abstinence": "supports recovery", "use": "supports using", "using": "supports using"}


class Callings:
    """Letter, words and name of everybody and everything on one page.

    Parameters
    ----------
    links : ClientLinks
    names : mapping of pseudonym to name, optional
        Unlocked names; used only for people who may be named.
    """

    def __init__(self, links: ClientLinks, names: Mapping[str, str] | None = None) -> None:
        ids = [*links.people["person_id"], *links.groups["group_id"]]
        self.letter = {each: _letters(place) for place, each in enumerate(ids)}
        self._groups = dict(zip(links.groups["group_id"], links.groups["name"], strict=True))
        self._people = {row.person_id: row for row in each_row(links.people)}
        may = {person for person, row in self._people.items() if row.may_be_named}
        self.names = {person: name for person, name in (names or {}).items() if person in may or person not in self._people}

    def who(self, person_id: str) -> str:
        """A person as the list says them: name or pseudonym where they may be named, and what they are to the client."""
        row = self._people[person_id]
        relation = row.relation if isinstance(row.relation, str) else ROLES[row.role]
        role = f" ({ROLES[row.role]})" if isinstance(row.relation, str) and row.role in ("client", "peer", "community") else ""
        if person_id in self.names:
            return f"{self.names[person_id]}, {relation}{role}"
        return f"{relation}{role} {person_id}" if row.known and row.may_be_named else f"{relation}{role}"

    def short(self) -> dict[str, str]:
        """Everybody and everything as a sentence says them."""
        people = {person: f"{self.letter[person]}, {self.who(person)}" for person in self._people}
        return people | {group: f"{self.letter[group]}, {name}" for group, name in self._groups.items()}


def _letters(place: int) -> str:
    """A to Z, then AA, AB …"""
    turn, rest = divmod(place, len(ascii_uppercase))
    return (ascii_uppercase[turn - 1] if turn else "") + ascii_uppercase[rest]


def map_frame(links: ClientLinks, callings: Callings) -> pd.DataFrame:
    """The ties as the ego map draws them."""
    people = pd.DataFrame(
        {
            "mark": links.people["person_id"].map(callings.letter),
            "shape": [_shape(row.role, row.relation) for row in each_row(links.people)],
            **{name: links.people[name] for name in ("carries", "ring", "status", "quality", "support_direction")},
        }
    )
    groups = pd.DataFrame(
        {
            "mark": links.groups["group_id"].map(callings.letter),
            "shape": "group",
            "carries": links.groups["carries"],
            "ring": [_ring_of_group(row.n_contacts, links) for row in each_row(links.groups)],
            "status": links.groups["status"],
            "quality": None,
            "support_direction": None,
        }
    )
    parts = [part for part in (people, groups) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else people


def _shape(role: str, relation: object) -> str:
    if isinstance(relation, str) and any(word in relation for word in _FAMILY_WORDS):
        return "family"
    return _SHAPES.get(role, "person")


def _ring_of_group(n_contacts: int, links: ClientLinks) -> int:
    """1 every week, 2 every month, 3 less often."""
    weeks = links.window / pd.Timedelta(days=7)
    return 1 if n_contacts >= weeks * 0.75 else 2 if n_contacts >= weeks / 4 else 3


def people_rows(links: ClientLinks, callings: Callings, most: int) -> list[tuple[str, ...]]:
    """The list of people, those in touch lately first."""
    rows: list[tuple[str, ...]] = []
    for row in each_row(links.people.head(most)):
        because = BECAUSE[row.because]
        carries = CARRIES[row.carries] + (f", {because}" if because else "")
        rows.append(
            (callings.letter[row.person_id], callings.who(row.person_id), carries, _tie_words(row), days_ago(row.days_since),
             CONSENT.get(row.consent_basis, row.consent_basis))
        )  # fmt: skip
    return rows


def _tie_words(row: object) -> str:
    """Strength and direction of a tie, and what it supports, where the client said so."""
    said = [row.quality, _DIRECTIONS.get(row.support_direction), _SUPPORTS.get(row.support)]  # type: ignore[attr-defined]
    return ", ".join(each for each in said if isinstance(each, str)) or "–"


def group_rows(links: ClientLinks, callings: Callings, most: int) -> list[tuple[str, ...]]:
    """The list of groups the client went to or was linked to."""
    return [
        (
            callings.letter[row.group_id],
            row.name if row.open else f"{row.name} (not meeting at present)",
            CARRIES[row.carries],
            STAGES.get(row.stage, "–"),
            days_ago(row.days_since),
        )
        for row in each_row(links.groups.head(most))
    ]
