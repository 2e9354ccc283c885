"""Direct identifiers: columns and values that name a person, which a record never holds."""

from __future__ import annotations

from collections.abc import Callable

from recoverynet.tables.engine import text_sql

PSEUDONYMISE = "Run `recoverynet pseudonymise FOLDER --out FOLDER --key-file FILE`, and read the folder it writes."

_NAME_WORDS = {
    "name",
    "names",
    "fullname",
    "firstname",
    "first_name",
    "forename",
    "forenames",
    "given_name",
    "surname",
    "lastname",
    "last_name",
    "family_name",
    "middle_name",
    "maiden_name",
    "nickname",
    "known_as",
    "alias",
    "initials",
    "finitial",
    "sinitial",
    "full_name",
    "aka",
    "also_known_as",
    "preferred_name",
    "goes_by",
    "called",
}
_WHOSE = {
    "person",
    "client",
    "patient",
    "worker",
    "keyworker",
    "key_worker",
    "peer",
    "sponsor",
    "ego",
    "alter",
    "contact",
    "user",
    "service_user",
    "participant",
    "carer",
    "parent",
    "mother",
    "father",
    "partner",
    "friend",
    "member",
    "staff",
    "emergency_contact",
    "emergency",
    "guardian",
    "relative",
    "sibling",
    "spouse",
    "wife",
    "husband",
    "doctor",
    "referrer",
    "gp",
    "with_person",
    "other_person",
    "other",
    "introducer",
    "facilitator",
    "host",
    "next_of_kin",
}
_OTHERS_WORDS = {
    "next_of_kin",
    "nok",
    "kin",
    "emergency_contact",
    "in_case_of_emergency",
    "carer",
    "carers",
    "guardian",
    "gp",
    "gp_name",
    "gp_practice",
    "gp_surgery",
    "general_practitioner",
    "doctor",
    "spouse",
    "wife",
    "husband",
    "mother",
    "father",
    "children",
}
_BIRTH_WORDS = {"dob", "date_of_birth", "birth_date", "birthdate", "birthday", "born", "born_on", "dateofbirth"}
_ADDRESS_WORDS = {
    "address",
    "addr",
    "home_address",
    "street",
    "house_number",
    "address1",
    "address_1",
    "address_line_1",
    "address2",
    "address_2",
    "address_line_2",
    "postcode",
    "post_code",
    "postal_code",
    "pc",
    "zip",
    "zip_code",
    "uprn",
}
_REACH_WORDS = {
    "email",
    "e_mail",
    "mail",
    "email_address",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "phone_number",
    "mobile_number",
    "telephone_number",
    "contact_number",
    "fax",
}
_NUMBER_WORDS = {
    "nhs",
    "nhs_number",
    "nhs_no",
    "nhsno",
    "nhsnumber",
    "nino",
    "ni_number",
    "national_insurance_number",
    "passport",
    "passport_number",
    "driving_licence",
    "chi",
    "chi_number",
    "pnc",
    "pnc_id",
}
_FREE_TEXT_WORDS = {"note", "notes", "comment", "comments", "free_text", "freetext", "remarks", "narrative", "details"}
BIRTH_COLUMNS = frozenset(_BIRTH_WORDS)
_HELD_BY = {
    "worker",
    "keyworker",
    "key_worker",
    "care_coordinator",
    "sponsor",
    "mentor",
    "peer_mentor",
    "introducer",
    "facilitator",
    "referrer",
}
_AT_HOME = {"", "home", "current", "previous", "usual", "full", "postal", "correspondence", *_WHOSE}
_OF_A_SERVICE = {"provider", "agency", "service", "venue", "meeting", "group", "office", "public", "place", "website"}
_OWN_NAMES = {
    "surname",
    "forename",
    "forenames",
    "firstname",
    "lastname",
    "first_name",
    "last_name",
    "given_name",
    "family_name",
    "maiden_name",
    "middle_name",
    "nickname",
    "initials",
}
_OPEN_OF_GROUPS = {"a person's name", "an address"}
_TELLING: tuple[tuple[str, set[str], Callable[[str], bool]], ...] = (
    ("a person's name", _OWN_NAMES, lambda owner: True),
    ("a person's name", _NAME_WORDS, lambda owner: owner == "" or owner in _WHOSE),
    ("a date of birth", _BIRTH_WORDS, lambda owner: True),
    ("a personal number", _NUMBER_WORDS, lambda owner: owner == "" or owner in _WHOSE),
    ("an e-mail address or telephone number", _REACH_WORDS, lambda owner: owner not in _OF_A_SERVICE),
    ("an address", _ADDRESS_WORDS, lambda owner: owner in _AT_HOME),
    ("particulars of somebody close", _OTHERS_WORDS, lambda owner: owner in _AT_HOME),
)


