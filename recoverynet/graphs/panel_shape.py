"""How a panel is put together: arrays that fit, and nothing for somebody who was not there."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import array_of_numbers, require_finite
from recoverynet.errors import RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.graphs.alignment import by_wave, in_order_both_ways, pairs_in_order, rows_in_order, values_of
from recoverynet.graphs.person_network import checked_weights, people_frame
from recoverynet.graphs.waves import covariates_of, wave_index
from recoverynet.shown import card
from recoverynet.states import UNKNOWN, Norm

Matrices = tuple[sparse.csr_array, ...]
FILLED_IN: Any = None  # of a field of a panel that is given for everybody and every wave once the panel is checked


def checked_panel(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of a panel in its own type; raises an error where they do not fit together."""
    people = people_frame(given["people"])
    _require_shapes(given["waves"], given["networks"])
    n_people, n_waves = len(people), len(given["networks"])
    given = _by_label(given, people.index, n_waves)
    if n_waves == 0 or len(given["waves"]) != n_waves:
        raise SchemaError(f"A panel needs one network a wave; got {n_waves} networks for {len(given['waves'])} waves.")
    networks = tuple(checked_weights(matrix, n_people, given["directed"]) for matrix in given["networks"])
    found: dict[str, Any] = {
        "people": people,
        "waves": _checked_waves(given["waves"]),
        "networks": networks,
        "present": _checked_presence(given["present"], networks, n_people),
        "behaviour": {
            name: require_finite(_shaped(values, f"Behaviour {name!r}", (n_people, n_waves)), f"Behaviour {name!r}")
            for name, values in given["behaviour"].items()
        },
        "dyadic": {
            name: _of_pairs(values, f"The dyadic covariate {name!r}", n_people, n_waves) for name, values in given["dyadic"].items()
        },
        "covariates": dict(given["covariates"]),
        "states": given["states"],
        "groups": None if given["groups"] is None else np.asarray(given["groups"]),
        "settings": dict(given["settings"]),
        "notes": tuple(given["notes"]),
    }
    for name, values in found["covariates"].items():
        if np.shape(values) not in ((n_people,), (n_people, n_waves)):
            raise SchemaError(
                f"The covariate {name!r} must have one value a person ({n_people}) or one a person and wave "
                f"({n_people} × {n_waves}); got {np.shape(values)}."
            )
    if given["states"] is not None and given["states"].shape != (n_people, n_waves):
        raise SchemaError(f"The states must be {n_people} people × {n_waves} waves; got {given['states'].shape}.")
    for name in ("missing", "structural"):
        found[name] = _flags(given[name], name, n_people, n_waves)
    _check_groups(given["groups"], networks, n_people)
    return found


def _require_shapes(waves: object, networks: object) -> None:
    if not isinstance(waves, pd.DataFrame) or not {"start", "end"} <= set(waves.columns):
        raise SchemaError(
            f"waves is a frame with the columns start and end, one row a wave; got a {type(waves).__name__}. "
            "from_adjacency and from_nominations make a panel with less ado."
        )
    if not isinstance(networks, list | tuple):
        raise SchemaError(f"networks is a sequence of sparse matrices, one a wave; got a {type(networks).__name__}.")


def _by_label(given: Mapping[str, Any], ids: pd.Index, n_waves: int) -> dict[str, Any]:
    """Everything that has labels in the order of the people and waves, and without them where an array is meant."""

    def aligned(values: object, what: str) -> Any:
        return by_wave(rows_in_order(values, ids, what), n_waves, what)

    def each(name: str, word: str) -> dict[str, Any]:
        return {key: aligned(values, f"{word} {key!r}") for key, values in given[name].items()}

    covariates = each("covariates", "The covariate")
    return {
        **given,
        "networks": tuple(
            in_order_both_ways(matrix, ids, f"The network of wave {wave}") for wave, matrix in enumerate(given["networks"], start=1)
        ),
        "behaviour": each("behaviour", "Behaviour"),
        "covariates": {name: values_of(values) for name, values in covariates.items()},
        "dyadic": {key: pairs_in_order(one, ids, f"The dyadic covariate {key!r}") for key, one in given["dyadic"].items()},
        "states": aligned(given["states"], "The states"),
        "present": aligned(given["present"], "present"),
        "groups": rows_in_order(given["groups"], ids, "groups"),
    }


def _checked_waves(waves: pd.DataFrame) -> pd.DataFrame:
    frame = waves.set_axis(wave_index(len(waves)), axis=0)
    dated = frame.dropna(subset=["start", "end"])
    disorder = (dated["end"] <= dated["start"]).any() or (dated["start"].iloc[1:].array < dated["end"].iloc[:-1].array).any()
    if disorder:
        raise TimeOrderError("Waves must follow each other: each ends after it starts and before the next one starts.")
    return frame


def _of_pairs(values: object, what: str, n_people: int, n_waves: int) -> np.ndarray:
    """A covariate of pairs, or one a wave; of nobody with themselves, so that the diagonal may hold anything."""
    array = _shaped(values, what, (n_people, n_people), (n_waves, n_people, n_people))
    return require_finite(array, what, ~np.eye(n_people, dtype=bool))


def _shaped(values: object, what: str, *shapes: tuple[int, ...]) -> np.ndarray:
    array = array_of_numbers(values, what)
    if array.shape not in shapes:
        wanted, got = (
            " or ".join(" × ".join(map(str, shape)) or "one value" for shape in each) for each in (shapes, [array.shape])
        )
        raise SchemaError(f"{what} must be {wanted}; got {got}.")
    return array


