"""The interface for programs does what its description says, whatever is sent: schemathesis draws requests from it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.testclient import TestClient

from tests.support.page_examples import HOST, SAME_ORIGIN, Visitor
from web.security.entrances import HEADER
from web.site import Site


def operations(client: TestClient) -> Iterator[Any]:
    """Every operation of the interface, as the page itself describes it."""
    described = client.get("/openapi.json").json()
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis (requirements-dev.txt)")
    paths = {path: methods for path, methods in described["paths"].items() if path.startswith("/api/v1/")}
    schema = schemathesis.openapi.from_dict({**described, "paths": paths})
    for found in schema.get_all_operations():
        yield found.ok()


def checks_of_schemathesis() -> list[Any]:
    """That it does not fail, and that its answer has the status, the kind and the form that are described."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]


def send(client: TestClient, case: Any, headers: dict[str, str]) -> Any:
    """A request as it was drawn, with our headers."""
    drawn = case.as_transport_kwargs(base_url=HOST)
    body = {name: drawn[name] for name in ("json", "params", "data") if drawn.get(name) is not None}
    body["content" if isinstance(body.get("data"), bytes | str) else "data"] = body.pop("data", None)
    return client.request(drawn["method"], drawn["url"], headers=headers, **body)


def run(client: TestClient, headers: dict[str, str], *, most: int, may: bool) -> int:
    """Send so many requests to each operation, and hold each answer to the description; how many were sent.

    Args:
        may: whether what changes something is let through.
    """
    sent, described = 0, list(operations(client))
    checks = checks_of_schemathesis()
    for operation in described:

        @settings(
            max_examples=most,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            nonlocal sent
            sent += 1
            answer = send(client, case, headers)
            case.validate_response(answer, checks=checks)
            assert answer.headers["content-type"] == "application/json"
            if case.method not in ("GET", "HEAD"):
                assert (answer.status_code != 403) == may, (case.method, case.path)

        check()
    return sent


def test_whatever_is_sent_is_answered_as_described(client: TestClient, visitor: Visitor) -> None:
    assert run(client, {**SAME_ORIGIN, HEADER: visitor.token}, most=1, may=True) >= 20, "each operation"


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_described_many_times(site: Site, client: TestClient, visitor: Visitor) -> None:
    most = 150
    site.observers.make("Bawaslu")
    sent = run(client, {**SAME_ORIGIN, HEADER: visitor.token}, most=most, may=True)
    site.observers._path.unlink()  # what was drawn may have made a token of any name
    secret = site.observers.make("Bawaslu")[1]
    client.cookies.clear()
    sent += run(client, {**SAME_ORIGIN, "Authorization": f"Bearer {secret}"}, most=most // 4, may=False)
    assert sent >= 2 * 20, "each operation for each of the two"
