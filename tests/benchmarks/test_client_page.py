"""How long one client's page takes: on riverside, and on a store of 30,000 clients and three million contacts."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.record import RecoveryRecord

TZ = "Europe/London"
START, DAYS = pd.Timestamp("2009-01-01", tz=TZ), 1_000
N_CLIENTS, N_PEERS, N_WORKERS, N_GROUPS, N_CONTACTS = 30_000, 6_000, 1_000, 400, 3_000_000
AT = (START + pd.Timedelta(days=DAYS)).normalize()


def large_record(n_contacts: int = N_CONTACTS) -> RecoveryRecord:
    """A made-up region: workers see their caseload, peers their few clients, groups meet weekly."""
    rng = np.random.default_rng(30_000)
    clients, peers, workers = (
        np.array([f"{letter}{number:06d}" for number in range(count)], dtype=object)
        for letter, count in (("c", N_CLIENTS), ("p", N_PEERS), ("w", N_WORKERS))
    )
    people = people_table(rng, clients, peers, workers)
    groups = groups_table(rng)
    n_meetings = N_GROUPS * (DAYS // 7)
    n_personal = n_contacts - n_meetings
    client = rng.integers(0, N_CLIENTS, n_personal)
    with_worker = rng.random(n_personal) < 0.5
    other = np.where(with_worker, workers[client % N_WORKERS], peers[(client * 7 + rng.integers(0, 3, n_personal)) % N_PEERS])
    group = np.repeat(np.arange(N_GROUPS), DAYS // 7)
    day = np.concatenate([rng.integers(0, DAYS * 1440, n_personal), np.tile(np.arange(DAYS // 7) * 10_080 + 1_140, N_GROUPS)])
    ids = np.array([f"o{number:07d}" for number in range(n_contacts)], dtype=object)
    occasions = pd.DataFrame(
        {
            "occasion_id": ids,
            "started_at": START + pd.to_timedelta(day, unit="min"),
            "kind": np.concatenate([rng.choice(["one_to_one", "call", "text", "social"], n_personal), ["meeting"] * n_meetings]),
            "group_id": np.concatenate([np.full(n_personal, None), groups["group_id"].to_numpy(dtype=object)[group]]),
        }
    )
    at_meeting = np.repeat(np.arange(n_meetings), 10)
    slot = group[at_meeting] * 53 + rng.integers(0, 60, len(at_meeting))
    member = np.where(rng.random(len(slot)) < 0.4, peers[slot % N_PEERS], clients[slot % N_CLIENTS])
    participation = pd.DataFrame(
        {
            "occasion_id": np.concatenate([ids[:n_personal], ids[:n_personal], ids[n_personal + at_meeting]]),
            "person_id": np.concatenate([clients[client], other, member]),
        }
    ).drop_duplicates()
    tables = {"people": people, "groups": groups, "occasions": occasions, "participation": participation}
    tables |= {"observations": observations_table(rng, clients), "linkage": linkage_table(rng, clients, workers)}
    tables = {name: typed(name, frame) for name, frame in tables.items()}
    return RecoveryRecord.of_checked(tables, window=(START, AT), tz=TZ)


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    from recoverynet.tables.layouts import RECORD_TABLES

    return RECORD_TABLES[name].typed(frame, tz=TZ)


def people_table(rng, clients, peers, workers) -> pd.DataFrame:
    role = np.repeat(["client", "peer", "worker"], [len(clients), len(peers), len(workers)])
    agreed = (role == "peer") & (rng.random(len(role)) < 0.25)
    return pd.DataFrame(
        {
            "person_id": np.concatenate([clients, peers, workers]),
            "role": role,
            "worker_id": np.where(role == "client", np.resize(workers, len(role)), None),
            "area": rng.choice([f"area {number}" for number in range(40)], len(role)),
            "sex": rng.choice(["F", "M"], len(role)),
            "introducer_consent": agreed,
            "max_introductions": np.where(agreed, 3.0, np.nan),
        }
    )


def groups_table(rng) -> pd.DataFrame:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    return pd.DataFrame(
        {
            "group_id": [f"g{number:03d}" for number in range(N_GROUPS)],
            "name": [f"Group {number}" for number in range(N_GROUPS)],
            "kind": rng.choice(["mutual_aid", "recovery_cafe", "peer_support"], N_GROUPS),
            "norm": "recovery",
            "weekday": rng.choice(days, N_GROUPS),
            "start_time": "19:00",
            "duration_min": 90.0,
            "area": rng.choice([f"area {number}" for number in range(40)], N_GROUPS),
        }
    )


def observations_table(rng, clients) -> pd.DataFrame:
    n = 10 * len(clients)
    return pd.DataFrame(
        {
            "person_id": np.repeat(clients, 10),
            "observed_at": START + pd.to_timedelta(np.tile(np.arange(10) * 100, len(clients)), unit="D"),
            "variable": "state",
            "value": rng.choice(["using", "reduced", "abstinent"], n),
            "source": "worker",
        }
    )


def linkage_table(rng, clients, workers) -> pd.DataFrame:
    n = len(clients)
    return pd.DataFrame(
        {
            "client_id": clients,
            "group_id": [f"g{number:03d}" for number in rng.integers(0, N_GROUPS, n)],
            "stage": "offered",
            "at": START + pd.to_timedelta(rng.integers(0, DAYS, n), unit="D"),
            "by_person_id": np.resize(workers, n),
        }
    )


def page(record: rn.RecoveryRecord, client: str, at: object) -> tuple:
    links = rn.client_links(record, client, at=at)
    doors = rn.introductions(record, client, at=at)
    return links, doors, rn.prompts(record, client, at=at, links=links), rn.next_meetings(record.groups, at=at)


def test_page_on_riverside(benchmark) -> None:
    record = rn.load_sample("riverside")
    clients = iter(record.people.loc[record.people["role"] == "client", "person_id"].tolist() * 10)
    begun = time.process_time()
    links, *_ = benchmark.pedantic(lambda: page(record, next(clients), "2011-07-01"), rounds=40, warmup_rounds=1)
    benchmark.extra_info["processor_ms"] = round((time.process_time() - begun) / 41 * 1000)
    assert links.at == pd.Timestamp("2011-07-01", tz=TZ)


@pytest.fixture(scope="module")
def large_store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "store"
    rn.write_store(large_record(), folder)
    return folder


def test_page_on_a_large_store(benchmark, large_store: Path) -> None:
    with rn.open_record(large_store) as store:
        clients = iter(store.people["person_id"].iloc[100:20_000:37].tolist())

        def opened() -> tuple:
            client = next(clients)
            return page(store.around([client], AT - pd.Timedelta(days=360), AT), client, AT)

        begun = time.process_time()
        links, *_ = benchmark.pedantic(opened, rounds=20, warmup_rounds=1)
        benchmark.extra_info["processor_ms"] = round((time.process_time() - begun) / 21 * 1000)
    assert len(links.people)
    benchmark.extra_info["peak_memory_mb"] = peak_of_one_page(large_store)


def peak_of_one_page(folder: Path) -> float:
    """Peak memory in MB of a process that opens the store and makes one page, as Linux tells it; NaN elsewhere.

    What ``getrusage`` tells of a child begins with what its parent held when it was started.
    """
    if not Path("/proc/self/status").is_file():
        return float("nan")
    program = (
        "import sys, re, pathlib, recoverynet as rn\n"
        "with rn.open_record(sys.argv[1]) as store: rn.client_report(store.around_client('c000100'), 'c000100')\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    return round(int(done.stdout) / 1024)
