"""The synthetic area: the dials do what they say, the record is sound, and riverside is written the same each time."""

import filecmp

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.samples import load_sample, sample_folder
from recoverynet.worlds.area.contacts import Contacts
from recoverynet.worlds.area.life import exposure_of, live
from recoverynet.worlds.area.people import draw_episodes, draw_people
from recoverynet.worlds.area.plan import CLIENT, SHARE_SHOCKED, AreaPlan
from recoverynet.worlds.area.synthetic import main, riverside_record, synthetic_record
from recoverynet.worlds.area.ties import FRIEND


def plan(**given):
    defaults = dict(
        n_clients=650,
        n_peers=250,
        n_workers=40,
        n_groups=30,
        months=18,
        start=pd.Timestamp("2010-01-01"),
        homophily=1.0,
        influence=1.0,
        surroundings=1.0,
        latent=(1.0, 1.0),
        base_gain=0.035,
        base_loss=0.06,
        missing=0.15,
    )
    return AreaPlan(**{**defaults, **given})


def lives(n_runs=6, **given):
    wanted = plan(**given)
    return wanted, [live(wanted, np.random.default_rng(seed)) for seed in range(n_runs)]


def logit(outcome, *predictors):
    """Coefficients and standard errors by Newton's method, the constant first."""
    design = np.column_stack([np.ones(len(outcome)), *predictors])
    beta = np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        beta += np.linalg.solve(information, design.T @ (outcome - chance))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def gains(life):
    """Client-months without the norm: gained next month, exposure (0 without contact), treated, shocked, latent."""
    client = life.people.role == CLIENT
    at_risk = ~life.held[client][:, :-1]
    months = at_risk.shape[1]
    columns = (
        life.held[client][:, 1:],
        np.nan_to_num(life.exposure[client][:, :-1]),
        life.episodes.in_treatment[client][:, :-1],
        life.shocked[:-1, life.people.area[client]].T,
        np.repeat(life.people.latent[client][:, None], months, axis=1),
    )
    return np.stack([column[at_risk].astype(float) for column in columns])


@pytest.fixture(scope="module")
def riverside():
    return load_sample("riverside")


@pytest.fixture(scope="module")
def twin():
    return riverside_record(influence=False)


@pytest.mark.parametrize("influence", [1.0, 2.0, 4.0])
def test_influence_is_the_odds_ratio_of_gaining(influence):
    _, found = lives(influence=influence, homophily=2.0)
    gained, exposure, treated, _, _ = np.hstack([gains(life) for life in found])
    beta, error = logit(gained, exposure, treated)
    assert error[1] < 0.11
    assert abs(beta[1] - np.log(influence)) < 3 * error[1]
    assert abs(beta[0] - np.log(0.035 / 0.965)) < 3 * error[0]
    assert abs(beta[2] - 0.2) < 3 * error[2]


def test_losing_the_norm_is_not_influenced():
    _, found = lives(influence=4.0, homophily=2.0)
    rows = []
    for life in found:
        use = (life.state[:, :-1] == 3) & (life.people.role == CLIENT)[:, None]
        lost, exposure = ~life.held[:, 1:][use], np.nan_to_num(life.exposure[:, :-1][use])
        rows.append(np.stack([lost, exposure, life.episodes.in_treatment[:, :-1][use]]).astype(float))
    lost, exposure, treated = np.hstack(rows)
    beta, error = logit(lost, exposure, treated)
    assert abs(beta[1]) < 3 * error[1]
    assert abs(beta[0] - np.log(0.06 / 0.94)) < 3 * error[0]


def test_surroundings_and_latent_trait_move_states_as_planted():
    _, found = lives(surroundings=3.0, latent=(1.0, 2.5))
    gained, exposure, treated, shocked, latent = np.hstack([gains(life) for life in found])
    beta, error = logit(gained, exposure, treated, shocked - SHARE_SHOCKED, latent - 0.5)
    assert abs(beta[1]) < 3 * error[1]
    assert abs(beta[3] - np.log(3.0)) < 3 * error[3]
    assert abs(beta[4] - np.log(2.5)) < 3 * error[4]


