"""Outcomes of the usual forms, and how each reads in a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How a known variable reads.

    Attributes
    ----------
    name : str
    unit : str
        Unit of its numbers, shared by outcomes that may stand in one figure.
    better : {"higher", "lower", ""}
        Which way is better; empty where that is not for the report to say.
    scale : str
        From where to where its numbers go; empty where the name says so, or it has none.
    """

    name: str
    unit: str = ""
    better: str = ""
    scale: str = ""

    @property
    def label(self) -> str:
        """The name with the scale."""
        return f"{self.name} ({self.scale})" if self.scale else self.name


KNOWN = {
    "dependency.days_used": Outcome("Days of use in the last 28", "days", "lower"),
    "employment.paid_days": Outcome("Days of paid work in the last 28", "days", "higher"),
    "employment.education_days": Outcome("Days of education in the last 28", "days", "higher"),
    "health.psychological": Outcome("Psychological health", "points", "higher", "0 to 20"),
    "health.physical": Outcome("Physical health", "points", "higher", "0 to 20"),
    "wellbeing.quality_of_life": Outcome("Quality of life", "points", "higher", "0 to 20"),
    "instrument.barc10": Outcome("Recovery capital, BARC-10", "BARC-10 points", "higher", "10 to 60"),
    "employment.status": Outcome("Work and education"),
    "housing.status": Outcome("Housing status"),
    "family.contact": Outcome("Contact with family"),
    "offending.reoffended": Outcome("Reoffending"),
}
