"""Requests from elsewhere change nothing (T16): every route that changes something, by enumeration."""

import json
import socket
from typing import Any

import pytest
from starlette.testclient import TestClient

from tables.output.private_files import is_open_to_others
from tests.support.page_examples import HOST, SAME_ORIGIN, Visitor
from tests.support.page_routes import all_routes
from web.security.entrances import HEADER, cookie_name
from web.security.guard import LARGEST_BODY, OBSERVERS_ENTRY

FOREIGN = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another port of this computer": {"Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": "same-site"},
    "a page without origin": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "a name that looks alike": {"Origin": "http://127.0.0.1.evil.example:8642"},
    "https of the same name": {"Origin": "https://127.0.0.1:8642"},
}


def changing(client: TestClient) -> list[tuple[str, str]]:
    """Every route that changes something, as the page's own description lists them, with its blanks filled."""
    paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, methods in paths.items()
        for method in methods
        if method not in ("get", "head")
    ]


def test_without_the_secret_nothing_is_looked_at(client: TestClient, visitor: Visitor) -> None:
    routes = changing(client)
    client.cookies.clear()
    for method, path in routes:
        for headers in ({}, SAME_ORIGIN, {HEADER: "0" * 64}, {HEADER: visitor.token}):
            answer = client.request(method, path, headers=headers, content=b"\xff not even JSON")
            assert answer.status_code == (415 if path == OBSERVERS_ENTRY else 403), (method, path, headers)


def test_the_cookie_alone_or_the_header_alone_is_not_enough(client: TestClient, visitor: Visitor) -> None:
    assert client.request("POST", "/api/x", headers=SAME_ORIGIN).status_code == 403
    client.cookies.clear()
    assert client.request("POST", "/api/x", headers={HEADER: visitor.token}).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_no_other_page_changes_anything_even_with_the_secret(
    client: TestClient, visitor: Visitor, headers: dict[str, str]
) -> None:
    for method, path in [*changing(client), ("POST", "/api/x")]:
        answer = client.request(method, path, json={}, headers={HEADER: visitor.token, **headers})
        assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8642", "127.0.0.1:80", "127.0.0.1", "[::1]:8642", "localhost", ""]
)
def test_only_its_own_name_is_answered(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400 and "serah-token" not in answer.text


def test_another_page_cannot_even_begin_to_read(client: TestClient) -> None:
    for mode, dest in (("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe"), ("no-cors", "script")):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        assert client.get("/", headers=headers).status_code == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/", headers=link).status_code == 200, "a link from a mail leads here"


def test_every_answer_forbids_what_the_page_does_not_need(client: TestClient, visitor: Visitor) -> None:
    answers = [client.get(path) for path in ("/", "/static/serah.css", "/openapi.json", "/no-such-page")]
    answers.append(client.get("/", headers={"Host": "evil.example"}))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
    cookie = next(value for value in client.get("/").headers.get_list("set-cookie") if visitor.token in value)
    assert cookie.startswith(cookie_name(visitor.token)) and "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()


def test_a_body_is_bounded_and_json_alone(client: TestClient, visitor: Visitor) -> None:
    headers = {HEADER: visitor.token, **SAME_ORIGIN}
    big = json.dumps("x" * LARGEST_BODY)
    assert client.post("/api/x", content=big, headers=headers).status_code == 413
    chunks = (b"x" * 4096 for _number in range(20))  # no length is told before
    for method, path in changing(client)[:1]:
        chunked = client.request(method, path, content=chunks, headers=headers | {"Content-Type": "application/json"})
        assert chunked.status_code == 413
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert client.post("/api/x", content=b"{}", headers=headers | {"Content-Type": kind}).status_code == 415


def test_every_route_is_a_page_that_is_read_or_is_described(client: TestClient, visitor: Visitor) -> None:
    described = client.get("/openapi.json").json()["paths"]
    for method, path in all_routes(client):
        assert method in ("GET", "HEAD") or method.lower() in described[path], (method, path)


def test_the_page_is_reached_from_this_computer_alone() -> None:
    from web.security.sockets import listen

    with listen(None) as listening, listen(None) as other:
        (host, port), (other_host, other_port) = listening.getsockname(), other.getsockname()
    assert host == other_host == "127.0.0.1" and port != other_port


def test_a_port_that_is_taken_is_said(station: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = station("serve", "--no-browser", "--port", taken.getsockname()[1])
    assert ran.code == 3 and "is taken" in ran.err and "Traceback" not in ran.err


def test_a_page_opens_in_the_language_that_its_address_asks_for(client: TestClient) -> None:
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="id">' in client.get("/?lang=id").text
    assert '<html lang="id">' in client.get("/").text, "the browser keeps it"
    assert '<html lang="id">' in client.get("/?lang=<script>").text
    switch = client.get("/items?q=5%26&lang=id").text
    assert 'href="?q=5%26&amp;lang=en"' in switch, "the switch leads to the same page"


def test_the_secret_outlives_the_server_and_is_nobody_elses(visitor: Visitor, station: Any) -> None:
    from web.security.entrances import FILE, kept_token

    assert kept_token(station.home) == visitor.token
    (station.home / FILE).write_text("spoilt")
    assert kept_token(station.home) != visitor.token
    (station.home / FILE).unlink()
    assert len(kept_token(station.home)) == 64 and not is_open_to_others(station.home / FILE)
    assert HOST.startswith("http://127.0.0.1:")
