"""Plans in TOML: what is wrong is said in a plain sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError

GOOD = """
title = "One more"
horizon_months = 12
runs = 50
seed = 4
rules = ["random", "isolated"]
[rates]
transmission = [0.0, 0.02]
attending = 0.03
[vary]
closure = [0.1, 0.5]
[[intervention]]
kind = "introduction"
per_month = 4.35
closure = [0.2, 0.4]
[[intervention]]
kind = "group"
group_id = "walk"
capacity = 12
"""
ONE = '[[intervention]]\nkind = "introduction"\nper_month = 1\n'
WRONG = [
    ("", "The plan is empty"),
    ("intervention = []", "The plan is empty"),
    ("title = ", "not a TOML file"),
    (ONE + "colour = 3", "'colour', which is not known"),
    ('size = 3\n' + ONE, "'size', which is not known"),
    ('[[intervention]]\nkind = "introduction"', "needs per_month"),
    ('[[intervention]]\nkind = "magic"', "needs a kind"),
    ('[[intervention]]\nkind = "introduction"\nper_month = -1', "from 0 to 200"),
    ('[[intervention]]\nkind = "introduction"\nper_month = "many"', "from 0 to 200"),
    ('[[intervention]]\nkind = "introduction"\nper_month = nan', "from 0 to 200"),
    ('[[intervention]]\nkind = "introduction"\nper_month = 1\nclosure = 1.4', "from 0 to 1"),
    ('[[intervention]]\nkind = "introduction"\nper_month = 1\nclosure = "often"', "'offered', 'accepted' or"),
    ('[[intervention]]\nkind = "introduction"\nper_month = 1\nrule = "score"', "no rule 'score'"),
    ('[[intervention]]\nkind = "introduction"\nper_month = 1\nclients = ["c0002"]', "needs group_id"),
    ('[[intervention]]\nkind = "group"\ngroup_id = 3\ncapacity = 4', "group_id is a text"),
    ('[[intervention]]\nkind = "group"\ngroup_id = "a"\ncapacity = 0', "capacity"),
    ('[[intervention]]\nkind = "hours_moved"\ngroup_id = "a"\nkeeps = 2', "keeps"),
    ('model = "magic"\n' + ONE, "'hazard' or 'sisa'"),
    ('model = "hazard"\n[rates]\ntransmission = 0.1\n' + ONE, "of a plan with a model has 'transmission'"),
    ("[reach]\nmax_km = -2\n" + ONE, "max_km in"),
    ('[reach]\naccess = "ramp"\n' + ONE, "list of words"),
    ("[reach]\nonline = 3\n" + ONE, "true or false"),
    ('[reach]\ndays = ["Funday"]\n' + ONE, "'Funday'"),
    ("[reach]\nbus = 3\n" + ONE, "'bus', which is not known"),
    ("[rates]\ngain = 1.5\n" + ONE, "from 0 to 1"),
    ("[rates]\ngain = [0.5, 0.1]\n" + ONE, "the lower first"),
    ("[rates]\nspeed = 1\n" + ONE, "'speed', which is not known"),
    ("rates = 3\n" + ONE, "table of names and values"),
    ("[vary]\nweather = [0, 1]\n" + ONE, "'weather', which is not known"),
    ("[vary]\nclosure = 0.3\n" + ONE, "list of numbers"),
    ("runs = 3\n" + ONE, "runs of the plan"),
    ("horizon_months = 0\n" + ONE, "horizon_months"),
    ("seed = -1\n" + ONE, "seed of the plan"),
    ('rules = "random"\n' + ONE, "rules of the plan is a list"),
    ("title = 4\n" + ONE, "title of the plan is a text"),
    ('[[intervention]]\nkind = "group_closed"\ngroup_id = "a"\n' * 2, "twice"),
]  # fmt: skip


def test_a_plan_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(GOOD)
    plan = rn.read_plan(file)
    assert (plan.title, plan.horizon, plan.runs, plan.seed, plan.rules) == ("One more", 12, 50, 4, ("random", "isolated"))
    assert plan.rates.transmission == (0.0, 0.02) and plan.rates.attending == 0.03 and plan.vary == {"closure": (0.1, 0.5)}
    first, second = plan.interventions
    assert isinstance(first, rn.Introduction) and first.closure == (0.2, 0.4)
    assert isinstance(second, rn.NewGroup) and second.capacity == 12


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(SchemaError, match=words):
        rn.read_plan(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no plan 'plan.toml'"):
        rn.read_plan(tmp_path / "plan.toml")
