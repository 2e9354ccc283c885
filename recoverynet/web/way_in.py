"""The way in: links that work once, and the sessions they open. Only hashes of codes and tokens are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from recoverynet.web.schema import invitations, sessions, told_plainly, writing

VALID_HOURS = 24.0
IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 9 * 60 * 60
_SEEN_EVERY = 60
_CODE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Invitation:
    """A link that lets one worker in, once.

    Attributes
    ----------
    number : str
        Names it where it is to be revoked; opens nothing.
    code : str
        What opens the door.
    worker_id : str
    ends_at : float
        Seconds since 1970.
    """

    number: str
    code: str
    worker_id: str
    ends_at: float


@dataclass(frozen=True)
class WorkerSession:
    """One worker's visit.

    Attributes
    ----------
    worker_id : str
    token_hash : str
    form_token : str
        What every form of this visit carries.
    """

    worker_id: str
    token_hash: str
    form_token: str


@dataclass(frozen=True)
class Refused:
    """Why a link opens nothing.

    Attributes
    ----------
    reason : {"unknown", "expired", "used", "revoked"}
    worker_id : str or None
        For whom it was made, where it is known.
    """

    reason: str
    worker_id: str | None = None


class WayIn:
    """Invitations and sessions of one database.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    def invite(self, worker_id: str, hours: float = VALID_HOURS) -> Invitation:
        """A new link for a worker; earlier ones that were not used go on."""
        now = self._clock()
        made = Invitation(secrets.token_hex(4), secrets.token_urlsafe(32), worker_id, now + hours * 3600)
        row = {
            "number": made.number,
            "code_hash": _hash(made.code),
            "worker_id": worker_id,
            "made_at": now,
            "ends_at": made.ends_at,
        }
        with told_plainly(), writing(self._engine) as connection:
            connection.execute(sa.insert(invitations).values(row))
        return made

    def open(self, code: str) -> str | Refused:
        """The token of a new session for a code that is good; it is good no longer. Else why not."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        if not _CODE.fullmatch(code):
            return Refused("unknown")
        this = invitations.c.code_hash == _hash(code)
        good = sa.and_(this, invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None), invitations.c.ends_at > now)
        with told_plainly(), writing(self._engine) as connection:
            taken = connection.execute(sa.update(invitations).where(good).values(used_at=now)).rowcount == 1
            row = connection.execute(sa.select(invitations).where(this)).first()
            if row is None:
                return Refused("unknown")
            if not taken:
                reason = "revoked" if row.revoked_at is not None else "used" if row.used_at is not None else "expired"
                return Refused(reason, row.worker_id)
            connection.execute(
                sa.insert(sessions).values(
                    token_hash=_hash(token), worker_id=row.worker_id, invitation=row.number, began_at=now, seen_at=now
                )
            )
        return token

    def session(self, token: str) -> WorkerSession | None:
        """The session of a token, where it is still open."""
        now, token_hash = self._clock(), _hash(token)
        with told_plainly(), self._engine.connect() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.token_hash == token_hash)).first()
        if row is None or row.ended_at is not None or now > row.seen_at + IDLE_SECONDS or now > row.began_at + LONGEST_SECONDS:
            return None
        if now > row.seen_at + _SEEN_EVERY:
            with told_plainly(), writing(self._engine) as connection:
                connection.execute(sa.update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now))
        return WorkerSession(row.worker_id, token_hash, hmac.digest(token.encode(), b"forms", "sha256").hex())

    def end(self, session: WorkerSession) -> None:
        """End one session."""
        with told_plainly(), writing(self._engine) as connection:
            one = sessions.c.token_hash == session.token_hash
            connection.execute(sa.update(sessions).where(one, sessions.c.ended_at.is_(None)).values(ended_at=self._clock()))

    def revoke(self, name: str) -> tuple[int, int]:
        """Withdraw links and end sessions of a worker, or of the link with that number; how many of each."""
        now = self._clock()
        which = sa.or_(invitations.c.worker_id == name, invitations.c.number == name)
        visits = sa.or_(sessions.c.worker_id == name, sessions.c.invitation == name)
        waiting = sa.and_(which, invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None), invitations.c.ends_at > now)
        with told_plainly(), writing(self._engine) as connection:
            links = connection.execute(sa.update(invitations).where(waiting).values(revoked_at=now)).rowcount
            open_ones = sa.and_(visits, sessions.c.ended_at.is_(None), sessions.c.seen_at > now - IDLE_SECONDS)
            ended = connection.execute(sa.update(sessions).where(open_ones).values(ended_at=now)).rowcount
        return links, ended

    def expected(self) -> list[str]:
        """Workers with a link that waits or a visit that goes on, in order of id."""
        now = self._clock()
        waiting = sa.select(invitations.c.worker_id).where(
            invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None), invitations.c.ends_at > now
        )
        here = sa.select(sessions.c.worker_id).where(sessions.c.ended_at.is_(None), sessions.c.seen_at > now - IDLE_SECONDS)
        with told_plainly(), self._engine.connect() as connection:
            return sorted(connection.execute(waiting.union(here)).scalars())

    def is_known(self, name: str) -> bool:
        """Whether anybody was ever invited under a worker's id, or a link has that number."""
        which = sa.or_(invitations.c.worker_id == name, invitations.c.number == name)
        with told_plainly(), self._engine.connect() as connection:
            return connection.execute(sa.select(invitations.c.number).where(which).limit(1)).first() is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
