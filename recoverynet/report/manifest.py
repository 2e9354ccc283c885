"""What a report was made from, as data that travels inside it: inputs, versions, every setting."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version

from recoverynet.errors import SchemaError
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.states import Norm, StateScheme

FORM = 1
PACKAGES = ("recoverynet", "numpy", "pandas", "scipy", "matplotlib")
MANIFEST_FILE = "manifest.json"
"""The file of the manifest: in a folder of tables, and attached to a PDF."""
PROPERTY = "recoverynet-manifest-"
"""Custom properties of Word and Excel files that hold the manifest, piece by piece, are called so, with a number."""
_PIECE = 250
_NORM, _POLICY = "states holding the norm", "smallest_shown"


def make_manifest(kind: str, inputs: Mapping[str, str], settings: Mapping[str, object], *, listed: bool) -> dict[str, object]:
    """Everything it takes to make a report again, in words that JSON knows.

    Parameters
    ----------
    kind : {"comparison", "evaluation", "spread", "what_if"}
    inputs : mapping of table name to fingerprint
    settings : mapping
        Arguments of the report, by name.
    listed : bool
        Whether a list of clients was given, which is no part of the report.
    """
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    told = {name: as_data(value) for name, value in settings.items()}
    return {"form": FORM, "kind": kind, "inputs": dict(inputs), "versions": versions, "settings": told, "clients_listed": listed}


def as_arguments(manifest: Mapping[str, object]) -> dict[str, object]:
    """The settings of a manifest as arguments; SchemaError where it is none of ours."""
    settings = manifest.get("settings")
    if manifest.get("form") != FORM or not isinstance(settings, dict):
        raise SchemaError(f"The report says it was made in a form that is not known here ({manifest.get('form')!r}).")
    return {str(name): _as_value(value) for name, value in settings.items()}


def as_json(manifest: Mapping[str, object]) -> str:
    """The manifest as JSON that ends no element of a page, whatever texts are in it."""
    text = json.dumps(manifest, ensure_ascii=True, sort_keys=True, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_properties(manifest: str) -> dict[str, str]:
    """The JSON of a manifest in pieces as short as properties of Word and Excel files may be, by name."""
    starts = range(0, len(manifest), _PIECE)
    return {f"{PROPERTY}{number:04d}": manifest[start : start + _PIECE] for number, start in enumerate(starts, 1)}


def from_properties(properties: Mapping[str, str]) -> str | None:
    """The JSON that :func:`as_properties` cut; None where there is none."""
    pieces = [properties[name] for name in sorted(properties) if name.startswith(PROPERTY)]
    return "".join(pieces) if pieces else None


def as_data(value: object) -> object:
    """A setting in words that JSON knows, the same in every run."""
    if isinstance(value, Norm):
        scheme = value.scheme
        return {
            "name": value.name,
            _NORM: [state for state in scheme.states if state in value.holds],
            "states": list(scheme.states),
            "using": [state for state in scheme.states if state in scheme.using],
        }
    if isinstance(value, DisclosurePolicy):
        return asdict(value)
    if isinstance(value, Mapping):
        return {str(name): as_data(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_data(each) for each in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_value(value: object) -> object:
    if isinstance(value, dict) and _NORM in value:
        scheme = StateScheme(tuple(value["states"]), using=frozenset(value["using"]))
        return Norm(value["name"], holds=frozenset(value[_NORM]), scheme=scheme)
    if isinstance(value, dict) and _POLICY in value:
        return DisclosurePolicy(**value)
    return value
