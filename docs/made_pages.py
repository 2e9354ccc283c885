"""Pages that are made from the library itself, so that they cannot fall behind it: interface, effects, calibration."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd

import recoverynet as rn
from recoverynet.worlds.calibration import calibration_table

ROOMS = {
    "errors": "Errors and warnings",
    "tables": "Records",
    "formats": "Other programs' files",
    "samples": "Samples",
    "states": "States and norms",
    "graphs": "Graphs, networks and panels",
    "linkage": "The same person in several agencies",
    "measures": "Measures",
    "models": "Models of spread and of co-evolution",
    "worlds": "Worlds of known truth",
    "report": "Reports",
}


def write_pages(docs: Path) -> None:
    """Write every page that is made, where its text has changed."""
    pages = {
        docs / "reference" / "interface.md": interface(),
        docs / "reference" / "effects.md": effects(),
        docs / "reference" / "calibration.md": calibration(),
    }
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def interface() -> str:
    """Everything at the door, by room."""
    rooms: dict[str, list[str]] = {title: [] for title in ROOMS.values()}
    stub = ast.parse(Path(rn.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    for line in (each for each in stub.body if isinstance(each, ast.ImportFrom)):
        rooms[ROOMS[str(line.module).split(".")[0]]] += [each.name for each in line.names]
    parts = ["# The interface", "", "Everything is reached as `recoverynet.<name>`; nothing is loaded until it is used.", ""]
    for title, names in rooms.items():
        if names:
            listed = "\n".join(f"   recoverynet.{name}" for name in names)
            parts += [f"## {title}", "", "```{eval-rst}", ".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
            parts += [listed, "```", ""]
    return "\n".join(parts)


def table(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table."""
    head = [str(name).replace("_", " ") for name in frame.columns]
    rows = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in frame.itertuples(index=False)]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def effects() -> str:
    """The catalogue of effects of the co-evolution model."""
    catalogue = rn.effects_catalogue()
    kinds = catalogue.iloc[:, 0].map(str)
    parts = [
        "# Effects of the co-evolution model",
        "",
        "Names are RSiena's short names, so that published models can be typed in again. In formulas x_ij is 1 where i is tied to",
        "j, x_i+ and x_+i are out- and indegree, v a covariate and z behaviour, both centred.",
        "",
    ]
    for kind in dict.fromkeys(kinds):
        parts += [f"## {kind[:1].upper() + kind[1:]}", "", table(catalogue[kinds == kind].iloc[:, 1:].fillna("")), ""]
    return "\n".join(parts)


def calibration() -> str:
    """How often each test speaks of spread where the truth is known."""
    known = calibration_table()
    ladder = known[known["test"].str.contains("ladder") & (known["n_people"] == 650)]
    columns = [
        name for name in ("world", "strength", "missing", "n_replications", "rate", "low", "high", "reach") if name in ladder
    ]
    shown = ladder[columns].copy()
    for name in ("rate", "low", "high"):
        shown[name] = (100 * shown[name]).map("{:.1f} %".format)
    opening = (
        "Every test was tried in worlds whose truth is known. In rows of strength *none* nothing spreads, and the rate is how "
        "often the ladder cries wolf; in the others influence is planted, and the rate is how often it is found. Low and high are "
        "exact 95 % intervals. *Within reach* are worlds in which an observational method can be expected to hold its error rate, "
        "*beyond* those in which a hidden trait is too strong; *record* are whole records as a service keeps them. The rates rest "
        "on an ideal placebo: one that carries the same hidden trait at the same odds as the norm. With a weaker one they "
        "are worse."
    )
    where = (
        "The table below is the evidence ladder (level 3 or above) at 650 people; "
        f"`recoverynet.worlds.calibration.calibration_table()` holds all {len(known):,} rows, and "
        "`python -m recoverynet.worlds.calibration` writes them again."
    )
    return "\n".join(["# How often is each test right?", "", opening, "", where, "", table(shown.astype(str)), ""])