def friendship_odds(wanted, found, alike):
    """Odds that new friends are alike over the odds that two clients drawn by sociability are, all months pooled."""
    new, chance = np.zeros(2), np.zeros(2)
    for life in found:
        for month in range(1, wanted.months):
            mark = alike(life, month)
            fresh = (life.ties.kind == FRIEND) & (life.ties.start == month)
            same = mark[life.ties.one[fresh]] == mark[life.ties.other[fresh]]
            here = life.people.present(wanted, month) & life.people.recorded & (life.people.role == CLIENT)
            weight = life.people.sociability * here
            pairs = weight.sum() ** 2 - (weight**2).sum()
            within = sum((weight * side).sum() ** 2 - ((weight * side) ** 2).sum() for side in (mark, ~mark))
            new += same.sum(), (~same).sum()
            chance += np.array([within, pairs - within]) / pairs * len(same)
    return (new[0] / new[1]) / (chance[0] / chance[1]), 1 / np.sqrt(new.min())


@pytest.mark.parametrize("homophily", [1.0, 2.0, 4.0])
def test_homophily_is_the_odds_ratio_of_a_friendship_with_somebody_alike(homophily):
    wanted, found = lives(homophily=homophily)
    ratio, error = friendship_odds(wanted, found, lambda life, month: life.held[:, month])
    assert abs(np.log(ratio) - np.log(homophily)) < 3 * error + 0.03


def test_the_latent_trait_draws_people_together():
    wanted, found = lives(latent=(3.0, 1.0))
    ratio, error = friendship_odds(wanted, found, lambda life, month: life.people.latent > 0.5)
    assert abs(np.log(ratio) - np.log(3.0)) < 3 * error + 0.03


@pytest.mark.parametrize("homophily", [1.0, 3.0])
def test_homophily_keeps_people_in_recovery_out_of_groups_with_a_using_norm(homophily):
    wanted, found = lives(homophily=homophily)
    joined, held = [], []
    for life in found:
        client = (life.people.role == CLIENT) & life.people.recorded
        using = life.places.using[life.members.group]
        for month in range(1, wanted.months):
            fresh = using & (life.members.start == wanted.month_starts[month])
            who = client & life.people.present(wanted, month)
            joined.append(np.isin(np.flatnonzero(who), life.members.person[fresh]))
            held.append(life.held[who, month])
    beta, error = logit(np.concatenate(joined).astype(float), np.concatenate(held).astype(float))
    # Those who are members already cannot join again, which pulls the odds a little towards each other.
    assert abs(beta[1] + np.log(homophily)) < 3 * error[1] + 0.08


def test_exposure_by_hand():
    # Occasion 0: people 0, 1, 2; occasion 1: people 0, 3. Weights 1/2 and 1. Person 3 has no state.
    empty = np.zeros(2)
    contacts = Contacts(
        empty,
        empty,
        empty,
        empty,
        empty,
        empty,
        occasion=np.array([0, 0, 0, 1, 1]),
        person=np.array([0, 1, 2, 0, 3]),
        part=np.zeros(5),
    )
    held, known = np.array([False, True, False, True, True]), np.array([True, True, True, False, True])
    np.testing.assert_allclose(exposure_of(contacts, held, known), [0.5, 0.0, 0.5, 0.0, np.nan])
    everybody = np.ones(5, dtype=bool)
    np.testing.assert_allclose(exposure_of(contacts, held, everybody), [0.75, 0.0, 0.5, 0.0, np.nan])


def test_states_go_both_ways():
    held = lives(1)[1][0].held
    changes = np.diff(held.astype(int), axis=1)
    gained, lost = (changes == 1).sum(axis=1), (changes == -1).sum(axis=1)
    assert ((gained >= 1) & (lost >= 1)).sum() > 50
    assert (gained >= 2).any()


def test_riverside_is_as_large_as_its_codebook_says(riverside):
    roles = riverside.people["role"].value_counts()
    assert roles["client"] == 650 and roles["worker"] == 40
    assert roles[["peer", "family", "community"]].sum() == 250
    assert riverside.people["substance"].value_counts().to_dict() == {"opiate_crack": 400, "other": 250}
    assert len(riverside.groups) == 30
    assert set(riverside.episodes["provider"]) == {"Northgate", "Southbank", "Weir House"}
    assert riverside.window == tuple(pd.Timestamp(day, tz="Europe/London") for day in ("2010-01-01", "2011-07-01"))
    assert (riverside.episodes.groupby("person_id").size() > 1).mean() > 0.3
    assert 0.2 < riverside.episodes["ended_on"].isna().mean() < 0.4


