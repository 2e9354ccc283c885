"""A saved report read back, whatever its format: the manifest inside it, and what it says, line by line."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from recoverynet.errors import SchemaError
from recoverynet.report.manifest import MANIFEST_FILE, from_properties
from recoverynet.report.save.missing import not_installed
from recoverynet.untrusted.opening import MOST_SETTINGS_BYTES, read_bytes, read_text
from recoverynet.untrusted.structured import parse_json, parse_xml
from recoverynet.untrusted.zipped import read_member, require_sound_workbook, require_sound_zip

MOST_BYTES = 200_000_000
_BLOCK = re.compile(r'<script type="application/json" id="recoverynet-manifest">(.*?)</script>', re.DOTALL)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class SavedReport:
    """What a file holds.

    Attributes
    ----------
    manifest : dict
        As :func:`recoverynet.report.manifest.make_manifest` made it.
    lines : tuple of str
        What it says, in order: sentences, cells, captions.
    content : mapping of str to bytes
        Its bytes, by file; one file, but for a folder of tables.
    """

    manifest: dict[str, Any]
    lines: tuple[str, ...]
    content: dict[str, bytes]


def read_saved(path: str | Path) -> SavedReport:
    """A report saved as .html, .pdf, .docx, .xlsx or .ipynb, or as a folder of tables.

    Raises
    ------
    SchemaError
        It is none, cannot be read, or holds no manifest or more than one.
    NotEstimableError
        For a PDF, pypdf is not installed.
    """
    path = Path(path)
    kind = "folder" if path.is_dir() else path.suffix.lower()
    if kind not in _READERS:
        raise SchemaError(f"A report is a file {', '.join(list(_READERS)[:-1])} or a folder of tables; {path.name!r} is neither.")
    found, lines = _READERS[kind](path)
    if len(found) != 1:
        raise SchemaError(f"{path} holds {len(found)} manifests where a report saved by this version holds one.")
    manifest = parse_json(found[0], f"the manifest of {path}")
    if not isinstance(manifest, dict):
        raise SchemaError(f"The manifest of {path} is not that of a report.")
    return SavedReport(manifest, tuple(lines), _content(path))


def _content(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [each for each in sorted(path.iterdir()) if _is_ours(each)]
    return {file.name if path.is_dir() else "": read_bytes(file, most=MOST_BYTES) for file in files}


def _is_ours(file: Path) -> bool:
    return file.is_file() and (file.suffix.lower() == ".csv" or file.name == MANIFEST_FILE)


def _page(path: Path) -> tuple[list[str], list[str]]:
    written = read_text(path, most=MOST_BYTES)
    return _BLOCK.findall(written), _lines(written)


def _notebook(path: Path) -> tuple[list[str], list[str]]:
    notebook = parse_json(read_text(path, most=MOST_BYTES), str(path))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise SchemaError(f"{path} is not a notebook.")
    metadata = notebook.get("metadata")
    manifest = metadata.get("recoverynet") if isinstance(metadata, dict) else None
    return ([] if manifest is None else [json.dumps(manifest)]), list(_texts(notebook["cells"]))


def _texts(value: object, key: str = "") -> Iterator[str]:
    """Every text of cells and their outputs; pages among them without their marks."""
    if isinstance(value, str):
        yield from _lines(value) if key == "text/html" else value.splitlines()
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield from _texts("".join(value), key)
    elif isinstance(value, list | dict):
        for name, each in value.items() if isinstance(value, dict) else ((key, each) for each in value):
            yield from _texts(each, str(name))


def _document(path: Path) -> tuple[list[str], list[str]]:
    require_sound_zip(path)
    body = parse_xml(read_member(path, "word/document.xml"), str(path))
    lines = ["".join(text.text or "" for text in line.iter(f"{_WORD}t")) for line in body.iter(f"{_WORD}p")]
    return _from_properties(path), [line for line in lines if line]


def _workbook(path: Path) -> tuple[list[str], list[str]]:
    require_sound_workbook(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = [(name, row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    except Exception as error:
        raise SchemaError(f"{path} cannot be read as an Excel workbook ({error}).") from error
    return _from_properties(path), [f"{name}: {cell}" for name, row in rows for cell in row if cell != ""]


def _from_properties(path: Path) -> list[str]:
    try:
        content = read_member(path, "docProps/custom.xml")
    except SchemaError:
        return []
    found = from_properties({each.get("name", ""): "".join(each.itertext()) for each in parse_xml(content, str(path))})
    return [] if found is None else [found]


def _paper(path: Path) -> tuple[list[str], list[str]]:
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise not_installed("what a PDF says", "report", error) from error
    read_bytes(path, most=MOST_BYTES)
    try:
        reader = PdfReader(path)
        found = [
            content.decode("utf-8") for name, every in reader.attachments.items() for content in every if name == MANIFEST_FILE
        ]
        return found, [line for page in reader.pages for line in page.extract_text().splitlines()]
    except Exception as error:
        raise SchemaError(f"{path} cannot be read as a PDF ({error or type(error).__name__}).") from error


def _folder(path: Path) -> tuple[list[str], list[str]]:
    file = path / MANIFEST_FILE
    found = [read_text(file, most=MOST_SETTINGS_BYTES)] if file.is_file() else []
    tables = [each for each in sorted(path.iterdir()) if _is_ours(each) and each.name != MANIFEST_FILE]
    texts = [(each.name, read_bytes(each, most=MOST_BYTES).decode("utf-8", errors="replace")) for each in tables]
    return found, [f"{name}: {line}" for name, text in texts for line in text.splitlines()]


_READERS: dict[str, Callable[[Path], tuple[list[str], list[str]]]] = {
    ".html": _page, ".pdf": _paper, ".docx": _document, ".xlsx": _workbook, ".ipynb": _notebook, "folder": _folder,
}  # fmt: skip


def _lines(page: str) -> list[str]:
    """What a page says, a line an element."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return [line for part in re.split(r"<[^>]*>", bare) if (line := " ".join(html.unescape(part).split()))]
