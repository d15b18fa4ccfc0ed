"""The station's key: an Ed25519 secret in a file that only its user may read."""

import os
from pathlib import Path

from custody.errors import N_, StoreError
from db.ledger import Signer

FILE_NAME = "station.key"


def make_key(folder: Path) -> Signer:
    """Make a new key file in this folder, readable by its user alone, and return its signer.

    Raises:
        StoreError: the folder has a key already, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = Ed25519PrivateKey.generate()
    data = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, data)
    except OSError as error:
        if path.exists():
            raise StoreError(
                N_("there is a station key at {path} already"),
                hint=N_("Choose another folder with --home for another station."),
                path=str(path),
            ) from error
        raise StoreError(
            N_("the folder {path} cannot be written ({reason})"),
            hint=N_("Choose a folder of your own with --home."),
            path=str(folder),
            reason=error.strerror or str(error),
        ) from error
    return _signer(secret)


def _write_new(path: Path, data: bytes) -> None:
    """A new file, for its user alone, on the disk when this returns; none at all when it fails."""
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


def load_key(folder: Path) -> Signer:
    """Read the key file of this folder.

    Raises:
        StoreError: there is none, or it is not an Ed25519 key.
    """
    from cryptography.hazmat.primitives import serialization

    path = folder / FILE_NAME
    try:
        return _signer(serialization.load_pem_private_key(path.read_bytes(), password=None))
    except FileNotFoundError as error:
        raise StoreError(
            N_("the station key {path} is missing: nothing can be recorded without it"),
            hint=N_("Put it back from where it was kept, or begin a new ledger in another folder with --home."),
            path=str(path),
        ) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(
            N_("the station key {path} cannot be read"),
            hint=N_("Put it back from where it was kept."),
            path=str(path),
        ) from error


def _signer(secret: object) -> Signer:
    public = secret.public_key().public_bytes_raw()  # type: ignore[attr-defined]
    if len(public) != 32:
        raise ValueError("not an Ed25519 key")
    return Signer(public, secret.sign)  # type: ignore[attr-defined]
