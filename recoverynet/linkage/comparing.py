"""How alike two people of two agencies are: comparisons of tokens, weights learned by Splink on DuckDB, candidates by blocking.

Symbols: m how often a level is seen where two rows are one person; u how often where they are two people; weight log2(m / u).
Two people agree in a common value oftener than in a rare one, so that where the whole of something agrees u is that of the value:
(c - 1) / (N + 1 / u) for a value that c of N people have, which stays near u while few have been seen.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError
from recoverynet.tables.engine import locked_connection
from recoverynet.tables.linkage_tokens import TOKEN_PREFIX

INSTALL = 'Linking people needs Splink. Install it with: pip install "recoverynet[link]"'
MOST_CANDIDATES = 60_000_000
MOST_PAIRS_FOR_U = 4_000_000
PAIRS_AT_ONCE = 1_500_000
LEAST = 0.001
"""Probability from which a pair is worth keeping."""
FEWEST_TO_LEARN = 30
"""Pairs from which it is learned how often one person's two entries agree; below it what is declared holds."""
MOST_SHARED = 0.95
"""Share of the smaller agency that may be expected at the other."""
PRIOR_PEOPLE = 50
"""How many linked people what is declared beforehand counts for against what is learned."""


@dataclass(frozen=True)
class TokenComparison:
    """One thing compared: levels from the best to none, each a condition in SQL and how often it holds of one person."""

    name: str
    missing: str
    levels: tuple[tuple[str, str, float], ...]
    parts: tuple[str, ...] = ()
    """What makes up a value that is rarer or commoner than others; none where every value is taken alike."""


def _same(*parts: str) -> str:
    return " AND ".join(f'"{part}_l" = "{part}_r"' for part in parts)


def _any_missing(*parts: str) -> str:
    return " OR ".join(f'"{part}_l" IS NULL OR "{part}_r" IS NULL' for part in parts)


_TWO_OF_THREE = f"({_same('year', 'month')}) OR ({_same('year', 'day')}) OR ({_same('month', 'day')})"
_ONE = "the one recorded agrees"
_ONE_RECORDED = f"({_same('first')} AND ({_any_missing('second')})) OR ({_same('second')} AND ({_any_missing('first')}))"
COMPARISONS = (
    TokenComparison(
        "birth_date",
        _any_missing("year", "month", "day"),
        (
            ("agrees", _same("year", "month", "day"), 0.985),
            ("day and month swapped", '"year_l" = "year_r" AND "day_l" = "month_r" AND "month_l" = "day_r"', 0.003),
            ("two of three parts", _TWO_OF_THREE, 0.009),
            ("differs", "ELSE", 0.003),
        ),
        ("year", "month", "day"),
    ),
    TokenComparison(
        "initials",
        f"({_any_missing('first')}) AND ({_any_missing('second')})",
        (
            ("agree", _same("first", "second"), 0.97),
            (_ONE, _ONE_RECORDED, 0.01),
            ("swapped", '"first_l" = "second_r" AND "second_l" = "first_r"', 0.003),
            ("one of two", f"({_same('first')}) OR ({_same('second')})", 0.014),
            ("differ", "ELSE", 0.003),
        ),
        ("first", "second"),
    ),
    TokenComparison("sex", _any_missing("sex"), (("agrees", _same("sex"), 0.995), ("differs", "ELSE", 0.005))),
    TokenComparison(
        "postcode",
        _any_missing("district"),
        (("sector", _same("sector"), 0.80), ("district", _same("district"), 0.06), ("differs", "ELSE", 0.14)),
        ("sector",),
    ),
)
"""What is expected before anything is seen: few errors, some moves."""

BLOCKING = (
    ("year", "month", "day"),
    ("first", "second", "sector"),
    ("first", "second", "sex", "year", "month"),
    ("first", "second", "sex", "year", "day"),
    ("first", "second", "sex", "month", "day"),
)
_SWAPPED = 'l."year" = r."year" AND l."day" = r."month" AND l."month" = r."day" AND l."first" = r."first"'
_TRAINED_ON = (("year", "month", "day"), ("first", "second", "sector"))
PARTS = ("first", "second", "day", "month", "year", "sex", "district", "sector")


@dataclass(frozen=True)
class Compared:
    """Pairs worth looking at, and the weights they were judged by.

    Attributes
    ----------
    pairs : pandas.DataFrame
        ``agency_a``, ``person_a``, ``agency_b``, ``person_b``, ``log_odds`` (natural, before competitors), the level of
        each comparison in words ("missing" where either is), and ``rarity``: what of the odds is owed to values that agree
        being rarer (below 0: commoner) than most, as log2.
    weights : pandas.DataFrame
        ``comparison``, ``level``, ``m``, ``u``, ``weight``.
    prior : float
        Probability that two people of two agencies are one, before anything is compared, where neither is anybody else.
    settings : dict
        The model as Splink saves it.
    """

    pairs: pd.DataFrame
    weights: pd.DataFrame
    prior: float
    settings: dict[str, Any]


