"""A nation of contacts, made up: people in groups who meet week after week, written as Parquet without ever being held.

``python tests/benchmarks/many_contacts.py FOLDER --rows 10000000`` writes the tables people, groups, occasions, participation,
episodes and linkage of 300,000 people. Nobody in it exists. What varies with the number of rows is for how many weeks.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

N_PEOPLE, N_GROUPS, ROSTER, AT_A_MEETING = 300_000, 20_000, 45, 9.5
CALLS_A_WEEK = 5_000
FIRST = np.datetime64("2011-01-03T18:00", "us")
WEEK, MINUTE = np.timedelta64(7, "D"), np.timedelta64(1, "m")
ROLES = ("client", "peer", "community", "worker")


def ids(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def write_contacts(folder: Path, n_rows: int, seed: int = 7) -> int:
    """Write the tables; how many rows of participation there are in the end (a week more or less than asked for)."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    people = np.arange(N_PEOPLE)
    person_ids = ids("p", people)
    roles = rng.choice(4, N_PEOPLE, p=[0.9, 0.05, 0.03, 0.02])
    joined = FIRST - np.timedelta64(30, "D")
    pq.write_table(
        pa.table(
            {
                "person_id": person_ids,
                "role": np.array(ROLES)[roles],
                "joined_on": pa.array(np.full(N_PEOPLE, joined), pa.timestamp("us", tz="UTC")),
                "sex": np.array(["female", "male"])[rng.integers(0, 2, N_PEOPLE)],
            }
        ),
        folder / "people.parquet",
    )
    kinds = np.array(["mutual_aid", "recovery_cafe", "treatment"])[rng.choice(3, N_GROUPS, p=[0.6, 0.2, 0.2])]
    groups = pa.table({"group_id": ids("g", np.arange(N_GROUPS)), "name": ids("Group ", np.arange(N_GROUPS)), "kind": kinds})
    pq.write_table(groups, folder / "groups.parquet")
    roster = rng.integers(0, N_PEOPLE, (N_GROUPS, ROSTER), dtype=np.int32)
    written = _weeks(folder, rng, roster, person_ids, n_rows)
    clients = np.flatnonzero(roles == 0)
    started = FIRST + rng.integers(0, 60, len(clients)) * np.timedelta64(1, "D")
    ended = started + rng.integers(30, 200, len(clients)) * np.timedelta64(1, "D")
    stamp = pa.timestamp("us", tz="UTC")
    episodes = {"person_id": ids("p", clients), "started_on": pa.array(started, stamp), "ended_on": pa.array(ended, stamp)}
    pq.write_table(pa.table(episodes), folder / "episodes.parquet")
    steps = {"client_id": ids("p", clients), "group_id": ids("g", rng.integers(0, N_GROUPS, len(clients))),
             "stage": pa.array(["offered"] * len(clients)), "at": pa.array(started, stamp)}  # fmt: skip
    pq.write_table(pa.table(steps), folder / "linkage.parquet")
    return written


def _weeks(folder: Path, rng: np.random.Generator, roster: np.ndarray, person_ids: pa.Array, n_rows: int) -> int:
    stamp = pa.timestamp("us", tz="UTC")
    fields = [("occasion_id", pa.string()), ("started_at", stamp), ("kind", pa.string()), ("group_id", pa.string()),
              ("duration_min", pa.float64())]  # fmt: skip
    there = pa.schema([("occasion_id", pa.string()), ("person_id", pa.string())])
    group_ids = ids("g", np.arange(N_GROUPS))
    written = first = 0
    with (
        pq.ParquetWriter(folder / "occasions.parquet", pa.schema(fields), compression="zstd") as occasions,
        pq.ParquetWriter(folder / "participation.parquet", there, compression="zstd") as participation,
    ):
        week = 0
        while written < n_rows:
            who = _distinct(roster, rng.random(roster.shape) < AT_A_MEETING / ROSTER)
            group, slot = np.nonzero(who)
            pair = rng.integers(0, N_PEOPLE // 2, CALLS_A_WEEK)
            person = np.concatenate([roster[group, slot], pair * 2, pair * 2 + 1]).astype(np.int32)
            calls = N_GROUPS + np.arange(CALLS_A_WEEK)
            occasion = first + np.concatenate([group, calls, calls])
            n = N_GROUPS + CALLS_A_WEEK
            minute = rng.integers(0, 7 * 24 * 60, n)
            names = ids("o", first + np.arange(n))
            occasions.write_table(
                pa.table(
                    {
                        "occasion_id": names,
                        "started_at": pa.array(FIRST + week * WEEK + minute * MINUTE, stamp),
                        "kind": pa.array(["meeting"] * N_GROUPS + ["call"] * CALLS_A_WEEK),
                        "group_id": pa.concat_arrays([group_ids, pa.nulls(CALLS_A_WEEK, pa.string())]),
                        "duration_min": pa.array(np.full(n, 60.0)),
                    },
                    schema=pa.schema(fields),
                )
            )
            participation.write_table(
                pa.table({"occasion_id": names.take(pa.array(occasion - first)), "person_id": person_ids.take(pa.array(person))})
            )
            written, first, week = written + len(person), first + n, week + 1
    return written


def _distinct(roster: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Without a second place of the same person in a roster."""
    order = np.argsort(roster, axis=1, kind="stable")
    in_order = np.take_along_axis(roster, order, axis=1)
    again = np.zeros_like(there)
    np.put_along_axis(again, order[:, 1:], in_order[:, 1:] == in_order[:, :-1], axis=1)
    return there & ~again


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    print(f"{write_contacts(asked.folder, asked.rows):,} rows of participation in {asked.folder}")
