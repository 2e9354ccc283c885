"""Types of network by what most of a person's people are, and moves between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.ids import PERSON_ID, ids_in
from recoverynet.kernels.proportions import share, wilson_interval

TYPES = ("empty", "services_only", "not_known", "using", "mixed", "recovery")
"""Every type but for being away, in the order they are shown."""
AWAY = "away"
WAVE = "wave"
_NEEDED = ("n_alters", "n_known", "share_norm", "share_using")


def network_types(composition: pd.DataFrame, *, majority: float = 0.5, min_known: int = 1) -> pd.DataFrame:
    """Is a person's network mostly in recovery, mostly using, mixed, only services, or empty?

    Parameters
    ----------
    composition : pandas.DataFrame
        As :func:`recoverynet.composition` gives it: one row a person, or a person and wave, with ``n_alters``, ``n_known``,
        ``share_norm`` and ``share_using``; where they are there, ``present``, ``n_role_known`` and ``share_services``.
    majority : float
        Share of known people above which a network is mostly so, from 0.5 to below 1. Default: more than half.
    min_known : int
        Known people from which a majority is spoken of, 1 or more. Default 1.

    Returns
    -------
    pandas.DataFrame with the index of ``composition``
        - ``type``: the first of these that holds: ``"away"`` (not present), ``"empty"`` (nobody), ``"services_only"`` (everybody's
          role is known and all are there for their work), ``"not_known"`` (fewer than ``min_known`` of known state),
          ``"recovery"`` (share_norm above the majority), ``"using"`` (share_using above it), ``"mixed"``. A categorical in the
          order empty, services_only, not_known, using, mixed, recovery, away.
        - ``n_alters``, ``n_known``, ``share_norm``, ``share_using``: what it rests on.

    Raises
    ------
    SchemaError
        A column is missing or holds something else than numbers, somebody stands in the frame twice, ``majority`` is not from
        0.5 to below 1, or ``min_known`` no whole number from 1.

    Notes
    -----
    The types are declared, not found: the rule is the same for every record, so that two services or two years can be
    compared. The study below found three types among 377 women by latent profiles of six indicators (highly connected,
    treatment-related, at risk); its types rest on its sample and cannot be worked out from a rule. Somebody stable on
    substitution counts as the norm says, by default as in recovery; reduced use is neither, so that a network of people who
    use less is mixed.

    A type says what most of the people around somebody are known to be, and nothing about that person: no type is a risk,
    and a network of services only can be a beginning. Only people of known state are counted: read ``n_known`` with it.

    References
    ----------
    Transitions of women's substance use recovery networks and 12-month sobriety outcomes (2020). Social Networks 63, 1-10.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> panel = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> rn.network_types(rn.composition(panel))["type"].unstack("wave").loc[["ann", "ben", "eve"]].values.tolist()
    [['recovery', 'mixed'], ['mixed', 'recovery'], ['empty', 'empty']]
    """
    rows = _checked(composition, majority, min_known)
    n, known = rows["n_alters"].to_numpy(), rows["n_known"].to_numpy()
    services = np.zeros(len(rows), dtype=bool)
    if {"n_role_known", "share_services"} <= set(rows.columns):
        services = ((rows["n_role_known"] == rows["n_alters"]) & (rows["share_services"] == 1)).to_numpy(dtype=bool)
    away = ~rows["present"].to_numpy(dtype=bool) if "present" in rows.columns else np.zeros(len(rows), dtype=bool)
    rules = {
        AWAY: away,
        "empty": n == 0,
        "services_only": services,
        "not_known": known < min_known,
        "recovery": rows["share_norm"].to_numpy() > majority,
        "using": rows["share_using"].to_numpy() > majority,
    }
    found = np.select(list(rules.values()), list(rules), default="mixed")
    kind = pd.Categorical(found, categories=[*TYPES, AWAY], ordered=False)
    return rows[list(_NEEDED)].assign(type=kind)[["type", *_NEEDED]]


def network_type_moves(types: pd.DataFrame) -> pd.DataFrame:
    """How many people's networks moved from one type to another between waves, and how many stayed as they were?

    Parameters
    ----------
    types : pandas.DataFrame indexed by (person_id, wave)
        As :func:`network_types` gives it for a panel; only the column ``type`` is used. Waves count 1, 2, …

    Returns
    -------
    pandas.DataFrame
        One row a wave but the first, a type before and a type now, those that nobody had included: ``wave`` (the later one),
        ``before``, ``now``, ``n`` (people), ``n_before`` (of that type before: the denominator), ``share`` (n / n_before) with
        its 95 % Wilson interval ``low`` and ``high``, NaN where nobody was of that type. People who came or left move from or to
        ``"away"``; the numbers of one wave add up to everybody.

    Raises
    ------
    SchemaError
        There is no column ``type``, a type is unknown, the frame is not by person and wave, or somebody stands in it twice.
    NotEstimableError
        There is one wave only.

    Notes
    -----
    Counts for a report go through its disclosure control like any others. Somebody who has no row at a wave is away then.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> panel = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> moves = rn.network_type_moves(rn.network_types(rn.composition(panel)))
    >>> moves.loc[moves["before"] == "mixed", ["now", "n", "n_before"]].query("n > 0").values.tolist()
    [['mixed', 1, 2], ['recovery', 1, 2]]
    """
    by_wave = _by_wave(types)
    if by_wave.shape[1] < 2:
        raise NotEstimableError("Moves between types of network need two waves or more; there is one.")
    every = [*TYPES, AWAY]
    blocks = []
    for before, now in zip(by_wave.columns[:-1], by_wave.columns[1:], strict=True):
        counts = pd.crosstab(by_wave[before], by_wave[now]).reindex(index=every, columns=every, fill_value=0)
        pairs = pd.MultiIndex.from_product([every, every], names=["before", "now"])
        n, of = counts.to_numpy().ravel(), counts.sum(axis=1).to_numpy().repeat(len(every))
        blocks.append(pd.DataFrame({"wave": now, "n": n, "n_before": of}, index=pairs).reset_index())
    moves = pd.concat(blocks, ignore_index=True)[["wave", "before", "now", "n", "n_before"]]
    low, high = wilson_interval(moves["n"].to_numpy(), moves["n_before"].to_numpy())
    return moves.assign(share=share(moves["n"].to_numpy(), moves["n_before"].to_numpy()), low=low, high=high)


def _checked(composition: object, majority: float, min_known: int) -> pd.DataFrame:
    """The frame with its ids as text and its columns as numbers; SchemaError where it is no composition."""
    if not isinstance(composition, pd.DataFrame) or not set(_NEEDED) <= set(composition.columns):
        has = f"a frame with {', '.join(map(str, composition.columns))}" if isinstance(composition, pd.DataFrame) else (
            f"a {type(composition).__name__}"
        )  # fmt: skip
        raise SchemaError(f"network_types() takes the frame that composition() gives, with {', '.join(_NEEDED)}; got {has}.")
    if isinstance(majority, bool) or not isinstance(majority, int | float) or not 0.5 <= majority < 1:
        raise SchemaError(f"majority must lie from 0.5 to below 1, such as 0.5 for more than half; got {majority!r}.")
    whole_number(min_known, "min_known", 1)
    rows = _with_ids(composition, "composition")
    numbers = [name for name in (*_NEEDED, "n_role_known", "share_services") if name in rows.columns]
    try:
        return rows.assign(**{name: pd.to_numeric(rows[name]) for name in numbers})
    except (ValueError, TypeError) as error:
        raise SchemaError(f"The columns {', '.join(numbers)} of a composition hold numbers: {error}.") from error


def _with_ids(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """The frame indexed by person, or person and wave, ids as text, nobody twice."""
    levels = [PERSON_ID, WAVE] if WAVE in frame.index.names or WAVE in frame.columns else [PERSON_ID]
    named = frame.rename_axis(PERSON_ID) if frame.index.nlevels == 1 and PERSON_ID not in frame.columns else frame
    named = ids_in(named, levels, what, ids=[PERSON_ID])
    if not set(levels) <= set(named.columns):
        raise SchemaError(f"The {what} is indexed by {' and '.join(levels)}; got {', '.join(map(str, frame.index.names))}.")
    if named.duplicated(levels).any():
        raise SchemaError(f"The {what} has {int(named.duplicated(levels).sum()):,} rows more than one for a person and wave.")
    return named.set_index(levels)


def _by_wave(types: object) -> pd.DataFrame:
    """The types as a table of people by wave, away where somebody has no row."""
    if not isinstance(types, pd.DataFrame) or "type" not in types.columns:
        raise SchemaError("network_type_moves() takes the frame that network_types() gives, with a column 'type'.")
    rows = _with_ids(types, "types of network")
    if rows.index.nlevels < 2:
        raise SchemaError("Moves between types of network need types by person_id and wave; got one type a person.")
    words: Any = rows["type"].astype("object")
    wrong = words[~words.isin([*TYPES, AWAY])]
    if len(wrong):
        raise SchemaError(
            f"{len(wrong)} types are unknown, the first being {wrong.iloc[0]!r}; they are {', '.join([*TYPES, AWAY])}."
        )
    table: pd.DataFrame = words.unstack(WAVE).sort_index(axis=1)
    return table.fillna(AWAY)
