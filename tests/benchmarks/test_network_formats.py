"""How long files of other programs take: a thousand interviews, and a network of a hundred thousand ties in every format."""

from __future__ import annotations

import random
import uuid
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn

EGO = "networkCanvasEgoUUID,networkCanvasCaseID,networkCanvasSessionID,networkCanvasProtocolName,sessionStart,Used_a,Used_b,Age"
NODE = "nodeID,networkCanvasEgoUUID,networkCanvasUUID,Close,Spot_x,Spot_y,Age,Freq,Sex_F,Sex_M,name,null"
EDGE = "edgeID,from,to,networkCanvasEgoUUID,networkCanvasUUID,networkCanvasSourceUUID,networkCanvasTargetUUID"
FORMATS = {
    "ucinet": (rn.write_ucinet, "a.dl"),
    "pajek": (rn.write_pajek, "a.net"),
    "vna": (rn.write_vna, "a.vna"),
    "graphml": (rn.write_graphml, "a.graphml"),
    "gexf": (rn.write_gexf, "a.gexf"),
}


def interviews(path: Path, n: int, n_alters: int = 20, n_ties: int = 30) -> Path:
    """A zip file of n interviews, five files each, with the shadows a Mac adds."""
    rng = random.Random(1)

    def own_id() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128)))

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for k in range(n):
            ego, session, alters = own_id(), own_id(), [own_id() for _ in range(n_alters)]
            stem = f"case_{k}_{session}"
            start = "2024-12-17T16:04:03.385Z"
            packed.writestr(
                f"{stem}_ego.csv", f"{EGO}\r\n{ego},case_{k},{session},Study,{start},true,false,{rng.randint(18, 70)}\r\n"
            )
            rows = [
                f"{i},{ego},{alter},true,{rng.random()},{rng.random()},{rng.randint(18, 70)},{rng.choice(['Daily', 'Weekly'])},"
                f"true,false,Name {i},"
                for i, alter in enumerate(alters, start=1)
            ]
            packed.writestr(f"{stem}_attributeList_Person.csv", "\r\n".join([NODE, *rows]))
            for kind in ("Close", "Drink"):
                pairs = [rng.sample(range(n_alters), 2) for _ in range(n_ties)]
                ties = [f"{m},{i + 1},{j + 1},{ego},{own_id()},{alters[i]},{alters[j]}" for m, (i, j) in enumerate(pairs)]
                packed.writestr(f"{stem}_edgeList_{kind}.csv", "\r\n".join([EDGE, *ties]))
            packed.writestr(f"__MACOSX/._{stem}_ego.csv", b"\x00\x05")
    return path


@pytest.mark.benchmark(group="a thousand interviews")
def test_a_thousand_interviews(benchmark, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = interviews(tmp_path / "study.zip", 1_000)
    came = benchmark.pedantic(rn.read_network_canvas, args=(path,), rounds=1)
    assert len(came.tables["people"]) == 1_000
    assert len(came.tables["nominations"]) == 20_000


@pytest.mark.benchmark(group="a network of a hundred thousand ties")
@pytest.mark.parametrize("name", FORMATS)
def test_a_large_network(name: str, benchmark, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    n, n_ties = 20_000, 100_000
    one, other = rng.integers(0, n, (2, n_ties))
    keep = one != other
    weights = sparse.csr_array((np.ones(keep.sum()), (one[keep], other[keep])), shape=(n, n))
    people = pd.DataFrame({"age": rng.integers(18, 80, n)}, index=[f"p{k}" for k in range(n)])
    network = rn.PersonNetwork(weights, people if name != "ucinet" else list(people.index), directed=True)
    write, file_name = FORMATS[name]
    write(network, tmp_path / file_name)
    came = benchmark.pedantic(rn.read_network, args=(tmp_path / file_name,), rounds=1)
    assert came.network.n_ties == network.n_ties
