"""What may not be a placebo, at its limits: what follows from a covariate, what is the norm but for slips."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.asked import _all_but, _says, require_other, required

NAN = np.nan


def panel_of(held: np.ndarray, **covariates: np.ndarray) -> NetworkPanel:
    ring = np.roll(np.eye(len(held)), 1, axis=1)
    return NetworkPanel.from_adjacency([ring] * held.shape[1], behaviour={"norm": held}, covariates=covariates, directed=True)


def coins(seed: int, shape: tuple[int, int] = (50, 4)) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < 0.5).astype(float)


def slipped(held: np.ndarray, n: int) -> np.ndarray:
    """So many ones become 0 and so many zeros 1."""
    other = held.copy().ravel()
    other[np.flatnonzero(held.ravel() == 1)[:n]], other[np.flatnonzero(held.ravel() == 0)[:n]] = 0, 1
    return other.reshape(held.shape)


def test_two_norms_are_one_from_a_correlation_of_95_in_100_on() -> None:
    """Of 100 ones and 100 zeros n of each slip: the correlation is 1 − 2n / 100."""
    held = (np.arange(200) < 100).astype(float)
    assert _all_but(slipped(held, 2), held) and not _all_but(slipped(held, 3), held)
    assert not _all_but(np.ones(200), held) and not _all_but(held, np.zeros(200))
    few = np.where(np.arange(200) % 2, NAN, held)
    assert _all_but(few, held), "a hundred are known in both"
    assert not _all_but(few[2:], held[2:]), "ninety-nine are not enough to say"


@pytest.mark.parametrize("lag", [0, 1, 2])
@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_the_norm_is_no_placebo_at_any_wave_nor_turned_round(lag: int, back: bool, turned: bool) -> None:
    held = coins(1)
    other = coins(2, (50, lag))
    moved = np.column_stack([held[:, lag:], other] if back else [other, held[:, : 4 - lag]])
    placebo = 1 - moved if turned else moved
    words = {0: "or all but; name", 1: "1 wave away", 2: "2 waves away"}[lag]
    with pytest.raises(SchemaError, match=f"{'turned round' if turned else 'itself'}, or all but.*|{words}") as told:
        require_other(placebo, held, panel_of(held), ())
    assert words in str(told.value) and ("turned round" in str(told.value)) == turned


def test_something_else_is_a_placebo() -> None:
    held = coins(1)
    require_other(coins(3), held, panel_of(held, age=np.arange(50.0)), ("age", "no such thing"))
    require_other(None, held, panel_of(held), ())
    small = coins(1, (20, 4))
    small[3, 2] = NAN
    with pytest.raises(SchemaError, match="norm itself"):
        require_other(small, small, panel_of(small), ())  # the same is the same, however few


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1.0, 2.0, 3.0, 4.0], True),  # above 2.5
        ([4.0, 3.0, 2.0, 1.0], True),  # below 2.5
        ([1.0, 3.0, 3.0, 4.0], False),  # 3 is of both
        ([3.0, 3.0, 1.0, 3.0], False),
    ],
)
def test_a_number_says_what_the_placebo_is_where_one_cut_tells_it(values: list[float], says: bool) -> None:
    placebo = np.repeat([0.0, 0.0, 1.0, 1.0], 25)[:, None]
    assert _says(np.repeat(values, 25), placebo) is says
    assert _says(np.repeat(values, 25)[:, None], placebo) is says
    assert not _says(np.repeat(values, 25)[:99], placebo[:99]), "too few to say"
    assert not _says(np.repeat(values, 25), np.ones((100, 1)))


def test_a_number_of_its_own_for_everybody_says_it_too_and_a_name_does_not() -> None:
    placebo = np.repeat([0.0, 1.0], 60)[:, None]
    score = np.arange(120.0) + 100 * placebo[:, 0]
    assert _says(score, placebo) and _says(-score, placebo)
    assert not _says(np.array([f"w{each:g}" for each in score], dtype=object), placebo)
    unknown = np.where(np.arange(120) % 60 == 0, NAN, score)
    assert _says(unknown, placebo), "118 are known"


def test_words_say_it_where_each_has_one_answer_unless_they_are_names() -> None:
    placebo = np.repeat([0.0, 1.0], 60)[:, None]
    words = np.array([f"w{each}" for each in np.repeat(np.arange(20), 6)], dtype=object)
    assert _says(words, placebo), "twenty words"
    more = words.copy()
    more[0] = "w20"
    assert not _says(more, placebo), "twenty-one are names"
    mixed = words.copy()
    mixed[0] = "w19"
    assert not _says(mixed, placebo)
    unknown = mixed.copy()
    unknown[0] = None
    assert _says(unknown, placebo)


def test_what_is_adjusted_for_is_looked_at_wherever_it_stands() -> None:
    held, placebo = coins(1), coins(3)
    with pytest.raises(SchemaError, match="'score', or follows from it"):
        require_other(placebo, held, panel_of(held, score=placebo * 2 + 1), ("score",))
    trait = np.tile(coins(5, (50, 1)), 4)
    with pytest.raises(SchemaError, match="'trait', or follows from it"):
        require_other(trait, held, panel_of(held, trait=trait[:, 0]), ("trait",))


@pytest.mark.parametrize("margin", [0.99, math.inf, NAN, True, "1.25"])
def test_a_margin_is_an_odds_ratio_of_1_or_more(margin: object) -> None:
    with pytest.raises(SchemaError, match="1 or more"):
        required(margin, 99)  # type: ignore[arg-type]
    assert required(1.0, 99) == 99 and required(2, 1) == 1
    with pytest.raises(SchemaError, match="n_permutations"):
        required(1.25, 0)
