"""What stands before every route: who may ask, how much, and what a browser may do with the answer.

A page on the laptop is within reach of every other page that the same browser shows. So a request must name this
server (against DNS rebinding), must not come from another site, and to change something must bring the secret twice:
in a cookie that only this origin is sent, and in a header that no other origin can set. All this is decided from the
headers, before a byte of the body is read.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import language
from custody.errors import StoreError
from language import _
from language.text import error_text
from web.security.entrances import HEADER, Entrance, is_same, roles_at
from web.security.roles import FOR_NOBODY, OBSERVER, READ_BY_PROGRAMS, SCOPE_ROLES, Role, allowed
from web.security.workers import AT_WORK, WORKER, Worker

READING = frozenset({"GET", "HEAD"})
LANGUAGE_COOKIE = "serah-lang"
OBSERVER_COOKIE = "serah-observer"
OBSERVERS_ENTRY = "/observe"
"""Where an observer shows a token: open to all, at every entrance."""
_MOST_COOKIES = 64 * 1024
"""Characters of cookies that are read; all programs of a computer share those of 127.0.0.1, so some are others'."""
SECRET = "serah.secret"
"""Where a request's scope has the secret that its page is given."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a body may be: its most bytes, its types, and how long it may take to come."""

    most_bytes: int
    kinds: frozenset[str]
    slowest_s: float


LARGEST_BODY = 64 * 1024
JSON = Limit(LARGEST_BODY, frozenset({"application/json"}), 20.0)
FRAME = Limit(2 * 1024 * 1024, frozenset({"image/jpeg"}), 10.0)
PHOTO = Limit(16 * 1024 * 1024, frozenset({"image/jpeg", "image/png", "image/webp"}), 60.0)
UPLOAD = Limit(1024**3, frozenset({"application/octet-stream"}), 600.0)
LIMITS: tuple[tuple[re.Pattern[str], Limit], ...] = (
    (re.compile(r"/api/(drafts/[^/]+|papers|records)/frames"), FRAME),
    (re.compile(r"/api/drafts/[^/]+/photos"), PHOTO),
    (re.compile(r"/api/uploads"), UPLOAD),
)
"""Paths that take something else than JSON."""
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'self'",
    )
)
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
        entrance: Entrance,
        language_code: str,
        whose: Callable[[str], str | None] = lambda _token: None,
        who: Callable[[Mapping[str, str]], Worker | None] = lambda _cookies: None,
        json: Limit = JSON,
    ) -> None:
        """Guard `app` at an entrance.

        Args:
            language_code: the language of visitors who have not chosen one.
            whose: returns the name of the observer with this token, None where there is none.
            who: returns who works at the screen with these cookies, None where nobody is asked.
            json: the limit of a body that `LIMITS` does not name.
        """
        self._app, self._entrance, self._language, self._json = app, entrance, language_code, json
        self._whose, self._who = whose, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        cookies = _cookies(headers)
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
        wanted = asked if asked in language.LANGUAGES else cookies.get(LANGUAGE_COOKIE, "")
        language.use(wanted if wanted in language.LANGUAGES else self._language, on_page=True)
        try:
            if scope["type"] != "http":
                raise Refused(403, _("This address takes no such connection."))
            limit = self._limit(scope["path"])
            self._check(scope, headers, cookies, limit)
        except StoreError as error:
            await _answer(_with_headers(send), Refused(507, error_text(error)))
            return
        except Refused as error:
            await _answer(_with_headers(send), error)
            return
        # what lies behind reads no cookies, and the framework would read them all the same
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        await self._app(scope, _Bounded(receive, limit), _with_headers(send))

    def _observer(self, headers: list[tuple[str, str]], cookies: Mapping[str, str]) -> str | None:
        """Return the observer who sends the request, None where there is no token."""
        given = _all(headers, "authorization")
        if not given:  # a cookie may be of another station, for all ports of a computer share them
            return self._whose(cookies.get(OBSERVER_COOKIE, ""))
        kind, _space, token = given[0].partition(" ")
        name = self._whose(token.strip()) if len(given) == 1 and kind.lower() == "bearer" else None
        if name is None:
            raise Refused(401, _("This token is not known, or counts no longer."))
        return name

    def _worker(self, scope: Scope, headers: list[tuple[str, str]], cookies: Mapping[str, str]) -> Worker | None:
        """Return who works at this screen, None where nobody is asked.

        Raises:
            Refused: nobody has said so, and it is asked for more than that.
        """
        if not getattr(self._entrance, "asks_who", False):
            return None
        worker, method, path = self._who(cookies), scope["method"], scope["path"]
        is_open = FOR_NOBODY.fullmatch(path) or (method in READING and READ_BY_PROGRAMS.fullmatch(path))
        if worker is not None and worker.role is None and not is_open:
            line = _("Say first who works here: choose your name and type your PIN.")
            raise _to_who(scope, headers, 401, line)
        return worker

    def _limit(self, path: str) -> Limit:
        return next((limit for form, limit in LIMITS if form.fullmatch(path)), self._json)

    def _check(self, scope: Scope, headers: list[tuple[str, str]], cookies: Mapping[str, str], limit: Limit) -> None:
        hosts, entrance, method, path = _all(headers, "host"), self._entrance, scope["method"], scope["path"]
        if len(hosts) != 1 or hosts[0].lower() not in entrance.hosts:
            raise Refused(400, _("This is not the address of this page."))
        is_reading = method in READING
        site = _all(headers, "sec-fetch-site")
        is_visit = (
            is_reading
            and _all(headers, "sec-fetch-mode") == ["navigate"]
            and _all(headers, "sec-fetch-dest") == ["document"]
        )
        if site and site not in (["same-origin"], ["none"]) and not is_visit:
            raise Refused(403, _("This request comes from another page."))
        observer = self._observer(headers, cookies)
        worker = self._worker(scope, headers, cookies) if observer is None else None
        roles: frozenset[Role] = frozenset({"observer"}) if observer is not None else roles_at(entrance)
        if worker is not None:
            roles = worker.roles
        scope[SCOPE_ROLES], scope[WORKER] = roles, worker
        scope[OBSERVER] = worker.name if worker and worker.role == "observer" else observer
        AT_WORK.set(worker.name if worker else "")
        is_entry = path == OBSERVERS_ENTRY
        is_switch = worker is not None and FOR_NOBODY.fullmatch(path)
        if not is_entry and not is_switch and not roles & allowed(method, path):
            if worker is not None:
                raise _to_who(scope, headers, 403, _("That is not for your role here: let a supervisor do it."))
            raise Refused(403, _("That is not for observers, or not for this device."))
        if observer is not None and is_reading:
            scope[SECRET] = None
            return
        secret, is_open = entrance.secret_of(cookies), is_entry or entrance.is_open(method, path)
        if secret is None and not is_open and is_reading:
            if entrance.sign_in_path and "text/html" in next(iter(_all(headers, "accept")), ""):
                raise Refused(303, "", headers={"location": entrance.sign_in_path})
            raise Refused(403, _("This device is not connected: scan the code on the station's screen."))
        if not is_entry and not entrance.may(method, path):
            raise Refused(403, _("That is done at the station's own screen."))
        scope[SECRET] = entrance.secret_for(secret)
        if is_reading:
            return
        origins = _all(headers, "origin")
        if origins and origins != [f"{entrance.scheme}://{hosts[0]}"]:
            raise Refused(403, _("This request comes from another page."))
        given = _all(headers, HEADER)
        if not is_open and (secret is None or len(given) != 1 or not is_same(given[0], secret)):
            raise Refused(403, _("This page is not up to date: load it again."))
        length = next(iter(_all(headers, "content-length")), "0")
        if not length.isascii() or not length.isdigit():
            raise Refused(400, _("The request is not understood."))
        if int(length[:20]) > limit.most_bytes:
            raise Refused(413, _("That is too large."))
        is_empty = length == "0" and not _all(headers, "transfer-encoding")
        kind = next(iter(_all(headers, "content-type")), "").partition(";")[0].strip().lower()
        if not is_empty and kind not in limit.kinds:
            raise Refused(415, _("The request is not understood."))


