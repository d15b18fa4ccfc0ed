"""Every route of the page."""

from starlette.testclient import TestClient


def all_routes(client: TestClient) -> set[tuple[str, str]]:
    """Every route of the application itself, whether it is described or not."""
    from fastapi.routing import iter_route_contexts  # type: ignore[attr-defined]

    return {
        (method, context.path) for context in iter_route_contexts(client.app.routes) for method in context.methods or ()
    }
