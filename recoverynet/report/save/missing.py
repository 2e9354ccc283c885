"""What to say where a format needs a library that is not installed."""

from __future__ import annotations

from recoverynet.errors import NotEstimableError


def not_installed(what: str, extra: str, error: ImportError | OSError) -> NotEstimableError:
    """An error that names the one line which installs what is missing."""
    detail = f" ({error})" if isinstance(error, OSError) else ""
    return NotEstimableError(
        f"Writing {what} needs libraries that are not here{detail}. Install them with: pip install 'recoverynet[{extra}]' "
        "- or save the report as .html, which every browser prints."
    )
