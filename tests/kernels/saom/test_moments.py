"""Target statistics of small panels by loops over dense arrays: unknown, fixed and absent things, joiners, groups."""

import itertools

import numpy as np
import pytest
from dense_effects import (
    IN_STEPS,
    mean_disagreement,
    mean_similarity,
    others,
    step_effect,
    target_contribution,
    tie_effect,
)  # fmt: skip
from driving import place_of, random_network, random_panel

from recoverynet import NetworkPanel
from recoverynet.models.saom.effects import STEP_EFFECTS, TIE_EFFECTS, own_effect
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.simulation import target_statistics
from recoverynet.models.saom.specification import Specification, Term

PARAMETERS = {"gwespFF": 69, "outTrunc": 1, "reciAct": 1, "outPop": 1, "outActSqrt": 1, "inAct": 1}
PARTS = ("eval", "endow", "creation")


def every_tie_term(directed=True):
    """Each effect with each part, on a covariate of numbers, a changing one with gaps and the behaviour."""
    terms = []
    for name, effect in TIE_EFFECTS.items():
        if directed or effect.undirected:
            abouts = ["near"] if name == "X" else ["age", "mood", "drink"] if effect.covariate else [None]
            parts = ["eval"] if effect.ego_statistic else PARTS
            terms += [Term(name, about, type=part) for about in abouts for part in parts]
    return terms


def every_step_term(directed=True):
    return [
        Term(name, "mood" if name == "effFrom" else None, type=part)
        for name, effect in STEP_EFFECTS.items() if directed or effect.undirected for part in PARTS
    ]  # fmt: skip


def panel_with_gaps(rng, n=9, n_waves=3, *, gaps=True, directed=True):
    """Pairs unknown and fixed at some waves, values unknown at some, one who joins and one who leaves."""
    networks = [random_network(rng, n, 0.35, directed=directed) for _ in range(n_waves)]
    drink = rng.integers(1, 5, (n, n_waves)).astype(float)
    drink[0], drink[1] = [1] + [4] * (n_waves - 1), [4] + [1] * (n_waves - 1)
    mood = rng.integers(0, 3, (n, n_waves)).astype(float)
    mood[:3, 0] = [0, 1, 2]
    present = np.ones((n, n_waves), bool)
    if gaps:
        for wave, code in itertools.product(range(n_waves), (np.nan, np.nan, 10.0, 11.0)):
            i, j = rng.choice(n - 2, 2, replace=False)
            networks[wave][i, j] = code
            if not directed:
                networks[wave][j, i] = code
        drink[rng.integers(2, n, n_waves), np.arange(n_waves)] = np.nan
        mood[rng.integers(3, n, n_waves), np.arange(n_waves)] = np.nan
        present[n - 1, 0] = present[n - 2, -1] = False
        drink[~present] = np.nan
        for wave in range(n_waves):
            away = ~present[:, wave]
            networks[wave][away] = networks[wave][:, away] = 0.0
    return random_panel(
        rng, n, networks=networks, directed=directed, behaviour={"drink": drink}, present=present,
        covariates={"age": rng.normal(size=n).round(1), "mood": mood},
    )  # fmt: skip


def dense(matrices):
    return [np.asarray(each.toarray(), float) for each in matrices]