def test_a_third_of_clients_have_two_ties_or_fewer_and_some_have_none(riverside):
    network = rn.project(rn.ContactGraph(riverside))
    degree = pd.Series(np.diff(network.weights.indptr), index=network.person_ids)
    clients = degree[riverside.people.loc[riverside.people["role"] == "client", "person_id"]]
    assert 0.28 < (clients <= 2).mean() < 0.39
    assert 0.04 < (clients == 0).mean() < 0.12
    sizes = riverside.participation.groupby("occasion_id").size()
    meetings = riverside.occasions.loc[riverside.occasions["kind"] == "meeting", "occasion_id"]
    assert (sizes[meetings] <= 4).mean() > 0.2


def test_remarkably_few_have_a_recovery_contact_soon_after_treatment(riverside):
    coverage = rn.aftercare_coverage(riverside)
    after = coverage[coverage["phase"] == "within 28 days after"].iloc[0]
    assert after["n_clients"] > 300
    assert 0.15 < after["share"] < 0.25


def test_checks_find_no_error_in_riverside(riverside):
    problems = rn.find_problems(sample_folder("riverside"))
    assert "error" not in set(problems["severity"])
    assert set(problems["rule"]) == {"own_account"}
    self_reported = (riverside.observations["variable"] == "offending.reoffended") & (riverside.observations["source"] == "self")
    assert problems["n_rows"].tolist() == [self_reported.sum()]


def test_the_command_rewrites_riverside_to_the_byte(tmp_path, capsys):
    assert main(["riverside", "--out", str(tmp_path)]) == 0
    assert "940" in capsys.readouterr().out
    shipped = sample_folder("riverside")
    names = sorted(path.name for path in shipped.glob("*.csv"))
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert filecmp.cmpfiles(shipped, tmp_path, names, shallow=False)[0] == names
    assert sum(path.stat().st_size for path in shipped.iterdir()) < 6_000_000


def test_the_files_hold_the_record_they_were_written_from(riverside):
    written = riverside_record()
    for name, table in written.tables().items():
        pd.testing.assert_frame_equal(table, getattr(riverside, name))
    assert written.window == riverside.window


def test_the_twin_has_the_same_people_and_other_lives(riverside, twin):
    for name in ("groups", "episodes"):
        pd.testing.assert_frame_equal(getattr(twin, name), getattr(riverside, name))
    assert twin.people["person_id"].equals(riverside.people["person_id"])
    assert not twin.participation.equals(riverside.participation)


def test_the_planted_influence_clears_the_margin_and_none_does_not(riverside, twin):
    """The sample's placebo varies too little to have shown a hidden trait, so that the ladder calls neither of them spread."""
    verdicts = {}
    for name, record in (("riverside", riverside), ("twin", twin)):
        months = pd.date_range("2010-01-01", "2011-07-01", freq="MS")
        waves = rn.panel(
            rn.ContactGraph(record), breaks=months, roles=("client", "peer", "community"), outcomes={"housing.status": {"settled"}}
        )
        ladder = rn.evidence_ladder(waves, placebo="housing.status", rng=1)
        passed = {rung.name: rung.passed for rung in ladder.rungs}
        verdicts[name] = passed["adjusted, beyond the margin"], ladder.consistent_with_spread
    assert verdicts == {"riverside": (True, False), "twin": (False, False)}


def test_the_same_seed_gives_the_same_record():
    small = dict(n_clients=40, n_peers=20, n_workers=4, n_groups=12, months=4)
    first, again, other = (synthetic_record(**small, rng=seed) for seed in (3, np.random.default_rng(3), 4))
    for name, table in first.tables().items():
        pd.testing.assert_frame_equal(table, getattr(again, name))
    assert not first.participation.equals(other.participation)


def attendance(record):
    """Days on which each client was at each group, in order."""
    at = record.participation.merge(record.occasions.dropna(subset="group_id"), on="occasion_id")
    at["day"] = at["started_at"].dt.tz_localize(None).dt.normalize()
    return at.sort_values("day").groupby(["person_id", "group_id"])["day"].agg(list)


