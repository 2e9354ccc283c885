"""When people join or leave: one share for all, or moments of one's own, each in the period it lies in."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.models.saom.composition_change import shares_of_change

NAN = np.nan
PANEL = SimpleNamespace(
    people=pd.DataFrame(index=["ann", "bob", "cat", "7"]),
    present=np.array([[1, 1, 1, 1], [0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]], bool),
)


def test_one_share_goes_for_everybody_who_moves():
    expected = [[NAN, NAN, NAN], [0.3, NAN, 0.3], [NAN, 0.3, NAN], [NAN, 0.3, NAN]]
    np.testing.assert_array_equal(shares_of_change(PANEL, 0.3), expected)


@pytest.mark.parametrize("given", [{"bob": [3.9, 1.25], "7": 2.125}, pd.Series({"bob": [3.9, 1.25], 7: 2.125})])
def test_moments_of_ones_own_are_shares_of_their_period_and_others_move_halfway(given):
    expected = [[NAN, NAN, NAN], [0.25, NAN, 0.9], [NAN, 0.5, NAN], [NAN, 0.125, NAN]]
    np.testing.assert_allclose(shares_of_change(PANEL, given), expected)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bob": 2.5}, "joins or leaves at 2.5; the panel has them do so between waves 1 and 2, 3 and 4"),
        ({"ann": 1.5}, "between waves none"),
        ({"cat": 0.5}, "joins or leaves at 0.5"),
        ({"bob": 4.5}, "joins or leaves at 4.5"),
        ({"cat": 2.0}, "a moment between two waves"),
        ({"cat": NAN}, "a moment between two waves"),
        ({"cat": ["soon"]}, "a moment between two waves"),
        ({"bob": [1.25, 1.75]}, "two moments in one period"),
        (1.0, "change_at"),
        (0.0, "change_at"),
    ],
)
def test_moments_that_cannot_be_are_told(given, words):
    with pytest.raises(SchemaError, match=words):
        shares_of_change(PANEL, given)


def test_somebody_who_is_not_there_is_named():
    with pytest.raises(
        UnknownPersonError, match="names 2 people who are not in the panel, such as 'dan'; its first are 'ann', 'bob'"
    ):
        shares_of_change(PANEL, {"dan": 1.5, "eve": 1.5, "cat": 2.5})
