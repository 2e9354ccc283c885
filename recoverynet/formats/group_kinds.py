"""What sort of group a name speaks of."""

from __future__ import annotations

import re

_KINDS: tuple[tuple[str, str, str, str], ...] = (
    (r"\bal-?anon\b|\bnar-?anon\b|\bfamil(?:y|ies)\b|\bcarers?\b|\bparents?\b|\bFA\b", "family", "", ""),
    (r"\balcoholics anonymous\b|\bAA\b(?! ?batter)", "mutual_aid", "AA", "recovery"),
    (r"\bnarcotics anonymous\b|\bNA\b(?!/)", "mutual_aid", "NA", "recovery"),
    (r"\bcocaine anonymous\b|\bCA (?:meeting|group)\b", "mutual_aid", "CA", "recovery"),
    (r"\bsmart recovery\b|\bSMART\b", "mutual_aid", "SMART", "recovery"),
    (r"\bmutual aid\b|\b12[- ]step\b|\btwelve[- ]step\b|\blife ?ring\b|\bdharma\b", "mutual_aid", "", "recovery"),
    (r"\brecovery caf[eé]\b|\bcaf[eé]\b|\bdry bar\b|\bcoffee (?:morning|shop)\b", "recovery_cafe", "", "recovery"),
    (
        r"\brecovery (?:community|college|house|hub|centre|walk|football|choir|allotment)\b|\blero\b",
        "recovery_community",
        "",
        "recovery",
    ),
    (r"\bpeer[- ](?:support|led|mentor\w*)\b|\bpeers\b|\bchampions?\b", "peer_support", "", "recovery"),
    (
        r"\bkey ?work|\bclinic\b|\bprescri|\bdetox\b|\brelapse prevention\b|\bday programme\b|\btherapy\b|\bcounselling\b|\bCBT\b"
        r"|\bpre-?detox\b|\bgroupwork\b|\bgroup work\b|\btreatment\b|\bneedle\b",
        "treatment",
        "",
        "",
    ),
)


def kind_of_group(name: str) -> tuple[str, str, str]:
    """Kind, fellowship and norm that the words of a name speak of; ``("", "", "")`` where they speak of none.

    Short names of fellowships count in capitals only, so that ``Na`` or ``smart`` within a name says nothing.
    """
    for pattern, kind, fellowship, norm in _KINDS:
        loose = re.sub(r"\\b[A-Z]{2,5}\\b", lambda found: f"(?-i:{found[0]})", pattern)
        if re.search(loose, name, re.IGNORECASE):
            return kind, fellowship, norm
    return "", "", ""
