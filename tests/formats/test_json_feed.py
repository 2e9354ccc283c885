"""JSON feeds as they are found: whole, mended, or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverynet.errors import SchemaError
from recoverynet.formats import json_feed
from recoverynet.formats.json_feed import read_feed


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"<!DOCTYPE html><html>503</html>", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'[{"name": "a"}, {"name":', "cut short"),
        (b'[{"name": "a"', "cut short"),
        (b"name,day\na,1\n", "neither \\[ nor {"),
        (b"\x89PNG\r\n\x81\x8d", "not text|neither"),
        (b'[{"name" "a"}]', "from line 1 on"),
        (b"[" * 100_000, "without end|cut short"),
        (b'[{"name": "a", "day": ' + b"9" * 100_000 + b"}]", "thousands of digits"),
        (b'[{"name": "a", "day": ' + b"9" * 100_000 + b"}] thank you", "thousands of digits"),
    ],
)
def test_what_is_no_feed_is_said_to_be_so(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=says):
        read_feed(path)


def test_what_is_not_there_or_a_folder_or_too_large(tmp_path: Path, monkeypatch) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(SchemaError, match="no file|a folder"):
            read_feed(path)
    (tmp_path / "big.json").write_text("[" + "1," * 100 + "1]")
    monkeypatch.setattr(json_feed, "LARGEST", 50)
    with pytest.raises(SchemaError, match="Fetch fewer areas"):
        read_feed(tmp_path / "big.json")


def test_a_text_left_open_and_words_behind_the_end_are_mended_and_told(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_text('[{"name": "a",\n "url": "https://x.org/?a=1\n}, {"name": "say \\"hi\\"", "n": NaN}]\n thank you')
    feed = read_feed(path)
    assert feed.content == [{"name": "a", "url": "https://x.org/?a=1"}, {"name": 'say "hi"', "n": None}]
    assert len(feed.mended) == 2 and feed.mended[0].startswith("1 texts") and feed.mended[1].startswith("9 characters")


def test_half_a_character_is_no_text_that_could_be_written(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_text('[{"name": "\\ud800 caf\\u00e9 \\ud83d\\ude00", "\\udfff": ["\\udc00"]}]')
    assert read_feed(path).content == [{"name": "\ufffd café \U0001f600", "\ufffd": ["\ufffd"]}]


def test_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / "feed.json").write_bytes('["Café"]'.encode(encoding))
        assert read_feed(tmp_path / "feed.json").content == ["Café"]
