"""The small file beside the tables that says what a reader could not know from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recoverynet.tables.handover import is_offer, taken_over
from recoverynet.tables.mapping import Mapping, read_mapping
from recoverynet.tables.record import LeftOut
from recoverynet.untrusted.structured import parse_toml

SIDECAR = "record.toml"
"""Written beside the tables where the window or time zone is not what reading them back would give."""


def toml_text(text: str) -> str:
    r"""A text as TOML writes it, whatever stands in it.

    Examples
    --------
    >>> print(toml_text('so "clean"'))
    "so \"clean\""
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def sidecar_lines(
    tz: str, *, states: Sequence[str] = (), window: tuple[str, str] | None = None, left_out: Sequence[LeftOut] = ()
) -> list[str]:
    """What a reader of the tables would not assume, one line of TOML each."""
    lines = [] if tz == "Europe/London" else [f"time_zone = {toml_text(tz)}"]
    if states:
        lines.append(f"states = [{', '.join(map(toml_text, states))}]")
    if window is not None:
        lines.append(f"window = [{', '.join(map(toml_text, window))}]")
    for each in left_out:
        why = ", ".join(f"[{toml_text(words)}, {n}]" for words, n in each.why)
        lines += ["[[left_out]]", f"table = {toml_text(each.table)}", f"n_rows = {each.n_rows}", f"n_of = {each.n_of}"]
        lines.append(f"why = [{why}]")
    return lines


def mapping_of(source: str | Path, mapping: str | Path | dict[str, Any] | Mapping | None) -> Mapping:
    """How a folder (or other source) is to be read: as the mapping says, else as the file beside its tables says.

    Raises
    ------
    SchemaError
        The mapping or the file is wrong.
    """
    if mapping is not None:
        return read_mapping(mapping)
    if is_offer(source):
        return read_mapping(parse_toml(taken_over(source)[1], SIDECAR))
    beside = Path(source) / SIDECAR
    return read_mapping(beside, inside=Path(source)) if beside.is_file() else read_mapping(None)


def write_sidecar(lines: Sequence[str], folder: Path) -> None:
    """Write the lines into a folder that is being made, where there are any."""
    if lines:
        (folder / SIDECAR).write_text("\n".join(lines) + "\n", encoding="utf-8")
