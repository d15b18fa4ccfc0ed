"""Ed25519 signatures checked (RFC 8032 §5.1.7)."""

from collections.abc import Callable
from dataclasses import dataclass

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

_SIGNATURE_BYTES = 64
_KEY_BYTES = 32
_PRIME = 2**255 - 19
_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_HEIGHTS = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})
"""The y of the curve's eight points of small order: 0 of order 4, 1 and -1 of 1 and 2, the others of 8."""


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this Ed25519 key made this signature of these bytes.

    libsodium is asked first, for it needs half the time. It takes nothing that OpenSSL refuses, and refuses some keys
    and signatures that are made to be doubtful; what it refuses, OpenSSL decides, as the second verifier asks it alone.
    But a key of small order holds nothing, in whatever form it is written: one signature of it may fit any bytes, so it
    says nothing of who made them.
    """
    if len(signature) != _SIGNATURE_BYTES or len(public_key) != _KEY_BYTES or _is_of_small_order(public_key):
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except CryptoError:
        return _openssl_takes(public_key, signature, message)
    return True


def _is_of_small_order(public_key: bytes) -> bool:
    """Whether eight times this point is nothing; the sign of x is left aside, and a y past the prime is taken as it is
    meant.
    """
    return int.from_bytes(public_key, "little") % 2**255 % _PRIME in _SMALL_HEIGHTS


def _openssl_takes(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- The station's key as what is signed needs it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signer:
    """The station's key: its 32 public bytes, and Ed25519 signing with the secret half."""

    public_key: bytes
    sign: Callable[[bytes], bytes]
