"""A panel and a specification as files that RSiena reads, with the R script that fits the same model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from recoverynet.arguments import whole_number
from recoverynet.atomic import atomic_folder
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.saom.composition_change import ChangeAt
from recoverynet.models.saom.rsiena_terms import effect_lines, n_interactions
from recoverynet.models.saom.setting import SaomSetting, saom_setting
from recoverynet.models.saom.specification import Specification
from recoverynet.models.saom.starting import check_nothing_still

RESERVED = {
    "if",
    "else",
    "repeat",
    "while",
    "function",
    "for",
    "next",
    "break",
    "TRUE",
    "FALSE",
    "NULL",
    "Inf",
    "NaN",
    "NA",
    "composition",
    "nodeSets",
    "getDocumentation",
}


@dataclass(frozen=True)
class _Tables:
    """What is written: names as R has them, and which covariates are constant, changing, words or of pairs."""

    setting: SaomSetting
    names: Mapping[str, str]
    constant: Sequence[str]
    changing: Sequence[str]
    dyadic: Sequence[str]
    parts: Sequence[np.ndarray]
    moving: bool

    @property
    def centred_here(self) -> bool:
        """Whether means are taken off by us: RSiena would take them over the people of each group, those written only."""
        return len(self.parts) > 1 or sum(map(len, self.parts)) < self.setting.panel.n_people

    def prefix(self, group: int) -> str:
        """What names of files of a group begin with."""
        return f"group{group + 1}_" if len(self.parts) > 1 else ""

    def pair_files(self, name: str) -> list[str]:
        """Names of the files of a covariate of pairs: one, or one a period."""
        matrices = self.setting.attributes.pairs[name]
        own = self.names[name]
        return [own] if matrices.ndim == 2 else [f"{own}_wave{wave + 1}" for wave in range(len(matrices))]


def write_rsiena(
    panel: NetworkPanel,
    specification: Specification,
    folder: str | Path,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    conditional: str | None = None,
    change_at: ChangeAt = 0.5,
    n_simulations: int = 3000,
    seed: int = 1,
    overwrite: bool = False,
) -> list[Path]:
    """How can somebody else fit this model in RSiena?

    Parameters
    ----------
    panel : NetworkPanel
        As for :func:`recoverynet.fit_saom`.
    specification : Specification
        Without own effects, which RSiena does not have.
    folder : str or Path
        Folder to write to; made where it is not there, new or empty unless ``overwrite``.
    bounds : mapping of behaviour to (lowest, highest), optional
        RSiena takes the levels that were observed; others are refused.
    conditional : str, optional
        Network or behaviour whose amount of change is taken as given.
    change_at : float, or mapping of people to moments
        As for :func:`recoverynet.fit_saom`.
    n_simulations : int
        Simulations at the estimate (n3), 1 or more.
    seed : int
        RSiena's seed.
    overwrite : bool
        Write into a folder that holds files already.

    Returns
    -------
    list of Path
        ``fit.R`` first, then the tables it reads: one network a wave (0, 1, NA unknown, 10 and 11 fixed from outside),
        one file a behaviour and covariate, ``composition.dat`` where people join or leave.

    Raises
    ------
    SchemaError
        Specification and panel do not fit each other, RSiena has no such effect, part or interaction, bounds are not
        those observed, or the folder holds files.
    NotEstimableError
        The panel has one wave, a condition cannot be met, or nothing changes in a period of a group, which ends RSiena's
        script.

    Notes
    -----
    The folder may leave the machine: people are rows, in the order of the panel (of each group, where there are
    groups), and neither ids nor names of groups, nor words of covariates, are written; nor is a key. Words become codes
    1, 2, … in alphabetical order. People who are there at no wave are left out. Which ties people have may still give
    them away to somebody who knows them.

    The script asks for what this library does: waves of only gains are not forced to stay so (``allowOnly = FALSE``),
    one side decides about undirected ties (``modelType`` 2), people change composition at ``change_at``, and ties of
    people while they are absent are NA (written as 0, RSiena would fit another model).
    What RSiena does otherwise all the same stands in the notes of :func:`recoverynet.fit_saom`: it lets people choose those
    who are not there, and may take means and ranges within each group. It counts others of unknown behaviour at the mean,
    as ``unknown_alters="mean"`` does; a fit that leaves them out is another.
    Of undirected networks, transTrip is written as transTriads, whose parameter is twice ours, and gwespFF as gwesp.

    References
    ----------
    Ripley, R. M., Snijders, T. A. B., Boda, Z., Vörös, A. & Preciado, P. Manual for RSiena. University of Oxford and
    University of Groningen. https://www.stats.ox.ac.uk/~snijders/siena/

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> ties = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> waves = rn.NetworkPanel.from_adjacency([ties, ties.T], network="friend")
    >>> model = rn.Specification(network={"friend": ["density", "recip"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = rn.write_rsiena(waves, model, folder)
    >>> [path.name for path in written]
    ['fit.R', 'friend_wave1.dat', 'friend_wave2.dat']
    """
    n_simulations, seed = whole_number(n_simulations, "n_simulations", 1), whole_number(seed, "seed", 0)
    if not isinstance(folder, str | Path):
        raise SchemaError(f"folder is a path, such as 'for_rsiena'; got {folder!r}.")
    setting = saom_setting(panel, specification, bounds=bounds, conditional=conditional, change_at=change_at)
    tables = _tables_of(setting)
    check_nothing_still(setting)
    _check_bounds(setting)
    effects = effect_lines(specification, tables.names, directed=panel.directed)
    script = "\n".join([*_heading(tables), *_reading(tables), *_model(tables, effects, conditional, n_simulations, seed)])
    files = {"fit.R": script + "\n"}
    for group in range(len(tables.parts)):
        files |= _files_of(tables, group)
    return _written(Path(folder), files, overwrite)


def _tables_of(setting: SaomSetting) -> _Tables:
    panel, attributes = setting.panel, setting.attributes
    modelled = [attributes.names[row] for row in attributes.behaviour_rows]
    used = [name for name in attributes.names[:-1] if name not in modelled]
    changing = [
        name for name in used
        if panel.n_waves > 2 and (name in panel.behaviour or np.ndim(panel.covariates[name]) == 2)
    ]  # fmt: skip
    house = panel.groups if panel.groups is not None else np.zeros(panel.n_people)
    ever = panel.present.any(axis=1)
    parts = [np.flatnonzero((house == label) & ever) for label in dict.fromkeys(house.tolist())]
    parts = [part for part in parts if len(part)]
    alone = sum(len(part) == 1 for part in parts)
    if alone:
        raise SchemaError(
            f"RSiena needs two people or more in each group; {alone} of {len(parts)} groups have one. Leave them out."
        )
    names = _names_in_r([setting.specification.network_name, *modelled, *used, *attributes.pairs])
    moving = bool((panel.present[ever] != panel.present[ever][:, :1]).any())
    return _Tables(setting, names, [name for name in used if name not in changing], changing, list(attributes.pairs), parts, moving)


def _names_in_r(names: Sequence[str]) -> dict[str, str]:
    """Names that R, and files, take as they are."""
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise SchemaError(
            f"RSiena needs a name of its own for each network, behaviour and covariate; {', '.join(twice)} is the name of two."
        )
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_.]+", ".", name.encode("ascii", "ignore").decode()).strip(".") or "x"
        if not plain[0].isalpha() or plain in RESERVED:
            plain = f"x.{plain}"
        stem, number = plain, 2
        while plain.lower() in {other.lower() for other in found.values()}:
            plain, number = f"{stem}.{number}", number + 1
        found[name] = plain
    return found


def _check_bounds(setting: SaomSetting) -> None:
    for row, (low, high) in zip(setting.attributes.behaviour_rows, setting.attributes.bounds, strict=True):
        name = setting.attributes.names[row]
        known = setting.panel.behaviour[name][np.isfinite(setting.panel.behaviour[name])]
        if (known.min(), known.max()) != (low, high):
            raise SchemaError(
                f"RSiena takes the levels of {name!r} that were observed, {known.min():g} to {known.max():g}; bounds of "
                f"{low:g} to {high:g} cannot be exported. Leave them out."
            )


def _files_of(tables: _Tables, group: int) -> dict[str, str]:
    """Names and text of the tables of one group."""
    setting, people, prefix = tables.setting, tables.parts[group], tables.prefix(group)
    panel, attributes, names = setting.panel, setting.attributes, tables.names
    network = f"{prefix}{names[setting.specification.network_name]}"
    files = {f"{network}_wave{wave + 1}.dat": _text(_codes(panel, wave, people)) for wave in range(panel.n_waves)}
    for row in attributes.behaviour_rows:
        name = attributes.names[row]
        files[f"{prefix}{names[name]}.dat"] = _text(panel.behaviour[name][people])
    for name in (*tables.constant, *tables.changing):
        row = attributes.names.index(name)
        raw = attributes.raw[row][people] + (1.0 if name in attributes.words else 0.0)
        files[f"{prefix}{names[name]}.dat"] = _text(raw if name in tables.changing else raw[:, :1])
    for name in tables.dyadic:
        matrices = attributes.pairs[name].reshape(-1, panel.n_people, panel.n_people)
        for matrix, file in zip(matrices, tables.pair_files(name), strict=True):
            part = matrix[np.ix_(people, people)]
            np.fill_diagonal(part, 0.0)
            files[f"{prefix}{file}.dat"] = _text(part)
    if tables.moving:
        files[f"{prefix}composition.dat"] = "".join(_intervals(panel.present[person], setting.changes[person]) for person in people)
    return files


def _codes(panel: NetworkPanel, wave: int, people: np.ndarray) -> np.ndarray:
    """The network of a wave as RSiena codes it."""

    def part(matrices: Sequence[sparse.csr_array]) -> np.ndarray:
        answer: np.ndarray = sparse.csr_array(matrices[wave][people][:, people] > 0).toarray()
        return answer

    codes = part(panel.networks).astype(float)
    codes[part(panel.structural)] += 10.0
    codes[part(panel.missing)] = np.nan
    away = ~panel.present[people, wave]
    codes[away] = codes[:, away] = np.nan
    np.fill_diagonal(codes, 0.0)
    return codes


def _intervals(here: np.ndarray, changes: np.ndarray) -> str:
    """From when to when somebody is there, waves counting from 1, as sienaCompositionChange reads it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], here.astype(int), [0]])))
    numbers = []
    for first, last in zip(edges[::2] + 1, edges[1::2], strict=True):
        begin = 1.0 if first == 1 else first - 1 + changes[first - 2]
        numbers += [begin, float(last) if last == len(here) else last + changes[last - 1]]
    return " ".join(f"{number:.10g}" for number in numbers) + "\n"


