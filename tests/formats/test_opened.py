from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.formats.opened import decoded, open_bounded, split_rows


def test_a_quotation_mark_left_open_costs_its_own_line_only() -> None:
    assert split_rows('a,b\n1,"x\n2,y\n', ",") == [["a", "b"], ["1", "x"], ["2", "y"]]
    assert split_rows('a,b\n"1\n2",y\n', ",") == [["a", "b"], ["1\n2", "y"]]
    assert split_rows('a\n"' + "x" * 200_000 + "\nb\n", ",")[-1] == ["b"]


@pytest.mark.parametrize("data", [b"", b" \n", b"%PDF-1.4", b"\x00\x01", b"\xff\xfea", b"<html>", b"\x1f\x8b\x08"])
def test_what_is_no_text_says_so(data: bytes) -> None:
    with pytest.raises(SchemaError, match="a.csv"):
        decoded(data, "a.csv")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SchemaError, match="link"):
        open_bounded(tmp_path / "in").entries[0].read()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert open_bounded(tmp_path).entries == []
    with pytest.raises(SchemaError, match="pipe"):
        open_bounded(tmp_path / "a.csv")


def test_a_zip_file_that_lies_about_its_contents_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "x,y\n" * 1000)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(bytes(data))
    with pytest.raises(SchemaError, match="damaged"):
        open_bounded(tmp_path / "a.zip").entries[0].read()
    (tmp_path / "b.zip").write_bytes(bytes(data[:-10]))
    with pytest.raises(SchemaError):
        open_bounded(tmp_path / "b.zip").entries[0].read()


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (rn.read_vna, '*node data\nid age\n"b\u2028en" 1\n"c\x85at" 2\n*tie data\nfrom to t\n"b\u2028en" "c\x85at" 1\n'),
        (rn.read_pajek, '*Vertices 2\n1 "b\u2028en"\n2 "c\x85at"\n*Arcs\n1 2\n'),
        (rn.read_ucinet, 'dl n=2 format=edgelist1\nlabels:\n"b\u2028en","c\x85at"\ndata:\n1 2\n'),
    ],
)
def test_a_line_ends_where_a_text_file_has_it_end(read: Callable[[Path], rn.ImportedNetworks], text: str, tmp_path: Path) -> None:
    (tmp_path / "net").write_text(text, encoding="utf-8")
    (network,) = read(tmp_path / "net").networks.values()
    assert list(network.people.index) == ["b\u2028en", "c\x85at"]
    assert network.n_ties == 1