def test_linkage_steps_stand_in_order_and_agree_with_attendance(riverside):
    linkage, been = riverside.linkage, attendance(riverside)
    linkage = linkage.assign(at=linkage["at"].dt.tz_localize(None))
    pairs = linkage.pivot_table(index=["client_id", "group_id"], columns="stage", values="at", aggfunc="min")
    order = ["offered", "discussed", "introduced", "attended", "repeated", "involved"]
    for earlier, later in zip(order[:-1], order[1:], strict=True):
        both = pairs[[earlier, later]].dropna()
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    for stage, turn in (("attended", 1), ("repeated", 3), ("involved", 10)):
        for pair, day in pairs[stage].dropna().items():
            assert been[pair][turn - 1] == day
    stopped = pairs["stopped"].dropna()
    assert len(stopped) > 20
    for pair, day in stopped.items():
        assert (day - been[pair][-1]).days == 28
    gone = pairs["attended"].notna() & pairs["stopped"].isna()
    end = riverside.window[1].tz_localize(None)
    assert all((end - been[pair][-1]).days <= 28 for pair in pairs.index[gone])
    assert (pairs["repeated"].isna() | pairs["attended"].notna()).all()


def test_answers_follow_an_offer_and_only_a_no_or_a_calling_off_has_a_reason(riverside):
    steps = riverside.linkage
    first = steps.pivot_table(index=["client_id", "group_id"], columns="stage", values="at", aggfunc="min")
    for answer in ("accepted", "declined"):
        both = first[["offered", answer]].dropna()
        assert len(both) > 50 and (both[answer] >= both["offered"]).all() and len(both) == first[answer].notna().sum()
    assert (first["withdrawn"].isna() | (first["withdrawn"] > first["accepted"])).all()
    assert first.loc[first["declined"].notna() | first["withdrawn"].notna(), "attended"].isna().all()
    with_reason = steps["reason"].notna()
    assert (steps["stage"].isin(["declined", "withdrawn"]) == with_reason).all()
    safe = riverside.people.loc[riverside.people["role"] == "client", "safe_contact"]
    assert 5 < (~safe.dropna().astype(bool)).sum() < 40 and safe.isna().sum() > 50


def test_those_who_introduce_have_agreed_and_were_there(riverside):
    walked = riverside.linkage[riverside.linkage["stage"] == "introduced"]
    assert len(walked) > 20
    people = riverside.people.set_index("person_id")
    assert people.loc[walked["by_person_id"], "introducer_consent"].all()
    introducing = riverside.participation[riverside.participation["part"] == "introducer"].merge(
        riverside.occasions, on="occasion_id"
    )
    there = set(zip(introducing["person_id"], introducing["group_id"], introducing["started_at"].dt.date, strict=True))
    assert set(zip(walked["by_person_id"], walked["group_id"], walked["at"].dt.date, strict=True)) <= there
    offered = riverside.linkage[riverside.linkage["stage"] == "offered"]
    by = people.loc[offered["by_person_id"].dropna(), "role"]
    assert set(by) == {"worker"}


def test_nobody_is_met_or_seen_before_joining_or_after_leaving(riverside):
    people = riverside.people.set_index("person_id")
    met = riverside.participation.merge(riverside.occasions, on="occasion_id")
    for rows, when in ((met, "started_at"), (riverside.observations, "observed_at")):
        who = people.loc[rows["person_id"]]
        at = rows[when].reset_index(drop=True)
        joined, left = who["joined_on"].reset_index(drop=True), who["left_on"].reset_index(drop=True)
        assert not (at < joined.dt.normalize()).any()
        assert not (at >= left).any()


def test_meetings_keep_the_hours_and_days_of_their_group(riverside):
    held = riverside.occasions.dropna(subset="group_id").merge(riverside.groups, on="group_id")
    assert (held["started_at"].dt.strftime("%H:%M") == held["start_time"]).all()
    assert (held["started_at"].dt.day_name().str.lower() == held["weekday"]).all()
    assert not (held["started_at"] < held["valid_from"]).any()
    assert riverside.occasions["started_at"].dt.hour.between(9, 21).all()


def test_women_only_groups_hold_women(riverside):
    at = riverside.participation.merge(riverside.occasions, on="occasion_id").merge(riverside.groups, on="group_id")
    at = at[at["women_only"].fillna(False).astype(bool)].merge(riverside.people, on="person_id")
    guests = at[at["role"] != "worker"]
    assert len(guests) > 100
    assert set(guests["sex"].dropna()) == {"F"}