def _text(values: np.ndarray) -> str:
    rows = (" ".join("NA" if np.isnan(value) else f"{value:.10g}" for value in row) for row in values)
    return "".join(f"{row}\n" for row in rows)


def _heading(tables: _Tables) -> list[str]:
    """What the folder holds, as comments."""
    setting = tables.setting
    people = " + ".join(str(len(part)) for part in tables.parts)
    lines = [
        "# Fits a stochastic actor-oriented model with RSiena (1.3 to 1.6). Run it in this folder: Rscript fit.R",
        f"# {people} people, {setting.panel.n_waves} waves. People are row numbers; the files hold no ids.",
    ]
    absent = setting.panel.n_people - sum(map(len, tables.parts))
    lines += [f"# {absent} people who are there at no wave are left out."] if absent else []
    lines += [f"# {plain} is a name as R takes it; it was {name!r}." for name, plain in tables.names.items() if plain != name]
    lines += [
        f"# {tables.names[name]} was words; codes 1, 2, ... are the words in alphabetical order, and mean nothing else."
        for name in (*tables.constant, *tables.changing) if name in setting.attributes.words
    ]  # fmt: skip
    if len(tables.parts) > 1:
        lines += [
            "# Groups are numbered in the order of the panel. RSiena may centre behaviour, and take its range, within each",
            "# group, where recoverynet takes all groups together: linear, quad and density can then differ.",
        ]
    return [re.sub(r"[\r\n]+", " ", line) for line in lines]


