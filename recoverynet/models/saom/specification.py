"""What is put into a stochastic actor-oriented model: terms by name, checked against the catalogue and the panel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, TypeAlias

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.saom.effects.declared import EVAL, Effect
from recoverynet.kernels.saom.own_effects import MOST_OWN
from recoverynet.models.saom.effects import RATE_EFFECTS, STEP_EFFECTS, TIE_EFFECTS, OwnEffect, known_effect

INTERNAL = {"gwespFF": (0, False), "outTrunc": (1, True), "reciAct": (1, False), "outPopSqrt": (0, False), "inActSqrt": (0, False)}
"""Effects that read an internal parameter: the least it may be, and whether it is whole."""
PARTS = {"eval": EVAL, "endow": 1, "creation": 2}
TermLike: TypeAlias = "str | OwnEffect | Term | Sequence[Any]"


@dataclass(frozen=True)
class Term:
    """One effect of a model, where a short name alone does not say enough.

    Parameters
    ----------
    effect : str or OwnEffect
        RSiena short name, as :func:`recoverynet.effects_catalogue` lists them.
    about : str, optional
        The covariate, behaviour or network that the effect refers to.
    type : {"eval", "endow", "creation"}
        Whether it counts for every choice, for keeping what is there (ties, or the level of behaviour) or for adding.
    parameter : float, optional
        Internal effect parameter p. Default: the catalogue's.
    times : sequence of terms
        One or two further effects that it is multiplied with: an interaction. On ties, all but one must be about ego or
        all about the pair; on behaviour, all must be linear in it.
    fixed : float, optional
        Hold the parameter at this value instead of estimating it.
    start : float, optional
        Value to start the estimation from.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.Term("egoX", "drink", times=["recip"]).label
    'egoX drink × recip'
    >>> rn.Term("transTrip", fixed=0.0)
    Term(effect='transTrip', about=None, type='eval', parameter=None, times=(), fixed=0.0, start=None)
    """

    effect: str | OwnEffect
    about: str | None = None
    type: str = "eval"
    parameter: float | None = None
    times: tuple[Term, ...] = ()
    fixed: float | None = None
    start: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.effect, str | OwnEffect):
            raise SchemaError(f"The effect of a term is a short name, such as 'recip', or an own effect; got {self.effect!r}.")
        given = (self.times,) if isinstance(self.times, str | OwnEffect | Term) else self.times
        object.__setattr__(self, "times", tuple(as_term(each) for each in given))
        if self.type not in PARTS:
            raise SchemaError(f"type is 'eval', 'endow' or 'creation'; got {self.type!r}.")
        if len(self.times) > 2:
            raise SchemaError("An interaction is of two or three effects.")
        for name in ("parameter", "fixed", "start"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, Real) and math.isfinite(value)):
                raise SchemaError(f"{name} of {self.label} is a number; got {value!r}.")

    @property
    def name(self) -> str:
        """Short name of the effect, or of the effects that are multiplied."""
        return " × ".join(_name(each) for each in (self, *self.times))

    @property
    def label(self) -> str:
        """Effects with what they refer to."""
        return " × ".join(f"{_name(each)} {each.about or ''}".strip() for each in (self, *self.times))


def _name(term: Term) -> str:
    return term.effect if isinstance(term.effect, str) else term.effect.name


def as_term(given: TermLike) -> Term:
    """A term from a short name, a pair of short name and what it refers to, or a Term."""
    if isinstance(given, Term):
        return given
    if isinstance(given, str | OwnEffect):
        return Term(given)
    if isinstance(given, Sequence) and len(given) == 2 and isinstance(given[1], str):
        return Term(given[0], given[1])
    raise SchemaError(f"A term is a short name, a pair of short name and covariate, or a Term; got {given!r}.")


@dataclass(frozen=True)
class Specification:
    """Which effects may have shaped ties and behaviour?

    Parameters
    ----------
    network : mapping of one network name to terms
        Effects on ties, and rate effects of ties (RateX, outRate, inRate, recipRate, outRateInv).
    behaviour : mapping of behaviour names to terms
        Effects on each behaviour that is modelled, and its rate effects.

    Notes
    -----
    A term is a short name such as ``"recip"``, a pair of short name and the covariate, behaviour or network it refers
    to such as ``("simX", "smoke")``, or a :class:`Term` where it needs a type, a parameter or an interaction. Basic
    rates are always there. Names are those of RSiena, so that published models can be typed in again.

    Raises
    ------
    SchemaError
        No effect of a name, given with the nearest names; an effect that lacks what it refers to; a term twice; an
        interaction whose change statistic would not be the product of those of its parts.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.Specification(
    ...     network={"friend": ["density", "recip", "transTrip", ("simX", "smoke"), ("egoX", "drink")]},
    ...     behaviour={"drink": ["linear", "quad", ("avSim", "friend")]},
    ... )
    <Specification friend: density, recip, transTrip, simX smoke, egoX drink; drink: linear, quad, avSim friend>
    """

    network: Mapping[str, Sequence[TermLike]] = field(default_factory=dict)
    behaviour: Mapping[str, Sequence[TermLike]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("network", "behaviour"):
            given = getattr(self, name)
            if not isinstance(given, Mapping) or any(
                not isinstance(key, str) or isinstance(terms, str) or not isinstance(terms, Iterable)
                for key, terms in given.items()
            ):
                raise SchemaError(f"{name} maps a name to a list of terms, as in {{'friend': ['density', 'recip']}}.")
            object.__setattr__(self, name, {key: tuple(map(as_term, terms)) for key, terms in given.items()})
        if len(self.network) != 1:
            raise SchemaError("A specification is of one network; got " + (", ".join(self.network) or "none") + ".")
        for terms in self.terms.values():
            seen: set[tuple[object, ...]] = set()
            for term in terms:
                abouts = [None if each.about == self.network_name else each.about for each in (term, *term.times)]
                key = (term.name, *abouts, term.type)
                if key in seen:
                    also = " One effect has one internal parameter in a model." if term.parameter is not None else ""
                    raise SchemaError(f"The term {term.label} ({term.type}) is there twice.{also}")
                seen.add(key)
        self._check_terms()

    @property
    def network_name(self) -> str:
        """Name of the network."""
        return next(iter(self.network))

    @property
    def tie_terms(self) -> tuple[Term, ...]:
        """Terms on ties, as they stand once checked."""
        return tuple(term for term in self.network[self.network_name] if isinstance(term, Term))

    @property
    def step_terms(self) -> dict[str, tuple[Term, ...]]:
        """Terms on each behaviour, as they stand once checked."""
        return {name: tuple(term for term in terms if isinstance(term, Term)) for name, terms in self.behaviour.items()}

    @property
    def terms(self) -> dict[str, tuple[Term, ...]]:
        """Terms by the network or behaviour they are on, as they stand once checked."""
        return {self.network_name: self.tie_terms, **self.step_terms}

    def _check_terms(self) -> None:
        own = []
        for term in self.tie_terms:
            for each in (term, *term.times):
                effect = effect_of(each, "network")
                _check_part(each, effect, term, "network")
                own += [each.effect] if isinstance(each.effect, OwnEffect) else []
            if term.times:
                _check_tie_interaction(term)
        if len(own) > MOST_OWN:
            raise SchemaError(f"A model may have up to {MOST_OWN} own effects; got {len(own)}.")
        for terms in self.step_terms.values():
            for term in terms:
                for each in (term, *term.times):
                    effect = effect_of(each, "behaviour")
                    _check_part(each, effect, term, "behaviour")
                    if term.times and not effect.linear:
                        raise SchemaError(
                            f"{term.label}: on behaviour only effects linear in it can be multiplied, and {effect.name} is not."
                        )

    def __repr__(self) -> str:
        parts = [
            f"{name}: {', '.join(term.label + ('' if term.type == 'eval' else f' ({term.type})') for term in terms)}"
            for name, terms in self.terms.items()
        ]
        return f"<Specification {'; '.join(parts)}>"


def effect_of(term: Term, kind: str) -> Effect:
    """The declared effect of a term on ties ("network") or steps ("behaviour"); rate effects included."""
    if isinstance(term.effect, OwnEffect):
        if kind == "behaviour":
            raise SchemaError(f"{term.effect.name}: own effects are effects on ties.")
        return term.effect.effect
    if term.effect in RATE_EFFECTS:
        return RATE_EFFECTS[term.effect]
    return known_effect(term.effect, TIE_EFFECTS if kind == "network" else STEP_EFFECTS, kind)


def is_rate(term: Term) -> bool:
    """Whether a term is an effect on how often people may change something."""
    return isinstance(term.effect, str) and term.effect in RATE_EFFECTS


def _check_part(each: Term, effect: Effect, term: Term, kind: str) -> None:
    if effect.covariate and each.about is None and not isinstance(each.effect, OwnEffect):
        raise SchemaError(f"{effect.name} refers to a covariate or behaviour: write ({effect.name!r}, name).")
    if term.type != "eval" and (effect.ego_statistic or isinstance(each.effect, OwnEffect) or is_rate(each)):
        raise SchemaError(f"{effect.name} is no sum over ties and has an eval part only; got {term.type!r}.")
    if term.times and (effect.ego_statistic or isinstance(each.effect, OwnEffect) or is_rate(each)):
        raise SchemaError(f"{effect.name} cannot be part of an interaction.")
    if each.about is not None and kind == "network" and not (effect.covariate or is_rate(each)):
        raise SchemaError(f"{effect.name} refers to nothing: write {effect.name!r}; got {each.about!r} beside it.")
    _check_parameter(each, effect)


def _check_parameter(term: Term, effect: Effect) -> None:
    """The internal parameter p, where one is given."""
    if term.parameter is None:
        return
    least, whole = INTERNAL.get(effect.name, (math.inf, False))
    if least == math.inf and term.parameter != effect.parameter:
        has = "has no internal parameter" if effect.parameter == 0 else f"is known with p = {effect.parameter:g} only"
        raise SchemaError(f"{effect.name} {has}; got {term.parameter:g}.")
    if least < math.inf and (term.parameter < least or whole and term.parameter != round(term.parameter)):
        kind = "a whole number, " if whole else ""
        raise SchemaError(f"The internal parameter of {effect.name} is {kind}{least:g} or more; got {term.parameter:g}.")


def _check_tie_interaction(term: Term) -> None:
    kinds = [effect_of(each, "network").interaction for each in (term, *term.times)]
    if kinds.count("ego") >= len(kinds) - 1 or all(kind in ("ego", "dyadic") for kind in kinds):
        return
    raise SchemaError(
        f"{term.label}: effects can be multiplied where all but one are about ego (egoX, egoSqX, inAct), or all are about "
        "ego or the pair; effects such as transTrip that depend on ego's other ties cannot stand twice."
    )


def check_names(specification: Specification, panel: NetworkPanel) -> None:
    """Whether every name a specification uses is there in the panel, and its effects suit it.

    Raises
    ------
    SchemaError
    """
    if not isinstance(panel, NetworkPanel):
        raise SchemaError(f"The panel is a NetworkPanel, as NetworkPanel.from_adjacency makes one; got a {type(panel).__name__}.")
    if not isinstance(specification, Specification):
        raise SchemaError(
            "The specification is a Specification, as in Specification(network={'friend': ['density', 'recip']}); got a "
            f"{type(specification).__name__}."
        )
    name = specification.network_name
    if name != panel.network:
        raise SchemaError(
            f"The panel's network is called {panel.network!r}; the specification speaks of {name!r}. Name the network in the "
            f"panel, from_adjacency(..., network={name!r}), or in the specification."
        )
    for behaviour in specification.behaviour:
        if behaviour not in panel.behaviour:
            raise SchemaError(f"The panel has no behaviour {behaviour!r}; it has {', '.join(panel.behaviour) or 'none'}.")
    for term in specification.tie_terms:
        for each in (term, *term.times):
            effect = effect_of(each, "network")
            if not (panel.directed or effect.undirected):
                raise SchemaError(f"{effect.name} needs a directed network; that of the panel has no direction.")
            if effect.name == "X":
                _known_name(each, panel.dyadic, "covariate of pairs (dyadic)")
            elif each.about is not None:
                _known_name(each, {**panel.covariates, **panel.behaviour}, "covariate or behaviour")
    for behaviour, terms in specification.step_terms.items():
        for term in terms:
            for each in (term, *term.times):
                _check_step_name(each, behaviour, name, panel)


def _known_name(term: Term, among: Mapping[str, object], what: str) -> None:
    if term.about not in among:
        raise SchemaError(f"{term.label}: the panel has no {what} {term.about!r}; it has {', '.join(among) or 'none'}.")


def _check_step_name(term: Term, behaviour: str, network: str, panel: NetworkPanel) -> None:
    effect = effect_of(term, "behaviour")
    if not (panel.directed or effect.undirected):
        raise SchemaError(f"{effect.name} needs a directed network; that of the panel has no direction.")
    if effect.covariate:
        others = {key: value for key, value in panel.behaviour.items() if key != behaviour}
        _known_name(term, {**panel.covariates, **others}, "covariate or other behaviour")
    elif term.about not in (None, network):
        raise SchemaError(f"{term.label} refers to the network {network!r}; got {term.about!r}.")
