"""How often does each test speak of spread in worlds where we know the truth?

``python -m recoverynet.worlds.calibration --budget 60min`` rewrites the sample ``calibration``, a cell at a time, the
most needed first, on every core; stopped, it goes on where it was. A cell is one test in one world at one size and
share of missing states; its replications draw from seeds that depend on the cell alone.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import astuple, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from recoverynet.arguments import as_path, number_within, whole_number
from recoverynet.atomic import make_folder
from recoverynet.csv_files import write_csv
from recoverynet.errors import SchemaError
from recoverynet.progress import track
from recoverynet.samples import sample_folder
from recoverynet.worlds.calibrated_tests import POSITION_TESTS, TESTS
from recoverynet.worlds.record_worlds import EVERY_WORLD, USUAL_LOSS, world_asked
from recoverynet.worlds.rewired import FAMILIES, UNSEEN_WORLDS
from recoverynet.worlds.worlds import WORLDS

SEED = 20110307
FILES = ("calibration.csv", "positions.csv")
LADDER, SLOWEST = "evidence ladder", "network autocorrelation"
RECORDS = (
    "record/none",
    "record/strong",
    "record_surroundings/none",
    "record_latent_2/none",
    "record_surroundings/strong",
    "record_latent_2/strong",
    "record/medium",
    "record/weak",
)
"""Worlds kept as records in which the ladder is tried; the other tests in the first two. They take long to draw.

