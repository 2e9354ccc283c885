"""Where the page may be reached: nothing leaves this machine in the clear."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from recoverynet.errors import SchemaError
from recoverynet.web.addresses import address_of


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    place = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem")], check=True, capture_output=True)
    return place / "cert.pem", place / "key.pem"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_needs_nothing(host) -> None:
    made = address_of(host)
    assert not made.secure and "127.0.0.1:8737" in made.hosts and "localhost:8737" in made.hosts


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.0.7", "10.0.0.1", "links.example.org", "169.254.1.1", "127.0.0.1.example.org", "0"]
)
def test_any_other_is_refused_in_the_clear(host) -> None:
    with pytest.raises(SchemaError, match="readable on the way|--host is"):
        address_of(host)


def test_tls_opens_it_to_others(certificate) -> None:
    made = address_of("0.0.0.0", tls_cert=certificate[0], tls_key=certificate[1])
    assert made.secure and made.public == "https://localhost:8737"
    named = address_of("0.0.0.0", tls_cert=certificate[0], tls_key=certificate[1], public="https://links.example.org:8737/")
    assert named.public == "https://links.example.org:8737" and "links.example.org:8737" in named.hosts


def test_behind_a_proxy_the_address_must_be_said_and_be_https() -> None:
    assert address_of("0.0.0.0", behind_proxy=True, public="https://links.example.org").secure
    for public in (None, "http://links.example.org", "links.example.org", "https://links.example.org/path", "https://"):
        with pytest.raises(SchemaError, match="--address"):
            address_of("0.0.0.0", behind_proxy=True, public=public)


def test_half_of_tls_or_wrong_files_are_told(certificate, tmp_path) -> None:
    with pytest.raises(SchemaError, match="both files"):
        address_of(tls_cert=certificate[0])
    (tmp_path / "empty.pem").write_text("")
    for cert, key in (
        (certificate[0], tmp_path / "none.pem"),
        (tmp_path / "empty.pem", certificate[1]),
        (certificate[1], certificate[0]),
    ):
        with pytest.raises(SchemaError, match="not a certificate and its key"):
            address_of("0.0.0.0", tls_cert=cert, tls_key=key)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_in_range(port) -> None:
    with pytest.raises(SchemaError, match="--port"):
        address_of(port=port)


@pytest.mark.parametrize("host", ["", " ", "a b", "http://x", "-x", "x" * 300])
def test_hosts_that_are_none(host) -> None:
    with pytest.raises(SchemaError, match="--host|readable"):
        address_of(host)
