"""Where the contacts of a record lie that was read without them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recoverynet.tables.relational.start import EngineSettings

CONTACTS = ("occasions", "participation")
"""The tables that grow with contacts."""


@dataclass(frozen=True)
class ContactsAway:
    """Contacts that stay in their files, however many there are, and the engine that is asked about them.

    Attributes
    ----------
    folder : pathlib.Path
        Holds ``occasions.parquet`` and ``participation.parquet``, each a file or a folder of them.
    settings : EngineSettings
    seen : (first, last) or None
        When the first and the last occasion began; None where there is none.
    within : (start, end) or None
        Only occasions that begin in this half-open window count. None: all.
    """

    folder: Path
    settings: EngineSettings
    seen: tuple[pd.Timestamp, pd.Timestamp] | None = None
    within: tuple[pd.Timestamp, pd.Timestamp] | None = None

    def during(self, window: tuple[pd.Timestamp, pd.Timestamp]) -> ContactsAway:
        """Those of a window alone, as far as they counted before."""
        if self.within is not None:
            window = max(self.within[0], window[0]), min(self.within[1], window[1])
        seen = self.seen
        if seen is not None:
            inside = max(seen[0], window[0]), min(seen[1], window[1] - pd.Timedelta(1, "us"))
            seen = inside if inside[0] <= inside[1] else None
        return replace(self, seen=seen, within=window)

    def paths(self) -> dict[str, Path]:
        """Where each table lies."""
        return {name: self.folder / f"{name}.parquet" for name in CONTACTS}
