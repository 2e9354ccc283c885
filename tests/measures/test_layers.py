"""A network as one layer, a panel as one a wave, and which way ties are read."""

import numpy as np
import pytest

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.measures.layers import layer_frame, layers_of, towards

TIES = np.array([[0, 2, 0], [0, 0, 3], [1, 0, 0]], dtype=float)


def test_which_way_ties_are_read():
    (layer,) = layers_of(PersonNetwork(TIES, list("abc"), directed=True))
    assert layer.present.all()
    assert towards(layer, "out").toarray().tolist() == TIES.tolist()
    assert towards(layer, "in").toarray().tolist() == TIES.T.tolist()
    assert towards(layer, "either").toarray().tolist() == (TIES + TIES.T).tolist()
    with pytest.raises(SchemaError, match="'out', 'in', 'either'; got 'both'"):
        towards(layer, "both")


def test_without_direction_all_are_the_same():
    (layer,) = layers_of(PersonNetwork(TIES + TIES.T, list("abc")))
    for direction in ("out", "in", "either"):
        assert towards(layer, direction).toarray().tolist() == (TIES + TIES.T).tolist()


def test_people_and_waves_keep_their_places():
    present = np.array([[True, False], [True, True], [False, True]])
    with pytest.warns(RecoveryNetWarning, match="4 ties of people who were not present"):
        panel = NetworkPanel.from_adjacency([TIES, TIES.T], present=present, people=list("abc"))
    layers = layers_of(panel)
    assert [layer.present.tolist() for layer in layers] == present.T.tolist()
    measured = [{"value": np.array([10.0, 20, 30]) + wave} for wave in range(2)]
    frame = layer_frame(panel, measured)
    for wave, label in enumerate(panel.waves.index):
        assert frame["value"].xs(label, level="wave").to_dict() == {"a": 10 + wave, "b": 20 + wave, "c": 30 + wave}
    with pytest.raises(SchemaError, match="got list"):
        layers_of([])