def _reading(tables: _Tables) -> list[str]:
    """The function that reads the data of a group, and its calls."""
    setting, names = tables.setting, tables.names
    network = names[setting.specification.network_name]
    n_waves = setting.panel.n_waves
    ties = f'unlist(lapply(1:{n_waves}, function(wave) read(paste0("{network}_wave", wave))))'
    given = [f'{network} = sienaDependent(array({ties}, dim = c(n, n, {n_waves})), type = "oneMode", allowOnly = FALSE)']
    given += [
        f'{names[name]} = sienaDependent(read("{names[name]}"), type = "behavior", allowOnly = FALSE)'
        for name in setting.specification.behaviour
    ]
    for name in (*tables.constant, *tables.changing):
        centre = setting.attributes.centres[setting.attributes.names.index(name)]
        function, part = ("varCovar", "") if name in tables.changing else ("coCovar", "[, 1]")
        given.append(f'{names[name]} = {function}(read("{names[name]}"){part}{_centred(tables, centre)})')
    for name in tables.dyadic:
        files = tables.pair_files(name)
        values, function = f'read("{files[0]}")', "coDyadCovar"
        if setting.attributes.pairs[name].ndim == 3:
            waves = f'unlist(lapply(1:{len(files)}, function(wave) read(paste0("{names[name]}_wave", wave))))'
            values, function = f"array({waves}, dim = c(n, n, {len(files)}))", "varDyadCovar"
        given.append(f"{names[name]} = {function}({values}{_centred(tables, setting.attributes.pair_mean(name))})")
    if tables.moving:
        given.append('composition = sienaCompositionChangeFromFile(paste0(prefix, "composition.dat"))')
    calls = [f'read_group("{tables.prefix(group)}", {len(part)})' for group, part in enumerate(tables.parts)]
    data = calls[0] if len(calls) == 1 else "sienaGroupCreate(list(\n  " + ",\n  ".join(calls) + "\n))"
    return [
        "", "library(RSiena)", "", "read_group <- function(prefix, n) {", "  read <- function(name) {",
        '    values <- unname(as.matrix(read.table(paste0(prefix, name, ".dat"), na.strings = "NA")))',
        '    storage.mode(values) <- "double"', "    values", "  }", "  sienaDataCreate(",
        ",\n".join(f"    {each}" for each in given), "  )", "}", "", f"data <- {data}",
    ]  # fmt: skip


