"""The ego map: every mark on a direction of its own, said without colour, and in words."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.draw.contact_strip import contact_strip, describe_contact_strip
from recoverynet.draw.ego_map import CARRIES, FILLS, MOST_ON_RING, _places, describe_ego_map, ego_map, shown_rows
from recoverynet.draw.style import contrast, svg
from recoverynet.errors import SchemaError


def ties(n: int, **columns: object) -> pd.DataFrame:
    marks = [f"{chr(65 + i % 26)}{i // 26 or ''}" for i in range(n)]
    given = {
        "mark": marks,
        "shape": "person",
        "carries": "unknown",
        "ring": [1 + i % 3 for i in range(n)],
        "status": "current",
        **columns,
    }
    return pd.DataFrame(given)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 30, 60])
def test_marks_do_not_cover_each_other_nor_lie_on_anothers_line(n: int) -> None:
    frame = ties(n)
    places = _places(frame)
    assert len(places) == len(shown_rows(frame)) == min(n, sum(min(MOST_ON_RING[r], len(range(r, n, 3))) for r in range(3)))
    angles = sorted(np.arctan2(place.y, place.x) for place in places)
    assert len(np.unique(np.round(angles, 6))) == len(places)
    gaps = [np.hypot(a.x - b.x, a.y - b.y) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps, default=1.0) > 0.45
    assert "<svg" in svg(ego_map(frame).get_figure(root=True))


def test_fills_differ_in_black_and_white() -> None:
    # Using is hatched and not known has a dashed outline: the three plain fills must differ by lightness alone.
    plain = sorted(contrast(FILLS[name]) for name in ("recovery", "supportive", "neutral"))
    assert all(later / earlier > 1.4 for earlier, later in zip(plain[:-1], plain[1:], strict=True))
    assert set(FILLS) == set(CARRIES) and contrast("white", FILLS["recovery"]) > 4.5


def test_words_say_what_the_picture_shows() -> None:
    frame = ties(2, shape=["peer", "group"], carries=["recovery", "using"], ring=[1, 3], status=["new", "quiet"])
    assert describe_ego_map(frame) == (
        "Map of 1 person and 1 group. Close: A (peer or community member, carries recovery). "
        "Further out: B (group, using, no contact lately)."
    )
    assert describe_ego_map(ties(0)) == "Nothing recorded to draw."


def test_missing_columns_are_told() -> None:
    with pytest.raises(SchemaError, match="ego_map needs the column"):
        ego_map(ties(1).drop(columns="ring"))
    with pytest.raises(SchemaError, match="contact_strip needs the column"):
        contact_strip(pd.DataFrame({"when": []}), lanes=[("a", "A")], start="2011-01-01", end="2011-02-01")


def test_the_strip_puts_contacts_on_their_lane_in_local_time() -> None:
    when = pd.to_datetime(["2011-03-27T23:30", "2011-04-02T10:00"]).tz_localize("Europe/London")
    frame = pd.DataFrame({"when": when, "lane": ["recovery", "using"], "layer": ["group", "person"]})
    lanes = [("recovery", "Recovery"), ("using", "Using")]
    axes = contact_strip(frame, lanes=lanes, start="2011-03-01", end="2011-04-15", split="2011-04-01")
    drawn = [tuple(point) for collection in axes.collections for point in collection.get_offsets()]
    assert [row for _, row in drawn] == [0.0, 1.0]
    assert describe_contact_strip(frame, lanes=lanes).startswith(
        "Contacts along the days. Recovery: 1, the latest on 27 March 2011."
    )
