"""The ladder in words: the one room in which levels, rungs, cautions and what would lift them become sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from recoverynet.models.ladder.coverage import Outside
from recoverynet.models.ladder.findings import (
    ADJUSTED,
    COEVOLUTION,
    CRUDE,
    DESCRIBED,
    FUTURE_TIES,
    MATCHED,
    NO_PLACEBO,
    PERMUTATION,
    PLACEBO,
    Footing,
    Rung,
)
from recoverynet.readable import true_minus
from recoverynet.results import p_in_words

NOT_ADJUSTED = "Nothing was adjusted for: people being alike in age, place or anything else may lie behind it."
LEVELS = {
    0: "described",
    1: "associated",
    2: "more than chance",
    3: "consistent with spread",
    4: "consistent with spread, and in a matched comparison too",
}
NAMES = {
    DESCRIBED: "Enough to look at",
    CRUDE: "Crude association",
    PERMUTATION: "More than chance",
    ADJUSTED: "Adjusted for what is recorded",
    NO_PLACEBO: "Placebo outcome",
    PLACEBO: "Placebo outcome",
    FUTURE_TIES: "People met only later",
    MATCHED: "Matched comparison",
    COEVOLUTION: "Co-evolution model",
}
"""What a rung is called before readers who do not know the ladder."""

UNTRIED_PLACEBO = "placebo tried"
FLEETING, SILENT, UNKNOWN = "placebo_fleeting", "strata_silent", "adjusted_unknown"
"""Reasons that ask for something else than the rung they stop would."""
LIFTS = {
    DESCRIBED: "more waves, or more people whose state is known at two waves in a row",
    CRUDE: "more people or waves: the interval is too wide, or there is nothing to find",
    PERMUTATION: "more people or waves: chance alone could do this",
    ADJUSTED: "more people or waves to narrow the interval, and records of what else people share "
    "(place, provider, substance, age) to adjust for",
    PLACEBO: "a record of the trait or place that makes people alike in things that cannot spread, to adjust for; or more people "
    "or waves, to tell the norm from its placebo",
    UNTRIED_PLACEBO: "an outcome that cannot spread between people and changes more often, recorded at the same waves",
    FLEETING: "an outcome that cannot spread between people and stays with them from one wave to the next",
    SILENT: "coarser surroundings or longer waves, so that some in each gained the norm and others did not",
    UNKNOWN: "records of what is adjusted for, of more people",
    NO_PLACEBO: "an outcome recorded at the same waves that cannot spread between people, such as housing, named as placebo",
    FUTURE_TIES: "a record of what draws people together before they meet, to adjust for",
    COEVOLUTION: "more people or waves: with choosing one's like in the model, influence is not told from none",
    MATCHED: "more people, so that enough with and without exposure are alike in history and circumstances",
}
"""What data would lift the answer past a rung that did not hold."""

_GAINED_MORE = "People whose contacts held the norm went on to gain it more often"
MEANINGS = {
    0: "Nothing in these records speaks for spread. That is no finding against it: how wide the intervals are says what could "
    "have been missed.",
    1: f"{_GAINED_MORE}, but no more than chance could make.",
    2: f"{_GAINED_MORE} than chance would make. Why cannot be told: like people meeting, or sharing a place, leaves the same "
    "trace as influence.",
}


def meaning_in_words(level: int, terms: Sequence[str] | None = None) -> str:
    """What a level says and what it does not; ``terms`` name what was adjusted for, None speaks of any ladder."""
    if level < 3:
        return MEANINGS[level]
    names = list(terms or ())
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""
    account = "chance, a set margin and what was adjusted for" if names or terms is None else "chance and a set margin"
    account += f" ({listed})" if listed else ""
    matched = ", and so they did in a matched comparison" if level > 3 else ""
    caveat = "" if names or terms is None else f" {NOT_ADJUSTED}"
    return (
        f"{_GAINED_MORE} than others, by more than {account} account for{matched}.{caveat} That is what spread would look like; "
        "it is not proof of it."
    )


def rung_in_words(rung: Rung, *, counted: bool = True) -> str:
    """What was found at a rung, in a clause; without any count of people or gains where ``counted`` is False."""
    if rung.reason is not None:
        return _untried(rung, str(rung.reason) if counted else rung.reason.uncounted)
    how = f"adjusted for {', '.join(rung.terms)}" if rung.terms else "with nothing adjusted for but the wave"
    said: dict[str, Callable[[], str]] = {
        DESCRIBED: lambda: (
            f"{rung.n_events:,} gains in {rung.n_rows:,} person-waves at risk with known exposure"
            if counted
            else "enough gains among those at risk whose exposure is known"
        ),
        CRUDE: lambda: f"{_ratio(rung)} for exposure going from none to all contacts, wave effects only",
        PERMUTATION: lambda: f"p = {p_in_words(rung.p)} when gains are dealt out anew among those at risk",
        ADJUSTED: lambda: f"{_ratio(rung)} {how}; the lower bound must clear {rung.margin:g}",
        NO_PLACEBO: lambda: "no outcome that cannot spread was given to compare with",
        PLACEBO: lambda: f"{_ratio(rung)} for an outcome that cannot spread{_against(rung)}",
        FUTURE_TIES: lambda: f"{_ratio(rung)} for people met only later",
        MATCHED: lambda: (
            "those exposed gained the norm more often than matched others, by percentage points: " + difference_in_words(rung)
        ),
        COEVOLUTION: lambda: f"{_ratio(rung)} per opportunity to change, choosing one's like allowed for",
    }
    return said[rung.name]()


def _against(rung: Rung) -> str:
    """How much larger the norm's odds ratio is than that of its placebo; empty where they were not set against each other."""
    if not math.isfinite(rung.contrast):
        return ", where about 1 is expected"
    bounds = f"{rung.contrast_low:.2f} to {rung.contrast_high:.2f}"
    return f"; the norm's is {rung.contrast:.2f} times that (90% interval {bounds}), and the lower bound must clear 1"


