"""One pseudonym an id, the same wherever the id stands, made with a key."""

from __future__ import annotations

import base64
import hmac
import math
import warnings
from itertools import pairwise

import pandas as pd

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.tables.identifiers import person_column
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.mapped import plain_name

SHORTEST_KEY = 16
_FEWEST_SIGNS, _FEWEST_BITS = 5, 32


def make_a_key(path: object = "key.txt") -> str:
    """How to make a key, as one line to be typed."""
    file = f'"{path}"' if " " in str(path) else path
    return f'Make one with: python -c "import secrets; print(secrets.token_hex(32))" > {file}'


def pseudonyms_of(table: str, frame: pd.DataFrame, secret: bytes, known: set[str]) -> dict[str, pd.Series]:
    """Every column of ids of one table, replaced: of people, of groups and occasions, and extra ones that hold ids.

    ``known`` are the ids of people; an extra column most of whose values are among them holds ids, whatever it is called.
    """
    schema = READABLE_TABLES[table]
    changed = {}
    for name in frame.columns:
        if name in schema.names:
            if schema[name].kind == "id":
                changed[name] = pseudonyms(frame[name], secret, "" if schema[name].person else name.removesuffix("_id"))
        elif is_id_column(str(name), frame[name], known):
            changed[name] = pseudonyms(frame[name], secret)
    return changed


def is_id_column(title: str, values: pd.Series, known: set[str]) -> bool:
    """Whether an extra column holds ids: by what it is called, or because most of its values are ids of people."""
    plain = plain_name(title)
    if person_column(plain) or plain.endswith(("_id", "_by")):
        return True
    texts = set(_as_ids(values).dropna())
    return len(texts) > 1 and 2 * len(texts & known) >= len(texts)


def _as_ids(values: pd.Series) -> pd.Series:
    """Values as ids are written: whole numbers without a point."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("str").mask(values.isna())


def pseudonyms(ids: pd.Series, secret: bytes, kind: str = "") -> pd.Series:
    """The pseudonym of each id, missing where the id is."""
    texts = _as_ids(ids)
    known = texts.dropna().unique()
    made = pd.Series([pseudonym(str(one), secret, kind) for one in known], index=known, dtype="str")
    return texts.map(made).astype("str")


def pseudonym(one: str, secret: bytes, kind: str = "") -> str:
    """One pseudonym: a letter and 80 bits of HMAC-SHA256 in base32.

    The letter is ``p`` for people (``kind`` empty), else that of the kind, which is hashed as well: a person and a group
    of the same id have nothing in common afterwards.
    """
    said = f"{kind}\0{one.strip()}" if kind else one.strip()
    digest = hmac.digest(secret, said.encode("utf-8"), "sha256")
    return (kind or "person")[0] + base64.b32encode(digest[:10]).decode("ascii").lower()


def key_bytes(key: bytes | str) -> bytes:
    """A key as bytes; raises SchemaError where it is too short or too regular to keep a secret, warns where it is doubtful."""
    secret = key.encode("utf-8") if isinstance(key, str) else bytes(key)
    if len(secret) < SHORTEST_KEY:
        raise SchemaError(
            f"The key must have at least {SHORTEST_KEY} bytes, or the pseudonyms could be undone by trying keys; it "
            f"has {len(secret)}. {make_a_key()}"
        )
    if _repeats(secret) or len(set(secret)) < _FEWEST_SIGNS:
        raise SchemaError(
            f"The key repeats itself or has fewer than {_FEWEST_SIGNS} different signs, so that it can be guessed and the "
            f"pseudonyms undone. {make_a_key()}"
        )
    if _strength(secret) < _FEWEST_BITS:
        warnings.warn(
            f"The key follows a simple order, as 0123… or abc… do, and can be guessed. {make_a_key()}",
            RecoveryNetWarning,
            stacklevel=3,
        )
    return secret


def _repeats(secret: bytes) -> bool:
    """Whether a key is a short piece over and over."""
    return any(secret == (secret[:size] * len(secret))[: len(secret)] for size in range(1, len(secret) // 2 + 1))


def _strength(secret: bytes) -> float:
    """Bits of a key at most: what does not follow from the sign before it, times the bits of one sign."""
    jumps = 1 + sum(abs(one - other) > 1 for one, other in pairwise(secret))
    return jumps * math.log2(len(set(secret)))
