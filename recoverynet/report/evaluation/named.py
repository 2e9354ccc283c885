"""The people clients named: how clients see them, who is close, and which kinds of tie there are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.measures.recovery_diversity import recovery_diversity
from recoverynet.measures.tie_kinds import ANY, tie_kinds
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Bound, Counted, label_facts
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.observed import NAMED
from recoverynet.report.evaluation.setting import CLIENTS, FEWEST_BROKEN_DOWN, FEWEST_IN_WORDS, EvaluationSetting
from recoverynet.report.sections import SectionWriter

NAMERS, NAMED_PEOPLE = CLIENTS.who(*NAMED), Counted("people named")
SEEN_AS = "seen as"
MIX = {"none": "Nobody", "some": "Some", "all": "Everybody"}
NOT_KNOWN = "Not known"
HOW_MANY = ("None", "One", "Two or more", NOT_KNOWN)
CLOSE, STABLE = "Close people in recovery", "Close people in recovery for a year or more"
KINDS = {
    "Friendship": {"friend", "friendship", "peer"},
    "Advice": {"advice", "mentor", "sponsor", "adviser", "recovery_coach"},
    "Lending": {"lending", "loan", "lends", "borrows"},
    "Family or partner": {"family", "parent", "partner", "sibling", "child", "spouse", "relative"},
    "Work (a worker)": {"worker", "keyworker", "professional"},
}
"""Kinds of tie told apart, and the relations of the record that make each; all others are one kind more."""
OTHER_KINDS = "Any other"


def named_told(section: SectionWriter, setting: EvaluationSetting) -> None:
    """Whom clients named, how much recovery there is among them, and what kinds of tie; nothing where nobody was asked."""
    named = setting.record.nominations
    named = named[named["ego_id"].isin(setting.clients)]
    if named.empty:
        return
    section.heading("The people clients named themselves")
    latest = named[named["asked_at"] == named.groupby("ego_id")["asked_at"].transform("max")]
    _seen_as(section, setting, latest)
    if latest["ego_id"].nunique() < FEWEST_BROKEN_DOWN:
        section.say(
            f"Fewer than {FEWEST_IN_WORDS} clients named somebody: too few to tell how mixed their networks are, who is close, "
            "and which kinds of tie there are, without telling of single clients."
        )
        return
    around = recovery_diversity(named, norm=setting.norm).groupby("person_id").tail(1)
    _recovery_around(section, setting, latest, around)
    if latest["relation"].notna().any():
        _kinds(section, setting, latest)


def _states(latest: pd.DataFrame) -> pd.Series:
    return latest["perceived_state"].fillna("unknown")


def _seen_as(section: SectionWriter, setting: EvaluationSetting, latest: pd.DataFrame) -> None:
    states = _states(latest)
    order = [state for state in setting.norm.scheme.states if (states == state).any()]
    counts = pd.Series({wording.label(state): int((states == state).sum()) for state in order})
    shown = section.disclose(
        setting.count_table(
            counts,
            title="People named by clients, by how the client sees them",
            population="People named, at each client's latest interview",
            denominator="all people named",
            row_header="Seen by the client as",
            who=Who(NAMED_PEOPLE, label_facts(SEEN_AS, counts.index), bounds=(Bound.at_most([NAMERS], [NAMED_PEOPLE]),)),
            note="Somebody named by two clients counts twice. These are the clients' own perceptions.",
        )
    )
    who = Who(CLIENTS, rows={"Named somebody": NAMED})
    n_named = latest["ego_id"].nunique()
    asked = section.disclose(setting.share_table({"Named somebody": (n_named, setting.n_clients)}, title="Asked", who=who))
    whole = shown.n() if len(counts) > 1 else shown.n(str(counts.index[0]))
    section.say(
        f"{asked.words('Named somebody', noun='clients')} named people who matter to them; their latest "
        f"answers name {wording.plural(whole, 'person', 'people')}. The people named are third parties: "
        "nothing about them is kept but the client's own view."
    )
    section.show(shown)


def _recovery_around(section: SectionWriter, setting: EvaluationSetting, latest: pd.DataFrame, around: pd.DataFrame) -> None:
    """How mixed the people of each client are by recovery, and how many close ones are in recovery, and have long been."""
    mix = around["mix"].map(MIX).fillna(NOT_KNOWN)
    counts = mix.value_counts().reindex([*MIX.values(), NOT_KNOWN], fill_value=0)
    norm, usual = f"hold the {setting.norm.name} norm", {"population": "Clients who named somebody"}
    section.table(
        setting.count_table(
            counts,
            title=f"Clients by how many of the people they named {norm}",
            denominator="all clients who named somebody",
            row_header="In recovery, of those whose state is known",
            who=_who_mixed(setting, latest),
            note="At each client's latest interview, as the client sees them. A mixed network goes with more strengths early in "
            "recovery in one study; no mix is a score of anybody.",
            **usual,
        )
    )
    near = around["n_close"].where((around["n_close"] == 0) | (around["n_close_known"] > 0))
    known = {CLOSE: around["n_close_norm"].where(near.notna()), STABLE: around["n_close_stable"]}
    table = pd.DataFrame({row: _banded(number) for row, number in known.items()}).T
    if table[NOT_KNOWN].eq(len(around)).all():
        return
    section.table(
        setting.count_table(
            table,
            title="Clients by number of close people in recovery",
            denominator="all clients who named somebody",
            row_header="How many",
            rows="separate",
            columns="parts",
            share_of="row",
            who=_who_close(),
            note="Close: rated 4 or 5 of 5. For a year or more: seen so at interviews a year apart, and never otherwise between; "
            "records of less than that cannot tell.",
            **usual,
        )
    )


def _banded(number: pd.Series) -> pd.Series:
    """How many clients know none, one, or two or more."""
    words = np.select([number.isna(), number == 0, number == 1], [NOT_KNOWN, "None", "One"], default="Two or more")
    return pd.Series(words).value_counts().reindex(list(HOW_MANY), fill_value=0)


def _mixed(word: str) -> Counted:
    return NAMERS.who(f"in recovery around: {word}")


def _close(row: str, how_many: str) -> Counted:
    return NAMERS.who(f"{row}: {how_many}")


def _who_mixed(setting: EvaluationSetting, latest: pd.DataFrame) -> Who:
    """Behind every client with somebody in recovery stands somebody named who is, and so on."""
    seen: dict[str, list[Counted]] = {"holds": [], "not": [], "unknown": []}
    for state in _states(latest).unique():
        kind = "unknown" if state == "unknown" else "holds" if state in setting.norm.holds else "not"
        seen[kind].append(NAMED_PEOPLE.who(f"{SEEN_AS}: {wording.label(state)}"))
    behind = {"holds": ("some", "all"), "not": ("some", "none")}
    bounds = [Bound.at_most([_mixed(MIX[word]) for word in words], seen[kind]) for kind, words in behind.items()]
    bounds.append(Bound.at_most([_mixed(NOT_KNOWN)], seen["unknown"]))
    return Who(NAMERS, {word: tuple(_mixed(word).facts) for word in (*MIX.values(), NOT_KNOWN)}, bounds=tuple(bounds))


def _who_close() -> Who:
    """Whoever has close people in long recovery has as many in recovery, and somebody in recovery at all."""
    rows, some = (CLOSE, STABLE), HOW_MANY[1:3]
    cells = {(row, word): tuple(_close(row, word).facts) for row in rows for word in HOW_MANY}
    cells[STABLE, some[1]] = (*cells[STABLE, some[1]], *cells[CLOSE, some[1]])
    long_two = NAMERS.who(*cells[STABLE, some[1]])
    bounds = (
        Bound.at_most([_close(STABLE, some[0]), long_two], [_close(CLOSE, word) for word in some]),
        Bound.at_most([_close(CLOSE, word) for word in some], [_mixed(MIX["some"]), _mixed(MIX["all"])]),
        Bound.at_most([_mixed(NOT_KNOWN)], [_close(CLOSE, "None"), _close(CLOSE, NOT_KNOWN)]),
    )
    return Who(NAMERS, rows_of=dict.fromkeys(rows, NAMERS), cells=cells, bounds=bounds)


def _kinds(section: SectionWriter, setting: EvaluationSetting, latest: pd.DataFrame) -> None:
    """How many clients named somebody of each kind of tie."""
    code = latest["relation"].astype("object")
    kind = code.map({value: word for word, values in KINDS.items() for value in values}).fillna(OTHER_KINDS).where(code.notna())
    found = tie_kinds(latest.assign(kind=kind), column="kind").drop(index=ANY)
    order = [word for word in (*KINDS, OTHER_KINDS) if word in found.index]
    rows = {word: (int(found["n_naming"][word]), latest["ego_id"].nunique()) for word in order}
    facts = label_facts("kind of tie", pd.Index(order))
    cells = [NAMERS.who(*facts[word]) for word in order]
    section.table(
        setting.share_table(
            rows,
            title="Clients by kind of tie to the people they named",
            population="Clients who named somebody",
            denominator="all clients who named somebody",
            row_header="Named at least one",
            no="None named",
            who=Who(
                NAMERS,
                rows=facts,
                unions=((NAMERS, tuple(cells)),) if kind.notna().all() else (),
                bounds=(Bound.at_most(cells, [NAMED_PEOPLE]),),
            ),
            note="A client may be in several rows. Advice: a mentor, sponsor or adviser. Kinds of tie are not added up: each does "
            "something else for a person.",
        )
    )