def test_observers_disagree_and_gaps_are_there(riverside):
    seen = riverside.observations[riverside.observations["variable"] == "state"]
    assert set(seen["source"]) == {"self", "worker", "peer", "external", "perceived"}
    month = seen["observed_at"].dt.tz_localize(None).dt.to_period("M")
    both = seen.assign(month=month)[seen["source"].isin(["self", "worker"])]
    words = both.groupby(["person_id", "month", "source"])["value"].last().unstack().dropna()
    assert 0.05 < (words["self"] != words["worker"]).mean() < 0.3
    clients = riverside.people.loc[riverside.people["role"] == "client", "person_id"]
    assert 10 < (~clients.isin(seen["person_id"])).sum() < 120
    assert seen["perceived_by"].notna().equals(seen["source"] == "perceived")


def test_housing_knows_nothing_of_recovery_and_health_does(riverside):
    seen = riverside.observations
    state = rn.state_at(seen, "2011-06-30", people=riverside.people["person_id"])
    holds = state[state != "unknown"].isin(["abstinent", "in_recovery", "ost_stable"])
    late = seen[seen["observed_at"] >= "2011-01-01"]
    last = late.groupby(["variable", "person_id"])["value"].last()
    settled = (last["housing.status"] == "settled").groupby(holds).mean()
    health = last["health.psychological"].astype(float).groupby(holds).mean()
    assert abs(settled[True] - settled[False]) < 0.12
    assert health[True] - health[False] > 1.0


def test_third_parties_are_named_and_are_not_people_of_the_record(riverside):
    named = riverside.nominations
    outside = ~named["alter_id"].isin(riverside.people["person_id"])
    assert outside.mean() > 0.15
    assert named.loc[outside, "alter_id"].str.startswith("x").all()
    assert set(named.loc[outside, "consent_basis"]) == {"not_asked"}
    again = named.loc[outside].groupby(["ego_id", "alter_id"]).size()
    assert (again > 1).any()
    known = set(zip(named["ego_id"], named["asked_at"], named["alter_id"], strict=True))
    ties = riverside.alter_ties
    for end in ("alter_a", "alter_b"):
        assert set(zip(ties["ego_id"], ties["asked_at"], ties[end], strict=True)) <= known


def test_missing_loses_observations():
    small = dict(n_clients=120, n_peers=40, n_workers=6, n_groups=12, months=6)
    whole, thinned = (synthetic_record(**small, missing=share, rng=1) for share in (0.0, 0.6))
    assert len(thinned.observations) < 0.55 * len(whole.observations)
    assert len(thinned.participation) == len(whole.participation)


@pytest.mark.parametrize(
    "small",
    [
        dict(n_clients=10, n_peers=10, n_workers=1, n_groups=10, months=2),
        dict(n_clients=30, n_peers=12, n_workers=2, n_groups=65, months=3, start="2019-10-01", missing=0.9),
    ],
)
def test_small_areas_are_sound_too(small):
    for seed in range(2):
        record = synthetic_record(**small, rng=seed)
        assert len(record.people) == small["n_clients"] + small["n_peers"] + small["n_workers"]
        assert "error" not in set(rn.find_problems(record)["severity"])


def test_episodes_follow_each_other():
    wanted = plan(n_clients=300)
    rng = np.random.default_rng(5)
    episodes = draw_episodes(wanted, draw_people(wanted, rng), rng)
    frame = pd.DataFrame({"person": episodes.person, "start": episodes.start, "end": episodes.end})
    frame = frame.sort_values(["person", "start"])
    before = frame.groupby("person")["end"].shift()
    later = frame["start"][before.notna()]
    assert len(later) > 50
    assert (later > before.dropna()).all()
    assert (frame.groupby("person")["end"].apply(lambda ends: ends.isna().sum()) <= 1).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_clients": 5},
        {"n_peers": 3},
        {"n_workers": 0},
        {"n_groups": 4},
        {"months": 1},
        {"start": "2010-01-02"},
        {"start": "tomorrow-ish"},
        {"homophily": 0.0},
        {"influence": -1.0},
        {"surroundings": np.nan},
        {"latent": (2.0,)},
        {"base_gain": 0.0},
        {"base_loss": 1.0},
        {"missing": 1.0},
    ],
)
def test_dials_out_of_range_are_told(wrong):
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        synthetic_record(**wrong)


def test_wrong_randomness_is_told():
    with pytest.raises(SchemaError, match="rng"):
        synthetic_record(rng="seed")
