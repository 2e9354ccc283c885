"""What was published before from a record: figures, not people, kept so that the next report does not give away what these hid."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.atomic import write_text
from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report.disclosure.counted import PERIOD, Counted, Earlier, Fact
from recoverynet.report.disclosure.publication import Publication
from recoverynet.report.manifest import as_data, as_json

FORM, MARKS, LEAST_ALIKE = 1, 64, 0.3
KEEP = "Keep it with the records, never with the reports: it holds the true counts behind what was hidden."


@dataclass(eq=False)
class DisclosureLedger:
    """What has been published from this record so far?

    Parameters
    ----------
    path : pathlib.Path
        Where it is kept, readable by its owner alone.
    salt : str
    marks : tuple of int
        By what the record is known again though it grows: 16 bits each of salted digests of some ids of clients, which fit
        one id in a thousand of any other record too.
    reports : list of dict
        Title, kind, scope, policy and figures of each report.

    See Also
    --------
    open_ledger : reads or begins one.
    """

    path: Path
    salt: str
    marks: tuple[int, ...]
    reports: list[dict[str, object]] = field(default_factory=list)

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """Every figure published so far."""
        found = []
        for report in self.reports:
            name = f"{report['title']} ({'; '.join(report['scope'])}; {report['policy']})"  # type: ignore[arg-type]
            for text, value, low, high, hidden in report["figures"]:  # type: ignore[attr-defined]
                top = np.inf if high is None else float(high)
                found.append(Earlier(Counted.read(text), int(value), float(low), top, bool(hidden), name))
        return tuple(found)

    def before(
        self, scope: Iterable[str], policy: str, kind: str = "", inputs: Mapping[str, str] | None = None
    ) -> tuple[Earlier, ...]:
        """What was published before a report of this kind, scope and policy: made again, it is what it was the first time.

        Made again from a record that was corrected, it is another report, and what the first told is told already.
        """
        wanted = {"scope": sorted(scope), "policy": policy, "kind": kind}
        same = (
            place
            for place, report in enumerate(self.reports)
            if all(report.get(name, "") == wanted[name] for name in wanted) and not _corrected(report, inputs)
        )
        return replace(self, reports=self.reports[: next(same, None)]).earlier

    def corrected(self, scope: Iterable[str], inputs: Mapping[str, str]) -> tuple[str, ...]:
        """Tables of the record that are not what they were when a report about the same people and time was made."""
        about = [report for report in self.reports if report["scope"] == sorted(scope)]
        return tuple(sorted({name for report in about for name in _corrected(report, inputs)}))

    def remember(
        self, title: str, publication: Publication, policy: str, kind: str = "", inputs: Mapping[str, str] | None = None
    ) -> None:
        """Write down what a report published; a report made again is not written down twice.

        Raises
        ------
        NotWrittenError
            The file cannot be written.
        """
        if publication.off:
            return
        figures = [
            [told.counted.text, told.value, told.low, None if np.isinf(told.high) else told.high, told.hidden]
            for told in publication.told(title)
        ]
        entry: dict[str, object] = {"title": title, "scope": sorted(publication.scope), "policy": policy, "figures": figures}
        entry |= {"kind": kind} if kind else {}
        entry |= {"inputs": dict(inputs)} if inputs else {}
        if entry not in self.reports:
            self.reports.append(entry)
        held = {"form": FORM, "note": KEEP, "salt": self.salt, "marks": list(self.marks), "reports": self.reports}
        write_text(self.path, json.dumps(held, ensure_ascii=True, indent=1), private=True)


def open_ledger(path: str | Path, clients: Iterable[str]) -> DisclosureLedger:
    """Read a ledger, or begin one where there is no file yet.

    Parameters
    ----------
    path : str or pathlib.Path
    clients : iterable of str
        Ids of the clients of the whole record.

    Raises
    ------
    SchemaError
        The file is no ledger.
    DisclosureError
        It is the ledger of another record.
    """
    path, ids = Path(path), list(clients)
    if not path.exists():
        salt = secrets.token_hex(8)
        return DisclosureLedger(path, salt, _marks(ids, salt))
    held = _read(path)
    ledger = DisclosureLedger(path, str(held["salt"]), tuple(held["marks"]), list(held["reports"]))  # type: ignore[arg-type, call-overload]
    own = set(_marks(ids, ledger.salt))
    alike = len(own & set(ledger.marks)) / max(min(len(own), len(set(ledger.marks))), 1)
    if alike < LEAST_ALIKE:
        raise DisclosureError(
            f"{path} is the disclosure ledger of another record: hardly any client of it is in this one. Give the ledger that was "
            "begun with this record, or a new file name to begin one."
        )
    return ledger


@dataclass(frozen=True, eq=False)
class Book:
    """The place of one report in a ledger, or outside any.

    Attributes
    ----------
    ledger : DisclosureLedger or None
        None where none was given: nothing is remembered then.
    kind : str
        Which report with which settings: another kind is another report, though it is about the same people and time.
    scope : frozenset of str
        What is true of everybody in it.
    policy : str
    inputs : mapping of table name to fingerprint
        What the report is made from.
    """

    ledger: DisclosureLedger | None
    kind: str
    scope: frozenset[str]
    policy: str
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """What was published before."""
        return () if self.ledger is None else self.ledger.before(self.scope, self.policy, self.kind, self.inputs)

    @property
    def corrected(self) -> tuple[str, ...]:
        """Tables that were changed since a report about the same people and time was published."""
        return () if self.ledger is None else self.ledger.corrected(self.scope, self.inputs)

    def remember(self, title: str, publication: Publication) -> None:
        """Write down what the report published, where there is a ledger."""
        if self.ledger is not None:
            self.ledger.remember(title, publication, self.policy, self.kind, self.inputs)


def open_book(
    path: str | Path | None,
    clients: Iterable[str],
    *,
    kind: str,
    settings: object,
    scope: frozenset[str],
    policy: str,
    inputs: Callable[[], Mapping[str, str]] = dict,
) -> Book:
    """The ledger of a record opened for one report.

    Parameters
    ----------
    path : str, pathlib.Path or None
        None: the report stands alone.
    clients : iterable of str
        Ids of the clients of the whole record.
    kind : str
        Such as ``"comparison"``.
    settings : object
        Whatever else tells two reports of a kind apart; a digest of it is kept.
    scope : frozenset of str
    policy : str
    inputs : callable
        Gives the fingerprint of every table the report is made from; asked only where there is a ledger.

    Raises
    ------
    SchemaError
        The file is no ledger.
    DisclosureError
        It is the ledger of another record.
    """
    if path is None:
        return Book(None, kind, frozenset(), policy)
    return Book(
        open_ledger(path, clients), f"{kind} {_digest([as_json({'settings': as_data(settings)})])}", scope, policy, inputs()
    )


def scope_of(window: tuple[pd.Timestamp, pd.Timestamp] | None, **chosen: object) -> frozenset[str]:
    """What is true of everybody in a report, as its figures are named in a ledger.

    Parameters
    ----------
    window : (start, end) or None
        None where nothing is dated.
    **chosen
        Area, provider, list of clients; None where not chosen.
    """
    days = () if window is None else tuple(instant.date().isoformat() for instant in window)
    scope = {Fact(PERIOD, " to ".join(days)).text} if days else set()
    for name, value in chosen.items():
        if value is not None:
            text = value if isinstance(value, str) else "list " + _digest(sorted(map(str, value)))  # type: ignore[call-overload]
            scope.add(Fact(name, text.replace(";", ",")).text)
    return frozenset(scope)


def _corrected(report: Mapping[str, object], inputs: Mapping[str, str] | None) -> set[str]:
    """Tables that are not what they were when a report was made; none where that was not written down."""
    held = report.get("inputs")
    if not isinstance(held, dict) or not inputs:
        return set()
    return {name for name in held.keys() | inputs.keys() if held.get(name) != inputs.get(name)}


def _digest(ids: list[str]) -> str:
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


def _marks(ids: Iterable[str], salt: str) -> tuple[int, ...]:
    """The smallest digests, cut short: many of them stay the same when clients join."""
    digests = sorted(hashlib.sha256(f"{salt}:{one}".encode()).digest() for one in set(ids))
    return tuple(int.from_bytes(digest[-2:], "big") for digest in digests[:MARKS])


def _read(path: Path) -> Mapping[str, object]:
    wrong = SchemaError(
        f"{path} is not a disclosure ledger as recoverynet writes it. Give another file, or a new name to begin one."
    )
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise wrong from error
    if not isinstance(held, dict) or held.get("form") != FORM or not {"salt", "marks", "reports"} <= set(held):
        raise wrong
    reports = held["reports"]
    whole = isinstance(reports, list) and all(
        isinstance(report, dict)
        and {"title", "scope", "policy", "figures"} <= set(report)
        and all(isinstance(figure, list) and len(figure) == 5 for figure in report["figures"])
        for report in reports
    )
    if not whole or not isinstance(held["marks"], list):
        raise wrong
    return held
