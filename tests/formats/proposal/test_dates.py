"""In which order dates are written: told, asked, or refused."""

from __future__ import annotations

import pytest

from recoverynet.formats.proposal.dates import how_written


@pytest.mark.parametrize(
    ("values", "order", "formats"),
    [
        (["07/03/2011", "13/03/2011"], "day_first", ["%d/%m/%Y"]),
        (["03/07/2011", "03/13/2011"], "month_first", ["%m/%d/%Y"]),
        (["07/03/2011", "08/03/2011"], "either", ["%d/%m/%Y"]),
        (["13/03/2011", "03/13/2011"], "mixed", ["%d/%m/%Y"]),
        (["2011-03-07"], "iso", []),
        (["7-Mar-11", "8 March 2011"], "day_first", ["%d-%b-%y", "%d %B %Y"]),
        (["13/03/2011 19:30", "14/03/2011"], "day_first", ["%d/%m/%Y %H:%M", "%d/%m/%Y"]),
        (["31.12.10"], "day_first", ["%d.%m.%y"]),
        (["soon"], "none", []),
        (["45/45/2011"], "none", []),
        ([], "none", []),
    ],
)
def test_orders(values, order, formats) -> None:
    written = how_written(values)
    assert written.order == order and written.formats("day_first" if order in ("either", "mixed") else None) == formats