class Expected:
    """Targets of one period, from definitions."""

    def __init__(self, panel, wave):
        self.panel, self.wave = panel, wave
        self.networks, missing, fixed = dense(panel.networks), dense(panel.missing), dense(panel.structural)
        self.open = []
        for place, (x, gap) in enumerate(zip(self.networks, missing, strict=True)):
            away = ~panel.present[:, place]
            gap[away] = gap[:, away] = 0.0
            seen = np.where(gap > 0, np.nan, x)
            seen[away] = seen[:, away] = np.nan
            self.open.append(seen)
        filled = []
        for x, gap in zip(self.networks, missing, strict=True):
            filled.append(np.where(gap > 0, filled[-1] if filled else 0.0, x))
        for place, x in enumerate(filled):
            away = ~panel.present[:, place]
            x[away] = x[:, away] = 0.0
        first, last = filled[wave], filled[wave + 1]
        unknown = (missing[wave] > 0) | (missing[wave + 1] > 0)
        left = panel.present[:, wave] & ~panel.present[:, wave + 1]
        gone = (left[:, None] | left) & ~unknown

        def settled(x):
            x = np.where(unknown, 0.0, x)
            x = np.where(fixed[wave + 1] > 0, last, x)
            return np.where((fixed[wave] > 0) | gone, first, x)

        self.base, self.end = settled(first), settled(last)
        self.lagged = self.start = np.where(unknown, 0.0, first)
        self.lost, self.gained = self.base * (1 - self.end), self.end * (1 - self.base)
        drink = panel.behaviour["drink"]
        self.reach = np.nanmax(drink) - np.nanmin(drink)
        self.known = np.isfinite(drink[:, wave]) & np.isfinite(drink[:, wave + 1])
        self.centre = np.mean([np.nanmean(column) for column in drink.T])
        self.z = [np.where(self.known, drink[:, w] - self.centre, 0.0) for w in (wave, wave + 1)]
        self.similarity = mean_similarity(self.seen(drink), self.reach)

    def seen(self, values):
        """Columns at starts of periods, those away left out."""
        return [np.where(self.panel.present[:, w], values[:, w], np.nan) for w in range(self.panel.n_waves - 1)]

    def covariate(self, name):
        """Values, who is known, range and mean similarity."""
        if name == "drink":
            values = self.panel.behaviour[name]
            centre, r, m = self.centre, self.reach, self.similarity
        else:
            values = self.panel.covariates[name]
            values = values if values.ndim == 2 else np.tile(values, (self.panel.n_waves, 1)).T
            values = values[:, :-1]
            centre, r = np.nanmean(values), np.nanmax(values) - np.nanmin(values)
            m = mean_similarity(self.seen(values), r)
        now = values[:, self.wave]
        return {"v": np.where(np.isfinite(now), now - centre, 0.0), "known": np.isfinite(now), "r": r, "m": m}

    def terms(self, term):
        if term.effect == "X":
            w = self.panel.dyadic["near"].copy()
            np.fill_diagonal(w, np.nan)
            return {"w": w - np.nanmean(w)}
        if term.about is not None:
            return self.covariate(term.about)
        if term.effect in ("balance", "inStructEq"):
            return {"b": mean_disagreement(self.open[:-1], received=term.effect == "inStructEq")}
        return {"p": PARAMETERS.get(term.effect, 0.0)}

    def tie_target(self, term):
        more, n = self.terms(term), len(self.base)
        if TIE_EFFECTS[term.effect].ego_statistic:
            return sum(tie_effect(term.effect, self.end, i, **more) for i in range(n))
        x, over, sign = {
            "eval": (self.end, self.end, 1.0),
            "creation": (self.end, self.gained, 1.0),
            "endow": (self.base, self.lost, -1.0),
        }[term.type]
        return sign * sum(
            target_contribution(term.effect, x, self.start, i, j, gained=term.type == "creation", **more)
            for i in range(n) for j in others(n, i) if over[i, j]
        )  # fmt: skip

    def step_target(self, term):
        first, last = self.z
        more = {"r": self.reach, "m": self.similarity, "known": self.known}
        if term.effect == "effFrom":
            more["v"] = self.covariate("mood")["v"]
        total = 0.0
        for i in np.flatnonzero(self.known):
            change = last[i] - first[i]
            now = step_effect(term.effect, self.lagged, last, i, **more)
            if term.type == "eval":
                total += now
                continue
            if term.type == "endow":
                gap = now - step_effect(term.effect, self.lagged, first, i, **more) if change < 0 else 0.0
            else:
                beyond = step_effect(term.effect, self.lagged, 2 * last - first, i, **more)
                gap = beyond - now if change > 0 else 0.0
            total -= self.reach * gap if term.effect in IN_STEPS else -gap
        return total

    def changes(self):
        directed = 1 if self.panel.directed else 2
        return (self.lost + self.gained).sum() / directed, np.abs(self.z[1] - self.z[0]).sum()


