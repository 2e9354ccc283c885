"""A small town with three workers, its pages in a browser-less client, and the same pages on a real port."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn

pytest.importorskip("starlette", reason="the web extra is not installed")
pytest.importorskip("sqlalchemy", reason="the web extra is not installed")

import uvicorn  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from recoverynet.web.addresses import Address, address_of  # noqa: E402
from recoverynet.web.app import application  # noqa: E402
from recoverynet.web.desk import Desk, open_desk  # noqa: E402
from recoverynet.web.server import free_socket  # noqa: E402

AT = "2011-05-31"
HERE = "http://127.0.0.1:8737"


def town() -> rn.RecoveryRecord:
    """Two caseloads: ann, ben and dot with w1 (ann and dot must never be shown together), cat with w2; w3 has left."""
    people = pd.DataFrame(
        [
            ("ann", "client", "w1", None, None),
            ("ben", "client", "w1", None, None),
            ("cat", "client", "w2", None, None),
            ("dot", "client", "w1", None, None),
            *((f"p{number}", "peer", None, True, 5) for number in range(1, 5)),
            ("w1", "worker", None, None, None),
            ("w2", "worker", None, None, None),
            ("w3", "worker", None, None, None),
        ],
        columns=["person_id", "role", "worker_id", "introducer_consent", "max_introductions"],
    )
    people = people.assign(left_on=people["person_id"].map({"w3": "2011-01-01"}), joined_on="2011-01-01")
    people.loc[people["person_id"] == "w3", "joined_on"] = None
    groups = pd.DataFrame(
        [
            (f"g{number}", name, "mutual_aid" if number < 4 else "recovery_cafe", day, "19:30")
            for number, (name, day) in enumerate(
                [
                    ("Quayside AA", "monday"),
                    ("Riverside SMART", "wednesday"),
                    ("Millfield NA", "friday"),
                    ("The Landing", "saturday"),
                ],
                1,
            )
        ],
        columns=["group_id", "name", "kind", "weekday", "start_time"],
    ).assign(norm="recovery", newcomers_welcome=True)
    meetings = [
        (f"m{n}{week}", f"2011-05-{day:02d}T19:30", "meeting", f"g{n}")
        for n, days in ((1, (9, 16, 23)), (2, (11, 18, 25)), (3, (13, 20, 27)), (4, (14, 21, 28)))
        for week, day in enumerate(days)
    ]
    occasions = pd.DataFrame(
        [*meetings, ("o1", "2011-05-10T10:00", "call", None), ("o2", "2011-02-01T10:00", "one_to_one", None)],
        columns=["occasion_id", "started_at", "kind", "group_id"],
    )
    there = [(meeting[0], f"p{meeting[3][1]}") for meeting in meetings]
    participation = pd.DataFrame(
        [*there, ("m10", "ann"), ("o1", "ann"), ("o1", "p1"), ("o2", "ben"), ("o2", "w1")], columns=["occasion_id", "person_id"]
    )
    nominations = pd.DataFrame(
        [("ann", "x1", "2011-04-01", "friend", "using"), ("ann", "p2", "2011-04-01", "friend", "in_recovery")],
        columns=["ego_id", "alter_id", "asked_at", "relation", "perceived_state"],
    )
    separations = pd.DataFrame([("ann", "dot", "safeguarding")], columns=["person_id", "other_id", "reason"])
    linkage = pd.DataFrame(
        [("cat", "g1", "offered", "2011-05-01", "w2")], columns=["client_id", "group_id", "stage", "at", "by_person_id"]
    )
    return rn.RecoveryRecord(
        people, occasions, participation, groups=groups, nominations=nominations, separations=separations, linkage=linkage
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The town as a folder of CSV files."""
    rn.write_record(town(), tmp_path / "town")
    return tmp_path / "town"


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """Everything behind the pages of the town."""
    opened = open_desk(folder, at=AT)
    yield opened
    opened.close()


