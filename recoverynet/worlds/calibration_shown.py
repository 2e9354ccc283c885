"""The calibration table as it is read: rates of the ladder world by world, of every test, and in one table."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from recoverynet.draw.calibration import calibration_grid, calibration_rates
from recoverynet.draw.results import Axes
from recoverynet.errors import SchemaError
from recoverynet.worlds.calibrated_tests import TESTS
from recoverynet.worlds.calibration import calibration_table
from recoverynet.worlds.record_worlds import EVERY_WORLD
from recoverynet.worlds.rewired import UNSEEN_WORLDS

STRENGTHS = ("none", "weak", "medium", "strong")
REACHES = ("within", "record", "beyond")
LADDER = "evidence ladder"
KINDS = ("ladder", "quiet", "strong")


def usual_rates(n_people: int | None = None) -> pd.DataFrame:
    """The rates of every world as it is, nothing taken away besides, in the order in which they are read.

    Of cells tried twice the one with more replications; ``world`` is the kind as it is read. Optionally of worlds of one
    size only. The families on which nothing was tuned, with their placebos of four makes, are read off the table itself.
    """
    table = calibration_table()
    table = (
        table[~table["world"].isin(UNSEEN_WORLDS)]
        .sort_values("n_replications")
        .drop_duplicates(["test", "world", "n_people", "missing"], keep="last")
    )
    table = table[table["missing"] == table.groupby("kind")["missing"].transform("min")]
    order = {name: place for place, name in enumerate(EVERY_WORLD)}
    rank = table["reach"].map({reach: place for place, reach in enumerate(REACHES)})
    table = table.assign(
        place=table["world"].map(order) + len(order) * rank,
        world=table["kind"].str.replace(r"(\d)_(\d)", r"\1/\2", regex=True).str.replace("_", " "),
        strength=pd.Categorical(table["strength"], STRENGTHS, ordered=True),
        test=pd.Categorical(table["test"], list(TESTS)),
    )
    table = table.sort_values(["place", "test"], kind="stable").drop(columns="place")
    return table if n_people is None else table[table["n_people"] == n_people]


def _of_size(n_people: object) -> pd.DataFrame:
    """The rates of worlds of one size; raises SchemaError where there is none."""
    table = usual_rates()
    sizes = sorted(set(table["n_people"]))
    if not isinstance(n_people, int) or n_people not in sizes:
        raise SchemaError(f"There are worlds of {', '.join(map(str, sizes))} people; got n_people={n_people!r}.")
    return table[table["n_people"] == n_people]


def plot_calibration(what: Literal["ladder", "quiet", "strong"] = "ladder", *, n_people: int = 650, ax: Axes | None = None) -> Axes:
    """How often is each answer wrong, and how often right, in worlds whose truth is known?

    Parameters
    ----------
    what : {"ladder", "quiet", "strong"}
        The ladder in every world and at every strength of influence (default); every test in worlds in which nothing
        spreads; or every test where influence is strong (odds ratio 4).
    n_people : int
        Size of the worlds; default 650. The table holds 100, 300 and 650.
    ax : matplotlib Axes, optional
        Default: a figure of its own.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    SchemaError
        There is no such picture, or no world of that size.

    Examples
    --------
    >>> import recoverynet as rn
    >>> axes = rn.plot_calibration("quiet")
    """
    if not isinstance(what, str) or what not in KINDS:
        raise SchemaError(f"what must be one of {', '.join(map(repr, KINDS))}; got {what!r}.")
    table = _of_size(n_people)
    if what == "ladder":
        shown = table[table["test"] == LADDER]
        least, most = shown["n_replications"].min(), shown["n_replications"].max()
        title = f"How often the ladder says “consistent with spread”, {n_people} people"
        return calibration_rates(shown, title=title, replications=f"{least:,} to {most:,} replications a mark.", ax=ax)
    strong = what == "strong"
    spreads = "with strong influence" if strong else "in which nothing spreads"
    meant = "Dark from 80." if strong else "5 is what a test at the 5% level may do."
    return calibration_grid(
        table[table["strength"] == ("strong" if strong else "none")],
        title=f"Worlds of {n_people} people {spreads}: of 100, in how many does a test say yes?",
        note=f"{meant} The last rows are beyond reach. A dash: not tried.",
        found=strong,
        ax=ax,
    )


def calibration_summary(n_people: int = 650) -> pd.DataFrame:
    """Which test gives false alarms least, and what does it find, over the worlds within reach?

    Parameters
    ----------
    n_people : int
        Size of the worlds; default 650.

    Returns
    -------
    pandas.DataFrame indexed by test
        ``none, highest``: the highest rate of false alarms over worlds in which nothing spreads; ``weak, mean``, ``medium,
        mean`` and ``strong, mean``: how often it finds influence of that strength, on average. Shares, 0 to 1.

    Raises
    ------
    SchemaError
        There is no world of that size.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.calibration_summary().index[0]
    'evidence ladder'
    """
    table = _of_size(n_people)
    by_test = table[table["reach"] == "within"].pivot_table(
        index="test", columns="strength", values="rate", aggfunc=["max", "mean"], observed=True
    )
    columns = {"none, highest": ("max", "none"), **{f"{name}, mean": ("mean", name) for name in STRENGTHS[1:]}}
    found = {name: by_test[column] for name, column in columns.items() if column in by_test}
    return pd.DataFrame(found).sort_values("none, highest")
