"""What was entered, told apart by whom it concerns, so that nothing is worked out anew that nothing changed about."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from recoverynet.tables.entries import Entered

COUNTS_THIS_MONTH = ("accepted", "introduced")
"""Steps that take up one of the introductions somebody has agreed to make in a month."""


class Marks:
    """Marks of everything entered: two states of a client are the same where their marks are.

    Parameters
    ----------
    entered : Entered

    Attributes
    ----------
    entered : Entered
    taken : tuple
        Introductions agreed or made.
    """

    def __init__(self, entered: Entered) -> None:
        self.entered = entered
        self._of: dict[str, list[Hashable]] = {}
        taken: list[tuple[str, ...]] = []
        contacts = entered.contacts
        for uuid, *people in zip(contacts["uuid"], contacts["client_id"], contacts["person_id"], strict=True):
            for person in {each for each in people if isinstance(each, str)}:
                self._of.setdefault(person, []).append(uuid)
        steps = entered.steps.astype("str")
        for row in zip(*(steps[name] for name in ("client_id", "by_person_id", "stage", "group_id", "at", "reason")), strict=True):
            for person in set(row[:2]):
                self._of.setdefault(person, []).append(row)
            if row[2] in COUNTS_THIS_MONTH:
                taken.append(row)
        self.taken = tuple(taken)

    def of(self, person_id: str) -> Hashable:
        """The mark of one person."""
        return tuple(self._of.get(person_id, ()))

    def tells_of(self, person_id: str, later: Marks) -> bool:
        """Whether nothing was entered since then that a page of this person shows."""
        return self.of(person_id) == later.of(person_id) and self.taken == later.taken

    def room_of(self, guides: Iterable[str]) -> Hashable:
        """The mark of the room some introducers have this month."""
        names = set(guides)
        return tuple(row for row in self.taken if row[1] in names)


class LatestMarks:
    """The marks of what was entered, made anew only when something was."""

    def __init__(self) -> None:
        self._marks: Marks | None = None

    def of(self, entered: Entered) -> Marks:
        """The marks of everything entered so far."""
        marks = self._marks
        if marks is None or entered is not marks.entered:
            marks = self._marks = Marks(entered)
        return marks
