"""Layer: pure functions and OpenSSL: a certificate authority that is good for addresses of home networks alone."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from formcheck.web.phone.authority import FOLDER, Authority, fingerprint

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def handshake(chain: Path, trusted: bytes, host: str) -> None:
    """Let a client that trusts an authority talk to a server with this chain, without a network."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(chain)
    client_side = ssl.create_default_context(cadata=trusted)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    client.do_handshake()


@pytest.mark.parametrize("host", ["192.168.1.20", "10.0.0.3", "[fd00::5]"])
def test_who_trusts_it_trusts_an_address_at_home(tmp_path: Path, host: str) -> None:
    own = Authority(tmp_path)
    chain = own.certificate_for(host)
    trusted = own.certificate()
    assert trusted is not None
    handshake(chain, trusted, host.strip("[]"))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(chain, trusted, "192.168.1.21")


def test_with_its_key_nobody_passes_for_an_address_elsewhere(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    chain = own.certificate_for("8.8.8.8")  # what a thief would have it sign
    trusted = own.certificate()
    assert trusted is not None
    with pytest.raises(ssl.SSLCertVerificationError, match="subtree"):
        handshake(chain, trusted, "8.8.8.8")


def test_it_is_made_once_and_an_address_anew_when_it_changes_or_gets_old(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    assert own.certificate() is None
    path = own.certificate_for("192.168.1.20", NOW)
    first, trusted = path.read_bytes(), own.certificate()
    assert own.certificate_for("192.168.1.20", NOW + timedelta(days=300)).read_bytes() == first
    assert own.certificate_for("192.168.1.21", NOW).read_bytes() != first
    later = own.certificate_for("192.168.1.21", NOW + timedelta(days=390)).read_bytes()
    renewed_address, _ = x509.load_pem_x509_certificates(later)
    assert renewed_address.not_valid_after_utc > NOW + timedelta(days=700)
    assert own.certificate() == trusted
    own.certificate_for("192.168.1.21", NOW + timedelta(days=1500))
    renewed = own.certificate()
    assert renewed is not None
    assert trusted is not None
    assert fingerprint(renewed) != fingerprint(trusted)


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    for name in ("address.pem", "key.pem", "certificate.pem"):
        own.certificate_for("192.168.1.20")
        (tmp_path / FOLDER / name).write_bytes(b"nothing")
        chain = own.certificate_for("192.168.1.20")
        trusted = own.certificate()
        assert trusted is not None
        handshake(chain, trusted, "192.168.1.20")


def test_its_keys_are_its_owners_alone(tmp_path: Path) -> None:
    Authority(tmp_path).certificate_for("192.168.1.20")
    assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
    for path in (tmp_path / FOLDER).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if path.name != "certificate.pem":
            assert load_pem_private_key(path.read_bytes(), None) is not None