def compared(tokens: dict[str, pd.DataFrame]) -> Compared:
    """Every pair of people of two agencies that may be one person, with its weight."""
    splink = _splink()
    frames = _coded(tokens)
    n_candidates = _require_few_candidates(frames)
    with _told(splink):
        unlike = _unlike(splink, frames)
        prior, odds = _expected(frames)
        learned = _learned(splink, frames, prior, unlike) | {"probability_two_random_records_match": odds / (1 + odds)}
        with locked_connection() as connection:
            linker = _linker(splink, connection, frames, learned)
            _tell_frequencies(linker, frames, unlike)
            chunks = max(1, round(n_candidates / PAIRS_AT_ONCE))
            found = linker.inference.predict(threshold_match_probability=LEAST, num_chunks_left=chunks).as_pandas_dataframe()
    return Compared(_pairs(found, tokens), _weights(learned), odds / (1 + odds), learned)


def _learned(
    splink: _Splink, frames: dict[str, pd.DataFrame], prior: float, unlike: dict[tuple[str, str], float]
) -> dict[str, Any]:
    """The model with how often one person's two entries agree."""
    with locked_connection() as connection:
        linker = _linker(splink, connection, frames, _settings(splink, "link_only", prior, unlike))
        for rule in (rule for rule in _TRAINED_ON if _n_agreeing(frames, rule) >= FEWEST_TO_LEARN):
            linker.training.estimate_parameters_using_expectation_maximisation(
                splink.block_on(*rule),
                fix_probability_two_random_records_match=True,
                max_pairs=PAIRS_AT_ONCE,
                record_sample_proportion=min(1.0, 20_000 / max(len(frame) for frame in frames.values())),
            )
        return _settled(linker.misc.save_model_to_json(), prior * _n_pairs(frames))


def _linker(splink: _Splink, connection: Any, frames: dict[str, pd.DataFrame], settings: Any) -> Any:
    api = splink.backend(connection=connection)
    tables = [api.register(frame, dataset_display_name=name) for name, frame in frames.items()]
    return splink.linker(tables if len(tables) > 1 else tables[0], settings, log_level=logging.ERROR, validate_settings=False)


@contextmanager
def _told(splink: _Splink) -> Iterator[None]:
    """What Splink cannot do, in words without a row of data."""
    try:
        yield
    except splink.failure as error:
        raise NotEstimableError(
            "The agencies could not be compared: "
            + (
                "it takes more memory than is set aside. Link by area or by year of birth."
                if "Out of Memory" in str(error)
                else f"Splink {splink.version} stopped. Look whether another version of it or of DuckDB was installed."
            )
        ) from None


@dataclass(frozen=True)
class _Splink:
    linker: Any
    settings: Any
    block_on: Any
    backend: Any
    level: Any
    comparison: Any
    failure: Any
    version: str


def _splink() -> _Splink:
    """Splink, loaded where it is needed; raises NotEstimableError with the one line that installs it."""
    try:
        import splink
        from splink import Linker, SettingsCreator, block_on
        from splink.backends.duckdb import DuckDBAPI
        from splink.comparison_level_library import CustomLevel
        from splink.comparison_library import CustomComparison
        from splink.internals.exceptions import SplinkException
    except ImportError as error:
        raise NotEstimableError(INSTALL) from error
    logging.getLogger("splink").setLevel(logging.ERROR)
    return _Splink(Linker, SettingsCreator, block_on, DuckDBAPI, CustomLevel, CustomComparison, SplinkException, splink.__version__)


