"""Where the page may be reached: on this machine, over TLS, or behind a proxy that brings TLS; nowhere else."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from recoverynet.errors import SchemaError

HOST, PORT = "127.0.0.1", 8737
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Address:
    """Where the page listens, and under which names browsers reach it.

    Attributes
    ----------
    host : str
    port : int
    public : str
        What links begin with, such as ``http://127.0.0.1:8737``.
    hosts : frozenset of str
        What the Host header may say.
    tls : tuple of two paths, or None
        Certificate and key.
    """

    host: str
    port: int
    public: str
    hosts: frozenset[str]
    tls: tuple[Path, Path] | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.public.startswith("https://")


def is_this_machine(host: str) -> bool:
    """Whether an address can be reached from this machine only.

    Examples
    --------
    >>> is_this_machine("localhost"), is_this_machine("127.0.0.1"), is_this_machine("0.0.0.0")
    (True, True, False)
    """
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def address_of(
    host: str = HOST,
    port: int = PORT,
    *,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    behind_proxy: bool = False,
    public: str | None = None,
) -> Address:
    """Where to listen, refused where what is entered would go over a network in the clear.

    Raises
    ------
    SchemaError
        Another machine could reach it without TLS, or names or files are not what they should be.
    """
    _require_sound(host, port)
    if (tls_cert is None) != (tls_key is None):
        raise SchemaError("TLS needs both files: --tls-cert with the certificate and --tls-key with its key.")
    if not is_this_machine(host) and tls_cert is None and not behind_proxy:
        raise SchemaError(
            f"Other machines could reach {host}, and what they send would be readable on the way. Leave --host out to "
            "serve this machine only, or give --tls-cert and --tls-key, or --behind-proxy where a proxy with TLS stands in front."
        )
    if behind_proxy and public is None:
        raise SchemaError("Behind a proxy, say the address browsers use: --address https://links.example.org.")
    tls = None if tls_cert is None or tls_key is None else _tls_files(tls_cert, tls_key)
    shown = f"[{host}]" if ":" in host else "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    own = f"http{'s' * bool(tls)}://{shown}:{port}"
    address = _public(public, behind_proxy) if public else own
    names = {urlsplit(own).netloc, urlsplit(address).netloc}
    if is_this_machine(host):
        names |= {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    return Address(host, port, address, frozenset(name.lower() for name in names), tls)


def _require_sound(host: str, port: int) -> None:
    is_number = True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        is_number = False
    if not is_number and not _NAME.fullmatch(host):
        raise SchemaError(f"--host is a name or a number of this machine, such as 127.0.0.1; got {host!r}.")
    if not 1 <= port <= 65535:
        raise SchemaError(f"--port is a number from 1 to 65535; got {port}.")


def _public(public: str, behind_proxy: bool) -> str:
    parts = urlsplit(public)
    schemes = ("https",) if behind_proxy else ("http", "https")
    if parts.scheme not in schemes or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise SchemaError(f"--address is what browsers open, such as https://links.example.org, without a path; got {public!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _tls_files(cert: Path, key: Path) -> tuple[Path, Path]:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password="")
    except (OSError, ssl.SSLError) as error:
        raise SchemaError(
            f"{str(cert)!r} and {str(key)!r} are not a certificate and its key, both in PEM and without a pass phrase "
            f"({error.strerror or type(error).__name__})."
        ) from error
    return cert, key
