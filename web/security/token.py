"""The page's secret: who has it was given it by this server, and no other web page can read it."""

import hmac
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path

from custody.errors import N_, StoreError

HEADER = "x-serah-token"
FILE = "page.token"
_BYTES = 32


def kept_token(home: Path) -> str:
    """The secret in `home`, made if there is none. It outlives the server, so that an open page goes on after it.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = home / FILE
    try:
        known = path.read_text("ascii").strip() if path.is_file() else ""
        if re.fullmatch(r"[0-9a-f]{64}", known):
            return known
        token = secrets.token_hex(_BYTES)
        draft = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
        draft.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            N_("{path} cannot be written: {reason}"),
            hint=N_("Check the folder's permissions and the disk's free space."),
            path=str(path),
            reason=getattr(error, "strerror", None) or type(error).__name__,
        ) from error
    return token


def is_same(given: str, secret: str) -> bool:
    """Whether a text is the secret, compared in constant time."""
    return hmac.compare_digest(given.encode(), secret.encode())


def cookie_name(token: str) -> str:
    """The cookie that carries it: a name of its own for each station, for all ports of a computer share cookies."""
    return f"serah-{sha256(token.encode()).hexdigest()[:8]}"
