"""Profiles a fit is asked about: read, named, put in, and refused where they are a person or nothing there is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.models.spread.profiles import Profile, outside_seen, read_profiles, set_profile

IDS = pd.Index(["ann", "ben"])


def test_profiles_are_read_and_put_in(made, counting) -> None:
    rows = made(person=np.arange(8))
    frame = pd.DataFrame(
        {"site": ["b", "a"], "no contacts": [0, 1], "exposure": [0.5, 0.0], "wave": [3, 2]}, index=["one", "other"]
    )
    one, other = read_profiles(rows, frame, IDS)
    assert (one.name, other.name) == ("one", "other") and list(one.says)[-1] == "no contacts", "which undoes what exposure set"
    assert one.withheld == "fewer than 10 people at site = b"
    design = set_profile(rows, other, "observed")
    assert (design[:, [1, 2, 4, 5, 6]] == [0, 0, 0, 0, 1]).all() and (design[:, 3] == made().design[:, 3]).all()
    assert read_profiles(rows, [{"exposure": 0.5, "age": 30}], IDS)[0].name == "exposure 0.5, age 30"
    assert set_profile(counting(), Profile("x", {"n_holding": 2.0}), "mean").tolist() == [[1, 0, 1, 0]]
    many = made(
        **{name: np.repeat(getattr(made(), name), 10, axis=0) for name in ("design", "outcome", "wave")}, person=np.arange(80)
    )
    assert read_profiles(many, {"site": "b"}, IDS)[0].withheld is None


@pytest.mark.parametrize(
    ("profiles", "error"),
    [
        (pd.DataFrame({"exposure": [0.5]}, index=["ann"]), DisclosureError),
        (pd.DataFrame({"exposure": [0.5], "person_id": ["x"]}), DisclosureError),
        ({"wave": 4}, SchemaError), ({"exposure": -0.1}, SchemaError), ({"no contacts": 2}, SchemaError),
        ({"site": "d"}, SchemaError),
        ({"exposure": 0.1, "no contacts": 1}, SchemaError), ({"height": 1}, SchemaError),
    ],
)  # fmt: skip
def test_profiles_of_a_person_or_of_nothing_there_is_are_refused(made, profiles: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_profiles(made(), profiles, IDS)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="may say"):
        read_profiles(made(), {"wave": 2}, IDS, without=("wave",))


@pytest.mark.parametrize("empty", [None, np.nan, pd.NA])
def test_what_is_empty_is_said(made, empty: object) -> None:
    with pytest.raises(SchemaError, match="'age' is empty in the profile"):
        read_profiles(made(), [{"age": empty}], IDS)
    for nothing in ([], pd.DataFrame({"age": []}), pd.DataFrame(index=[0])):
        with pytest.raises(SchemaError, match="profiles is empty"):
            read_profiles(made(), nothing, IDS)


def test_a_level_nobody_is_at_or_a_term_left_out_cannot_be_asked_about(made, counting) -> None:
    """Everybody at the first level is moved to b."""
    design = made().design.copy()
    design[design[:, 4] + design[:, 5] == 0, 4] = 1
    with pytest.raises(SchemaError, match="never 'a'.*it is 'b', 'c'"):
        read_profiles(made(design=design), {"site": "a"}, IDS)
    with pytest.raises(SchemaError, match="'age' does not vary"):
        read_profiles(made(kept=np.array([0, 1, 2, 4, 5, 6])), {"age": 30}, IDS)
    for number in (1.5, -1):
        with pytest.raises(SchemaError, match="whole number of contacts"):
            read_profiles(counting(), {"n_holding": number}, IDS)
    assert read_profiles(made(), {"age": -1.5}, IDS)[0].says == {"age": -1.5}


def test_numbers_beyond_what_was_seen_are_said(made) -> None:
    """Ages go from 25 to 60; both ends were seen."""
    asked = [Profile("x", {"age": 25.0}), Profile("y", {"age": 60.5, "site": "b", "wave": 9}), Profile("z", {"age": 60.0})]
    assert outside_seen(made(), asked) == ["age = 60.5 in 'y' (seen: 25 to 60)"]