class Browser:
    """A client without scripts that keeps its cookie and reads forms off the page."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client = TestClient(
            application(desk, hosts=address_of().hosts, secure=False),
            base_url=HERE,
            follow_redirects=False,
            raise_server_exceptions=True,
        )

    def come_in(self, worker_id: str) -> Browser:
        """Open a link as a worker."""
        code = self.desk.invite(worker_id, 1).code
        assert self.client.post("/way-in", data={"code": code}).status_code == 303
        return self

    def page(self, address: str) -> str:
        """The page at an address, which must be there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def at(self, client_id: str) -> str:
        """The address of a client's page."""
        return f"/client/{self.desk.record.handle(client_id)}"

    def form(self, address: str, what: str) -> dict[str, str]:
        """The hidden fields of the first form of that sort on a page."""
        found = re.search(rf'<form method="post" action="[^"]*/{what}"[^>]*>(.*?)</form>', self.page(address), re.DOTALL)
        assert found, f"no form {what} at {address}"
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found.group(1)))

    def send(self, client_id: str, what: str, **fields: str):
        """Fill in a form of a client's page and send it."""
        hidden = self.form(self.at(client_id), "contact")
        return self.client.post(f"{self.at(client_id)}/{what}", data={**hidden, "day": AT, **fields})


@pytest.fixture
def browser(desk: Desk) -> Callable[[str], Browser]:
    """``browser("w1")``: somebody who has come in as that worker."""
    return lambda worker_id: Browser(desk).come_in(worker_id)


@dataclass
class Running:
    """Pages on a real port of this machine."""

    desk: Desk
    address: Address

    @property
    def public(self) -> str:
        return self.address.public

    def link(self, worker_id: str) -> str:
        return f"{self.public}/way-in#{self.desk.invite(worker_id, 1).code}"


def serving(desk: Desk) -> Iterator[Running]:
    """The pages of a desk on a free port, until they are not needed."""
    trying = free_socket(Address("127.0.0.1", 0, "", frozenset()))
    address = address_of(port=trying.getsockname()[1])
    app = application(desk, hosts=address.hosts, secure=False)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [trying]}, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield Running(desk, address)
    server.should_exit = True
    thread.join(10)
    trying.close()


@pytest.fixture
def running(desk: Desk) -> Iterator[Running]:
    """The town on a real port."""
    yield from serving(desk)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    which = shutil.which("initdb")
    return found[-1].parent if found else Path(which).parent if which else None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own, on a socket in a temporary folder; skipped (or failed) where there is none."""
    binaries = _binaries()
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    missing = "PostgreSQL is not installed" if binaries is None else ""
    if not missing and importlib.util.find_spec("psycopg") is None:
        missing = "psycopg is not installed"
    if missing:
        if os.environ.get("RECOVERYNET_REQUIRE_REFERENCE") == "1":
            pytest.fail(f"{missing}, and the tests of the worker's page need it")
        pytest.skip(missing)
    place = Path(tempfile.mkdtemp(prefix="rnpg"))  # short, because the path of a socket must be
    user = {"user": "postgres", "group": "postgres"} if as_root else {}
    if as_root:
        shutil.chown(place, "postgres", "postgres")

    def call(name: str, *arguments: str) -> None:
        done = subprocess.run([str(binaries / name), *arguments], capture_output=True, text=True, cwd=place, timeout=120, **user)
        assert done.returncode == 0, done.stderr

    call("initdb", "-D", str(place / "data"), "-U", "postgres", "-A", "trust", "-N")
    options = f"-k {place} -c listen_addresses='' -c fsync=on -c max_connections=100"
    call("pg_ctl", "-D", str(place / "data"), "-l", str(place / "log"), "-w", "-o", options, "start")
    yield f"postgresql://postgres@/postgres?host={place}"
    call("pg_ctl", "-D", str(place / "data"), "-m", "immediate", "-w", "stop")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where entries go: None for SQLite beside the record, the address of a fresh PostgreSQL database for the other."""
    if request.param == "sqlite":
        yield None
        return
    import psycopg

    address = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield address.replace("/postgres?", f"/{name}?")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
