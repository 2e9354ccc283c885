"""Worlds whose ties move one at a time: each mechanism does what it is said to do, by hand and by how often."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.errors import SchemaError
from recoverynet.worlds import rewired
from recoverynet.worlds.rewired import FAMILIES, KINDS, MAKES, UNSEEN_WORLDS, Truth, _People, rewired_panel, unseen_world

N = 20_000


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def near(share: float, expected: float, n: int) -> bool:
    """Within four standard errors of a share of n."""
    return bool(abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n))


def test_who_was_away_is_likelier_to_be_away_still_and_as_many_are_at_every_wave() -> None:
    away = rewired._away(N, 0.35, rng())
    assert all(near(share, 0.35, N) for share in away.mean(axis=0))
    assert near(away[:, 1:][away[:, :-1]].mean(), 0.6, away[:, :-1].sum())
    assert near(away[:, 1:][~away[:, :-1]].mean(), 0.35 * 0.4 / 0.65, (~away[:, :-1]).sum())
    assert not rewired._away(50, 0.0, rng()).any()


@pytest.mark.parametrize(
    ("family", "felt"),
    [
        ("rewired", [0, 1 / 3, 2 / 3, 1]),
        ("returning", [0, 0, 1, 1]),
        ("attended", [0, *((1 - np.exp(-k)) / (1 - np.exp(-3)) for k in (1, 2)), 1]),
    ],
)
def test_what_contacts_make_one_feel(family: str, felt: list[float]) -> None:
    """Person k names k people who hold the norm, of three."""
    held = np.array([False] * 3 + [True] * 3)
    alters = np.array([[0, 1, 2], [3, 0, 1], [3, 4, 0], [3, 4, 5]])
    np.testing.assert_allclose(rewired._felt(held, alters, family), felt)


def test_traits_act_on_gaining_and_losing_and_influence_on_gaining_alone() -> None:
    """Gaining at 0.1 with the odds times 2 · 3, losing at 0.2 with the odds by 2."""
    held = np.arange(N) % 2 == 1
    after = rewired._next(held, np.log(2.0), np.log(3.0), 0.1, 0.2, rng())
    gains, losses = after[~held].mean(), 1 - after[held].mean()
    assert near(gains, 6 / 9 / (1 + 6 / 9), N // 2) and near(losses, 1 / 8 / (1 + 1 / 8), N // 2)


def chances(make: str, trait: int, latent: int, pull: float = 0.0) -> tuple[float, float]:
    """Shares gaining and losing the placebo of people alike in both traits."""
    people = _People(np.full(N, trait), np.full(N, latent), np.zeros(N, dtype=int))
    held = np.arange(N) % 2 == 1
    truth = Truth(trait_outcome=3.0, latent_outcome=4.0)
    after = rewired._placebo(held, people, truth, np.full(N, pull), make, rng())  # type: ignore[arg-type]
    return after[~held].mean(), 1 - after[held].mean()


@pytest.mark.parametrize(
    ("make", "base", "odds"),
    [("ideal", (0.1, 0.1), 3**0.5 * 4**0.5), ("half", (0.1, 0.1), 3**0.5 * 2**0.5), ("own", (0.2, 0.08), 1.0)],
)
def test_placebos_carry_the_hidden_trait_whole_half_or_not_at_all(make: str, base: tuple, odds: float) -> None:
    """Of those who have both traits: half of each odds above the middle. ``half`` is the square root; ``own`` has none of it."""
    odds_of = [chance / (1 - chance) for chance in base]
    gain, loss = odds_of[0] * odds, odds_of[1] / odds
    found = chances(make, 1, 1)
    assert near(found[0], gain / (1 + gain), N // 2) and near(found[1], loss / (1 + loss), N // 2)
    assert chances(make, 0, 0)[0] <= found[0]
    moved = chances(make, 1, 1, pull=1.0)[0] - found[0]
    assert (moved == 0) if make == "own" else moved > 0.05, "places pull on all but it"


def test_a_coin_is_a_coin_whoever_holds_it() -> None:
    gain, loss = chances("coin", 1, 1)
    assert near(gain, 0.5, N // 2) and near(loss, 0.5, N // 2)


def test_first_ties_are_half_of_ones_place_and_never_to_oneself() -> None:
    place = np.arange(2000) % 10
    alters = rewired._first_ties(place, rng())
    assert alters.shape == (2000, 3) and (alters != np.arange(2000)[:, None]).all()
    assert near((place[alters] == place[:, None]).mean(), 0.5 + 0.5 / 10, 6000)


def test_somebody_of_a_place_is_any_of_them_alike() -> None:
    place = np.array([2, 0, 2, 2, 0])
    found = rewired._of_place(np.repeat([0, 2], 3000), place, rng())
    counts = np.bincount(found, minlength=5)
    assert set(found[:3000]) == {1, 4} and set(found[3000:]) == {0, 2, 3}
    assert all(near(counts[i] / 3000, 1 / 2, 3000) for i in (1, 4)) and all(near(counts[i] / 3000, 1 / 3, 3000) for i in (0, 2, 3))


def test_somebody_who_names_one_or_the_one_given_where_nobody_does() -> None:
    """0 is named by 1 and by 2; 1 by 2 alone; 3 by nobody."""
    alters = np.array([[2, 2, 2], [0, 2, 2], [0, 1, 2], [2, 2, 2]])
    egos = np.repeat([0, 1, 3], 2000)
    found = rewired._naming(egos, alters, np.full(6000, 9), rng())
    assert set(found[:2000]) == {1, 2} and near((found[:2000] == 1).mean(), 0.5, 2000)
    assert set(found[2000:4000]) == {2} and set(found[4000:]) == {9}


@pytest.mark.parametrize("family", FAMILIES)
def test_ties_move_one_at_a_time_and_are_never_to_oneself_nor_twice_to_somebody_new(family: str) -> None:
    n = 3000
    people = _People(rng().integers(0, 2, n), rng(2).integers(0, 2, n), np.arange(n) % 10)
    alters = np.array([[(i + step) % n for step in (1, 2, 3)] for i in range(n)])
    start = rng(3).random(n) < 0.5, rng(4).random(n) < 0.5
    moved = rewired._rewired(alters, people, Truth(), start, people.place, family, rng())
    assert (moved != np.arange(n)[:, None]).all() and all(len(set(row)) == 3 for row in moved.tolist())
    # likeness plays no part: half of the proposals are taken, but for those to people named already
    assert 0.25 < (moved != alters).any(axis=1).mean() < 0.45
    still = rewired._rewired(alters, people, Truth(moves=0.0), start, people.place, family, rng())
    assert (still == alters).all()


@pytest.mark.parametrize(("planted", "of"), [({"trait": 6.0}, "trait"), ({"latent_tie": 6.0}, "latent"), ({"state": 6.0}, "state")])
def test_whoever_is_alike_is_taken_more_often(planted: dict, of: str) -> None:
    """A tie to one unlike oneself gives way to one alike at odds of 6, and the other way round at one in six."""
    n = 4000
    codes = np.arange(n) % 2
    values = {"trait": codes, "latent": codes, "state": codes}
    flat = {name: each if name == of else np.zeros(n, dtype=int) for name, each in values.items()}
    people = _People(flat["trait"], flat["latent"], np.zeros(n, dtype=int))
    start = flat["state"] == 1, np.zeros(n, dtype=bool)
    alters = np.array([[(i + step) % n for step in (1, 2, 3)] for i in range(n)])
    moved = rewired._rewired(alters, people, Truth(moves=20.0, **planted), start, people.place, "rewired", rng())
    alike = (codes[moved] == codes[:, None]).mean()
    assert alike > 0.75, "6 / 7 in the long run; of the ties there were a third were to people alike"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_panel_holds_what_an_analyst_would_see(family: str) -> None:
    panel = rewired_panel(400, Truth(influence=4.0), family=family, missing=0.3, rng=2)
    assert panel.n_people == 400 and panel.n_waves == 6 and panel.directed and set(panel.behaviour) == {"recovery", "placebo"}
    assert all(set(network.data) == {1.0} and np.diff(network.indptr).max() <= 3 for network in panel.networks)
    unseen = {name: np.isnan(values) for name, values in panel.behaviour.items()}
    assert (unseen["recovery"] == unseen["placebo"]).all() and abs(unseen["recovery"].mean() - 0.3) < 0.06
    place = panel.covariates["place"]
    assert set(panel.covariates["observed_trait"]) == {0.0, 1.0}
    assert ((place == place[:, :1]).all()) == (family != "attended") and len(np.unique(place)) == (
        15 if family == "attended" else 10
    )
    again = rewired_panel(400, Truth(influence=4.0), family=family, missing=0.3, rng=2)
    np.testing.assert_array_equal(again.behaviour["recovery"], panel.behaviour["recovery"])


def test_influence_is_of_gains_by_contacts_and_of_nothing_else() -> None:
    """Among those with all three contacts holding it the odds of gaining are 8 times those with none; of losing, the same."""
    gained, lost = {0: [], 3: []}, {0: [], 3: []}
    for seed in range(6):
        panel = rewired_panel(1500, Truth(influence=8.0), rng=seed)
        held = panel.behaviour["recovery"]
        for wave in range(5):
            count, named = panel.networks[wave] @ held[:, wave], np.diff(panel.networks[wave].indptr)
            for k in (0, 3):
                rows = (count == k) & (named == 3)
                gained[k].append(held[rows & (held[:, wave] == 0), wave + 1])
                lost[k].append(1 - held[rows & (held[:, wave] == 1), wave + 1])
    gains = {k: np.concatenate(each) for k, each in gained.items()}
    losses = {k: np.concatenate(each) for k, each in lost.items()}
    assert near(gains[0].mean(), 0.1, len(gains[0])) and near(gains[3].mean(), 8 / 9 / (1 + 8 / 9), len(gains[3]))
    assert all(near(each.mean(), 0.1, len(each)) for each in losses.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 29},
        {"missing": 1.0},
        {"missing": -0.1},
        {"family": "other"},
        {"make": "dice"},
        {"family": "returning", "missing": 0.72},
    ],
)
def test_arguments_out_of_range(wrong: dict) -> None:
    with pytest.raises(SchemaError, match="A world needs"):
        rewired_panel(**{"n": 40, "truth": Truth(), **wrong})
    assert rewired_panel(30, Truth(), family="returning", missing=0.71, rng=1).n_people == 30


def test_the_catalogue_holds_every_kind_make_and_strength_of_every_family() -> None:
    assert len(UNSEEN_WORLDS) == len(FAMILIES) * len(KINDS) * len(MAKES) * 4
    world = UNSEEN_WORLDS["attended_latent_3_3_coin/strong"]
    assert (world.reach, world.kind) == ("beyond", "attended_latent_3_3_coin") and world.settings["make"] == "coin"
    assert world.settings["latent_tie"] == 3.0 and world.settings["influence"] > 1
    plain = UNSEEN_WORLDS["returning_state/none"]
    assert (plain.kind, plain.settings["make"], plain.settings["influence"]) == ("returning_state", "ideal", 1.0)
    named = unseen_world("attended_latent_3_3_coin/strong", 60, missing=0.2, rng=3)
    truth = Truth(latent_tie=3.0, latent_outcome=3.0, influence=world.settings["influence"])
    same = rewired_panel(60, truth, family="attended", missing=0.2, make="coin", rng=3)
    np.testing.assert_array_equal(named.behaviour["placebo"], same.behaviour["placebo"])
