"""The certificate of the page on the local network: made here, only for the addresses of this computer.

No authority has signed it, so a browser warns the first time, and people compare its fingerprint with the station's
screen. It is kept, so that the warning comes only once: a second warning is suspicious.
"""

import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from custody.errors import N_, InputError, unreadable, unwritable
from tables.output.private_files import private_file
from tables.output.safe_file import put_in_place

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FILE, HUB_FILE = "page-lan.pem", "hub.pem"
_DAYS, _HUB_DAYS = 60, 3650
_LEAST_LEFT = timedelta(days=2)
_CLOCKS_APART = timedelta(days=2)
"""A phone's clock may be behind; a certificate that is not valid yet would be refused."""


@dataclass(frozen=True, slots=True)
class LanCertificate:
    """Where key and certificate are, and the certificate's fingerprint: SHA-256, as browsers show it.

    `names` are those of computers that a public authority has confirmed; empty for one that was made here.
    """

    path: Path
    fingerprint: str
    names: tuple[str, ...] = ()


def kept_certificate(home: Path, addresses: Sequence[IPv4Address], now: datetime | None = None) -> LanCertificate:
    """The certificate in `home` for these addresses; made if there is none, or if it is for others or runs out.

    Raises:
        StoreError: the folder cannot be written.
    """
    now = now or datetime.now(UTC)
    return _kept(home / FILE, lambda known: _serves(known, addresses, now), lambda path: _make(path, addresses, now))


def hub_certificate(home: Path) -> LanCertificate:
    """The certificate of the hub in `home`; made once and kept, for stations know the hub by its fingerprint alone,
    whatever its address and their clocks say.

    Raises:
        StoreError: the folder cannot be written.
    """
    return _kept(home / HUB_FILE, lambda _known: True, lambda path: _make(path, [], datetime.now(UTC), _HUB_DAYS))


def public_certificate(path: Path, now: datetime | None = None) -> LanCertificate:
    """The certificate in an office's own file, with its chain and its key, that an authority has signed for a name.

    Raises:
        InputError: it holds none, without a passphrase and for a computer's name, or that is valid no longer.
    """
    from cryptography import x509

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, password=lambda: "")
        known = x509.load_pem_x509_certificate(path.read_bytes())
        named = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(name for name in named.get_values_for_type(x509.DNSName) if "*" not in name)
    except (ssl.SSLError, ValueError, x509.ExtensionNotFound):
        names = ()
    except OSError as error:
        raise unreadable(path, error) from error
    if not names:
        raise InputError(
            N_("{file} holds no certificate for a computer's name, with its chain and its key"),
            hint=N_("Put certificate, chain and key behind each other into one PEM file, without a passphrase."),
            file=str(path),
        )
    if known.not_valid_after_utc < (now or datetime.now(UTC)):
        raise InputError(
            N_("the certificate in {file} has expired"),
            hint=N_("Give a new one, or none: then the hub makes its own."),
            file=str(path),
        )
    return LanCertificate(path, _fingerprint(known), names)


def _kept(
    path: Path, is_good: "Callable[[Certificate], bool]", make: "Callable[[Path], Certificate]"
) -> LanCertificate:
    """The certificate in a file, made where there is none that is good."""
    try:
        known = _read(path)
        if known is None or not is_good(known):
            known = make(path)
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


def _make(path: Path, addresses: Sequence[IPv4Address], now: datetime, days: int = _DAYS) -> "Certificate":
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
        .not_valid_after(now + timedelta(days=days))
        .add_extension(names, critical=False)
        .add_extension(usage, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with private_file(draft) as file:
        file.write(text)
    put_in_place(draft, path)
    return certificate
