"""What RSiena calls the terms of a specification: lines of R that put them into an effects object.

Which short names there are, for which parts and in which interactions, is as in RSiena 1.3 to 1.6 (``allEffects``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from recoverynet.errors import SchemaError
from recoverynet.models.saom.effects import OwnEffect
from recoverynet.models.saom.specification import Specification, Term, effect_of, is_rate

EVAL_ONLY = {
    "between",
    "nbrDist2",
    "outPopSqrt",
    "reciAct",
    "inStructEq",
    "isolate",
    "popAlt",
    "avRecAlt",
    "avSimRecip",
    "totSimRecip",
    "recipDeg",
}
EVAL_ONLY_UNDIRECTED = EVAL_ONLY | {"outAct", "outActSqrt"}
"""Effects without endowment and creation parts."""
EGO = {"egoX", "egoSqX", "inAct", "inActSqrt"}
EGO_UNDIRECTED = {"density", "egoX"}
DYADIC = {
    "density",
    "recip",
    "gwespFF",
    "gwesp",
    "inPop",
    "outPop",
    "outPopSqrt",
    "altX",
    "altSqX",
    "egoSqX",
    "diffX",
    "absDiffX",
    "simX",
    "sameX",
    "egoPlusAltX",
    "higher",
    "egoXaltX",
    "X",
}
DYADIC_UNDIRECTED = DYADIC - {"inPop"}
"""What may be multiplied on ties: all but one about ego, or all about ego or the pair."""
WITH_PARAMETER = {"gwespFF", "gwesp", "reciAct", "outTrunc", "outPop", "inAct", "outPopSqrt", "inActSqrt"}
"""Effects whose internal parameter is always written; RSiena's defaults have changed between versions."""
UNDIRECTED_NAMES = {"transTrip": ("transTriads", 2.0), "gwespFF": ("gwesp", 1.0)}
"""Names for undirected networks, and how many of our parameter RSiena's is worth (it counts each triangle once)."""


class Called(NamedTuple):
    """A term as RSiena calls it.

    Attributes
    ----------
    name : str
        Short name.
    about : str
        interaction1; "" for none.
    parameter : float or None
        Internal effect parameter where it is to be written.
    scale : float
        RSiena's parameter by ours.
    """

    name: str
    about: str
    parameter: float | None
    scale: float


def effect_lines(specification: Specification, names: Mapping[str, str], *, directed: bool) -> list[str]:
    """Lines of R that include every term of a specification in ``effects``; ``names`` are what R calls things.

    Raises
    ------
    SchemaError
        RSiena has no such effect, part or interaction.
    """
    told, set_up, lines = dict[tuple[str, ...], float](), list[str](), list[str]()
    for dependent, kind, term in _terms(specification):
        parts = [_called(each, dependent, kind, specification, names, directed) for each in (term, *term.times)]
        where = {"name": _quoted(names[dependent]), "type": _quoted("rate" if is_rate(term) else term.type)}
        _check_part(term, kind, directed)
        if term.times:
            _check_interaction(term, parts, kind, directed)
            for part in parts:
                if _new_parameter(told, part, where, term):
                    set_up.append(_call("setEffect", [part.name], {**_where(part, where), "include": "FALSE"}))
            about = ", ".join(_quoted(part.about) for part in parts)
            given = {**where, "interaction1": f"c({about})", **_held(term, 1.0)}
            lines.append(_call("includeInteraction", [part.name for part in parts], given))
        else:
            (part,) = parts
            _new_parameter(told, part, where, term)
            given, held = _where(part, where), _held(term, part.scale)
            function = "setEffect" if held or part.parameter is not None else "includeEffects"
            lines.append(_call(function, [part.name], {**given, **held}))
            if part.scale != 1.0:
                lines.append(f"# {part.name}: RSiena's parameter is {part.scale:g} times that of {term.name} in recoverynet.")
    return [*set_up, *lines]


def n_interactions(specification: Specification) -> tuple[int, int]:
    """How many interactions there are on ties, and most on one behaviour."""
    ties = sum(bool(term.times) for term in specification.tie_terms)
    return ties, max((sum(bool(term.times) for term in terms) for terms in specification.step_terms.values()), default=0)


