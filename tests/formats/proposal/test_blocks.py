"""Where tables stand on a sheet."""

from __future__ import annotations

from recoverynet.formats.proposal.blocks import find_blocks


def areas(*rows: str) -> list[tuple[str, int, tuple[str, ...]]]:
    return [
        (block.area.written(), block.area.heading_rows, block.titles) for block in find_blocks([row.split("|") for row in rows])
    ]


def test_a_plain_table() -> None:
    assert areas("Client|Date", "C1|07/03/2011", "C2|08/03/2011") == [("A1:B3", 1, ("Client", "Date"))]


def test_titles_above_and_totals_behind_a_blank_row() -> None:
    got = areas("Riverside report", "", "Ref|Name|7 Mar|14 Mar", "C1|Ann|Y|", "C2|Bo||Y", "", "Total||1|1")
    assert got == [("A3:D7", 1, ("Ref", "Name", "7 Mar", "14 Mar"))]


def test_headings_of_two_rows() -> None:
    assert areas("Ref|Sessions|", "|07/03/2011|14/03/2011", "C1|Y|", "C2||Y")[0][1:] == (
        2, ("Ref", "Sessions 07/03/2011", "Sessions 14/03/2011"),
    )  # fmt: skip
    assert areas("||March|", "Ref|Name|7|14", "C1|Ann|Y|", "C2|Bo||Y")[0][1:] == (2, ("Ref", "Name", "March 7", "March 14"))


def test_tables_under_one_another_and_side_by_side() -> None:
    under = areas("Client|Date", "C1|07/03/2011", "", "Client|Discharged", "C1|01/05/2011")
    assert [area for area, _, _ in under] == ["A1:B2", "A4:B5"]
    beside = areas("Client|Date||Client|Ward", "C1|07/03/2011||C1|North", "C2|08/03/2011||C2|South")
    assert [area for area, _, _ in beside] == ["A1:B3", "D1:E3"]


def test_no_table() -> None:
    assert areas("") == [] and areas("only a title") == [] and areas("1|2", "3|4") == []
