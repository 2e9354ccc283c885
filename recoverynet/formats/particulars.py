"""Particulars of persons in public lists of groups: ways to reach or pay them, and ways into a closed room."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from recoverynet.formats.imported import ImportRow
from recoverynet.tables.identifiers import EMAIL

_PHONE = r"(?<![\w/.=-])(?:\+?\(?\d(?:[\s().-]{0,3}\d){7,13}|\d{3}[-. ]\d{4})(?![\w])"
_ROOM = (
    r"\b(?:pass ?-?(?:code|word)|pwd|meeting id|zoom id|(?:zoom|webex|teams)\b[^.]{0,20}\bid\b|id ?[:#=]? ?\d{3}"
    r"|pin ?[:#=]? ?\d{3}|access code)"
)
_MONEY = r"\b(?:venmo|paypal|cash ?app|zelle)\b|(?<!\w)\$[A-Za-z][\w-]{2,}"
_HANDLE = r"(?<![\w.])@[A-Za-z][\w.]{2,}"
_PERSON = (
    r"\b(?i:contact|call|text|phone|ring|whats ?app|ask for|speak to|see|e-?mail"
    r"|message|hosted by|secretary|chair(?:ed by|person)?|"
    r"treasurer|gsr)\b[:\s-]{1,3}(?!Bell\b|Buzzer\b|Doorbell\b|Side\b|Back\b|Front\b|Main\b|Group\b|"
    r"Office\b|Website\b|Helpline\b|Us\b|The\b|Our\b|If\b|For\b|Before\b|At\b|On\b|In\b|To\b|AA\b|NA\b|Zoom\b)[A-Z][a-z]+\b"
)
_HOME = r"\b[A-Z][a-z]+['’]s (?:house|home|flat|apartment|garden|living room|kitchen)\b"
_URL = r"https?://\S+|\bwww\.\S+"
_SURE_PHONE = r"(?<![\w/.=-])(?:\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|\+\d[\d ]{8,14}|0\d{3,4} ?\d{3} ?\d{3,4})(?!\w)"
_WAYS = (
    ("an e-mail address", re.compile(EMAIL)),
    ("a way into an online room", re.compile(_ROOM, re.IGNORECASE)),
    ("a way to pay", re.compile(_MONEY, re.IGNORECASE)),
    ("a person's handle", re.compile(_HANDLE)),
    ("a telephone number", re.compile(_PHONE)),
    ("somebody's name", re.compile(_PERSON)),
    ("somebody's home", re.compile(_HOME)),
)
_PUBLIC_WAYS = (
    *(way for way in _WAYS if way[0] not in ("a telephone number", "somebody's name")),
    ("a telephone number", re.compile(_SURE_PHONE)),
)
_ROOMS = re.compile(
    r"zoom|meet\.|teams\.|gotomeet|jit\.?si|webex|whereby|skype|discord|bluejeans|whatsapp|wa\.me|t\.me|signal\.|facebook|"
    r"/j/|/my/|pwd=|pass|token|join",
    re.IGNORECASE,
)


def told_by(text: str, *, public: bool = False) -> str:
    """What a text tells that leads to a person or into a closed room, empty where nothing was found.

    In names and addresses of groups, which are ``public``, numbers of houses stand side by side and words such as Text are
    part of a name: only sure signs count there.
    """
    links = re.findall(_URL, text)
    rest = re.sub(_URL, " ", text)
    if any(public_link(link) == "" for link in links):
        return "a way into an online room"
    ways = _PUBLIC_WAYS if public else _WAYS
    return next((what for what, pattern in ways if pattern.search(rest)), "")


def public_link(link: str) -> str:
    """A web address as it may be kept: that of a page for everybody, without user name or fragment; empty otherwise."""
    link = link.strip()
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "." not in parts.hostname:
        return ""
    whole = f"{parts.hostname}{parts.path}?{parts.query}"
    return "" if _ROOMS.search(whole) or re.search(EMAIL, whole) else link.split("#")[0]


@dataclass
class Dropped:
    """What is dropped on the way in, counted by what it was."""

    source: str
    given: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def drop(self, what: str, value: object, why: str) -> None:
        """Count a value that is never taken in, where there is one."""
        if said(value):
            self.given[what] += 1
            self.dropped[what, why] += 1

    def text(self, what: str, value: object, *, public: bool = False) -> str | None:
        """A text as it may be kept; one that leads to a person is dropped whole and counted."""
        if not said(value):
            return None
        text = " ".join(str(value).split())
        self.given[what] += 1
        found = told_by(text, public=public)
        if found:
            self.dropped[what, f"held {found}"] += 1
            return None
        return text

    def link(self, what: str, value: object) -> str | None:
        """A web address as it may be kept."""
        if not said(value):
            return None
        self.given[what] += 1
        kept = public_link(str(value))
        if not kept:
            self.dropped[what, "leads into an online room or to a person"] += 1
        return kept or None

    def rows(self) -> list[ImportRow]:
        """The account: one row a field and reason."""
        made = []
        for what, n_in in self.given.items():
            left = n_in
            for (field_, why), n in self.dropped.items():
                if field_ == what:
                    made.append(ImportRow(self.source, what, left, left - n, why))
                    left -= n
            if left == n_in:
                made.append(ImportRow(self.source, what, n_in, n_in))
        return made


def said(value: object) -> bool:
    """Whether a field of a feed says anything."""
    return value is not None and value != [] and value != {} and str(value).strip() not in ("", "null", "None")
