"""A made-up worker to try the page as: somebody whose caseload holds a client to look for."""

from __future__ import annotations

from pathlib import Path

from recoverynet.errors import NotEstimableError
from recoverynet.samples import load_sample
from recoverynet.tables.files import write_record
from recoverynet.web.desk import Desk
from recoverynet.web.views import DOORS


def demo_record(sample: str, folder: Path) -> Path:
    """A copy of a sample to enter into; one that is there already is gone on with."""
    if not (folder / "people.csv").exists():
        write_record(load_sample(sample), folder)
    return folder


def demo_worker(desk: Desk) -> tuple[str, str]:
    """A worker with a client who has had no recovery contact for a month and could be walked through three doors; the client.

    Raises
    ------
    NotEstimableError
        There is no such worker in the record.
    """
    for worker_id in desk.record.workers():
        for client_id in desk.record.clients_of(worker_id).index:
            quiet = "no_recovery_contact" in {prompt.code for prompt in desk.views.overviews([client_id])[client_id].prompts}
            if quiet and len(desk.views.page(client_id, worker_id).doors) >= DOORS:
                return worker_id, client_id
    raise NotEstimableError("No worker of this record has a client without recovery contact and with three doors open to them.")
