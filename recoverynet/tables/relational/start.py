"""Which engine, how much of the machine it may take, and how it is started."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.tables.relational.cluster import ClusterSession
from recoverynet.tables.relational.embedded import MEMORY, EmbeddedSession
from recoverynet.tables.relational.session import EngineSession

ENGINES = ("duckdb", "spark")
_ADDRESS = re.compile(r"spark://(?P<master>local(\[[0-9*]+\])?|[A-Za-z0-9.\-]+:[0-9]+)?(?P<folder>/.*)")


@dataclass(frozen=True)
class EngineSettings:
    """Where is the work on contacts done, and how much of the machine may it take?

    Parameters
    ----------
    engine : {"duckdb", "spark"}
        DuckDB inside this process (default), or Spark.
    memory : str, optional
        What the engine may take of this machine, such as ``"3GB"`` (DuckDB) or ``"3g"`` (Spark's own process here). Default:
        2.5 GB, with which a process stays under 4 GB, or 2 GB for Spark.
    threads : int, optional
        Cores DuckDB may keep busy. Default: up to four.
    spill_into : path, optional
        Where DuckDB puts what does not fit into memory: in a private folder of its own, which goes when the record is closed.
        Such files are not encrypted. Default: the place for temporary files of this machine.
    master : str, optional
        For Spark: ``"local[2]"`` for so many cores of this machine, ``"spark://host:7077"`` for a cluster. Default: what the
        environment variable SPARK_MASTER says, else the Spark this process works with, else all cores of this machine.
    partitions : int, optional
        For Spark: into how many parts rows are shuffled. Default: twice the cores, at least four. On a cluster: two or three
        times its cores.

    Raises
    ------
    SchemaError
        There is no such engine, or a setting that the other engine has.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.samples import sample_folder
    >>> with rn.open_record(sample_folder("five_people"), engine=rn.EngineSettings(memory="500MB", threads=1)) as store:
    ...     store.on_engine
    <RecordOnEngine duckdb: 5 people>
    """

    engine: str = "duckdb"
    memory: str | None = None
    threads: int | None = None
    spill_into: str | Path | None = None
    master: str | None = None
    partitions: int | None = None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise SchemaError(f"engine must be 'duckdb' or 'spark'; got {self.engine!r}.")
        others = ("master", "partitions") if self.engine == "duckdb" else ("threads", "spill_into")
        strange = [name for name in others if getattr(self, name) is not None]
        if strange:
            raise SchemaError(f"{', '.join(strange)} cannot be set for engine {self.engine!r}: the other engine has that.")
        for name in ("threads", "partitions"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise SchemaError(f"{name} must be a whole number, 1 or more; got {value!r}.")

    def start(self, *, tz: str, within: Path | None = None) -> EngineSession:
        """Start the engine, or join the Spark that runs in this process already.

        Parameters
        ----------
        tz : str
            Time zone in which an instant has its day.
        within : path, optional
            The one folder whose files DuckDB may read.

        Raises
        ------
        EngineError
            Spark or Java is not installed, or the cluster does not answer.
        SchemaError
            ``memory`` is not a size.
        """
        if self.engine == "spark":
            master = self.master or os.environ.get("SPARK_MASTER")
            return ClusterSession(master=master, tz=tz, memory=self.memory or "2g", partitions=self.partitions)
        memory = self.memory or MEMORY
        return EmbeddedSession(within=within, tz=tz, memory=memory, threads=self.threads, spill_into=self.spill_into)


def as_settings(engine: object) -> EngineSettings:
    """Settings from the name of an engine, or as given; raises SchemaError for anything else."""
    if isinstance(engine, EngineSettings):
        return engine
    return EngineSettings(engine)  # type: ignore[arg-type]


def spark_address(path: str | Path) -> tuple[str | None, str] | None:
    """The Spark master and the folder of an address such as ``spark://host:7077/shared/record``; None for another path.

    Raises
    ------
    SchemaError
        It begins like such an address and is none.
    """
    text = str(path)
    if not text.startswith("spark:"):
        return None
    found = _ADDRESS.fullmatch(text)
    if found is None or len(found["folder"]) < 2:
        raise SchemaError(
            f"{text!r} is no address of a record on Spark. Write spark://host:7077/folder (a cluster), spark://local[2]/folder "
            "(two cores of this machine) or spark:///folder (all of them); the folder is the same on every machine."
        )
    master = found["master"]
    return (master if master is None or master.startswith("local") else f"spark://{master}"), found["folder"]