def warned_in_words(name: str, found: str) -> str:
    """That a check warns which influence itself can trip."""
    return (
        f"A warning: “{name}” shows something: {found}. People alike before they meet leave that trace; so does influence, where "
        "people choose their contacts by the state they gained. It does not stop the ladder."
    )


def outside_in_words(outside: Sequence[Outside]) -> str:
    """In what a panel lies outside what the error rates were measured on; empty where it lies within."""
    if not outside:
        return ""
    said = "; ".join(f"{each.what} {each.value:,.3g}, measured from {each.low:,g} to {each.high:,g}" for each in outside)
    return f"How often this errs was not measured for such a panel: {said}."


def _untried(rung: Rung, why: str) -> str:
    """Why a rung has no answer; whether it is said to have been tried hangs on the rung."""
    if rung.name in (FUTURE_TIES, MATCHED, COEVOLUTION):
        return f"could not be tried: {why}"
    told_by_itself = rung.reason is not None and rung.reason.code in ("placebo_too_few", "placebo_fleeting", "placebo_blind")
    return f"it could not be tried: {why}" if rung.name == PLACEBO and not told_by_itself else why


def _ratio(rung: Rung) -> str:
    return f"odds ratio {rung.odds_ratio:.2f} ({2 * rung.sided - 1:.0%} interval {rung.low:.2f} to {rung.high:.2f})"


def difference_in_words(rung: Rung) -> str:
    """A matched difference in percentage points with its interval, as ``9.1 (2.0 to 16.3)``."""
    return f"{_points(rung.difference)} ({_points(rung.difference_low)} to {_points(rung.difference_high)})"


def _points(share: float) -> str:
    """A share in percentage points, with a true minus sign."""
    return true_minus(f"{100 * share:.1f}")


def footing_in_words(footing: Footing, *, counted: bool = True) -> str:
    """A word of caution where few people or gains stand behind an answer; empty where enough do, or there is none."""
    if footing.steady or not footing.n_people:
        return ""
    if not counted:
        return "Caution: few people or few changes stand behind this, and with so few an interval may be far too narrow."
    return (
        f"Caution: this rests on {footing.n_people:,} people, {footing.n_rows:,} person-waves, {footing.n_events:,} gains, and "
        "with so few an interval may be far too narrow."
    )


def thin_match_in_words(rung: Rung, *, counted: bool = True) -> str:
    """That the matched comparison itself rests on few changes."""
    few = f"{rung.n_events:,} gains in {rung.n_rows:,} person-waves" if counted else "few changes"
    return f"Caution: the matched comparison rests on {few}, and with so few it may be luck."


def untried_in_words(name: str, found: str) -> str:
    """That a rung could not be tried, and so speaks neither for nor against; ``found`` says why."""
    return f"Not in this answer: the check “{name}” {found}. It speaks neither for it nor against it."


def weak_in_words(name: str, placebo: Rung, adjusted: Rung) -> str:
    """That a placebo would not have shown an association as strong as that of the norm."""
    return (
        f"The check “{name}” is too weak to say anything: its odds ratio of {placebo.odds_ratio:.2f} ({placebo.low:.2f} to "
        f"{placebo.high:.2f}) leaves room for one as large as the norm's own, {adjusted.odds_ratio:.2f}. That it showed nothing is "
        "no reassurance."
    )


def hidden_in_words(strength: float, strength_low: float) -> str:
    """How strong a hidden trait would have to be, in a sentence: for the estimate, and for its lower bound."""
    if strength <= 1.0:
        return "There is no positive estimate for a hidden trait to explain."
    lower = f"for the lower bound {strength_low:.1f} would do"
    if not strength_low > 1.0:
        lower = "chance alone reaches the lower bound"
    if not math.isfinite(strength):
        if math.isinf(strength_low):
            lower = "nor one as large as its lower bound"
        return f"No hidden trait, however strong, would by itself bring an estimate this large; {lower}."
    return (
        "A trait nobody recorded would explain the estimate away if ties between people sharing it were "
        f"{strength:.1f} times as likely and it changed the odds of gaining the norm by {strength:.1f}; {lower}."
    )