def _terms(specification: Specification) -> Iterator[tuple[str, str, Term]]:
    for term in specification.tie_terms:
        yield specification.network_name, "network", term
    for behaviour, terms in specification.step_terms.items():
        for term in terms:
            yield behaviour, "behaviour", term


def _called(
    term: Term, dependent: str, kind: str, specification: Specification, names: Mapping[str, str], directed: bool
) -> Called:
    if isinstance(term.effect, OwnEffect):
        raise SchemaError(
            f"{term.effect.name} is an effect of your own, which RSiena does not know. Leave it out of the exported "
            "specification, or write it in C++ for RSiena."
        )
    effect, name, scale = effect_of(term, kind), term.effect, 1.0
    if kind == "network" and not directed:
        name, scale = UNDIRECTED_NAMES.get(name, (name, 1.0))
    if kind == "behaviour" and name == "outRateInv":
        raise SchemaError("RSiena has outRateInv for networks only; leave it out of the rates of behaviour, or use outRate.")
    about = ""
    if effect.covariate:
        about = names[str(term.about)]
    elif kind == "behaviour" and name not in ("linear", "quad"):
        about = names[specification.network_name]
    parameter = effect.parameter if term.parameter is None else float(term.parameter)
    return Called(name, about, parameter if name in WITH_PARAMETER else None, scale)


def _check_part(term: Term, kind: str, directed: bool) -> None:
    without = EVAL_ONLY if directed or kind == "behaviour" else EVAL_ONLY_UNDIRECTED
    for each in (term, *term.times):
        if term.type != "eval" and each.effect in without:
            raise SchemaError(f"In RSiena {each.effect} has an eval part only; {term.label} was asked for as {term.type!r}.")


def _check_interaction(term: Term, parts: list[Called], kind: str, directed: bool) -> None:
    if any(part.scale != 1.0 for part in parts):
        raise SchemaError(f"{term.label}: RSiena has no transitive triplets of undirected networks to be multiplied.")
    if kind == "behaviour":
        return
    ego, dyadic = (EGO, DYADIC) if directed else (EGO_UNDIRECTED, DYADIC_UNDIRECTED)
    n_ego = sum(part.name in ego for part in parts)
    if n_ego < len(parts) - 1 and not all(part.name in ego or part.name in dyadic for part in parts):
        odd = ", ".join(part.name for part in parts if part.name not in ego | dyadic)
        raise SchemaError(
            f"{term.label}: RSiena multiplies effects where all but one are about ego, or all about ego or the pair; it does "
            f"not count {odd} among these."
        )


def _new_parameter(told: dict[tuple[str, ...], float], part: Called, where: Mapping[str, str], term: Term) -> bool:
    """Whether an internal parameter is still to be written; it belongs to an effect, and two cannot be had at once."""
    if part.parameter is None:
        return False
    key = (where["name"], where["type"], part.name, part.about)
    new = key not in told
    if told.setdefault(key, part.parameter) != part.parameter:
        raise SchemaError(f"{term.label}: RSiena keeps one internal parameter for {part.name}; the model has two.")
    return new


def _where(part: Called, where: Mapping[str, str]) -> dict[str, str]:
    """Which row of the effects object, with its internal parameter."""
    about = {"interaction1": _quoted(part.about)} if part.about else {}
    return {**where, **about, **({} if part.parameter is None else {"parameter": f"{part.parameter:.10g}"})}


def _held(term: Term, scale: float) -> dict[str, str]:
    """fix, test and initialValue of a term held at a value, or its starting value."""
    if term.fixed is not None:
        return {"fix": "TRUE", "test": "TRUE", "initialValue": f"{scale * term.fixed:.10g}"}
    return {} if term.start is None else {"initialValue": f"{scale * term.start:.10g}"}


def _call(function: str, effects: list[str], given: Mapping[str, str]) -> str:
    words = ", ".join([*effects, *(f"{name} = {value}" for name, value in given.items())])
    return f"effects <- {function}(effects, {words})"


def _quoted(word: str) -> str:
    return f'"{word}"'
