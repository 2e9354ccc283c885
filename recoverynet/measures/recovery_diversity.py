"""Recovery around a person: how mixed their people are, and how many close ones have long been in recovery."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from recoverynet.arguments import number_within
from recoverynet.errors import SchemaError
from recoverynet.ids import require_shared
from recoverynet.instants import as_length
from recoverynet.kernels.composition import index_of_qualitative_variation, simpson, tally
from recoverynet.kernels.proportions import share
from recoverynet.measures.composition import codes_of, known_states
from recoverynet.measures.interviews import interviews_of
from recoverynet.states import RECOVERY_NORM, STATE_VARIABLE, UNKNOWN, Norm, spells

_ID = "person_id"


def recovery_diversity(
    nominations: pd.DataFrame,
    *,
    observations: pd.DataFrame | None = None,
    people: Iterable[str] | None = None,
    norm: Norm = RECOVERY_NORM,
    close: float = 4.0,
    stable_for: object = "365D",
    valid_for: object | None = "183D",
) -> pd.DataFrame:
    """Are some, all or none of a person's people in recovery, and how many close ones have been so for long?

    Parameters
    ----------
    nominations : pandas.DataFrame
        Columns ego_id, alter_id, asked_at; for what follows ``perceived_state``, ``closeness`` and ``relation``, each optional.
    observations : pandas.DataFrame, optional
        What is on record of the states of the people named (columns as in ``record.observations``). Default: how the person who
        names them sees them, which is all that is known of a third party.
    people : sequence of str, optional
        Further people to list: those who named nobody.
    norm : Norm
        Which states count as being in recovery. Default: abstinent, in recovery, or stable on opioid substitution.
    close : float
        Closeness from which somebody is close, on the scale used. Default 4, the upper two of five.
    stable_for : str or pandas.Timedelta
        How long somebody has to have been in recovery without a break to be in stable recovery. Default a year. The study below
        speaks of stable recovery after five years: few records reach as far.
    valid_for : str or pandas.Timedelta or None
        How long an answer holds where nobody looks again. Default half a year, the usual distance of two interviews. ``None``:
        until the next answer.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave)
        One row an interview (a person and day), and one for each of ``people`` without any. Columns:

        - ``asked_at``: when; NaT without an interview.
        - ``n_alters``: people named; ``n_known``: those whose state is known; ``n_norm``: those known to be in recovery.
        - ``share_norm``: n_norm / n_known.
        - ``mix``: ``"none"``, ``"some"`` or ``"all"`` of those known are in recovery; missing where none is known.
        - ``diversity``: 4 p (1 − p) with p = share_norm: 0 where none or all are in recovery, 1 where half of them are.
        - ``state_diversity``: index of qualitative variation over all known states of the scheme (n_known).
        - ``n_relation_known``, ``relation_diversity``: 1 − Σp² over the relations named: the chance that two, drawn with
          replacement, stand in different relations.
        - ``n_closeness_known``; ``n_close``: those of them who are close; ``n_close_known``, ``n_close_norm``: of the close, those
          of known state, and those in recovery.
        - ``n_close_followed``: of the close, those of whom it is known whether their recovery is stable;
          ``n_close_stable``: those of whom it is (float).

        A share, a diversity or a number that nothing is known about is NaN, never 0: ``n_close`` where no closeness is recorded,
        ``n_close_stable`` where there are close people and none could be followed.

    Raises
    ------
    SchemaError
        A column is missing, a state is not of the scheme, closeness or ``close`` is no number, or a length of time is not positive.
    UnknownPersonError
        Nobody in the nominations is among ``people``, or nobody observed is among those named.

    Notes
    -----
    Somebody is in stable recovery at an interview where their state held the norm without a break for ``stable_for``
    before it. They are known not to be where they do not hold the norm then, or began to hold it later than that, after
    having been seen not to. Where looks do not reach back as far, or lie further apart than ``valid_for``, nothing is
    known. So those who are not are known at once, and those who are only with time: of people asked a second time soon,
    ``n_close_stable`` is a lower bound. A lapse begins the time anew, and is no failure.

    Somebody named in two relations is one person, described by the first. These describe whom somebody named, one by one;
    they are no score of a person. That a mixed network went with more strengths early in recovery, and more close people
    later, was found across 478 people who answered a survey once: it says nothing about why, and nothing about one person.

    References
    ----------
    Blau, P. M. (1977). Inequality and heterogeneity. New York: Free Press.

    Composition of social networks to build recovery capital differ across early and stable stages of recovery (2023). Addiction
    Research & Theory. https://doi.org/10.1080/16066359.2023.2238594

    Examples
    --------
    >>> import recoverynet as rn
    >>> frame = rn.recovery_diversity(rn.load_sample("five_people").nominations, people=["ann", "ben", "eve"])
    >>> frame["mix"].tolist()
    ['some', 'none', nan]
    >>> frame.loc[("ann", 1), ["n_known", "share_norm", "n_close", "n_close_followed", "n_close_stable"]].astype(float).round(
    ...     2
    ... ).tolist()
    [3.0, 0.67, 2.0, 1.0, 0.0]
    """
    close = number_within(close, "close", such_as=4, what="a number on the scale of closeness")
    lasting = as_length(stable_for, "stable_for")
    members, interviews = interviews_of(nominations, people)
    if members["asked_at"].isna().any():
        raise SchemaError("Recovery over time needs to know when each question was asked: give every nomination its 'asked_at'.")
    members = (
        members.assign(stable=np.nan, state=UNKNOWN)
        if members.empty
        else _followed(members, observations, norm, lasting, valid_for)
    )
    columns = {**_mixed(members, len(interviews), norm), **_close(members, len(interviews), norm, close)}
    index = pd.MultiIndex.from_frame(interviews[["person_id", "wave"]])
    return pd.DataFrame({"asked_at": interviews["asked_at"].array, **columns}, index=index)


def _followed(
    members: pd.DataFrame, observations: pd.DataFrame | None, norm: Norm, lasting: pd.Timedelta, valid_for: object | None
) -> pd.DataFrame:
    """The members with the ``state`` each was in when named, and whether recovery was ``stable``: 1, 0 or NaN where unknown."""
    if observations is None:
        if "perceived_state" not in members.columns:
            raise SchemaError(
                "Recovery around a person needs the states of those named: a column 'perceived_state' of the nominations, or "
                "observations=record.observations."
            )
        codes_of(members["perceived_state"].to_numpy(dtype=object), norm)
        owner = pd.Series(members.groupby(["ego_id", "alter_id"], sort=False).ngroup().astype("str"), dtype="str")
        looks = pd.DataFrame({_ID: owner, "observed_at": members["asked_at"], "value": members["perceived_state"]})
        looks = looks.dropna(subset="value").assign(variable=STATE_VARIABLE, source="perceived")
        runs = _runs(spells(looks, scheme=norm.scheme, valid_for=valid_for, sources=["perceived"]), norm)
    else:
        owner = members["alter_id"]
        runs = _runs(spells(observations, scheme=norm.scheme, valid_for=valid_for, conflict="priority"), norm)
        require_shared(pd.Index(runs[_ID].unique()), pd.Index(owner), "the observations", "the people named")
    asked = pd.DataFrame({_ID: owner.to_numpy(), "asked_at": members["asked_at"], "row": np.arange(len(members))})
    runs["start"] = runs["start"].astype(asked["asked_at"].dtype)
    found = pd.merge_asof(asked.sort_values("asked_at"), runs.sort_values("start"), left_on="asked_at", right_on="start", by=_ID)
    found = found.sort_values("row")
    over = (found["asked_at"] >= found["end"]) | found["state"].isna()
    held = np.where(over, np.nan, found["held"])
    long_held = (found["asked_at"] - found["since"]) >= lasting
    stable = np.where(held == 1, np.where(long_held, 1.0, np.where(found["before"] == 0, 0.0, np.nan)), held)
    return members.assign(state=found["state"].mask(over, UNKNOWN).to_numpy(dtype=object), stable=stable)


def _runs(spelled: pd.DataFrame, norm: Norm) -> pd.DataFrame:
    """Spells with whether they hold the norm (``held``), ``since`` when without a break, and what was held ``before`` that."""
    spelled = spelled.assign(held=norm.held(spelled["state"]))
    same = (spelled[_ID] == spelled[_ID].shift()) & (spelled["held"] == spelled["held"].shift())
    run = (~same).cumsum()
    first = spelled.groupby(run)[[_ID, "start", "held"]].first()
    before = first["held"].shift().where(first[_ID] == first[_ID].shift())
    return spelled.assign(since=run.map(first["start"]), before=run.map(before))


def _mixed(members: pd.DataFrame, n: int, norm: Norm) -> dict[str, object]:
    """How many of those named are in recovery, and how varied they are by recovery, state and relation."""
    ego = members["interview"].to_numpy(dtype=np.int64)
    words = known_states(norm)
    table = tally(ego, codes_of(members["state"].to_numpy(dtype=object), norm), np.ones(len(ego)), n, len(words) + 1)
    known = table[:, 1:]
    n_known, n_norm = known.sum(axis=1), known[:, [word in norm.holds for word in words]].sum(axis=1)
    p = share(n_norm, n_known)
    mix = pd.Series(np.select([n_norm == 0, n_norm == n_known], ["none", "all"], default="some"), dtype="str")
    relations = members["relation"] if "relation" in members.columns else pd.Series(None, index=members.index, dtype="object")
    code, kinds = pd.factorize(relations)
    named = code >= 0
    by_relation = tally(ego[named], code[named], np.ones(int(named.sum())), n, max(len(kinds), 1))
    return {
        "n_alters": np.bincount(ego, minlength=n),
        "n_known": n_known.astype(np.int64),
        "n_norm": n_norm.astype(np.int64),
        "share_norm": p,
        "mix": mix.mask(n_known == 0).array,
        "diversity": 4 * p * (1 - p),
        "state_diversity": index_of_qualitative_variation(known),
        "n_relation_known": by_relation.sum(axis=1).astype(np.int64),
        "relation_diversity": simpson(by_relation),
    }


def _close(members: pd.DataFrame, n: int, norm: Norm, close: float) -> dict[str, object]:
    """How many of those named are close, and how many of the close are in recovery, and have long been."""
    ego = members["interview"].to_numpy(dtype=np.int64)
    closeness = members["closeness"] if "closeness" in members.columns else pd.Series(np.nan, index=members.index)
    number = pd.to_numeric(closeness, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = closeness[closeness.notna().to_numpy() & np.isnan(number)]
    if len(wrong):
        raise SchemaError(f"Column 'closeness' must hold numbers; {len(wrong)} values are none, the first being {wrong.iloc[0]!r}.")
    held, stable = norm.held(members["state"]), members["stable"].to_numpy(dtype=np.float64)
    near = number >= close

    def count(which: np.ndarray) -> np.ndarray:
        return np.bincount(ego[which], minlength=n)

    n_asked, n_close, followed = count(~np.isnan(number)), count(near), count(near & ~np.isnan(stable))
    told = (followed > 0) | ((n_close == 0) & (n_asked > 0))
    return {
        "n_closeness_known": n_asked,
        "n_close": np.where(n_asked > 0, n_close, np.nan),
        "n_close_known": count(near & ~np.isnan(held)),
        "n_close_norm": count(near & (held == 1)),
        "n_close_followed": followed,
        "n_close_stable": np.where(told, count(near & (stable == 1)), np.nan),
    }
