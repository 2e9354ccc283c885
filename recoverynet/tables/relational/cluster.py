"""Spark as the engine: on this machine or on a cluster, over loopback only unless a cluster is named."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from recoverynet.errors import EngineError
from recoverynet.scratch import private_folder, remove_private
from recoverynet.tables.relational.dialect import NOT_INSTALLED, for_spark

LOCAL = "local[*]"
_NONE = "there is none here"
_NONE_AT_HOME = "there is none where JAVA_HOME says (empty it, where Java is elsewhere)"
NO_JAVA = (
    f"Spark runs on Java 17 or later, and {_NONE}. Install it (Debian, Ubuntu: apt-get install "
    "openjdk-17-jre-headless), or leave engine='spark' out: DuckDB needs no Java."
)
COULD_NOT = "Spark could not do it, and nothing was written:"
LOST = (
    "The Spark session went away in the middle of the work (its Java process ended, or the cluster cannot be reached any more). "
    "Nothing was half-written: the record was only read, and a result appears under its name when it is whole or not at all. "
    "It is safe to repeat all of it: open the record again with open_record(), and ask again."
)


class ClusterSession:
    """Spark; see :class:`recoverynet.tables.relational.session.EngineSession`."""

    name = "spark"

    def __init__(self, *, master: str | None = None, tz: str, memory: str = "2g", partitions: int | None = None) -> None:
        require_java()
        self._spark = _session_of(master, memory)
        self._names: set[str] = set()
        self._kept: dict[str, Any] = {}
        cores = self._asked(lambda: int(self._spark.sparkContext.defaultParallelism))
        for key, value in {
            "spark.sql.session.timeZone": tz,
            "spark.sql.shuffle.partitions": str(partitions or max(2 * cores, 4)),
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.ansi.enabled": "true",
        }.items():
            self._asked(partial(self._spark.conf.set, key, value))

    def hold(self, name: str, table: pa.Table) -> None:
        """Make a table in memory known under a name."""
        plain = pa.table(
            {field.name: column.cast(_plain(field.type)) for field, column in zip(table.schema, table.columns, strict=True)}
        )
        self._named(name, lambda: self._spark.createDataFrame(plain))

    def scan(self, name: str, path: Path) -> None:
        """Make a Parquet file, or a folder of them, known under a name without reading it."""
        self._named(name, lambda: self._spark.read.parquet(Path(path).resolve().as_uri()))

    def define(self, name: str, query: str) -> None:
        """Give a query a name."""
        self._named(name, lambda: self._spark.sql(for_spark(query)))

    def keep(self, name: str, query: str) -> None:
        """Give the answer to a query a name, worked out once; on disk where it does not fit."""
        from pyspark import StorageLevel

        def kept() -> Any:
            frame = self._spark.sql(for_spark(query)).persist(StorageLevel.MEMORY_AND_DISK)
            frame.count()
            return frame

        self.drop(name)
        self._kept[name] = self._named(name, kept)

    def drop(self, name: str) -> None:
        """Forget what was held, defined or kept under a name."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            self._asked(kept.unpersist)
        if name in self._names:
            self._names.discard(name)
            self._asked(lambda: self._spark.catalog.dropTempView(name))

    def table(self, query: str) -> pa.Table:
        """What a query answers with, brought here."""
        return self._asked(lambda: self._spark.sql(for_spark(query)).toArrow())

    def write(self, query: str, folder: Path) -> None:
        """What a query answers with, as Parquet files in a folder, without bringing it here."""
        inside = folder / "spark"
        self._asked(lambda: self._spark.sql(for_spark(query)).write.parquet(inside.resolve().as_uri()))
        for place, part in enumerate(sorted(inside.glob("part-*.parquet"))):
            shutil.move(part, folder / f"part-{place}.parquet")
        shutil.rmtree(inside)

    def close(self) -> None:
        """Let go of what this session named; Spark itself goes on until Python ends, as others may be using it."""
        try:
            for name in list(self._names):
                self.drop(name)
        except EngineError:
            self._names.clear()
            self._kept.clear()

    def _named(self, name: str, make: Callable[[], Any]) -> Any:
        frame = self._asked(make)
        self._asked(lambda: frame.createOrReplaceTempView(name))
        self._names.add(name)
        return frame

    def _asked(self, task: Callable[[], Any]) -> Any:
        """What Spark answers; EngineError where it is gone."""
        with _told(), _quiet():
            return task()


