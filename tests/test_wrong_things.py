"""What is given in the place of a record, a panel, a path or a frame is named in words, at every function of the door."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError

WRONG: dict[str, Any] = {
    "a dict": {"a": 1}, "nothing": None, "a number": 5, "a list": ["a"], "a frame": pd.DataFrame({"a": [1]}),
    "an array": np.zeros(3), "a record": rn.load_sample("five_people"), "bytes": b"a", "a word": "no such thing",
}  # fmt: skip
SPECIFICATION = rn.Specification(network={"friend": ["density"]})
MORE: dict[str, dict[str, Any]] = {
    "RecoveryRecord": {"occasions": None, "participation": None},
    "write_record": {"folder": "no such folder"},
    "pseudonymise": {"key": "k" * 40},
    "state_at": {"when": "2011-03-01"},
    "PersonNetwork": {"people": ["ann", "ben"]},
    "EgoNetworks": {"alters": None, "alter_ties": None},
    "NetworkPanel": {"waves": None, "networks": None},
    "panel": {"breaks": ["2011-03-01", "2011-04-01"]},
    "important_people": {"scheme": rn.ImportantPeopleScheme()},
    "network_autocorrelation": {"y": "y"},
    "selection_table": {"attribute": "a"},
    "influence_table": {"behaviour": "a"},
    "similarity_sources": {"behaviour": "a"},
    "fit_saom": {"specification": SPECIFICATION},
    "simulate": {"parameters": {}, "panel": None, "n": 1},
    "write_rsiena": {"specification": SPECIFICATION, "folder": "no such folder"},
}
"""The other arguments a function cannot do without."""
NOT_ASKED = {"Norm", "own_effect", "sensitivity", "synthetic_record"}
"""What takes neither a record, a panel, a path nor a frame first."""
MADE_BY_HAND = {"RecoveryRecord", "ContactGraph", "PersonNetwork", "EgoNetworks", "NetworkPanel"}
"""Of the classes, those that somebody may make of tables; the others take words, or are made by functions."""


def door() -> list[str]:
    """Functions with an argument, and the classes that are made by hand."""
    names = [name for name in rn.__all__ if getattr(rn, name).__module__ != "recoverynet.errors" and name not in NOT_ASKED]
    things = {name: getattr(rn, name) for name in names}
    return [
        name for name, thing in things.items()
        if name in MADE_BY_HAND or not isinstance(thing, type) and takes_something(thing)
    ]  # fmt: skip


def takes_something(function: Any) -> bool:
    """Whether anything can be given by place."""
    return any("POSITIONAL" in each.kind.name for each in inspect.signature(function).parameters.values())


USUAL = {"client_id": "ann", "at": "2011-04-05", "asked_at": "2011-04-05", "path": "no/such/file", "folder": "no/such/folder"}


def others(name: str) -> dict[str, Any]:
    """The other arguments a function cannot do without: those above, else what such an argument usually is."""
    asked = list(inspect.signature(getattr(rn, name)).parameters.values())[1:]
    needed = [
        each.name for each in asked if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    ]
    return {each: USUAL.get(each) for each in needed} | MORE.get(name, {})


def fits(name: str, kind: str) -> bool:
    """Whether that is what the function asks for, or what it takes for nothing given."""
    asked = next(iter(inspect.signature(getattr(rn, name)).parameters.values()))
    return kind == "a record" and "RecoveryRecord" in str(asked.annotation) or kind == "nothing" and asked.default is None


@pytest.mark.parametrize("name", door())
def test_the_wrong_thing_is_named_in_words(name: str) -> None:
    for kind, given in WRONG.items():
        if fits(name, kind):
            continue
        with pytest.raises(RecoveryNetError) as told:
            getattr(rn, name)(given, **others(name))
        assert len(str(told.value)) > 30, (kind, told.value)


@pytest.mark.parametrize("given", [*WRONG.values()])
def test_the_wrong_graph_is_named_in_words(given: Any) -> None:
    ways = (
        rn.PersonNetwork.from_networkx,
        rn.PersonNetwork.from_igraph,
        rn.PersonNetwork.read_graphml,
        rn.NetworkPanel.from_adjacency,
    )
    for make in ways:
        with pytest.raises(RecoveryNetError):
            make(given)
    with pytest.raises(RecoveryNetError):
        rn.NetworkPanel.from_nominations(given, breaks="wave")
