"""What a reader of all tables together knows: every relation is true of the counts, and each hides what it gives away."""

from __future__ import annotations

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.report.disclosure.counted import Bound, Counted, Declaration, Earlier
from recoverynet.report.disclosure.linked import HidingRule
from recoverynet.report.disclosure.publication import Publication, _inside
from recoverynet.report.disclosure.published import publication_of

NDTMS = HidingRule(4)
CLIENTS = Counted("clients")
MET, AT_GROUP, EITHER = CLIENTS.who("any", "person"), CLIENTS.who("any", "group"), CLIENTS.who("any")


def table(*figures: tuple[Counted, int], name: str = "t", **more: object) -> Declaration:
    cells, values = zip(*figures, strict=True)
    return Declaration(name, cells, np.array(values), np.ones(len(cells), dtype=bool), **more)  # type: ignore[arg-type]


def is_true_of_the_counts(publication: Publication) -> None:
    """No relation a reader is taken to know is false, and no true count is beyond what is told of it."""
    linked, _, _ = publication.linked()
    assert not (linked.equations @ linked.values).any()
    bounded = linked.bounds @ linked.values
    assert (linked.bound_low <= bounded).all() and (bounded <= linked.bound_high).all()
    hidden = linked.before | (linked.small(publication.rule) & linked.printed)
    low, high = linked.limits(publication.rule, hidden)
    assert (low <= linked.values).all() and (linked.values <= high).all()


@pytest.mark.slow
def test_all_that_a_report_is_taken_to_tell_is_true() -> None:
    publication = publication_of(rn.evaluation_report(rn.load_sample("five_people"), disclosure="nhs"))
    assert publication is not None and len(publication.declared) > 5
    is_true_of_the_counts(publication)


def published(*tables: Declaration, **more: object) -> tuple[Publication, list[bool]]:
    publication = Publication(NDTMS, **more)  # type: ignore[arg-type]
    hidden = [bool(each) for own in publication.publish(tables) for each in own]
    is_true_of_the_counts(publication)
    return publication, hidden


@pytest.mark.parametrize(("people", "groups", "is_hidden"), [(22, 22, False), (22, 20, True), (21, 18, True), (20, 18, False)])
def test_who_is_in_both_of_two_that_cover_a_whole_follows(people: int, groups: int, is_hidden: bool) -> None:
    """38 had contact with people or at groups: with 22 and 20 of them 4 had both, which nobody may know; 6 or nobody is told."""
    unions = ((EITHER, (MET, AT_GROUP)),)
    assert any(published(table((EITHER, 38), (MET, people), (AT_GROUP, groups), unions=unions))[1]) == is_hidden
    assert not any(published(table((EITHER, 38), (MET, people), (AT_GROUP, groups)))[1]), "nothing says that they cover it"


def test_a_whole_is_covered_only_if_all_who_cover_it_are_counted_and_are_enough() -> None:
    """With a third way that no table counts, 22 and 20 of 38 may overlap in any number; 10 and 12 cover no 38."""
    third = ((EITHER, (MET, AT_GROUP, CLIENTS.who("any", "web"))),)
    assert not any(published(table((EITHER, 38), (MET, 22), (AT_GROUP, 20), unions=third))[1])
    assert not any(published(table((EITHER, 38), (MET, 10), (AT_GROUP, 12), unions=((EITHER, (MET, AT_GROUP)),)))[1])


def test_who_is_in_a_whole_and_not_in_a_part_follows_in_another_table_too() -> None:
    assert any(published(table((EITHER, 38), name="one"), table((MET, 35), name="two"))[1])
    assert not any(published(table((EITHER, 38), name="one"), table((MET, 33), name="two"))[1])
    assert not any(published(table((EITHER, 38), name="one"), table((Counted("peers").who("any", "person"), 35), name="two"))[1])


def test_as_many_of_whom_nothing_is_recorded_may_be_the_same_people() -> None:
    """Thirteen have no sex on record and thirteen no age: who takes them for the same reads one table in the other."""

    def split(by: str, *counts: tuple[str, int]) -> Declaration:
        figures = [(CLIENTS.who(f"{by}: {label}"), n) for label, n in counts]
        total = (CLIENTS, sum(n for _, n in counts))
        return table(*figures, total, name=by, lines=((len(counts), tuple(range(len(counts)))),))

    ages = split("age_band", ("18–24", 4000), ("65+", 4), ("Not recorded", 13))
    sexes = split("sex", ("Female", 2000), ("Male", 2004), ("Not recorded", 13))
    hidden = published(ages, sexes)[1]
    assert hidden[1] and (hidden[0] or hidden[2]) and hidden[2] == hidden[6]


@pytest.mark.parametrize(("areas", "is_hidden"), [((20, 12), False), ((20, 17), True), ((20, 18), False)])
def test_areas_add_up_to_the_whole(areas: tuple[int, int], is_hidden: bool) -> None:
    """Of 38, three in no area but these two are too few; none, or six, are told."""
    parts = [(CLIENTS.who(f"area: {name}"), n) for name, n in zip("AB", areas, strict=True)]
    assert any(published(table((CLIENTS, 38), *parts))[1]) == is_hidden


