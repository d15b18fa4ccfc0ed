"""The page for tests: a site on a copy of the small station, and a browser's requests to it without a browser.

Each run of tests reads this file; what takes long to import is imported by the fixtures that need it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from commands.context import station_at
from tests.support.command_examples import NOW, Terminal
from web.security.entrances import HEADER, LocalEntrance, cookie_name, kept_token

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from web.site import Site

T = TypeVar("T")
PORT = 8642
HOST = f"http://127.0.0.1:{PORT}"
SAME_ORIGIN = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}


def site_at(home: Path, *, port: int = PORT, now: str = NOW, source: str = "0") -> Site:
    """The site of a station that has begun, in English."""
    from web.site import Site

    station = station_at(str(home), None, lambda: now)
    return Site(lambda: station.store(write=True), home, kept_token(home), port, "en", source, now_utc=lambda: now)


def empty_site(home: Path) -> Site:
    """The page that `serve` shows in a folder in which nothing has begun."""
    from services.access.new_station import StationHome, may_begin

    home.mkdir(exist_ok=True)
    station = station_at(str(home), None, lambda: NOW)
    at = StationHome(home, station.db_url, station.around(), lambda: station.signer)
    assert may_begin(at)
    made = site_at(home)
    made.first = at
    return made


def files(home: Path) -> set[str]:
    """What is in a station's folder, but for what the open page keeps there for itself."""
    return {path.name for path in home.iterdir() if not path.name.startswith(".page-")}


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """What comes of it, in a loop of its own: where a browser is open, Playwright runs one in this thread already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Visitor:
    """A browser with the page open: it has the cookie and sends the secret that the page gave it."""

    def __init__(self, client: TestClient, site: Site | None = None) -> None:
        """Open the first page; or, where the site is given, come from a page that was opened before."""
        self.client = client
        if site is not None:
            client.cookies.set(cookie_name(site.token), site.token)
            self.token = site.token
            return
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 200, page.text
        found = re.search(r'name="serah-token" content="([0-9a-f]{64})"', page.text)
        assert found
        self.token = found[1]

    def see(self, path: str) -> str:
        """A page, whole."""
        response = self.client.get(path, headers={"Accept": "text/html"})
        assert response.status_code == 200, (response.status_code, response.text)
        return response.text

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """What a script of the page asks for."""
        headers = {HEADER: self.token, **SAME_ORIGIN}
        response = self.client.request(method, path, json=body, headers=headers)
        assert response.status_code == expect, (response.status_code, response.text)
        return response.json()


def begun_draft(visitor: Visitor, giver: str = "51.08", receiver: str = "51.08.01", **more: Any) -> str:
    """A session with these ends."""
    ends = {"giver": giver, "receiver": receiver, **more}
    return str(visitor.ask("POST", "/api/drafts", ends, expect=201)["draft"])


class Whichever:
    """Stands for the site of the test that runs: an application built on it once serves all of them, in less time."""

    def __init__(self) -> None:
        object.__setattr__(self, "now", None)

    def be(self, now: Any) -> Any:
        """From here on it is this one; the one so far."""
        before = object.__getattribute__(self, "now")
        object.__setattr__(self, "now", now)
        return before

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "now"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "now"), name, value)


class AnyEntrance(LocalEntrance):
    """The door of that site."""

    def __init__(self, site: Any) -> None:
        self._site = site

    @property
    def _token(self) -> str:  # type: ignore[override]
        return str(self._site.token)

    @property
    def _hosts(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset(self._site.hosts)


@pytest.fixture(scope="session")
def whichever() -> Whichever:
    """The site of the test that runs."""
    return Whichever()


@pytest.fixture(scope="session")
def app(whichever: Any, prepared: Path) -> FastAPI:
    """The application on that site, reached from this computer."""
    from web.app import build

    made = site_at(prepared / "home")
    whichever.be(made)
    built = build(whichever, AnyEntrance(whichever))
    made.close()
    return built


@pytest.fixture
def site(station: Terminal) -> Iterator[Site]:
    """A site on the prepared station."""
    made = site_at(station.home)
    yield made
    made.close()


PageAt = Callable[[Any], AbstractContextManager[Any]]
"""From a site to its `TestClient`, for a block."""


@pytest.fixture
def page_at(app: FastAPI, whichever: Whichever) -> PageAt:
    """Requests to a site from this computer while a block lasts, which closes the site; no other is reached then."""
    from tests.support.whole_answers import Whole

    @contextmanager
    def reached(site: Site) -> Iterator[TestClient]:
        before = whichever.be(site)
        try:
            with Whole(app, HOST) as client:
                yield client
        finally:
            site.close()
            whichever.be(before)

    return reached


@pytest.fixture
def client(app: FastAPI, whichever: Whichever, site: Site) -> Iterator[TestClient]:
    """Requests to the site from this computer, with no cookie yet."""
    from tests.support.whole_answers import Whole

    whichever.be(site)
    with Whole(app, HOST) as client:
        yield client


@pytest.fixture
def visitor(client: TestClient, site: Site) -> Visitor:
    """A browser with the page open."""
    return Visitor(client, site)
