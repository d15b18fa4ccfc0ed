"""Requests to the page without a network, each one step into the loop of its application."""

import asyncio
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient
from starlette.types import Message


class Whole(TestClient):
    """Starlette's client where an answer is read whole: that takes eight steps into the loop, and most of the time.

    As with `raise_server_exceptions=False`, what goes wrong in the application is its answer of 500.
    """

    def __init__(self, app: Any, base_url: str) -> None:
        super().__init__(app, base_url, raise_server_exceptions=False)
        self._transport = _Answering(self)


class _Answering(httpx2.BaseTransport):
    def __init__(self, client: TestClient) -> None:
        self._client = client

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert self._client.portal is not None, "a client answers within its block"
        return self._client.portal.call(self._answer, request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url, bodies, sent, is_over = request.url, [request.read()], list[Message](), asyncio.Event()
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.partition(b"?")[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("testclient", 50_000),
            "server": (url.host, url.port or 80),
            "state": self._client.app_state.copy(),
        }

        async def receive() -> Message:
            if bodies:
                return {"type": "http.request", "body": bodies.pop()}
            await is_over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_over.set()

        try:
            await self._client.app(scope, receive, send)
        except Exception:
            if not sent:
                return httpx2.Response(500, request=request)
        headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        body = b"" if request.method == "HEAD" else b"".join(message.get("body", b"") for message in sent[1:])
        return httpx2.Response(sent[0]["status"], headers=headers, stream=httpx2.ByteStream(body), request=request)