def _checked_presence(present: object | None, networks: Matrices, n_people: int) -> np.ndarray:
    if present is None:
        return np.ones((n_people, len(networks)), dtype=bool)
    here = booleans(present, n_people, len(networks))
    for wave, matrix in enumerate(networks, start=1):
        row = np.repeat(np.arange(n_people), np.diff(matrix.indptr))
        if not (here[row, wave - 1] & here[matrix.indices, wave - 1]).all():
            raise SchemaError(f"Wave {wave} holds ties of people who are not present then.")
    return here


def _flags(matrices: Matrices | None, name: str, n_people: int, n_waves: int) -> Matrices:
    if matrices is None:
        return (sparse.csr_array((n_people, n_people), dtype=bool),) * n_waves
    if len(matrices) != n_waves or any(matrix.shape != (n_people, n_people) for matrix in matrices):
        raise SchemaError(f"{name} needs one {n_people} × {n_people} matrix a wave.")
    return tuple(sparse.csr_array(matrix, dtype=bool) for matrix in matrices)


def _check_groups(groups: object | None, networks: Matrices, n_people: int) -> None:
    if groups is None:
        return
    house = np.asarray(groups)
    if house.shape != (n_people,):
        raise SchemaError(f"groups must hold one group a person ({n_people}); got {house.shape}.")
    for wave, matrix in enumerate(networks, start=1):
        across = house[np.repeat(np.arange(n_people), np.diff(matrix.indptr))] != house[matrix.indices]
        if across.any():
            raise SchemaError(f"Wave {wave} holds {int(across.sum())} ties between groups; pooled networks have none.")


def without_absent(matrices: Matrices, present: np.ndarray) -> tuple[Matrices, int]:
    """The matrices without the entries of people who are not present, and how many entries went."""
    kept, removed = [], 0
    for column, matrix in enumerate(matrices):
        here = present[:, column]
        row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        stay = here[row] & here[matrix.indices]
        removed += int((~stay).sum())
        if stay.all():
            kept.append(matrix)
            continue
        inner = sparse.csr_array((matrix.data[stay], (row[stay], matrix.indices[stay])), shape=matrix.shape)
        kept.append(inner)
    return tuple(kept), removed


def settled(
    people: pd.DataFrame,
    waves: pd.DataFrame,
    networks: Matrices,
    *,
    directed: bool,
    behaviour: Mapping[str, np.ndarray],
    present: np.ndarray,
    states: pd.DataFrame | None = None,
    norm: Norm | None = None,
    notes: Iterable[str] = (),
    **fields: Any,
) -> dict[str, Any]:
    """Fields of a panel in which people not present have neither ties nor behaviour; notes are said aloud."""
    networks, removed = without_absent(networks, present)
    said = list(notes)
    if removed:
        ties = removed if directed else removed // 2
        said.append(f"{ties} tie{'s' * (ties != 1)} of people who were not present at the wave left out.")
    unknown = fields.get("missing") or (sparse.csr_array((0, 0)),) * len(networks)
    said += [
        f"Wave {wave} holds no {'known ' * bool(gaps.nnz)}tie."
        for wave, (matrix, gaps) in enumerate(zip(networks, unknown, strict=True), start=1)
        if not matrix.nnz
    ]
    for name in ("missing", "structural"):
        if fields.get(name) is not None:
            fields[name] = without_absent(fields[name], present)[0]
    if states is not None and norm is not None:
        states = states.where(present, UNKNOWN)
        held = norm.held(states.to_numpy().ravel()).reshape(states.shape)
        behaviour = {norm.name: held, **behaviour}
    if said:
        warnings.warn(" ".join(said), RecoveryNetWarning, stacklevel=4)
    return {
        "covariates": covariates_of(people),
        **fields,
        "people": people,
        "waves": waves,
        "networks": networks,
        "directed": directed,
        "states": states,
        "norm": norm,
        "present": present,
        "notes": tuple(said),
        "behaviour": {name: _where_present(values, present, name) for name, values in behaviour.items()},
    }


def _where_present(values: np.ndarray, present: np.ndarray, name: str) -> np.ndarray:
    return np.where(present, _shaped(values, f"Behaviour {name!r}", present.shape), np.nan)


def booleans(present: object, n_people: int, n_waves: int) -> np.ndarray:
    """Presence as booleans (n, W); raises SchemaError for anything but true and false."""
    here = np.asarray(present)
    if here.shape != (n_people, n_waves) or not np.isin(here, (0, 1)).all():
        raise SchemaError(f"present must be {n_people} people × {n_waves} waves of true or false; got {here.shape}.")
    return here.astype(bool)


def panel_card(fields: Mapping[str, Any], title: str) -> str:
    """A panel as a notebook shows it: wave by wave how many are present, tied and of known behaviour."""
    waves, directed = fields["waves"], fields["directed"]
    dated = bool(waves.notna().all(axis=None))
    table = pd.DataFrame({name: [f"{day.day} {day:%b %Y}" for day in waves[name]] for name in waves if dated}, index=waves.index)
    table["present"] = fields["present"].sum(axis=0)
    table["ties"] = [int(ties.nnz / (1 if directed else 2)) for ties in fields["networks"]]
    for name, values in fields["behaviour"].items():
        table[f"{name} known"] = np.isfinite(values).sum(axis=0)
    return card(title, [("notes", len(fields["notes"]))] if fields["notes"] else [], table)