Edge reversal has nothing to reverse there: shared contacts have no direction.
"""

COLUMNS = (
    "test",
    "world",
    "kind",
    "strength",
    "reach",
    "tuning",
    "n_people",
    "missing",
    "n_replications",
    "n_no_answer",
    "n_positive",
    "rate",
    "low",
    "high",
    "seed",
)


@dataclass(frozen=True)
class Cell:
    """One test in one world: what is run again and again.

    Attributes
    ----------
    test : str
        A key of ``TESTS``.
    world : str
        A key of ``EVERY_WORLD``.
    n_people : int
        Of a world kept as a record, its clients.
    missing : float
        Share of states missing at random; of a record, of observations and forms.
    n_replications : int
    """

    test: str
    world: str
    n_people: int
    missing: float
    n_replications: int

    @property
    def seed(self) -> int:
        """Seed of the cell: that of the table and a checksum of what the cell is, however often it is run."""
        return zlib.crc32(repr((SEED, *astuple(self)[:-1])).encode())


def cells() -> list[Cell]:
    """Every cell of the table, the most needed first.

    Returns
    -------
    list of Cell
        The ladder: in the families nobody tuned on and in the others, without influence (60 and 40 replications) and with
        strong (40, 30), with 30 % missing, with placebos of three other makes, among other numbers of people, in records (60,
        40), with two other makes among more and fewer people; then every other test (200), and in the first kind of record
        without influence and with strong (40).
    """
    missing_of = {name: world.settings.get("missing", 0.0) for name, world in WORLDS.items()}
    of = {
        strength: [name for name in WORLDS if WORLDS[name].strength == strength]
        for strength in ("none", "strong", "weak", "medium")
    }
    found = _ladder_cells(of, missing_of)
    others = [test for test in TESTS if test not in (LADDER, SLOWEST)]
    for strength in ("none", "strong", "medium", "weak"):
        found += [Cell(test, name, 650, missing_of[name], 200) for test in others for name in of[strength]]
    undirected = [test for test in TESTS if test not in (LADDER, "edge reversal")]
    for strength, record in (("none", RECORDS[0]), ("strong", RECORDS[1]), ("medium", None), ("weak", None)):
        found += [Cell(SLOWEST, name, 650, missing_of[name], 200) for name in of[strength]]
        found += [Cell(test, record, 650, USUAL_LOSS, 40) for test in undirected if record]
    return list(dict.fromkeys(found))


def _ladder_cells(of: dict[str, list[str]], missing_of: dict[str, float]) -> list[Cell]:
    """Cells of the ladder: families nobody tuned on first, then the others, then other sizes, makes and strengths."""
    usual = {
        strength: [
            name for name, world in UNSEEN_WORLDS.items() if world.strength == strength and world.settings["make"] == "ideal"
        ]
        for strength in ("none", "strong", "medium")
    }
    within = {strength: [name for name in names if UNSEEN_WORLDS[name].reach == "within"] for strength, names in usual.items()}
    sized = [
        f"{family}_{kind}/{strength}" for strength in ("none", "strong") for kind in ("everything", "drift") for family in FAMILIES
    ]
    asked = (("everything", "none"), ("everything", "strong"), ("latent_2_2", "none"), ("latent_3_3", "none"))
    found = [Cell(LADDER, name, 650, 0.0, 60) for name in usual["none"]]
    found += [Cell(LADDER, name, 650, 0.3, 40) for name in within["strong"]]
    found += [Cell(LADDER, name, 650, 0.3, 40) for name in within["none"]]
    found += [Cell(LADDER, name, 650, 0.0, 40) for name in within["strong"]]
    found += [
        Cell(LADDER, f"{family}_{kind}_{make}/{strength}", 650, 0.0, 30)
        for make in ("half", "own", "coin")
        for kind, strength in asked
        for family in FAMILIES
    ]
    found += [Cell(LADDER, name, 650, missing_of[name], 40) for name in of["none"]]
    found += [
        Cell(LADDER, f"{family}_{kind}/{strength}", 1300, 0.3, 20)
        for strength in ("strong", "none")
        for kind in ("plain", "everything")
        for family in FAMILIES
    ]
    found += [Cell(LADDER, name, 300, 0.0, 30) for name in sized] + [Cell(LADDER, name, 2600, 0.0, 15) for name in sized]
    found += [Cell(LADDER, name, 650, missing_of[name], 30) for name in of["strong"]]
    found += [Cell(LADDER, name, n_people, 0.0, 30) for n_people in (160, 100) for name in sized]
    found += [Cell(LADDER, name, 650, USUAL_LOSS, 60) for name in RECORDS[:6]]
    found += [Cell(LADDER, name, 650, 0.0, 40) for name in within["medium"]]
    found += [Cell(LADDER, name, 650, missing_of[name], 40) for which in ("medium", "weak") for name in of[which]]
    found += [Cell(LADDER, name, 300, missing_of[name], 40) for which in ("none", "strong") for name in of[which]]
    found += [Cell(LADDER, name, 6500, 0.0, 20) for name in sized]
    return found + _other_makes() + [Cell(LADDER, name, 650, USUAL_LOSS, 40) for name in RECORDS[6:]]


def _other_makes() -> list[Cell]:
    """Cells of the ladder with placebos that carry less, among more and fewer people."""
    sizes, asked = ((2600, 20), (300, 30), (6500, 10)), ("everything{}/strong", "latent_3_3{}/none")
    worlds = [f"{family}_{kind.format(make)}" for make in ("_half", "_own") for kind in asked for family in FAMILIES]
    return [Cell(LADDER, world, n_people, 0.0, n) for n_people, n in sizes for world in worlds]


def position_cells() -> list[Cell]:
    """Every cell of the table of positions: hidden traits that drew the first ties, and worlds in which there is nothing to find.

    Returns
    -------
    list of Cell
        650 people, without influence (60 replications) and with strong (40); then 2,600 people (20).
    """
    hidden = ("latent_3_3", "latent_6_3", "latent_6_6")
    kinds = (*hidden, "latent_2", "plain", "covariate_homophily", "rewired_latent_6_6")
    found = [
        Cell(test, f"{kind}/{strength}", 650, 0.0, n)
        for strength, n in (("none", 60), ("strong", 40))
        for kind in kinds
        for test in POSITION_TESTS
        if f"{kind}/{strength}" in EVERY_WORLD
    ]
    large = [
        Cell(test, f"{kind}/{strength}", 2600, 0.0, 20)
        for strength in ("none", "strong")
        for kind in hidden
        for test in POSITION_TESTS
    ]
    return found + large


def run_cell(cell: Cell) -> dict[str, object]:
    """How often does the test of the cell come up positive?

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    dict
        A row of the table: see :func:`calibration_table`.
    """
    test = {**TESTS, **POSITION_TESTS}[cell.test]
    answers = []
    for stream in np.random.SeedSequence(cell.seed).spawn(cell.n_replications):
        world_stream, test_stream = stream.spawn(2)
        asked = world_asked(cell.world, cell.n_people, missing=cell.missing, rng=world_stream)
        answers.append(test(asked, np.random.default_rng(test_stream)))
    positive = sum(answer is True for answer in answers)
    world = EVERY_WORLD[cell.world]
    bounds = binomtest(positive, cell.n_replications).proportion_ci(0.95, method="exact")
    values = (
        cell.test,
        cell.world,
        world.kind,
        world.strength,
        world.reach,
        world.tuning,
        cell.n_people,
        cell.missing,
        cell.n_replications,
        sum(answer is None for answer in answers),
        positive,
        positive / cell.n_replications,
        round(float(bounds.low), 5),
        round(float(bounds.high), 5),
        cell.seed,
    )
    return dict(zip(COLUMNS, values, strict=True))


def calibration_table(file: Path | None = None, *, positions: bool = False) -> pd.DataFrame:
    """How often does each test speak of spread, where there is some and where there is none?

    Parameters
    ----------
    file : path, optional
        A table written by :func:`calibrate`. Default: the one that ships with the library.
    positions : bool
        Of those that ship, the one of the ladder with and without coordinates of the first network.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``test``; ``world``, ``kind``, ``strength``, ``reach`` and ``tuning`` as in
        :func:`recoverynet.worlds.worlds.worlds_table`; ``n_people``; ``missing`` (share of states);
        ``n_replications``; ``n_no_answer`` (could not be tried; counted as not positive); ``n_positive``; ``rate``
        (n_positive / n_replications) with its Clopper–Pearson 95 % interval ``low``, ``high``; ``seed``.

    Raises
    ------
    SchemaError
        There is no such file, or it is not such a table.

    Examples
    --------
    >>> from recoverynet.worlds.calibration import calibration_table
    >>> table = calibration_table()
    >>> bool((table["rate"] == table["n_positive"] / table["n_replications"]).all())
    True
    """
    path = sample_folder("calibration") / FILES[positions] if file is None else as_path(file, "calibration_table()")
    if not path.exists():
        raise SchemaError(f"There is no file {path}; recoverynet.worlds.calibration.calibrate(file, budget=…) makes one.")
    return _read(path)


def _read(path: Path) -> pd.DataFrame:
    """The table of a file; one without rows where there is no file yet."""
    table = pd.read_csv(path) if path.exists() and path.stat().st_size else pd.DataFrame(columns=list(COLUMNS))
    if tuple(table.columns) != COLUMNS:
        raise SchemaError(f"{path} is not a calibration table: it should have the columns {', '.join(COLUMNS)}.")
    return table


def calibrate(
    file: Path, *, budget: float, workers: int | None = None, only: str = "", wanted: Sequence[Cell] | None = None
) -> pd.DataFrame:
    """Run the cells that the table does not hold yet, until the time is up.

    Parameters
    ----------
    file : path
        Table to go on with; made where absent, and written again after every cell.
    budget : float
        Seconds, 0 or more; no cell is begun after them.
    workers : int, optional
        Processes. Default: one a core. The numbers do not depend on it.
    only : str
        Run only tests whose name holds this. Default: all.
    wanted : sequence of Cell, optional
        Cells of the table, in its order. Default: :func:`cells`.

    Returns
    -------
    pandas.DataFrame
        As :func:`calibration_table` returns it.

    Raises
    ------
    SchemaError
        The budget is below 0, there are no workers, no test is called so, or the file is another table.
    """
    if not number_within(budget, "budget", such_as=3600, what="a number of seconds") >= 0:
        raise SchemaError(f"budget is a number of seconds, 0 or more; got {budget!r}.")
    if workers is not None:
        whole_number(workers, "workers", 1)
    wanted = cells() if wanted is None else list(wanted)
    tests = dict.fromkeys(cell.test for cell in wanted)
    if not any(only in test for test in tests):
        raise SchemaError(f"No test has {only!r} in its name; there are {', '.join(map(repr, tests))}.")
    file = Path(file)
    table = _read(file)
    rows: list[dict[Any, Any]] = [row for row in table.to_dict("records") if _cell_of(row) in wanted]
    done = {_cell_of(row) for row in rows}
    todo = [cell for cell in wanted if cell not in done and only in cell.test]
    for row in _run(todo, time.monotonic() + budget, workers or os.cpu_count() or 1):
        rows.append(row)
        _write(rows, file, wanted)
    return _read(file)


def _run(todo: list[Cell], deadline: float, workers: int) -> Iterator[dict[str, object]]:
    """Rows as cells are done, no more cells being begun after the deadline."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting, running = iter(todo), set[Future[dict[str, object]]]()
        for _ in track(range(len(todo)), "calibrating", total=len(todo)):
            while len(running) < workers and time.monotonic() < deadline and (cell := next(waiting, None)):
                running.add(pool.submit(run_cell, cell))
            if not running:
                break
            first = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            running.discard(first)
            yield first.result()


