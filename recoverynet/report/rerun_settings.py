"""The settings of a report as Python, so that the notebook behind it can be read, edited and run again."""

from __future__ import annotations

from collections.abc import Mapping

from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.record import RecoveryRecord


def settings_cell(record: RecoveryRecord, policy: DisclosurePolicy, arguments: Mapping[str, object]) -> str:
    """The settings of a report as lines of Python that can be read and edited, for the notebook behind it.

    Parameters
    ----------
    record : RecoveryRecord
        Whose time zone the notebook reads with.
    policy : DisclosurePolicy
    arguments : mapping
        The other arguments of the report, by name.
    """
    named = policy in (DisclosurePolicy.named("ndtms"), DisclosurePolicy.named("nhs"))
    lines = [f"    {name}={_source(value)}," for name, value in arguments.items()]
    shown = repr(policy.name) if named else f"rn.{policy!r}"
    return "\n".join([f"time_zone = {record.tz!r}", "settings = dict(", *lines, f"    disclosure={shown},", ")"])


def _source(value: object) -> str:
    """An argument as Python."""
    if isinstance(value, Norm):
        holds = ", ".join(repr(state) for state in value.scheme.states if state in value.holds)
        using = ", ".join(repr(state) for state in value.scheme.states if state in value.scheme.using)
        scheme = f", scheme=rn.StateScheme({value.scheme.states!r}, using={{{using}}})"
        usual = value.scheme == RECOVERY_NORM.scheme
        return f"rn.Norm({value.name!r}, holds={{{holds}}}{'' if usual else scheme})"
    if isinstance(value, tuple) and any(hasattr(part, "isoformat") for part in value):
        return repr(tuple(part.isoformat() if hasattr(part, "isoformat") else part for part in value))
    return repr(value)
