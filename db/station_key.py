"""The station's key: an Ed25519 secret in a file that only its user may read, and that a passphrase may lock."""

import os
from collections.abc import Callable
from pathlib import Path

from custody.errors import N_, InputError, StoreError
from db.key_encryption import is_locked, lock, public_of, unlock
from evidence.signer import Signer

FILE_NAME = "station.key"


def make_key(folder: Path, passphrase: str | None = None) -> Signer:
    """Make a new key file in this folder, readable by its user only, and return its signer.

    Args:
        passphrase: encrypts it; None leaves it open to everyone who may read the file.

    Raises:
        InputError: the passphrase is too short, or the folder has a key already.
        StoreError: the folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = Ed25519PrivateKey.generate()
    if passphrase is not None:
        data = lock(secret.private_bytes_raw(), secret.public_key().public_bytes_raw(), passphrase)
    else:
        data = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, data)
    except OSError as error:
        if path.exists():
            raise InputError(
                N_("there is a station key at {path} already"),
                hint=N_(
                    "Choose another folder with --home for another station. If this one's ledger was lost: "
                    "{way}, with another station's bundle"
                ),
                way="continue_from",
                path=str(path),
            ) from error
        raise StoreError(
            N_("the folder {path} cannot be written ({reason})"),
            hint=N_("Choose a folder of your own with --home."),
            path=str(folder),
            reason=error.strerror or str(error),
        ) from error
    return _signer(secret.private_bytes_raw())


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file, readable for its user only; it is on the disk when this returns, and absent when it fails."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    if os.name == "posix":  # its name too, which is the folder's; a ledger that outlives its key can sign nothing more
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def load_key(folder: Path, ask: Callable[[], str] | None = None) -> Signer:
    """Read the key file of this folder.

    Args:
        ask: gives the passphrase, where the file is locked.

    Raises:
        InputError: the passphrase is not the one.
        StoreError: there is no key file, or it is not an Ed25519 key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / FILE_NAME
    data = _read(path)
    try:
        if is_locked(data) and ask is not None:
            return _signer(unlock(data, ask()))
        secret = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise _unreadable(path) from error
    if not isinstance(secret, Ed25519PrivateKey):
        raise _unreadable(path)
    return _signer(secret.private_bytes_raw())


def is_protected(folder: Path) -> bool:
    """Whether a passphrase locks the key of this folder.

    Raises:
        StoreError: there is no key file.
    """
    return is_locked(_read(folder / FILE_NAME))


def read_public(folder: Path) -> bytes:
    """The public key of this folder's key file, without a passphrase.

    Raises:
        StoreError: there is no key file, or it is not an Ed25519 key.
    """
    data = _read(folder / FILE_NAME)
    return public_of(data) if is_locked(data) else load_key(folder).public_key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StoreError(
            N_("the station key {path} is missing: nothing can be recorded without it"),
            hint=N_("Put it back from where it was kept; or go on with a new key: {way}"),
            way="continue",
            path=str(path),
        ) from error
    except OSError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> StoreError:
    return StoreError(
        N_("the station key {path} cannot be read"), hint=N_("Put it back from where it was kept."), path=str(path)
    )


def _signer(secret: bytes) -> Signer:
    """Libsodium signs: the same bytes as OpenSSL (RFC 8032 leaves no choice), in less time."""
    from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_seed_keypair

    public, pair = crypto_sign_seed_keypair(secret)
    return Signer(public, lambda message: crypto_sign(message, pair)[:crypto_sign_BYTES])
