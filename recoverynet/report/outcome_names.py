"""Outcomes of the usual forms, and how each reads in a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How a known variable reads.

    Attributes
    ----------
    label : str
    unit : str
        Unit of its numbers, shared by outcomes that may stand in one figure.
    better : {"higher", "lower", ""}
        Which way is better; empty where that is not for the report to say.
    """

    label: str
    unit: str = ""
    better: str = ""


KNOWN = {
    "dependency.days_used": Outcome("Days of use in the last 28", "days", "lower"),
    "employment.paid_days": Outcome("Days of paid work in the last 28", "days", "higher"),
    "employment.education_days": Outcome("Days of education in the last 28", "days", "higher"),
    "health.psychological": Outcome("Psychological health (0 to 20)", "points", "higher"),
    "health.physical": Outcome("Physical health (0 to 20)", "points", "higher"),
    "wellbeing.quality_of_life": Outcome("Quality of life (0 to 20)", "points", "higher"),
    "instrument.barc10": Outcome("Recovery capital, BARC-10 (10 to 60)", "BARC-10 points", "higher"),
    "employment.status": Outcome("Work and education"),
    "housing.status": Outcome("Housing status"),
    "family.contact": Outcome("Contact with family"),
    "offending.reoffended": Outcome("Reoffending"),
}
