"""The station's key: an Ed25519 secret in a file that only its user may read, and that a passphrase may lock; or one
in a token, which the file names (`db.token_key`).
"""

import base64
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path

from custody.errors import N_, InputError, StoreError
from db.token_key import is_in_token, make_in_token, public_in_token, token_signer
from evidence.checkpoint import Signer
from tables.output.private_files import private_file

FILE_NAME = "station.key"


def make_key(
    folder: Path, passphrase: str | None = None, *, seed: bytes | None = None, token: Path | None = None
) -> Signer:
    """Make a key file in this folder, readable by its user only, and return its signer.

    Args:
        passphrase: encrypts it; None leaves it open to everyone who may read the file.
        seed: the secret of a key that there was before, 32 bytes; None: a new key.
        token: the library of a token that makes the key and keeps it; the passphrase is its PIN.

    Raises:
        InputError: the passphrase is too short, the folder has a key already, or the token makes none.
        StoreError: the folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if token is not None:
        refuse_key(folder)
        data = make_in_token(token, passphrase or "")
        _write_key(folder, data)
        return token_signer(data, passphrase or "")
    secret = Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed)
    if passphrase is not None:
        data = lock(secret.private_bytes_raw(), secret.public_key().public_bytes_raw(), passphrase)
    else:
        data = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    _write_key(folder, data)
    return _signer(secret.private_bytes_raw())


def _write_key(folder: Path, data: bytes) -> None:
    """Write a new key file.

    Raises:
        InputError: the folder has a key already.
        StoreError: the folder cannot be written.
    """
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        _write_new(folder / FILE_NAME, data)
    except OSError as error:
        refuse_key(folder, error)
        raise StoreError(
            N_("the folder {path} cannot be written ({reason})"),
            hint=N_("Choose a folder of your own with --home."),
            path=str(folder),
            reason=error.strerror or str(error),
        ) from error


def refuse_key(folder: Path, cause: OSError | None = None) -> None:
    """Refuse to make a key where there is one.

    Raises:
        InputError: the folder has a key.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise InputError(
            N_("there is a station key at {path} already"),
            hint=N_(
                "Choose another folder with --home for another station. If this one's ledger was lost: "
                "{way}, with another station's bundle"
            ),
            way="continue_from",
            path=str(path),
        ) from cause


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file, readable for its user only; it is on the disk when this returns, and absent when it fails."""
    with private_file(path) as file:
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
    """Read the key file of this folder, as `read_seed` does, or open the token that it names; return its signer."""
    data = _read(folder / FILE_NAME)
    if is_in_token(data) and ask is not None:
        return token_signer(data, ask())
    return _signer(read_seed(folder, ask))


def read_seed(folder: Path, ask: Callable[[], str] | None = None) -> bytes:
    """Read the secret of 32 bytes from the key file of this folder.

    Args:
        ask: gives the passphrase, where the file is locked.

    Raises:
        InputError: the passphrase is not the one, or a token has the secret.
        StoreError: there is no key file, or it is not an Ed25519 key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / FILE_NAME
    data = _read(path)
    if is_in_token(data):
        raise InputError(
            N_("the station's key is in a token, which never gives it out"),
            hint=N_("There are no recovery sheets of it. Where the token is lost, go on with a new key: {way}"),
            way="new_key",
        )
    try:
        if is_locked(data) and ask is not None:
            return unlock(data, ask())
        secret = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise _unreadable(path) from error
    if not isinstance(secret, Ed25519PrivateKey):
        raise _unreadable(path)
    return secret.private_bytes_raw()


def public_of_seed(seed: bytes) -> bytes:
    """The public key of a secret, 32 bytes each."""
    return _signer(seed).public_key


def is_protected(folder: Path) -> bool:
    """Whether a passphrase locks the key of this folder, or the PIN of a token.

    Raises:
        StoreError: there is no key file.
    """
    data = _read(folder / FILE_NAME)
    return is_locked(data) or is_in_token(data)


def has_token(folder: Path) -> bool:
    """Whether the key of this folder is in a token.

    Raises:
        StoreError: there is no key file.
    """
    return is_in_token(_read(folder / FILE_NAME))