def require_java() -> None:
    """Raise EngineError, with the one line that mends it, where Spark or a Java that it runs on is missing."""
    try:
        import pyspark  # noqa: F401
        import sqlglot  # noqa: F401
    except ImportError as error:
        raise EngineError(NOT_INSTALLED) from error
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        raise EngineError(NO_JAVA if not home else NO_JAVA.replace(_NONE, _NONE_AT_HOME))
    try:
        told = subprocess.run([java, "-version"], capture_output=True, check=True, timeout=60, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(NO_JAVA) from error
    version = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    if version is not None and int(version[1]) < 17:
        raise EngineError(NO_JAVA.replace(_NONE, f"the one here is older (version {version[1]})"))


def _session_of(master: str | None, memory: str) -> Any:
    """A session with names of its own, in the one Spark of this process, which is started where there is none."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with _quiet():
        running = SparkContext._active_spark_context
        if running is not None:
            joined = None
            with suppress(Exception):  # of a Java process that is gone nothing more is to be learnt
                running.defaultParallelism  # noqa: B018
                joined = SparkSession(running).newSession()
            if joined is not None:
                _require_same(str(running.master), master or str(running.master))
                return joined
            _forget(running)
        master = master or LOCAL
        builder = SparkSession.builder.master(master).appName("recoverynet")
        for key, value in _settings(master, memory).items():
            builder = builder.config(key, value)
        try:
            return builder.getOrCreate().newSession()
        except Exception as error:
            _forget(None)
            raise EngineError(
                f"Spark cannot start at {master!r}: {type(error).__name__}. Look whether that address is a running Spark master "
                "(spark://host:7077, or local[2] for this machine) and whether java -version answers with 17 or later."
            ) from error


def _scratch() -> str:
    """A folder for what Spark puts on disk in between, that only the owner may read: its own may be read by anybody here."""
    folder = private_folder("recoverynet-spark-")
    _SCRATCH.append(folder)
    return str(folder)


def _clear_scratch() -> None:
    """Spark clears up behind itself unless its Java process was killed."""
    while _SCRATCH:
        remove_private(_SCRATCH.pop())


_SCRATCH: list[Path] = []


def _require_same(running: str, asked: str) -> None:
    """EngineError where another cluster is asked for than the one this process works with: it can have only one."""
    if running != asked and not (running.startswith("local") and asked.startswith("local")):
        raise EngineError(
            f"This process works with Spark at {running!r} already, and can have only one: {asked!r} needs a process of its own."
        )


def _settings(master: str, memory: str) -> dict[str, str]:
    settings = {
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.adaptive.enabled": "true",
        "spark.log.level": "ERROR",
    }
    if master.startswith("local"):
        # Spark would listen on every address of the machine; records of people are on this one alone
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.local.dir": _scratch()}
    return settings


def _forget(running: Any) -> None:
    """Forget a Spark whose Java process is gone, so that another can start: Spark itself would go on asking the dead one."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    for stop in (getattr(running, "stop", None), getattr(SparkContext._gateway, "shutdown", None)):
        if stop is not None:
            with suppress(Exception):
                stop()
    _clear_scratch()
    SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None
    SparkSession._instantiatedSession = None


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong inside Spark, in words."""
    from py4j.protocol import Py4JError, Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        raise EngineError(f"{COULD_NOT} {_first_line(error)}") from error
    except (Py4JError, OSError, EOFError) as error:
        if isinstance(error, Py4JJavaError) and "SparkContext was shut down" not in str(error):
            raise EngineError(f"{COULD_NOT} {_first_line(error.java_exception)}") from error
        raise EngineError(LOST) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the notices that Spark gives about newer pandas: only Arrow tables pass between the two."""
    with warnings.catch_warnings():
        # its own log of a query that failed would print the query, and with it ids, beside the error that is raised anyway
        logging.getLogger("SQLQueryContextLogger").disabled = True
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


def _first_line(exception: object) -> str:
    return str(exception).strip().splitlines()[0][:200]


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without dictionaries and large texts, which Spark does not take in."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return pa.string()
    return pa.timestamp("us", tz="UTC") if pa.types.is_timestamp(kind) else kind
