"""One pseudonym an id, the same wherever the id stands, made with a key."""

from __future__ import annotations

import base64
import hmac

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.identifiers import person_column
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name

SHORTEST_KEY = 16


def make_a_key(path: object = "key.txt") -> str:
    """How to make a key, as one line to be typed."""
    file = f'"{path}"' if " " in str(path) else path
    return f'Make one with: python -c "import secrets; print(secrets.token_hex(32))" > {file}'


def pseudonymised_frame(table: str, frame: pd.DataFrame, secret: bytes, known: set[str]) -> pd.DataFrame:
    """One table with the ids of people replaced; ``known`` are the ids looked for in extra columns ending in _id."""
    schema = READABLE_TABLES[table]
    changed = {name: pseudonyms(frame[name], secret) for name in schema.person_ids if name in frame.columns}
    for name in frame.columns:
        title = plain_name(str(name))
        if name in schema.names or not pd.api.types.is_string_dtype(frame[name]):
            continue
        if person_column(title):
            changed[name] = pseudonyms(frame[name], secret)
        elif title.endswith(("_id", "_by")):
            changed[name] = frame[name].where(~frame[name].isin(known), pseudonyms(frame[name], secret))
    return frame.assign(**changed)


def pseudonyms(ids: pd.Series, secret: bytes) -> pd.Series:
    """The pseudonym of each id, missing where the id is."""
    known = ids.dropna().unique()
    made = pd.Series([pseudonym(str(one), secret) for one in known], index=known, dtype="str")
    return ids.map(made).astype("str")


def pseudonym(person_id: str, secret: bytes) -> str:
    """One pseudonym: ``p`` and 80 bits of HMAC-SHA256 in base32."""
    digest = hmac.digest(secret, person_id.strip().encode("utf-8"), "sha256")
    return "p" + base64.b32encode(digest[:10]).decode("ascii").lower()


def key_bytes(key: bytes | str) -> bytes:
    """A key as bytes; raises SchemaError where it is too short to keep a secret."""
    secret = key.encode("utf-8") if isinstance(key, str) else bytes(key)
    if len(secret) < SHORTEST_KEY:
        raise SchemaError(
            f"The key must have at least {SHORTEST_KEY} bytes, or the pseudonyms could be undone by trying keys; it "
            f"has {len(secret)}. {make_a_key()}"
        )
    return secret