@pytest.mark.parametrize(("gaps", "directed"), [(False, True), (True, True), (False, False), (True, False)])
def test_every_target_by_definition(gaps, directed):
    rng = np.random.default_rng(1)
    network, drink = every_tie_term(directed), every_step_term(directed)
    for run in range(4):
        panel = panel_with_gaps(rng, gaps=gaps, directed=directed)
        setting = saom_setting(panel, Specification({"friend": network}, {"drink": drink}))
        found = target_statistics(setting)
        for wave in range(2):
            expected = Expected(panel, wave)
            wanted = [expected.tie_target(term) for term in network] + [expected.step_target(term) for term in drink]
            got = np.concatenate([found[wave, 2 : 2 + len(network)], found[wave, 4 + len(network) :]])
            wrong = [
                (term.label, term.type, a, b)
                for term, a, b in zip([*network, *drink], got, wanted, strict=True) if abs(a - b) > 1e-9
            ]  # fmt: skip
            assert not wrong, (run, wave)
            changes = np.zeros(4)
            changes[[wave, 2 + wave]] = expected.changes()
            rates = [0, 1, 2 + len(network), 3 + len(network)]
            np.testing.assert_allclose(found[wave, rates], changes, atol=1e-9)


def test_rate_effects_compare_who_changed():
    rng = np.random.default_rng(2)
    effects = [("RateX", "age"), "outRate", "inRate", "recipRate", "outRateInv", ("RateX", "drink")]
    panel = panel_with_gaps(rng)
    setting = saom_setting(panel, Specification({"friend": effects}, {"drink": [*effects[:-1], "linear"]}))
    found = target_statistics(setting)
    for wave in range(2):
        expected = Expected(panel, wave)
        x = expected.lagged
        by_person = [(expected.lost + expected.gained).sum(axis=1), np.abs(expected.z[1] - expected.z[0])]
        values = [
            panel.covariates["age"] - panel.covariates["age"].mean(),
            x.sum(axis=1),
            x.sum(axis=0),
            (x * x.T).sum(axis=1),
            1 / (x.sum(axis=1) + 1),
            np.where(np.isfinite(panel.behaviour["drink"][:, wave]), panel.behaviour["drink"][:, wave], expected.centre),
        ]
        np.testing.assert_allclose(found[wave, 2:8], [by_person[0] @ each for each in values])
        np.testing.assert_allclose(found[wave, 10:15], [by_person[1] @ each for each in values[:-1]])


def test_products_of_effects_have_products_as_targets():
    rng = np.random.default_rng(3)
    panel = panel_with_gaps(rng, gaps=False)
    pairs = [("egoX", "age", "recip", None), ("egoX", "drink", "transTrip", None), ("recip", None, "simX", "drink")]
    terms = [Term(one, a, type=part, times=[Term(two, b)]) for one, a, two, b in pairs for part in ("eval", "creation")]
    steps = [Term("avAlt", times=[Term("effFrom", "age")]), Term("linear", times=["indeg", "outdeg"])]
    setting = saom_setting(panel, Specification({"friend": terms}, {"drink": steps}))
    found = target_statistics(setting)
    for wave in range(2):
        e = Expected(panel, wave)
        wanted = []
        for term in terms:
            over = e.end if term.type == "eval" else e.gained
            wanted.append(sum(
                np.prod([target_contribution(each.effect, e.end, e.start, i, j, **e.terms(each))
                         for each in (term, *term.times)])
                for i, j in np.argwhere(over > 0)
            ))  # fmt: skip
        np.testing.assert_allclose(found[wave, 2:8], wanted, atol=1e-9)
        x, z, n = e.lagged, e.z[1], panel.n_people
        age = panel.covariates["age"] - panel.covariates["age"].mean()
        alters = np.array([np.mean(z[x[i] > 0]) if x[i].any() else 0.0 for i in range(n)])
        np.testing.assert_allclose(found[wave, 10], (z * alters * age).sum(), atol=1e-9)
        np.testing.assert_allclose(found[wave, 11], (z * x.sum(axis=0) * x.sum(axis=1)).sum(), atol=1e-9)


