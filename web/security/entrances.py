"""The entrances of a page: under which names it is reached, which secret lets in, and what may be done there."""

import hmac
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from custody.errors import unwritable
from tables.output.private_files import private_file
from tables.output.safe_file import put_in_place
from web.security.roles import Role


class Entrance(Protocol):
    """One way into the page, as the guard uses it. It decides by headers only."""

    scheme: str
    """`http` or `https`."""
    sign_in_path: str
    """Where a visitor without the secret is sent; empty: nowhere."""

    @property
    def hosts(self) -> frozenset[str]:
        """The names with port that a request may give this server, in small letters."""
        ...

    def secret_of(self, cookies: Mapping[str, str]) -> str | None:
        """The secret that these cookies bring, None where they bring none of ours."""
        ...

    def secret_for(self, known: str | None) -> str | None:
        """The secret that a page is given, for who came with this one (or with none)."""
        ...

    def is_open(self, method: str, path: str) -> bool:
        """Whether this needs no secret."""
        ...

    def may(self, method: str, path: str) -> bool:
        """Whether who comes in here may do this at all."""
        ...


class LocalEntrance:
    """The entrance on this computer: who opens the page is given the secret, and may do everything."""

    scheme = "http"
    sign_in_path = ""
    roles: frozenset[Role] = frozenset({"operator", "supervisor"})
    asks_who = True
    """Whoever comes in here says who they are, where it is known who works here."""

    def __init__(self, hosts: frozenset[str], token: str) -> None:
        self._hosts, self._token = hosts, token

    @property
    def hosts(self) -> frozenset[str]:
        """The names of this computer for itself."""
        return self._hosts

    def secret_of(self, cookies: Mapping[str, str]) -> str | None:
        """The page's secret, if the cookie is right."""
        return self._token if is_same(cookies.get(cookie_name(self._token), ""), self._token) else None

    def secret_for(self, known: str | None) -> str | None:
        """The one secret of this station's page."""
        return self._token

    def is_open(self, method: str, path: str) -> bool:
        """Whether this only reads: that needs no secret."""
        return method in ("GET", "HEAD")

    def may(self, method: str, path: str) -> bool:
        """Whether this is allowed: everything is."""
        return True


def roles_at(entrance: Entrance) -> frozenset[Role]:
    """The roles of whoever comes in by an entrance; an operator where it names none."""
    return getattr(entrance, "roles", frozenset({"operator"}))


# --- The page's secret: who has it was given it by this server, and no other web page can read it ---------------------

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
        with private_file(draft) as file:
            file.write(token.encode())
        put_in_place(draft, path)
    except (OSError, UnicodeDecodeError) as error:
        raise unwritable(path, error) from error
    return token


def is_same(given: str, secret: str) -> bool:
    """Whether a text is the secret, compared in constant time."""
    return hmac.compare_digest(given.encode(), secret.encode())


def cookie_name(token: str) -> str:
    """The cookie that carries it: a name of its own for each station, for all ports of a computer share cookies."""
    return f"serah-{sha256(token.encode()).hexdigest()[:8]}"
