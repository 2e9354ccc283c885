"""Answers that stand on a fit: where it did not converge, they say so before any number."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from recoverynet.results import Result


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Interpretation(Result):
    """An answer read from a fit; where that did not converge, it says so before any number.

    Parameters
    ----------
    warning : str or None
        Why the fit is not to be read; None where it converged.
    """

    warning: str | None = None

    def summary(self) -> str:
        """The whole answer as plain text; what is wrong with the fit comes before any number.

        Returns
        -------
        str
        """
        return super().summary() if self.warning is None else f"{self.warning}\n\n{super().summary()}"

    def __repr__(self) -> str:
        plain = super().__repr__()
        return plain if self.warning is None else f"{plain[:-1]}; THE FIT DID NOT CONVERGE>"

    def _repr_html_(self) -> str:
        said = "" if self.warning is None else f"<p><strong>{escape(self.warning)}</strong></p>"
        return said + super()._repr_html_()
