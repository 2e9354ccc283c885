"""Folders that RSiena was given, read back as a panel and a specification, with its answers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

import recoverynet as rn

EFFECT = re.compile(r'includeEffects\(effects, (\w+), name = "(\w+)", type = "(\w+)"(?:, interaction1 = "(\w+)")?')
TWICE = {"transTriads": "transTrip"}


def table(path: Path) -> np.ndarray:
    return np.loadtxt(path, converters=lambda text: np.nan if text == "NA" else float(text), ndmin=2)


def read_folder(folder: Path, *, absent_as: float = np.nan):
    """(panel, specification, RSiena's answers)."""
    networks = [table(folder / f"friend_wave{wave}.dat") for wave in (1, 2, 3)]
    given = {}
    if (folder / "drink.dat").exists():
        given["behaviour"] = {"drink": table(folder / "drink.dat")}
    if (folder / "composition.dat").exists():
        intervals = table(folder / "composition.dat")
        given["present"] = np.array([[begin <= wave <= end for wave in (1, 2, 3)] for begin, end in intervals])
        for wave in range(3):
            away = ~given["present"][:, wave]
            networks[wave][away] = networks[wave][:, away] = absent_as
    directed = "modelType" not in (folder / "fit.R").read_text()
    panel = rn.NetworkPanel.from_adjacency(networks, network="friend", directed=directed, **given)
    terms: dict[str, list[rn.Term]] = {"friend": [], "drink": []}
    for name, about, kind, other in EFFECT.findall((folder / "fit.R").read_text()):
        other = other or None
        kind = "eval" if kind == "rate" else kind
        terms[about].append(rn.Term(TWICE.get(name, name), None if other == "friend" else other, type=kind))
    behaviour = {"drink": terms["drink"]} if terms["drink"] else {}
    return panel, rn.Specification({"friend": terms["friend"]}, behaviour), pd.read_csv(folder / "rsiena.csv")


def in_our_order(answers: pd.DataFrame, parameters) -> pd.DataFrame:
    """RSiena's rows in the order of our parameters."""
    rows = []
    for each in parameters:
        names = {each.effect} | {name for name, ours in TWICE.items() if ours == each.effect}
        found = answers[(answers["name"] == each.dependent) & answers["shortName"].isin(names)]
        found = found[found["period"] == each.period] if each.effect == "Rate" else found[found["type"] == each.type]
        assert len(found) == 1, each
        rows.append(found.iloc[0])
    return pd.DataFrame(rows).reset_index(drop=True)
