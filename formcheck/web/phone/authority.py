"""A certificate authority of this computer's own, so that a phone in the home network gives a page its camera.

Browsers give the camera to HTTPS alone, and nobody else certifies an address in a home network. Whoever installs this
authority on a phone trusts it for addresses of home networks only (name constraints, RFC 5280 4.2.1.10): with its key,
which stays in the data directory, nobody can pass for a site in the open network.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from formcheck.errors import FormcheckError

FOLDER: Final = "phone-authority"
"""In the data directory; its owner's alone."""
_KEY: Final = "key.pem"
_CERTIFICATE: Final = "certificate.pem"
_CHAIN: Final = "address.pem"
_LASTS: Final = timedelta(days=1825)
_ADDRESS_LASTS: Final = timedelta(days=397)
"""No longer than browsers take certificates for."""
_RENEWED_BEFORE: Final = timedelta(days=30)
_HOME_NETWORKS: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
_PRIVATE: Final = 0o600


class Authority:
    """Certifies this computer's addresses in the home network.

    Parameters
    ----------
    home
        The data directory.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def certificate_for(self, host: str, now: datetime | None = None) -> Path:
        """Return a file with the key and the certificate of an address, as servers take it; made where there is none.

        Parameters
        ----------
        host
            The address, of IPv6 in brackets.
        now
            The moment; None for the present one.

        Raises
        ------
        FormcheckError
            If the files cannot be written.
        ValueError
            If it is no address.
        """
        address = ipaddress.ip_address(host.strip("[]"))
        now = now or datetime.now(UTC)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key, certificate = self._own(now)
            path = self._folder / _CHAIN
            if not _is_for(path, address, certificate, now):
                _write(path, _certified(address, key, certificate, now))
        except OSError as error:
            raise FormcheckError(
                f"The certificate for phones cannot be written: {error.strerror or error}.",
                "Free some space, or start without --https.",
            ) from error
        return path

    def certificate(self) -> bytes | None:
        """Return the authority's certificate as phones take it (DER); None where there is none yet."""
        with contextlib.suppress(OSError, ValueError):
            own = x509.load_pem_x509_certificate((self._folder / _CERTIFICATE).read_bytes())
            return own.public_bytes(serialization.Encoding.DER)
        return None

    def _own(self, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        with contextlib.suppress(OSError, ValueError):
            key = serialization.load_pem_private_key((self._folder / _KEY).read_bytes(), None)
            certificate = x509.load_pem_x509_certificate((self._folder / _CERTIFICATE).read_bytes())
            fits = isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == certificate.public_key()
            if fits and certificate.not_valid_after_utc > now + _ADDRESS_LASTS:
                assert isinstance(key, ec.EllipticCurvePrivateKey)
                return key, certificate
        made = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_certified(made, now)
        _write(self._folder / _KEY, _pem(made))
        _write(self._folder / _CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
        return made, certificate


def fingerprint(certificate: bytes) -> str:
    """Return what tells a certificate (DER) from all others, as phones show it: SHA-256 in pairs."""
    return x509.load_der_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex(":").upper()


def _self_certified(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formcheck at home")])
    networks = [x509.IPAddress(ipaddress.ip_network(each)) for each in _HOME_NETWORKS]
    return (
        _begun(name, name, key.public_key(), now, _LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        # A name below `invalid` is no name: so none is certified (RFC 2606).
        .add_extension(x509.NameConstraints([*networks, x509.DNSName("invalid")], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _certified(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    now: datetime,
) -> bytes:
    own = ec.generate_private_key(ec.SECP256R1())
    # No address: what looks like the name of a host, some hold to the constraints on those.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formcheck on this computer")])
    certificate = (
        _begun(name, authority.subject, own.public_key(), now, _ADDRESS_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    parts = (certificate, authority)
    return _pem(own) + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in parts)


def _begun(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    # From the day before: a phone's clock may be behind.
    begins = now - timedelta(days=1)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + lasts)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_for(
    path: Path, address: ipaddress.IPv4Address | ipaddress.IPv6Address, authority: x509.Certificate, now: datetime
) -> bool:
    """Say whether a file holds a certificate of this address by this authority that lasts for a while."""
    try:
        certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
        certificate.verify_directly_issued_by(authority)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):  # then it is made anew
        return False
    lasts = certificate.not_valid_after_utc > now + _RENEWED_BEFORE
    return lasts and names.get_values_for_type(x509.IPAddress) == [address]


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file that is its owner's alone from its first byte, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(content)
    part.replace(path)
