"""Ids and names that are known, looked for wherever they may stand: in any capitals, spacing, punctuation or accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

REMOVED = "[removed]"
_SHORT_NUMBER, _SHORT_WORD, _SURE_MIXED = 6, 3, 4
_LABELS = frozenset(
    [
        "client",
        "clients",
        "person",
        "people",
        "peer",
        "peers",
        "worker",
        "workers",
        "patient",
        "member",
        "service",
        "user",
        "id",
        "ids",
        "no",
        "nr",
        "number",
        "case",
        "ref",
        "with",
        "and",
        "p",
        "c",
        "w",
    ]
)
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "miss",
        "dr",
        "prof",
        "sir",
        "rev",
        "nurse",
        "doctor",
        "sister",
        "brother",
        "father",
        "mother",
        "mum",
        "dad",
        "aunt",
        "uncle",
        "nan",
        "gran",
        "son",
        "daughter",
        "friend",
    ]
)
_NUMBER_LIKE = re.compile(r"[\W\d_]*")


def squeezed(text: str) -> str:
    """A text as it is compared: small letters without accents, spaces or punctuation.

    Examples
    --------
    >>> squeezed("Zoë O'Hara-7")
    'zoeohara7'
    """
    return "".join(sign for part in text for sign in _folded(part))


def written_alike(ids: Iterable[str]) -> list[tuple[str, ...]]:
    """Ids that are the same but for capitals, accents, spaces or punctuation; numbers with a mark between them stay apart.

    Examples
    --------
    >>> written_alike(["C001", "c-001", "c002", "1-1", "11"])
    [('C001', 'c-001')]
    """
    alike: dict[str, list[str]] = {}
    for one in sorted(set(ids)):
        alike.setdefault(squeezed(re.sub(r"(?<=[0-9])[\W_]+(?=[0-9])", "·1·", one)) if one else "", []).append(one)
    return [tuple(same) for same in alike.values() if len(same) > 1]


def _folded(sign: str) -> list[str]:
    """The letters and digits a sign stands for, small and without accents; none for anything else."""
    return [part for part in unicodedata.normalize("NFKD", sign).casefold() if part.isalnum()]


@dataclass(frozen=True)
class _Text:
    """A text squeezed, with where each sign of it stood and whether something stood between it and the one before."""

    signs: str
    places: tuple[int, ...]
    after_gap: tuple[bool, ...]

    @classmethod
    def of(cls, text: str) -> _Text:
        signs: list[str] = []
        places: list[int] = []
        after_gap: list[bool] = []
        gap = True
        for place, sign in enumerate(text):
            parts = _folded(sign)
            for part in parts:
                signs.append(part)
                places.append(place)
                after_gap.append(gap)
                gap = False
            gap = gap or not (parts or unicodedata.combining(sign))
        return cls("".join(signs), tuple(places), tuple(after_gap))

    def joins(self, place: int, is_kind: str) -> bool:
        """Whether the signs before and at a place are written together and both of a kind (alpha, digit)."""
        if not 0 < place < len(self.signs) or self.after_gap[place]:
            return False
        return all(getattr(self.signs[each], f"is{is_kind}")() for each in (place - 1, place))

    def word_before(self, place: int) -> str:
        """The word that ends where another begins."""
        start = place
        while start > 0 and not self.after_gap[start - 1]:
            start -= 1
        return self.signs[max(start - 1, 0) : place] if place else ""


class KnownPeople:
    """Everything by which the people of some tables are known.

    Parameters
    ----------
    ids : iterable of str
        As they stand in the tables.
    names : iterable of str
        Names and the like from columns that are left out; their words count as well.
    words : iterable of str
        Words that are no secret even where somebody is called so: those of the tables' own vocabulary.
    """

    def __init__(self, ids: Iterable[str], names: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        ids, names = list(ids), list(names)
        open_words = {squeezed(word) for word in words}
        self._whole = _by_length({squeezed(one) for one in (*ids, *names)} - open_words)
        parts = {squeezed(part) for one in (*ids, *names) for part in _words_of_a_name(one)}
        self._all = _by_length({*(one for same in self._whole.values() for one in same), *(parts - open_words)})

    def spans(self, text: str, *, rare: bool = True, parts: bool = True, scores: bool = False) -> list[tuple[int, int]]:
        """Where somebody known stands in a text, first and last sign of each place.

        ``rare`` says that few rows hold this text, so that a short number or word in it may well be an id; ``parts``
        whether a first or last name alone counts; ``scores`` that a short number alone is a score or age and no id.
        """
        known = self._all if parts else self._whole
        looked_at = _Text.of(text)
        sure = rare and not (scores and _NUMBER_LIKE.fullmatch(text))
        found: list[tuple[int, int]] = []
        for length in sorted(known, reverse=True):
            for start in range(len(looked_at.signs) - length + 1):
                if looked_at.signs[start : start + length] in known[length] and _stands_alone(
                    looked_at, start, start + length, sure
                ):
                    found.append((looked_at.places[start], looked_at.places[start + length - 1]))
        return found

    def without(self, text: str, *, rare: bool = True, parts: bool = True, scores: bool = False) -> str:
        """A text with everybody known replaced by ``[removed]``.

        Examples
        --------
        >>> KnownPeople(["C001"], ["Zoë Archer"]).without("saw c-001 with Zoe")
        'saw [removed] with [removed]'
        """
        spans = sorted(self.spans(text, rare=rare, parts=parts, scores=scores))
        pieces, at = [], 0
        for first, last in spans:
            if first >= at:
                pieces += [text[at:first], REMOVED]
            at = max(at, last + 1)
        return "".join([*pieces, text[at:]]) if spans else text


def _by_length(known: Iterable[str]) -> dict[int, set[str]]:
    by_length: dict[int, set[str]] = {}
    for one in known:
        if one:
            by_length.setdefault(len(one), set()).add(one)
    return by_length


def _words_of_a_name(text: str) -> list[str]:
    """The words of a name of several; of one word or of a code nothing."""
    words = [*re.split(r"[\s,]+", text.strip()), *re.findall(r"[^\W\d_]+", text)]
    of_letters = not any(sign.isdigit() for sign in text)
    if not of_letters or len(set(words)) < 2:
        return []
    return [word for word in words if len(squeezed(word)) >= _SHORT_WORD and word.lower() not in _TITLES]


def _stands_alone(text: _Text, start: int, end: int, sure: bool) -> bool:
    """Whether signs that match are meant, and are no part of a longer word or number."""
    signs = text.signs[start:end]
    if text.joins(start, "digit") or text.joins(end, "digit"):
        return False
    in_word = text.joins(start, "alpha") or text.joins(end, "alpha")
    if signs.isdigit():
        return len(signs) >= _SHORT_NUMBER or sure or text.word_before(start) in _LABELS
    if signs.isalpha():
        return not in_word and (len(signs) >= _SHORT_WORD or sure)
    in_pieces = any(text.after_gap[start + 1 : end])
    return not in_word if in_pieces or len(signs) < _SURE_MIXED else True