def _centred(tables: _Tables, centre: float) -> str:
    return f" - {centre:.17g}, centered = FALSE" if tables.centred_here else ""


def _model(tables: _Tables, effects: list[str], conditional: str | None, n_simulations: int, seed: int) -> list[str]:
    """The effects, the algorithm, the fit."""
    specification = tables.setting.specification
    ties, steps = n_interactions(specification)
    condition = "FALSE" if conditional is None else f'TRUE, condname = "{tables.names[conditional]}"'
    undirected = "" if tables.setting.panel.directed else f", modelType = c({tables.names[specification.network_name]} = 2)"
    return [
        "", f"effects <- getEffects(data, nintn = {max(ties, 10)}, behNintn = {max(steps, 4)})",
        "# Basic rates stay; every other effect that RSiena includes by itself goes.",
        "effects$include[!effects$basicRate] <- FALSE", *effects, "",
        "algorithm <- sienaAlgorithmCreate(",
        f"  projname = NULL, cond = {condition}, n3 = {int(n_simulations)}, seed = {int(seed)}{undirected}", ")",
        "answer <- siena07(algorithm, data = data, effects = effects, batch = TRUE)",
        "# Again from where it ended, until the overall maximum convergence ratio is below 0.20.", "again <- 0",
        "while (answer$tconv.max >= 0.20 && again < 5) {",
        "  answer <- siena07(algorithm, data = data, effects = effects, batch = TRUE, prevAns = answer)",
        "  again <- again + 1", "}",
        "print(answer)", 'cat("Overall maximum convergence ratio:", answer$tconv.max, "\\n")',
    ]  # fmt: skip


def _written(folder: Path, files: Mapping[str, str], overwrite: bool) -> list[Path]:
    if folder.exists() and not folder.is_dir():
        raise SchemaError(f"{folder} is a file; give a folder to write to.")
    if folder.is_dir() and not overwrite and any(folder.iterdir()):
        raise SchemaError(f"{folder} holds files already; give an empty folder, or overwrite=True.")
    with atomic_folder(folder) as partial:
        for name, text in files.items():
            (partial / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
