"""Is a report what its manifest says? It is made again, and every difference is told."""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from recoverynet.errors import RecoveryNetError, SchemaError
from recoverynet.report.comparison.comparison import comparison_report
from recoverynet.report.evaluation.evaluation import evaluation_report
from recoverynet.report.manifest import as_arguments
from recoverynet.report.report import Report
from recoverynet.report.spread.spread import spread_report
from recoverynet.tables.record import RecoveryRecord
from recoverynet.untrusted.opening import read_text
from recoverynet.untrusted.structured import parse_json

MAKERS: dict[str, Callable[..., Report]] = {
    "comparison": comparison_report,
    "evaluation": evaluation_report,
    "spread": spread_report,
}
MOST_BYTES = 200_000_000
_BLOCK = re.compile(r'<script type="application/json" id="recoverynet-manifest">(.*?)</script>', re.DOTALL)
_SHOWN = 5


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


def verify_report(path: str | Path, record: RecoveryRecord, *, clients: Iterable[str] | None = None) -> Verification:
    """Is this report what anybody gets who makes it again from these records?

    Parameters
    ----------
    path : str or pathlib.Path
        A report saved as ``.html``.
    record : RecoveryRecord
        What it is said to be made from.
    clients : iterable of str, optional
        The list of clients, where it was made with one.

    Returns
    -------
    Verification

    Raises
    ------
    SchemaError
        The file is no report with a manifest, or it needs a list of clients and none is given.

    Notes
    -----
    The report is made again with the settings that stand in it and compared with the file byte for byte, so that a change
    of one figure is seen, and so is one of a setting. What differs is told by kind: inputs, versions, settings, text.
    """
    written = read_text(Path(path), most=MOST_BYTES)
    manifest = read_manifest(written, Path(path))
    if manifest.get("clients_listed") and clients is None:
        raise SchemaError("The report is about a list of clients, which is no part of it. Give the list as well.")
    try:
        again = _made_again(manifest, record, clients)
    except RecoveryNetError as error:
        return Verification((f"settings: the report cannot be made with the settings in it. {error}",))
    except (TypeError, ValueError, KeyError) as error:
        return Verification((f"settings: those in the report are not those of a report ({error}).",))
    with tempfile.TemporaryDirectory(prefix="rn-") as folder:
        again.save(Path(folder) / "again.html")
        made = (Path(folder) / "again.html").read_text(encoding="utf-8")
    return Verification() if made == written else Verification(tuple(_differences(written, made, manifest, again.manifest)))


def read_manifest(written: str, path: Path) -> dict[str, object]:
    """The manifest inside a page; SchemaError where there is none, or more than one."""
    found = _BLOCK.findall(written)
    if len(found) != 1:
        raise SchemaError(f"{path} holds {len(found)} manifests where a report saved as .html by this version holds one.")
    manifest = parse_json(found[0], f"the manifest of {path}")
    if not isinstance(manifest, dict) or manifest.get("kind") not in MAKERS:
        raise SchemaError(f"The manifest of {path} is not that of a report.")
    return manifest


def _made_again(manifest: Mapping[str, object], record: RecoveryRecord, clients: Iterable[str] | None) -> Report:
    make = MAKERS[str(manifest["kind"])]
    report = make(record, **as_arguments(manifest), clients=clients)
    report = report.brief() if manifest.get("brief") else report
    kept = {name: manifest[name] for name in ("made_by", "made_on", "files") if name in manifest}
    return replace(report, manifest={**report.manifest, **kept})


def _differences(written: str, made: str, said: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    told = []
    for kind in ("inputs", "versions", "settings"):
        before, after = _mapping(said.get(kind)), _mapping(json.loads(json.dumps(found.get(kind))))
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                told.append(f"{kind}: {name} is {before.get(name)!r} in the report and {after.get(name)!r} here.")
    old, new = _lines(written), _lines(made)
    changed = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
    for _, a, b, c, d in changed[:_SHOWN]:
        told.append(f"text: the report says {_some(old[a:b])}, made again it says {_some(new[c:d])}.")
    if len(changed) > _SHOWN:
        told.append(f"text: {len(changed) - _SHOWN} more passages differ.")
    return told or ["The text is the same; pictures, marks or layout of the file are not."]


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _lines(page: str) -> list[str]:
    """What a page says, a line an element."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return [line for part in re.split(r"<[^>]*>", bare) if (line := " ".join(html.unescape(part).split()))]


def _some(lines: list[str]) -> str:
    text = " / ".join(lines)
    return f"“{text[:120]}{'…' if len(text) > 120 else ''}”" if text else "nothing"
