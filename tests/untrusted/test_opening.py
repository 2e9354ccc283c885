"""Files that are not what they seem: pipes, devices, links, lines without an end."""

from __future__ import annotations

import os

import pytest

import recoverynet as rn
from recoverynet.untrusted.opening import count_lines, files_in, read_bytes, read_text, require_shape


def test_what_is_read(tmp_path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfann")
    assert read_text(tmp_path / "a.txt") == "ann" and read_bytes(tmp_path / "a.txt", inside=tmp_path)[3:] == b"ann"
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert read_text(tmp_path / "b.txt", inside=tmp_path) == "ann", "a link within the folder"


def test_what_is_refused(tmp_path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "out.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "out.txt")
    (folder / "deep").symlink_to(tmp_path)
    (folder / "none.txt").symlink_to("nowhere")
    (folder / "bad.txt").write_bytes(b"\xff\xfe\xfd")
    os.mkfifo(folder / "pipe.txt")
    for name, words in (
        ("link.txt", "leads out of the folder"),
        ("deep/out.txt", "leads out of the folder"),
        ("../out.txt", "leads out of the folder"),
        ("none.txt", "leads nowhere"),
        ("gone.txt", "is not there"),
        ("pipe.txt", "a pipe or a device"),
        ("bad.txt", "not text in UTF-8"),
        (".", "is a folder"),
    ):
        with pytest.raises(rn.SchemaError, match=words):
            read_text(folder / name, inside=folder)
    with pytest.raises(rn.SchemaError, match=r"out\.txt has 6 bytes, and at most 5 bytes are read\. Cut it"):
        read_bytes(tmp_path / "out.txt", most=5, remedy="Cut it.")
    with pytest.raises(rn.SchemaError, match="a pipe or a device"):
        read_bytes("/dev/zero")


@pytest.mark.parametrize(
    ("text", "n"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\r\nb", 2), (b"a\rb\r", 2), (b"\n\n\n", 3), (b"\r\n\r\n", 2), (b"\r\r", 2)],
)
def test_lines_are_counted(text, n) -> None:
    assert count_lines(text, "a.csv") == n


def test_lines_across_the_pieces_they_are_counted_in(monkeypatch) -> None:
    monkeypatch.setattr("recoverynet.untrusted.opening._CHUNK", 4)
    text = b"abc\r\nd\n\n" + b"x" * 9 + b"\r\n"
    assert count_lines(text, "a.csv") == len(text.splitlines())
    with pytest.raises(rn.SchemaError, match="more than 8 bytes"):
        count_lines(text, "a.csv", longest=8)
    with pytest.raises(rn.SchemaError, match="more than 3 lines"):
        count_lines(text, "a.csv", most=3)
    with pytest.raises(rn.SchemaError, match="a line of more than 5 bytes"):
        count_lines(b"x" * 9, "a.csv", longest=5)


def test_shapes() -> None:
    require_shape(1_000_000, 20, "a.parquet")
    for n_rows, n_columns, words in (
        (50_000_000, 2, "claims 50,000,000 rows"),
        (1, 20_000, "20,000 columns"),
        (19_000_000, 40, "cells"),
    ):
        with pytest.raises(rn.SchemaError, match=words):
            require_shape(n_rows, n_columns, "a.parquet")


def test_files_of_a_folder(tmp_path) -> None:
    for name in ("b.csv", "a.csv", ".hidden", "~lock"):
        (tmp_path / name).write_text("")
    (tmp_path / "sub").mkdir()
    assert [path.name for path in files_in(tmp_path)] == ["a.csv", "b.csv"]
