"""A panel put together by hand is checked."""

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.panel import NetworkPanel


def test_waves_out_of_order_are_refused():
    made = NetworkPanel.from_adjacency([np.array([[0, 1], [0, 0]])] * 2)
    stamps = pd.to_datetime(["2011-03-01", "2011-02-01"]).tz_localize("UTC")
    waves = pd.DataFrame({"start": stamps, "end": stamps + pd.Timedelta("10D")})
    with pytest.raises(TimeOrderError, match="follow each other"):
        NetworkPanel(made.people, waves, made.networks)


def test_a_panel_by_hand_is_checked():
    made = NetworkPanel.from_adjacency([np.array([[0, 1], [0, 0]])])
    with pytest.raises(SchemaError, match="not present"):
        NetworkPanel(made.people, made.waves, made.networks, present=np.array([[True], [False]]))
    with pytest.raises(SchemaError, match="one network a wave"):
        NetworkPanel(made.people, made.waves, made.networks * 2)
    with pytest.raises(SchemaError, match="waves 1 to 1; there is no wave 0"):
        made.at(0)