def test_a_product_of_three_effects_has_their_product_as_its_target():
    panel = panel_with_gaps(np.random.default_rng(3), gaps=False)
    term = Term("egoX", "age", times=["recip", ("altX", "drink")])
    setting = saom_setting(panel, Specification({"friend": ["density", term]}))
    found = target_statistics(setting)[:, place_of(setting, "egoX × recip × altX", about="age × drink")]
    for wave in range(2):
        e = Expected(panel, wave)
        age, drink = e.covariate("age")["v"], panel.behaviour["drink"][:, wave] - e.centre
        assert found[wave] == pytest.approx((e.end * e.end.T * np.outer(age, drink)).sum())


def test_relabelling_people_leaves_targets_as_they_are():
    rng = np.random.default_rng(4)
    panel = panel_with_gaps(rng)
    order = rng.permutation(panel.n_people)
    matrices = [
        np.where(gap > 0, np.nan, np.where(fixed > 0, x + 10, x))[np.ix_(order, order)]
        for x, gap, fixed in zip(dense(panel.networks), dense(panel.missing), dense(panel.structural), strict=True)
    ]
    again = NetworkPanel.from_adjacency(
        matrices, network="friend", behaviour={"drink": panel.behaviour["drink"][order]},
        covariates={name: values[order] for name, values in panel.covariates.items()},
        dyadic={"near": panel.dyadic["near"][np.ix_(order, order)]}, present=panel.present[order],
    )  # fmt: skip
    specification = Specification({"friend": every_tie_term()}, {"drink": every_step_term()})
    one, two = (target_statistics(saom_setting(each, specification)) for each in (panel, again))
    np.testing.assert_allclose(two, one, atol=1e-9)


def test_two_houses_alike_have_twice_the_targets_of_one():
    rng = np.random.default_rng(5)
    panel = panel_with_gaps(rng, gaps=False)
    n = panel.n_people

    def twice(matrix, between):
        return np.block([[matrix, np.full((n, n), between)], [np.full((n, n), between), matrix]])

    pooled = NetworkPanel.from_adjacency(
        [twice(x, 0.0) for x in dense(panel.networks)], network="friend", groups=np.repeat(["elm", "oak"], n),
        behaviour={"drink": np.tile(panel.behaviour["drink"], (2, 1))},
        covariates={"age": np.tile(panel.covariates["age"], 2), "mood": np.tile(panel.covariates["mood"], (2, 1))},
        dyadic={"near": twice(panel.dyadic["near"], np.nan)},
    )  # fmt: skip
    specification = Specification({"friend": every_tie_term()}, {"drink": every_step_term()})
    one, two = saom_setting(panel, specification), saom_setting(pooled, specification)
    assert len(two.epochs) == 4 and len(two.parameters) == len(one.parameters) + 4
    theirs = [place for place, each in enumerate(two.parameters) if each.effect != "Rate"]
    ours = [place for place, each in enumerate(one.parameters) if each.effect != "Rate"]
    np.testing.assert_allclose(target_statistics(two)[:, theirs], 2 * target_statistics(one)[:, ours], atol=1e-9)
    rates = [(each.dependent, each.group, each.period) for each in two.parameters if each.effect == "Rate"]
    assert rates == list(itertools.product(("friend", "drink"), ("elm", "oak"), (1, 2)))
    assert target_statistics(two).sum(axis=0)[0] == target_statistics(one).sum(axis=0)[0]


def test_what_stands_in_place_of_an_unknown_tie_does_not_matter():
    rng = np.random.default_rng(6)
    networks = [random_network(rng, 8, 0.4) for _ in range(3)]
    drink = np.tile(np.arange(8) % 4 + 1.0, (3, 1)).T
    drink[:, 1:] = rng.integers(1, 5, (8, 2))
    results = []
    specification = Specification({"friend": [
        term for term in every_tie_term() if term.effect not in ("balance", "inStructEq")
        and term.about != "near"
    ]})  # fmt: skip
    for tie in (0.0, 1.0):
        given = [x.copy() for x in networks]
        given[0][2, 5], given[1][2, 5], given[2][2, 5] = tie, np.nan, 1.0
        panel = random_panel(
            np.random.default_rng(7), 8, networks=given, behaviour={"drink": drink},
            covariates={"age": np.arange(8.0), "mood": drink},
        )  # fmt: skip
        results.append(target_statistics(saom_setting(panel, specification)))
    np.testing.assert_allclose(results[0], results[1], atol=1e-12)


