"""Who sees whom: a worker sees the clients on their caseload, and never two people together who must be kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recoverynet.web.live_record import LiveRecord


class Refusal(Exception):
    """A page or an entry is not for this worker.

    Attributes
    ----------
    why : str
        no_session, session_over, not_on_caseload, no_such_client, form_from_elsewhere, other_address, link_…, not_offered.
    client_id : str or None
    """

    def __init__(self, why: str, client_id: str | None = None) -> None:
        super().__init__(why)
        self.why, self.client_id = why, client_id


def require_on_caseload(record: LiveRecord, worker_id: str, handle: str) -> str:
    """The client a handle stands for.

    Raises
    ------
    Refusal
        It stands for nobody, or for a client whose case somebody else holds.
    """
    client_id = record.client_of(handle)
    if client_id is None:
        raise Refusal("no_such_client")
    if record.worker_of(client_id) != worker_id:
        raise Refusal("not_on_caseload", client_id)
    return client_id


def lists_apart(clients: Iterable[str], apart: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Clients in as few lists as it takes that no two who must be kept apart stand in one.

    Examples
    --------
    >>> lists_apart(["a", "b", "c"], {"a": frozenset("c"), "c": frozenset("a")})
    [['a', 'b'], ['c']]
    """
    lists: list[list[str]] = [[]]
    for client in clients:
        others = apart.get(client, frozenset())
        fitting = next((each for each in lists if others.isdisjoint(each)), None)
        if fitting is None:
            lists.append([client])
        else:
            fitting.append(client)
    return lists
