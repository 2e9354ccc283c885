"""Whatever happens to a file on its way, reading it gives networks or interviews, or an error of ours: never anything else."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError

PEOPLE = pd.DataFrame({"age": [41, 38, 20], "sex": ["f", None, "m"], "share": [0.5, 1.5, np.nan]}, index=["p1", "p 2", "p3"])
NETWORK = rn.PersonNetwork(np.array([[0, 2.5, 0], [0, 0, 0], [1, 0, 0]]), PEOPLE, directed=True)
EGO = "networkCanvasEgoUUID,networkCanvasCaseID,networkCanvasSessionID,sessionStart,Used_a,Used_b\ne1,c1,s1,2024-12-17,true,false\n"
NODES = 'nodeID,networkCanvasEgoUUID,networkCanvasUUID,name,Freq\n1,e1,u1,"Ann, B",Daily\n2,e1,u2,Ben,Weekly\n'
EDGES = "edgeID,from,to,networkCanvasEgoUUID,Strength\n1,1,2,e1,3\n"


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes with some cut, doubled, swapped, replaced, or lines taken out."""
    kind = rng.randrange(6)
    at, end = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    lines = data.splitlines(keepends=True)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[at:end] * 2 + data[end:]
    if kind == 2:
        junk = [b"\x00", b"\xff", b'"', b"'", b"*", b"<", b"&", b":", b"-1", b"1e999", b"nan", b"\n", b" ", b"999999999999"]
        return data[:at] + rng.choice(junk) + data[end if rng.random() < 0.3 else at :]
    if kind == 3:
        rng.shuffle(lines)
        return b"".join(lines)
    if kind == 4:
        return b"".join(line for line in lines if rng.random() < 0.8)
    return data[:at] + data[end:]


def survives(read: Callable[[], object], what: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            read()
        except RecoveryNetError as error:
            assert str(error), what
            assert len(str(error)) < 2_000, what


@pytest.mark.parametrize("name", ["a.dl", "b.dl", "a.net", "a.vna", "a.graphml", "a.gexf"])
def test_a_damaged_network_is_read_or_refused(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)
    path = tmp_path / name
    write = {"dl": rn.write_ucinet, "net": rn.write_pajek, "vna": rn.write_vna, "graphml": rn.write_graphml, "gexf": rn.write_gexf}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write[path.suffix[1:]](NETWORK, path)
    data = b"dl n=3 nm=2 format=edgelist1\nlabels embedded\ndata:\na b 2\nb c\n!\nc a\n" if name == "b.dl" else path.read_bytes()
    for _ in range(100):
        broken = damaged(data, rng)
        if rng.random() < 0.5:
            broken = damaged(broken, rng)
        path.write_bytes(broken)
        survives(lambda: rn.read_network(path), repr(broken))


@pytest.mark.slow
def test_damaged_interviews_are_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(5)
    held = {"c_s_ego.csv": EGO, "c_s_attributeList_Person.csv": NODES, "c_s_edgeList_Knows.csv": EDGES}
    for _ in range(25):
        for name, text in held.items():
            data = text.encode()
            (tmp_path / name).write_bytes(damaged(data, rng) if rng.random() < 0.5 else data)
        survives(
            lambda: rn.read_network_canvas(tmp_path).to_record(), str([(one.name, one.read_bytes()) for one in tmp_path.iterdir()])
        )


@pytest.mark.slow
def test_damaged_studies_are_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(6)
    held = {"egos.csv": "egoID,sex,age\n1,w,41\n2,m,38\n", "alters.csv": "egoID,alterID,sex\n1,1,m\n1,2,w\n2,1,m\n",
            "ties.csv": "egoID,Source,Target,weight\n1,1,2,2\n"}  # fmt: skip
    for _ in range(25):
        for name, text in held.items():
            data = text.encode()
            (tmp_path / name).write_bytes(damaged(data, rng) if rng.random() < 0.5 else data)
        survives(
            lambda: rn.read_egor(tmp_path, asked_at="2011-03-07").to_record(), str([one.read_bytes() for one in tmp_path.iterdir()])
        )
