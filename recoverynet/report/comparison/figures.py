"""The main figures of a comparison: each a yes or no for every client it can be asked of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import RecoveryNetWarning
from recoverynet.measures.aftercare import contact_after_treatment
from recoverynet.report.evaluation.setting import EvaluationSetting
from recoverynet.states import UNKNOWN

YES, NO = "Yes", "No"
CONTACT, GROUP, PERSON, TIE, AFTERCARE, NORM = "contact", "group", "person", "tie", "aftercare", "norm"
WORKER = "worker"
ASKED = "Asked of"
DAYS = 28
NOT_TREATED = (
    "No treatment on record",
    "No treatment has ended",
    "No treatment ended in the period",
    f"Treatment went on, or fewer than {DAYS} days of the period were left after it",
)
NOT_SEEN = ("Not under observation at the end of the period", "State not known at the end of the period")
REASONS = (*NOT_TREATED, *NOT_SEEN)


@dataclass(frozen=True)
class MainFigure:
    """One figure: what it says, whom it is asked of, and the answers.

    Attributes
    ----------
    name : str
    label : str
        What is true of those counted, as a row of a table.
    spoken : str
        The same within a sentence: "clients ...".
    out_of : str
        Those it is asked of.
    held : callable
        From a setting to 1.0 or 0.0 a client; clients it cannot be asked of are left out or NaN. None where the record cannot
        show it at all.
    why_not : callable, optional
        From a setting to a reason for every client, which holds for those it cannot be asked of. Default: it is asked of all.
    """

    name: str
    label: str
    spoken: str
    out_of: str
    held: Callable[[EvaluationSetting], pd.Series | None]
    why_not: Callable[[EvaluationSetting], pd.Series] | None = None

    def answers(self, setting: EvaluationSetting) -> pd.Series:
        """1.0 or 0.0 for every client it can be asked of; empty where the record cannot show it."""
        held = self.held(setting)
        return pd.Series(dtype=float) if held is None else held.reindex(setting.clients).dropna()


def _had(setting: EvaluationSetting, through: str | None) -> pd.Series | None:
    if setting.unseen_contact:
        return None
    contacts = setting.reached if through is None else setting.reached[setting.reached["through"] == through]
    return pd.Series(setting.clients.isin(contacts["person_id"]).astype(float), index=setting.clients)


def _tied_to_norm(setting: EvaluationSetting) -> pd.Series | None:
    """Whether clients shared a contact with somebody, not a worker, known to hold the norm at the end of the period."""
    if setting.window is None or not setting.has_contacts:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        network = setting.network
    others = network.people.index
    states = setting.states(setting.window[1], others)
    outside = (network.people["role"] != WORKER).to_numpy()
    if not ((states != UNKNOWN).to_numpy() & outside).any():
        return None
    holds = (setting.norm.held(states) == 1) & outside
    rows = others.get_indexer(setting.clients)
    tied = np.zeros(len(setting.clients))
    there = rows >= 0
    tied[there] = (np.asarray((network.weights[rows[there]] > 0) @ holds.astype(float)).ravel() > 0).astype(float)
    return pd.Series(tied, index=setting.clients)


def _after_treatment(setting: EvaluationSetting) -> pd.Series | None:
    if setting.unseen_contact or setting.record.episodes.empty:
        return None
    return contact_after_treatment(setting.linked, days=DAYS)


def _held_norm(setting: EvaluationSetting) -> pd.Series | None:
    if setting.window is None or setting.states_seen.empty:
        return None
    here = setting.under_observation(setting.window[1])
    return pd.Series(setting.norm.held(setting.states(setting.window[1], here)), index=here)


def _why_not_after_treatment(setting: EvaluationSetting) -> pd.Series:
    """The first of these that is true: never treated, not ended, too late or too early to be followed up."""
    episodes = setting.record.episodes
    ended = episodes.loc[episodes["ended_on"].notna(), "person_id"]
    within = episodes["ended_on"]
    if setting.window is not None:
        within = within[(within >= setting.window[0] - pd.Timedelta(days=1)) & (within < setting.window[1])]
    inside = episodes.loc[within.dropna().index, "person_id"]
    unlike = [~setting.clients.isin(episodes["person_id"]), ~setting.clients.isin(ended), ~setting.clients.isin(inside)]
    return pd.Series(np.select(unlike, NOT_TREATED[:3], NOT_TREATED[3]), index=setting.clients)


def _why_not_norm(setting: EvaluationSetting) -> pd.Series:
    here = () if setting.window is None else setting.under_observation(setting.window[1])
    return pd.Series(np.where(setting.clients.isin(here), NOT_SEEN[1], NOT_SEEN[0]), index=setting.clients)


EVERYBODY = "all clients under observation in the period"
FIGURES = (
    MainFigure(
        CONTACT,
        "Any contact with the recovery community",
        "had contact with the recovery community",
        EVERYBODY,
        lambda setting: _had(setting, None),
    ),
    MainFigure(GROUP, "Went to a recovery group", "went to a recovery group", EVERYBODY, lambda setting: _had(setting, "group")),
    MainFigure(
        PERSON,
        "Met a peer or community member",
        "met a peer or community member outside a group",
        EVERYBODY,
        lambda setting: _had(setting, "person"),
    ),
    MainFigure(
        TIE, "Tied to somebody who holds the norm", "had a tie to somebody known to hold the norm", EVERYBODY, _tied_to_norm
    ),
    MainFigure(
        AFTERCARE,
        "Contact within 28 days after treatment",
        "had contact within 28 days after treatment",
        "clients whose treatment ended and whose 28 days after it lie within the period",
        _after_treatment,
        _why_not_after_treatment,
    ),
    MainFigure(
        NORM,
        "Held the norm at the end",
        "held the norm at the end of the period",
        "clients under observation then whose state was known",
        _held_norm,
        _why_not_norm,
    ),
)
