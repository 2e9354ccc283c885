"""Matrices as other programs hold them, one a wave: strengths, unknown ties, ties fixed from outside."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.alignment import (
    by_name,
    by_wave,
    floats_in,
    ids_of,
    in_order_both_ways,
    pairs_in_order,
    rows_in_order,
    values_of,
)
from recoverynet.graphs.missing_codes import warn_of_codes
from recoverynet.graphs.panel_shape import booleans, settled
from recoverynet.graphs.person_network import people_frame
from recoverynet.graphs.waves import covariates_of, undated_waves

STRUCTURAL_NONE, STRUCTURAL_TIE = 10.0, 11.0


class ReadMatrices(NamedTuple):
    """What matrices with RSiena's codes say.

    Attributes
    ----------
    networks, missing, structural : tuple of scipy.sparse.csr_array
        Strengths; True where nobody knows; True where the tie, present or absent, is fixed from outside.
    directed : bool
        Whether any matrix differs from its transpose, or none has an entry.
    """

    networks: tuple[sparse.csr_array, ...]
    missing: tuple[sparse.csr_array, ...]
    structural: tuple[sparse.csr_array, ...]
    directed: bool


def matrix_waves(
    networks: Iterable[object],
    *,
    network: str,
    behaviour: Mapping[str, object] | None,
    covariates: Mapping[str, object] | None,
    dyadic: Mapping[str, object] | None,
    present: object | None,
    groups: object | None,
    people: pd.DataFrame | Iterable[str] | None,
    directed: bool | None,
) -> dict[str, Any]:
    """The fields of a panel made of matrices; the arguments are those of ``NetworkPanel.from_adjacency``."""
    raw = _one_a_wave(networks)
    ids = people_frame(ids_of(raw, people)).index
    read = read_matrices(
        [in_order_both_ways(matrix, ids, f"The network of wave {wave}") for wave, matrix in enumerate(raw, start=1)]
    )
    n_people, n_waves = read.networks[0].shape[0], len(read.networks)
    frame = people_frame(ids if people is None else people)
    if len(frame) != n_people:
        raise SchemaError(f"The networks hold {n_people} people; {len(frame)} are named.")
    behaviours = by_name(behaviour, "behaviour", "{'drink': (n, waves)}")
    personal = by_name(covariates, "covariates", "{'sex': (n,)}")
    of_pairs = by_name(dyadic, "dyadic", "{'distance': (n, n)}")
    everybody = np.ones((n_people, n_waves), dtype=bool)

    def labelled(values: object, what: str) -> Any:
        return by_wave(rows_in_order(values, ids, what), n_waves, what)

    given = {name: values_of(labelled(values, f"The covariate {name!r}")) for name, values in personal.items()}
    known = {**covariates_of(frame), **given}
    held = {name: floats_in(labelled(values, f"Behaviour {name!r}"), f"Behaviour {name!r}") for name, values in behaviours.items()}
    _warn_of_missing(held, known)
    _check_names(network, behaviours, known)
    return settled(
        frame,
        undated_waves(n_waves),
        read.networks,
        directed=read.directed if directed is None else _true_or_false(directed, "directed"),
        behaviour=held,
        present=everybody if present is None else booleans(labelled(present, "present"), n_people, n_waves),
        missing=read.missing,
        structural=read.structural,
        network=network,
        covariates=known,
        dyadic={name: pairs_in_order(values, ids, f"The dyadic covariate {name!r}") for name, values in of_pairs.items()},
        groups=None if groups is None else np.asarray(rows_in_order(groups, ids, "groups")),
        settings={"made_from": "adjacency"},
    )


def _warn_of_missing(behaviours: Mapping[str, np.ndarray], covariates: Mapping[str, np.ndarray]) -> None:
    """Warn of numbers that look like codes for missing in what is known of the people."""
    for word, values in (("Behaviour", behaviours), ("The covariate", covariates)):
        for name, array in values.items():
            if np.issubdtype(np.asarray(array).dtype, np.number):
                warn_of_codes([np.asarray(array, dtype=np.float64)], f"{word} {name!r} holds", "a value", stacklevel=6)


def _true_or_false(value: object, name: str) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise SchemaError(f"{name} is True or False; got {value!r}.")
    return bool(value)


def _check_names(network: object, behaviour: Mapping[str, object], covariates: Mapping[str, object]) -> None:
    """Every name means one thing, so that a term can refer to it."""
    if not isinstance(network, str) or not network:
        raise SchemaError(f"network is the name of the network, such as 'friend'; got {network!r}.")
    twice = [name for name in behaviour if name == network or name in covariates]
    if twice:
        other = "the network" if twice[0] == network else "a covariate"
        raise SchemaError(f"{twice[0]!r} is the name of a behaviour and of {other}; give one of them another name.")


def read_matrices(networks: Iterable[object]) -> ReadMatrices:
    """What do square matrices, one a wave, say about ties known, unknown and fixed?

    Parameters
    ----------
    networks : sequence of arrays, sparse arrays or frames, each (n, n)
        0 no tie, 1 (or any strength) a tie, NaN unknown; 10 and 11 are a tie fixed as absent and as present
        where the only other values are 0, 1 and NaN, and strengths like any other where they are not.

    Returns
    -------
    ReadMatrices

    Raises
    ------
    SchemaError
        A matrix is not square or not numeric, they differ in size, one has a negative or infinite strength or
        a tie on its diagonal.

    Warns
    -----
    RecoveryNetWarning
        10 or 11 were read as strengths; or a network holds what looks like a code for missing (9, 99, 999 beside 0 and 1).
    """
    raw = [_as_csr(matrix, wave) for wave, matrix in enumerate(_one_a_wave(networks), start=1)]
    sizes = {matrix.shape[0] for matrix in raw}
    if len(sizes) != 1:
        raise SchemaError(
            "Networks need one square matrix a wave, all of one size; got "
            f"{', '.join(str(matrix.shape[0]) for matrix in raw) or 'none'} people."
        )
    coded = _uses_codes(raw)
    nothing_seen = all(matrix.nnz == 0 for matrix in raw)
    directed = nothing_seen or not all(_is_symmetric(matrix) for matrix in raw)
    networks_read, missing, structural = [], [], []
    for matrix in raw:
        unknown = np.isnan(matrix.data)
        fixed = np.isin(matrix.data, (STRUCTURAL_NONE, STRUCTURAL_TIE)) & coded
        strength = np.where(unknown, 0.0, matrix.data)
        strength = np.where(fixed, (matrix.data == STRUCTURAL_TIE).astype(float), strength)
        networks_read.append(_where(matrix, strength, np.float64))
        missing.append(_where(matrix, unknown, np.bool_))
        structural.append(_where(matrix, fixed, np.bool_))
    return ReadMatrices(tuple(networks_read), tuple(missing), tuple(structural), directed)


def _one_a_wave(networks: object) -> list[object]:
    if isinstance(networks, np.ndarray) and networks.ndim == 2 or sparse.issparse(networks) or isinstance(networks, pd.DataFrame):
        raise SchemaError("networks is a sequence of matrices, one a wave; put a single one into a list.")
    if isinstance(networks, Mapping | str) or not isinstance(networks, Iterable):
        raise SchemaError(f"networks is a sequence of matrices, one a wave, in order; got a {type(networks).__name__}.")
    each = list(networks)
    wrong = [one for one in each if np.ndim(one) != 2 and not sparse.issparse(one)]
    if wrong:
        raise SchemaError(f"networks holds one square matrix a wave; got a {type(wrong[0]).__name__} among them.")
    return each


def _as_csr(matrix: object, wave: int) -> sparse.csr_array:
    try:
        if isinstance(matrix, pd.DataFrame):
            matrix = matrix.to_numpy(dtype=np.float64, na_value=np.nan)
        read = sparse.csr_array(matrix if sparse.issparse(matrix) else np.asarray(matrix, dtype=np.float64))
        read = read.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise SchemaError(f"The network of wave {wave} must be a square matrix of numbers: {error}") from error
    if read.ndim != 2 or read.shape[0] != read.shape[1]:
        raise SchemaError(f"The network of wave {wave} must be square, a row and a column a person; got {read.shape}.")
    read.sum_duplicates()
    read.eliminate_zeros()
    wrong = ~np.isnan(read.data) & ~((read.data > 0) & np.isfinite(read.data))
    if wrong.any():
        raise SchemaError(
            f"The network of wave {wave} holds {int(wrong.sum())} negative or infinite strengths, the first being "
            f"{read.data[wrong][0]:g}; a strength is 0 or more, and NaN where nobody knows. Replace a code for missing by NaN."
        )
    row = np.repeat(np.arange(read.shape[0]), np.diff(read.indptr))
    own = read.indices == row
    if (own & ~np.isnan(read.data) & (read.data != STRUCTURAL_NONE)).any():
        raise SchemaError(
            f"The network of wave {wave} has ties on its diagonal, the first being {read.data[own][0]:g}; nobody can be tied to "
            "themselves. np.fill_diagonal(matrix, 0) clears it; NaN and RSiena's 10 may stay."
        )
    read.data[own] = 0.0
    read.eliminate_zeros()
    return read


def _uses_codes(raw: list[sparse.csr_array]) -> bool:
    """Whether 10 and 11 are codes: where everything else is 0, 1 or missing."""
    values = {float(value) for matrix in raw for value in np.unique(matrix.data) if not np.isnan(value)}
    codes = values & {STRUCTURAL_NONE, STRUCTURAL_TIE}
    warn_of_codes((matrix.data for matrix in raw), "The networks hold", "a strength", apart_from=codes, stacklevel=6)
    if codes and values - codes - {1.0}:
        warnings.warn(
            "The networks hold strengths other than 0 and 1, so 10 and 11 were read as strengths and not as "
            "ties fixed "
            "from outside.",
            RecoveryNetWarning,
            stacklevel=5,
        )
        return False
    return bool(codes)


def _is_symmetric(matrix: sparse.csr_array) -> bool:
    filled = matrix.copy()
    filled.data = np.where(np.isnan(filled.data), -1.0, filled.data)
    return bool((filled != filled.T).nnz == 0)


def _where(matrix: sparse.csr_array, values: np.ndarray, dtype: type) -> sparse.csr_array:
    """Those entries of a matrix whose new value is not 0."""
    new = sparse.csr_array((values.astype(dtype), matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)
    new.eliminate_zeros()
    return new
