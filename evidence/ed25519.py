"""Ed25519 signatures checked (RFC 8032 §5.1.7)."""

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

_SIGNATURE_BYTES = 64
_KEY_BYTES = 32


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this Ed25519 key made this signature of these bytes.

    libsodium is asked first, for it needs half the time. It takes nothing that OpenSSL refuses, and refuses some keys
    and signatures that are made to be doubtful; what it refuses, OpenSSL decides, as the second verifier asks it alone.
    """
    if len(signature) != _SIGNATURE_BYTES or len(public_key) != _KEY_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except CryptoError:
        return _openssl_takes(public_key, signature, message)
    return True


def _openssl_takes(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