def test_people_of_unknown_behaviour_count_at_the_mean_or_not_at_all():
    rng = np.random.default_rng(12)
    panel = panel_with_gaps(rng)
    terms = [Term(name) for name in ("avAlt", "avRecAlt", "avInAlt", "maxAlt", "minAlt", "avSim")]
    for at_mean in (True, False):
        setting = saom_setting(
            panel, Specification({"friend": ["density"]}, {"drink": terms}), unknown_alters="mean" if at_mean else "left_out"
        )
        found = target_statistics(setting)
        for wave in range(2):
            e = Expected(panel, wave)
            more = {"r": e.reach, "m": e.similarity, "known": e.known, "at_mean": at_mean}
            wanted = [sum(step_effect(t.effect, e.lagged, e.z[1], i, **more) for i in np.flatnonzero(e.known)) for t in terms]
            np.testing.assert_allclose(found[wave, 5:], wanted, atol=1e-9)


def returned(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        total += ties[ego, j] * ties[j, ego]
    return total


def alter_values(ego, ties, values):
    total = 0.0
    for j in range(ties.shape[0]):
        total += ties[ego, j] * values[j]
    return total


def test_an_own_effect_has_the_targets_of_the_effect_it_spells_out():
    rng = np.random.default_rng(8)
    mine, values = own_effect(returned, "myRecip"), own_effect(alter_values, "myAltX")
    for gaps in (False, True):
        panel = panel_with_gaps(rng, gaps=gaps)
        terms = ["density", "recip", mine, ("altX", "mood"), (values, "mood"), ("altX", "drink"), (values, "drink")]
        setting = saom_setting(panel, Specification({"friend": terms}, {"drink": ["linear"]}))
        found = target_statistics(setting)
        for effect, own, about in (("recip", "myRecip", ""), ("altX", "myAltX", "mood"), ("altX", "myAltX", "drink")):
            one, other = place_of(setting, effect, about=about), place_of(setting, own, about=about)
            np.testing.assert_allclose(found[:, other], found[:, one], atol=1e-12)


def test_covariates_of_pairs_may_change():
    """Each period takes the matrix of the wave it starts from; the mean is over pairs and periods."""
    rng, n = np.random.default_rng(8), 9
    met = rng.random((3, n, n))
    met[0, 2, 3] = np.nan
    panel = random_panel(rng, n, n_waves=3, dyadic={"met": met, "still": met[:1].repeat(3, axis=0), "flat": met[0]})
    model = Specification({"friend": ["density", ("X", "met"), ("X", "still"), ("X", "flat")]})
    found = target_statistics(saom_setting(panel, model))
    apart = np.where(np.eye(n, dtype=bool), np.nan, met)
    for period in (1, 2):
        end = panel.networks[period].toarray()
        expected = np.nansum(end * (apart[period - 1] - np.nanmean(apart[:2])))
        np.testing.assert_allclose(found[period - 1, -3], expected)
    np.testing.assert_allclose(found[:, -2], found[:, -1])


def test_covariates_of_pairs_say_nothing_across_groups():
    rng, n = np.random.default_rng(9), 12
    house = np.repeat(["a", "b"], n // 2)
    within = (house[:, None] == house) & ~np.eye(n, dtype=bool)
    networks = [random_network(rng, n, 0.4) * within for _ in range(2)]
    near = np.where(within, rng.random((n, n)), 1000.0)
    panel = random_panel(rng, n, networks=networks, groups=house, dyadic={"near": near})
    found = target_statistics(saom_setting(panel, Specification({"friend": ["density", ("X", "near")]}, {})))
    np.testing.assert_allclose(found[0, -1], (networks[1] * (near - near[within].mean())).sum())
