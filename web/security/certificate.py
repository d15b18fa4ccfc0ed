"""The certificate of the page on the local network: made here, only for the addresses of this computer.

No authority has signed it, so a browser warns the first time, and people compare its fingerprint with the station's
screen. It is kept, so that the warning comes only once: a second warning is suspicious.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from custody.errors import unwritable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FILE = "page-lan.pem"
_DAYS = 60
_LEAST_LEFT = timedelta(days=2)
_CLOCKS_APART = timedelta(days=2)
"""A phone's clock may be behind; a certificate that is not valid yet would be refused."""


@dataclass(frozen=True, slots=True)
class LanCertificate:
    """Where key and certificate are, and the certificate's fingerprint: SHA-256, as browsers show it."""

    path: Path
    fingerprint: str


def kept_certificate(home: Path, addresses: Sequence[IPv4Address], now: datetime | None = None) -> LanCertificate:
    """The certificate in `home` for these addresses; made if there is none, or if it is for others or runs out.

    Raises:
        StoreError: the folder cannot be written.
    """
    path, now = home / FILE, now or datetime.now(UTC)
    try:
        known = _read(path)
        if known is None or not _serves(known, addresses, now):
            known = _make(path, addresses, now)
    except OSError as error:
        raise unwritable(path, error) from error
    return LanCertificate(path, _fingerprint(known))


def _fingerprint(certificate: "Certificate") -> str:
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex(":").upper()


def _read(path: Path) -> "Certificate | None":
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not path.is_file():
        return None
    data = path.read_bytes()
    try:
        load_pem_private_key(data, None)
        return x509.load_pem_x509_certificate(data)
    except (ValueError, TypeError):
        return None


def _serves(certificate: "Certificate", addresses: Sequence[IPv4Address], now: datetime) -> bool:
    from cryptography import x509

    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        set(named.get_values_for_type(x509.IPAddress)) == set(addresses)
        and certificate.not_valid_before_utc <= now
        and now + _LEAST_LEFT < certificate.not_valid_after_utc
    )


def _make(path: Path, addresses: Sequence[IPv4Address], now: datetime) -> "Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Serah")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    names = x509.SubjectAlternativeName([x509.IPAddress(address) for address in addresses])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_APART)
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(names, critical=False)
        .add_extension(usage, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    draft.replace(path)
    return certificate
