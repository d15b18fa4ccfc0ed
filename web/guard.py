"""What stands before every route: who may ask, how much, and what a browser may do with the answer.

A page on the laptop is within reach of every other page that the same browser shows. So a request must name this
server (against DNS rebinding), must not come from another site, and to change something must bring the secret twice:
in a cookie that only this origin is sent, and in a header that no other origin can set. All this is decided from the
headers, before a byte of the body is read.
"""

import asyncio
import hmac
import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import language
from language import _
from web.token import HEADER, cookie_name

READING = frozenset({"GET", "HEAD"})
LANGUAGE_COOKIE = "serah-lang"
LARGEST_BODY = 64 * 1024
SLOWEST_BODY_S = 20.0
_CONTENT_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'self'",
))  # fmt: skip
HEADERS = {
    "content-security-policy": _CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
}


class Refused(HTTPException):
    """A request that goes no further: the status, and the reason as `detail`."""


class Guard:
    """Lets a request through to the routes, or answers it itself."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        token: str,
        language_code: str,
        largest: Mapping[str, int] | None = None,
        slowest_body_s: float = SLOWEST_BODY_S,
    ) -> None:
        """Stand before `app`.

        Args:
            hosts: the names with port that this server answers to.
            language_code: the language of who has not chosen one.
            largest: the most bytes that a path takes where that is not `LARGEST_BODY`.
        """
        self._app, self._hosts, self._token, self._language = app, hosts, token, language_code
        self._largest, self._slowest_body_s = dict(largest or {}), slowest_body_s
        self._cookie = cookie_name(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        cookies = _cookies(headers)
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
        wanted = asked if asked in language.LANGUAGES else cookies.get(LANGUAGE_COOKIE, "")
        language.use(wanted if wanted in language.LANGUAGES else self._language)
        try:
            if scope["type"] != "http":
                raise Refused(403, _("This address takes no such connection."))
            self._check(scope, headers, cookies)
        except Refused as error:
            await _answer(_with_headers(send), error)
            return
        largest = self._largest.get(scope["path"], LARGEST_BODY)
        await self._app(scope, _Bounded(receive, largest, self._slowest_body_s), _with_headers(send))

    def _check(self, scope: Scope, headers: list[tuple[str, str]], cookies: Mapping[str, str]) -> None:
        hosts = _all(headers, "host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Refused(400, _("This is not the address of this page."))
        is_reading = scope["method"] in READING
        site = _all(headers, "sec-fetch-site")
        is_visit = is_reading and _all(headers, "sec-fetch-mode") == ["navigate"] \
            and _all(headers, "sec-fetch-dest") == ["document"]  # fmt: skip
        if site and site not in (["same-origin"], ["none"]) and not is_visit:
            raise Refused(403, _("This request comes from another page."))
        if is_reading:
            return
        origins = _all(headers, "origin")
        if origins and origins != [f"http://{hosts[0]}"]:
            raise Refused(403, _("This request comes from another page."))
        given = _all(headers, HEADER)
        if len(given) != 1 or not self._is_token(given[0]) or not self._is_token(cookies.get(self._cookie, "")):
            raise Refused(403, _("This page is not up to date: load it again."))
        length = next(iter(_all(headers, "content-length")), "0")
        if not length.isascii() or not length.isdigit():
            raise Refused(400, _("The request is not understood."))
        if int(length[:20]) > self._largest.get(scope["path"], LARGEST_BODY):
            raise Refused(413, _("That is too large."))
        is_empty = length == "0" and not _all(headers, "transfer-encoding")
        kind = next(iter(_all(headers, "content-type")), "").partition(";")[0].strip().lower()
        if not is_empty and kind != "application/json" and scope["path"] not in self._largest:
            raise Refused(415, _("The request is not understood."))

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


class _Bounded:
    """A body that ends in a refusal when it grows too large or comes too slowly."""

    def __init__(self, receive: Receive, largest: int, slowest_s: float) -> None:
        self._receive, self._left, self._slowest_s = receive, largest, slowest_s
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:  # from here on, only that the client leaves
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._slowest_s)
        except TimeoutError:
            raise Refused(408, _("The request came too slowly.")) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise Refused(413, _("That is too large."))
        self._is_whole = not message.get("more_body", False)
        return message


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_with_headers


async def _answer(send: Send, refused: Refused) -> None:
    body = json.dumps({"error": refused.detail}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
               (b"connection", b"close")]  # fmt: skip
    await send({"type": "http.response.start", "status": refused.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _all(headers: list[tuple[str, str]], name: str) -> list[str]:
    return [value for other, value in headers if other == name]


def _cookies(headers: list[tuple[str, str]]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie("; ".join(_all(headers, "cookie"))).items()}
    except CookieError:
        return {}
