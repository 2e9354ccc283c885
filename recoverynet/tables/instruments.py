"""The register of instruments: which scores there are, in what range, which way is better, and what is known of cut-offs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError

Better = Literal["higher", "lower", ""]


@dataclass(frozen=True)
class Instrument:
    """In what range does a score lie, which way is better, and where is a cut-off?

    Parameters
    ----------
    variable : str
        Variable of the observations, such as ``"instrument.barc10"``.
    name : str
        What the form is called.
    version : str
        Which version or way of scoring, where there are several. Scores of two versions are never put together.
    low, high : float, optional
        Least and greatest score there can be. Default NaN: not known, so that no score is refused.
    better : {"higher", "lower", ""}
        Which way is better; empty where that is not for the register to say.
    written : tuple of str
        How the column ``instrument`` of the observations may say it, besides the name (with the version, where there is one).
        Capitals, spaces and punctuation do not matter.
    cut_off : float, optional
        Score from which something is said of groups of people in the source. Default NaN: none.
    cut_off_means : str
        What it is the cut-off of, and after whom.
    reliable_change : float, optional
        Least difference of two scores of a person that is more than the error of measurement. Default NaN: not known.
    reliable_change_source : str
        After whom. Needed with ``reliable_change``.
    licence : str
        Note on rights. No item text of any instrument ships here.

    Raises
    ------
    SchemaError
        A name is missing, the range is empty, ``better`` is another word, a cut-off lies outside the range or has no source, or the
        reliable change is not above 0 or has no source.

    Examples
    --------
    >>> from recoverynet import Instrument
    >>> Instrument("instrument.audit", "Our own form", low=0, high=40, better="lower").better
    'lower'
    """

    variable: str
    name: str
    version: str = ""
    low: float = np.nan
    high: float = np.nan
    better: Better = ""
    written: tuple[str, ...] = ()
    cut_off: float = np.nan
    cut_off_means: str = ""
    reliable_change: float = np.nan
    reliable_change_source: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        what = f"The instrument {self.name!r}"
        if not all(isinstance(word, str) and word.strip() for word in (self.variable, self.name)):
            raise SchemaError(f"An instrument needs a variable and a name; got {self.variable!r} and {self.name!r}.")
        if self.better not in ("higher", "lower", ""):
            raise SchemaError(f"{what}: better is 'higher', 'lower' or ''; got {self.better!r}.")
        if np.isnan(self.low) != np.isnan(self.high) or self.low >= self.high:
            raise SchemaError(f"{what}: the range needs its least and its greatest score; got {self.low:g} to {self.high:g}.")
        if not np.isnan(self.cut_off) and (self.cut_off < self.low or self.cut_off > self.high or not self.cut_off_means):
            raise SchemaError(f"{what}: a cut-off lies in the range and says what it means, and after whom; got {self.cut_off:g}.")
        if not np.isnan(self.reliable_change) and not (self.reliable_change > 0 and self.reliable_change_source):
            raise SchemaError(f"{what}: a reliable change is above 0 and says after whom; got {self.reliable_change:g}.")
        object.__setattr__(self, "written", tuple(self.written))

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name}, {self.version}" if self.version else self.name

    def is_written(self, text: str) -> bool:
        """Whether the column ``instrument`` means this one."""
        return bare(text) in self.bare_names

    @property
    def bare_names(self) -> frozenset[str]:
        """How it may be written, without capitals, spaces and punctuation."""
        return frozenset(bare(word) for word in (self.label, *self.written))


def bare(text: str) -> str:
    """A text without capitals, spaces and punctuation.

    Examples
    --------
    >>> bare("BARC-10")
    'barc10'
    """
    return re.sub(r"[\W_]+", "", text).casefold()


_TOP = ("TOP", "TOP start", "TOP review", "TOP exit", "TOP post-exit")
_SCORES_ONLY = "Licensed: scores only, no item text."
_TOP_RIGHTS = "Field codes and ranges only; the wording of the form is not shipped."
REGISTER = (
    Instrument("dependency.days_used", "Treatment Outcomes Profile", "", 0, 28, "lower", _TOP, licence=_TOP_RIGHTS),
    Instrument("employment.paid_days", "Treatment Outcomes Profile", "", 0, 28, "higher", _TOP, licence=_TOP_RIGHTS),
    Instrument("employment.education_days", "Treatment Outcomes Profile", "", 0, 28, "higher", _TOP, licence=_TOP_RIGHTS),
    Instrument("health.psychological", "Treatment Outcomes Profile", "", 0, 20, "higher", _TOP, licence=_TOP_RIGHTS),
    Instrument("health.physical", "Treatment Outcomes Profile", "", 0, 20, "higher", _TOP, licence=_TOP_RIGHTS),
    Instrument("wellbeing.quality_of_life", "Treatment Outcomes Profile", "", 0, 20, "higher", _TOP, licence=_TOP_RIGHTS),
    Instrument(
        "instrument.barc10", "BARC-10", "", 10, 60, "higher",
        cut_off=47, cut_off_means="sustained remission of more than 12 months (Vilsaint et al. 2017)",
    ),
    Instrument("instrument.arc", "ARC", "agree or disagree", 0, 50, "higher", ("ARC 0-50",)),
    Instrument("instrument.arc", "ARC", "items of 1 to 6", 50, 300, "higher", ("ARC 1-6", "ARC 50-300")),
    Instrument("instrument.sure", "SURE", licence="The way of scoring must be recorded; declare range and direction of yours."),
    Instrument("instrument.rec_cap", "REC-CAP", licence="Commercial platform: scores only. Declare range and direction."),
    Instrument("instrument.whoqol_bref", "WHOQOL-BREF", licence=_SCORES_ONLY),
    Instrument("instrument.eq5d", "EQ-5D", licence=_SCORES_ONLY),
    Instrument("instrument.swemwbs", "SWEMWBS", licence=_SCORES_ONLY),
    Instrument("instrument.outcomes_star", "Outcomes Star", licence="Proprietary: scores only, no item text."),
)  # fmt: skip
"""What could be confirmed of each. Where a range or direction is empty it is yours to declare; no reliable change is cited yet."""


def registered(more: Iterable[Instrument] = ()) -> tuple[Instrument, ...]:
    """The register with instruments of your own; one of yours takes the place of one with the same variable and version."""
    own = tuple(more) if isinstance(more, Iterable) and not isinstance(more, str) else (more,)
    wrong = [each for each in own if not isinstance(each, Instrument)]
    if wrong:
        raise SchemaError(f"Further instruments are Instrument(variable, name, …); got a {type(wrong[0]).__name__}.")
    named = {(each.variable, each.version): each for each in own}
    if len(named) < len(own):
        raise SchemaError("Two of the further instruments have the same variable and version; give each its own version.")
    return (*(each for each in REGISTER if (each.variable, each.version) not in named), *own)


def found_in(register: Iterable[Instrument], variable: str, written: str | None) -> Instrument | None:
    """The instrument a row is of: by what its column says, or the only one of its variable where that says nothing."""
    of_variable = [each for each in register if each.variable == variable]
    if written is None or pd.isna(written):
        return of_variable[0] if len(of_variable) == 1 else None
    return next((each for each in of_variable if each.is_written(written)), None)


def instruments(more: Iterable[Instrument] = ()) -> pd.DataFrame:
    """Which instruments are known, in what range, which way is better, and what is known of cut-offs?

    Parameters
    ----------
    more : sequence of Instrument
        Your own; one with the variable and version of one in the register takes its place.

    Returns
    -------
    pandas.DataFrame
        One row an instrument and version: ``variable``, ``name``, ``version``, ``low``, ``high`` (NaN: not known), ``better``
        (``"higher"``, ``"lower"`` or empty), ``cut_off``, ``cut_off_means``, ``reliable_change``, ``reliable_change_source``,
        ``licence``.

    Raises
    ------
    SchemaError
        Something else than instruments, or two of them with the same variable and version.

    Notes
    -----
    What could not be confirmed from a source is left empty, and nothing is worked out from it. A cut-off tells groups of people
    apart in the study it comes from; it says nothing about one person.

    References
    ----------
    Vilsaint, C. L. et al. (2017). Development and validation of a Brief Assessment of Recovery Capital (BARC-10). Drug and Alcohol
    Dependence 177, 71-76. https://doi.org/10.1016/j.drugalcdep.2017.03.022

    Marsden, J. et al. (2008). Development of the Treatment Outcomes Profile. Addiction 103, 1450-1460.
    https://doi.org/10.1111/j.1360-0443.2008.02284.x

    Examples
    --------
    >>> import recoverynet as rn
    >>> known = rn.instruments().set_index(["variable", "version"])
    >>> known.loc[("instrument.barc10", ""), ["low", "high", "cut_off"]].astype(float).tolist()
    [10.0, 60.0, 47.0]
    """
    columns = [name for name in Instrument.__dataclass_fields__ if name != "written"]
    frame = pd.DataFrame([[getattr(each, name) for name in columns] for each in registered(more)], columns=columns)
    numbers = dict.fromkeys(("low", "high", "cut_off", "reliable_change"), "float64")
    return frame.astype(numbers | {name: "str" for name in columns if name not in numbers})
