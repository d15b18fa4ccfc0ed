"""A hub with a public certificate: known by its name, and by an authority that the computer trusts, here the test's."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from custody.errors import InputError, StoreError
from db.store import Store
from services.exchange.evidence_files import audit_tiles
from services.exchange.hub_client import HubAddress
from services.exchange.tile_reading import at_address
from tests.support.hub_examples import Running, running_hub
from tests.support.ledger_examples import planned_station
from tests.support.merge_examples import join
from web.security.certificate import public_certificate

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


class Authority:
    """One that signs certificates, and is trusted once its own is in the computer's store."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.own = self._sign(self.name, self.key, NOW - DAY, NOW + DAY, [], is_ca=True)

    def _sign(
        self, name: x509.Name, key: Key, begin: datetime, end: datetime, names: Sequence[str], *, is_ca: bool = False
    ) -> x509.Certificate:
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([*map(x509.DNSName, names)]), critical=False)
        usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
        usage |= {"digital_signature": True, "key_cert_sign": is_ca, "crl_sign": is_ca}
        made = made.add_extension(x509.KeyUsage(**usage, encipher_only=False, decipher_only=False), critical=True)
        return made.sign(self.key, hashes.SHA256())

    def pem(
        self,
        names: Sequence[str] = ("localhost",),
        begin: datetime = NOW - DAY,
        end: datetime = NOW + DAY,
        lock: bytes | None = None,
    ) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        hub = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
        signed = self._sign(hub, key, begin, end, names)
        how = BestAvailableEncryption(lock) if lock else NoEncryption()
        return signed.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority()
    (tmp_path / "store.pem").write_bytes(made.own.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "store.pem"))
    return made


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Store]:
    with planned_station(f"sqlite:///{tmp_path / 'root.db'}", 1) as store:
        yield store


def hub_with(tmp_path: Path, pem: bytes) -> AbstractContextManager[Running]:
    (tmp_path / "public.pem").write_bytes(pem)
    return running_hub(f"sqlite:///{tmp_path / 'root.db'}", tmp_path, certificate=tmp_path / "public.pem")


def synced(running: Running, root: Store, tmp_path: Path) -> HubAddress:
    office = join(f"sqlite:///{tmp_path / 'office.db'}", 2, root, place="51.08.01", name="PPK 1")
    done = running.sync(office)
    assert (done.sent, done.waiting) == (1, 0)
    return done.address


def test_a_hub_is_known_by_its_name_alone_where_the_computer_trusts_its_certificate(
    authority: Authority, root: Store, tmp_path: Path
) -> None:
    with hub_with(tmp_path, authority.pem()) as running:
        assert str(running.address) == f"https://localhost:{running.address.port}"
        assert synced(running, root, tmp_path) == running.address  # no fingerprint: it may be renewed
        with pytest.raises(InputError, match="token"):
            audit_tiles(at_address(f"{running.address}/tiles"))
    assert not (tmp_path / "hub.pem").exists()


def test_whom_the_computer_does_not_trust_is_told_apart(
    authority: Authority, root: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub_with(tmp_path, authority.pem()) as running:
        (tmp_path / "store.pem").write_bytes(Authority().own.public_bytes(Encoding.PEM))
        with pytest.raises(StoreError, match="nobody whom this computer trusts"):
            synced(running, root, tmp_path)


def test_a_certificate_for_another_name_is_refused(authority: Authority, root: Store, tmp_path: Path) -> None:
    with hub_with(tmp_path, authority.pem(["hub.example"])) as running:
        assert running.address.host == "hub.example"
        running.address = HubAddress("localhost", running.address.port)
        with pytest.raises(StoreError, match="for another name"):
            synced(running, root, tmp_path)


def test_one_that_is_not_valid_yet_is_refused(authority: Authority, root: Store, tmp_path: Path) -> None:
    with (
        hub_with(tmp_path, authority.pem(begin=NOW + DAY, end=NOW + 2 * DAY)) as running,
        pytest.raises(StoreError, match="not valid yet"),
    ):
        synced(running, root, tmp_path)


@pytest.mark.slow
def test_one_that_expires_while_the_hub_runs_is_refused(authority: Authority, root: Store, tmp_path: Path) -> None:
    end = datetime.now(UTC) + timedelta(seconds=4)
    with hub_with(tmp_path, authority.pem(end=end)) as running:
        time.sleep(max((end - datetime.now(UTC)).total_seconds() + 1.1, 0))
        with pytest.raises(StoreError, match="has expired"):
            synced(running, root, tmp_path)


def test_a_file_that_is_no_public_certificate_is_refused(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "x.pem"
    whole = authority.pem()
    keyless, locked = whole[: whole.index(b"-----BEGIN PRIVATE")], authority.pem(lock=b"secret")
    for pem in (b"", b"x", keyless, locked, authority.pem(["*.example"]), authority.pem([])):
        path.write_bytes(pem)
        with pytest.raises(InputError, match="holds no certificate"):
            public_certificate(path)
    path.write_bytes(authority.pem(begin=NOW - 3 * DAY, end=NOW - DAY))
    with pytest.raises(InputError, match="has expired"):
        public_certificate(path)
    with pytest.raises(InputError, match="cannot be read"):
        public_certificate(tmp_path / "none.pem")
