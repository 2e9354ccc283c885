"""Linkage tokens: what two agencies can compare of one person without either telling who it is.

Each part of what is recorded (an initial, the day, month and year of birth, sex, the district and sector of a postcode) is
hashed by itself with a key both agencies hold. Part by part, because one token of the whole can only agree or not: a
mistyped day would make another person of somebody.
"""

from __future__ import annotations

import hmac
import unicodedata
import warnings
from collections.abc import Mapping

import pandas as pd

from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError
from recoverynet.ids import ids_in
from recoverynet.tables.birth_dates import ImplausibleBirths, plausible_births
from recoverynet.tables.pseudonym_ids import key_bytes, pseudonym

TOKEN_PREFIX = "linkage_"
KEY_COLUMN = "linkage_key"
TOKEN_COLUMNS = tuple(TOKEN_PREFIX + part for part in ("first", "second", "day", "month", "year", "sex", "district", "sector"))
PARTICULARS = ("first_initial", "second_initial", "birth_date", "sex", "postcode")
_DOMAINS = {"first": "initial", "second": "initial", "day": "day or month", "month": "day or month"}
_UNKNOWN = {"", "0", "9", "U", "X", "Z", "N", "NOT KNOWN", "UNKNOWN", "NA", "N/A", "NONE"}
_NO_ADDRESS = r"ZZ99.*|NF.*"


def linkage_tokens(particulars: pd.DataFrame, *, key: bytes | str) -> pd.DataFrame:
    """What may two agencies compare of these people without telling each other who they are?

    Parameters
    ----------
    particulars : pandas.DataFrame
        ``person_id`` and any of ``first_initial``, ``second_initial`` (the first letter counts), ``birth_date`` (a date, or
        text written YYYY-MM-DD or DD/MM/YYYY), ``sex``, ``postcode`` (whole, or its district and sector such as ``S2 4``);
        ``known_on``, a day on which the person was known already, in the same forms. It makes no token: a birth date after it
        cannot be right.
    key : bytes or str
        The secret both agencies hold, at least 16 bytes. Use one key for one linkage and none other, and no longer than it takes.

    Returns
    -------
    pandas.DataFrame
        ``person_id``; ``linkage_key``, a fingerprint by which tokens of different keys are told apart; ``linkage_first``,
        ``linkage_second``, ``linkage_day``, ``linkage_month``, ``linkage_year``, ``linkage_sex``, ``linkage_district``,
        ``linkage_sector``: tokens, missing where nothing was recorded or no part of it can be read. ``NFA`` and ``ZZ99``
        say that somebody has no fixed address and are no postcode. Birth dates that cannot be right (before 1900, after today or
        after ``known_on``, unreadable, or one that systems fill in such as 1 January 1900) make no token; a warning counts them.

    Raises
    ------
    SchemaError
        No column ``person_id``, a person twice or without an id, no particulars at all, or a key too short or regular.
    NotEstimableError
        More than half of the birth dates cannot be read or cannot be right.

    Notes
    -----
    A token is HMAC-SHA256(key, kind and value), cut to 80 bits. Both initials share a kind, as day and month do, so that
    names or days and months entered the wrong way round are still found. **The risk**: an initial has 26 values and a month
    12, so that whoever holds the tokens of many people can guess from how common each is, and whoever holds the key can undo
    them all. Tokens are therefore personal data; they are dropped by :func:`recoverynet.merge_records` and stand in no
    report. Bloom filters, the other way of comparing by likeness, are open to the same attack and gain nothing on single
    letters and numbers.

    References
    ----------
    Christen, P., Ranbaduge, T., Schnell, R. (2020). Linking Sensitive Data. Springer.
    https://doi.org/10.1007/978-3-030-59706-1

    Examples
    --------
    >>> import pandas as pd, recoverynet as rn
    >>> people = pd.DataFrame({"person_id": ["a", "b"], "first_initial": ["J", "j"], "birth_date": ["1980-03-07", None]})
    >>> tokens = rn.linkage_tokens(people, key="only for this example")
    >>> tokens["linkage_first"].nunique(), int(tokens["linkage_year"].notna().sum())
    (1, 1)
    """
    if not isinstance(key, str | bytes):
        raise SchemaError(f"The key is text or bytes that both agencies hold; got a {type(key).__name__}.")
    _require_people(particulars)
    particulars = ids_in(particulars, ("person_id",), "particulars")
    made, births = token_columns(particulars, key_bytes(key))
    if 2 * births.n_wrong > births.n_given:
        raise NotEstimableError(
            f"{births.n_wrong:,} of {births.n_given:,} birth dates cannot be right: {births.in_words()}. Write them as "
            "1980-03-07 or 07/03/1980, and leave them empty where they were not asked."
        )
    if births.n_wrong:
        warnings.warn(births_in_words(births), RecoveryNetWarning, stacklevel=2)
    made.insert(0, "person_id", particulars["person_id"].to_numpy())
    return made.reset_index(drop=True)


def births_in_words(births: ImplausibleBirths) -> str:
    """What was left out of the tokens, in a sentence."""
    return (
        f"{births.n_wrong:,} of {births.n_given:,} birth dates are not used because they cannot be right: {births.in_words()}. "
        "Mend them, or leave them empty where they were not asked."
    )


