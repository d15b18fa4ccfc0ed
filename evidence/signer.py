"""The station's key as what is signed needs it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signer:
    """The station's key: its 32 public bytes, and Ed25519 signing with the secret half."""

    public_key: bytes
    sign: Callable[[bytes], bytes]
