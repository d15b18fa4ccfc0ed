"""The page on the local network, for tests: a device that was let in, and its requests."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.page_examples import Visitor, Whichever, begun_draft
from web.security.entrances import HEADER

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from web.security.pairing import Lan
    from web.site import Site

ADDRESS, LAN_PORT = "192.168.1.20", 8743
LAN_HOST = f"https://{ADDRESS}:{LAN_PORT}"


class Device:
    """A phone's browser."""

    def __init__(self, client: TestClient, secret: str = "") -> None:
        self.client, self.secret = client, secret

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200, **more: Any) -> Any:
        """What a script on the device asks for."""
        headers = {HEADER: self.secret, "Origin": LAN_HOST, "Sec-Fetch-Site": "same-origin"} | more.pop("headers", {})
        response = self.client.request(method, path, json=body, headers=headers, **more)
        assert response.status_code == expect, (method, path, response.status_code, response.text)
        return response.json()

    def pair(self, code: str, *, expect: int = 200) -> Any:
        """Come in with a code."""
        answer = self.ask("POST", "/api/pair", {"code": code, "name": "HP Made"}, expect=expect)
        if expect == 200:
            from web.security.pairing import COOKIE

            self.secret = self.client.cookies[COOKIE]
        return answer


@pytest.fixture
def lan(site: Site) -> Lan:
    """The site, open for devices."""
    from web.security.certificate import kept_certificate
    from web.security.pairing import Lan

    addresses = [IPv4Address(ADDRESS)]
    site.lan = Lan(site.home, addresses, LAN_PORT, kept_certificate(site.home, addresses))
    return site.lan


@pytest.fixture(scope="session")
def whichever_lan() -> Whichever:
    """The local network of the test that runs."""
    return Whichever()


@pytest.fixture(scope="session")
def lan_app(app: FastAPI, whichever: Any, whichever_lan: Any) -> FastAPI:
    """The application on the site of the test that runs, reached from that network."""
    from web.app import build
    from web.security.pairing import LanEntrance

    assert app is not None  # it has put a site into the place of whichever
    return build(whichever, LanEntrance(whichever_lan))


@pytest.fixture
def stranger(
    site: Site, lan: Lan, lan_app: FastAPI, whichever: Whichever, whichever_lan: Whichever
) -> Iterator[Device]:
    """A device of the network that nobody has let in."""
    from tests.support.whole_answers import Whole

    whichever.be(site)
    whichever_lan.be(lan)
    with Whole(lan_app, LAN_HOST) as client:
        yield Device(client)


@pytest.fixture
def draft(visitor: Visitor) -> str:
    """A session at the station."""
    return begun_draft(visitor)


@pytest.fixture
def device(stranger: Device, visitor: Visitor, draft: str) -> Device:
    """A device that was let in."""
    stranger.pair(visitor.ask("POST", "/api/devices", {"draft": draft}, expect=201)["code"])
    return stranger
