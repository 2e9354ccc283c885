"""Why there is no answer: a code with its facts, and the one room in which they become words, with or without counts."""

from __future__ import annotations

from typing import NamedTuple


class ReasonWords(NamedTuple):
    """A reason in words: with every fact, and without any count of people or events."""

    counted: str
    uncounted: str


def _plain(text: str) -> ReasonWords:
    """A reason that counts nobody."""
    return ReasonWords(text, text)


_NEEDED = "{fewest_gains} gains, {fewest_gains} person-waves without one and {fewest_people} people are needed"
_STOOD_ON = "{n_events:,} {gains} in {n_rows:,} person-waves of {n_people:,} people"
_SEEN = "contact whose state is known, so that exposure is undefined for all"

REASONS: dict[str, ReasonWords] = {
    "too_few_waves": _plain("the panel has {has}; exposure {back} back needs {needed}"),
    "state_unknown": _plain("nobody's state of {name!r} is known at any wave"),
    "all_hold": _plain("everybody holds {name!r} at every wave"),
    "none_hold": _plain("nobody holds {name!r} at any wave"),
    "nobody_twice": _plain("nobody at risk of a {transition} of {name!r} is seen at two neighbouring waves"),
    "all_alike": ReasonWords("{who} at risk {happened} ({n_rows:,} person-waves)", "{who} at risk {happened}"),
    "no_tie_known": ReasonWords(
        "no tie is known: {n_unknown:,} are unknown, and no other is there",
        "no tie is known: some are unknown, and no other is there",
    ),
    "no_ties": _plain("the network has no ties"),
    "exposure_undefined": _plain("nobody at risk has a " + _SEEN),
    "adjusted_unknown": _plain("nobody at risk is known in everything adjusted for; adjust for less"),
    "one_outcome": _plain("nobody, or everybody, with known exposure gained the norm"),
    "same_exposure": _plain("everybody at risk had the same exposure"),
    "same_exposure_by_wave": _plain("at each wave everybody at risk had the same exposure"),
    "combination": _plain("exposure is a combination of the other terms"),
    "separated": _plain("exposure tells gaining and not gaining apart perfectly (separation)"),
    "not_fitted": _plain("the model could not be fitted to so few gains"),
    "too_few": ReasonWords(f"too few: {_STOOD_ON}, where {_NEEDED}", "too few people, or too few changes"),
    "placebo_too_few": ReasonWords(
        f"the placebo changed too seldom, or among too few: {_STOOD_ON}, where {_NEEDED}",
        "the placebo changed too seldom, or among too few",
    ),
    "strata_silent": ReasonWords(
        "no surroundings at a wave hold {least} person-waves with and without a gain ({n_rows:,} person-waves in all): name "
        "coarser ones, or longer waves",
        "no surroundings at a wave hold enough people with and without a gain: name coarser ones, or longer waves",
    ),
    "placebo_fleeting": ReasonWords(
        "the placebo does not stay with people (whoever holds it is likelier to hold it at the next wave by {stays} only, of 1), "
        "so that no trait of theirs could show in it: name an outcome that lasts",
        "the placebo does not stay with people, so that no trait of theirs could show in it: name an outcome that lasts",
    ),
    "placebo_blind": ReasonWords(
        "the placebo could have shown only an odds ratio above {sees}, so that it could have seen no hidden trait: name an outcome "
        "that changes more often",
        "the placebo varies too little to have shown anything but a very large odds ratio, so that it could have seen no hidden "
        "trait: name an outcome that changes more often",
    ),
    "too_few_new_ties": ReasonWords(
        "too few new ties: {n_rows} person-waves at risk and {n_events} gains, where {least_rows} and {least_events} are needed",
        "too few new ties",
    ),
    "coevolution": ReasonWords("{why}", "the co-evolution model could not be fitted"),
    "matched_unknown": _plain("nobody at risk is known in everything matched on; match on less"),
    "no_contrast": _plain("{who} at risk is exposed ({exposed:.0%} of contacts or more)"),
    "nobody_matched": _plain("nobody exposed has somebody unexposed to be matched with; match on less, or more coarsely"),
    "no_chance": _plain(
        "of those matched {exposed} exposed and {unexposed} unexposed changed, which leaves nothing to tell chance from"
    ),
    "matched_settled": ReasonWords(
        "{n_rows:,} matched rows leave nothing to tell chance from; match on less, or more coarsely",
        "the matched rows leave nothing to tell chance from; match on less, or more coarsely",
    ),
    "no_swap": _plain("no two ties can be swapped without tying somebody twice: there is nothing to compare with"),
    "too_few_gainers": ReasonWords("{who} seen to gain {name!r}; two are needed", "too few people are seen to gain {name!r}"),
    "no_slope": _plain("α has no finite estimate: contacts holding the norm tell gains apart, or never vary"),
    "no_direction": _plain("ties have no direction, so that reversing them changes nothing"),
    "no_way_estimate": _plain("no finite estimate for exposure to people {way}"),
    "no_telling_wave": _plain("no wave has people who changed and people who did not with known contacts"),
}
"""Every reason by its code."""


class Reason(str):
    """Why there is no answer: text to a reader, a code and facts to whoever has to act on it.

    Parameters
    ----------
    code : str
        One of :data:`REASONS`.
    **facts
        What the words of that reason name: counts, names, words.

    Attributes
    ----------
    code : str
    facts : dict
    uncounted : str
        The same in words that count nobody, for what is shared.

    Examples
    --------
    >>> reason = Reason("all_alike", who="nobody", happened="gained it", n_rows=3)
    >>> reason, reason.code, reason.uncounted
    ('nobody at risk gained it (3 person-waves)', 'all_alike', 'nobody at risk gained it')
    """

    code: str
    facts: dict[str, object]

    def __new__(cls, code: str, **facts: object) -> Reason:
        """The reason, worded."""
        made = super().__new__(cls, REASONS[code].counted.format(**facts))
        made.code, made.facts = code, facts
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.code, self.facts)

    @property
    def uncounted(self) -> str:
        """The reason without any count of people or events."""
        return REASONS[self.code].uncounted.format(**self.facts)


def _again(code: str, facts: dict[str, object]) -> Reason:
    """A reason out of a pickle."""
    return Reason(code, **facts)
