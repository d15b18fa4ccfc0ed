"""The station's secret key under a passphrase: scrypt makes a key of it, ChaCha20-Poly1305 locks with that.

The file is text (docs/ledger-format.md, "The key file"): what it is, the public key, how the passphrase is worked, the
locked secret. All lines before the last are authenticated with it.
"""

import base64
import hashlib
import re
import secrets
import unicodedata

from custody.errors import N_, InputError, StoreError

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

    found = _read(data)
    key = _stretched(passphrase, base64.b64decode(found["salt"]), int(found["n"]))
    nonce, locked = base64.b64decode(found["nonce"]), base64.b64decode(found["locked"])
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, locked, found["head"].encode())
    except InvalidTag as error:
        raise InputError(
            N_("this is not the passphrase of the station key"),
            hint=N_("Type it again. If it is lost: {way}"),
            way="new_key",
        ) from error


def public_of(data: bytes) -> bytes:
    """The public key that a locked file names; true only if it unlocks.

    Raises:
        StoreError: it is none of ours.
    """
    return bytes.fromhex(_read(data)["public"])


def _read(data: bytes) -> re.Match[str]:
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
