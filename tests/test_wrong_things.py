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
NOT_ASKED = {
    "ClientLinks", "CountTable", "DisclosurePolicy", "ImportantPeopleScheme", "ImportedNetworks", "Norm", "RecordStore",
    "Report", "Specification", "StateScheme", "Term", "Wishes", "effects_catalogue", "list_samples", "own_effect",
    "sensitivity", "synthetic_record",
}  # fmt: skip
"""What takes neither a record, a panel, a path nor a frame first, or is made by a function that does."""


def door() -> list[str]:
    return [name for module, names in rn._DOOR.items() if module != "errors" for name in names if name not in NOT_ASKED]


USUAL = {"client_id": "ann", "at": "2011-04-05", "asked_at": "2011-04-05", "path": "no/such/file", "folder": "no/such/folder"}


def others(name: str) -> dict[str, Any]:
    """The other arguments a function cannot do without: those above, else what such an argument usually is."""
    asked = list(inspect.signature(getattr(rn, name)).parameters.values())[1:]
    needed = [
        each.name for each in asked if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    ]
    return {each: USUAL.get(each) for each in needed} | MORE.get(name, {})


def fits(name: str, kind: str) -> bool:
    """Whether that is what the function asks for."""
    asked = str(next(iter(inspect.signature(getattr(rn, name)).parameters.values())).annotation)
    return kind == "a record" and "RecoveryRecord" in asked


NOT_YET = {
    "Proposal", "read_meeting_guide", "read_bmlt", "read_open_referral", "riverside_record", "calibration_table", "write_store",
    "find_problems", "calibration_summary", "plot_calibration",
}  # fmt: skip
"""Came in from elsewhere and still answer the wrong thing with a raw error: to be mended, and taken off here when they are."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason="a raw error still", strict=True)) if name in NOT_YET else name
        for name in door()
    ],
)
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
