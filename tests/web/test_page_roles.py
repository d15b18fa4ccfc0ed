"""Who may do what: every route of the page for each role, by enumeration, against one table; and observers' tokens."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from custody.errors import ConflictError, InputError
from services.access.observers import FILE, PREFIX, Observers
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import NOW, Terminal
from tests.support.lan_examples import LAN_HOST, Device
from tests.support.page_examples import HOST, SAME_ORIGIN, PageAt, Visitor, Whichever, site_at
from tests.support.page_routes import all_routes
from web.app import build
from web.security.entrances import HEADER, LocalEntrance, cookie_name
from web.security.guard import OBSERVERS_ENTRY
from web.security.roles import ROLES, Role, allowed
from web.site import Site

OBSERVED = {
    "/dashboard",
    "/dashboard/wall",
    "/dashboard/news",
    "/dashboard/part",
    "/dashboard/wall/part",
    "/dashboard/{code}",
    "/dashboard/{code}/part",
    "/dashboard/{code}/{what}",
    "/items",
    "/items/{code}",
    "/search",
    "/handovers",
    "/handovers.{kind}",
    "/handover/letter/{name}.pdf",
    "/openapi.json",
    "/api/alive",
    "/api/places",
    "/api/v1/station",
    "/api/v1/items",
    "/api/v1/items/{code}",
    "/api/v1/items/{code}/chain",
    "/api/v1/places",
    "/api/v1/places/{code}",
    "/api/v1/progress",
    "/api/v1/late",
    "/api/v1/findings",
    "/api/v1/incidents",
    "/api/v1/heads",
    "/api/v1/verify",
    OBSERVERS_ENTRY,
}
"""All that an observer reads. What is not here is not for them; whoever adds a page decides by adding it or not."""
SUPERVISED = {
    "/api/station/recovery",
    "/api/station/completing",
    "/api/records/revoke",
    "/api/meet/hub",
    "/observers",
    "/people",
    "/api/plan/load",
    "/api/plan/register",
    "/api/plan/withdraw",
    "/api/plan/merge",
    "/api/people",
    "/api/people/dismiss",
    "/api/v1/tokens",
    "/api/v1/tokens/{name}",
    "/first",
    "/api/first",
    "/api/first/root",
    "/api/first/practice",
    "/api/first/restore",
    "/station",
    "/station/{name}",
    "/api/meet/admit",
    "/api/meet/admit/look",
    "/api/meet/join",
    "/api/meet/join/look",
}


class OperatorEntrance(LocalEntrance):
    """A door that says nothing of roles: an operator's, as another device's is."""

    roles = frozenset({"operator"})


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", r"\1", path)


@pytest.fixture
def secret(site: Site) -> str:
    return site.observers.make("Bawaslu", days=3)[1]


RoleClient = Callable[[Role], AbstractContextManager[tuple[TestClient, dict[str, str]]]]


@pytest.fixture
def come_as(site: Site, secret: str, app: FastAPI, whichever: Whichever) -> RoleClient:
    """Comes to the site in a role: what asks, and the headers to send each time."""
    whichever.be(site)
    return contextmanager(lambda role: role_client(site, role, secret, app))


def role_client(site: Site, role: Role, secret: str, app: FastAPI) -> Iterator[tuple[TestClient, dict[str, str]]]:
    headers = {HEADER: site.token, **SAME_ORIGIN}
    served = build(site, OperatorEntrance(site.hosts, site.token)) if role == "operator" else app
    with TestClient(served, base_url=HOST, raise_server_exceptions=False) as client:
        if role == "observer":
            yield client, {**headers, "Authorization": f"Bearer {secret}"}
        else:
            client.cookies.set(cookie_name(site.token), site.token)
            yield client, headers
    site.close()  # its files are as it leaves them


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_open_to_whom_the_table_says_and_to_nobody_else(come_as: RoleClient, role: Role) -> None:
    with come_as(role) as (client, headers):
        routes = [(method, path) for method, path in all_routes(client) if "{path" not in path]
        assert len(routes) > 50
        for method, path in sorted(routes):
            if path in ("/dashboard/news", "/scan/{draft}/news", "/scan/{draft}/picture"):
                continue  # they never end; the table is asked below
            is_allowed = role in allowed(method, filled(path)) or path == OBSERVERS_ENTRY
            body = {"\u0000": 0} if method in ("POST", "PUT", "PATCH") else None  # no route takes it: nothing is done
            answer = client.request(method, filled(path), json=body, headers=headers, follow_redirects=False)
            assert (answer.status_code != 403) == is_allowed, (role, method, path, answer.status_code, answer.text[:90])
            assert answer.status_code < 500 or path in ("/scan/{draft}",), (method, path, answer.text)


def test_observers_have_what_is_named_here_and_supervisors_alone_make_tokens(client: TestClient) -> None:
    for method, path in all_routes(client):
        roles = allowed(method, filled(path))
        is_observed = path in OBSERVED and method in ("GET", "HEAD") and path != OBSERVERS_ENTRY
        assert ("observer" in roles) == is_observed, (method, path)
        assert roles >= {"supervisor"}, (method, path)
        assert ("operator" in roles) == (path not in SUPERVISED), (method, path)


@pytest.mark.parametrize("path", ["", "dashboard", "/dashboard\n", "//dashboard", "/items/x/custody.pdf", "/api/v1"])
def test_a_path_that_only_looks_like_an_observers_is_none(path: str) -> None:
    assert "observer" not in allowed("GET", path)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"):
        assert "observer" not in allowed(method, "/dashboard")


def test_an_observer_changes_nothing_by_whatever_request(site: Site, come_as: RoleClient, station: Terminal) -> None:
    before = (station.event_count(), sorted(path.name for path in station.home.iterdir()))
    drafts = site.ask.do(lambda store: store.drafts.all())
    with come_as("observer") as (client, headers):
        for method, path in sorted(all_routes(client)):
            if "news" in path or "picture" in path or "{path" in path:
                continue
            client.request(method, filled(path), headers=headers, json={} if method == "POST" else None)
    assert (station.event_count(), sorted(path.name for path in station.home.iterdir())) == before
    assert site_drafts(station) == drafts == []


def site_drafts(station: Terminal) -> list[object]:
    other = site_at(station.home)
    try:
        return list(other.ask.do(lambda store: store.drafts.all()))
    finally:
        other.close()


def test_an_observer_in_a_browser_shows_the_token_once_and_sees_no_names_of_staff(
    site: Site, client: TestClient, secret: str, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAH_BY", "Staff Name")
    code = station.codes()[0]
    station.give([code], "51.08", "51.08.01", "--giver", "Wayan Giver")
    staff = Visitor(client)
    assert "Staff Name" in staff.see(f"/items/{code}") and "Wayan Giver" in staff.see(f"/items/{code}")
    headers = {**SAME_ORIGIN}
    with TestClient(client.app, base_url=HOST) as browser:
        wrong = browser.post("/observe", json={"token": PREFIX + "0" * 64}, headers=headers)
        assert wrong.status_code == 422 and "not known" in wrong.json()["error"] and not browser.cookies
        right = browser.post("/observe", json={"token": f" {secret}\n"}, headers=headers)
        cookie = right.headers["set-cookie"].lower()
        assert right.json() == {"name": "Bawaslu"} and "httponly" in cookie and "samesite=strict" in cookie
        page = browser.get(f"/items/{code}", headers={"Accept": "text/html"})
        assert "Wayan Giver" in page.text and "Staff Name" not in page.text, "names on the letter, and no others"
        assert "Observer: Bawaslu" in page.text and "custody.pdf" not in page.text and 'href="/scan"' not in page.text
        assert site.token not in page.text and site.token not in str(page.headers), "the page's secret is not given"
        chain = browser.get(f"/api/v1/items/{code}/chain").json()
        assert [link["by"] for link in chain["chain"]] == [None] * len(chain["chain"])
        assert browser.get("/", headers={"Accept": "text/html"}).status_code == 403
        assert browser.delete("/observe", headers=headers).status_code == 200
        assert browser.get("/", headers={"Accept": "text/html"}).status_code == 200


def test_a_token_counts_until_its_day_and_until_it_is_revoked(site: Site, client: TestClient, secret: str) -> None:
    def asks(token: str) -> int:
        return client.get("/api/v1/progress", headers={"Authorization": f"Bearer {token}"}).status_code

    assert asks(secret) == 200
    assert {asks(token) for token in ("", "x", secret[:-1], secret.upper(), PREFIX + "0" * 64)} == {401}
    assert client.get("/api/v1/progress", headers={"Authorization": f"Basic {secret}"}).status_code == 401
    later = Observers(site.home, lambda: "2024-02-14T01:00:01Z")
    assert later.whose(secret) is None and site.observers.whose(secret) == "Bawaslu"
    Observers(site.home, lambda: NOW).revoke("Bawaslu")
    assert asks(secret) == 401, "whoever revokes it, here or in another program"


def test_a_token_is_kept_as_a_digest_for_the_stations_user_alone(site: Site, secret: str, page_at: PageAt) -> None:
    text = (site.home / FILE).read_text()
    assert secret not in text and secret.removeprefix(PREFIX) not in text
    assert not is_open_to_others(site.home / FILE)
    with pytest.raises(ConflictError):
        site.observers.make("Bawaslu")
    for name, days in (("", 3), ("x" * 81, 3), ("a\u202eb", 3), ("Panwas", 0), ("Panwas", 367)):
        with pytest.raises(InputError):
            site.observers.make(name, days=days)
    (site.home / FILE).write_text("{spoilt")
    assert site_answer(site, page_at) == 507, "a file that cannot be read lets nobody in and says so"


def site_answer(site: Site, page_at: PageAt) -> int:
    with page_at(site) as client:
        headers = {"Authorization": f"Bearer {PREFIX}{'1' * 64}"}
        return client.get("/api/v1/progress", headers=headers).status_code


def test_a_supervisor_makes_lists_and_revokes_tokens_on_the_page(visitor: Visitor) -> None:
    made = visitor.ask("POST", "/api/v1/tokens", {"name": "KIPP", "days": 2}, expect=201)
    assert made["token"].startswith(PREFIX) and made["expires_at"] == "2024-02-13T01:00:00Z"
    page = visitor.see("/observers")
    assert "KIPP" in page and made["token"] not in page, "it is told once"
    assert "token" not in visitor.ask("GET", "/api/v1/tokens")[0]
    assert visitor.ask("DELETE", "/api/v1/tokens/KIPP")["is_valid"] is False
    assert "counts no longer" in visitor.see("/observers")
    assert visitor.ask("DELETE", "/api/v1/tokens/nobody", expect=422)["error"]


def test_the_command_makes_lists_and_revokes_tokens(station: Terminal) -> None:
    made = station("token", "--name", "Bawaslu", "--days", "7", "--json").json
    assert made["expires_at"] == "2024-02-18T01:00:00Z"
    assert Observers(station.home, lambda: NOW).whose(made["token"]) == "Bawaslu"
    told = station("token")
    assert "Bawaslu" in told.out and made["token"] not in told.out
    assert station("token", "--revoke", "Bawaslu").code == 0 and "revoked" in station("token").out
    assert station("token", "--revoke", "nobody").code == 2 and station("token", "--name", "Bawaslu").code == 3
    assert station("token", "--name", "A", "--revoke", "B").code == 2


def test_from_the_local_network_a_token_opens_what_it_is_for_and_nothing_tells_of_the_station_before(
    stranger: Device, secret: str
) -> None:
    page = stranger.client.get("/observe", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "Gudang-1" not in page.text and "51.08" not in page.text
    assert stranger.client.get("/api/v1/progress").status_code == 403
    answer = stranger.client.post("/observe", json={"token": secret}, headers={"Origin": LAN_HOST})
    assert answer.status_code == 200 and "secure" in answer.headers["set-cookie"].lower()
    dashboard = stranger.client.get("/dashboard", headers={"Accept": "text/html"})
    assert (
        dashboard.status_code == 200 and 'href="/dashboard"' in dashboard.text and 'href="/scan"' not in dashboard.text
    )
    assert stranger.client.get("/scan", headers={"Accept": "text/html"}, follow_redirects=False).status_code == 403
    assert stranger.client.post("/api/drafts", json={}, headers={"Origin": LAN_HOST}).status_code == 403
    foreign = stranger.client.post("/observe", json={"token": secret}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
