"""Scores of instruments: each with its range, direction and version, and how they changed in the same people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from recoverynet.arguments import require_level
from recoverynet.errors import SchemaError
from recoverynet.ids import ids_in
from recoverynet.instants import as_length
from recoverynet.kernels.proportions import share
from recoverynet.observed import UNKNOWN
from recoverynet.tables.columns import instants_of_column
from recoverynet.tables.instruments import Instrument, found_in, registered

NOT_STATED = "not stated"
_NEEDED = ("person_id", "observed_at", "variable", "value")
_GROUP = ["variable", "version", "source"]


def instrument_scores(observations: pd.DataFrame, *, more: Iterable[Instrument] = ()) -> pd.DataFrame:
    """Which scores are on record, of which version, in what range, and which way is better?

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns person_id, observed_at, variable and value; ``instrument`` (questionnaire and version) and ``source`` where they are
        known. Rows whose variable is in the register, one of ``more``, or begins with ``instrument.`` are used.
    more : sequence of Instrument
        Your own, besides :func:`recoverynet.instruments`.

    Returns
    -------
    pandas.DataFrame
        One row a score, the row index that of the observations: ``person_id``, ``observed_at``, ``variable``, ``version`` (name and
        version of the register; what the record says where the register has no such version; ``"not stated"``), ``source``
        (missing where not recorded), ``score``, ``low``, ``high`` (NaN where not known), ``better``, ``cut_off``, and
        ``at_cut_off``: whether the score is at the cut-off or above (missing without one).

    Raises
    ------
    SchemaError
        A column is missing, a value is no number or outside the range of its version (with the first rows), or as
        :func:`recoverynet.instruments`.

    Notes
    -----
    An answer ``unknown`` or without a value is no score. A version the register does not have stays apart under its own name,
    without range or direction; a score without a version takes that of the register where there is only one. How many points two
    versions differ by is not known, so none is turned into another.

    Examples
    --------
    >>> import recoverynet as rn
    >>> scores = rn.instrument_scores(rn.load_sample("riverside").observations)
    >>> scores.loc[
    ...     scores["variable"] == "instrument.barc10", ["version", "low", "high", "better"]
    ... ].drop_duplicates().values.tolist()
    [['BARC-10', 10.0, 60.0, 'higher']]
    """
    register = registered(more)
    if not isinstance(observations, pd.DataFrame):
        raise SchemaError(f"instrument_scores() takes observations as a pandas DataFrame; got a {type(observations).__name__}.")
    rows = ids_in(observations, _NEEDED, "observations", ids=["person_id"])
    absent = [name for name in _NEEDED if name not in rows.columns]
    if absent:
        raise SchemaError(f"The observations need {', '.join(absent)}; they have {', '.join(map(str, rows.columns))}.")
    place = pd.Series(np.arange(len(rows)), index=rows.index)
    variable = rows["variable"].astype("str")
    used = variable.isin({each.variable for each in register}) | variable.str.startswith("instrument.", na=False)
    used &= rows["value"].notna() & (rows["value"].astype("str").str.strip() != UNKNOWN)
    rows, place = rows[used.to_numpy(dtype=bool)], place[used.to_numpy(dtype=bool)]
    form = _column(rows, "instrument").astype("object")
    form = form.where(form.notna(), None)
    made = rows[["person_id"]].assign(observed_at=_instants(rows["observed_at"]), variable=rows["variable"])
    made = made.assign(**_facts(rows["variable"], form, register))
    made.insert(4, "source", _column(rows, "source").astype("str"))
    made.insert(5, "score", pd.to_numeric(rows["value"], errors="coerce").astype("float64"))
    _require_scores(made, rows["value"], place)
    at_cut_off = (made["score"] >= made["cut_off"]).astype("boolean").mask(made["cut_off"].isna())
    return made.assign(at_cut_off=at_cut_off)


def score_change(
    observations: pd.DataFrame, *, more: Iterable[Instrument] = (), apart: object = "28D", level: float = 0.95
) -> pd.DataFrame:
    """How did scores change in the same people, version by version, and for how many by more than the error of measurement?

    Parameters
    ----------
    observations : pandas.DataFrame
        As for :func:`instrument_scores`.
    more : sequence of Instrument
        Your own, besides :func:`recoverynet.instruments`.
    apart : str or pandas.Timedelta
        Least time between the first and the last score of a person. Default four weeks, as long as the forms look back.
    level : float
        Coverage of the interval, strictly between 0 and 1. Default 0.95.

    Returns
    -------
    pandas.DataFrame indexed by (variable, version, source)
        Every version and source with a score. Columns:

        - ``n_people``: people with a score; ``n_pairs``: those with two, far enough apart: the denominator of what follows.
        - ``mean_first``, ``mean_last``, ``change`` (last − first), ``low``, ``high``: of the pairs; the interval is Student's t.
        - ``better``: which way is better; empty where that is not known.
        - ``n_better``, ``n_worse``: pairs that went that way, or the other (float; NaN where it is not known which way).
        - ``reliable_change``; ``n_reliably_better``, ``n_reliably_worse``: pairs that moved by at least as much (float;
          NaN where the register gives none).

        NaN where there are no pairs, or for the interval fewer than two.

    Raises
    ------
    SchemaError
        As :func:`instrument_scores`; ``apart`` is no length of time, or ``level`` not between 0 and 1.

    Notes
    -----
    Scores of two versions or sources are never compared with each other. Of two scores of one person at the same instant the later
    row counts. There is no comparison group: a change is not the effect of a service, and extreme scores tend to the middle
    of themselves. No reliable change is worked out from anything but what is cited for the version.

    References
    ----------
    Jacobson, N. S. & Truax, P. (1991). Clinical significance: a statistical approach to defining meaningful change in psychotherapy
    research. Journal of Consulting and Clinical Psychology 59, 12-19. https://doi.org/10.1037/0022-006X.59.1.12

    Examples
    --------
    >>> import recoverynet as rn
    >>> found = rn.score_change(rn.load_sample("riverside").observations)
    >>> found.loc[("instrument.barc10", "BARC-10", "self"), ["n_people", "n_pairs", "n_reliably_better"]].astype(float).tolist()
    [326.0, 111.0, nan]
    """
    level = require_level(level)
    least = as_length(apart, "apart")
    scores = instrument_scores(observations, more=more)
    scores = scores.assign(source=scores["source"].fillna(NOT_STATED)).sort_values("observed_at", kind="stable")
    reliable = {(each.variable, each.label): each.reliable_change for each in registered(more)}
    parts: Any = scores.groupby(_GROUP)
    found = {key: _change(part, least, level, reliable.get((str(key[0]), str(key[1])), np.nan)) for key, part in parts}
    index = pd.MultiIndex.from_tuples(list(found), names=_GROUP) if found else pd.MultiIndex.from_arrays([[], [], []], names=_GROUP)
    return pd.DataFrame(list(found.values()), index=index, columns=list(_change(scores[:0], least, level, np.nan)))


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name] if name in rows.columns else pd.Series(None, index=rows.index, dtype="str")


def _instants(values: pd.Series) -> pd.Series:
    return values if pd.api.types.is_datetime64_any_dtype(values) else instants_of_column(values, "Column 'observed_at'")


def _facts(variable: pd.Series, form: pd.Series, register: tuple[Instrument, ...]) -> dict[str, pd.Series]:
    """Version, range, direction and cut-off of every row."""
    keys = list(zip(variable, form, strict=True))
    known = {key: found_in(register, *key) for key in set(keys)}
    each = [known[key] for key in keys]
    names = [form or NOT_STATED if one is None else one.label for one, (_, form) in zip(each, keys, strict=True)]
    numbers = {
        title: pd.Series([np.nan if one is None else getattr(one, title) for one in each], variable.index, dtype="float64")
        for title in ("low", "high", "cut_off")
    }
    better = pd.Series(["" if one is None else one.better for one in each], variable.index, dtype="str")
    version = pd.Series(names, variable.index, dtype="str")
    return {"version": version, "low": numbers["low"], "high": numbers["high"], "better": better, "cut_off": numbers["cut_off"]}


def _require_scores(made: pd.DataFrame, values: pd.Series, place: pd.Series) -> None:
    """Raise SchemaError where a value is no number, or outside the range of its version."""
    score = made["score"].to_numpy()
    outside = (score < made["low"].to_numpy()) | (score > made["high"].to_numpy())
    for wrong, why in ((~np.isfinite(score), "no number"), (outside, "outside the range of its version")):
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            row, n = made.iloc[first], int(wrong.sum())
            told = ", ".join(str(number) for number in place.to_numpy()[wrong][:5]) + " and so on" * (n > 5)
            span = f", which goes from {row['low']:g} to {row['high']:g}" if why != "no number" else ""
            raise SchemaError(
                f"{n:,} of {len(score):,} scores are {why}, in rows {told} (counted from 0); the first is {values.iloc[first]!r} "
                f"of {row['variable']} ({row['version']}{span}). Correct it, or say in the column 'instrument' which version it is."
            )


def _change(part: pd.DataFrame, least: pd.Timedelta, level: float, reliable: float) -> dict[str, object]:
    """One version and source: first against last score of the same people."""
    by_person = part.groupby("person_id")
    first, last = by_person[["score", "observed_at"]].first(), by_person[["score", "observed_at"]].last()
    apart = ((last["observed_at"] - first["observed_at"]) >= least).to_numpy(dtype=bool)
    before, after = (frame.loc[apart, "score"].to_numpy(dtype=np.float64) for frame in (first, last))
    change, n = after - before, int(apart.sum())
    half = float(student.ppf(0.5 + level / 2, n - 1) * change.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    mean = float(share(change.sum(), n))
    better = str(part["better"].iloc[0]) if len(part) else ""
    gain = {"higher": change, "lower": -change}.get(better)

    def count(which: np.ndarray | None) -> float:
        return np.nan if which is None or not n else float(which.sum())

    far = None if gain is None or np.isnan(reliable) else reliable
    return {
        "n_people": len(first),
        "n_pairs": n,
        "mean_first": float(share(before.sum(), n)),
        "mean_last": float(share(after.sum(), n)),
        "change": mean,
        "low": mean - half,
        "high": mean + half,
        "better": better,
        "n_better": count(None if gain is None else gain > 0),
        "n_worse": count(None if gain is None else gain < 0),
        "reliable_change": reliable,
        "n_reliably_better": count(None if far is None or gain is None else gain >= far),
        "n_reliably_worse": count(None if far is None or gain is None else gain <= -far),
    }
