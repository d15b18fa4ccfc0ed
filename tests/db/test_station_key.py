"""The station's key: made once, for its user alone, and read back; anything else in its place is refused in words."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x25519

from custody.errors import InputError, StoreError
from db.station_key import FILE_NAME, load_key, lock, make_key, unlock
from tables.output.private_files import is_open_to_others


def test_a_key_that_was_made_is_the_one_that_is_read(tmp_path: Path) -> None:
    made = make_key(tmp_path / "new" / "home")
    read = load_key(tmp_path / "new" / "home")
    assert read.public_key == made.public_key
    key = ed25519.Ed25519PublicKey.from_public_bytes(made.public_key)
    key.verify(read.sign(b"x"), b"x")


def test_only_its_user_may_read_a_key(tmp_path: Path) -> None:
    make_key(tmp_path)
    assert not is_open_to_others(tmp_path / FILE_NAME)


def test_a_guess_at_a_passphrase_costs_32_mib_and_a_key_that_asks_for_less_is_refused(tmp_path: Path) -> None:
    made = lock(bytes(range(32)), bytes(32), "kuda makan padi")
    assert b"\nscrypt 15 8 1 " in made
    with pytest.raises(StoreError, match="changed or cut"):
        unlock(made.replace(b"scrypt 15", b"scrypt 14"), "kuda makan padi")


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path)
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(InputError, match="already"):
        make_key(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        make_key(tmp_path / "file")


def test_a_missing_key_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is missing"):
        load_key(tmp_path)


def pem(secret: object, password: bytes = b"") -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    data: bytes = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)  # type: ignore[attr-defined]
    return data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\n",
        bytes(range(256)),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(ed448.Ed448PrivateKey.generate()),
        pem(x25519.X25519PrivateKey.generate()),
        pem(ed25519.Ed25519PrivateKey.generate(), b"a passphrase"),
    ],
    ids=["empty", "cut", "bytes", "P-256", "Ed448", "X25519", "locked"],
)
def test_what_is_no_key_of_ours_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        load_key(tmp_path)