def _cell_of(row: Mapping[Any, Any]) -> Cell:
    """The cell a row of the table is of."""
    return Cell(row["test"], row["world"], row["n_people"], row["missing"], row["n_replications"])


def _write(rows: list[dict[Any, Any]], file: Path, wanted: Sequence[Cell]) -> None:
    order = {cell: place for place, cell in enumerate(wanted)}
    make_folder(file.parent)
    ordered: list[dict[Any, Any]] = sorted(rows, key=lambda row: order[_cell_of(row)])
    frame = pd.DataFrame(ordered, columns=list(COLUMNS))
    write_csv(frame, file)


def seconds_of(text: str) -> float:
    """Seconds in ``"90s"``, ``"60min"`` or ``"2h"``.

    Raises
    ------
    argparse.ArgumentTypeError
        The text is no such length of time.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h)\s*", text)
    if not found:
        raise argparse.ArgumentTypeError(f"write a length of time such as 90s, 60min or 2h; got {text!r}")
    return float(found[1]) * {"s": 1, "min": 60, "h": 3600}[found[2]]


def main(arguments: list[str] | None = None) -> None:
    """The command: rewrite the sample ``calibration``."""
    parser = argparse.ArgumentParser(prog="python -m recoverynet.worlds.calibration", description=__doc__)
    parser.add_argument("--budget", type=seconds_of, default=seconds_of("60min"), help="90s, 60min, 2h (default 60min)")
    parser.add_argument("--out", type=Path, help="table to write (default: the sample)")
    parser.add_argument("--workers", type=int, help="processes (default: one a core)")
    parser.add_argument("--only", default="", help="run only tests whose name holds this")
    parser.add_argument("--positions", action="store_true", help="the table of positions.csv instead")
    given = parser.parse_args(arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # workers of one thread each: they outnumber the cores otherwise
    out = given.out or sample_folder("calibration") / FILES[given.positions]
    wanted = position_cells() if given.positions else cells()
    try:
        table = calibrate(out, budget=given.budget, workers=given.workers, only=given.only, wanted=wanted)
    except SchemaError as error:
        parser.error(str(error))
    sys.stdout.write(f"{len(table)} of {len(wanted)} cells are done: {out}\n")


if __name__ == "__main__":
    main()
