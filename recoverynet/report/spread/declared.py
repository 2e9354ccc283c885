"""Who is counted in the figures of a report on spread, in names its tables and other reports of the record share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recoverynet.report.disclosure.counted import Counted, Sum
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.setting import CLIENTS, last_day
from recoverynet.report.spread.setting import SpreadSetting
from recoverynet.tables.consent import UnknownConsent, agreeing
from recoverynet.tables.period import observed_within
from recoverynet.tables.record import RecoveryRecord, Window

IN_PANEL, OTHERS = "in the panel on spread", "no client reported on"
CONTACTS, ALONE, GAINED = "contacts", "no contacts", "gained the norm"


def clients_reported_on(record: RecoveryRecord, window: Window | None, unknown_consent: UnknownConsent) -> pd.Index:
    """The clients an evaluation of the same record and period is about: agreed to evaluation, and under observation in it."""
    people = record.people
    kept = (people["role"] == "client") & observed_within(people, window)
    answer: pd.Index = pd.Index(
        people.loc[kept.to_numpy(dtype=bool) & agreeing(people, "evaluation", unknown_consent), "person_id"]
    )
    return answer


def panel_people(setting: SpreadSetting) -> Counted:
    """The people in the panel: the clients of every report where they are the same people, otherwise a population of their own."""
    if setting.clients is not None and set(setting.clients) == set(setting.waves.panel.person_ids):
        return CLIENTS
    agreed = setting.waves.agreed
    asked = "" if agreed is None else f" agreed to {agreed.purpose}, unknown {agreed.unknown_consent}"
    return Counted(f"panel of {', '.join(setting.waves.roles)}{asked}")


def _clients_and_others(setting: SpreadSetting) -> tuple[Sum, ...]:
    """The panel is the clients in it and the others; who reads an evaluation beside it knows how many clients there are."""
    panel, ids = panel_people(setting), pd.Index(setting.waves.panel.person_ids)
    if setting.clients is None or panel == CLIENTS:
        return ()
    inside = int(setting.clients.isin(ids).sum())
    theirs = CLIENTS if inside == len(setting.clients) else CLIENTS.who(IN_PANEL)
    return (((panel, len(ids)), ((theirs, inside), (panel.who(OTHERS), len(ids) - inside))),)


def who_in_stages(setting: SpreadSetting, labels: Sequence[str]) -> Who:
    """Everybody in the panel, and stages each of which counts some of those of the one before."""
    facts = {label: tuple(f"on spread{label}" for label in labels[1 : place + 1]) for place, label in enumerate(labels) if place}
    return Who(panel_people(setting), rows=facts, sums=_clients_and_others(setting))


def who_agreed(setting: SpreadSetting, labels: Sequence[str], n_counted: Mapping[str, int]) -> Who:
    """Those of the roles looked at who are on the record; those counted make up the panel where all are in it."""
    asked = Counted(f"people on the record: {', '.join(setting.waves.roles)}")
    panel, n = panel_people(setting), setting.waves.panel.n_people
    facts = {label: (f"consent: {label}",) for label in labels}
    counted = [label for label in labels if n_counted.get(label)]
    if len(counted) == 1 and n_counted[counted[0]] == n:
        return Who(asked, rows=facts, rows_of={counted[0]: panel})
    parts = tuple((asked.who(*facts[label]), n_counted[label]) for label in counted)
    return Who(asked, rows=facts, sums=(((panel, n), parts),) if sum(part for _, part in parts) == n else ())


def who_at_waves(setting: SpreadSetting, labels: Sequence[str], words: Sequence[str]) -> Who:
    """Those of the panel who are there at each wave, by their state at its end; a day is the same day in another report."""
    panel, waves = panel_people(setting), setting.waves.panel.waves
    dated = not waves.isna().to_numpy().any()
    days = [last_day(end) if dated else label for end, label in zip(waves["end"], labels, strict=True)]
    return Who(
        panel,
        rows_of={label: panel.who(IN_PANEL, f"here {day}, at a wave") for label, day in zip(labels, days, strict=True)},
        cells={
            (label, word): (f"state on {day}, at a wave: {word}",)
            for label, day in zip(labels, days, strict=True)
            for word in words
        },
    )


def _chances(setting: SpreadSetting) -> Counted:
    """Waves of people at which they could have gained the norm."""
    return Counted(f"{setting.waves.every}s of {panel_people(setting).of}")


def who_by_dose(setting: SpreadSetting, doses: Mapping[str, np.ndarray], alone: str) -> Who:
    """Chances by number of contacts who hold the norm, and who gained it; those with contacts add up to the means beside them.

    Parameters
    ----------
    setting : SpreadSetting
    doses : mapping of row label to bool array
        Which chances are counted in each row with contacts.
    alone : str
        Label of the row without.
    """
    of, gained = _chances(setting), setting.risk.rows.outcome == 1
    rows_of = {label: of.who(CONTACTS, f"holding it: {label}") for label in doses}
    sums = []
    for word, which in ((GAINED, gained), (f"not {GAINED}", ~gained)):
        n = {label: int((inside & which).sum()) for label, inside in doses.items()}
        parts = tuple((cell.who(word), n[label]) for label, cell in rows_of.items())
        sums.append(((of.who(CONTACTS, word), sum(n.values())), parts))
    return Who(of, rows=dict.fromkeys([*doses, alone], (GAINED,)), rows_of=rows_of | {alone: of.who(ALONE)}, sums=tuple(sums))


def who_known(setting: SpreadSetting, labels: Mapping[str, bool]) -> dict[str, Counted]:
    """Chances of those whose exposure is known; where that is everybody with contacts, the same figures as in the table by dose."""
    risk = setting.risk
    known, met = np.isfinite(risk.at(risk.seen.share)), risk.at(risk.seen.n_alters) > 0
    facts = (CONTACTS,) if (known == met).all() else (CONTACTS, "exposure known") if (known <= met).all() else ("exposure known",)
    return {label: _chances(setting).who(*facts, GAINED if gained else f"not {GAINED}") for label, gained in labels.items()}
