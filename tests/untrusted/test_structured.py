"""Settings and networks that are nested without end, or stand for more than they say."""

from __future__ import annotations

import pytest

import recoverynet as rn
from recoverynet.untrusted.structured import DEEPEST, parse_json, parse_toml, parse_xml

LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


def test_what_is_read() -> None:
    assert parse_toml("a = [[1], [2]]\n[b]\nc = 1", "a.toml") == {"a": [[1], [2]], "b": {"c": 1}}
    assert parse_json("[[1], {}]", "a.json") == [[1], {}]
    assert parse_json('{"a": ["\\ud800b"]}', "half a character") == {"a": ["\ufffdb"]}
    root = parse_xml(b"<?xml version='1.0'?><!DOCTYPE a><a x='1'><b>t&amp;u</b></a>", "a.xml")
    assert root.attrib == {"x": "1"} and root[0].text == "t&u"


@pytest.mark.parametrize("depth", [DEEPEST + 5, 5_000, 200_000])
def test_too_deep(depth) -> None:
    for parse, text in (
        (parse_toml, "a = " + "[" * depth + "]" * depth),
        (parse_toml, "a" + ".a" * depth + " = 1"),
        (parse_toml, "a = " + "{a = " * depth + "1" + "}" * depth),
        (parse_json, "[" * depth + "]" * depth),
        (parse_json, '{"a":' * depth + "1" + "}" * depth),
    ):
        if depth == 200_000 and ".a" in text:
            continue  # 400,000 dotted keys are beyond the size of a file of settings
        with pytest.raises(rn.SchemaError, match="levels deep"):
            parse(text, "a file")
    with pytest.raises(rn.SchemaError, match="levels deep"):
        parse_xml(b"<a>" * depth + b"</a>" * depth, "a.xml")


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, LAUGHS.replace(b">&c;<", b"><")])
def test_entities_are_refused(text) -> None:
    with pytest.raises(rn.SchemaError, match="declares the entity 'b'"):
        parse_xml(text, "a.graphml")


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (parse_toml, "a = ", "not a TOML file"),
        (parse_toml, "a = " + "9" * 5_000, "not a TOML file"),
        (parse_json, "[1,", "not JSON"),
        (parse_json, "9" * 5_000, "not JSON"),
        (parse_xml, b"<a><b></a>", "not XML"),
        (parse_xml, b"", "not XML"),
        (parse_xml, b"<?xml version='1.0' encoding='nonsense'?><a/>", "not XML"),
    ],
)
def test_what_cannot_be_read(parse, text, words) -> None:
    with pytest.raises(rn.SchemaError, match=f"a file is {words}"):
        parse(text, "a file")


def test_too_large(monkeypatch) -> None:
    with pytest.raises(rn.SchemaError, match="at most 3 are read"):
        parse_json("[1, 2]", "a.json", most=3)
    with pytest.raises(rn.SchemaError, match="at most 3 are read"):
        parse_xml(b"<a></a>", "a.xml", most=3)
    monkeypatch.setattr("recoverynet.untrusted.structured.MOST_ELEMENTS", 2)
    with pytest.raises(rn.SchemaError, match="more than 2 elements"):
        parse_xml(b"<a><b/><c/></a>", "a.xml")
