"""The station's key in a PKCS#11 token, which makes it, signs with it and never gives it out.

The key file of such a station is text of four lines (docs/ledger-format.md, "The key file"): what it is, the public
key, the number by which the token knows the key, the token's library. Its PIN stands where a passphrase does elsewhere.
"""

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from custody.errors import N_, InputError, StoreError
from evidence.checkpoint import Signer, holds

FIRST_LINE = "serah-station-key-in-token/v1"
_LABEL = "serah"
_FORM = re.compile(
    rf"{FIRST_LINE}\npublic (?P<public>[0-9a-f]{{64}})\nkey (?P<id>[0-9a-f]{{32}})\nlibrary (?P<library>[^\n]+)\n"
)
_TRIED = b"serah: does this token hold the key that its file names?"


def is_in_token(data: bytes) -> bool:
    """Whether a key file names a key in a token."""
    return data.startswith(FIRST_LINE.encode())


def public_in_token(data: bytes) -> bytes:
    """The public key that such a file names.

    Raises:
        StoreError: the file was changed.
    """
    return bytes.fromhex(_parsed(data)["public"])


def make_in_token(library: Path, pin: str) -> bytes:
    """Let the one token that is plugged in make a key; returns the key file.

    Args:
        library: the PKCS#11 library of the token's maker.

    Raises:
        InputError: the PIN is wrong, there is no token or more than one, or it makes no Ed25519 key.
    """
    from pkcs11 import Attribute, KeyType, Mechanism
    from pkcs11.util.ec import encode_named_curve_parameters

    number = secrets.token_bytes(16)
    with _told():
        session = _session(library, pin, writes=True)
        try:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}  # Ed25519, RFC 8410
            parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
            public, _secret = parameters.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, id=number, label=_LABEL
            )
            point = bytes(public[Attribute.EC_POINT])[-32:]
        finally:
            session.close()
    return f"{FIRST_LINE}\npublic {point.hex()}\nkey {number.hex()}\nlibrary {library.absolute()}\n".encode()


def token_signer(data: bytes, pin: str) -> Signer:
    """Open the token that a key file names, and sign with its key until the program ends.

    Raises:
        InputError: the PIN is wrong, or the token or its library is not there.
        StoreError: the file was changed.
    """
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

    found, turn = _parsed(data), threading.Lock()
    with _told():
        session = _session(Path(found["library"]), pin)
        wanted = {
            Attribute.CLASS: ObjectClass.PRIVATE_KEY,
            Attribute.KEY_TYPE: KeyType.EC_EDWARDS,
            Attribute.ID: bytes.fromhex(found["id"]),
        }
        keys = list(session.get_objects(wanted))

    def sign(message: bytes) -> bytes:
        with turn, _told():
            return bytes(keys[0].sign(message, mechanism=Mechanism.EDDSA))

    public = bytes.fromhex(found["public"])
    if len(keys) != 1 or not holds(public, sign(_TRIED), _TRIED):
        raise InputError(
            N_("this token does not hold the station's key"), hint=N_("Plug in the token that the station began with.")
        )
    return Signer(public, sign)


def _parsed(data: bytes) -> re.Match[str]:
    found = _FORM.fullmatch(data.decode("utf-8", "replace"))
    if not found:
        raise StoreError(
            N_("the file of the station key was changed or cut"), hint=N_("Put it back from where it was kept.")
        )
    return found


def _session(library: Path, pin: str, *, writes: bool = False) -> Any:
    """Log in to the one token that is plugged in; this process may have done so before."""
    import pkcs11

    tokens = [
        token for token in pkcs11.lib(str(library)).get_tokens() if pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags
    ]
    if len(tokens) != 1:
        raise InputError(
            N_("tokens that are plugged in: {count}; one is needed"),
            hint=N_("Plug in the station's own token alone."),
            count=len(tokens),
        )
    try:
        return tokens[0].open(rw=writes, user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        return tokens[0].open(rw=writes)


@contextmanager
def _told() -> Iterator[None]:
    """What a token refuses, as our own errors."""
    from pkcs11 import exceptions

    try:
        yield
    except (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange) as error:
        raise InputError(
            N_("this is not the PIN of the token"),
            hint=N_("Type it again. After a few wrong ones a token locks itself."),
        ) from error
    except exceptions.PinLocked as error:
        raise InputError(
            N_("the token has locked itself after wrong PINs"), hint=N_("Whoever issued it can unlock it.")
        ) from error
    except (exceptions.PKCS11Error, OSError) as error:
        raise InputError(
            N_("the token does not answer ({reason})"),
            hint=N_(
                "Check that it is plugged in, that it knows Ed25519, and the path of its library; then start again."
            ),
            reason=str(error) or type(error).__name__,
        ) from error