def identifying_column(name: str, *, of_group: bool = False) -> str:
    """What a column of this name would tell about a person, empty where nothing is to be feared.

    Parameters
    ----------
    name : str
        In small letters with _ between words.
    of_group : bool
        Whether the table is about groups, whose own name, place and address are no secret.
    """
    words = [word for word in name.split("_") if not word.isdigit()]
    splits = [("_".join(words[:place]), "_".join(words[place:])) for place in range(len(words))]
    for what, titles, whose in _TELLING:
        for owner, title in splits:
            if (title in titles or (owner == "" and name in titles)) and whose(owner):
                return "" if of_group and owner == "" and what in _OPEN_OF_GROUPS else what
    return ""


def names_somebody(name: str) -> bool:
    """Whether a column of this name holds names of people, or numbers and addresses by which they are known."""
    return identifying_column(name) not in ("", "a date of birth", "an address")


def free_text_column(name: str) -> bool:
    """Whether a column of this name usually holds free text, in which people may be named."""
    return name in _FREE_TEXT_WORDS or name.rpartition("_")[2] in {"notes", "comments", "comment"}


def person_column(name: str) -> bool:
    """Whether a column of this name stands for a person, by id or by name (``sponsor``, ``keyworker_id``)."""
    return name in _HELD_BY or (name.endswith("_id") and name.removesuffix("_id") in _WHOSE)


EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
PHONE = (
    r"(?:^|[^0-9A-Za-z.+/:-])((?:\+44[ -]?(?:\(0\))?|0044[ -]?|\(0|0)"
    r"[1-37-8](?:[ ()-]{0,2}[0-9]){8,9})(?:[^0-9A-Za-z]|$)"
)
_PLAIN_PHONE = r"0[1-378][0-9]{8,9}"
NHS = r"(?:^|[^0-9A-Za-z.])([0-9]{3}[ -][0-9]{3}[ -][0-9]{4})(?:[^0-9A-Za-z]|$)"
TEN_DIGITS = r"(?:^|[^0-9A-Za-z.])([0-9]{10})(?:[^0-9A-Za-z.]|$)"
_POSTCODE_IN_WORDS = r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}"
POSTCODE_ALONE = r"^(?i:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2})$"
POSTCODE = rf"(?:^|[^0-9A-Za-z])({_POSTCODE_IN_WORDS})(?:[^0-9A-Za-z]|$)"
_WORDS = r"(?:[A-Za-z][A-Za-z'’.-]*,? +){1,4}"
ADDRESS = (
    rf"(?:\b[0-9]{{1,4}}[A-Za-z]?,? +{_WORDS}"
    r"(?i:(?:street|road|avenue|lane|close|drive|crescent|terrace|gardens|grove|mews|parade)\b"
    r"|(?:st|rd|ave|ln|dr|cres|terr|gdns)\b\.?(?:,|;|$))"
    rf"|^[0-9]{{1,4}}[A-Za-z]?,? +{_WORDS}(?:Way|Walk|Place|Rise|Row|View|Court)\b)"
)
_NI = r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
NI_NUMBER = rf"(?:^|[^0-9A-Za-z])({_NI})(?:[^0-9A-Za-z]|$)"
NI_NUMBER_ALONE = rf"^(?i:{_NI})$"
_DAY, _MONTH, _YEAR = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "(?:19[2-9][0-9]|200[0-9])"
_BIRTH = (
    rf"(?:^|[^0-9A-Za-z])[A-Za-z]{{2,}}[ _./-]?(?:{_DAY}[./-]?{_MONTH}[./-]?{_YEAR}|{_YEAR}[./-]?{_MONTH}[./-]?{_DAY})"
    r"(?:[^0-9]|$)"
)
_JOINED_NAMES = r"\p{L}{3,}[._-]\p{L}{3,}"
_KIN = (
    r"(?i:client|person|peer|worker|participant|member|user|alter|ego|friend|case|subject|staff|service|family|mother|"
    r"father|mum|dad|sister|brother|son|daughter|partner|cousin|neighbour|unknown|other|old|best)[._-].*"
)
_NAME = r"\p{Lu}[\p{L}'’-]+(?:,? +(?:\p{Lu}[\p{L}'’-]+|\p{Lu}\.?))+"
_LABELS = r"(?i:client|person|peer|worker|participant|member|user|alter|ego|friend|case|id|subject|staff|service|family)\b.*"


