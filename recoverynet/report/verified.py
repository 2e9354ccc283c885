"""Is a report what its manifest says? It is made again, and every difference is told."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from recoverynet.arguments import as_path
from recoverynet.errors import RecoveryNetError, SchemaError
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.report.comparison.comparison import comparison_report
from recoverynet.report.evaluation.evaluation import evaluation_report
from recoverynet.report.manifest import as_arguments
from recoverynet.report.presentation import Presentation, present
from recoverynet.report.report import ORIGIN, Report, with_origin
from recoverynet.report.save.reading import SavedReport, read_saved
from recoverynet.report.spread.spread import spread_report
from recoverynet.report.what_if.what_if import what_if_report
from recoverynet.tables.record import RecoveryRecord

MAKERS: dict[str, Callable[..., Report]] = {
    "comparison": comparison_report,
    "evaluation": evaluation_report,
    "spread": spread_report,
    "what_if": what_if_report,
}
_SHOWN = 5
PRESENTED_FILES = ("logo", "template", "wording")


@dataclass(frozen=True)
class Verification:
    """What became of making a report again?

    Attributes
    ----------
    differences : tuple of str
        In sentences; empty where the report is the same, byte for byte.
    """

    differences: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


@dataclass(frozen=True)
class MadeWith:
    """What a report was made with and does not hold, because it is about people or belongs to somebody.

    Attributes
    ----------
    clients : iterable of str or None
        The list of clients.
    plan : InterventionPlan or None
        Of a what-if report.
    logo, template, wording : pathlib.Path or None
        The picture on the cover, the template with its words, and the file of texts.
    ledger : pathlib.Path or None
        What was published from the record before; only read.
    """

    clients: Iterable[str] | None = None
    plan: InterventionPlan | None = None
    logo: Path | None = None
    template: Path | None = None
    wording: Path | None = None
    ledger: Path | None = None


def verify_report(path: str | Path, record: RecoveryRecord, made_with: MadeWith = MadeWith()) -> Verification:  # noqa: B008
    """Is this report what anybody gets who makes it again from these records?

    Parameters
    ----------
    path : str or pathlib.Path
        A report saved as .html, .pdf, .docx, .xlsx or .ipynb, or the folder of its tables.
    record : RecoveryRecord
        What it is said to be made from.
    made_with : MadeWith
        The list of clients or the plan, where it was made with one.

    Returns
    -------
    Verification

    Raises
    ------
    SchemaError
        The file is no report with a manifest, or it needs a list of clients or a plan and none is given.
    NotEstimableError
        The libraries that write this format are not installed.

    Notes
    -----
    The report is made again with the settings that stand in it, saved in the same format and compared byte for byte, so that
    a change of one figure is seen, and so is one of a setting. What differs is told by kind: inputs, versions, settings, text.
    """
    path = as_path(path, "verify_report()")
    saved = read_saved(path)
    _require_given(saved.manifest, made_with, path)
    try:
        again = _made_again(saved.manifest, record, made_with)
    except RecoveryNetError as error:
        return Verification((f"settings: the report cannot be made with the settings in it. {error}",))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return Verification((f"settings: those in the report are not those of a report ({error}).",))
    with tempfile.TemporaryDirectory(prefix="rn-") as folder:
        made = _saved_again(again, path, Path(folder))
    return Verification() if made.content == saved.content else Verification(tuple(_differences(saved, made)))


def _require_given(manifest: Mapping[str, object], made_with: MadeWith, path: Path) -> None:
    if manifest.get("kind") not in MAKERS:
        raise SchemaError(f"The manifest of {path} is not that of a report: its kind is {manifest.get('kind')!r}.")
    if manifest.get("clients_listed") and made_with.clients is None:
        raise SchemaError("The report is about a list of clients, which is no part of it. Give the list as well.")
    if manifest["kind"] == "what_if" and made_with.plan is None:
        raise SchemaError("The report is about a plan, which is no part of it. Give the plan as well.")
    if _mapping(manifest.get("settings")).get("ledger") and (made_with.ledger is None or not made_with.ledger.is_file()):
        raise SchemaError("The report was made with a disclosure ledger, which is no part of it. Give the ledger as well.")
    for name in PRESENTED_FILES:
        if _mapping(manifest.get("presented")).get(name) and getattr(made_with, name) is None:
            raise SchemaError(f"The report was made with a {name}, which is not kept as a file in it. Give the {name} as well.")


def _made_again(manifest: Mapping[str, object], record: RecoveryRecord, made_with: MadeWith) -> Report:
    make, arguments = MAKERS[str(manifest["kind"])], as_arguments(manifest)
    report: Report
    with_ledger = arguments.pop("ledger", False)
    whole = (
        partial(make, record, made_with.plan) if manifest["kind"] == "what_if" else partial(make, record, clients=made_with.clients)
    )
    if with_ledger and made_with.ledger is not None:
        report = _made_with_ledger(partial(whole, **arguments), made_with.ledger)
    else:
        report = whole(**arguments)
    presented = _mapping(manifest.get("presented"))
    if presented:
        told = {name: getattr(made_with, name) for name in PRESENTED_FILES} | {"sections": presented.get("sections")}
        told |= {name: str(presented.get(name, "")) for name in ("service", "contact")}
        report = present(report, Presentation(**told))
    report = report.brief() if manifest.get("brief") else report
    return with_origin(report, **{name: manifest[name] for name in ORIGIN if name in manifest})


def _made_with_ledger(make: Callable[..., Report], ledger: Path) -> Report:
    """With a copy, so that nothing is written into the ledger itself."""
    with tempfile.TemporaryDirectory(prefix="rn-") as folder:
        return make(ledger=shutil.copy(ledger, Path(folder) / "ledger.json"))


def _saved_again(report: Report, path: Path, folder: Path) -> SavedReport:
    place = folder / f"again{'' if path.is_dir() else path.suffix.lower()}"
    if path.is_dir():
        report.save_tables(place)
    else:
        report.save(place)
    return read_saved(place)


def _differences(written: SavedReport, made: SavedReport) -> list[str]:
    said, found, told = written.manifest, made.manifest, []
    for kind in ("inputs", "versions", "settings", "presented"):
        before, after = _mapping(said.get(kind)), _mapping(found.get(kind))
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                told.append(f"{kind}: {name} is {before.get(name)!r} in the report and {after.get(name)!r} here.")
    told += [f"files: {name} is no part of the report." for name in written.content.keys() - made.content.keys()]
    told += [f"files: {name} is missing." for name in made.content.keys() - written.content.keys()]
    old, new = list(written.lines), list(made.lines)
    changed = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
    for _, a, b, c, d in changed[:_SHOWN]:
        told.append(f"text: the report says {_some(old[a:b])}, made again it says {_some(new[c:d])}.")
    if len(changed) > _SHOWN:
        told.append(f"text: {len(changed) - _SHOWN} more passages differ.")
    return told or ["The text is the same; pictures, marks, layout or hidden parts of the file are not."]


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _some(lines: list[str]) -> str:
    text = " / ".join(lines)
    return f"“{text[:120]}{'…' if len(text) > 120 else ''}”" if text else "nothing"