def _to_who(scope: Scope, headers: list[tuple[str, str]], status: int, line: str) -> Refused:
    """The refusal of somebody who works here: a page leads to where names are chosen, all else gets the line."""
    if scope["method"] in READING and "text/html" in next(iter(_all(headers, "accept")), ""):
        query = scope.get("query_string", b"").decode("latin-1")
        back = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
        asked = parse_qs(query).get("lang", [""])[0]
        more = f"&lang={asked}" if asked in language.LANGUAGES else ""
        return Refused(303, "", headers={"location": f"/who?back={back}{more}{'&refused=1' if status == 403 else ''}"})
    return Refused(status, line)


class _Bounded:
    """A body that ends in a refusal when it grows too large or comes too slowly."""

    def __init__(self, receive: Receive, limit: Limit) -> None:
        self._receive, self._left, self._end_s = receive, limit.most_bytes, time.monotonic() + limit.slowest_s
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:  # from here on, only that the client leaves
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._end_s - time.monotonic())
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
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    headers += [(name.encode(), value.encode()) for name, value in (refused.headers or {}).items()]
    await send({"type": "http.response.start", "status": refused.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _all(headers: list[tuple[str, str]], name: str) -> list[str]:
    return [value for other, value in headers if other == name]


def _cookies(headers: list[tuple[str, str]]) -> dict[str, str]:
    """The cookies of a request, of its first 64 KB; in time in proportion to their bytes.

    Ours need no quotes and no escapes. The standard library's reader takes the square of the time for these
    (CVE-2024-7592), and reads nothing at all where one name of another program's is odd.
    """
    text = "; ".join(_all(headers, "cookie"))[:_MOST_COOKIES]
    pairs = (pair.partition("=") for pair in text.split(";"))
    return {name.strip(): value.strip() for name, is_pair, value in pairs if is_pair}