def test_a_day_is_the_same_in_reports_of_two_periods() -> None:
    """Told before in a report on another period, hidden then: it stays hidden, and is one figure with that of now."""
    long, short = "period: 2011-01-01 to 2012-01-01", "period: 2011-01-01 to 2011-07-01"
    before = Earlier(CLIENTS.who("here on 2011-06-30", long), 3, 0.0, np.inf, True, "The year")
    publication, hidden = published(table((CLIENTS.who("here on 2011-06-30"), 3)), earlier=(before,), scope=frozenset({short}))
    assert hidden == [True]
    linked, _, names = publication.linked()
    twins = [place for place, name in enumerate(names) if name is not None and "here on 2011-06-30" in name.facts]
    assert len(twins) == 2
    rows = linked.equations[:, twins].toarray()
    assert any(sorted(row) == [-1, 1] and abs(linked.equations[[k]]).sum() == 2 for k, row in enumerate(rows))


@pytest.mark.parametrize(("year", "is_hidden"), [(41, True), (45, False)])
def test_a_period_within_another_counts_some_of_its_people(year: int, is_hidden: bool) -> None:
    long, short = "period: 2011-01-01 to 2012-01-01", "period: 2011-01-01 to 2011-07-01"
    before = Earlier(CLIENTS.who("x", long), year, year, year, False, "The year")
    publication, hidden = published(table((CLIENTS.who("x"), 38)), earlier=(before,), scope=frozenset({short}))
    assert hidden == [is_hidden] and publication.because_earlier == (["t"] if is_hidden else [])


@pytest.mark.parametrize(
    ("one", "other", "inside"),
    [
        ("2011-01-01 to 2011-07-01", "2011-01-01 to 2012-01-01", True),
        ("2011-07-01 to 2012-01-01", "2011-01-01 to 2012-01-01", True),
        ("2011-01-01 to 2012-01-01", "2011-01-01 to 2012-01-01", False),
        ("2011-01-01 to 2012-01-01", "2011-01-01 to 2011-07-01", False),
        ("2010-12-31 to 2011-07-01", "2011-01-01 to 2012-01-01", False),
        ("2011-07-01 to 2012-01-02", "2011-01-01 to 2012-01-01", False),
    ],
)
def test_which_period_lies_in_which(one: str, other: str, inside: bool) -> None:
    assert _inside(f"period: {one}", f"period: {other}") == inside


def test_what_a_statistic_tells_counts_only_where_it_is_true() -> None:
    """A mean tells that three times the first less the second is between 10 and 20; told wrongly it is passed over."""
    weights = ((MET, 3.0), (AT_GROUP, -1.0))
    for low, high, n_rows in [(10.0, 20.0, 1), (14.0, 14.0, 1), (15.0, 20.0, 0), (0.0, 13.0, 0)]:
        made = table((MET, 10), (AT_GROUP, 16), bounds=(Bound(weights, low, high),))
        assert published(made)[0].linked()[0].bounds.shape[0] == n_rows
    unknown = table((MET, 10), bounds=(Bound(weights, 10.0, 20.0),))
    assert published(unknown)[0].linked()[0].bounds.shape[0] == 0


@pytest.mark.parametrize("order", [((EITHER, 38), (MET, 35)), ((MET, 35), (EITHER, 38))])
def test_what_was_shown_stays_shown_and_what_comes_after_is_hidden_for_it(order: tuple[tuple[Counted, int], ...]) -> None:
    """38 and 35 of them differ by three: whichever table comes second has the star."""
    publication = Publication(NDTMS)
    told = [publication.publish([table(figure, name=str(number))])[0].tolist() for number, figure in enumerate(order)]
    assert told == [[False], [True]]
    is_true_of_the_counts(publication)


def test_the_same_people_counted_otherwise_are_kept_apart_and_named() -> None:
    publication, _ = published(table((MET, 10), name="one"), table((MET, 12), name="two"))
    assert publication.conflicts == [MET]
    assert len([name for name in publication.linked()[2] if name is not None]) == 2


def test_with_suppression_off_nothing_is_hidden() -> None:
    assert published(table((EITHER, 38), (MET, 3)), off=True)[1] == [False, False]
    assert published(table((EITHER, 38), (MET, 3)))[1][1]


def test_what_is_decided_together_is_what_is_heard_when_published_again() -> None:
    """Gathered first, both tables are solved at once, in whichever order they are published then."""
    one, two = table((EITHER, 38), name="one"), table((MET, 35), name="two")
    gathered = Publication(NDTMS, gathering=True)
    assert [own.tolist() for own in gathered.publish([one, two])] == [[False], [False]], "only small figures so far"
    gathered.decide()
    both = [gathered.publish([each])[0].tolist() for each in (one, two)]
    assert [True] in both
    assert [gathered.publish([each])[0].tolist() for each in (one, two)] == both and len(gathered.declared) == 2
    assert [gathered.is_hidden(cell) for cell in (EITHER, MET)] == [own[0] for own in both]
    ends = {told.counted: (told.low, told.high, told.value) for told in gathered.told("R")}
    for cell, value, own in zip((EITHER, MET), (38, 35), both, strict=True):
        assert ends[cell] == ((0.0, np.inf, value) if own[0] else (value, value, value))