def _coded(tokens: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Each agency's tokens as numbers, the same token the same number everywhere; rows are people by their place."""
    frames = {_plain(at): pd.DataFrame({"unique_id": np.arange(len(one))}) for at, one in enumerate(tokens.values())}
    for parts in (("first", "second"), ("day", "month"), ("year",), ("sex",), ("district",), ("sector",)):
        columns = [(frame, part, one[TOKEN_PREFIX + part]) for frame, one in zip(frames.values(), tokens.values(), strict=True)
                   for part in parts]  # fmt: skip
        codes = pd.factorize(pd.concat([values for _, _, values in columns], ignore_index=True))[0]
        begin = 0
        for frame, part, values in columns:
            mine = pd.Series(codes[begin : begin + len(values)], dtype="Int32")
            frame[part] = mine.mask(mine < 0)
            begin += len(values)
    for one in (one for one in COMPARISONS if one.parts):
        together = pd.concat([frame[list(one.parts)] for frame in frames.values()], ignore_index=True)
        known = together.notna().all(axis=1)
        wholes = together.groupby(list(one.parts), sort=False).ngroup().where(known).astype("Int32")
        begin = 0
        for frame in frames.values():
            frame[_whole(one.name)] = wholes.iloc[begin : begin + len(frame)].array
            begin += len(frame)
    return frames


def _tell_frequencies(linker: Any, frames: dict[str, pd.DataFrame], unlike: dict[tuple[str, str], float]) -> None:
    """How often two people share each value, for the comparisons in which values are not all alike."""
    for one in (one for one in COMPARISONS if one.parts):
        name = _whole(one.name)
        counts = pd.concat([frame[name] for frame in frames.values()]).value_counts().astype("float64")
        shared = (counts - 1).clip(lower=0.5) / (counts.sum() + 1 / unlike[one.name, one.levels[0][0]])
        table = pd.DataFrame({name: counts.index.astype("int64"), f"tf_{name}": shared.to_numpy(dtype=float)})
        registered = linker.table_management.register_table(table, f"frequency_of_{name}", overwrite=True)
        linker.table_management.register_term_frequency_lookup(registered, name)


def _whole(comparison: str) -> str:
    return f"whole_{comparison}"


def _plain(place: int) -> str:
    return f"agency_{place:03d}"


def _settings(splink: _Splink, link_type: str, prior: float, unlike: dict[tuple[str, str], float] | None = None) -> Any:
    made = []
    for one in COMPARISONS:
        levels = [splink.level(one.missing, "missing").configure(is_null_level=True)]
        for at, (label, sql, same) in enumerate(one.levels):
            level = splink.level(sql, label).configure(m_probability=same)
            if unlike:
                level = level.configure(u_probability=unlike[one.name, label])
            if unlike and one.parts and at == 0:
                level = level.configure(tf_adjustment_column=_whole(one.name), disable_tf_exact_match_detection=True)
            levels.append(level)
        made.append(splink.comparison(levels, output_column_name=one.name))
    return splink.settings(
        link_type,
        comparisons=made,
        blocking_rules_to_generate_predictions=[*(splink.block_on(*rule) for rule in BLOCKING), _SWAPPED],
        probability_two_random_records_match=prior,
        retain_intermediate_calculation_columns=True,
        max_iterations=30,
    )


def _unlike(splink: _Splink, frames: dict[str, pd.DataFrame]) -> dict[tuple[str, str], float]:
    """U of every level, from pairs within an agency: nobody there is one with anybody else, which across agencies some are."""
    seen: dict[tuple[str, str], float] = {}
    n_all = 0.0
    for name, frame in frames.items():
        n_pairs = min(len(frame) * (len(frame) - 1) / 2, MOST_PAIRS_FOR_U)
        if n_pairs < 1:
            continue
        with locked_connection() as connection:
            linker = _linker(splink, connection, {name: frame}, _settings(splink, "dedupe_only", 1e-6))
            linker.training.estimate_u_using_random_sampling(max_pairs=n_pairs, seed=1, min_count_per_level=None)
            model = linker.misc.save_model_to_json()
        n_all += n_pairs
        for comparison in model["comparisons"]:
            for level in comparison["comparison_levels"][1:]:
                key = (comparison["output_column_name"], level["label_for_charts"])
                seen[key] = seen.get(key, 0.0) + n_pairs * _number(level.get("u_probability"))
    if not n_all:
        raise NotEstimableError("Every agency has one person at most: how often two people agree by chance cannot be counted.")
    return {
        (one.name, label): max(seen.get((one.name, label), 0.0), 0.5) / n_all for one in COMPARISONS for label, _, _ in one.levels
    }


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _expected(frames: dict[str, pd.DataFrame]) -> tuple[float, float]:
    """(probability that two people of two agencies are one, odds that they are where neither is anybody else).

    How many are one is taken from the pairs who agree in initials, birth date and sex, as far as every agency records these,
    less as many as agree within an agency by chance. Of M such among n and k people, n - M and k - M are nobody else, so that
    the odds are M / ((n - M) (k - M)).
    """
    wanted = ("first", "second", "year", "month", "day", "sex")
    columns = [name for name in wanted if all(frame[name].notna().any() for frame in frames.values())]
    counts = [frame.dropna(subset=columns).groupby(columns).size().astype(float) for frame in frames.values()]
    n_within = sum(len(frame) * (len(frame) - 1.0) for frame in frames.values())
    chance = sum(float((one * (one - 1)).sum()) for one in counts) / max(n_within, 1.0)
    n_one = n_free = 0.0
    for (one, n), (other, k) in combinations(zip(counts, map(len, frames.values()), strict=True), 2):
        agreeing = float(one.mul(other).dropna().sum()) - chance * n * k
        here = min(max(agreeing, 1.0), MOST_SHARED * min(n, k))
        n_one += here
        n_free += (n - here) * (k - here)
    return n_one / _n_pairs(frames), n_one / n_free


def _n_pairs(frames: dict[str, pd.DataFrame]) -> float:
    return float(sum(len(one) * len(other) for one, other in combinations(frames.values(), 2)))


def _n_agreeing(frames: dict[str, pd.DataFrame], rule: tuple[str, ...]) -> float:
    """Pairs of people of two agencies who agree in all of these."""
    counts = [frame.dropna(subset=list(rule)).groupby(list(rule)).size().astype(float) for frame in frames.values()]
    return sum(float(one.mul(other).dropna().sum()) for one, other in combinations(counts, 2))


def _require_few_candidates(frames: dict[str, pd.DataFrame]) -> float:
    most = 0.0
    for rule in BLOCKING:
        n_pairs = _n_agreeing(frames, rule)
        if n_pairs > MOST_CANDIDATES:
            raise NotEstimableError(
                f"{n_pairs:,.0f} pairs of people agree in {', '.join(rule)}, and at most {MOST_CANDIDATES:,} can be compared: "
                "too many people share the same values there. Empty values that a system filled in, or link by area."
            )
        most = max(most, n_pairs)
    return most


def _settled(model: dict[str, Any], n_matches: float) -> dict[str, Any]:
    """What was learned, drawn towards what was declared as far as few people were seen, and never 0."""
    for comparison, declared in zip(model["comparisons"], COMPARISONS, strict=True):
        for level, (_, _, before) in zip(comparison["comparison_levels"][1:], declared.levels, strict=True):
            learned = level.get("m_probability")
            m = before if learned is None else (_number(learned) * n_matches + before * PRIOR_PEOPLE) / (n_matches + PRIOR_PEOPLE)
            level["m_probability"] = max(m, 1e-6)
        labels = {level.get("label_for_charts"): level for level in comparison["comparison_levels"]}
        if (one := labels.get(_ONE)) is not None:  # seldom seen: two initials are worth twice one of them
            one["m_probability"] = min(0.99 * one["u_probability"] / math.sqrt(labels["agree"]["u_probability"]), 0.99)
    return model


def _weights(model: dict[str, Any]) -> pd.DataFrame:
    rows = [
        (c["output_column_name"], level["label_for_charts"], level["m_probability"], level["u_probability"])
        for c in model["comparisons"]
        for level in c["comparison_levels"][1:]
    ]
    frame = pd.DataFrame(rows, columns=["comparison", "level", "m", "u"])
    return frame.assign(weight=np.log2(frame["m"] / frame["u"]))


def _pairs(found: pd.DataFrame, tokens: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Pairs by agency in the order given; levels in words."""
    turned = (found["source_dataset_l"] > found["source_dataset_r"]).to_numpy(dtype=bool)
    names = {_plain(at): name for at, name in enumerate(tokens)}
    made: dict[str, Any] = {}
    for side, (left, right) in {"a": ("l", "r"), "b": ("r", "l")}.items():
        agency = np.where(turned, found[f"source_dataset_{right}"], found[f"source_dataset_{left}"])
        row = np.where(turned, found[f"unique_id_{right}"], found[f"unique_id_{left}"]).astype(np.int64)
        person = np.empty(len(found), dtype=object)
        for plain, name in names.items():
            here = agency == plain
            person[here] = tokens[name]["person_id"].to_numpy(dtype=object)[row[here]]
        made[f"agency_{side}"], made[f"person_{side}"] = pd.Series(agency).map(names), person
    frame = pd.DataFrame(made).astype("str")
    frame["log_odds"] = found["match_weight"].to_numpy(dtype=float) * math.log(2)
    frame["rarity"] = 0.0
    for one in COMPARISONS:
        if one.parts:
            frame["rarity"] += found[f"mw_tf_adj_{one.name}"].to_numpy(dtype=float)
        words = ["missing", *(label for label, _, _ in reversed(one.levels))]
        frame[one.name] = np.array(words, dtype=object)[found[f"gamma_{one.name}"].to_numpy(dtype=int) + 1]
    return frame
