"""Whom people prefer: what the estimates of an actor-oriented model say of contacts, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.draw.results import Axes
from recoverynet.draw.selection import draw_selection
from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import ATTRIBUTE, CODE, KIND, WEIGHT
from recoverynet.kernels.saom.effects.covariate import covariate_tie
from recoverynet.kernels.saom.effects.declared import COVARIATE
from recoverynet.models.saom.combinations import assumed, eval_columns, left_out_of, of_fit, short_labels, sums
from recoverynet.models.saom.fitted import SaomFit, checked_fit
from recoverynet.models.saom.interpretation import Interpretation
from recoverynet.results import settings_of

MOST_LEVELS = 10
"""Up to so many distinct values each has a row; of more, five that halve and quarter the people."""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Preferences(Interpretation):
    """Which contacts does a person with each value prefer?

    Parameters
    ----------
    attribute : str
        What the values are of.
    table : pandas.DataFrame
        See :meth:`to_frame`.
    terms : tuple of str
        Terms that were added up.
    left_out : tuple of str
        Terms about the attribute that the table does not show.
    """

    attribute: str
    table: pd.DataFrame
    terms: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a pair of values.

        Returns
        -------
        pandas.DataFrame
            ``ego_value`` (the person's), ``alter_value`` (the contact's), ``contribution`` (to the objective function
            of a tie between them; differences are log-odds), ``std_error``.
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """The table in colours, the contact that each person prefers outlined; in new Axes where none are given."""
        return draw_selection(self.table, behaviour=self.attribute, people=self.n_people, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", (
            f"what {self.attribute} of both ends adds to the worth of a tie; two contacts 0.69 apart: the higher is chosen "
            "twice as often, all else equal"
        )

    def _headline(self) -> str:
        best = self.table.loc[self.table.groupby("ego_value", sort=False)["contribution"].idxmax()]
        said = [f"{own} prefer {other}" for own, other in zip(best["ego_value"], best["alter_value"], strict=True)]
        return f"by {self.attribute}, people at " + ", at ".join(said)


def selection_table(fit: SaomFit, attribute: str, *, values: Sequence[float] | None = None) -> Preferences:
    """Which contacts does a person with each value of a behaviour or covariate prefer?

    Parameters
    ----------
    fit : SaomFit
        From :func:`recoverynet.fit_saom`.
    attribute : str
        A covariate or behaviour that terms on ties refer to.
    values : sequence of numbers, optional
        Values to look at. Default: every one that there is; of more than ten, the lowest, the highest and the
        quartiles.

    Returns
    -------
    Preferences
        ``to_frame()`` has one row a pair of values: ``ego_value``, ``alter_value``, ``contribution``, ``std_error``.
        With a ``reason`` and no rows where no term on ties is about the attribute.

    Raises
    ------
    SchemaError
        No such covariate or behaviour; ``values`` of a covariate that holds words.

    Notes
    -----
    For a person at v and a contact at w, Σ_k θ_k c_k(v, w) over the evaluation terms about the attribute (altX, altSqX,
    egoX, egoSqX, simX, sameX, diffX, absDiffX, egoPlusAltX, higher, egoXaltX), centred as in the model; standard errors
    by the delta method. Rows can be compared within, from contact to contact; between rows egoX and egoSqX tell how
    many ties people want, not with whom. Interactions, and endowment and creation parts, are left out and named.

    References
    ----------
    Snijders, T. A. B. & Lomi, A. (2019). Beyond homophily: incorporating actor variables in statistical network models.
    Network Science 7, 1-19. https://doi.org/10.1017/nws.2018.30

    Examples
    --------
    >>> import numpy as np
    >>> import recoverynet as rn
    >>> draw = np.random.default_rng(1)
    >>> first = (draw.random((25, 25)) < 0.12) & ~np.eye(25, dtype=bool)
    >>> change = (draw.random((25, 25)) < 0.05) & ~np.eye(25, dtype=bool)
    >>> waves = rn.NetworkPanel.from_adjacency(
    ...     [first * 1.0, (first ^ change) * 1.0], network="contact", covariates={"sober": np.arange(25) % 2}
    ... )
    >>> model = rn.Specification(network={"contact": ["density", ("sameX", "sober")]})
    >>> fit = rn.fit_saom(waves, model, n_simulations=200, quiet=True, rng=1)
    >>> table = rn.selection_table(fit, "sober").to_frame()
    >>> list(table.columns)
    ['ego_value', 'alter_value', 'contribution', 'std_error']
    >>> bool(table["contribution"][0] == fit.theta[2] and table["contribution"][1] == 0.0)
    True
    """
    setting = checked_fit(fit).setting
    own = setting.attributes
    known = {**setting.panel.covariates, **setting.panel.behaviour}
    if attribute not in known:
        raise SchemaError(f"The panel has no covariate or behaviour {attribute!r}; it has {', '.join(map(repr, known)) or 'none'}.")
    place = own.names.index(attribute) if attribute in own.names else -1
    columns = [
        setting.model.ties[e]
        for e in eval_columns(setting.model.ties)
        if setting.model.ties[e, KIND] == COVARIATE and setting.model.ties[e, ATTRIBUTE] == place
    ]
    used = [int(column[WEIGHT]) for column in columns]
    left_out = left_out_of(fit, setting.specification.network_name, used, attribute)
    named = _contributions(fit, attribute, place, columns, values)
    return Preferences(
        question=f"Which contacts do people prefer, by their own {attribute} and the contact's?",
        assumptions=assumed(fit, left_out, f"What else people look at in contacts is the same whatever their {attribute}."),
        settings=settings_of(attribute=attribute, values=None if values is None else list(values)),
        reason=None if columns else f"no term on ties that counts for every choice is about {attribute!r} alone",
        attribute=attribute,
        table=named,
        terms=tuple(short_labels(fit, used)),
        left_out=left_out,
        **of_fit(fit),
    )


def _contributions(
    fit: SaomFit, attribute: str, place: int, columns: Sequence[np.ndarray], values: Sequence[float] | None
) -> pd.DataFrame:
    """What a tie from each value to each counts for, with standard errors; no row where no term is about the attribute."""
    if not columns:
        return pd.DataFrame({"ego_value": [], "alter_value": [], "contribution": [], "std_error": []}, dtype=float)
    setting = fit.setting
    numbers, words = _levels(fit, attribute, place, values)
    weights = np.zeros((len(numbers) ** 2, len(fit.theta)))
    pairs = np.array([(v, w) for v in numbers for w in numbers], float) - setting.attributes.centres[place]
    reach, similarity = setting.model.attributes[place, :2]
    for column in columns:
        weights[:, column[WEIGHT]] += [covariate_tie(int(column[CODE]), v, w, True, reach, similarity) for v, w in pairs]
    contribution, error = sums(fit, weights)
    return pd.DataFrame(
        {
            "ego_value": np.repeat(np.asarray(words), len(words)),
            "alter_value": np.tile(np.asarray(words), len(words)),
            "contribution": contribution,
            "std_error": error,
        }
    )


def _levels(fit: SaomFit, attribute: str, place: int, values: Sequence[float] | None) -> tuple[np.ndarray, list[object]]:
    """Values to look at, as numbers and as they are to be read."""
    own = fit.setting.attributes
    levels = own.levels[place]
    if attribute in own.words:
        if values is not None:
            raise SchemaError(f"{attribute!r} holds words; leave ``values`` out, and every word has a row.")
        seen = np.asarray(fit.setting.panel.covariates[attribute], dtype=object).ravel()
        words = sorted({str(each) for each in seen if each is not None and each == each})
        return levels, [words[int(code)] for code in levels]
    if values is not None:
        levels = np.unique(np.asarray(list(values), dtype=float))
        if not len(levels) or not np.isfinite(levels).all():
            raise SchemaError(f"values are numbers of {attribute!r} to look at; got {values!r}.")
    elif len(levels) > MOST_LEVELS:
        known = own.raw[place][np.isfinite(own.raw[place])]
        levels = np.unique(np.quantile(known, [0.0, 0.25, 0.5, 0.75, 1.0]))
    return levels, [int(each) if each == int(each) else float(each) for each in levels]
