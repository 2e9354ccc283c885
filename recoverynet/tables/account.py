"""What became of every row and column of a source on its way into a record."""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverynet.tables.problems import Problem


@dataclass(frozen=True)
class TableAccount:
    """One table: where it came from, how many rows it had and kept, and why the others did not come in."""

    origin: str
    n_in: int
    n_out: int
    reasons: tuple[str, ...] = ()


@dataclass
class Account:
    """A source on its way in.

    Attributes
    ----------
    tables : dict of str to TableAccount
    columns : dict of str to (list of str, set of str)
        For each file or sheet, the columns it has and those that were used.
    problems : list of Problem
    """

    tables: dict[str, TableAccount] = field(default_factory=dict)
    columns: dict[str, tuple[list[str], set[str]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, origin: str, n_in: int, n_out: int) -> None:
        """Take down one table; the reasons are those of the faults of its rows."""
        reasons = tuple(
            dict.fromkeys(problem.problem for problem in self.problems if problem.table == name and problem.severity == "error")
        )
        self.tables[name] = TableAccount(origin, n_in, n_out, reasons if n_out < n_in else ())