def read_public(folder: Path) -> bytes:
    """The public key of this folder's key file, without a passphrase.

    Raises:
        StoreError: there is no key file, or it is not an Ed25519 key.
    """
    data = _read(folder / FILE_NAME)
    if is_in_token(data):
        return public_in_token(data)
    return public_of(data) if is_locked(data) else load_key(folder).public_key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StoreError(
            N_("the station key {path} is missing: nothing can be recorded without it"),
            hint=N_("Make it again from its recovery sheets: {recover_way}; or go on with a new key: {way}"),
            way="continue",
            recover_way="recover",
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


# --- The station's secret key under a passphrase: scrypt makes a key of it, ChaCha20-Poly1305 locks with that ---------
# The file is text (docs/ledger-format.md, "The key file"): what it is, the public key, how the passphrase is worked,
# the locked secret. All lines before the last are authenticated with it.

FIRST_LINE = "serah-station-key/v1"
LOG2_N, BLOCK, LANES = 15, 8, 1
"""scrypt's cost (RFC 7914): 32 MiB and about 0.1 s a guess on a laptop."""
_MOST_LOG2_N = 20
"""What is read takes 1 GiB at the most, whoever made the file."""
MIN_LENGTH = 8
_FORM = re.compile(
    rf"(?P<head>{FIRST_LINE}\npublic (?P<public>[0-9a-f]{{64}})\nscrypt (?P<n>[0-9]{{1,2}}) {BLOCK} {LANES} "
    r"(?P<salt>[A-Za-z0-9+/]{22}==)\n)chacha20-poly1305 (?P<nonce>[A-Za-z0-9+/]{16}) (?P<locked>[A-Za-z0-9+/]{64})\n",
    re.ASCII,
)


def is_locked(data: bytes) -> bool:
    """Whether a key file is one that a passphrase protects."""
    return data.startswith(FIRST_LINE.encode())


def refuse_short(passphrase: str) -> None:
    """Refuse a passphrase that is too short to lock a key.

    Raises:
        InputError: it is.
    """
    if len(passphrase) < MIN_LENGTH:
        raise InputError(
            N_("a passphrase needs at least {count} characters"),
            hint=N_("Four words that do not belong together are easy to remember and hard to guess."),
            count=MIN_LENGTH,
        )


def lock(secret: bytes, public: bytes, passphrase: str) -> bytes:
    """The file that keeps a secret key of 32 bytes under a passphrase.

    Raises:
        InputError: the passphrase is too short.
    """
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    refuse_short(passphrase)
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = f"{FIRST_LINE}\npublic {public.hex()}\nscrypt {LOG2_N} {BLOCK} {LANES} {_base64(salt)}\n"
    locked = ChaCha20Poly1305(_stretched(passphrase, salt, LOG2_N)).encrypt(nonce, secret, head.encode())
    return f"{head}chacha20-poly1305 {_base64(nonce)} {_base64(locked)}\n".encode()


def unlock(data: bytes, passphrase: str) -> bytes:
    """The secret key of 32 bytes that a file keeps under this passphrase.

    Raises:
        InputError: it is not this one, or the file was changed.
        StoreError: the file is none of ours.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    found = _parsed(data)
    key = _stretched(passphrase, base64.b64decode(found["salt"]), int(found["n"]))
    nonce, locked = base64.b64decode(found["nonce"]), base64.b64decode(found["locked"])
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, locked, found["head"].encode())
    except InvalidTag as error:
        raise InputError(
            N_("this is not the passphrase of the station key"),
            hint=N_(
                "Type it again. If it is lost, move station.key away and make the key again from its recovery sheets: "
                "{recover_way}; or go on with a new key: {way}"
            ),
            way="new_key",
            recover_way="recover",
        ) from error


def public_of(data: bytes) -> bytes:
    """The public key that a locked file names; true only if it unlocks.

    Raises:
        StoreError: it is none of ours.
    """
    return bytes.fromhex(_parsed(data)["public"])


def _parsed(data: bytes) -> re.Match[str]:
    found = _FORM.fullmatch(data.decode("ascii", "replace"))
    if not found or not LOG2_N <= int(found["n"]) <= _MOST_LOG2_N:
        raise StoreError(
            N_("the file of the station key was changed or cut"), hint=N_("Put it back from where it was kept.")
        )
    return found


def _stretched(passphrase: str, salt: bytes, log2_n: int) -> bytes:
    """A key of 32 bytes. The text is composed (NFC): one passphrase typed on two keyboards may be two strings."""
    password = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    room = 128 * BLOCK * (1 << log2_n) * 2  # what scrypt needs, and as much again
    return hashlib.scrypt(password, salt=salt, n=1 << log2_n, r=BLOCK, p=LANES, maxmem=room, dklen=32)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
