"""The entrances of a page: under which names it is reached, which secret lets in, and what may be done there."""

from collections.abc import Mapping
from typing import Protocol

from web.security.roles import Role
from web.security.token import cookie_name, is_same


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
