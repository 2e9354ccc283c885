"""Change between periods: who clients are tied to, which ties came and went, and how many hold the norm."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from recoverynet.draw.composition import composition_change, describe_composition
from recoverynet.draw.norm_share import describe_norm_share, norm_share_curve
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.proportions import wilson_interval
from recoverynet.measures.turnover import turnover
from recoverynet.observed import OWN_SOURCES
from recoverynet.report import wording
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting, last_day
from recoverynet.report.evaluation.types_of_network import TIES, network_types_told, ties_counted, ties_in
from recoverynet.report.sections import ReportWriter, Section, SectionWriter
from recoverynet.states import UNKNOWN

HOLDS, HOLDS_NOT, NOT_KNOWN = "Hold the norm", "Do not hold it", "Not known"
AWAY = "Not under observation"
PARTS = {"recovery": "Hold the norm", "other": "Other known", "using": "Using", "unknown": "Not known"}


def change_section(report: ReportWriter, setting: EvaluationSetting, findings: Findings) -> Section:
    """Composition of ties, turnover, and the share of clients who hold the norm."""
    section = report.section(
        "change", "Change between periods", "Are clients' networks, and clients themselves, moving towards recovery?"
    )
    if setting.states_seen.empty:
        section.note(
            "No states of recovery are recorded for clients in this period, so change towards or away from "
            "the norm cannot be shown.",
            "caution",
        )
    else:
        section.say(norm_in_words(setting))
        _curve(section, setting, findings)
        _transitions(section, setting, findings)
    waves = setting.waves
    if waves is None:
        section.note("The record covers too short a time to be cut into periods, so ties before and after cannot be compared.")
        return section.finish()
    if setting.network.n_ties:
        section.heading("Who clients are tied to")
        _ties_by_state(section, setting, waves, findings)
    return section.finish()


def norm_in_words(setting: EvaluationSetting) -> str:
    """Which states hold the norm, and how long an observation is believed."""
    order = [state for state in setting.norm.scheme.states if state in setting.norm.holds]
    states = wording.listed([wording.lower_first(wording.label(state)) for state in order], "or")
    days = pd.Timedelta(setting.valid_for).days
    return (
        f"A person **holds the {setting.norm.name} norm** here if they are {states}. {sources_in_words()} "
        f"Each counts for {days} days; after that, and where nobody has looked, the state is not known. A return to use is a "
        "change like any other, not a failure."
    )


SOURCE_WORDS = {"self": "the person", "worker": "a worker", "peer": "a peer", "external": "a source outside the service"}


def sources_in_words(sources: tuple[str, ...] = OWN_SOURCES) -> str:
    """Whose word is taken for a state, in the order in which it is taken."""
    first, *others = [SOURCE_WORDS[source] for source in sources]
    return f"A state is what {first} said of it last; where that no longer counts or was never said, what " + (
        f"{', else '.join(others)} saw last."
    )


def _curve(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    every, steps = setting.steps
    rows = {}
    for start, end in steps:
        held = setting.norm.held(setting.states(end, setting.under_observation(end)))
        rows[wording.short_period(start, end)] = {
            HOLDS: int((held == 1).sum()),
            HOLDS_NOT: int((held == 0).sum()),
            NOT_KNOWN: int(np.isnan(held).sum()),
        }
    shown = findings["norm"] = section.disclose(
        setting.count_table(
            pd.DataFrame(rows).T,
            title=f"Clients by state at the end of each {every}",
            population="Clients under observation or in treatment",
            denominator=f"clients under observation in the {every}",
            row_header=f"At the end of the {every}",
            rows="separate",
            columns="parts",
            share_of="row",
            known=(HOLDS, HOLDS_NOT),
            who=Who(
                CLIENTS,
                rows_of={wording.short_period(*step): setting.here(step[1]) for step in steps},
                cells={(wording.short_period(*step), word): (state_on(step[1], word),) for step in steps for word in WORDS},
            ),
        )
    )
    if len(rows) < 2:
        section.show(shown)
        return
    frame, norm = norm_frame(shown), f"the {setting.norm.name} norm"
    section.figure(
        partial(norm_share_curve, frame, people="clients", norm=norm),
        alt=describe_norm_share(frame, people="clients", norm=norm),
        caption=f"Share of clients who hold the {setting.norm.name} norm at the end of each {every}. Out "
        "of: clients under observation whose state is known then; the strip below shows the share of those "
        "under observation whose state is not known. "
        "If those not known differ from the others, the line can move although nobody has changed.",
    )
    section.show(shown)


WORDS = (HOLDS, HOLDS_NOT, NOT_KNOWN)


def state_on(when: pd.Timestamp, word: str) -> str:
    """What is true of clients by their state on the last day before an instant."""
    return f"state on {last_day(when)}: {word}"


def _state_facts(setting: EvaluationSetting, when: pd.Timestamp) -> dict[str, tuple[str, ...]]:
    here = {word: (*setting.here(when).facts, state_on(when, word)) for word in WORDS}
    return here | {AWAY: (f"away on {last_day(when)}",)}


def norm_frame(shown: DisclosedTable) -> pd.DataFrame:
    """Share holding the norm of those known, with its interval, computed from disclosed counts."""
    counts = shown.counts[[HOLDS, HOLDS_NOT, "All"]]
    known = counts[HOLDS] + counts[HOLDS_NOT]
    held = counts[HOLDS].where(known.notna())
    low, high = wilson_interval(held.to_numpy(), known.to_numpy())
    return pd.DataFrame(
        {
            "period": counts.index,
            "share": (held / known.where(known > 0)).to_numpy(),
            "low": low,
            "high": high,
            "n_known": known.to_numpy(),
            "n": counts["All"].to_numpy(),
        }
    )


def _transitions(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    if len(setting.periods) < 2:
        return
    ends = setting.periods[0], setting.periods[-1]
    held = [_norm_words(setting, end) for _, _, end in ends]
    order = [HOLDS, HOLDS_NOT, NOT_KNOWN]
    order += [AWAY] if any((words == AWAY).any() for words in held) else []
    counts = pd.crosstab(held[0], held[1]).reindex(index=order, columns=order, fill_value=0)
    first, last = (wording.day(end - pd.Timedelta(microseconds=1)) for _, _, end in ends)
    findings["transitions"] = section.table(
        setting.count_table(
            counts.rename_axis(index=None, columns=None),
            title=f"The same clients on {first} and on {last}",
            denominator="clients with the same state on the first day",
            row_header=f"On {first}",
            columns="parts",
            who=Who(CLIENTS, rows=_state_facts(setting, ends[0][2]), columns=_state_facts(setting, ends[1][2])),
            share_of="row",
            note=f"Rows: state on {first}. Columns: state on {last}."
            + (f" {AWAY}: had not joined yet, or had left by then." if AWAY in order else ""),
        )
    )


def _norm_words(setting: EvaluationSetting, when: pd.Timestamp) -> pd.Series:
    held = pd.Series(setting.norm.held(setting.states(when, setting.clients)))
    words = held.map({1.0: HOLDS, 0.0: HOLDS_NOT}).fillna(NOT_KNOWN)
    return words.where(setting.clients.isin(setting.under_observation(when)), AWAY)


def _ties_by_state(section: SectionWriter, setting: EvaluationSetting, waves: NetworkPanel, findings: Findings) -> None:
    """What the states of the others allow to be told; nothing where a zero would only mean "not known"."""
    kinds = _kinds_of_alters(setting, waves)
    tied = np.column_stack([_alters(setting, waves, wave) for wave in range(waves.n_waves)])
    known = ((kinds != UNKNOWN) & tied).any(axis=0)
    if not known.any():
        section.note(
            "No state is known of anybody clients are tied to, so how many ties are to people who hold the "
            "norm cannot be told. Not known is not none."
        )
        return
    _composition(section, setting, waves, kinds, findings)
    if known.all():
        _turnover(section, setting, waves, findings)
        network_types_told(section, setting, waves, findings, of=CLIENTS.who(IN_EVERY))
        return
    dark = wording.listed([label for (label, _, _), seen in zip(setting.periods, known, strict=True) if not seen])
    section.note(
        f"No state is known of anybody clients were tied to in {dark}, so which ties to people who hold the "
        "norm came and went cannot be told."
    )


def _alters(setting: EvaluationSetting, waves: NetworkPanel, wave: int) -> np.ndarray:
    """Whether each person other than a worker is tied to a client in a wave."""
    clients = waves.person_ids.isin(setting.clients)
    ties = np.asarray((waves.networks[wave][clients] > 0).sum(axis=0)).ravel()
    return (ties > 0) & (waves.people["role"] != "worker").to_numpy()


def _composition(
    section: SectionWriter, setting: EvaluationSetting, waves: NetworkPanel, kinds: np.ndarray, findings: Findings
) -> None:
    rows = {}
    for (label, _, _), weights, kind in zip(setting.periods, waves.networks, kinds.T, strict=True):
        ego = waves.person_ids.isin(setting.clients)
        outside = (waves.people["role"] != "worker").to_numpy()
        tied = weights[ego][:, outside].tocoo()
        alter = kind[outside][tied.col]
        rows[label] = {name: int((alter == code).sum()) for name, code in zip(PARTS.values(), PARTS, strict=True)}
    shown = findings["composition"] = section.disclose(
        setting.count_table(
            pd.DataFrame(rows).T,
            title="Ties of clients by the state of the other person",
            population="Ties of clients to people other than workers",
            denominator="all such ties in the period",
            row_header="Period",
            rows="separate",
            columns="parts",
            share_of="row",
            who=Who(
                TIES,
                rows={label: tuple(ties_in(label).facts) for label in rows},
                cells={(label, part): tuple(ties_counted(label, part).facts) for label in rows for part in PARTS.values()},
            ),
            note="Ties, not people, are counted: somebody with many ties counts many times, and a tie "
            "between two clients counts once from each side. The state is that at the end of the period.",
        )
    )
    names = {word: code for code, word in PARTS.items()}
    frame = shown.counts.rename(columns={**names, "All": "total"}).rename_axis("period").reset_index()
    section.figure(
        partial(composition_change, frame, parts=PARTS),
        alt=describe_composition(frame, parts=PARTS),
        caption="Ties of clients to people other than workers, by the state of the other person at the "
        "end of each period. Out of: all such ties in the period; their number stands beside each bar.",
    )
    section.show(shown)


def _kinds_of_alters(setting: EvaluationSetting, waves: NetworkPanel) -> np.ndarray:
    """What each person is in each wave: recovery, other, using or unknown."""
    states = waves.states
    if states is None:
        return np.full((waves.n_people, waves.n_waves), UNKNOWN, dtype=object)
    words = states.to_numpy(dtype=object)
    kinds = np.full(words.shape, "other", dtype=object)
    kinds[np.isin(words, list(setting.norm.scheme.using))] = "using"
    kinds[np.isin(words, list(setting.norm.holds))] = "recovery"
    kinds[(words == UNKNOWN) | pd.isna(words)] = "unknown"
    return kinds


def _turnover(section: SectionWriter, setting: EvaluationSetting, waves: NetworkPanel, findings: Findings) -> None:
    change = setting.once(turnover, waves).reset_index()
    change = change[change["person_id"].isin(setting.clients)]
    there = change.groupby("person_id")["present"].all()
    counts = change.drop(columns=["wave", "jaccard", "present"]).groupby("person_id").sum().loc[there[there].index]
    counts = counts.astype(float)
    if counts.empty:
        section.note("No client was under observation in every period, so ties gained and lost cannot be told.")
        return
    norm = f"the {setting.norm.name} norm"
    kinds = {
        f"A new tie to somebody who holds {norm}": counts["recovery_gained"] + counts["recovery_joined"],
        f"A tie kept, and the other person came to hold {norm}": counts["recovery_kept_changed"],
        f"A tie to somebody who held {norm} ended": counts["recovery_lost"] + counts["recovery_left"],
        "A new tie to somebody using": counts["using_gained"] + counts["using_joined"],
        "A tie to somebody using ended": counts["using_lost"] + counts["using_left"],
    }
    findings["turnover"] = section.table(
        setting.share_table(
            {name: (int((number > 0).sum()), len(counts)) for name, number in kinds.items()},
            title="Ties that came and went between periods",
            denominator="clients under observation in every period compared",
            row_header="At least one",
            no="None",
            who=Who(CLIENTS.who(IN_EVERY), rows={name: (f"turnover: {name}",) for name in kinds}),
            note="A client may be in several rows. People whose state is not known count neither as holding "
            "the norm nor as using, so true numbers are higher. Who came to hold it was known not to hold it "
            "at the end of the period before. A tie that ended may only be a contact that was no longer "
            "recorded.",
        )
    )
    _average_recovery_ties(section, setting, waves, change, counts.index)


IN_EVERY = "here in every period"


def _average_recovery_ties(
    section: SectionWriter, setting: EvaluationSetting, waves: NetworkPanel, change: pd.DataFrame, people: pd.Index
) -> None:
    first, last = waves.waves.index[1], waves.waves.index[-1]
    kept = change.set_index(["person_id", "wave"])
    before = kept.xs(first, level="wave").loc[people, "recovery_before"].astype(float)
    after = kept.xs(last, level="wave").loc[people, "recovery_after"].astype(float)
    values = pd.DataFrame(
        {"n": [len(before)] * 2, "mean": [before.mean(), after.mean()]}, index=[setting.periods[0][0], setting.periods[-1][0]]
    )
    section.summary(
        setting.summary_table(
            values,
            title=f"Average number of ties to people who hold the {setting.norm.name} norm",
            population="Clients under observation in every period",
            denominator="these clients, those without such ties counted as 0",
            row_header="Period",
            heads=("Clients", "Mean"),
            who=dict.fromkeys(map(str, values.index), CLIENTS.who(IN_EVERY)),
            note="People whose state is not known are not counted as holding the norm, so true numbers are "
            "higher, and a mean can rise because more states are known.",
        )
    )