def token_columns(particulars: pd.DataFrame, secret: bytes) -> tuple[pd.DataFrame, ImplausibleBirths]:
    """The columns of tokens of each row of particulars with the fingerprint of the key where a row has any token, and how many
    birth dates cannot be right.
    """
    known = _days(particulars, "known_on")
    born, births = plausible_births(_days(particulars, "birth_date"), _given(particulars, "birth_date"), known=known)
    parts = _parts(particulars, born)
    made = {}
    for name in TOKEN_COLUMNS:
        part = name.removeprefix(TOKEN_PREFIX)
        made[name] = _hashed(parts[part], _DOMAINS.get(part, part), secret)
    frame = pd.DataFrame(made, index=particulars.index)
    said = pd.Series(key_fingerprint(secret), index=frame.index, dtype="str")
    frame.insert(0, KEY_COLUMN, said.where(frame.notna().any(axis=1)))
    return frame, births


def key_fingerprint(secret: bytes) -> str:
    """Which key it was, told without telling the key: 40 bits of a hash that stands for nobody."""
    return hmac.digest(secret, b"fingerprint of a linkage key", "sha256")[:5].hex()


def without_tokens(people: pd.DataFrame) -> pd.DataFrame:
    """A table of people without any column of linkage tokens."""
    return people.drop(columns=[name for name in people.columns if str(name).startswith(TOKEN_PREFIX)])


def _require_people(particulars: pd.DataFrame) -> None:
    if not isinstance(particulars, pd.DataFrame) or "person_id" not in particulars.columns:
        got = list(particulars.columns) if isinstance(particulars, pd.DataFrame) else type(particulars).__name__
        raise SchemaError(f"Particulars are a DataFrame with a column 'person_id' and any of {', '.join(PARTICULARS)}; got {got}.")
    given = [name for name in PARTICULARS if name in particulars.columns]
    if not given:
        raise SchemaError(
            f"There is nothing to make tokens of: none of {', '.join(PARTICULARS)} is among the columns, which are "
            f"{', '.join(map(str, particulars.columns))}. Rename yours."
        )
    ids = particulars["person_id"]
    if ids.isna().any():
        raise SchemaError(f"{int(ids.isna().sum()):,} rows of the particulars have no person_id. Fill it in, or leave them out.")
    if ids.duplicated().any():
        raise SchemaError(
            f"{int(ids.duplicated().sum()):,} rows of the particulars repeat a person_id. Keep one row a person, the latest."
        )


def _parts(particulars: pd.DataFrame, born: pd.Series) -> Mapping[str, pd.Series]:
    """Every part as text in one form, missing where it is not known."""
    first, second, sex = (_text(particulars, name).str[:1] for name in ("first_initial", "second_initial", "sex"))
    postcode = _text(particulars, "postcode").str.replace(r"\s+", " ", regex=True)
    place = postcode.mask(postcode.str.fullmatch(_NO_ADDRESS).fillna(False).astype(bool))
    found = place.str.extract(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9])?(?:[A-Z]{2})?$")
    tight = place.str.extract(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9])[A-Z]{2}$")
    district, sector = tight[0].fillna(found[0]), tight[1].fillna(found[1])
    return {
        "first": first.where(first.str.isalpha().fillna(False).astype(bool)),
        "second": second.where(second.str.isalpha().fillna(False).astype(bool)),
        "day": born.dt.strftime("%d"),
        "month": born.dt.strftime("%m"),
        "year": born.dt.strftime("%Y"),
        "sex": sex.mask(sex.isin(_UNKNOWN)).replace({"1": "M", "2": "F"}),
        "district": district,
        "sector": district + " " + sector,
    }


def _text(particulars: pd.DataFrame, name: str) -> pd.Series:
    """A column in capitals without accents; missing where there is none or it says that nothing is known."""
    if name not in particulars.columns:
        return pd.Series(pd.NA, index=particulars.index, dtype="str")
    values = particulars[name]
    plain = values.map(_in_plain_capitals, na_action="ignore").astype("str").where(values.notna())
    empty = plain.isin(_UNKNOWN) if name in ("sex", "postcode") else plain.eq("")
    return plain.mask(empty.fillna(False).astype(bool)).astype("str")


def _in_plain_capitals(value: object) -> str:
    return unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode("ascii").upper().strip()


def _given(particulars: pd.DataFrame, name: str) -> pd.Series:
    """Whether something stands there that is no blank."""
    if name not in particulars.columns:
        return pd.Series(False, index=particulars.index)
    values = particulars[name]
    return values.notna() & values.astype("str").str.strip().ne("")


def _days(particulars: pd.DataFrame, name: str) -> pd.Series:
    """A column of dates as naive days, NaT where there is none or it cannot be read."""
    if name not in particulars.columns:
        return pd.Series(pd.NaT, index=particulars.index, dtype="datetime64[us]")
    given = particulars[name]
    if pd.api.types.is_datetime64_any_dtype(given):
        return pd.to_datetime(given).dt.tz_localize(None)
    texts = given.astype("str").mask(given.isna()).str.strip().str[:10]
    texts = texts.mask(texts.eq(""))
    read = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    return read.fillna(pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce"))


def _hashed(values: pd.Series, kind: str, secret: bytes) -> pd.Series:
    known = values.dropna().unique()
    made = {value: "t" + pseudonym(f"linkage|{kind}|{value}", secret)[1:] for value in known}
    return values.map(made).astype("str").where(values.notna())