def has_email(value: str) -> str:
    """SQL: whether a text holds an e-mail address."""
    return f"regexp_matches({value}, {text_sql(EMAIL)})"


def has_phone(value: str) -> str:
    """SQL: whether a text holds a UK telephone number written as one (not digits alone)."""
    return f"(regexp_matches({value}, {text_sql(PHONE)}) AND NOT regexp_full_match({value}, '[0-9]+'))"


def is_plain_phone(value: str) -> str:
    """SQL: whether a text is digits alone and could be a UK telephone number."""
    return f"regexp_full_match({value}, {text_sql(_PLAIN_PHONE)})"


def has_nhs_number(value: str) -> str:
    """SQL: whether a text holds a valid NHS number written as one (3-3-4)."""
    return _check_digit_holds(f"regexp_replace(regexp_extract({value}, {text_sql(NHS)}, 1), '[ -]', '', 'g')")


def has_spaced_ten_digits(value: str) -> str:
    """SQL: whether a text holds ten digits written as an NHS number is (3-3-4)."""
    return f"regexp_matches({value}, {text_sql(NHS)})"


def has_ten_digits(value: str) -> str:
    """SQL: whether a text holds ten digits in a row."""
    return f"regexp_matches({value}, {text_sql(TEN_DIGITS)})"


def has_plain_nhs_number(value: str) -> str:
    """SQL: whether a text holds ten digits in a row whose last checks the others as in an NHS number."""
    return _check_digit_holds(f"regexp_extract({value}, {text_sql(TEN_DIGITS)}, 1)")


def looks_like_a_name(value: str) -> str:
    """SQL: whether a text is two or more capitalised words, and does not begin as a label such as ``Client A``."""
    return f"(regexp_full_match({value}, {text_sql(_NAME)}) AND NOT regexp_full_match({value}, {text_sql(_LABELS)}))"


def has_postcode(value: str) -> str:
    """SQL: whether a text holds a UK postcode in capitals, or is one in any letters."""
    return f"(regexp_matches({value}, {text_sql(POSTCODE)}) OR regexp_matches({value}, {text_sql(POSTCODE_ALONE)}))"


def has_address(value: str) -> str:
    """SQL: whether a text holds a house number and a street."""
    return f"regexp_matches({value}, {text_sql(ADDRESS)})"


def has_ni_number(value: str) -> str:
    """SQL: whether a text holds a National Insurance number in capitals, or is one in any letters."""
    return f"(regexp_matches({value}, {text_sql(NI_NUMBER)}) OR regexp_matches({value}, {text_sql(NI_NUMBER_ALONE)}))"


def has_birth_date(value: str) -> str:
    """SQL: whether an id is made of initials or a name and a date of birth."""
    return f"regexp_matches({value}, {text_sql(_BIRTH)})"


def joins_names(value: str) -> str:
    """SQL: whether an id is two words joined as names are (first.last), and does not begin as a label."""
    return f"(regexp_full_match({value}, {text_sql(_JOINED_NAMES)}) AND NOT regexp_full_match({value}, {text_sql(_KIN)}))"


def more_than_chance(passing: int, candidates: int) -> bool:
    """Whether more ten-digit numbers hold the NHS check than one in eleven, by three standard errors.

    One number in eleven holds it by chance, so ids of ten digits are not taken for NHS numbers because a few do.
    """
    expected = candidates / 11
    return bool(passing > expected + 3 * (candidates * 10 / 121) ** 0.5)


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits hold the check of an NHS number."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True))
    return len(set(digits)) > 1 and total % 11 == 0


def _check_digit_holds(digits: str) -> str:
    """SQL: modulus 11 over ten digits, weights 10 to 1; all-equal digits are no number."""
    total = " + ".join(f"CAST(substr({digits}, {place}, 1) AS INTEGER) * {11 - place}" for place in range(1, 11))
    same = f"replace({digits}, substr({digits}, 1, 1), '') = ''"
    return f"(CASE WHEN length({digits}) = 10 AND NOT ({same}) THEN ({total}) % 11 = 0 ELSE false END)"
